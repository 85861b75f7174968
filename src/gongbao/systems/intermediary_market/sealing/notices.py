"""A custodian is told that it is their turn: until they open, a selection stands still. Nothing says how many wait."""

from datetime import datetime

from django.urls import reverse

from gongbao.core.labels import Label
from gongbao.office.outbox.actions import ToAccount, send
from gongbao.systems.intermediary_market.purchases.models import Purchase
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Sealing
from gongbao.systems.intermediary_market.sealing.queries import custodians

_WAITS = {
    Part.REGISTRATION: Label("报名已截止，请开启报名信息", "registration is over; open the registrations"),
    Part.OFFER: Label("业主已完成核对，请在选取时间开启报价", "open the offers at the time of the selection"),
}


def first_turn(sealing: Sealing, part: Part, at: datetime) -> None:
    """The first custodian, or all three where any two open."""
    for key in custodians(sealing) if sealing.reserve else (sealing.first,):
        _tell(key, sealing.purchase, part, at)


def second_turn(sealing: Sealing, part: Part, at: datetime, *, but: CustodianKey) -> None:
    """Those of whom one has to open yet, after the one whose key it was opened with."""
    for key in custodians(sealing):
        if key != but:
            _tell(key, sealing.purchase, part, at)


def _tell(key: CustodianKey, purchase: Purchase, part: Part, at: datetime) -> None:
    words, receipt = _WAITS[part], purchase.case.receipt
    send(
        ToAccount(key.account),
        subject=Label(f"中介服务采购 {receipt}：{words.zh}", f"Purchase of a service {receipt}: {words.en}"),
        text=Label(f"{words.zh}。", f"{words.en[:1].upper()}{words.en[1:]}."),
        about=purchase.subject,
        at=at,
        link=reverse("market:custody"),
    )
