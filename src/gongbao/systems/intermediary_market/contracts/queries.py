"""The only code that reads contracts for a page, an answer of the API or an export.

Everything follows from the events of the cases and is kept nowhere: sums, what is overdue, what is published. The two
parties, the operator and the auditors see all of a contract; everybody else sees what was published of it
(第二十五条第二款), and of that the fields that are public alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from gongbao.core.labels import Label
from gongbao.gazette.masking import MASK
from gongbao.office.cases.models import Attachment, CaseEvent
from gongbao.office.cases.queries import (
    Desk,
    ShownEvent,
    find,
    sees_personal,
    shown_events,
    situation_of,
    situations_of,
)
from gongbao.procedures import Clock, Obstacle, Possible, Role, Run, Situation, Step
from gongbao.systems.intermediary_market.competence import is_platform_desk
from gongbao.systems.intermediary_market.complaints.privacy import NUMBERS
from gongbao.systems.intermediary_market.contracts import earlier
from gongbao.systems.intermediary_market.contracts import procedure as market
from gongbao.systems.intermediary_market.contracts.instalments import (
    ACCEPTED,
    AGREES,
    CONFIRMED,
    Invoice,
    Part,
    invoices_of,
    parts_of,
    payments_of,
)
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases.models import Purchase

FILED = market.FILED


def contracts() -> QuerySet[Contract]:
    """All of them, newest first, with what a row of a list needs."""
    return Contract.objects.select_related(
        "case__unit", "purchase__owner__unit", "purchase__item__item", "registration__organisation"
    )


def find_contract(uuid: UUID) -> Contract | None:
    return contracts().filter(uuid=uuid).first()


def of_purchase(purchase: Purchase) -> Contract | None:
    """The last contract of a purchase: its award may have been given back, and another agency followed."""
    return contracts().filter(purchase=purchase).first()


def of_organisation(organisation: Organisation) -> QuerySet[Contract]:
    """Those that it is a party of, as owner or as agency."""
    return contracts().filter(Q(purchase__owner=organisation) | Q(registration__organisation=organisation))


def of_organisations(organisations: Collection[Organisation]) -> QuerySet[Contract]:
    return contracts().filter(Q(purchase__owner__in=organisations) | Q(registration__organisation__in=organisations))


def of_desk(desk: Desk) -> QuerySet[Contract]:
    """Those that the desk sees: of its units; all for the city's operator, and where it reads everything."""
    if desk.reads_all or is_platform_desk(desk.bodies):
        return contracts()
    return contracts().filter(case__unit__in=desk.units)


# --- rows of lists


@dataclass(frozen=True, slots=True)
class Row:
    """A contract in a list. Sums are in yuan, None where there is none yet.

    `overdue` are the clocks that have run out and wait still, `late` those met too late.
    """

    contract: Contract
    situation: Situation
    overdue: tuple[Run, ...]
    late: tuple[Run, ...]
    parts: tuple[Part, ...] = ()

    @property
    def service(self) -> str:
        return str(self.situation.values["service"])

    @property
    def owner_name(self) -> str:
        return str(self.situation.values["owner_name"])

    @property
    def agency_name(self) -> str:
        return str(self.situation.values["agency_name"])

    @property
    def is_public_fund(self) -> bool:
        return market.is_public(self.situation)

    @property
    def state(self) -> Label:
        assert self.situation.state is not None
        return self.situation.state.label

    @property
    def award(self) -> Decimal | None:
        found = self.situation.values.get("award")
        return found if isinstance(found, Decimal) else None

    @property
    def amount(self) -> Decimal | None:
        return market.amount_of(self.situation)

    @property
    def invoiced(self) -> Decimal:
        return sum((one.invoiced for one in self.parts), Decimal("0.00"))

    @property
    def paid(self) -> Decimal:
        """What the owner recorded and the agency does not dispute."""
        return sum((one.paid for one in self.parts), Decimal("0.00"))

    @property
    def confirmed(self) -> Decimal:
        return sum((one.confirmed for one in self.parts), Decimal("0.00"))

    @property
    def owed(self) -> Decimal | None:
        """Of all invoices that stand; None where none does."""
        if not any(one.invoices for one in self.parts):
            return None
        return sum((one.owed for one in self.parts), Decimal("0.00"))

    @property
    def to_accept(self) -> int:
        """How many instalments have something to be delivered and accepted."""
        return sum(one.is_delivered for one in self.parts)

    @property
    def accepted(self) -> int:
        return sum(one.standing == ACCEPTED for one in self.parts)

    @property
    def signed_on(self) -> date | None:
        return self._day(*market.SIGNS)

    @property
    def filed_on(self) -> date | None:
        """The day of the first filing."""
        return self._day(FILED)

    @property
    def deliver_by(self) -> date | None:
        """The last day agreed for a delivery."""
        return max((one.deliver_by for one in self.parts if one.deliver_by is not None), default=None)

    @property
    def pay_by(self) -> date | None:
        """The first of the last days of the invoices that are not paid."""
        runs = (one for one in self.situation.open_runs if one.clock == market.payment)
        return min((one.due for one in runs if one.due is not None), default=None)

    @property
    def due(self) -> date | None:
        return self.situation.due

    @property
    def is_published(self) -> bool:
        return is_published(self.situation)

    def is_overdue_in(self, clock: Clock) -> bool:
        return any(run.clock == clock for run in self.overdue)

    def _day(self, *steps: str) -> date | None:
        return next((one.on for one in self.situation.events if one.step in steps), None)


def is_published(situation: Situation) -> bool:
    """Whether the public sees it: it was filed, and the law does not keep it secret."""
    return bool(situation.taken(FILED)) and not market.is_secret(situation)


def kept_secret(case: str) -> Exists:
    """Whether the law keeps a contract secret (contracts.procedure.is_secret), asked of the database. `case`: the path
    to its case."""
    lifted = CaseEvent.objects.filter(case=OuterRef("case"), number__gt=OuterRef("number"), step__in=market.LIFTS)
    said = CaseEvent.objects.filter(case=OuterRef(case), step=market.EXEMPTS)
    return Exists(said.filter(~Exists(lifted)))


def rows_of(found: Sequence[Contract], now: datetime) -> list[Row]:
    """The rows of the contracts, in their order. Two queries."""
    situations = situations_of([one.case for one in found])
    return [_row(one, situations[one.case_id], now) for one in found]


def _row(contract: Contract, situation: Situation, now: datetime) -> Row:
    late = tuple(run for run in situation.runs if run.late)
    return Row(contract, situation, tuple(situation.overdue(now)), late, market.parts_of(situation))


def agreed_of(registrations: Sequence[int]) -> dict[int, tuple[date, tuple[Decimal, ...]]]:
    """The day on which the contracts of these registrations were signed, the sum then, and that of each amendment.

    Read from the events in which they stand, without those around them: one query, however many. Of a contract that the
    law keeps secret there is nothing.
    """
    steps = (*market.SIGNS, *market.AMENDS, market.EXEMPTS, *market.LIFTS)
    rows = CaseEvent.objects.filter(case__contract__registration__in=registrations, step__in=steps)
    found: dict[int, tuple[date, tuple[Decimal, ...]]] = {}
    secret = set()
    for registration, step, on, amount in rows.order_by("case", "number").values_list(
        "case__contract__registration", "step", "on", "values__amount"
    ):
        if step == market.EXEMPTS:
            secret.add(registration)
            continue
        if step in market.LIFTS:
            secret.discard(registration)
            continue
        signed_on, sums = found.get(registration, (on, ()))
        found[registration] = signed_on, sums if amount is None else (*sums, Decimal(amount))
    return {registration: agreed for registration, agreed in found.items() if registration not in secret}


def of_before_instalments() -> list[UUID]:
    """The contracts from before there were instalments in which something is left to do: see actions.carry_over."""
    events = CaseEvent.objects.filter(case=OuterRef("case"))
    named_then = Q(case__state__in=earlier.STATES)
    not_agreed = Q(case__state=market.performing.key) & ~Exists(events.filter(step__in=_HAVE_A_DAY))
    not_settled = Q(case__state=market.paid.key) & ~Exists(events.filter(step=market.settle.key))
    found = Contract.objects.filter(named_then | not_agreed | not_settled, case__over=False)
    return list(found.order_by("pk").values_list("uuid", flat=True)[:AT_ONCE])


_HAVE_A_DAY = (*AGREES, market.deliver.key)
AT_ONCE = 100
"""So many contracts in one round of the worker."""


# --- overdue: never stored, always derived

OVERDUE: tuple[Clock, ...] = (
    market.signing,
    market.filing,
    market.agreed_filing,
    market.delivery,
    market.acceptance,
    market.payment,
    market.confirmation,
)
"""The lists of what is overdue, one for each clock."""
ANY_OVERDUE = "any"
"""In place of a clock's key: the list of whatever is overdue."""


def clock_of(key: str) -> Clock | None:
    """The clock of such a list."""
    return next((one for one in OVERDUE if one.key == key), None)


def past_due(among: QuerySet[Contract], now: datetime) -> QuerySet[Contract]:
    """The contracts with any clock that has run out and waits still, those that ran out first first.

    The row of a case has the first moment from which it is overdue: where that is not over, none is.
    """
    return among.filter(case__over=False, case__due_at__lte=now).order_by("case__due_at", "pk")


def overdue(among: QuerySet[Contract], now: datetime, clock: Clock | None = None) -> list[Row]:
    """The same with all that is overdue of each; with a clock those alone in which it is. Looks at each of them."""
    return _overdue(list(past_due(among, now)), now, clock)


def _overdue(found: Sequence[Contract], now: datetime, clock: Clock | None = None) -> list[Row]:
    kept = [one for one in rows_of(found, now) if one.overdue and (clock is None or one.is_overdue_in(clock))]
    return sorted(kept, key=lambda one: min(run.due for run in one.overdue if run.due is not None))


FOLLOWED = 200
"""So many overdue contracts are looked at for a page: each takes about a millisecond, and a page comes at once."""


def overdue_first(among: QuerySet[Contract], now: datetime) -> tuple[list[Row], bool]:
    """The FOLLOWED contracts that ran out first with all that is overdue of each, and whether there are more."""
    found = list(past_due(among, now)[: FOLLOWED + 1])
    return _overdue(found[:FOLLOWED], now), len(found) > FOLLOWED


def overdue_counts(rows: Sequence[Row]) -> list[tuple[Clock, int]]:
    """In how many of the contracts each clock is overdue."""
    return [(clock, sum(one.is_overdue_in(clock) for one in rows)) for clock in OVERDUE]


# --- what everybody sees


def published(*, text: str = "", fund: str = "", year: int | None = None) -> QuerySet[Contract]:
    """The contracts that were filed and are not secret, newest first. `text`: in the name of owner, agency or service;
    `year`: the one in which they were filed."""
    events = CaseEvent.objects.filter(case=OuterRef("case"))
    found = contracts().filter(Exists(events.filter(step=FILED)), ~kept_secret("case"))
    found = found.prefetch_related("case__attachments")
    if text:
        found = found.filter(
            Q(purchase__owner__name__icontains=text)
            | Q(registration__organisation__name__icontains=text)
            | Q(purchase__item__name__icontains=text)
        )
    if fund:
        found = found.filter(purchase__fund=fund)
    if year is not None:
        found = found.filter(Exists(events.filter(step=FILED, on__year=year)))
    return found


@dataclass(frozen=True, slots=True)
class Published:
    """A contract as everybody may see it.

    `copies` are the published copies of contract and amendments, none where they were taken down. Of one that is paid
    from public funds, `parts` are its instalments as they were filed, with what became of them, and `payments` those
    that the agency confirmed; of others nothing is told of delivery and payment but how the contract stands.
    """

    uuid: UUID
    service: str
    owner_name: str
    agency_name: str
    fund: str
    amount: Decimal
    signed_on: date
    filed_on: date
    filed_late: bool
    deliver_by: date
    scope: str
    state: Label
    amendments: tuple["PublishedAmendment", ...]
    copies: tuple[Attachment, ...]
    parts: tuple["PublishedPart", ...] = ()
    payments: tuple["PublishedPayment", ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedPart:
    """`due`: of one to be delivered the day agreed; `accepted_on`: None as long as it is not."""

    number: int
    title: str
    amount: Decimal
    waits_for: Label
    is_delivered: bool
    due: date | None
    accepted_on: date | None
    paid: Decimal
    is_settled: bool


@dataclass(frozen=True, slots=True)
class PublishedPayment:
    number: int
    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PublishedAmendment:
    amended_on: date
    amount: Decimal
    deliver_by: date
    change: str


def as_published(contract: Contract, situation: Situation) -> Published | None:
    """What everybody sees of it; None where it is not published. Numbers and addresses of persons are masked, even
    where one had slipped into the text; an amendment that is not filed yet is not shown."""
    if not is_published(situation):
        return None
    last = max(one.number for one in situation.taken(FILED))
    seen = [one for one in situation.events if one.number < last]
    signed = next(one for one in seen if one.step in market.SIGNS)
    changes = [one for one in seen if one.step in market.AMENDS]
    filing = next(one for one in situation.events if one.step == FILED)
    terms = (changes or [signed])[-1].values
    values = situation.values
    return Published(
        contract.uuid,
        str(values["service"]),
        str(values["owner_name"]),
        str(values["agency_name"]),
        str(values["fund"]),
        terms["amount"],  # type: ignore[arg-type]
        signed.on,
        filing.on,
        any(run.late for run in situation.runs if run.clock in (market.filing, market.agreed_filing)),
        terms["deliver_by"],  # type: ignore[arg-type]
        NUMBERS.sub(MASK, str(signed.values["scope"])),
        (situation.state or market.awarded).label,
        tuple(
            PublishedAmendment(
                one.on,
                one.values["amount"],  # type: ignore[arg-type]
                one.values["deliver_by"],  # type: ignore[arg-type]
                NUMBERS.sub(MASK, str(one.values["change"])),
            )
            for one in changes
        ),
        tuple(_copies(contract, situation)),
        *(_performed(situation, last) if market.is_public(situation) else ((), ())),
    )


def _performed(situation: Situation, filed: int) -> tuple[tuple[PublishedPart, ...], tuple[PublishedPayment, ...]]:
    """The instalments as they were agreed on before the event of that number, and the payments that were confirmed."""
    parts = parts_of(one for one in situation.events if one.number < filed or one.step not in AGREES)
    return (
        tuple(
            PublishedPart(
                one.number, NUMBERS.sub(MASK, one.title), one.amount, one.waits_for, one.is_delivered, one.deliver_by,
                one.accepted_on, one.confirmed, one.is_settled and one.confirmed == one.paid,
            )
            for one in parts
        ),
        tuple(
            PublishedPayment(one.number, one.on, one.amount)
            for one in payments_of(parts)
            if one.standing == CONFIRMED
        ),
    )  # fmt: skip


def _copies(contract: Contract, situation: Situation) -> list[Attachment]:
    """The published copies since the last time that they were taken down."""
    down = max((one.number for one in situation.taken(market.take_down)), default=0)
    ids = [uuid for one in situation.taken(FILED) if one.number > down for uuid in _ids(one.values.get("public_copy"))]
    kept = {str(one.uuid): one for one in contract.case.attachments.all() if not one.erased}
    return [kept[uuid] for uuid in ids if uuid in kept]


def _ids(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def public_page(uuid: UUID) -> Published | None:
    contract = find_contract(uuid)
    return as_published(contract, situations_of([contract.case])[contract.case_id]) if contract is not None else None


def published_of(found: Sequence[Contract]) -> list[Published]:
    """Two queries beside those of `published`."""
    situations = situations_of([one.case for one in found])
    shown = (as_published(one, situations[one.case_id]) for one in found)
    return [one for one in shown if one is not None]


# --- one contract, for whoever is concerned


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a contract: as which parties, and whether as the office that handles it or as an auditor."""

    roles: tuple[Role, ...]
    handles: bool = False
    reads: bool = False
    """An auditor, the city's operator, or whoever stands above the unit: sees what happened, not the files."""

    @property
    def sees_files(self) -> bool:
        return bool(self.roles) or self.handles


def reader_of(contract: Contract, own: Collection[Organisation], desk: Desk | None) -> Reader | None:
    """How whoever acts for these organisations, and has this desk, sees the contract; None: like everybody."""
    ids = {one.pk for one in own}
    roles = [market.owner] if contract.purchase.owner_id in ids else []
    roles += [market.agency] if contract.registration.organisation_id in ids else []
    reads = desk is not None and (is_platform_desk(desk.bodies) or find(contract.case.uuid, desk) is not None)
    if not roles and not reads:
        return None
    return Reader(tuple(roles), desk is not None and reads and sees_personal(contract.case, desk), reads)


@dataclass(frozen=True, slots=True)
class Offered:
    """A step that a party may take, with what stands in its way; `about`: which thing it is about, with its name.

    `several`: it may be about another as well, so that a link to its form says which.
    """

    step: Step
    obstacles: tuple[Obstacle, ...] = ()
    about: int | str | None = None
    named: Label | None = None
    several: bool = False


@dataclass(frozen=True, slots=True)
class ShownContract:
    """All of a contract. `steps` are those that the reader may take as a party now; `overdue`: the invoices that had to
    be paid by now, with the last day of each."""

    row: Row
    events: tuple[ShownEvent, ...]
    steps: tuple[Offered, ...]
    published: Published | None
    must_be_filed: bool
    overdue: tuple[tuple[Invoice, date], ...]
    invoices: tuple[Invoice, ...]

    @property
    def overdue_payment(self) -> Decimal | None:
        """What is overdue, in yuan; None where nothing is."""
        return sum((one.owed for one, _due in self.overdue), Decimal("0.00")) if self.overdue else None


def show(contract: Contract, reader: Reader, now: datetime) -> ShownContract:
    situation = situation_of(contract.case)
    past = market.past_conditions(situation)
    row = _row(contract, situation, now)
    return ShownContract(
        row,
        tuple(shown_events(contract.case, situation, reader.sees_files)),
        tuple(
            one
            for possible in situation.steps(now, reader.roles)
            if not any(each in past for each in possible.step.conditions)
            for one in _offered(situation, possible, reader.roles, now)
        ),
        as_published(contract, situation),
        market.must_be_filed(situation),
        tuple(market.overdue_invoices(situation, now)),
        invoices_of(row.parts),
    )


def _offered(situation: Situation, possible: Possible, roles: Sequence[Role], now: datetime) -> list[Offered]:
    """The step for each thing that it can be about; none of those that another step turns into by itself."""
    step = possible.step
    if step.key in market.FOLLOWS or step.key in market.VARIANTS:
        return []
    if step.key not in market.ABOUT:
        others = [market.is_for_the_other(situation, step, role, {}) for role in roles if role in step.by]
        barred = tuple(one for one in others if one is not None) if all(others) else ()
        return [Offered(step, (*possible.obstacles, *barred), named=market.proposed(situation, step.key))]
    found = market.targets(situation, step.key)
    if step == market.return_invoice:
        runs = {about: situation.run(market.payment, about) for about, _named in found}
        found = [(about, named) for about, named in found if not ((run := runs[about]) and run.is_over(now))]
    return [Offered(step, possible.obstacles, about, named, len(found) > 1) for about, named in found]
