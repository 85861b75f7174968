"""Each act that 第三十八条 to 第四十条 forbid: what makes it impossible, or which report shows the trace it leaves.

docs/market-liabilities.md has the table with its tests, traces.py the reports. What people do by word of mouth leaves
no trace here: of that, complaints are what there is. Who holds somebody liable is another authority.
"""

from dataclasses import dataclass

from gongbao.core.labels import Label
from gongbao.systems.intermediary_market.ratings.traces import REPORTS, Period, Report, Trace, Traces


@dataclass(frozen=True, slots=True)
class Act:
    """A forbidden act. `barred`: what of it the market makes impossible, with the `tests` that show it; None: nothing.
    `reports`: what shows the trace of the rest. `outside`: what leaves no trace here."""

    clause: str
    label: Label
    barred: Label | None = None
    tests: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    outside: Label | None = None


_MOUTH = Label("口头、线下的行为，只能由投诉反映", "what is done by word of mouth: only a complaint tells of it")

ACTS: tuple[Act, ...] = (
    Act(
        "第三十八条第（一）项",
        Label("阻挠、限制中介机构入驻", "keeping agencies out of the market"),
        Label(
            "入驻自动办理，没有人可以拦下；移出须说明理由、由两人签署，并事先告知",
            "entry is automatic, nobody can stop it; taking an agency out needs reasons and two of the operator, and "
            "it is told before",
        ),
        (
            "test_an_agency_from_elsewhere_enters_by_itself",
            "test_a_review_gives_reasons_tells_the_agency_and_is_that_authority_s_alone",
            "test_nothing_happens_before_another_has_signed_and_all_concerned_are_told",
        ),
        ("reviews", "against_operator"),
    ),
    Act(
        "第三十八条第（二）项",
        Label("选取前泄露报名名单", "telling who registered before the selection"),
        Label(
            "报名信息密封，截止前任何人不能看到，两名保管人须共同开启",
            "registrations are sealed; before the deadline nobody can read them, and then only two custodians together",
        ),
        (
            "test_a_dump_before_opening_tells_neither_who_nor_what",
            "test_between_the_openings_of_two_custodians_nothing_can_be_read",
        ),
        ("openings",),
        Label(
            "开启后知悉名单的人口头泄露；两名保管人串通",
            "who knows the names after the opening may talk; both custodians may collude",
        ),
    ),
    Act(
        "第三十八条第（三）项",
        Label("泄露暂不公开的中选结果", "telling a result that is held back"),
        Label("暂不公开期间页面、接口和导出均不显示", "while it is held back no page, answer or export shows it"),
        ("test_a_result_that_is_kept_back_is_public_after_its_end",),
        ("held_back",),
        _MOUTH,
    ),
    Act(
        "第三十八条第（四）项",
        Label("以技术手段干预中选结果", "changing a result by technical means"),
        Label(
            "抽取可由任何人验证，记录不可改写，改写即被发现",
            "anybody can check a draw; what is recorded cannot be changed unseen",
        ),
        ("test_both_find_what_was_tampered_with", "test_a_value_that_somebody_could_know_is_refused"),
        ("set_aside", "interventions"),
    ),
    Act(
        "第三十八条第（五）项",
        Label("未经核实作出错误评价", "grading an agency wrongly, without verification"),
        Label(
            "未听取意见、未经两人认定的行为不计入等级，更正不得加重；评价按当日公布的权重计算，此后不变",
            "nothing counts before the agency was heard and two persons decided, and no correction makes it graver; a "
            "rating keeps the published weights of its day",
        ),
        (
            "test_nothing_counts_before_the_agency_was_heard_and_a_person_decided",
            "test_a_correction_never_makes_it_graver_without_a_hearing",
            "test_a_rating_is_computed_with_the_weights_of_its_day_and_keeps_them",
        ),
        ("corrections",),
    ),
    Act(
        "第三十八条第（六）项",
        Label("恶意引导中选机构放弃", "leading a selected agency to give its award back"),
        Label("只有中选机构自己可以放弃，并须说明理由", "only the agency itself gives an award back, and says why"),
        ("test_the_agency_gives_the_award_back_with_or_without_a_ground",),
        ("given_back", "against_operator"),
        _MOUTH,
    ),
    Act(
        "第三十八条第（七）项",
        Label("干预中选机构独立服务", "interfering with the service of an agency"),
        Label("合同履行各环节只有合同双方可以办理", "only the two parties of a contract take its steps"),
        ("test_only_its_parties_and_only_their_own_steps",),
        ("against_operator",),
        _MOUTH,
    ),
    Act(
        "第三十八条第（八）项",
        Label("违法干预选取的其他行为", "interfering with a selection in another way"),
        None,
        (),
        ("interventions", "openings", "against_operator"),
        _MOUTH,
    ),
    Act(
        "第三十九条第（一）项",
        Label("设置区域性、行业性执业限制", "limits by region or sector"),
        Label("入驻、排序和抽取不看地址", "entry, ranking and draw do not look at addresses"),
        ("test_the_order_of_registrants_changes_no_conflict_and_no_outcome",),
        ("in_catalogue", "against_authorities"),
    ),
    Act(
        "第三十九条第（二）项",
        Label("无正当理由否定服务成果", "rejecting an agency's work without good reason"),
        None,
        (),
        ("returned_work", "against_authorities"),
    ),
    Act(
        "第三十九条第（三）项",
        Label("吃拿卡要、不正当利益输送", "taking or asking for favours"),
        None,
        (),
        ("against_authorities",),
        _MOUTH,
    ),
    Act(
        "第三十九条第（四）项",
        Label("其他需追责的行为", "other acts"),
        None,
        (),
        ("against_authorities", "reviews"),
        _MOUTH,
    ),
    Act(
        "第四十条第（一）项",
        Label("以不合理条件限制、排斥", "shutting agencies out by unreasonable conditions"),
        Label("每家报名未获通过须说明理由", "each registration that is not admitted is given a reason"),
        ("test_the_owner_gives_a_reason_for_each_and_checks_all",),
        ("in_notices", "rejections", "against_owners"),
    ),
    Act(
        "第四十条第（二）项",
        Label("不确认、不按时确认结果", "not confirming a result, or not in time"),
        Label("逾期不视为确认，自动上报并记录", "a result is never deemed confirmed; it is reported and recorded"),
        ("test_a_result_that_is_not_confirmed_is_reported_and_never_deemed_confirmed",),
        ("unconfirmed",),
    ),
    Act(
        "第四十条第（三）项",
        Label("刁难中选机构、不配合", "making it hard for the selected agency"),
        None,
        (),
        ("refusals", "acceptance", "against_owners"),
        _MOUTH,
    ),
    Act("第四十条第（四）项", Label("无故不签合同", "not signing the contract"), None, (), ("not_signed", "signing")),
    Act(
        "第四十条第（五）项",
        Label("欺诈、胁迫、索贿", "fraud, threats, asking for bribes"),
        None,
        (),
        ("against_owners",),
        _MOUTH,
    ),
    Act(
        "第四十条第（六）项",
        Label("拖欠服务费用", "not paying what is owed"),
        Label(
            "退回发票不能推迟到期的付款；各期各张发票分别计期，有异议的付款不计入已付",
            "returning an invoice does not put off a payment that is due; each invoice of an instalment has its own "
            "day, and a payment that the agency disputes does not count as paid",
        ),
        (
            "test_an_invoice_is_returned_in_time_and_never_to_put_a_payment_off",
            "test_each_invoice_is_overdue_by_itself",
            "test_only_the_agency_confirms_and_a_disputed_payment_does_not_count",
        ),
        ("arrears", "disputed"),
    ),
    Act(
        "第四十条第（七）项",
        Label("其他需追责的行为", "other acts"),
        Label(
            "合同依法保密须经双方确认，任何一方可以恢复备案；提高金额只由业主记录，按费率、下浮率中选的不高于预算",
            "a contract is kept secret only where both parties say so, and either lifts it; only the owner raises a "
            "sum, and where a rate or a discount was offered it is signed at no more than the budget",
        ),
        (
            "test_what_one_party_says_keeps_no_contract_secret",
            "test_whoever_gains_by_another_sum_does_not_record_it",
            "test_a_rate_or_a_discount_is_signed_at_no_more_than_the_budget",
        ),
        (
            "against_owners",
            "interventions",
            "negotiations",
            "without_notice",
            "as_private",
            "other_budget_year",
            "kept_secret",
            "above_award",
        ),
        _MOUTH,
    ),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A report with its traces, and the acts whose traces it shows."""

    report: Report
    found: Traces
    acts: tuple[Act, ...]

    @property
    def traces(self) -> list[Trace]:
        """All of them, the latest first."""
        return self.found.latest()


def filled(period: Period) -> list[Filled]:
    """All reports of the period. What is a row of the database is read only when it is asked for."""
    return [
        Filled(report, report.read(period), tuple(one for one in ACTS if report.key in one.reports))
        for report in REPORTS.values()
    ]
