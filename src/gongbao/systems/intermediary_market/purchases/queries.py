"""The only code that reads purchases for a page, an export or another part.

Before the first opening there is nothing here of who registered. From then on the owner and the operator's custodians
see it; everybody else when the award notice is published, and never while the owner keeps the result back. Auditors see
it of every purchase that is over.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT

from gongbao.core.labels import Label
from gongbao.office.cases.actors import AT_DESK
from gongbao.office.cases.calendar import calendar
from gongbao.office.cases.models import Attachment, CaseEvent
from gongbao.office.cases.queries import Desk, ShownLetter, letters_of, situation_of
from gongbao.office.people.models import Unit
from gongbao.office.people.queries import ActingPost, body_of
from gongbao.procedures import Field, Run, Situation, State
from gongbao.procedures.fields import Kind
from gongbao.procedures.words import tell_end
from gongbao.rules.compute import Result
from gongbao.systems.intermediary_market import form_review
from gongbao.systems.intermediary_market.competence import (
    competent,
    is_platform_desk,
    operating_units,
    units_of,
)
from gongbao.systems.intermediary_market.models import Function
from gongbao.systems.intermediary_market.organisations.models import Listing, Organisation, in_force
from gongbao.systems.intermediary_market.purchases import procedure, terms
from gongbao.systems.intermediary_market.purchases.models import (
    Draft,
    FlagDecision,
    Fund,
    NotCounted,
    ProcurementLimit,
    Purchase,
    Registration,
    Terms,
    Way,
)
from gongbao.systems.intermediary_market.purchases.prices import sum_told

# --- one purchase


def finance_post(posts: Iterable[ActingPost]) -> ActingPost | None:
    """The post, of these, in which somebody looks after public funds and enters limits: one at a desk of the unit that
    supervises public procurement (第九条第二款)."""
    unit = competent(Function.PROCUREMENT)
    if unit is None:
        return None
    working = (one for one in posts if one.post.role in AT_DESK)
    return next((one for one in working if unit.pk in (one.post.unit_id, body_of(one.post.unit).pk)), None)


def purchase(uuid: UUID | str) -> Purchase | None:
    return _purchases().filter(uuid=uuid).first()


def _purchases() -> QuerySet[Purchase]:
    return Purchase.objects.select_related("case__unit", "owner", "item__item", "selected__organisation", "previous")


def _project_name(rows: QuerySet[Terms]) -> Subquery:
    """The name of the project in the first of these terms, as text."""
    return Subquery(rows.annotate(project_name=KT("content__project_name")).values("project_name")[:1])


def published_terms(purchase: Purchase) -> Terms | None:
    """What the notice says now; None before it is published."""
    return purchase.terms.exclude(published_at=None).order_by("-number").first()


def last_terms(purchase: Purchase) -> Terms:
    """What the owner handed in last, published or not."""
    found = purchase.terms.order_by("-number").first()
    assert found is not None
    return found


def project_name_of(purchase: Purchase) -> str:
    """The name of the project in its notice; before there is one, as it was handed in last."""
    return str((published_terms(purchase) or last_terms(purchase)).content["project_name"])


def is_open(purchase: Purchase, at: datetime) -> bool:
    """Whether agencies may register at this moment."""
    ends = purchase.registration_ends_at
    return purchase.case.state == procedure.open_.key and ends is not None and at < ends


def result_is_public(purchase: Purchase) -> bool:
    """Whether everybody may see who registered and who was selected: the award notice of that result is published."""
    events = CaseEvent.objects.filter(case=purchase.case)
    published = events.filter(step=procedure.publish_award.key).order_by("-number").values_list("number", flat=True)
    passed_on = events.filter(step=procedure.pass_on.key).order_by("-number").values_list("number", flat=True)
    return bool(published[:1]) and (not passed_on[:1] or published[0] > passed_on[0])


# --- who registered


def by_envelope(purchase: Purchase) -> list[Registration]:
    """Who registered, in the order of the digests of their envelopes, which says nothing of them."""
    rows = purchase.registrations.select_related("organisation", "purchase__case").prefetch_related("marks")
    return list(rows.order_by("envelope"))


def not_counted(purchase: Purchase) -> list[NotCounted]:
    """The envelopes that gave no registration, or no offer."""
    return list(purchase.not_counted.select_related("organisation"))


def in_catalogue(purchase: Purchase, on: date) -> set[int]:
    """The ids of those who registered that stand under its service on the day, on a qualification where one is asked
    for (第十四条): where to begin when it is checked who fulfils the conditions (第二十六条)."""
    listed = Listing.objects.filter(in_force(on), item=purchase.item.item)
    listed = listed.filter(organisation__in=purchase.registrations.values("organisation"))
    return set(listed.values_list("organisation", flat=True))


def offered(registration: Registration) -> Decimal | None:
    """What it asks: yuan of a sum, per cent of a rate or a discount; None before it is open, or where nothing is said
    of the kind that the notice asks for."""
    current = published_terms(registration.purchase)
    kind = current.content.get("price_kind", "price") if current is not None else "price"
    said = (registration.offer or {}).get(kind)
    return Decimal(str(said)) if said else None


def usable(registration: Registration) -> bool:
    """Whether it can be selected: it was admitted, and its offer is there and within the budget (our rule)."""
    amount = offered(registration)
    if registration.admitted is not True or registration.excluded or amount is None:
        return False
    in_yuan = "price" in (registration.offer or {})
    return not in_yuan or amount <= registration.purchase.budget


def price_in_words(registration: Registration) -> str:
    offer = registration.offer or {}
    for kind, words in (("price", "{}元"), ("rate", "费率{}%"), ("discount", "下浮率{}%")):
        if offer.get(kind):
            return words.format(offer[kind])
    return ""


def ranking(result: Result) -> dict[str, int]:
    """To the credit code of each candidate its place; 0 for none."""
    return {one["agency"]: int(one["place"]) for one in result.values["candidates"]}


_ENDINGS = {
    procedure.failed.key: "failed",
    procedure.withdrawn.key: "withdrawn",
    procedure.rerun.key: "force_majeure",
    procedure.outside.key: "force_majeure",
    procedure.abandoned.key: "abandoned",
}


def attempts_of(purchase: Purchase) -> list[dict[str, str]]:
    """The attempts of its project that came to a notice, up to this one, as facts of the policy.

    第二十三条 speaks of notices of a project from public funds: those before one from other funds do not count.
    """
    return [
        {"number": str(number), "ending": _ENDINGS.get(one.case.state, "selected")}
        for number, one in enumerate(_noticed(purchase), start=1)
    ]


def _noticed(purchase: Purchase) -> QuerySet[Purchase]:
    rows = Purchase.objects.filter(project=purchase.project, pk__lte=purchase.pk).select_related("case").order_by("pk")
    rows = rows.filter(Exists(Terms.objects.filter(purchase=OuterRef("pk")).exclude(published_at=None)))
    other = rows.exclude(fund=purchase.fund).last()
    return rows if other is None else rows.filter(pk__gt=other.pk)


def most_to_negotiate(purchase: Purchase, failures: int) -> Decimal | None:
    """The smallest budget of the last so many notices of its project that failed; None where fewer did.

    第二十三条 opens negotiation for what nobody did for the budget of those notices: one at a budget at which nobody
    can offer opens no more than that.
    """
    failed = [one.budget for one in _noticed(purchase) if one.case.state == procedure.failed.key]
    return min(failed[-failures:]) if len(failed) >= failures else None


# --- what everybody sees


GROUPS: Mapping[str, tuple[str, ...]] = {
    "open": (procedure.open_.key, procedure.interrupted.key),
    "running": (
        procedure.registered.key, procedure.checking.key, procedure.checked.key, procedure.selecting.key,
        procedure.drawing.key, procedure.selected.key, procedure.confirmed.key, procedure.unpublished.key,
    ),
    "awarded": (
        procedure.announced.key, procedure.suspended.key, procedure.awarded.key, procedure.concluded.key,
    ),
    "ended": (
        procedure.failed.key, procedure.withdrawn.key, procedure.annulled.key, procedure.abandoned.key,
        procedure.rerun.key, procedure.outside.key, procedure.unsigned.key,
    ),
}  # fmt: skip
"""By what the list of notices is parted."""
UNDONE = Q(case__state=procedure.concluded.key, selected=None)
"""Purchases whose award was annulled after their contract was signed; see state_of."""

_HIDDEN = {
    one.key: Label("选取进行中", "selection under way")
    for one in (procedure.selected, procedure.confirmed, procedure.unpublished)
}
"""What the owner keeps back nobody is told of, not even that there is something to keep back."""


def public_state(purchase: Purchase) -> Label:
    """Where it stands, as everybody is told."""
    state = state_of(purchase)
    return _HIDDEN.get(state.key) or state.label


def public_notices(
    *, group: str = "", words: str = "", way: str = "", fund: str = "", item: UUID | None = None
) -> QuerySet[Purchase]:
    """The purchases whose notice was published, the newest first."""
    last = Terms.objects.filter(purchase=OuterRef("pk")).exclude(published_at=None).order_by("-number")
    found = _purchases().exclude(published_at=None).annotate(project_name=_project_name(last))
    if group in GROUPS:
        at = Q(case__state__in=GROUPS[group])
        found = found.filter(at | UNDONE if group == "ended" else at & ~UNDONE)
    if words:
        words = words.replace("\0", "")[:100]
        found = found.filter(
            Q(project_name__icontains=words) | Q(owner__name__icontains=words) | Q(item__name__icontains=words)
        )
    if way:
        found = found.filter(way=way)
    if fund:
        found = found.filter(fund=fund)
    if item is not None:
        found = found.filter(item__item__uuid=item)
    return found.order_by("-published_at", "-pk")


def public_awards() -> QuerySet[Purchase]:
    """The purchases whose award notice is published, negotiated ones too, the newest first."""
    last = Terms.objects.filter(purchase=OuterRef("pk")).order_by("-number")
    found = _purchases().exclude(awarded_at=None).annotate(project_name=_project_name(last))
    shown = (procedure.announced.key, procedure.suspended.key, procedure.awarded.key, procedure.concluded.key)
    return found.filter(~UNDONE, case__state__in=shown).order_by("-awarded_at", "-pk")


@dataclass(frozen=True, slots=True)
class Said:
    """A field of the terms with what stands in it, in words or as lines."""

    field: Field
    value: Any

    @property
    def label(self) -> Label:
        return self.field.label

    @property
    def moment(self) -> datetime | None:
        """The moment that it is; None where it is something else."""
        return datetime.fromisoformat(str(self.value)) if self.field.kind == Kind.MOMENT else None

    @property
    def words(self) -> Label:
        if self.field.kind == Kind.CHOICE:
            option = self.field.option(str(self.value))
            return option.label if option else Label(str(self.value), str(self.value))
        if self.field.kind == Kind.MONEY:
            amount = Decimal(str(self.value))
            unit_is_told = "元" in self.field.label.zh
            return Label(f"{amount:,.2f}", f"{amount:,.2f}") if unit_is_told else sum_told(amount)
        words = self.field.told(self.value) if self.field.told is not None else None
        return words or Label(str(self.value), str(self.value))


@dataclass(frozen=True, slots=True)
class SaidGroup:
    title: Label
    clause: str
    said: tuple[Said, ...]


def told(content: Mapping[str, Any]) -> list[SaidGroup]:
    """The seven groups of 第十九条 with what was said; what was left out is not there."""
    groups = []
    for group in terms.GROUPS:
        said = []
        for one in group.fields:
            value = content.get(one.key)
            if one.key == "criteria":
                value = "\n".join(
                    f"{each['name']} {each['weight']}%" + (f"；{each['scoring']}" if each.get("scoring") else "")
                    for each in content.get("criteria", [])
                )
            if one.kind != Kind.FILES and one.key != "excluded" and value not in (None, ""):
                # A notice cannot choose negotiation, and what follows two failures says it (第二十三条).
                said.append(Said(replace(one, options=procedure.WAYS) if one.key == "way" else one, value))
        groups.append(SaidGroup(group.title, group.clause, tuple(said)))
    return groups


# --- what changed in a notice


@dataclass(frozen=True, slots=True)
class Difference:
    """What a field of the notice said, and what it says now; None where it said nothing."""

    label: Label
    before: Label | None
    after: Label | None


@dataclass(frozen=True, slots=True)
class Change:
    """A notice that was published again. `anew`: its terms were changed, so that who had registered for those before
    registers anew (第二十一条: they promised to meet other conditions); else its moments alone were, and it stands."""

    at: datetime
    anew: bool
    differences: list[Difference]


def changes(purchase: Purchase) -> list[Change]:
    """What became of the notice since it was published first, the last first: with every field that differs."""
    versions = list(purchase.terms.exclude(published_at=None).order_by("number"))
    found = []
    for before, after in pairwise(versions):
        anew = before.content.get("valid_from") != after.content.get("valid_from")
        assert after.published_at is not None
        found.append(Change(after.published_at, anew, _differences(purchase, before.content, after.content)))
    return found[::-1]


_MOMENTS = (
    ("registration_ends_at", Label("报名截止时间", "End of the registration")),
    ("selection_at", Label("公开选取时间", "Time of the selection")),
)


def _differences(purchase: Purchase, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    old = {one.field.key: one for group in told(before) for one in group.said}
    new = {one.field.key: one for group in told(after) for one in group.said}
    found = []
    for one in terms.SAID:
        was, now = old.get(one.key), new.get(one.key)
        if (was.value if was else None) != (now.value if now else None):
            found.append(Difference(one.label, was.words if was else None, now.words if now else None))
    files = [_files_told(purchase, content) for content in (before, after)]
    if files[0] != files[1]:
        found.append(Difference(procedure.ANNEXES.label, *files))
    for key, label in _MOMENTS:
        if before.get(key) != after.get(key):
            found.append(Difference(label, _moment_told(before.get(key)), _moment_told(after.get(key))))
    return found


def _files_told(purchase: Purchase, content: Mapping[str, Any]) -> Label | None:
    """The papers by name, with the beginning of their digests: one of the same name may say something else."""
    names = "\n".join(f"{one.name} ({one.sha256[:8]})" for one in annexes(purchase, content))
    return Label(names, names) if names else None


def _moment_told(given: Any) -> Label | None:
    if not given:
        return None
    words = tell_end(datetime.fromisoformat(str(given)))
    return Label(words, words)


def annexes(purchase: Purchase, content: Mapping[str, Any]) -> list[Attachment]:
    wanted = [str(one) for one in content.get("annexes", [])]
    rows = {str(one.uuid): one for one in purchase.case.attachments.filter(uuid__in=wanted, erased=False)}
    return [rows[one] for one in wanted if one in rows]


@dataclass(frozen=True, slots=True)
class Happened:
    """A step that everybody may know of."""

    step: Label
    clause: str
    at: datetime
    said: tuple[Said, ...] = ()


_TOLD_STEPS = frozenset(
    one.key for one in procedure.purchase.steps.values() if one.publishes or one is procedure.close_registration
) | {procedure.change_terms.key, procedure.withdraw_purchase.key, procedure.issue_award.key}


def clause_when_unconfirmed(purchase: Purchase) -> str:
    """第四十条 is of owners of public funds alone; an owner of private ones did not confirm as 第二十四条 asks."""
    step = procedure.escalate if purchase.fund == Fund.PUBLIC else procedure.confirm
    return procedure.purchase.cite(step.clause)


def happened(purchase: Purchase, *, everything: bool = False) -> list[Happened]:
    """What happened, the last first: what is published, and for who handles it all of it."""
    found = []
    steps = procedure.purchase.all_steps()
    for row in CaseEvent.objects.filter(case=purchase.case).order_by("-number"):
        step = steps.get(row.step)
        if step is None or not (everything or row.step in _TOLD_STEPS):
            continue
        said = tuple(
            Said(one, row.values[one.key])
            for one in step.asks
            if one.key in row.values
            and one.kind != Kind.FILES
            and (everything or one.public)
            and one.key not in ("terms", "selected_registration", "owner_name", "item_name")
        )
        clause = (
            clause_when_unconfirmed(purchase) if step is procedure.escalate else procedure.purchase.cite(step.clause)
        )
        found.append(Happened(step.label, clause, row.at, said))
    return found


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as everybody may see it. `registrations` are there once the result is public, else None."""

    purchase: Purchase
    terms: Terms
    groups: list[SaidGroup]
    files: list[Attachment]
    state: Label
    open: bool
    under_change: bool
    happened: list[Happened]
    changes: list[Change]
    let_stand: list[FlagDecision]
    first_published_at: datetime
    previous: Purchase | None
    following: Purchase | None
    registrations: list[Registration] | None
    not_counted: list[NotCounted] = field(default_factory=list)


def notice(uuid: UUID, at: datetime) -> Notice | None:
    """None where nothing of such a purchase is published."""
    found = purchase(uuid)
    current = published_terms(found) if found is not None else None
    if found is None:
        return None
    public = result_is_public(found)
    if current is None:
        if not public:
            return None
        current = last_terms(found)  # negotiated: there never was a notice
    first = found.terms.exclude(published_at=None).order_by("number").first() or current
    return Notice(
        found,
        current,
        told(current.content),
        annexes(found, current.content),
        public_state(found),
        is_open(found, at),
        found.case.state in (procedure.reviewing.key, procedure.to_correct.key),
        happened(found),
        changes(found),
        let_stand(found),
        first.published_at or first.at,
        _public(found.previous),
        _public(following_of(found)),
        by_envelope(found) if public else None,
        not_counted(found) if public else [],
    )


def _public(attempt: Purchase | None) -> Purchase | None:
    """Another attempt of the project, where everybody may know of it: by a notice, or, where there was none, by its
    award notice."""
    if attempt is None or (published_terms(attempt) is None and not result_is_public(attempt)):
        return None
    return attempt


def letters(purchase: Purchase, own: Collection[Organisation]) -> list[ShownLetter]:
    """The letters that whoever acts for these organisations may open: the award notice everybody while the result is
    public, the notice of award both whom it names."""
    may = [procedure.award_notice.key] if result_is_public(purchase) else []
    # Where an award was given back, that of the agency before is of the past.
    stands = purchase.case.state in (procedure.awarded.key, procedure.concluded.key)
    if stands and purchase.selected is not None and {purchase.owner, purchase.selected.organisation} & {*own}:
        may.append(procedure.notice_of_award.key)
    found = {one.letter.key: one for one in letters_of(purchase.case, situation(purchase))}
    return [found[key] for key in may if key in found]


# --- the owner's


def purchases_of(owner: Organisation) -> QuerySet[Purchase]:
    last = Terms.objects.filter(purchase=OuterRef("pk")).order_by("-number")
    found = _purchases().filter(owner=owner).annotate(project_name=_project_name(last))
    return found.order_by(F("case__over").asc(), "-pk")


def drafts_of(owner: Organisation) -> QuerySet[Draft]:
    return Draft.objects.filter(owner=owner).select_related("previous")


def following_of(purchase: Purchase) -> Purchase | None:
    return Purchase.objects.filter(previous=purchase).first()


def has_draw(purchase: Purchase) -> bool:
    """Whether there is a page of its draw: one has begun, or may be committed to from the notice on."""
    if purchase.draws.exists():
        return True
    drawn = purchase.way == Way.RANDOM_DRAW and not purchase.case.over
    return drawn and published_terms(purchase) is not None


def situation(purchase: Purchase) -> Situation:
    return situation_of(purchase.case, calendar())


def runs(purchase: Purchase) -> list[Run]:
    """The clocks that run now."""
    return [one for one in situation(purchase).open_runs if one.due is not None]


def state_of(purchase: Purchase) -> State:
    """Where it stands. One whose award was annulled after its contract was signed ended with that, though its case
    had come to its end before: nobody is selected any more."""
    if purchase.case.state == procedure.concluded.key and purchase.selected_id is None:
        return procedure.annulled
    return procedure.purchase.states[purchase.case.state]


def corrections_asked(purchase: Purchase) -> str:
    """The list of corrections that waits for an answer; "" where there is none."""
    if purchase.case.state != procedure.to_correct.key:
        return ""
    row = CaseEvent.objects.filter(case=purchase.case, step=procedure.ask_corrections.key).order_by("-number").first()
    return row.values["corrections"] if row else ""


def may_follow(purchase: Purchase) -> bool:
    """Whether another attempt may follow this one."""
    from gongbao.systems.intermediary_market.purchases.actions import MAY_FOLLOW

    return state_of(purchase).key in MAY_FOLLOW and following_of(purchase) is None


# --- an agency's, and the operator's


def registrations_of(agencies: Iterable[Organisation]) -> QuerySet[Registration]:
    """What these agencies registered for, once the result is public or the selection ended without one."""
    published = CaseEvent.objects.filter(case=OuterRef("purchase__case"), step=procedure.publish_award.key)
    ended = [one for one in GROUPS["ended"] if one != procedure.withdrawn.key]
    found = Registration.objects.filter(organisation__in=list(agencies))
    found = found.filter(Exists(published) | Q(purchase__case__state__in=ended))
    return found.select_related("purchase__case", "purchase__owner", "purchase__item", "organisation").order_by("-pk")


def works_on_purchases(desk: Desk) -> bool:
    """Whether the desk is of a unit that runs purchases, or that did when one was begun that it runs still; or reads
    everything."""
    named = {body_of(one).pk for one in operating_units()}
    return desk.reads_all or bool(named & desk.bodies) or of_desk(desk).filter(case__over=False).exists()


def sees_all_desks(desk: Desk) -> bool:
    return desk.reads_all or is_platform_desk(desk.bodies)


def of_desk(desk: Desk) -> QuerySet[Purchase]:
    """What the desk sees: the purchases that its body runs; for the city's operator, who runs the platform, and for
    auditors those of every desk (第六条第（三）项, 第十一条)."""
    if sees_all_desks(desk):
        return _purchases()
    return _purchases().filter(case__unit__in=units_of(desk.bodies))


def at_desk(desk: Desk) -> QuerySet[Purchase]:
    """Of those the ones that are under way, those that are due first."""
    last = Terms.objects.filter(purchase=OuterRef("pk")).order_by("-number")
    found = of_desk(desk).filter(case__over=False).annotate(project_name=_project_name(last))
    return found.order_by(F("case__due").asc(nulls_last=True), "pk")


# --- the form review


REVIEWED = ("work", "subject", "qualification", "requirements", "criteria", "conflicts")
"""The fields in which a condition on where an agency is from or who owns it may stand."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """A finding of the form review, in its field. `decided` is what the operator decided of it last, None before."""

    field: Field
    finding: form_review.Finding
    decided: FlagDecision | None = None

    @property
    def key(self) -> str:
        """What tells it from the others of the same terms."""
        return f"{self.finding.place}:{self.finding.start}:{self.finding.ground.key}"

    @property
    def weight(self) -> Label | None:
        """That of the criterion, where it is one."""
        return None if self.finding.weight is None else Label(f"权重{self.finding.weight}%", f"{self.finding.weight} %")


def findings(typed: Mapping[str, Any], fund: str, places: Iterable[str] = ()) -> list[Pointed]:
    """Conditions that keep agencies out, of terms as they are typed (terms.as_typed): for a person to judge."""
    fields = {one.key: one for one in terms.FIELDS}
    texts: list[tuple[str, str]] = []
    weights: dict[str, Decimal] = {}
    for key in REVIEWED:
        if key == "criteria":
            for number, one in enumerate(terms.criteria_of(str(typed.get(key, "")))):
                for place, text in ((f"criteria.{number}", one.name), (f"criteria.{number}.scoring", one.scoring)):
                    texts.append((place, text))
                    weights[place] = one.weight
        elif typed.get(key):
            texts.append((key, str(typed[key])))
    by_fund: Any = "private" if fund == "private" else "public"
    found = form_review.review(texts, by="owner", fund=by_fund, places=tuple(places), weights=weights)
    return [Pointed(fields[one.place.partition(".")[0]], one) for one in found]


def handed_in(purchase: Purchase) -> Terms | None:
    """What the owner handed in last, as the form review read it, or reads it: no notice that was made of it."""
    return purchase.terms.filter(published_at=None).order_by("-number").first()


def flags(of: Terms | None) -> list[Pointed]:
    """What the form review points at in terms that were handed in, with what the operator decided of each."""
    if of is None:
        return []
    decided = {one.key: one for one in of.flag_decisions.order_by("pk")}
    found = findings(terms.as_typed(of.content), of.content.get("fund", ""), places())
    return [replace(one, decided=decided.get(one.key)) for one in found]


def deciding(purchase: Purchase) -> State:
    """The state in which the operator decides of what the form review points at: that of the review; of what was chosen
    without a notice the one before its award notice is published."""
    without_notice = purchase.case.state == procedure.confirmed.key and published_terms(purchase) is None
    return procedure.confirmed if without_notice else procedure.reviewing


def let_stand(purchase: Purchase) -> list[FlagDecision]:
    """The words that were let stand in the notice as it is now, with the reasons: for everybody (第五条第三款)."""
    current = published_terms(purchase)
    if current is None:
        return []
    # The notice has moments and a number of its own; what was handed in for it stands before.
    number = current.content.get("valid_from", current.number)
    reviewed = purchase.terms.filter(published_at=None, number__lt=number).order_by("-number").first()
    decided = {one.key: one for one in reviewed.flag_decisions.order_by("pk")} if reviewed is not None else {}
    return [one for one in decided.values() if one.stands]


def places() -> list[str]:
    """The names of this city and its counties, for the form review."""
    kinds = ("city", "county")
    return [one.zh for one in Unit.objects.filter(kind__in=kinds) if len(one.zh) > 1]


# --- limits


def limits() -> QuerySet[ProcurementLimit]:
    """All that were entered, those that count first for each year."""
    return ProcurementLimit.objects.order_by("-budget_year", "-pk")


def needs_limit(on: date) -> bool:
    """Whether no limit is entered for the year, so that nothing from public funds can be published."""
    return not ProcurementLimit.objects.filter(budget_year=on.year).exists()
