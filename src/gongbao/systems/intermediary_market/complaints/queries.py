"""The only code that reads the market for a page, a command or an export.

Complaints are read by office/cases for whoever works on them; here stand what everybody may see of them: the decisions
that were published (第三十七条), and how many there were of which kind.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from gongbao.core.labels import Label
from gongbao.gazette.masking import MASK
from gongbao.office.cases.models import Case, CaseEvent
from gongbao.office.cases.types import case_type
from gongbao.office.cases.words import Names, value_in_words
from gongbao.office.people.models import Unit
from gongbao.procedures.fields import SHANGHAI, Kind, from_plain
from gongbao.systems.intermediary_market.complaints import evidence
from gongbao.systems.intermediary_market.complaints.models import Evidence
from gongbao.systems.intermediary_market.complaints.privacy import NUMBERS
from gongbao.systems.intermediary_market.complaints.procedure import OUTCOMES, SUBJECTS, complaint, decide, publish

# --- decisions


@dataclass(frozen=True, slots=True)
class PublishedDecision:
    """A decision as everybody may read it; the outcome None where it was decided before outcomes were kept."""

    receipt: str
    unit: Unit
    subject: Label | None
    outcome: Label | None
    published_on: date
    text: str


def published() -> QuerySet[CaseEvent]:
    """The publications, newest first: a queryset, so that whoever shows them takes one page; see `as_published`."""
    return (
        CaseEvent.objects.filter(step=publish.key, case__procedure=complaint.key)
        .select_related("case__unit")
        .order_by("-on", "-pk")
    )


def as_published(event: CaseEvent) -> PublishedDecision:
    """One more query. No number or address of a person is shown, even where one had slipped into the text."""
    given: dict[str, str] = {}
    for values in (
        event.case.events.filter(step__in=("file", decide.key)).order_by("number").values_list("values", flat=True)
    ):
        given.update(values)
    return PublishedDecision(
        event.case.receipt,
        event.case.unit,
        _label(SUBJECTS, given.get("subject")),
        _label(OUTCOMES, given.get("outcome")),
        event.on,
        NUMBERS.sub(MASK, event.values["published_text"]),
    )


def _label(options: tuple, key: str | None) -> Label | None:
    return next((one.label for one in options if one.key == key), None)


# --- statistics


@dataclass(slots=True)
class Counted:
    """How many complaints there were. `late` counts by clock those met too late; `overdue` those that are so now."""

    received: int = 0
    waiting: int = 0
    accepted: int = 0
    refused: int = 0
    withdrawn: int = 0
    decided: int = 0
    late_acceptance: int = 0
    late_decision: int = 0
    overdue: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The complaints received in a year, by the unit that handles them and by their subject."""

    year: int
    by_unit: list[tuple[Unit, Counted]]
    by_subject: list[tuple[Label, Counted]]
    total: Counted


def statistics(year: int, now: datetime) -> Statistics:
    """Six queries, however many complaints there were."""
    since, until = datetime(year, 1, 1, tzinfo=SHANGHAI), datetime(year + 1, 1, 1, tzinfo=SHANGHAI)
    cases = Q(case__procedure=complaint.key, case__opened_at__gte=since, case__opened_at__lt=until)
    by_unit: dict[int, Counted] = defaultdict(Counted)
    by_subject: dict[str, Counted] = defaultdict(Counted)
    total = Counted()

    def each(rows: QuerySet) -> Iterator[tuple[list[Counted], dict]]:
        for row in rows:
            yield [by_unit[row["case__unit"]], by_subject[row["values__subject"]], total], row

    # The first event of a case has its subject.
    first = CaseEvent.objects.filter(cases, number=1)
    grouped = ("case__unit", "values__subject")
    for counted, row in each(first.values(*grouped, "case__state").annotate(number=Count("pk")).order_by()):
        for one in counted:
            one.received += row["number"]
            _count_state(one, row["case__state"], row["number"])
    for name, condition in (
        ("accepted", Q(case__events__step="accept")),
        ("late_acceptance", Q(case__late__icontains='"acceptance"')),
        ("late_decision", Q(case__late__icontains='"decision"')),
        ("overdue", Q(case__over=False, case__due_at__lte=now)),
    ):
        rows = first.filter(condition).values(*grouped).annotate(number=Count("case", distinct=True)).order_by()
        for counted, row in each(rows):
            for one in counted:
                setattr(one, name, getattr(one, name) + row["number"])
    outcome = "case__events__values__outcome"
    decided = first.filter(case__events__step=decide.key).values(*grouped, outcome)
    for counted, row in each(decided.annotate(number=Count("pk")).order_by()):
        for one in counted:
            one.outcomes[row[outcome]] = one.outcomes.get(row[outcome], 0) + row["number"]
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=by_unit)}
    return Statistics(
        year,
        [(units[key], by_unit[key]) for key in sorted(by_unit)],
        [(one.label, by_subject[one.key]) for one in SUBJECTS if one.key in by_subject],
        total,
    )


_STATES = {"refused": "refused", "withdrawn": "withdrawn", "decided": "decided", "closed": "decided"}


def _count_state(counted: Counted, state: str, number: int) -> None:
    name = _STATES.get(state, "waiting")
    setattr(counted, name, getattr(counted, name) + number)


def years() -> list[int]:
    """The years in which complaints were received, newest first."""
    found = Case.objects.filter(procedure=complaint.key).order_by("opened_at").values_list("opened_at", flat=True)
    first, last = found.first(), found.last()
    if first is None or last is None:
        return []
    return list(range(last.astimezone(SHANGHAI).year, first.astimezone(SHANGHAI).year - 1, -1))


# --- the evidence of a complaint that was begun from a purchase or contract


@dataclass(frozen=True, slots=True)
class ShownFile:
    uuid: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FrozenEvent:
    """An event of the evidence; `changed` where the case says something else by now;
    `withheld` where what was given in it was not to be told then."""

    number: int
    at: datetime
    on: str
    label: Label
    clause: str
    role: Label
    values: tuple[tuple[str, str], ...]
    files: tuple[ShownFile, ...]
    sha256: str
    changed: bool
    withheld: bool


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    """`overdue` are the clocks that were so then, with their last days; `whole`: the list is as it was digested."""

    procedure: Label
    receipt: str
    overdue: tuple[tuple[Label, str], ...]
    events: tuple[FrozenEvent, ...]
    later: int
    whole: bool


def evidence_of(case: Case) -> Evidence | None:
    return Evidence.objects.select_related("complaint").filter(complaint=case).first()


def shown_evidence(found: Evidence, language: str) -> ShownEvidence:
    """The frozen list in words, held against its digest and against the case as it stands now."""
    content = found.content
    procedure = case_type(content["procedure"]).procedure
    source = Case.objects.get(receipt=content["receipt"])
    changed = set(evidence.changed(content, source))
    names, steps = Names(), procedure.all_steps()
    files: dict[int, list[ShownFile]] = defaultdict(list)
    for one in content["files"]:
        files[one["event"]].append(ShownFile(one["uuid"], one["name"], one["size"], one["sha256"]))
    events = []
    for one in content["events"]:
        step = steps[one["step"]]
        values = from_plain(step.asks, one["values"] or {})
        told = [
            (asked.label.in_language(language), value_in_words(asked, values[asked.key], names, language))
            for asked in step.asks
            if asked.key in values and asked.kind != Kind.FILES
        ]
        events.append(
            FrozenEvent(
                one["number"],
                datetime.fromisoformat(one["at"]),
                one["on"],
                step.label,
                procedure.cite(step.clause),
                procedure.roles[one["role"]].label,
                tuple(told),
                tuple(files[one["number"]]),
                one["sha256"],
                one["number"] in changed,
                one["values"] is None,
            )
        )
    return ShownEvidence(
        procedure.label,
        content["receipt"],
        tuple((procedure.clocks[one["clock"]].label, one["due"]) for one in content["overdue"]),
        tuple(events),
        source.events_count - len(events),
        evidence.digest_of(content) == found.sha256,
    )


def evidence_page(case: Case) -> str:
    """The address of the evidence of a complaint; "" where it was begun without any."""
    return reverse("market:evidence", args=[case.uuid]) if Evidence.objects.filter(complaint=case).exists() else ""
