"""Who is competent for what in the market: the unit that the city named for a function, or a county for its own.

There is one platform, which the city builds and no county builds again (第五条第二款). The city's operator runs the
market of the city's own level (市本级, 第六条第（二）、（五）项), so that what belongs to a county is run by a desk of
that county: its operating unit. Where a county has named none, the city's unit does it. The same holds for the other
functions: finance is that of each level (各级财政部门, 第九条).

What goes by the county of the owner: who runs a purchase (`operating_unit`), and with it whose custodians open what is
sealed, who gives the operator's share of a draw, who is told, and who handles a complaint about it. A purchase stays
with the unit that it was begun at, `purchase.case.unit`, whoever is named later.

What is of the platform as a whole stays with the city's operator (`operator_unit`): the database of owners and agencies
and the entry into it (第六条第（三）项), how the document is read, the yearly grade of an agency, of which there is one
(一处失信、联合惩戒, 第五条第一款). It sees the purchases of all desks, and acts in its own alone.
"""

from collections.abc import Collection

from django.db.models import F, QuerySet

from gongbao.core.errors import GongbaoError
from gongbao.office.people.models import Unit, UnitKind
from gongbao.office.people.queries import body_of
from gongbao.systems.intermediary_market.models import Competence, Function
from gongbao.systems.intermediary_market.organisations.models import Organisation


def counties() -> QuerySet[Unit]:
    """The counties and districts of this city, in the order in which they were taken up."""
    return Unit.objects.filter(kind=UnitKind.COUNTY, closed=False).order_by("id")


def county_of(unit: Unit | None) -> Unit | None:
    """The county or district in which the unit stands; None for one of the city's own level."""
    while unit is not None and unit.kind != UnitKind.COUNTY:
        unit = unit.parent
    return unit


def competences() -> QuerySet[Competence]:
    """All that is named: the city's first, then by county."""
    return Competence.objects.select_related("unit", "county").order_by(F("county").asc(nulls_first=True), "pk")


def competent(function: Function, county: Unit | None = None) -> Unit | None:
    """Who has the function for the county, or for the city's own level: the county's where one is named and not closed,
    else the city's. None where nobody is named."""
    found = Competence.objects.filter(function=function).select_related("unit__parent")
    if county is not None and (own := found.filter(county=county, unit__closed=False).first()) is not None:
        return own.unit
    city = found.filter(county=None).first()
    return city.unit if city is not None else None


def operator_unit() -> Unit:
    """The city's operator, who builds and runs the platform. Raises GongbaoError where none is named."""
    return _named(competent(Function.OPERATOR))


def operating_unit(owner: Organisation) -> Unit:
    """Who runs what the owner begins now: the desk of its county, where one is named, else the city's operator.

    Who runs a purchase that there is already is the unit of its case. Raises GongbaoError where nobody is named.
    """
    return _named(competent(Function.OPERATOR, owner.county))


def _named(unit: Unit | None) -> Unit:
    if unit is None:
        raise GongbaoError("nobody is named who runs the market here; tell whoever runs this site")
    return unit


def operating_units() -> list[Unit]:
    """The city's operator and the desks of the counties."""
    return [one.unit for one in competences().filter(function=Function.OPERATOR)]


def is_operator(unit: Unit) -> bool:
    """Whether the unit is of the body that is the city's operator."""
    return is_platform_desk({body_of(unit).pk})


def is_platform_desk(bodies: Collection[int]) -> bool:
    """Whether one of these bodies (ids) is the city's operator: it sees what all desks run."""
    operator = competent(Function.OPERATOR)
    return operator is not None and body_of(operator).pk in bodies


def units_of(bodies: Collection[int]) -> set[int]:
    """The ids of these bodies and of all their sections."""
    return {one.pk for one in Unit.objects.select_related("parent__parent") if body_of(one).pk in bodies}
