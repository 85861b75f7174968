"""The only code that reads ratings, conduct and grades for a page, an export or another part.

Grades, counts and means are derived from ratings and from the events of the cases. Everybody sees what counts; the
agency all that concerns it since it was told; the operator and the auditors all of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Exists, OuterRef, Q, QuerySet

from gongbao.core.labels import Label
from gongbao.gazette.masking import MASK
from gongbao.office.cases.models import Case, CaseEvent
from gongbao.office.cases.queries import ShownEvent, shown_events, situation_of, situations_of
from gongbao.office.people.models import Unit
from gongbao.office.people.queries import body_of
from gongbao.procedures import Option, Possible, Situation
from gongbao.procedures.fields import SHANGHAI
from gongbao.rules import compute
from gongbao.systems.intermediary_market.competence import units_of
from gongbao.systems.intermediary_market.complaints import procedure as complaints
from gongbao.systems.intermediary_market.complaints.privacy import NUMBERS
from gongbao.systems.intermediary_market.contracts import procedure as contracts
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.contracts.queries import kept_secret
from gongbao.systems.intermediary_market.interpretation.queries import readings_on
from gongbao.systems.intermediary_market.organisations import queries as organisations
from gongbao.systems.intermediary_market.organisations.models import Organisation
from gongbao.systems.intermediary_market.purchases import procedure as purchases
from gongbao.systems.intermediary_market.purchases.models import Registration
from gongbao.systems.intermediary_market.ratings import checks, procedure
from gongbao.systems.intermediary_market.ratings.models import Check, CheckRun, Clue, Conduct, Rating
from gongbao.systems.intermediary_market.rules import Grade, market_grade, market_unfounded_complaints

FIRST_YEAR = procedure.conduct.since.year
ASPECTS: tuple[tuple[str, Label], ...] = (
    ("quality", Label("服务质量", "Quality")),
    ("timeliness", Label("服务时效", "Timeliness")),
    ("attitude", Label("服务态度", "Attitude")),
    ("fees", Label("服务收费", "Fees")),
    ("conduct", Label("服务规范", "Professional conduct")),
)
"""The five of 第二十九条."""
GRADES: dict[str, Label] = {one.value: Label(one.label.zh, one.label.en) for one in Grade}


# --- what may be rated


def rated_contracts(owner: Collection[Organisation]) -> QuerySet[Contract]:
    """The contracts of the owners of which the service was performed, newest first: to be rated, once."""
    found = _served(Contract.objects.filter(purchase__owner__in=owner))
    return found.select_related("case", "purchase__owner", "purchase__item", "registration__organisation", "rating")


def _served(among: QuerySet[Contract]) -> QuerySet[Contract]:
    """Those in which all was accepted, and those that ended after a part was: no more is served then."""
    events = CaseEvent.objects.filter(case=OuterRef("case"))
    all_of_it = Exists(events.filter(step=contracts.accept.key))
    a_part = Exists(events.filter(step=contracts.accept_part.key))
    return among.filter(all_of_it | Q(a_part, case__state=contracts.ended.key))


def was_served(contract: Contract) -> bool:
    """Whether the owner accepted what was to be delivered: a rating comes after the service (第二十九条)."""
    return _served(Contract.objects.filter(pk=contract.pk)).exists()


def is_to_be_rated(contract: Contract) -> bool:
    """Whether the service was performed, and its owner has not rated it."""
    return was_served(contract) and not Rating.objects.filter(contract=contract).exists()


def is_secret(contract: Contract) -> bool:
    """Whether the law keeps it secret, as both parties said (第二十五条第二款)."""
    return Contract.objects.filter(kept_secret("case"), pk=contract.pk).exists()


# --- ratings


@dataclass(frozen=True, slots=True)
class ShownRating:
    """A rating as everybody may see it: what it is of is not told where the law keeps the contract secret."""

    uuid: UUID
    on: date
    agency: str
    owner: str
    service: str
    points: tuple[int, ...]
    total: Decimal
    words: str


def ratings_of(agency: Organisation) -> QuerySet[Rating]:
    return ratings().filter(agency=agency)


def ratings() -> QuerySet[Rating]:
    """All of them, newest first."""
    found = Rating.objects.select_related("agency", "contract__purchase__owner", "contract__purchase__item")
    return found.annotate(secret=kept_secret("contract__case")).order_by("-id")


def as_shown(rating: Rating) -> ShownRating:
    """No number or address of a person is shown, even where one had slipped into the words."""
    secret = rating.secret  # type: ignore[attr-defined]
    purchase = rating.contract.purchase
    return ShownRating(
        rating.uuid,
        rating.at.astimezone(SHANGHAI).date(),
        rating.agency.name,
        MASK if secret else purchase.owner.name,
        MASK if secret else purchase.item.name,
        tuple(getattr(rating, key) for key, _label in ASPECTS),
        rating.total,
        MASK if secret and rating.words else NUMBERS.sub(MASK, rating.words),
    )


# --- conduct that counts


@dataclass(frozen=True, slots=True)
class Finding:
    """Conduct as it stands after all that happened in its case: what it is (None: corrected to nothing), and when.

    `counts`: it was verified, and neither overturned nor corrected to nothing. `corrected`: it was found otherwise
    before, as the case shows.
    """

    conduct: Conduct
    kind: Option | None
    happened_on: date
    state: str
    corrected: bool

    @property
    def clause(self) -> str:
        """That which names the conduct, with its document; "" where it was corrected to nothing."""
        return procedure.conduct.cite(self.kind.clause) if self.kind is not None else ""

    @property
    def counts(self) -> bool:
        return self.kind is not None and self.state in procedure.COUNTS

    @property
    def appealable(self) -> bool:
        """Whether it may still be overturned: the agency may appeal, or has."""
        return self.state in (procedure.verified.key, procedure.appealed.key)

    @property
    def state_label(self) -> Label:
        return procedure.conduct.states[self.state].label


_KINDS = {one.key: one for one in procedure.KINDS}
_SAYS_WHAT = (procedure.propose.key, procedure.verify.key, procedure.correct.key)


def findings(among: Iterable[Conduct]) -> list[Finding]:
    """What was found in each, in their order. One query."""
    rows = list(among)
    told: dict[int, dict[str, Any]] = defaultdict(dict)
    events = CaseEvent.objects.filter(case__in=[one.case_id for one in rows], step__in=_SAYS_WHAT)
    for case, values in events.order_by("case", "number").values_list("case", "values"):
        told[case].update(values)
    return [_finding(one, told[one.case_id]) for one in rows]


def _finding(conduct: Conduct, values: dict[str, Any]) -> Finding:
    key = values.get("corrected_to", values["kind"])
    day = date.fromisoformat(values["happened_on"])
    return Finding(conduct, _KINDS.get(key), day, conduct.case.state, "corrected_to" in values)


def conducts() -> QuerySet[Conduct]:
    return Conduct.objects.select_related("case", "organisation").order_by("-id")


def counting(agencies: Collection[Organisation]) -> dict[int, list[Finding]]:
    """What counts of the agencies, by their ids, the latest first. Two queries."""
    found: dict[int, list[Finding]] = defaultdict(list)
    for one in findings(conducts().filter(organisation__in=agencies, case__state__in=procedure.COUNTS)):
        if one.counts:
            found[one.conduct.organisation_id].append(one)
    for several in found.values():
        several.sort(key=lambda one: (one.happened_on, one.conduct.pk), reverse=True)
    return found


# --- grades


@dataclass(frozen=True, slots=True)
class YearGrade:
    """The grade of a year, with its counts side by side (第三十四条). `so_far`: the year is not over."""

    year: int
    grade: str
    times_b: int
    times_c: int
    so_far: bool = False

    @property
    def label(self) -> Label:
        return GRADES[self.grade]


def grade_of(year: int, counted: Iterable[Finding], today: date) -> YearGrade:
    """The grade that verified conduct gives for the year, by the policy market-grade."""
    kinds = sorted(
        one.kind.key for one in counted if one.kind is not None and one.counts and one.happened_on.year == year
    )
    given = {"year": year, "findings": [{"conduct": one, "verified": True} for one in kinds]}
    values = compute(market_grade, given).values
    return YearGrade(year, values["grade"].value, values["times_b"], values["times_c"], year >= today.year)


def years_of(agency: Organisation, today: date) -> list[int]:
    """The years in which it was in the market under the document, the latest first."""
    first = max(FIRST_YEAR, agency.entered_at.astimezone(SHANGHAI).year)
    last = agency.removed_at.astimezone(SHANGHAI).year if agency.removed_at else today.year
    return list(range(last, first - 1, -1))


def grades_of(agency: Organisation, today: date) -> list[YearGrade]:
    """Its grades, the latest year first: also of years after it had left in which something of it counts."""
    counted = counting([agency])[agency.pk]
    years = {*years_of(agency, today), *(one.happened_on.year for one in counted)}
    return [grade_of(year, counted, today) for year in sorted(years, reverse=True)]


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """An agency in the list of a year: its grade, how many ratings it has of that year, and their mean (None: none)."""

    agency: Organisation
    grade: YearGrade
    ratings: int
    mean: Decimal | None


def agencies(year: int, words: str = "") -> QuerySet[Organisation]:
    """Those that were in the market in the year, by name, whoever left since."""
    end = datetime(year + 1, 1, 1, tzinfo=SHANGHAI)
    stayed = Q(removed_at=None) | Q(removed_at__gte=datetime(year, 1, 1, tzinfo=SHANGHAI))
    found = Organisation.objects.filter(stayed, is_agency=True, entered_at__lt=end)
    if words:
        found = found.filter(Q(name__icontains=words) | Q(uscc=words.upper()))
    return found.order_by("name", "id")


def rows_of(found: Sequence[Organisation], year: int, today: date) -> list[AgencyRow]:
    """Three queries."""
    counted = counting(found)
    since, until = datetime(year, 1, 1, tzinfo=SHANGHAI), datetime(year + 1, 1, 1, tzinfo=SHANGHAI)
    rated = Rating.objects.filter(agency__in=found, at__gte=since, at__lt=until).order_by()
    numbers = {
        row["agency"]: (row["number"], row["mean"])
        for row in rated.values("agency").annotate(number=Count("pk"), mean=Avg("total"))
    }
    rows = []
    for one in found:
        number, mean = numbers.get(one.pk, (0, None))
        rows.append(AgencyRow(one, grade_of(year, counted.get(one.pk, ()), today), number, _points(mean)))
    return rows


def mean_of(agency: Organisation) -> Decimal | None:
    """The mean of all its ratings; None where there is none."""
    return _points(Rating.objects.filter(agency=agency).aggregate(mean=Avg("total"))["mean"])


def _points(mean: Any) -> Decimal | None:
    return None if mean is None else Decimal(mean).quantize(Decimal("0.01"))


# --- one case of conduct


_UNTOLD = (procedure.proposed.key, procedure.dropped.key)


def of_agencies(own: Collection[Organisation]) -> QuerySet[Conduct]:
    """What the agencies were told of: what is only proposed, or was not taken up, is no matter of theirs."""
    return conducts().filter(organisation__in=own).exclude(case__state__in=_UNTOLD)


def find(uuid: UUID, own: Collection[Organisation]) -> Conduct | None:
    return of_agencies(own).filter(uuid=uuid).first()


@dataclass(frozen=True, slots=True)
class ShownConduct:
    """All that an agency sees of a case about it: whole, as it is to answer it. `steps` are those that it may take."""

    finding: Finding
    situation: Situation
    events: tuple[ShownEvent, ...]
    steps: tuple[Possible, ...]


def show(conduct: Conduct, now: datetime) -> ShownConduct:
    situation = situation_of(conduct.case)
    return ShownConduct(
        findings([conduct])[0],
        situation,
        tuple(shown_events(conduct.case, situation, True)),
        tuple(situation.steps(now, [procedure.agency])),
    )


# --- the operator's list


@dataclass(frozen=True, slots=True)
class Proposal:
    """A case in the operator's list, with the checks that it came from (none: from a person)."""

    finding: Finding
    situation: Situation
    clues: tuple[Clue, ...]


def proposals(state: str = "", by: Collection[Unit] | None = None) -> QuerySet[Conduct]:
    """All that was proposed; with `by`, by these bodies."""
    found = conducts().prefetch_related("clues")
    if by is not None:
        keys = Unit.objects.filter(pk__in=units_of({one.pk for one in by})).values("key")
        found = found.filter(case__events__number=1, case__events__unit_key__in=keys)
    return found.filter(case__state=state) if state else found


def proposals_of(found: Sequence[Conduct]) -> list[Proposal]:
    situations = situations_of([one.case for one in found])
    return [Proposal(one, situations[one.conduct.case_id], tuple(one.conduct.clues.all())) for one in findings(found)]


def counts(among: QuerySet[Conduct]) -> dict[str, int]:
    """How many of the cases stand at each state."""
    rows = among.order_by().values("case__state").annotate(number=Count("pk"))
    return {row["case__state"]: row["number"] for row in rows}


def registration_at(unit_key: str, receipt: str, agency: Organisation) -> Registration | None:
    """The registration of the agency in the purchase of that number, if the body of the unit runs it and who registered
    is open; the last of several."""
    unit = Unit.objects.filter(key=unit_key).first()
    if unit is None:
        return None
    found = Registration.objects.filter(
        organisation=agency,
        opened_at__isnull=False,
        purchase__case__receipt=receipt.strip().upper(),
        purchase__case__unit__in=units_of({body_of(unit).pk}),
    )
    return found.select_related("purchase__case", "purchase__owner", "purchase__item").order_by("-pk").first()


def last_check() -> CheckRun | None:
    return CheckRun.objects.first()


# --- what the checks look at


def known_clues() -> frozenset[str]:
    return frozenset(Clue.objects.values_list("key", flat=True))


def what_was_found(at: datetime) -> list[checks.Found]:
    """All that the checks find now and that was not proposed before."""
    day, known = at.astimezone(SHANGHAI).date(), known_clues()
    made = _decided_complaints()
    unfounded = [one for one, outcome in made if outcome == "unfounded"]
    fabricated = [one for one, outcome in made if outcome == "fabricated"]
    found = [
        *checks.shared(_groups(), on=day),
        *checks.abandoned(_given_back()),
        *checks.late_contracts(_overruns(contracts.signing.key, Check.LATE_CONTRACT, known, at)),
        *checks.late_services(_overruns(contracts.delivery.key, Check.LATE_SERVICE, known, at)),
        *checks.unfounded(unfounded, known, on=day, readings=readings_on(market_unfounded_complaints, day)),
        *checks.fabricated(fabricated),
    ]
    return [one for one in checks.new(found, known) if one.happened_on >= procedure.conduct.since]


def _agency(found: Organisation) -> checks.Agency:
    return checks.Agency(str(found.uuid), found.name)


def _groups() -> list[checks.Group]:
    return [
        checks.Group(one.what, tuple(_agency(each) for each in one.organisations)) for one in organisations.shared()
    ]


def _given_back() -> list[checks.Award]:
    """The awards that were given back, before or after the notice of award: each once, by its registration."""
    found = {}
    given_up = CaseEvent.objects.filter(step__in=(purchases.abandon.key, purchases.pass_on.key))
    chosen: dict[int, list[tuple[int, str]]] = defaultdict(list)
    selections = CaseEvent.objects.filter(case__in=given_up.values("case"), values__has_key="selected_registration")
    for case, number, uuid in selections.order_by("case", "number").values_list(
        "case", "number", "values__selected_registration"
    ):
        chosen[case].append((number, uuid))
    uuids = {uuid for several in chosen.values() for _number, uuid in several}
    registrations = {
        str(one.uuid): one for one in Registration.objects.filter(uuid__in=uuids).select_related("organisation")
    }
    for event in given_up.select_related("case__purchase__item"):
        # Who had been selected last before.
        before = [uuid for number, uuid in chosen[event.case_id] if number < event.number]
        registration = registrations.get(before[-1]) if before else None
        if registration is not None:
            found[registration.pk] = checks.Award(
                str(registration.uuid), _agency(registration.organisation), event.on, event.case.purchase.item.name
            )
    events = CaseEvent.objects.filter(step=contracts.abandon.key)
    for event in events.select_related("case__contract__registration__organisation", "case__contract__purchase__item"):
        contract = event.case.contract
        found[contract.registration_id] = checks.Award(
            str(contract.registration.uuid),
            _agency(contract.registration.organisation),
            event.on,
            contract.purchase.item.name,
            str(event.values.get("ground", "")),
        )
    return list(found.values())


_OTHERWISE = (contracts.not_signed.key, contracts.annulled.key, contracts.abandoned.key)
"""Contracts that ended by the owner's doing or the operator's, or are proposed as abandoned already."""


def _overruns(clock: str, check: Check, known: Collection[str], at: datetime) -> list[checks.Overrun]:
    """The contracts in which the last day of the clock was missed, met late or not at all: those not proposed before.
    Two queries."""
    missed = Q(case__late__icontains=f'"{clock}"') | Q(case__over=False, case__due_at__lte=at)
    missed |= Q(case__state=contracts.lapsed.key)
    related = ("case", "registration__organisation", "purchase__item")
    found = [
        one
        for one in Contract.objects.filter(missed).exclude(case__state__in=_OTHERWISE).select_related(*related)
        if checks.key_of(check, str(one.registration.organisation.uuid), str(one.uuid)) not in known
    ]
    situations = situations_of([one.case for one in found])
    return [each for one in found if (each := _overrun(one, situations[one.case_id], clock, at)) is not None]


def _overrun(contract: Contract, situation: Situation, clock: str, at: datetime) -> checks.Overrun | None:
    lapsed = situation.state == contracts.lapsed and clock == contracts.signing.key
    if lapsed and situation.values.get("side") == "owner":
        return None
    for run in situation.runs:
        if run.clock.key == clock and run.due is not None and (lapsed or run.late or run.overdue(at)):
            return checks.Overrun(
                str(contract.uuid),
                _agency(contract.registration.organisation),
                contract.purchase.item.name,
                run.due,
                run.ended_on if run.late else None,
            )
    return None


def _decided_complaints() -> list[tuple[checks.Complaint, str]]:
    """The complaints of agencies that were decided to be without ground or made up, with that outcome.

    An agency is the complainant where it complained in its own name. Whose a complaint was is kept with its file,
    longer than any year for which it counts (retention.py).
    """
    decided = Case.objects.filter(
        procedure=complaints.complaint.key,
        events__step=complaints.decide.key,
        events__values__outcome__in=("unfounded", "fabricated"),
    )
    names: dict[str, Organisation] = {}
    for one in Organisation.objects.filter(is_agency=True):
        names[organisations.plain(one.name)] = one
    outcomes = dict(
        CaseEvent.objects.filter(case__in=decided, step=complaints.decide.key).values_list("case", "values__outcome")
    )
    found = []
    for event in CaseEvent.objects.filter(case__in=decided, number=1).select_related("case", "personal", "account"):
        told = event.personal.values if hasattr(event, "personal") else {}
        agency = names.get(organisations.plain(str(told.get("complainant_name", ""))))
        if agency is not None:
            signed_in = event.account is not None and organisations.is_member(event.account, agency, event.on)
            complaint = checks.Complaint(str(event.case.uuid), event.case.receipt, _agency(agency), event.on, signed_in)
            found.append((complaint, outcomes[event.case_id]))
    return found
