"""What happened in the market that may be an act which 第三十八条 to 第四十条 forbid: reports of traces, for auditors.

A trace is a question and accuses nobody; which act it may be of says the table in liabilities.py.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Q
from django.urls import reverse

from gongbao.core.labels import Label
from gongbao.office.cases.models import Case, CaseEvent
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
    """Something that happened: when, what, about whom (names of bodies, receipt numbers), its page ("" for none)."""

    at: datetime
    what: Label
    about: str
    address: str = ""


@dataclass(frozen=True, slots=True)
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


Read = Callable[[Period], list[Trace]]


def _events(procedure: str, steps: Iterable[str], period: Period, *, public: str = "") -> Iterable[CaseEvent]:
    """The events of the steps in the period; with `public`, the path to the fund, of public funds alone."""
    found = CaseEvent.objects.filter(
        case__procedure=procedure, step__in=list(steps), at__gte=period.since, at__lt=period.until
    )
    return found.filter(**{public: Fund.PUBLIC}) if public else found


def _of_purchases(*steps: str, public: bool = False) -> Read:
    def read(period: Period) -> list[Trace]:
        path = "case__purchase__fund" if public else ""
        found = _events(purchases.purchase.key, steps, period, public=path)
        return [
            Trace(
                one.at,
                purchases.purchase.steps[one.step].label,
                _of_purchase(one.case.purchase),
                _case_page(one.case),
            )
            for one in found.select_related("case__purchase__owner", "case__purchase__item", "case__purchase__case")  # type: ignore[attr-defined]
        ]

    return read


def _of_contracts(*steps: str, public: bool = False, only: Q | None = None) -> Read:
    def read(period: Period) -> list[Trace]:
        path = "case__contract__purchase__fund" if public else ""
        found = _events(contracts.contract.key, steps, period, public=path)
        related = ("case__contract__purchase__owner", "case__contract__registration__organisation")
        return [
            Trace(one.at, contracts.contract.steps[one.step].label, _parties(one.case.contract), _case_page(one.case))
            for one in found.filter(only or Q()).select_related(*related)  # type: ignore[attr-defined]
        ]

    return read


def _parties(contract: Contract) -> str:
    return f"{contract.purchase.owner.name} · {contract.registration.organisation.name} · {contract.case.receipt}"


def _case_page(case: Case) -> str:
    return reverse("cases:case", args=[case.uuid])


def _overdue(clock: str) -> Read:
    """Contracts of public funds in which the clock has run out and waits still: as of now, told for the current year.
    Those met too late are told for the year in which they were begun."""

    def read(period: Period) -> list[Trace]:
        among = of_contracts.contracts().filter(purchase__fund=Fund.PUBLIC)
        declared = contracts.contract.clocks[clock]
        label = Label(f"逾期：{declared.label.zh}", f"overdue: {declared.label.en}")
        found = []
        if period.is_current:
            for row in of_contracts.overdue(among, period.now, declared):
                due = next(run.due for run in row.overdue if run.clock == declared)
                assert due is not None
                found.append(Trace(_moment(due), label, _parties(row.contract), _case_page(row.contract.case)))
        late = Label(f"逾期完成：{declared.label.zh}", f"done late: {declared.label.en}")
        began = among.filter(case__opened_at__gte=period.since, case__opened_at__lt=period.until)
        for one in began.filter(case__late__icontains=f'"{clock}"'):
            found.append(Trace(one.case.opened_at, late, _parties(one), _case_page(one.case)))
        return found

    return read


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _complaints(*against: str) -> Read:
    """The complaints against that kind of party, with what was decided; of the complainant nothing."""

    def read(period: Period) -> list[Trace]:
        found = _events(complaints.complaint.key, ["file"], period)
        rows = list(found.filter(values__against_kind__in=against).select_related("case"))  # type: ignore[attr-defined]
        outcomes = dict(
            CaseEvent.objects.filter(case__in=[one.case_id for one in rows], step="decide").values_list(
                "case", "values__outcome"
            )
        )
        subjects = {one.key: one.label for one in complaints.SUBJECTS}
        decided = {one.key: one.label for one in complaints.OUTCOMES}
        told = []
        for one in rows:
            subject = subjects[one.values["subject"]]
            outcome = decided.get(outcomes.get(one.case_id, ""), complaints.complaint.states[one.case.state].label)
            what = Label(f"投诉：{subject.zh}（{outcome.zh}）", f"complaint: {subject.en} ({outcome.en})")
            told.append(Trace(one.at, what, f"{one.values['against']} · {one.case.receipt}", _case_page(one.case)))
        return told

    return read


def _of_conduct(*steps: str, kind: str = "") -> Read:
    def read(period: Period) -> list[Trace]:
        found = _events(conduct.conduct.key, steps, period)
        if kind:
            found = found.filter(values__kind=kind)  # type: ignore[attr-defined]
        return [
            Trace(
                one.at,
                conduct.conduct.steps[one.step].label,
                f"{one.case.market_conduct.organisation.name} · {one.case.receipt}",
                _case_page(one.case),
            )
            for one in found.select_related("case__market_conduct__organisation")  # type: ignore[attr-defined]
        ]

    return read


def _reviews(period: Period) -> list[Trace]:
    """Agencies that an authority took off a service or had mend something, and those that two of the
    operator took out or handed over."""
    found = [
        Trace(
            one.at,
            Label("事后审查移出事项", "taken off the service by a review")
            if one.outcome == ReviewOutcome.ENDED
            else Label("事后审查要求改正", "to be mended after a review"),
            f"{one.unit.zh} · {one.listing.organisation.name} · {one.listing.item.code}",
        )
        for one in Review.objects.filter(at__gte=period.since, at__lt=period.until)
        .exclude(outcome=ReviewOutcome.IN_ORDER)
        .select_related("unit", "listing__organisation", "listing__item")
    ]
    mended = Mending.objects.filter(decided_at__gte=period.since, decided_at__lt=period.until, verdict=Verdict.SIGNED)
    return found + [
        Trace(one.decided_at, _MENDED[one.kind], one.organisation.name)  # type: ignore[arg-type]
        for one in mended.select_related("organisation")
    ]


_MENDED = {
    MendingKind.REMOVE.value: Label("移出超市", "taken out of the market"),
    MendingKind.HAND_OVER.value: Label("变更业务授权人", "handed over to another account"),
}


_SEALED = {**PARTS, Part.SHARE: Label("抽取的随机数", "a share of a draw")}


def _opened(one: Opening) -> Label:
    sealed = _SEALED[Part(one.part)]
    return Label(f"开启：{sealed.zh}，第{one.layer}层", f"opened: {sealed.en}, layer {one.layer}")


def _openings(period: Period) -> list[Trace]:
    """Each layer that a custodian opened: none comes before the end of registration."""
    found = Opening.objects.filter(at__gte=period.since, at__lt=period.until)
    return [
        Trace(
            one.at,
            _opened(one),
            f"{one.sealing.purchase.owner.name} · {one.sealing.purchase.case.receipt}",
            _case_page(one.sealing.purchase.case),
        )
        for one in found.select_related("sealing__purchase__owner", "sealing__purchase__case")
    ]


def _set_aside(period: Period) -> list[Trace]:
    found = Draw.objects.filter(set_aside_at__gte=period.since, set_aside_at__lt=period.until)
    what = Label("抽取作废，另行抽取", "a draw was set aside, and another followed")
    return [
        Trace(one.set_aside_at, what, f"{one.purchase.owner.name} · {one.purchase.case.receipt}",  # type: ignore[arg-type]
              _case_page(one.purchase.case))
        for one in found.select_related("purchase__owner", "purchase__case")
    ]  # fmt: skip


def _in_catalogue(period: Period) -> list[Trace]:
    """Words in what authorities publish of services that keep agencies of elsewhere, or of some owners, out."""
    places, found = tuple(of_purchases.places()), []
    versions = ItemVersion.objects.filter(since__gte=period.since.date(), since__lt=period.until.date())
    for one in versions.select_related("item__authority"):
        texts = [("qualification", one.qualification), ("conditions", one.conditions), ("process", one.process)]
        for finding in form_review.review(texts, by="authority", places=places):
            about = f"{one.item.authority.zh} · {one.item.code} · “{finding.words}”"
            found.append(Trace(_moment(one.since), finding.ground.label, about))
    return found


def _in_notices(period: Period) -> list[Trace]:
    """The same in the notices of purchases from public funds, which were published all the same."""
    places, found = of_purchases.places(), []
    terms = Terms.objects.filter(
        published_at__gte=period.since, published_at__lt=period.until, purchase__fund=Fund.PUBLIC
    )
    for one in terms.select_related("purchase__owner", "purchase__case"):
        for pointed in of_purchases.findings(as_typed(one.content), Fund.PUBLIC, places):
            about = f"{one.purchase.owner.name} · {one.purchase.case.receipt} · “{pointed.finding.words}”"
            at = one.published_at
            assert at is not None
            found.append(Trace(at, pointed.finding.ground.label, about, _case_page(one.purchase.case)))
    return found


def _rejections(period: Period) -> list[Trace]:
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
    return [
        Trace(one.opened_at, what, f"{one.purchase.owner.name} · {one.organisation.name} · {one.purchase.case.receipt}",
              _case_page(one.purchase.case))
        for one in found.select_related("purchase__owner", "purchase__case", "organisation")
    ]  # fmt: skip


def _as_private(period: Period) -> list[Trace]:
    """What state organs and public institutions said to pay from private funds, for which there is no limit."""
    found = Purchase.objects.filter(
        fund=Fund.PRIVATE, owner__kind__in=PUBLIC_BODIES,
        case__opened_at__gte=period.since, case__opened_at__lt=period.until,
    )  # fmt: skip
    what = Label("行政事业单位以社会性资金采购", "a public body buys from private funds")
    return [
        Trace(one.case.opened_at, Label(f"{what.zh}：{one.budget}元", f"{what.en}: {one.budget} yuan"),
              _of_purchase(one), _case_page(one.case))
        for one in found.select_related("owner", "item", "case")
    ]  # fmt: skip


def _other_budget_year(period: Period) -> list[Trace]:
    """Purchases from public funds that count against the limit of another year than that in which they became a notice,
    or were begun where there was none. One that was published again with other terms is told once, as it was last."""
    terms = Terms.objects.filter(published_at__gte=period.since, published_at__lt=period.until).order_by("number")
    last = {one.purchase_id: one.published_at for one in terms.filter(purchase__fund=Fund.PUBLIC)}
    begun = _events(purchases.purchase.key, ("negotiate", "choose_directly"), period, public="case__purchase__fund")
    moments = last | {one.case.purchase.pk: one.at for one in begun.select_related("case__purchase")}  # type: ignore[attr-defined]
    traces = []
    for one in Purchase.objects.filter(pk__in=moments).select_related("owner", "item", "case"):
        at = moments[one.pk]
        assert at is not None  # as it was filtered by it
        if one.budget_year != at.astimezone(SHANGHAI).year:
            what = Label(f"计入{one.budget_year}年度限额", f"counts against the limit of {one.budget_year}")
            traces.append(Trace(at, what, _of_purchase(one), _case_page(one.case)))
    return traces


def _of_purchase(one: Purchase) -> str:
    return f"{one.owner.name} · {one.item.name} · {one.case.receipt}"


_RESULT_KNOWN = (purchases.announced.key, purchases.awarded.key)
_OWNER = Q(values__side__in=("owner", "both"))


@dataclass(frozen=True, slots=True)
class Report:
    """A list of traces."""

    key: str
    label: Label
    read: Read


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
        Report("arrears", Label("拖欠服务费用", "Payments in arrears"), _overdue("contract_payment")),
        Report("disputed", Label("有异议的付款", "Payments that the agency disputes"),
               _of_contracts("contract_dispute", "contract_dispute_reopens", public=True)),
    )
}  # fmt: skip
