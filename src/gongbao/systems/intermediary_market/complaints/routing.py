"""Which authority a complaint goes to: the one that is competent for its subject, and never the body complained of.

第三十五条 sends complaints to the competent authorities; who they are, 第六条 to 第十条 say. Where the competent one is
itself complained of, or is part of what is, the authority that coordinates complaints (第十条) has it, and where that
one is, the city itself. That order is ours: the document leaves it open.

What concerns a county goes to the county's own unit, where it has named one for the function (competence.py): a
complaint about a purchase by the county of its owner, any other by the body complained of. About a selection the unit
that ran it decides, and of a complaint about that unit it is the one that is barred, and no other operator.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.office.cases.queries import units_barred
from gongbao.office.cases.types import Routed
from gongbao.office.people.models import Unit, UnitKind
from gongbao.office.people.queries import body_of
from gongbao.procedures.fields import Value
from gongbao.systems.intermediary_market.competence import competent, county_of, operating_units
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.models import Function

_BY_SUBJECT: dict[str, tuple[Function | None, str]] = {
    "fees": (Function.PRICES, "第八条"),
    "agency": (None, "第七条第（三）项"),
    "qualification": (None, "第七条第（四）项"),
    "selection": (Function.OPERATOR, "第六条第（五）项"),
    "procurement": (Function.PROCUREMENT, "第九条第二款"),
    "owner": (Function.COORDINATION, "第十条"),
    "authority": (Function.COORDINATION, "第十条"),
    "other": (Function.COORDINATION, "第十条"),
}
"""The function that is competent for a subject (None: the sector authority of the service), and the clause for it."""


def route(
    values: Mapping[str, Value],
    involved: Iterable[str] = (),
    *,
    county: Unit | None = None,
    ran_by: Unit | None = None,
) -> Routed:
    """The authority for a complaint, which is none of the units `involved` (keys), whoever is complained of.

    Where it comes from a purchase or contract, `county` is that of the owner (None: the city's own level), and `ran_by`
    the operating unit. Raises GongbaoError where this city has named none that may handle it.
    """
    barred = tuple(sorted({*complained_of(values, ran_by), *involved}))
    shut = units_barred(barred)
    if ran_by is None:
        county = county_of(_named(values, "against_unit"))
    for unit, why in _in_order(values, county, ran_by):
        if not unit.closed and unit.pk not in shut:
            return Routed(unit, why, barred)
    raise GongbaoError(
        "no authority is named that may handle this complaint; tell whoever runs this site", where="subject"
    )


def _in_order(values: Mapping[str, Value], county: Unit | None, ran_by: Unit | None) -> Iterator[tuple[Unit, Label]]:
    function, clause = _BY_SUBJECT[str(values["subject"])]
    why = Label(f"有权处理的机关（{DOCUMENT} {clause}）", f"the competent authority ({DOCUMENT} {clause})")
    if function is None:
        unit = _named(values, "sector_unit")
        unit = body_of(unit) if unit is not None else None
    elif function is Function.OPERATOR and ran_by is not None:
        unit = ran_by
    else:
        unit = competent(function, county)
    if unit is not None:
        yield unit, why
    for level in dict.fromkeys((county, None)):
        if (coordinates := competent(Function.COORDINATION, level)) is not None:
            yield (
                coordinates,
                Label(f"协调处理投诉的机关（{DOCUMENT} 第十条）", f"who coordinates complaints ({DOCUMENT} 第十条)"),
            )
    for city in Unit.objects.filter(kind=UnitKind.CITY, parent=None):
        yield city, Label("市级（内部规定）", "the city (our rule)")


def _named(values: Mapping[str, Value], field: str) -> Unit | None:
    return Unit.objects.filter(key=values.get(field, "")).first()


_SHORTEST = 3  # 财政局


def complained_of(values: Mapping[str, Value], ran_by: Unit | None = None) -> tuple[str, ...]:
    """The keys of the bodies of this city that are complained of: named, or called by their name, or the operator that
    ran what is complained about; where nobody tells which that is, every operator."""
    found = set()
    if unit := _named(values, "against_unit"):
        found.add(body_of(unit).key)
    name = _plain(str(values.get("against", "")))
    # Of an authority a section is named too, or somebody in it: 财政局采购科, 财政局的工作人员.
    of_office = values.get("against_kind") in ("authority", "operator")
    for unit in Unit.objects.exclude(kind=UnitKind.CITY):
        # 某市财政局 is 财政局 with the name of its city before it, in what is written or in the list of units. So a
        # short name bars the bureaus of all counties: better one too many than the one complained of.
        for own in (_plain(unit.zh), _plain(unit.en)):
            if min(len(own), len(name)) < _SHORTEST:
                continue
            within = of_office and unit.kind != UnitKind.SECTION and own in name
            if within or name.endswith(own) or own.endswith(name):
                found.add(body_of(unit).key)
    if values.get("against_kind") == "operator":
        operators = {body_of(ran_by).key} if ran_by is not None else {body_of(one).key for one in operating_units()}
        if ran_by is not None or not operators & found:
            found |= operators
    return tuple(sorted(found))


def _plain(name: str) -> str:
    """The letters and figures of a name: ２ is 2, A is a."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())
