"""Which authority a complaint goes to: the one that is competent for its subject, and never the body complained of.

第三十五条 sends complaints to the competent authorities; who they are, 第六条 to 第十条 say. Where the competent one is
itself complained of, or is part of what is, the authority that coordinates complaints (第十条) has it, and where that
one is, the city itself. That order is ours: the document leaves it open.
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
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.models import Competence, Function

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


def route(values: Mapping[str, Value], involved: Iterable[str] = ()) -> Routed:
    """The authority for a complaint, which is none of the units `involved` (keys), whoever is complained of.

    Raises GongbaoError where this city has named none that may handle it.
    """
    barred = tuple(sorted({*complained_of(values), *involved}))
    shut = units_barred(barred)
    for unit, why in _in_order(values):
        if not unit.closed and unit.pk not in shut:
            return Routed(unit, why, barred)
    raise GongbaoError(
        "no authority is named that may handle this complaint; tell whoever runs this site", where="subject"
    )


def _in_order(values: Mapping[str, Value]) -> Iterator[tuple[Unit, Label]]:
    named = {one.function: one.unit for one in Competence.objects.select_related("unit")}
    function, clause = _BY_SUBJECT[str(values["subject"])]
    competent = Label(f"有权处理的机关（{DOCUMENT} {clause}）", f"the competent authority ({DOCUMENT} {clause})")
    if function is not None and function in named:
        yield named[function], competent
    elif function is None and (unit := Unit.objects.filter(key=values.get("sector_unit", "")).first()) is not None:
        yield body_of(unit), competent
    if Function.COORDINATION in named:
        yield (
            named[Function.COORDINATION],
            Label(f"协调处理投诉的机关（{DOCUMENT} 第十条）", f"who coordinates complaints ({DOCUMENT} 第十条)"),
        )
    for city in Unit.objects.filter(kind=UnitKind.CITY, parent=None):
        yield city, Label("市级（内部规定）", "the city (our rule)")


_SHORTEST = 3  # 财政局


def complained_of(values: Mapping[str, Value]) -> tuple[str, ...]:
    """The keys of the bodies of this city that are complained of: named, or called by their name, or the operator."""
    found = set()
    if unit := Unit.objects.filter(key=values.get("against_unit", "")).first():
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
        found.update(Competence.objects.filter(function=Function.OPERATOR).values_list("unit__key", flat=True))
    return tuple(sorted(found))


def _plain(name: str) -> str:
    """The letters and figures of a name: ２ is 2, A is a."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())
