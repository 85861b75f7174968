"""What happened in the market that may be an act which 第三十八条 to 第四十条 forbid: reports of traces, for auditors.

A trace is a question and accuses nobody; which act it may be of says the table in liabilities.py.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.urls import reverse

from gongbao.core.labels import Label
from gongbao.office.cases.models import CaseEvent
from gongbao.procedures.fields import SHANGHAI
from gongbao.procedures.sign_off import Verdict
from gongbao.systems.intermediary_market import form_review
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion
from gongbao.systems.intermediary_market.complaints import procedure as complaints
from gongbao.systems.intermediary_market.contracts import procedure as contracts
from gongbao.systems.intermediary_market.contracts import queries as of_contracts
from gongbao.systems.intermediary_market.contracts.models import Contract
from gongbao.systems.intermediary_market.draw.models import Draw
from gongbao.systems.intermediary_market.organisations.models import Mending, MendingKind, Review, ReviewOutcome
from gongbao.systems.intermediary_market.purchases import procedure as purchases
from gongbao.systems.intermediary_market.purchases import queries as of_purchases
from gongbao.systems.intermediary_market.purchases.models import Fund, Purchase, Registration, Terms
from gongbao.systems.intermediary_market.purchases.terms import PUBLIC_BODIES, as_typed
from gongbao.systems.intermediary_market.ratings import procedure as conduct
from gongbao.systems.intermediary_market.sealing.envelopes import Part
from gongbao.systems.intermediary_market.sealing.models import Opening
from gongbao.systems.intermediary_market.sealing.queries import PARTS


@dataclass(frozen=True, slots=True)
class Trace:
    """Something that happened: when, what, about whom (names of bodies, receipt numbers), in which case."""

    at: datetime
    what: Label
    about: str
    case: UUID | None = None

    @property
    def address(self) -> str:
        """The page of the case, made for who asks: a workbook of many thousand has none."""
        return reverse("cases:case", args=[self.case]) if self.case is not None else ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Traces that are rows of the database each: counted there, and told as far as somebody reads them.

    `moment` is the path to when it happened, `told` makes the trace of a row.
    """

    found: QuerySet[Any]
    moment: str
    told: Callable[[Any], Trace]

    def count(self) -> int:
        return self.found.count()

    def latest(self, most: int | None) -> list[Trace]:
        found = self.found.order_by(f"-{self.moment}", "-pk")
        if most is not None:
            # Which they are is found without what is told of them: the others would be joined for nothing.
            found = found.filter(pk__in=list(found.values_list("pk", flat=True)[:most]))
        return [self.told(one) for one in found]


@dataclass(frozen=True, slots=True)
class Found:
    """Traces that are found by reading texts or following cases: there is no other way to count them."""

    traces: Sequence[Trace]

    def count(self) -> int:
        return len(self.traces)

    def latest(self, most: int | None) -> list[Trace]:
        return _latest_first(self.traces)[:most]


Source = Rows | Found


@dataclass(frozen=True, slots=True)
class Traces:
    """The traces of a report: how many there are, and the latest of them."""

    sources: Sequence[Source]

    def count(self) -> int:
        return sum(one.count() for one in self.sources)

    def latest(self, most: int | None = None) -> list[Trace]:
        """No more than `most` of them, the latest first; None: all."""
        return _latest_first(trace for one in self.sources for trace in one.latest(most))[:most]


def _latest_first(traces: Iterable[Trace]) -> list[Trace]:
    return sorted(traces, key=lambda one: one.at, reverse=True)


@dataclass(frozen=True)
class Period:
    """The time that a report covers: [since, until), and the moment as of which it is told what is overdue."""

    since: datetime
    until: datetime
    now: datetime

    @classmethod
    def of_year(cls, year: int, now: datetime) -> "Period":
        return cls(datetime(year, 1, 1, tzinfo=SHANGHAI), datetime(year + 1, 1, 1, tzinfo=SHANGHAI), now)

    @property
    def is_current(self) -> bool:
        return self.since <= self.now < self.until

    @cached_property
    def overdue(self) -> list[of_contracts.Row]:
        """The contracts of public funds in which anything is overdue as of now: followed once for all reports."""
        return of_contracts.overdue(_public_contracts(), self.now) if self.is_current else []


Read = Callable[[Period], Sequence[Source]]


def _events(procedure: str, steps: Iterable[str], period: Period, *, public: str = "") -> QuerySet[CaseEvent]:
    """The events of the steps in the period; with `public`, the path to the fund, of public funds alone."""
    found = CaseEvent.objects.filter(
        case__procedure=procedure, step__in=list(steps), at__gte=period.since, at__lt=period.until
    )
    return found.filter(**{public: Fund.PUBLIC}) if public else found


def _of_purchases(*steps: str, public: bool = False) -> Read:
    def told(one: Any) -> Trace:
        label = purchases.purchase.steps[one.step].label
        return Trace(one.at, label, _of_purchase(one.case.purchase), one.case.uuid)

    def read(period: Period) -> Sequence[Source]:
        found = _events(purchases.purchase.key, steps, period, public="case__purchase__fund" if public else "")
        related = ("case__purchase__owner", "case__purchase__item", "case__purchase__case")
        return [Rows(found.select_related(*related), "at", told)]

    return read


def _of_contracts(*steps: str, public: bool = False, only: Q | None = None) -> Read:
    def told(one: Any) -> Trace:
        label = contracts.contract.steps[one.step].label
        return Trace(one.at, label, _parties(one.case.contract), one.case.uuid)

    def read(period: Period) -> Sequence[Source]:
        path = "case__contract__purchase__fund" if public else ""
        found = _events(contracts.contract.key, steps, period, public=path).filter(only or Q())
        related = ("case__contract__purchase__owner", "case__contract__registration__organisation")
        return [Rows(found.select_related(*related), "at", told)]

    return read


def _parties(contract: Contract) -> str:
    return f"{contract.purchase.owner.name} · {contract.registration.organisation.name} · {contract.case.receipt}"


def _overdue(clock: str) -> Read:
    """Contracts of public funds in which the clock has run out and waits still: as of now, told for the current year.
    Those met too late are told for the year in which they were begun."""

    declared = contracts.contract.clocks[clock]
    overdue = Label(f"逾期：{declared.label.zh}", f"overdue: {declared.label.en}")
    late = Label(f"逾期完成：{declared.label.zh}", f"done late: {declared.label.en}")

    def waits(period: Period) -> Iterable[Trace]:
        for row in period.overdue:
            due = min((run.due for run in row.overdue if run.clock == declared and run.due is not None), default=None)
            if due is not None:
                yield Trace(_moment(due), overdue, _parties(row.contract), row.contract.case.uuid)

    def told(one: Any) -> Trace:
        return Trace(one.case.opened_at, late, _parties(one), one.case.uuid)

    def read(period: Period) -> Sequence[Source]:
        begun = _public_contracts().filter(case__opened_at__gte=period.since, case__opened_at__lt=period.until)
        was_late = begun.filter(case__late__icontains=f'"{clock}"')
        return [Found(tuple(waits(period))), Rows(was_late, "case__opened_at", told)]

    return read


def _public_contracts() -> QuerySet[Contract]:
    return of_contracts.contracts().filter(purchase__fund=Fund.PUBLIC)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _complaints(*against: str) -> Read:
    """The complaints against that kind of party, with what was decided; of the complainant nothing."""

    subjects = {one.key: one.label for one in complaints.SUBJECTS}
    decided = {one.key: one.label for one in complaints.OUTCOMES}

    def told(one: Any) -> Trace:
        subject = subjects[one.values["subject"]]
        outcome = decided.get(one.outcome or "", complaints.complaint.states[one.case.state].label)
        what = Label(f"投诉：{subject.zh}（{outcome.zh}）", f"complaint: {subject.en} ({outcome.en})")
        return Trace(one.at, what, f"{one.values['against']} · {one.case.receipt}", one.case.uuid)

    def read(period: Period) -> Sequence[Source]:
        decisions = CaseEvent.objects.filter(case=OuterRef("case"), step="decide").order_by("-number")
        found = _events(complaints.complaint.key, ["file"], period).filter(values__against_kind__in=against)
        outcome = Subquery(decisions.values_list(KT("values__outcome"))[:1])
        return [Rows(found.annotate(outcome=outcome).select_related("case"), "at", told)]

    return read


def _of_conduct(*steps: str, kind: str = "") -> Read:
    def told(one: Any) -> Trace:
        about = f"{one.case.market_conduct.organisation.name} · {one.case.receipt}"
        return Trace(one.at, conduct.conduct.steps[one.step].label, about, one.case.uuid)

    def read(period: Period) -> Sequence[Source]:
        found = _events(conduct.conduct.key, steps, period)
        if kind:
            found = found.filter(values__kind=kind)
        return [Rows(found.select_related("case__market_conduct__organisation"), "at", told)]

    return read


def _reviews(period: Period) -> Sequence[Source]:
    """Agencies that an authority took off a service or had mend something, and those that two of the
    operator took out or handed over."""
    found = Review.objects.filter(at__gte=period.since, at__lt=period.until).exclude(outcome=ReviewOutcome.IN_ORDER)
    mended = Mending.objects.filter(decided_at__gte=period.since, decided_at__lt=period.until, verdict=Verdict.SIGNED)
    return [
        Rows(found.select_related("unit", "listing__organisation", "listing__item"), "at", _reviewed),
        Rows(
            mended.select_related("organisation"),
            "decided_at",
            lambda one: Trace(one.decided_at, _MENDED[one.kind], one.organisation.name),
        ),
    ]


def _reviewed(one: Review) -> Trace:
    what = (
        Label("事后审查移出事项", "taken off the service by a review")
        if one.outcome == ReviewOutcome.ENDED
        else Label("事后审查要求改正", "to be mended after a review")
    )
    return Trace(one.at, what, f"{one.unit.zh} · {one.listing.organisation.name} · {one.listing.item.code}")


_MENDED = {
    MendingKind.REMOVE.value: Label("移出超市", "taken out of the market"),
    MendingKind.HAND_OVER.value: Label("变更业务授权人", "handed over to another account"),
}


_SEALED = {**PARTS, Part.SHARE: Label("抽取的随机数", "a share of a draw")}


def _opened(one: Opening) -> Label:
    sealed = _SEALED[Part(one.part)]
    return Label(f"开启：{sealed.zh}，第{one.layer}层", f"opened: {sealed.en}, layer {one.layer}")


def _openings(period: Period) -> Sequence[Source]:
    """Each layer that a custodian opened: none comes before the end of registration."""
    found = Opening.objects.filter(at__gte=period.since, at__lt=period.until)
    # There are some of every purchase: no more of each is read than is told.
    found = found.select_related("sealing__purchase__owner", "sealing__purchase__case").only(
        "at", "part", "layer", "sealing__purchase__owner__name", "sealing__purchase__case__receipt",
        "sealing__purchase__case__uuid",
    )  # fmt: skip

    def told(one: Any) -> Trace:
        purchase = one.sealing.purchase
        return Trace(one.at, _opened(one), f"{purchase.owner.name} · {purchase.case.receipt}", purchase.case.uuid)

    return [Rows(found, "at", told)]


def _set_aside(period: Period) -> Sequence[Source]:
    found = Draw.objects.filter(set_aside_at__gte=period.since, set_aside_at__lt=period.until)
    what = Label("抽取作废，另行抽取", "a draw was set aside, and another followed")

    def told(one: Any) -> Trace:
        about = f"{one.purchase.owner.name} · {one.purchase.case.receipt}"
        return Trace(one.set_aside_at, what, about, one.purchase.case.uuid)

    return [Rows(found.select_related("purchase__owner", "purchase__case"), "set_aside_at", told)]


def _in_catalogue(period: Period) -> Sequence[Source]:
    """Words in what authorities publish of services that keep agencies of elsewhere, or of some owners, out."""
    places, found = tuple(of_purchases.places()), []
    versions = ItemVersion.objects.filter(since__gte=period.since.date(), since__lt=period.until.date())
    for one in versions.select_related("item__authority"):
        texts = [("qualification", one.qualification), ("conditions", one.conditions), ("process", one.process)]
        for finding in form_review.review(texts, by="authority", places=places):
            about = f"{one.item.authority.zh} · {one.item.code} · “{finding.words}”"
            found.append(Trace(_moment(one.since), finding.ground.label, about))
    return [Found(found)]


def _in_notices(period: Period) -> Sequence[Source]:
    """The same in the notices of purchases from public funds, which were published all the same."""
    places, found = tuple(of_purchases.places()), []
    terms = Terms.objects.filter(
        published_at__gte=period.since, published_at__lt=period.until, purchase__fund=Fund.PUBLIC
    )
    pointed_at = {}
    for key, content in terms.order_by().values_list("pk", "content").iterator():
        typed = as_typed(content)
        texts = tuple((each, typed[each]) for each in of_purchases.REVIEWED if each in typed)
        if pointed := _pointed_at(texts, places):
            pointed_at[key] = pointed
    for one in Terms.objects.filter(pk__in=pointed_at).select_related("purchase__owner", "purchase__case"):
        for each in pointed_at[one.pk]:
            about = f"{one.purchase.owner.name} · {one.purchase.case.receipt} · “{each.finding.words}”"
            at = one.published_at
            assert at is not None  # as it was filtered by it
            found.append(Trace(at, each.finding.ground.label, about, one.purchase.case.uuid))
    return [Found(found)]


@lru_cache(maxsize=5_000)
def _pointed_at(texts: tuple[tuple[str, str], ...], places: tuple[str, ...]) -> tuple[of_purchases.Pointed, ...]:
    """What the form review points at in the texts of a notice from public funds: the same in each that has them."""
    return tuple(of_purchases.findings(dict(texts), Fund.PUBLIC, places))


def _rejections(period: Period) -> Sequence[Source]:
    """Agencies that owners of public funds did not admit: of purchases whose result everybody may see, as before it
    nobody else knows who registered."""
    # Who was not under the service the program left out, and no owner.
    found = Registration.objects.filter(
        admitted=False,
        standing=True,
        purchase__fund=Fund.PUBLIC,
        opened_at__gte=period.since,
        opened_at__lt=period.until,
    ).filter(Q(purchase__case__over=True) | Q(purchase__case__state__in=_RESULT_KNOWN))
    what = Label("报名未通过核对", "a registration was not admitted")

    def told(one: Any) -> Trace:
        about = f"{one.purchase.owner.name} · {one.organisation.name} · {one.purchase.case.receipt}"
        return Trace(one.opened_at, what, about, one.purchase.case.uuid)

    return [Rows(found.select_related("purchase__owner", "purchase__case", "organisation"), "opened_at", told)]


def _as_private(period: Period) -> Sequence[Source]:
    """What state organs and public institutions said to pay from private funds, for which there is no limit."""
    found = Purchase.objects.filter(
        fund=Fund.PRIVATE, owner__kind__in=PUBLIC_BODIES,
        case__opened_at__gte=period.since, case__opened_at__lt=period.until,
    )  # fmt: skip
    what = Label("行政事业单位以社会性资金采购", "a public body buys from private funds")

    def told(one: Any) -> Trace:
        sum_told = Label(f"{what.zh}：{one.budget}元", f"{what.en}: {one.budget} yuan")
        return Trace(one.case.opened_at, sum_told, _of_purchase(one), one.case.uuid)

    return [Rows(found.select_related("owner", "item", "case"), "case__opened_at", told)]


def _other_budget_year(period: Period) -> Sequence[Source]:
    """Purchases from public funds that count against the limit of another year than that in which they became a notice,
    or were begun where there was none. One that was published again with other terms is told once, as it was last."""
    year = period.since.astimezone(SHANGHAI).year
    terms = Terms.objects.filter(published_at__gte=period.since, published_at__lt=period.until).order_by("number")
    others = terms.filter(purchase__fund=Fund.PUBLIC).exclude(purchase__budget_year=year)
    begun = _events(purchases.purchase.key, ("negotiate", "choose_directly"), period, public="case__purchase__fund")
    begun = begun.exclude(case__purchase__budget_year=year)
    moments: dict[int, Any] = dict(others.values_list("purchase", "published_at")) | dict(
        begun.values_list("case__purchase", "at")
    )
    traces = []
    for one in Purchase.objects.filter(pk__in=moments).select_related("owner", "item", "case"):
        what = Label(f"计入{one.budget_year}年度限额", f"counts against the limit of {one.budget_year}")
        traces.append(Trace(moments[one.pk], what, _of_purchase(one), one.case.uuid))
    return [Found(traces)]


def _kept_secret(period: Period) -> Sequence[Source]:
    """Contracts of public funds that the two kept secret, and those of which one of them lifted that; what an earlier
    version kept secret by the word of one party is told as that."""
    steps = (contracts.EXEMPTS, *contracts.LIFTS)
    found = _events(contracts.contract.key, steps, period, public="case__contract__purchase__fund")
    said = CaseEvent.objects.filter(
        case=OuterRef("case"), step=contracts.propose_exempt.key, number__lt=OuterRef("number")
    )
    by_one = Label("一方注明依法保密，不备案公示", "kept secret by the word of one party")

    def told(one: Any) -> Trace:
        label = contracts.contract.steps[one.step].label
        what = label if one.proposed or one.step != contracts.EXEMPTS else by_one
        return Trace(one.at, what, _parties(one.case.contract), one.case.uuid)

    related = ("case__contract__purchase__owner", "case__contract__registration__organisation")
    return [Rows(found.annotate(proposed=Exists(said)).select_related(*related), "at", told)]


def _above_award(period: Period) -> Sequence[Source]:
    """What was signed or amended from public funds at more than the award or the budget. Sums are compared here: not
    every database keeps those of an event as it keeps money."""
    steps = (*contracts.SIGNS, *contracts.AMENDS)
    found = _events(contracts.contract.key, steps, period, public="case__contract__purchase__fund")
    begun = CaseEvent.objects.filter(case=OuterRef("case"), step=contracts.begin.key)
    awards = Subquery(begun.values_list(KT("values__award"))[:1])
    rows = found.order_by().values_list("pk", KT("values__amount"), awards, "case__contract__purchase__budget")
    above = {}
    for key, amount, award, budget in rows.iterator():
        if words := _above(Decimal(amount), None if award is None else Decimal(award), budget):
            above[key] = words

    def told(one: Any) -> Trace:
        return Trace(one.at, above[one.pk], _parties(one.case.contract), one.case.uuid)

    related = ("case__contract__purchase__owner", "case__contract__registration__organisation")
    return [Rows(CaseEvent.objects.filter(pk__in=above).select_related(*related), "at", told)]


def _above(amount: Decimal, award: Decimal | None, budget: Decimal) -> Label | None:
    bounds = [("中选金额", "the award", award), ("预算", "the budget", budget)]
    passed = [(zh, en, bound) for zh, en, bound in bounds if bound is not None and amount > bound]
    if not passed:
        return None
    zh = "、".join(f"{zh}{bound:,.2f}元" for zh, _en, bound in passed)
    en = " and ".join(f"{en} of {bound:,.2f}" for _zh, en, bound in passed)
    return Label(f"合同金额{amount:,.2f}元，高于{zh}", f"a contract of {amount:,.2f} yuan, above {en}")


def _of_purchase(one: Purchase) -> str:
    return f"{one.owner.name} · {one.item.name} · {one.case.receipt}"


_RESULT_KNOWN = (purchases.announced.key, purchases.awarded.key)
_OWNER = Q(values__side__in=("owner", "both"))


@dataclass(frozen=True, slots=True)
class Report:
    """A list of traces."""

    key: str
    label: Label
    sources: Read

    def read(self, period: Period) -> Traces:
        return Traces(self.sources(period))


REPORTS: dict[str, Report] = {
    one.key: one
    for one in (
        Report("reviews", Label("事后审查移出和要求改正", "Agencies taken off a service or out"), _reviews),
        Report("openings", Label("报名和报价的开启", "Openings of what was sealed"), _openings),
        Report("held_back", Label("暂不公开的结果", "Results held back"),
               _of_purchases("hold_back", "release", "hold_back_ends")),
        Report("interventions", Label("中断、中止、撤销和另行选取", "Outages, suspensions, annulments, other ways"),
               _of_purchases("declare_outage", "suspend_award", "annul", "annul_signed", "choose_outside",
                             "choose_rerun")),
        Report("set_aside", Label("作废的抽取", "Draws set aside"), _set_aside),
        Report("corrections", Label("撤销、更正和未立项的认定", "Findings overturned, corrected or not taken up"),
               _of_conduct("conduct_drop", "conduct_dismiss", "conduct_overturn", "conduct_correct")),
        Report("given_back", Label("放弃的中选结果", "Awards given back"), _of_purchases("abandon", "pass_on")),
        Report("against_operator", Label("对运维机构的投诉", "Complaints against the operator"),
               _complaints("operator")),
        Report("in_catalogue", Label("事项清单中的限制性用语", "Words of the catalogue that keep agencies out"),
               _in_catalogue),
        Report("returned_work", Label("被退回的服务成果", "Work returned by an authority"),
               _of_conduct("conduct_propose", kind="b4")),
        Report("against_authorities", Label("对行业主管部门的投诉", "Complaints against sector authorities"),
               _complaints("authority")),
        Report("in_notices", Label("公告中的限制性用语", "Words of notices that keep agencies out"), _in_notices),
        Report("rejections", Label("未通过核对的报名", "Registrations not admitted"), _rejections),
        Report("negotiations", Label("两次废标后的议价选取", "Negotiations after two failures"),
               _of_purchases("negotiate", public=True)),
        Report("without_notice", Label("不经公告的直接选取", "Direct choices without a notice"),
               _of_purchases("choose_directly", public=True)),
        Report("as_private", Label("行政事业单位的社会性资金采购", "Public bodies that buy from private funds"),
               _as_private),
        Report("other_budget_year",
               Label("预算年度与公告年份不同的采购", "Budget years other than the year of the notice"),
               _other_budget_year),
        Report("unconfirmed", Label("逾期未确认和不予确认", "Results confirmed late or not at all"),
               _of_purchases("escalate", "refuse_result", public=True)),
        Report("refusals", Label("验收不通过", "Work refused by the owner"),
               _of_contracts("contract_refuse", public=True)),
        Report("acceptance", Label("逾期验收", "Acceptance overdue"), _overdue("contract_acceptance")),
        Report("not_signed", Label("业主未签订合同", "No contract, due to the owner"),
               lambda period: [*_of_contracts("contract_decline", public=True)(period),
                               *_of_contracts("contract_lapse", public=True, only=_OWNER)(period)]),
        Report("signing", Label("逾期签订合同", "Contracts signed late"), _overdue("contract_signing")),
        Report("against_owners", Label("对项目业主的投诉", "Complaints against project owners"), _complaints("owner")),
        Report("kept_secret", Label("依法保密、未备案公示的合同", "Contracts kept secret"), _kept_secret),
        Report("above_award", Label("高于中选金额或者预算的合同", "Contracts above award or budget"), _above_award),
        Report("arrears", Label("拖欠服务费用", "Payments in arrears"), _overdue("contract_payment")),
        Report("disputed", Label("有异议的付款", "Payments that the agency disputes"),
               _of_contracts("contract_dispute", "contract_dispute_reopens", public=True)),
    )
}  # fmt: skip
