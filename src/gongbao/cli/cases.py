"""The commands for cases: what is open and due, and the notices on working days."""

import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import click

from gongbao.cli.printing import answer, json_option, print_json, say, table, with_django
from gongbao.core.errors import GongbaoError

LONGEST_GROUND = 200
DUE = ("overdue", "today", "week", "stopped")


def register(cli: click.Group) -> None:
    """Add the commands for cases to the `gongbao` command."""
    from gongbao.cli import SERVING

    cli.command("desk", section=SERVING)(desk)
    cli.command("erase", section=SERVING)(erase)
    cli.command("working-days", section=SERVING)(working_days)


@click.option("--unit", metavar="KEY", help="Only what this unit, or one below it, handles.")
@click.option(
    "--due", type=click.Choice(DUE), help="Only what is overdue, due today, within 5 working days, or stopped."
)
@click.option("--closed", is_flag=True, help="Those that are closed, instead of the open ones.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=1000, show_default=True, help="So many at most.")
@json_option
def desk(unit: str | None, due: str | None, closed: bool, limit: int, as_json: bool) -> None:
    """List the cases on the desks of the office, those that are due first.

    Nothing personal is told of them.
    """
    with_django()
    from django.utils import timezone

    from gongbao.office.cases import contract, queries
    from gongbao.office.people import queries as people

    found_unit = None
    if unit is not None:
        found_unit = people.unit(unit)
        if found_unit is None:
            raise GongbaoError(f"there is no unit {unit}", where="--unit")
    now: datetime = timezone.now()
    found = list(queries.cases_of_unit(found_unit, due=due or "", over=closed, now=now)[:limit])
    situations = queries.situations_of(found)
    rows = [contract.case(one, situations[one.pk], now) for one in found]
    if as_json:
        print_json(rows)
        return
    lines = [(one["receipt"], one["procedure"], one["state"], one["unit"], _last(one), one["light"]) for one in rows]
    for line in table(lines, ("RECEIPT", "PROCEDURE", "STATE", "UNIT", "LAST DAY", "")) if lines else ():
        say(line)
    say(f"{len(rows)} case{'' if len(rows) == 1 else 's'}", err=True)


def _last(one: dict[str, Any]) -> str:
    if one["closed_at"]:
        return str(one["closed_at"])[:10]
    return f"{one['due'] or ''}{' provisional' if one['provisional'] else ''}"


@click.argument("receipt")
@click.option("--ground", required=True, metavar="TEXT", help="Why: the rule or the request, without a name.")
@click.option("--yes", is_flag=True, help="Do not ask; what is erased cannot be had again.")
@json_option
def erase(receipt: str, ground: str, yes: bool, as_json: bool) -> None:
    """Erase what is personal in a closed case, by its RECEIPT number: names, what was told, files.

    Steps, days, outcomes and letters' numbers stay, and so does the log, which holds nothing personal. A backup made
    before has it still.
    """
    with_django()
    from django.utils import timezone

    from gongbao.office.audit.actors import KEEPER
    from gongbao.office.cases import actions, queries

    found = queries.find_by_receipt(receipt)
    if found is None:
        raise GongbaoError("there is no case with this receipt number", where=receipt)
    if not 0 < len(ground.strip()) <= LONGEST_GROUND:
        raise GongbaoError(f"say why it is erased, in up to {LONGEST_GROUND} characters", where="--ground")
    if not yes:
        if not sys.stdin.isatty():
            raise GongbaoError("there is no terminal to ask on; say --yes")
        click.confirm(f"Erase what is personal in {found.receipt} for good?", abort=True, err=True)
    erased = actions.erase_personal(found.uuid, actor=KEEPER, ground=ground.strip(), at=timezone.now())
    told = f"{found.receipt}: {erased} thing{'' if erased == 1 else 's'} erased; the case, its days and the log stay"
    answer(as_json, {"receipt": found.receipt, "erased": erased}, told)


@click.argument("year", required=False, type=click.IntRange(2000, 2199))
@click.option(
    "--off", multiple=True, metavar="DAYS", help="Days off: 2027-01-01 or 2027-01-01..2027-01-03, also listed."
)
@click.option("--worked", multiple=True, metavar="DAYS", help="Weekend days that are worked.")
@click.option("--title", default="", help="The notice by its title (default: that of the State Council's office).")
@click.option("--check", is_flag=True, help="Only tell how many last days would change; nothing is entered.")
@json_option
def working_days(
    year: int | None, off: Sequence[str], worked: Sequence[str], title: str, check: bool, as_json: bool
) -> None:
    """List the notices on days off, or enter that of YEAR.

    For instance: gongbao working-days 2027 --off 2027-01-01..2027-01-03 --worked 2027-02-06. The last days of all
    open cases that it touches are counted again.
    """
    with_django()
    from django.utils import timezone

    from gongbao.core.working_days import CHINA
    from gongbao.office.audit.actors import KEEPER
    from gongbao.office.cases import actions, contract, queries
    from gongbao.office.cases.calendar import calendar
    from gongbao.office.cases.days import read_days

    if year is None:
        if off or worked or title or check:
            raise click.UsageError("name the YEAR of the notice")
        entered = [contract.notice(one) for one in queries.notices()]
        certain: date = calendar().known_until
        known = f"{min(CHINA.notices)} to {max(CHINA.notices)}"
        lines = [f"the program knows the notices of {known}"]
        lines += [f"{one['year']}: {len(one['off'])} off, {len(one['worked'])} worked" for one in entered]
        lines.append(f"last days are certain until {certain}")
        data = {"known_from": min(CHINA.notices), "known_to": max(CHINA.notices), "certain_until": str(certain)}
        answer(as_json, {**data, "entered": entered}, "\n".join(lines))
        return
    days_off, days_worked = read_days("\n".join(off), "--off"), read_days("\n".join(worked), "--worked")
    if check:
        changed = actions.check_working_days(year, days_off, days_worked)
        told = f"the last day of {changed} case{' would be another' if changed == 1 else 's would be another'}"
    else:
        changed = actions.enter_working_days(year, days_off, days_worked, actor=KEEPER, at=timezone.now(), title=title)
        counted = f"{changed} case{'' if changed == 1 else 's'}"
        told = f"the notice of {year} is entered; the last day of {counted} is another now"
    answer(as_json, {"year": year, "entered": not check, "changed": changed}, told)
