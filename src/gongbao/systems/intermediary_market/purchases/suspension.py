"""On what the publicity of an award is suspended, and when it goes on: nothing else stops the notice of award
(第二十四条).

A complaint that stops an award is one about that purchase, and was accepted (第三十六条第一款); else the order of a
court or the decision of those who supervise is named with its number. The days go on where they stood.
"""

from collections.abc import Mapping, Sequence

from gongbao.core.labels import Label
from gongbao.office.cases.models import Case, CaseEvent, PersonalValues
from gongbao.procedures import Problem, Step
from gongbao.procedures.fields import Value
from gongbao.systems.intermediary_market.complaints import procedure as complaints
from gongbao.systems.intermediary_market.complaints.models import Evidence
from gongbao.systems.intermediary_market.purchases import procedure
from gongbao.systems.intermediary_market.purchases.models import Purchase

_WAITS = (complaints.received.key, complaints.correcting.key)
_HANDLED = (complaints.handling.key, complaints.examining.key, complaints.completing.key)


def refuses(case: Case, step: Step, values: Mapping[str, Value]) -> Sequence[Problem]:
    """See office.cases.types.CaseType.refuses."""
    if step is procedure.suspend_award:
        return _suspending(case, values)
    return _resuming(case, values) if step is procedure.resume_award else ()


def complaint_of(purchase: Purchase) -> Case | None:
    """The complaint on which the award was suspended last; None where it was an order."""
    row = _suspension(purchase.case)
    return _complaint(str(row.values.get("complaint", ""))) if row is not None else None


def is_about(complaint: Case, purchase: Purchase) -> bool:
    """Whether the complaint was begun from the purchase, or names its number."""
    if Evidence.objects.filter(complaint=complaint, about=purchase.subject).exists():
        return True
    filed = PersonalValues.objects.filter(event__case=complaint, event__step=complaints.file.key).first()
    return filed is not None and purchase.case.receipt in str(filed.values.get("facts", ""))


def _suspension(case: Case) -> CaseEvent | None:
    return CaseEvent.objects.filter(case=case, step=procedure.suspend_award.key).order_by("-number").first()


def _complaint(receipt: str) -> Case | None:
    found = Case.objects.filter(procedure=complaints.complaint.key, receipt=receipt.strip().upper())
    return found.first() if receipt.strip() else None


def _suspending(case: Case, values: Mapping[str, Value]) -> list[Problem]:
    if values.get("suspended_for") != "complaint":
        lacking = [key for key in ("ordered_by", "order_number") if not values.get(key)]
        return [Problem(key, _NEEDED) for key in lacking]
    purchase = Purchase.objects.filter(case=case).select_related("case").first()
    given = str(values.get("complaint") or "")
    found = _complaint(given)
    if not given:
        return [Problem("complaint", _NEEDED)]
    if found is None or purchase is None or not is_about(found, purchase):
        return [Problem("complaint", _NOT_ABOUT)]
    if found.state in _WAITS:
        return [Problem("complaint", _NOT_ACCEPTED)]
    return [] if found.state in _HANDLED else [Problem("complaint", _OVER)]


def _resuming(case: Case, values: Mapping[str, Value]) -> list[Problem]:
    """What an order stopped an order lets go on; a complaint stops it until it is decided or taken back."""
    row = _suspension(case)
    ground = row.values.get("suspended_for") if row is not None else None
    if ground in ("court", "supervision"):
        return [] if values.get("lifted_by") else [Problem("lifted_by", _NEEDED)]
    found = _complaint(str(row.values.get("complaint", ""))) if row is not None else None
    if found is not None and found.state in (*_WAITS, *_HANDLED):
        return [Problem("resumed_because", _NOT_DECIDED)]
    return []


_NEEDED = Label("应填写", "needed for this ground")
_NOT_ABOUT = Label("没有关于本次采购的这一编号的投诉", "no complaint about this purchase has this number")
_NOT_ACCEPTED = Label(
    "该投诉尚未受理，受理后方可据以中止（第三十六条第一款）",
    "this complaint is not accepted yet, and stops nothing before it is (第三十六条第一款)",
)
_OVER = Label("该投诉已作出处理决定、不予受理或者撤回", "this complaint was decided, refused or taken back")
_NOT_DECIDED = Label(
    "据以中止的投诉尚未作出处理决定（第三十六条第一款）",
    "the complaint on which it is suspended is not decided yet (第三十六条第一款)",
)
