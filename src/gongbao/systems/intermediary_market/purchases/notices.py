"""Who is told of what happens in a purchase: by a message on the site, in which nothing is personal.

Who has registered nobody knows before the deadline, and so nobody can be written to as one who did: what changes in a
notice is told to every agency under its service. As none other can be admitted (第十三条、第十四条), each that
registered and may be selected is among them; the page where a receipt is looked up tells anybody else.
"""

from datetime import datetime

from django.urls import NoReverseMatch, reverse

from gongbao.core.labels import Label
from gongbao.office.cases.models import Case
from gongbao.office.outbox.actions import ToAccount, ToPost, send
from gongbao.office.people.models import Account
from gongbao.office.people.roles import Role as Post
from gongbao.procedures import Role, Run
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.organisations import queries as organisations
from gongbao.systems.intermediary_market.organisations.models import Listing, Organisation, in_force
from gongbao.systems.intermediary_market.purchases import procedure
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.purchases.queries import clause_when_unconfirmed
from gongbao.systems.intermediary_market.purchases.unconfirmed import supervising


def _address(name: str, purchase: Purchase) -> str:
    try:
        # The custodians' page is one for all purchases.
        return reverse(f"market:{name}", args=[] if name == "custody" else [purchase.uuid])
    except NoReverseMatch:
        return ""


def tell(
    to: Account | ToPost, purchase: Purchase, zh: str, en: str, at: datetime, page: str = "notice", place: str = ""
) -> None:
    """`page` and `place` say where the message leads: the name of an address, and a heading there."""
    receipt = purchase.case.receipt
    send(
        ToAccount(to) if isinstance(to, Account) else to,
        subject=Label(f"中介服务采购 {receipt}：{zh}", f"Purchase of a service {receipt}: {en}"),
        text=Label(f"{zh}。", f"{en[:1].upper()}{en[1:]}."),
        about=purchase.subject,
        at=at,
        link=_address(page, purchase) + (f"#{place}" if place else ""),
    )


def accounts_of(organisation: Organisation, at: datetime) -> list[Account]:
    day = at.astimezone(SHANGHAI).date()
    return [one.account for one in organisations.members_of(organisation, day)]


def tell_owner(purchase: Purchase, zh: str, en: str, at: datetime) -> None:
    for account in accounts_of(purchase.owner, at):
        tell(account, purchase, zh, en, at, "owner_purchase")


def tell_agencies(purchase: Purchase, zh: str, en: str, at: datetime, page: str = "notice", place: str = "") -> None:
    """Every agency under the service, whether it registered or not: none other can be admitted (第十四条)."""
    listed = Listing.objects.filter(in_force(at.astimezone(SHANGHAI).date()), item=purchase.item.item)
    accounts = {
        one.pk: one for row in listed.select_related("organisation") for one in accounts_of(row.organisation, at)
    }
    for account in accounts.values():
        tell(account, purchase, zh, en, at, page, place)


def tell_registrants(purchase: Purchase, at: datetime) -> None:
    """With the award notice it is public who registered: each hears of the result, and that it may object to it."""
    for one in purchase.registrations.select_related("organisation"):
        if one.pk == purchase.selected_id:
            zh, en = "贵机构中选，正在公示", "your agency is selected; the award is under public notice"
        else:
            zh, en = (
                "中选公告已发布，对结果有异议可以投诉",
                "the award notice is published; who objects may complain",
            )
        for account in accounts_of(one.organisation, at):
            tell(account, purchase, zh, en, at)


def escalated(purchase: Purchase, at: datetime) -> None:
    """A result was not confirmed in time: those hear of it who run the purchase and who supervise the owner."""
    clause = clause_when_unconfirmed(purchase)
    for unit in dict.fromkeys((purchase.case.unit, *supervising(purchase))):
        tell(
            ToPost(unit, Post.SECTION_HEAD), purchase, f"业主逾期未确认选取结果（{clause}）",
            f"the owner has not confirmed the result in time ({clause})", at,
            "purchase_at_desk" if unit == purchase.case.unit else "unconfirmed",
        )  # fmt: skip
    tell_owner(purchase, "逾期未确认选取结果，已作记录", "the result was not confirmed in time, which is recorded", at)


def reminds(case: Case, run: Run, role: Role, words: Label, at: datetime) -> None:
    """See office.cases.types.CaseType.reminds: the custodians, and the owner, of a clock that is soon or over due."""
    purchase = Purchase.objects.filter(case=case).select_related("case", "owner").first()
    if purchase is None:
        return
    if role.key == procedure.owner.key:
        tell_owner(purchase, words.zh, words.en, at)
    elif role.key == procedure.custodian.key:
        page = "draw" if run.clock == procedure.shares_opening else "custody"
        for account in custodians_of(purchase):
            tell(account, purchase, words.zh, words.en, at, page)


def custodians_of(purchase: Purchase) -> list[Account]:
    """The persons to whom the purchase is sealed."""
    from gongbao.systems.intermediary_market.sealing.queries import custodians

    sealing = getattr(purchase, "sealing", None)
    return [key.account for key in custodians(sealing)] if sealing is not None else []
