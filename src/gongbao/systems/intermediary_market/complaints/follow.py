"""What follows a step of a complaint beside it: whoever runs the purchase that it is about hears of it.

An accepted complaint may stop an award; a decided one lets it go on, or has it annulled. A person decides on either.
"""

from gongbao.office.audit.actions import Record
from gongbao.office.cases.models import Case
from gongbao.office.outbox.actions import ToPost
from gongbao.office.people.roles import Role
from gongbao.procedures import Event, Situation
from gongbao.systems.intermediary_market.complaints.models import Evidence
from gongbao.systems.intermediary_market.complaints.procedure import accept, decide, withdraw


def follows(case: Case, situation: Situation, event: Event, record: Record) -> None:
    """See office.cases.types.CaseType.follows."""
    from gongbao.systems.intermediary_market.purchases import notices, procedure
    from gongbao.systems.intermediary_market.purchases.models import Purchase
    from gongbao.systems.intermediary_market.purchases.suspension import complaint_of

    if event.step not in (accept.key, decide.key, withdraw.key):
        return
    evidence = Evidence.objects.filter(complaint=case, about__startswith="purchase:").first()
    purchases = Purchase.objects.select_related("case__unit")
    if event.step == accept.key:
        about = evidence.about.removeprefix("purchase:") if evidence is not None else None
        found = list(purchases.filter(case__state=procedure.announced.key, uuid=about)) if about else []
        zh = "公示期内有投诉被受理，请决定是否中止"
        en = "a complaint about this award was accepted; say whether it is suspended"
    else:
        suspended = purchases.filter(case__state=procedure.suspended.key)
        found = [one for one in suspended if (by := complaint_of(one)) is not None and by.pk == case.pk]
        zh = "据以中止的投诉已有结果，请恢复或者撤销"
        en = "the complaint on which this award is suspended is over; resume or annul it"
    for purchase in found:
        notices.tell(ToPost(purchase.case.unit, Role.CLERK), purchase, zh, en, event.at, "purchase_at_desk")
