"""The only code that reads selections for the open data and the figures of the market.

What is given is what everybody may know at that moment: a notice once it is published, how a selection ended once that
is public, who registered only together with the result (第三十八条第（二）项), and nothing of a result that its owner
asked to hold back (第三十八条第（三）项).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Max, Min, Q, QuerySet

from gongbao.core.labels import Label
from gongbao.office.cases.models import CaseEvent
from gongbao.office.cases.queries import situations_of
from gongbao.procedures import Clock, Situation
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.contracts import procedure as of_contracts
from gongbao.systems.intermediary_market.contracts import queries as contracts
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.publication.models import YearFigures
from gongbao.systems.intermediary_market.purchases import procedure as of_purchases
from gongbao.systems.intermediary_market.purchases.models import Purchase, Registration, Terms

# How a selection stands, as far as everybody may know. What happens between the deadline and the award notice is one.
OPEN = "open"
UNDER_WAY = "under_way"
STATES: dict[str, Label] = {
    OPEN: Label("报名中", "open for registration"),
    UNDER_WAY: Label("选取中", "being selected"),
    **{
        one.key: one.label
        for one in (
            of_purchases.interrupted,
            of_purchases.announced,
            of_purchases.suspended,
            of_purchases.awarded,
            of_purchases.unsigned,
            of_purchases.concluded,
            of_purchases.withdrawn,
            of_purchases.failed,
            of_purchases.annulled,
            of_purchases.abandoned,
            of_purchases.rerun,
            of_purchases.outside,
        )
    },
}
_UP_TO_THE_DEADLINE = frozenset(
    one.key for one in (of_purchases.open_, of_purchases.reviewing, of_purchases.to_correct)
)


@dataclass(frozen=True, slots=True)
class Award:
    """Who was selected, once the award notice is out. `price` in yuan, None where a rate or discount was offered."""

    registration: UUID
    agency: Organisation
    price: Decimal | None
    on: date
    stands: bool


@dataclass(frozen=True, slots=True)
class Registered:
    """How many registered: those that stand aside, those that were admitted; the others the owner rejected."""

    number: int
    excluded: int
    admitted: int


@dataclass(frozen=True, slots=True)
class Signed:
    """A contract as it is published, its state, and the moments at which something of it became public."""

    published: contracts.Published
    state: str
    moments: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection as everybody may know it. `content` is the notice, `registered` None until the result is public.

    Something of it became public `changes` times, at `changed_at` for the last time.
    """

    purchase: Purchase
    content: dict[str, Any]
    published_at: datetime
    changed_at: datetime
    changes: int
    state: str
    registered: Registered | None
    tenderers: tuple[Organisation, ...]
    award: Award | None
    contracts: tuple[Signed, ...]

    @property
    def previous(self) -> UUID | None:
        return self.purchase.previous.uuid if self.purchase.previous else None


def published(year: int | None = None) -> QuerySet[Purchase]:
    """The purchases that everybody may know of, those that became public in that year, the newest first.

    One whose agency was selected by negotiation had no notice: it becomes public with the award notice.
    """
    found = Purchase.objects.exclude(public_at=None)
    if year is not None:
        since, until = (datetime(one, 1, 1, tzinfo=SHANGHAI) for one in (year, year + 1))
        found = found.filter(public_at__gte=since, public_at__lt=until)
    return found.select_related("owner", "item__item", "case", "previous").order_by("-public_at", "-pk")


def years() -> list[int]:
    """From the newest in which a purchase became public to the oldest."""
    ends = published().aggregate(first=Min("public_at"), last=Max("public_at"))
    if ends["first"] is None:
        return []
    first, last = (ends[name].astimezone(SHANGHAI).year for name in ("first", "last"))
    return list(range(last, first - 1, -1))


def selection(uuid: UUID) -> Selection | None:
    found = published().filter(uuid=uuid)
    return next(iter(selections(found)), None)


def selections(found: Iterable[Purchase]) -> list[Selection]:
    """In their order. A fixed number of queries, and one for the copies of each contract."""
    purchases = list(found)
    situations = situations_of([one.case for one in purchases])
    notices: dict[int, Terms] = {}
    # The last that was published; of a negotiation, where none was, the last.
    for one in Terms.objects.filter(purchase__in=purchases).order_by("number"):
        known = notices.get(one.purchase_id)
        if known is None or one.published_at is not None or known.published_at is None:
            notices[one.purchase_id] = one
    registrations: dict[int, list[Registration]] = {}
    for row in Registration.objects.filter(purchase__in=purchases).select_related("organisation").order_by("uuid"):
        registrations.setdefault(row.purchase_id, []).append(row)
    signed: dict[int, list[Signed]] = {}
    for contract, one_signed in _signed(purchases):
        signed.setdefault(contract.purchase_id, []).append(one_signed)
    return [
        _selection(
            one,
            situations[one.case_id],
            notices[one.pk],
            registrations.get(one.pk, []),
            tuple(signed.get(one.pk, ())),
        )
        for one in purchases
    ]


_PERFORMANCE = tuple(
    one.key for one in (of_contracts.accept_part, of_contracts.accept, of_contracts.refuse, of_contracts.confirm)
)
"""The steps that change what everybody sees of the instalments of a contract of public funds."""


def _signed(purchases: Sequence[Purchase]) -> Iterator[tuple[Contract, Signed]]:
    kept = list(contracts.published().filter(purchase__in=purchases))
    situations = situations_of([one.case for one in kept])
    for one in kept:
        situation = situations[one.case_id]
        shown = contracts.as_published(one, situation)
        if shown is None or situation.state is None:
            continue
        told = (contracts.FILED, *(_PERFORMANCE if of_contracts.is_public(situation) else ()))
        moments = [event.at for event in situation.events if event.step in told]
        # What the law kept secret for a while is public again from the moment on at which that was lifted.
        first = situation.taken(contracts.FILED)[0].number
        moments += [event.at for event in situation.events if event.step in of_contracts.LIFTS and event.number > first]
        if situation.state.final:
            moments.append(situation.events[-1].at)
        yield one, Signed(shown, situation.state.key, tuple(moments))


def _selection(
    purchase: Purchase,
    situation: Situation,
    notice: Terms,
    registrations: Sequence[Registration],
    signed: tuple[Signed, ...],
) -> Selection:
    assert purchase.public_at is not None
    announced = situation.taken(of_purchases.publish_award)
    opened = situation.taken(of_purchases.open_names)
    # A result that is passed on to the next in rank is not public again before its own award notice.
    passed = max((one.number for one in situation.taken(of_purchases.pass_on)), default=0)
    last = announced[-1] if announced and announced[-1].number > passed else None
    is_over = situation.state is None or situation.state.final
    moments = _moments(situation, notice, signed if last else ())
    registered = None
    if opened and (announced or is_over):
        registered = Registered(
            len(registrations),
            sum(bool(one.excluded) for one in registrations),
            sum(one.admitted is True for one in registrations),
        )
    return Selection(
        purchase,
        notice.content,
        purchase.public_at,
        max(moments),
        len(moments),
        _state(situation),
        registered,
        tuple(one.organisation for one in registrations) if announced else (),
        _award(notice.content, situation, registrations, last.number, last.on) if last else None,
        signed if last else (),
    )


def _state(situation: Situation) -> str:
    key = situation.state.key if situation.state else ""
    if situation.taken(of_purchases.annul_signed):
        return of_purchases.annulled.key
    if key in _UP_TO_THE_DEADLINE:
        return OPEN
    return key if key in STATES else UNDER_WAY


_PUBLIC = frozenset(
    one.key
    for one in of_purchases.purchase.steps.values()
    if one.publishes
    or one
    in (
        of_purchases.withdraw_purchase,
        of_purchases.issue_award,
        of_purchases.conclude_purchase,
        of_purchases.end_unsigned,
    )
)


def _moments(situation: Situation, notice: Terms, signed: Sequence[Signed]) -> list[datetime]:
    """When something of it became public; what is not public leaves no trace here."""
    found = [one.at for one in situation.events if one.step in _PUBLIC]
    found += [moment for one in signed for moment in one.moments]
    return found + ([notice.published_at] if notice.published_at else [])


def _award(
    content: dict[str, Any], situation: Situation, registrations: Sequence[Registration], announced: int, on: date
) -> Award | None:
    selected = [
        str(one.values["selected_registration"])
        for one in situation.events
        if one.number < announced and "selected_registration" in one.values
    ]
    registration = next((one for one in registrations if selected and str(one.uuid) == selected[-1]), None)
    if registration is None:
        return None
    state = situation.state.key if situation.state else ""
    gone = (of_purchases.annulled.key, of_purchases.abandoned.key, of_purchases.unsigned.key)
    price = (registration.offer or {}).get("price") if content.get("price_kind", "price") == "price" else None
    return Award(
        registration.uuid,
        registration.organisation,
        Decimal(str(price)) if price else None,
        on,
        state not in gone and not situation.taken(of_purchases.annul_signed),
    )


# --- figures


@dataclass(frozen=True, slots=True)
class Stage:
    """How a clock of a procedure was kept. `days` is the median of calendar days that those took which are over."""

    key: str
    met: int
    late: int
    overdue: int
    waiting: int
    days: int | None

    @property
    def clock(self) -> Clock:
        return _CLOCKS[self.key]


@dataclass(frozen=True, slots=True)
class Share:
    """What an agency was awarded: how often, and for what sum in yuan."""

    agency: UUID
    name: str
    awards: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """The notices of a year in figures, as they were at `at`.

    `by_way`: of each way the notices, those over, those failed. `registered`: how many notices had so many registrants,
    of those whose result is public. `shares`: agencies by number of awards that stand; `concentration` is the
    Herfindahl-Hirschman index of these numbers, 1 to 10,000 (one agency has all), None where there is no award.
    """

    year: int
    at: datetime
    notices: int
    by_way: tuple[tuple[str, int, int, int], ...]
    registered: tuple[tuple[int, int], ...]
    mean_registered: Decimal | None
    shares: tuple[Share, ...]
    awards: int
    concentration: int | None
    stages: tuple[Stage, ...]


WAYS = {one.key: one.label for one in of_purchases.WAYS}
_CLOCKS = {
    one.key: one
    for one in (
        of_purchases.form_review,
        of_purchases.names_opening,
        of_purchases.offers_opening,
        of_purchases.shares_opening,
        of_purchases.confirmation,
        of_purchases.publicity,
        of_contracts.signing,
        of_contracts.filing,
        of_contracts.delivery,
        of_contracts.acceptance,
        of_contracts.payment,
    )
}
"""The stages that have a limit."""


AT_ONCE = 500
"""A year of fewer notices is worked out when it is asked for, and so is always as it is now; 500 take two seconds."""
ANEW_AFTER = timedelta(minutes=30)
"""The figures of a larger one are worked out by the worker, once in so long where something happened in it."""


def figures(year: int, now: datetime) -> Figures:
    """The figures of the year as they were at `at`: those of a large year are the ones that the worker kept."""
    if _is_large(year):
        kept = YearFigures.objects.filter(year=year).first()
        if kept is not None:
            return from_plain(kept.content)
    # What stands in them changes with events alone, and with the hour in which something becomes overdue.
    event, case = CaseEvent.objects.order_by("-pk").values_list("pk", "case__uuid").first() or (0, "")
    key = f"gongbao.market.figures.{year}.{event}.{case}.{now.astimezone(SHANGHAI):%Y%m%d%H}"
    found: Figures | None = cache.get(key)
    if found is None:
        found = compute_figures(year, now)
        cache.set(key, found, 3600)
    return found


def _is_large(year: int) -> bool:
    return published(year)[:AT_ONCE].count() >= AT_ONCE


def last_event() -> int:
    return CaseEvent.objects.aggregate(last=Max("pk"))["last"] or 0


def years_to_work_out(now: datetime) -> list[int]:
    """The large years whose figures the worker has to work out, those first that were never: they are ANEW_AFTER old
    and something happened since in what was published in them, or they are of a day before, as limits end with days."""
    kept = {one.year: one for one in YearFigures.objects.defer("content")}
    large = [year for year in years() if _is_large(year)]
    never = [year for year in large if year not in kept]
    return never + [year for year in large if year in kept and _are_old(kept[year], now)]


def _are_old(kept: YearFigures, now: datetime) -> bool:
    if kept.at.astimezone(SHANGHAI).date() != now.astimezone(SHANGHAI).date():
        return True
    purchases = published(kept.year).values("pk")
    of_year = Q(case__purchase__in=purchases) | Q(case__contract__purchase__in=purchases)
    return now - kept.at >= ANEW_AFTER and CaseEvent.objects.filter(of_year, pk__gt=kept.event).exists()


def to_plain(found: Figures) -> dict[str, Any]:
    """The figures as JSON keeps them."""
    plain = {**asdict(found), "at": found.at.isoformat(), "mean_registered": _text(found.mean_registered)}
    plain["shares"] = [{**asdict(one), "agency": str(one.agency), "amount": str(one.amount)} for one in found.shares]
    return plain


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else str(figure)


def from_plain(plain: dict[str, Any]) -> Figures:
    """What `to_plain` made, as figures again."""
    mean = plain["mean_registered"]
    return Figures(
        **{
            **plain,
            "at": datetime.fromisoformat(plain["at"]),
            "by_way": tuple(tuple(one) for one in plain["by_way"]),
            "registered": tuple(tuple(one) for one in plain["registered"]),
            "mean_registered": None if mean is None else Decimal(mean),
            "shares": tuple(
                Share(UUID(one["agency"]), one["name"], one["awards"], Decimal(one["amount"]))
                for one in plain["shares"]
            ),
            "stages": tuple(Stage(**one) for one in plain["stages"] if one["key"] in _CLOCKS),
        }
    )


def compute_figures(year: int, now: datetime) -> Figures:
    found = selections(published(year))
    ways: dict[str, list[int]] = {key: [0, 0, 0] for key in WAYS}
    for one in found:
        counted = ways[str(one.content["way"])]
        counted[0] += 1
        counted[1] += one.state not in (OPEN, UNDER_WAY, of_purchases.interrupted.key)
        counted[2] += one.state == of_purchases.failed.key
    numbers = Counter(one.registered.number for one in found if one.registered is not None)
    shares = _shares(found)
    awards = sum(one.awards for one in shares)
    return Figures(
        year,
        now,
        len(found),
        tuple((key, *counts) for key, counts in ways.items() if counts[0]),  # type: ignore[misc]
        tuple(sorted(numbers.items())),
        _mean(numbers),
        shares,
        awards,
        round(Decimal(sum(one.awards**2 for one in shares) * 10_000) / awards**2) if awards else None,
        _stages(found, now),
    )


def _mean(numbers: Counter[int]) -> Decimal | None:
    notices = sum(numbers.values())
    if not notices:
        return None
    return (Decimal(sum(number * times for number, times in numbers.items())) / notices).quantize(Decimal("0.1"))


def _shares(found: Sequence[Selection]) -> tuple[Share, ...]:
    standing = [one.award for one in found if one.award is not None and one.award.stands]
    agencies = {one.agency.pk: one.agency for one in standing}
    times = Counter(one.agency.pk for one in standing)
    sums: dict[int, Decimal] = {key: Decimal(0) for key in agencies}
    for one in standing:
        sums[one.agency.pk] += one.price or 0
    order = sorted(agencies, key=lambda key: (-times[key], -sums[key], agencies[key].name))
    return tuple(Share(agencies[key].uuid, agencies[key].name, times[key], sums[key]) for key in order)


def _stages(found: Sequence[Selection], now: datetime) -> tuple[Stage, ...]:
    purchases = [one.purchase for one in found]
    kept = list(contracts.contracts().filter(purchase__in=purchases))
    selecting = situations_of([one.case for one in purchases])
    contracted = situations_of([one.case for one in kept])
    hidden = {one.purchase.case_id for one in found if one.state == UNDER_WAY}
    runs = [
        run
        for key, situation in selecting.items()
        for run in situation.runs
        # That there is a result to confirm nobody is told before the award notice.
        if not (run.clock == of_purchases.confirmation and key in hidden)
    ]
    runs += [run for situation in contracted.values() for run in situation.runs]
    stages = []
    for key, clock in _CLOCKS.items():
        of_clock = [run for run in runs if run.clock == clock]
        if not of_clock:
            continue
        done = [run for run in of_clock if run.ended_on is not None]
        # One that ran out without what it waits for was not kept either.
        late = sum(run.late or run.ran_out for run in of_clock)
        days = [(run.ended_on - run.since).days for run in done if run.ended_on is not None]
        open_ = [run for run in of_clock if run.is_open]
        past = sum(run.overdue(now) for run in open_)
        stages.append(Stage(key, len(of_clock) - len(open_) - late, late, past, len(open_) - past, _middle(days)))
    return tuple(stages)


def _middle(days: list[int]) -> int | None:
    return round(median(days)) if days else None
