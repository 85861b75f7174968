"""The only code that writes what the market keeps. Complaints are cases: gongbao.office.cases.actions writes them."""

from datetime import datetime

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, Actor
from gongbao.office.people.models import Unit, UnitKind
from gongbao.systems.intermediary_market.competence import county_of
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.models import Competence, Function

_CLAUSES = {
    Function.OPERATOR: "第六条",
    Function.PRICES: "第八条",
    Function.PROCUREMENT: "第九条",
    Function.COORDINATION: "第十条",
}


def name_competent(
    function: str, unit_key: str, county_key: str = "", *, actor: Actor = KEEPER, at: datetime
) -> Competence:
    """Name the unit that has the function in the market: of the city, or, with `county_key`, for a county.

    A county has a unit of its own. What runs already stays with the unit that it was begun at. Raises GongbaoError.
    """
    known = _known(function)
    ground = f"{DOCUMENT} {_CLAUSES[known]}"
    with recorded("market.name_competent", actor=actor, ground=ground, at=at) as record:
        unit, county = _unit(unit_key), _county(county_key)
        if county_of(unit) != county:
            level = f"the county {county_key}" if county is not None else "the city's own level"
            raise GongbaoError(f"{unit_key} is no unit of {level}", where="unit")
        competence = Competence.objects.select_for_update(of=("self",)).filter(function=known, county=county).first()
        competence = competence or Competence(function=known, county=county)
        competence.unit = unit
        competence.save()
        record(competence.subject, unit=unit.key)
    return competence


def end_competence(function: str, county_key: str, *, actor: Actor = KEEPER, at: datetime) -> None:
    """The county names nobody for the function any more: what begins from now on is the city's unit's.

    What its unit runs already stays with it. Raises GongbaoError.
    """
    known = _known(function)
    with recorded("market.end_competence", actor=actor, ground=f"{DOCUMENT} {_CLAUSES[known]}", at=at) as record:
        county = _county(county_key)
        if county is None:
            raise GongbaoError("what the city has named is not ended: name another unit", where="county")
        named = Competence.objects.filter(function=known, county=county).first()
        if named is None:
            raise GongbaoError(f"the county {county_key} has named no unit for this", where="county")
        subject, unit = named.subject, named.unit.key
        named.delete()
        record(subject, unit=unit, ended=True)


def _known(function: str) -> Function:
    if function not in Function.values:
        raise GongbaoError(f"there is no function {function}; there are {', '.join(Function.values)}", where="function")
    return Function(function)


def _unit(key: str) -> Unit:
    unit = Unit.objects.select_related("parent").filter(key=key, closed=False).first()
    if unit is None:
        raise GongbaoError(f"there is no open unit {key}", where="unit")
    return unit


def _county(key: str) -> Unit | None:
    """None for "": the city's own level."""
    if not key:
        return None
    county = Unit.objects.filter(key=key, kind=UnitKind.COUNTY, closed=False).first()
    if county is None:
        raise GongbaoError(f"there is no open county or district {key}", where="county")
    return county
