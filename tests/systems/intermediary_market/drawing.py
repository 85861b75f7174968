"""A purchase at its draw, for tests: who registered, and the acts of a draw at their times."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.cases.models import CaseEvent
from gongbao.systems.intermediary_market.draw import actions, queries
from gongbao.systems.intermediary_market.draw import draw as arithmetic
from gongbao.systems.intermediary_market.draw.draw import Party
from gongbao.systems.intermediary_market.draw.models import Draw, DrawShare
from gongbao.systems.intermediary_market.draw.queries import Stage
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration, Terms
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from gongbao.systems.intermediary_market.sealing.models import CustodianKey, Layer, Opening, Sealing
from tests.systems.intermediary_market.custodians import ENDS, appoint, content_key, purchase_of, rsa_key, seal_part
from tests.systems.intermediary_market.parties import START, Parties, open_market

SOURCE = "云岭市公益彩票开奖号码"
NOT_BEFORE = ENDS + timedelta(days=3)


def later(hours: float) -> datetime:
    """So many hours after registration ended."""
    return ENDS + timedelta(hours=hours)


SHARES = {Party.OWNER: "0a" * 32, Party.OPERATOR: "0b" * 32}


@dataclass
class Scene:
    """A purchase at its draw: five registered, the last of whom was not admitted, the first two have shares."""

    parties: Parties
    purchase: Purchase
    registrations: list[Registration] = field(default_factory=list)

    @property
    def eligible(self) -> list[Registration]:
        return self.registrations[:4]

    @property
    def draw(self) -> Draw:
        return Draw.objects.get(purchase=self.purchase, set_aside_at=None)

    def sealed(self, share: str) -> str:
        sealing = Sealing.objects.select_related("purchase", "first", "second", "reserve").get(purchase=self.purchase)
        return seal_part(sealing, json.dumps({"part": "share", "share": share}), Part.SHARE)

    def commit(self, party: Party, share: str = "", sealed: str = "") -> DrawShare:
        share = share or SHARES[party]
        made = arithmetic.commitment(str(self.purchase.uuid), party, share)
        return actions.commit(self.purchase, party, made, sealed or self.sealed(share), at=later(-50), actor=KEEPER)

    def prepare(self, who: list[Registration] | None = None) -> Draw:
        return actions.prepare(self.purchase, who or self.eligible, at=later(72.1), actor=KEEPER)

    def reveal(self, party: Party, share: str = "", at: datetime | None = None) -> DrawShare:
        return actions.reveal(self.purchase, party, share or SHARES[party], at=at or later(73), actor=KEEPER)

    def open_layer(self, party: Party, name: str) -> DrawShare:
        key_of = CustodianKey.objects.get(account__username=name)
        key = content_key(actions.sealed_for(self.draw.shares.get(party=party), key_of), rsa_key(name))
        assert key is not None
        return actions.open_layer(self.purchase, party, key_of, key, at=later(74), actor=KEEPER)

    def set_value(self, value: str = "03 07 12", published_at: datetime | None = None) -> Draw:
        return actions.set_public_value(
            self.purchase, value, "第2026030期公告", published_at or later(80), at=later(81), actor=KEEPER
        )

    def run(self) -> Registration:
        return actions.run(self.purchase, at=later(82), actor=KEEPER)

    def again(self, reason: str = "网络中断") -> Draw:
        return actions.again(self.purchase, reason, at=later(83), actor=KEEPER)

    def open_offers(self) -> None:
        sealing = Sealing.objects.get(purchase=self.purchase)
        with recorded("tests.offers", actor=KEEPER, ground=OUR_RULE, at=NOT_BEFORE) as record:
            for layer, key in ((Layer.FIRST, sealing.first), (Layer.SECOND, sealing.second)):
                Opening.objects.create(sealing=sealing, part=Part.OFFER, layer=layer, key=key, at=NOT_BEFORE, keys={})
            record(self.purchase.subject)

    def publish_result(self) -> None:
        case = self.purchase.case
        with recorded("tests.publish", actor=KEEPER, ground=OUR_RULE, at=later(90)) as record:
            CaseEvent.objects.create(
                case=case, number=99, step="publish_award", at=later(90), on=later(90).date(), role="operator"
            )
            record(case.subject)

    def to_value(self) -> None:
        """The acts after the list was fixed, up to the public value."""
        for party in SHARES:
            self.commit(party)
        for party in SHARES:
            self.reveal(party)
        self.set_value()

    def to(self, stage: Stage) -> "Scene":
        """All acts that lead to the stage."""
        acts: list[tuple[Stage, Callable[[], Any]]] = [
            (Stage.BEGUN, lambda: [self.commit(party) for party in SHARES]),
            (Stage.FIXED, self.prepare),
            (Stage.OPEN, lambda: [self.reveal(party) for party in SHARES]),
            (Stage.VALUED, self.set_value),
            (Stage.DRAWN, self.run),
        ]
        for reached, act in acts:
            act()
            if reached == stage:
                break
        assert queries.stage_of(self.draw) == stage
        return self


def registered(custodians: Sequence[str] = ()) -> Scene:
    """Five registered, and the custodians, two if no others are named, have not opened the offers."""
    parties = open_market()
    appoint(parties, *custodians)
    purchase = purchase_of(parties, state="drawing")
    made = Scene(parties, purchase)
    said = {"algorithm": arithmetic.ALGORITHM, "source": SOURCE, "not_before": NOT_BEFORE.isoformat()}
    with recorded("tests.registered", actor=KEEPER, ground=OUR_RULE, at=ENDS) as record:
        purchase.way = "random_draw"
        purchase.save()
        Terms.objects.create(purchase=purchase, number=2, content={"draw": said}, at=START, published_at=START)
        for number, agency in enumerate(parties.agencies):
            share = f"{number:02x}" * 32 if number < 2 else ""
            committed = arithmetic.commitment(str(purchase.uuid), Party.REGISTRANT, share) if share else ""
            made.registrations.append(
                Registration.objects.create(
                    purchase=purchase,
                    organisation=agency,
                    envelope=f"{number:064x}",
                    content={"commitment": committed},
                    opened_at=ENDS,
                    admitted=number < 4,
                    reason="" if number < 4 else "资质已经过期",
                    offer={"draw_share": share},
                    offer_opened_at=NOT_BEFORE,
                )
            )
        record(purchase.subject)
    return made
