"""The commands for people: accounts and their rights, units, posts, and who stands in for whom."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from gongbao.cli.printing import Day, answer, json_option, print_json, say, table, today, with_django
from gongbao.core.errors import GongbaoError


def register(cli: click.Group) -> None:
    """Add the commands for people to the `gongbao` command."""
    from gongbao.cli import SERVING

    for name, command in (
        ("account", account),
        ("accounts", accounts),
        ("unit", unit),
        ("units", units),
        ("post", post),
        ("posts", posts),
        ("substitute", substitute),
        ("substitutes", substitutes),
    ):
        cli.command(name, section=SERVING)(command)


@click.argument("name")
@click.option("--adds-gazettes/--adds-no-gazettes", default=None, help="May read gazettes into the library.")
@click.option("--sees-personal-data/--sees-no-personal-data", default=None, help="Is shown what others see masked.")
@click.option("--open/--closed", "is_open", default=None, help="A closed account cannot sign in.")
@click.option("--called", metavar="NAME", help="What the person is called; shown to staff alone.")
@click.option("--new-password", is_flag=True, help="Ask for a new password (a new account is always asked for).")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")
@click.option("--reset-second-factor", is_flag=True, help="Take the second factor away, for whoever lost theirs.")
@click.option("--end-sessions", is_flag=True, help="Sign the account out everywhere.")
@click.option("--provider-subject", metavar="SUB", help="Link it to this subject of the OpenID Connect provider.")
@click.option("--provider-name", metavar="NAME", help="Open it for 14 days for the first sign-in of this name there.")
@click.option("--no-provider", is_flag=True, help="End the link to the provider.")
@json_option
def account(
    name: str,
    adds_gazettes: bool | None,
    sees_personal_data: bool | None,
    is_open: bool | None,
    called: str | None,
    new_password: bool,
    password_stdin: bool,
    reset_second_factor: bool,
    end_sessions: bool,
    provider_subject: str | None,
    provider_name: str | None,
    no_provider: bool,
    as_json: bool,
) -> None:
    """Create the account NAME, or change it.

    What is not named stays as it is. The password is asked for twice and not shown.
    """
    with_django()
    from gongbao.office.audit.actions import recorded
    from gongbao.office.audit.actors import KEEPER, OUR_RULE
    from gongbao.office.people import actions, contract, queries

    password = None
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif new_password or not queries.account_exists(name):
        password = _asked()
    asked = (provider_subject is not None) + (provider_name is not None) + no_provider
    if asked > 1:
        raise GongbaoError("--provider-subject, --provider-name and --no-provider exclude each other")
    issuer = _issuer() if asked else ""
    at = now()
    with recorded("people.account", actor=KEEPER, ground=OUR_RULE, at=at):  # all of it, or nothing
        kept, created = actions.keep_account(
            name,
            password=password,
            called=called,
            adds_gazettes=adds_gazettes,
            sees_personal_data=sees_personal_data,
            is_open=is_open,
            at=at,
        )
        if reset_second_factor:
            actions.reset_second_factor(kept, at=at)
        if end_sessions:
            actions.end_sessions(kept, actor=KEEPER, at=at)
        if provider_subject is not None:
            actions.link(kept, issuer, provider_subject, at=at)
        if provider_name is not None:
            actions.open_for(kept, issuer, provider_name, at=at)
        if no_provider:
            actions.unlink(kept, issuer, at=at)
    if as_json:
        print_json(contract.account(kept))
    else:
        say(f"account {kept.username} {'created' if created else 'kept'}: {_rights(contract.account(kept))}")


def now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def _issuer() -> str:
    from django.conf import settings

    if settings.GONGBAO_OIDC is None:
        raise GongbaoError("no OpenID Connect provider is set; see GONGBAO_OIDC_ISSUER")
    return str(settings.GONGBAO_OIDC.issuer)


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
    more = [*([] if one["open"] else ["closed"]), *(["second factor"] if one["second_factor"] else [])]
    return ", ".join([", ".join(rights) or "reads only", *more])


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


# --- units


@click.argument("key")
@click.option("--zh", help="Its Chinese name.")
@click.option("--en", help="Its English name.")
@click.option("--kind", type=click.Choice(["city", "county", "department", "section"]), help="What it is.")
@click.option("--parent", metavar="KEY", help="The unit it stands below.")
@click.option("--closed/--open", "closed", default=None, help="In a closed unit nobody holds a post.")
@json_option
def unit(
    key: str, zh: str | None, en: str | None, kind: str | None, parent: str | None, closed: bool | None, as_json: bool
) -> None:
    """Create the unit KEY, or change it.

    What is not named stays as it is. The first unit is the city; every other stands below one.
    """
    with_django()
    from gongbao.office.people import actions, contract

    kept, created = actions.keep_unit(key, zh=zh, en=en, kind=kind, parent=parent, closed=closed, at=now())
    if as_json:
        print_json(contract.unit(kept))
    else:
        ended = ", closed" if kept.closed else ""
        say(f"unit {kept.key} {'created' if created else 'kept'}: {kept.zh}, {kept.en}{ended}")


@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Create or change the units of a .yaml or .xlsx file first, all or none.",
)
@json_option
def units(file: Path | None, as_json: bool) -> None:
    """List the units as a tree, after reading FILE where one is given."""
    with_django()
    from gongbao.office.people import actions, contract, queries
    from gongbao.office.people.unit_files import read_units

    if file is not None:
        created, there = actions.keep_units(read_units(file), at=now())
        say(f"{created} created, {there} there already", err=True)
    tree = queries.unit_tree()
    if as_json:
        print_json([contract.unit(one.unit, one.depth) for one in tree])
        return
    for one in tree:
        found = one.unit
        say(f"{'  ' * one.depth}{found.key}  {found.zh}  {found.en}{'  (closed)' if found.closed else ''}")
    say(f"{len(tree)} unit{'' if len(tree) == 1 else 's'}", err=True)


# --- posts


@click.argument("account_name", metavar="ACCOUNT")
@click.argument("unit_key", metavar="UNIT")
@click.argument("role")
@click.option("--since", type=Day(), metavar="DATE", help="The first day (default: today).")
@click.option("--until", type=Day(), metavar="DATE", help="The last day (default: none).")
@click.option("--end", is_flag=True, help="End the post instead: after --until, or at once.")
@json_option
def post(
    account_name: str, unit_key: str, role: str, since: date | None, until: date | None, end: bool, as_json: bool
) -> None:
    """Give ACCOUNT the ROLE in UNIT.

    ROLE is clerk, section_head, deputy_head, head, counter, auditor or administrator.
    """
    if end and since is not None:
        raise GongbaoError("--since and --end exclude each other")
    with_django()
    from gongbao.office.people import actions, contract, queries

    holder = queries.account_named(account_name)
    if end:
        held = [
            one
            for one in queries.posts_on_or_after(today()).filter(account=holder, role=role)
            if one.unit.key == unit_key
        ]
        if not held:
            raise GongbaoError(f"{account_name} is not {role} of {unit_key}; gongbao posts lists the posts")
        kept = actions.end_post(held[0].uuid, last_day=until, at=now())
    else:
        kept = actions.give_post(holder, unit_key, role, since=since or today(), until=until, at=now())
    told = contract.post(kept)
    last = f" to {told['until']}" if told["until"] else ""
    answer(as_json, told, f"{told['account']}: {role} of {unit_key} from {told['since']}{last}")


@json_option
def posts(as_json: bool) -> None:
    """List the posts that are held today or will be, by unit."""
    with_django()
    from gongbao.office.people import contract, queries

    told = [contract.post(one) for one in queries.posts_on_or_after(today())]
    _told(told, ("unit", "role", "account", "since", "until"), "post", as_json)


# --- substitutes


@click.argument("absent")
@click.argument("by")
@click.option("--since", type=Day(), metavar="DATE", help="The first day (default: today).")
@click.option("--until", type=Day(), metavar="DATE", help="The last day.")
@click.option("--reason", metavar="WORDS", help="Such as leave; shown to staff and not recorded.")
@click.option("--end", is_flag=True, help="End it at once instead.")
@json_option
def substitute(
    absent: str, by: str, since: date | None, until: date | None, reason: str | None, end: bool, as_json: bool
) -> None:
    """Let the account BY stand in for the account ABSENT."""
    if end and (since or until or reason):
        raise GongbaoError("--end stands alone")
    if not end and (until is None or reason is None):
        raise GongbaoError("a substitute needs --until and --reason")
    with_django()
    from gongbao.office.people import actions, contract, queries

    away, there = queries.account_named(absent), queries.account_named(by)
    if end:
        found = queries.substitutes_from(today()).filter(absent=away, by=there).first()
        if found is None:
            raise GongbaoError(f"{by} does not stand in for {absent}; gongbao substitutes lists who does")
        kept = actions.end_substitute(found.uuid, at=now())
    else:
        assert until is not None and reason is not None
        kept = actions.name_substitute(away, there, since=since or today(), until=until, reason=reason, at=now())
    told = contract.substitute(kept)
    answer(as_json, told, f"{by} stands in for {absent} from {told['since']} to {told['until']}")


@json_option
def substitutes(as_json: bool) -> None:
    """List who stands in for whom, today or later."""
    with_django()
    from gongbao.office.people import contract, queries

    told = [contract.substitute(one) for one in queries.substitutes_from(today())]
    _told(told, ("absent", "by", "since", "until", "reason"), "substitute", as_json)


def _told(rows: list[dict[str, Any]], columns: tuple[str, ...], name: str, as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    body = [[one[column] or "" for column in columns] for one in rows]
    for line in table(body, [column.upper() for column in columns]) if body else ():
        say(line)
    say(f"{len(rows)} {name}{'' if len(rows) == 1 else 's'}", err=True)
