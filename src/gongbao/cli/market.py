"""The commands of the intermediary services market: which unit does what in it, in the city and in its counties."""

from typing import Any

import click

from gongbao import SCHEMA_VERSION
from gongbao.cli.printing import answer, json_option, print_json, say, table, with_django
from gongbao.core.errors import GongbaoError


def register(cli: click.Group) -> None:
    """Add the commands to the `gongbao` command."""
    from gongbao.cli import SERVING

    cli.command("market-unit", section=SERVING)(market_unit)
    cli.command("market-units", section=SERVING)(market_units)


@click.argument("function")
@click.argument("unit_key", metavar="UNIT", default="")
@click.option("--county", "county_key", metavar="KEY", default="", help="For this county or district alone.")
@click.option("--end", is_flag=True, help="The county names nobody any more: the city's unit does it again.")
@json_option
def market_unit(function: str, unit_key: str, county_key: str, end: bool, as_json: bool) -> None:
    """Name the UNIT that has FUNCTION in the services market.

    FUNCTION is operator, prices, procurement or coordination. Without --county it is named for the city, and for every
    county that has named none. What runs already stays with the unit that it was begun at.
    """
    if end == bool(unit_key):
        raise GongbaoError("name the unit, or say --end with the county that names none any more")
    with_django()
    from django.utils import timezone

    from gongbao.systems.intermediary_market import actions

    if end:
        actions.end_competence(function, county_key, at=timezone.now())
    else:
        actions.name_competent(function, unit_key, county_key, at=timezone.now())
    data = {"function": function, "county": county_key, "unit": unit_key}
    whose = f"the county {county_key}" if county_key else "the city"
    answer(as_json, data, f"{function} of {whose}: {unit_key or 'the unit of the city'}")


@json_option
def market_units(as_json: bool) -> None:
    """List which unit has which function in the services market."""
    with_django()
    from gongbao.systems.intermediary_market.competence import competences

    found: list[dict[str, Any]] = [
        {
            "schema_version": SCHEMA_VERSION,
            "function": one.function,
            "county": one.county.key if one.county else "",
            "unit": one.unit.key,
        }
        for one in competences()
    ]
    if as_json:
        print_json(found)
        return
    rows = [[one["function"], one["county"] or "(the city)", one["unit"]] for one in found]
    for line in table(rows, ("FUNCTION", "OF", "UNIT")) if rows else ():
        say(line)
    say(f"{len(found)} named", err=True)
