"""Purchases of the imaginary market, played up to wherever a test wants them, with envelopes that are sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gongbao.office.audit.actors import KEEPER
from gongbao.office.cases import actions as cases
from gongbao.office.cases.actors import Acting, first_for, of_account
from gongbao.office.people.models import Account
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market.catalogue.actions import ItemContent, keep_item
from gongbao.systems.intermediary_market.catalogue.models import ServiceItem
from gongbao.systems.intermediary_market.organisations.actions import Offered, enter_item
from gongbao.systems.intermediary_market.organisations.models import Listing, Organisation
from gongbao.systems.intermediary_market.purchases import actions, procedure, terms
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration
from gongbao.systems.intermediary_market.sealing import actions as sealing
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from tests.replayed import replayed
from tests.systems.intermediary_market.custodians import FIRST, SECOND, appoint, open_part, register_keys, sealed
from tests.systems.intermediary_market.parties import START, Parties, open_market, there


def at(text: str) -> datetime:
    """2026-03-02 09:30, in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


MONDAY = at("2026-03-02 09:30")
"""When things are handed in and published, if not said otherwise: registration then ends with Monday the 9th."""
ENDS = at("2026-03-10 00:00")
SELECTION = at("2026-03-11 09:30")
TERMS: Mapping[str, Any] = {
    "project_name": "教学楼安全鉴定",
    "work": "对两栋教学楼进行结构安全鉴定，出具报告。",
    "service_time": "合同签订后20日",
    "budget": "80000",
    "fund": "public",
    "budget_year": "2026",
    "excluded": "none",
    "subject": "两栋三层砖混结构教学楼，建筑面积共4200平方米。",
    "no_annexes": "参数和构成已在标的情况中写明",
    "qualification": "",
    "way": "lowest_price",
    "price_kind": "price",
    "criteria": "",
    "after_abandonment": "new_notice",
    "draw_source": terms.DRAW_SOURCE,
    "registration_days": "5",
    "selection_days": "2",
    "selection_time": "09:30",
    "conflicts": "依法应当回避的情形",
    "contact_name": "文竹",
    "contact_telephone": "0991-5550001",
}


@dataclass
class Market:
    """The parties, a service that may be bought, and a limit of 2026."""

    parties: Parties
    item: ServiceItem
    envelopes: dict[str, Any] = field(default_factory=dict)

    @property
    def owner(self) -> Organisation:
        return self.parties.owners[0]

    @property
    def account(self) -> Account:
        return self.parties.people["school"]

    def operator(self, name: str = "operator-clerk", when: datetime = MONDAY) -> Acting:
        """The clerk, or the head, of the operator."""
        found = of_account(self.parties.people[name], procedure.purchase, self.parties.operator, when.date())
        acting = first_for(found, [procedure.operator, procedure.operator_head])
        assert acting is not None
        return acting

    # --- steps

    def submit(self, when: datetime = MONDAY, *, previous: Purchase | None = None, **changed: Any) -> Purchase:
        given = {**TERMS, **changed}
        return actions.submit(self.owner, self.item, given, account=self.account, at=when, previous=previous)

    def publish(self, purchase: Purchase, when: datetime = MONDAY) -> Purchase:
        actions.publish(purchase, acting=self.operator(when=when), at=when, seen=seen(purchase))
        return again(purchase)

    def published(self, when: datetime = MONDAY, **changed: Any) -> Purchase:
        return self.publish(self.submit(when, **changed), when)

    def register(self, purchase: Purchase, numbers: Sequence[int], prices: Sequence[str] = (), **changed: Any) -> None:
        """These agencies, by number from 0, seal and hand in."""
        current = purchase.terms.exclude(published_at=None).last()
        assert current is not None
        for place, number in enumerate(numbers):
            agency = self.parties.agencies[number]
            price = prices[place] if place < len(prices) else "48123.45"
            kind = current.content.get("price_kind", "price")
            made = sealed(purchase, agency, price=price, kind=kind, changed={"terms": current.number, **changed})
            sealing.hand_in(purchase.uuid, made.given, at=purchase.registration_ends_at - timedelta(minutes=5))  # type: ignore[operator]

    def close(self, purchase: Purchase) -> Purchase:
        """The deadline passes, and the worker comes by."""
        assert purchase.registration_ends_at is not None
        cases.tend_due(purchase.registration_ends_at)
        sealing.fix_due(purchase.registration_ends_at + sealing.GRACE)
        return again(purchase)

    def open(self, purchase: Purchase, part: Part, when: datetime) -> Purchase:
        for name in (FIRST, SECOND):
            open_part(self.parties, purchase, part, name, when)
            purchase = again(purchase)
        return purchase

    def opened(self, numbers: Sequence[int], prices: Sequence[str] = (), **changed: Any) -> Purchase:
        """A purchase whose registrations are open."""
        purchase = self.published(**changed)
        self.register(purchase, numbers, prices)
        return self.open(self.close(purchase), Part.REGISTRATION, ENDS + timedelta(hours=9))

    def checked(self, purchase: Purchase, rejected: Sequence[int] = ()) -> Purchase:
        """The owner admits all but some."""
        when = ENDS + timedelta(hours=10)
        for one in Registration.objects.filter(purchase=purchase, excluded=[], standing=True):
            admitted = one.organisation_id not in {self.parties.agencies[number].pk for number in rejected}
            actions.judge(one, admitted, "按报名条件核对", account=self.account, at=when)
        actions.finish_check(purchase, account=self.account, at=when, seen=seen(purchase))
        return again(purchase)

    def selecting(self, numbers: Sequence[int], prices: Sequence[str] = (), **changed: Any) -> Purchase:
        return self.open(self.checked(self.opened(numbers, prices, **changed)), Part.OFFER, SELECTION)

    def settle(self, purchase: Purchase, when: datetime = SELECTION, **given: Any) -> Purchase:
        actions.settle(purchase, acting=actions.as_owner(self.account), at=when, seen=seen(purchase), **given)
        return again(purchase)

    def selected(
        self, numbers: Sequence[int] = (0, 1), prices: Sequence[str] = ("100", "200"), **more: Any
    ) -> Purchase:
        return self.settle(self.selecting(numbers, prices, **more))

    def owner_step(self, purchase: Purchase, step: str, when: datetime = SELECTION, **given: Any) -> Purchase:
        actions.owner_step(purchase, step, given, account=self.account, at=when, seen=seen(purchase))
        return again(purchase)

    def desk(self, purchase: Purchase, step: str, when: datetime = SELECTION, **given: Any) -> Purchase:
        """A step of the operator, as the page of the case takes it; signed by the head where it has to be."""
        acting, declared = self.operator(when=when), procedure.purchase.steps[step]
        if declared.sign_off is None:
            cases.take_step(purchase.case.uuid, step, given, acting=acting, at=when, seen=seen(purchase))
            return again(purchase)
        proposal = cases.propose(purchase.case.uuid, step, given, acting=acting, at=when, seen=seen(purchase))
        head = self.operator("operator-head", when)
        cases.give_opinion(
            proposal.uuid, acting_role=head.role.key, unit_key=self.parties.operator.key, verdict=Verdict.SIGNED,
            words="", actor=head.actor, account=self.parties.people["operator-head"], for_account=None, at=when,
        )  # fmt: skip
        return again(purchase)

    def announced(self, **more: Any) -> Purchase:
        confirmed = self.owner_step(self.selected(**more), "confirm")
        return self.desk(confirmed, "publish_award")


def again(purchase: Purchase) -> Purchase:
    """The purchase as it stands now."""
    return Purchase.objects.select_related("case__unit", "owner", "item__item", "selected__organisation").get(
        pk=purchase.pk
    )


def seen(purchase: Purchase) -> int:
    purchase.case.refresh_from_db()
    return purchase.case.events_count


def stand_under(agency: Organisation, item: ServiceItem, when: datetime = START) -> Listing:
    """The agency enters under the service, which asks for no qualification."""
    offered = Offered("鉴定", "提供图纸", "20日", "双方协商")
    return enter_item(agency, item, offered, qualification=None, actor=KEEPER, at=when)


def bare_market(under: int = 5) -> Market:
    """The market with a service that may be bought, and the first so many agencies under it; nobody has a key, and no
    limit is entered."""
    _keep_service(under)
    return market_there()


def buying_market(under: int = 5) -> Market:
    """The market with two custodians, agencies that can sign, the first so many under its service, and a limit of
    300000 yuan."""
    _keep_all(under)
    return market_there()


def market_there() -> Market:
    """The market that the database holds."""
    return Market(there(), ServiceItem.objects.get(code="FW-01"))


@replayed
def _keep_service(under: int) -> None:
    parties = open_market()
    content = ItemContent(
        name="房屋安全鉴定", legal_ground="云澜市房屋使用安全办法第九条", time_limit="20个工作日",
        process="委托、勘查、检测、出具报告", conditions="房屋权属证明", fee_standard="双方协商",
    )  # fmt: skip
    version, _ = keep_item(
        "FW-01", content, authority=parties.units["housing"], since=START.date(), actor=KEEPER, at=START
    )
    for agency in parties.agencies[:under]:
        stand_under(agency, version.item)


@replayed
def _keep_all(under: int) -> None:
    parties = bare_market(under).parties
    appoint(parties)
    register_keys(parties)
    actions.enter_limit(2026, "300000", "云澜市2026年集中采购目录", account=None, actor=KEEPER, at=START)
