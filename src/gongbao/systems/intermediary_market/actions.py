"""The only code that writes what the market keeps. Complaints are cases: gongbao.office.cases.actions writes them."""

from datetime import datetime

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, Actor
from gongbao.office.people.models import Unit
from gongbao.systems.intermediary_market.document import DOCUMENT
from gongbao.systems.intermediary_market.models import Competence, Function

_CLAUSES = {
    Function.OPERATOR: "第六条",
    Function.PRICES: "第八条",
    Function.PROCUREMENT: "第九条",
    Function.COORDINATION: "第十条",
}


def name_competent(function: str, unit_key: str, *, actor: Actor = KEEPER, at: datetime) -> Competence:
    """Name the unit of this city that has the function in the market. Raises GongbaoError."""
    if function not in Function.values:
        raise GongbaoError(f"there is no function {function}; there are {', '.join(Function.values)}", where="function")
    ground = f"{DOCUMENT} {_CLAUSES[Function(function)]}"
    with recorded("market.name_competent", actor=actor, ground=ground, at=at) as record:
        unit = Unit.objects.filter(key=unit_key).first()
        if unit is None or unit.closed:
            raise GongbaoError(f"there is no open unit {unit_key}", where="unit")
        competence = Competence.objects.select_for_update().filter(function=function).first()
        competence = competence or Competence(function=function)
        competence.unit = unit
        competence.save()
        record(f"market_function:{function}", unit=unit.key)
    return competence
