"""The commands for accounts: who may read gazettes in, and who may see personal data."""

import sys

import click

from gongbao.cli.printing import json_option, print_json, say, table, with_django
from gongbao.core.errors import GongbaoError


def register(cli: click.Group) -> None:
    """Add the commands for accounts to the `gongbao` command."""
    from gongbao.cli import SERVING

    for name, command in (("account", account), ("accounts", accounts)):
        cli.command(name, section=SERVING)(command)


@click.argument("name")
@click.option("--adds-gazettes/--adds-no-gazettes", default=None, help="May read gazettes into the library.")
@click.option("--sees-personal-data/--sees-no-personal-data", default=None, help="Is shown what others see masked.")
@click.option("--open/--closed", "is_open", default=None, help="A closed account cannot sign in.")
@click.option("--new-password", is_flag=True, help="Ask for a new password (a new account is always asked for).")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")
@json_option
def account(
    name: str,
    adds_gazettes: bool | None,
    sees_personal_data: bool | None,
    is_open: bool | None,
    new_password: bool,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Create the account NAME, or change it.

    What is not named stays as it is. The password is asked for twice and not shown.
    """
    with_django()
    from gongbao.office.people import actions, contract, queries

    password = None
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif new_password or not queries.account_exists(name):
        password = _asked()
    kept, created = actions.keep_account(
        name,
        password=password,
        adds_gazettes=adds_gazettes,
        sees_personal_data=sees_personal_data,
        is_open=is_open,
    )
    if as_json:
        print_json(contract.account(kept))
    else:
        say(f"account {kept.username} {'created' if created else 'kept'}: {_rights(contract.account(kept))}")


def _asked() -> str:
    if not sys.stdin.isatty():
        raise GongbaoError("there is no terminal to ask for the password; give it with --password-stdin")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="Once more", err=True))


def _rights(one: dict[str, object]) -> str:
    rights = [
        words
        for field, words in (("adds_gazettes", "adds gazettes"), ("sees_personal_data", "sees personal data"))
        if one[field]
    ]
    return (", ".join(rights) or "reads only") + ("" if one["open"] else ", closed")


@json_option
def accounts(as_json: bool) -> None:
    """List the accounts."""
    with_django()
    from gongbao.office.people import contract, queries

    answers = [contract.account(one) for one in queries.accounts()]
    if as_json:
        print_json(answers)
        return
    rows = [[one["name"], _rights(one), one["created_at"][:10], (one["last_sign_in"] or "")[:10]] for one in answers]
    for line in table(rows, ("NAME", "MAY", "CREATED", "LAST SIGNED IN")) if rows else ():
        say(line)
    say(f"{len(answers)} account{'' if len(answers) == 1 else 's'}", err=True)
