"""How an agency is selected for a project: 许政办〔2022〕27号 第十七条 to 第二十八条.

One case is one attempt. Where the document leaves something open it says OUR_RULE: that an owner may withdraw or
extend, how an agency gives an award back, how a result is stopped, what becomes of a purchase that may not go over the
market. Most steps write more than an event, and are taken by actions.py alone (`OWN_STEPS`).
"""

from dataclasses import replace

from gongbao.core.labels import Label
from gongbao.procedures import (
    OUR_RULE,
    SYSTEM,
    Condition,
    Field,
    Kind,
    Option,
    Procedure,
    SignOff,
    Situation,
    until,
    working_days,
)
from gongbao.systems.intermediary_market.document import DOCUMENT, SINCE, SINCE_CLAUSE
from gongbao.systems.intermediary_market.purchases.prices import price_told
from gongbao.systems.intermediary_market.remedies import lawsuit, reconsideration

purchase = Procedure(
    "market_purchase",
    document=DOCUMENT,
    zh="网上中介超市选取",
    en="selection in the intermediary services market",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
)

# Who

owner = purchase.party("owner", zh="项目业主", en="project owner")
agency = purchase.party("agency", zh="中选中介机构", en="selected agency")
custodian = purchase.party("custodian", zh="密钥保管人", en="custodian of a key")
operator = purchase.staff("operator", zh="运维机构经办人", en="clerk of the operator", post="clerk")
operator_head = purchase.staff("operator_head", zh="运维机构科室负责人", en="section head of the operator",
                               post="section_head")  # fmt: skip

# Where it can stand

reviewing = purchase.state(
    "reviewing", zh="形式审查中", en="under form review",
    next_zh="运维机构进行形式审查", next_en="the operator looks at its form",
)  # fmt: skip
to_correct = purchase.state(
    "to_correct", zh="待补正", en="to be corrected",
    next_zh="业主补正采购信息", next_en="the owner corrects it",
)  # fmt: skip
open_ = purchase.state(
    "open", zh="报名中", en="open for registration",
    next_zh="中介机构报名", next_en="agencies register",
)  # fmt: skip
interrupted = purchase.state(
    "interrupted", zh="因故中断", en="interrupted",
    next_zh="业主自主选取或者重新组织选取", next_en="the owner selects by itself or starts again",
)  # fmt: skip
registered = purchase.state(
    "registered", zh="报名截止", en="registration closed",
    next_zh="两名保管人开启报名信息", next_en="both custodians open the registrations",
)  # fmt: skip
checking = purchase.state(
    "checking", zh="核对中", en="being checked",
    next_zh="业主核对报名条件", next_en="the owner checks who fulfils the conditions",
)  # fmt: skip
checked = purchase.state(
    "checked", zh="待选取", en="waiting for the selection",
    next_zh="到选取时间后开启报价", next_en="the offers are opened at the time of the selection",
)  # fmt: skip
selecting = purchase.state(
    "selecting", zh="选取中", en="being selected",
    next_zh="按公告的方式选取", next_en="an agency is selected as the notice says",
)  # fmt: skip
drawing = purchase.state(
    "drawing", zh="抽取中", en="being drawn",
    next_zh="提交随机数并抽取", next_en="the shares are given and the draw is held",
)  # fmt: skip
selected = purchase.state(
    "selected", zh="待确认", en="to be confirmed",
    next_zh="业主确认选取结果", next_en="the owner confirms the result",
)  # fmt: skip
confirmed = purchase.state(
    "confirmed", zh="已确认", en="confirmed",
    next_zh="运维机构发布中选公告", next_en="the operator publishes the award notice",
)  # fmt: skip
unpublished = purchase.state(
    "unpublished", zh="结果暂不公开", en="result not published for now",
    next_zh="期满后发布中选公告", next_en="the award notice follows when the time is over",
)  # fmt: skip
announced = purchase.state(
    "announced", zh="中选公示中", en="award under public notice",
    next_zh="公示期满后出具中选通知书", next_en="the notice of award follows the public notice",
)  # fmt: skip
suspended = purchase.state(
    "suspended", zh="中选公示中止", en="award suspended",
    next_zh="处理异议", next_en="an objection is dealt with",
)  # fmt: skip
awarded = purchase.state(
    "awarded", zh="已出具中选通知书", en="notice of award issued",
    next_zh="签订中介服务合同", next_en="the contract is signed",
)  # fmt: skip
unsigned = purchase.state("unsigned", zh="未签订合同", en="no contract signed", final=True)
concluded = purchase.state("concluded", zh="已签订合同", en="contract signed", final=True)
declined = purchase.state("declined", zh="不予发布", en="not published", final=True)
withdrawn = purchase.state("withdrawn", zh="业主撤回", en="withdrawn by the owner", final=True)
failed = purchase.state("failed", zh="废标", en="failed", final=True)
annulled = purchase.state("annulled", zh="结果已撤销", en="result annulled", final=True)
abandoned = purchase.state("abandoned", zh="中选机构放弃", en="award given back", final=True)
rerun = purchase.state("rerun", zh="中断后重新组织", en="interrupted, to be run again", final=True)
outside = purchase.state("outside", zh="中断后自主选取", en="interrupted, selected outside the market", final=True)

# Letters

corrections_letter = purchase.letter(
    "corrections", "第二十条第三款", zh="采购信息补正告知书", en="list of corrections", to=owner
)
declined_letter = purchase.letter(
    "declined_letter", "第二条第六款", zh="采购公告不予发布告知书", en="notice that it is not published", to=owner
)
award_notice = purchase.letter("award_notice", "第二十四条", zh="中选公告", en="award notice", to=owner)
notice_of_award = purchase.letter("notice_of_award", "第二十四条", zh="中选通知书", en="notice of award", to=agency)
annulment_letter = purchase.letter(
    "annulment", "第二十二条", zh="撤销选取结果决定书", en="decision to annul the result", to=owner,
    remedies=[reconsideration, lawsuit],
)  # fmt: skip

# What is asked

SUSPENDED = (
    Option("complaint", Label("已受理的投诉", "a complaint that was accepted"), "第三十六条第一款"),
    Option("court", Label("人民法院的裁定、通知", "an order of a court"), "第四十一条"),
    Option("supervision", Label("监督机关的决定", "a decision of those who supervise"), "第四十一条"),
)
"""On what the award is suspended: nothing else stops the notice of award (第二十四条)."""
FUNDS = (
    Option("public", Label("财政性资金", "public funds"), "第三条第二款"),
    Option("private", Label("社会性资金", "private funds"), "第三条第三款"),
)
WAYS = (
    Option("best_value", Label("择优选取", "best value"), "第十八条第一款"),
    Option("direct", Label("直接选取", "direct choice"), "第十八条第一款"),
    Option("lowest_price", Label("竞价选取", "lowest price"), "第十八条第一款"),
    Option("random_draw", Label("随机抽取", "random draw"), "第十八条第一款"),
    Option("negotiation", Label("议价选取", "negotiation"), "第二十三条"),
)
EXCLUDED = (
    Option("disaster", Label("应对严重自然灾害等不可抗力的紧急采购", "an emergency after a disaster"), "第二条第六款"),
    Option("accident", Label("安全生产事故紧急调查处理的采购", "the urgent inquiry into an accident"), "第二条第六款"),
    Option("secrecy", Label("涉及国家安全秘密", "secrets of national security"), "第二条第六款"),
    Option("privacy", Label("涉及个人隐私保护", "the protection of privacy"), "第二条第六款"),
)
"""What may not be bought over the market: 第二条第六款."""
DECLINED = (
    *EXCLUDED,
    Option("limit", Label("超过采购限额标准", "above the procurement limit"), "第三条第二款"),
    Option("supply", Label("属于协议供货、定点服务", "supplied by agreement"), "第十八条第二款"),
    Option("incomplete", Label("补正后仍不符合要求", "corrected, and still not in order"), "第二十条第三款"),
)
OUTAGES = (
    Option("power", Label("断电", "loss of power"), "第二十八条"),
    Option("communication", Label("通信中断", "loss of communication"), "第二十八条"),
    Option("network", Label("网络故障", "failure of the network"), "第二十八条"),
    Option("other", Label("其他不可抗力", "other force majeure"), "第二十八条"),
)
FAILURES = (
    Option("nobody", Label("没有符合条件的报名机构", "no agency that registered was admitted")),
    Option("too_few", Label("符合条件的机构少于公告的最低家数", "fewer than the notice asks for were admitted")),
    Option("no_offer", Label("没有有效报价", "no offer counts")),
    Option("too_few_offers", Label("有效报价少于公告的最低家数", "fewer offers than the notice asks for count")),
)
ANNULLED = (
    Option("same_person", Label("不同机构的法定代表人或者实际控制人为同一人", "agencies of one person"),
           "第二十二条第（一）项"),
    Option("kinship", Label("与业主负责人有亲属关系", "kin of who leads the owner or the project"),
           "第二十二条第（二）项"),
    Option("other_conflict", Label("其他依法应当回避的情形", "another conflict by law"), "第二十二条第（三）项"),
    Option("unlawful", Label("选取过程违反规定", "the selection broke the rules"), "第四十一条"),
)  # fmt: skip

MOST_DAYS_KEPT_BACK = 90
"""OUR_RULE: so long at most the owner keeps a result back, in all, from the day on which it was confirmed. The clause
that lets it ask for that (第三十八条第（三）项) names no end; without one the award notice of 第二十四条 could be put
off at will, and the contract after it."""

_terms = Field("terms", Label("采购信息版本", "Version of the terms"), Kind.NUMBER, public=True)
_registration_ends = Field(
    "registration_ends_at", Label("报名截止时间", "End of registration"), Kind.MOMENT, "第十九条第（五）项",
    public=True, future=True,
)  # fmt: skip
_selection_at = Field(
    "selection_at", Label("公开选取时间", "Time of the selection"), Kind.MOMENT, "第十九条第（五）项",
    public=True, future=True,
)  # fmt: skip
_agency = Field("selected_agency", Label("选取的中介机构", "Agency"), public=True)
# A key of the program; who it is stands beside it.
_registration = Field("selected_registration", Label("报名编号", "Registration"), told=lambda value: None)
ANNEXES = Field(
    "annexes", Label("详细参数和构成等附件", "Papers with parameters and parts"), Kind.FILES, "第十九条第（二）项",
    help=Label("没有附件的，在下一项说明理由；更换附件的，须重新上传全部附件",
               "where there are none, the next field says why; new papers take the place of all before"),
    required=False, public=True, longest=10,
)  # fmt: skip
"""They are part of what 第十九条第（二）项 asks for: where none comes, the terms say why (terms.NO_ANNEXES)."""
_reason = Field("reason", Label("理由", "Reasons"), Kind.TEXT, longest=2000)
_told_reason = Field(
    "reason", Label("理由（随公告公开）", "Reasons, which are published"), Kind.TEXT, longest=2000, public=True
)
_what_it_is = [
    Field("owner_name", Label("项目业主", "Owner"), Kind.LINE, "第二条第三款", public=True),
    Field("project_name", Label("项目名称", "Project"), Kind.LINE, "第十九条第（一）项", public=True),
    Field("item_name", Label("中介服务事项", "Service"), Kind.LINE, "第十九条第（三）项", public=True),
    Field("fund", Label("资金来源", "Source of funds"), Kind.CHOICE, "第三条第一款", options=FUNDS, public=True),
    Field("budget", Label("预算金额", "Budget"), Kind.MONEY, "第十九条第（一）项", public=True),
    Field("way", Label("选取方式", "Way to select"), Kind.CHOICE, "第十八条第一款", options=WAYS, public=True),
]


def _asked_once(situation: Situation, values: dict[str, object]) -> bool:
    """No list of corrections since the owner last handed in something new."""
    new = max(one.number for one in situation.events if one.step in ("submit", "change_terms"))
    return not any(one.number > new for one in situation.taken("ask_corrections"))


ONE_LIST = Condition(
    Label("补正要求已经一次性告知", "what is to be corrected was told already, in one list"),
    "第二十条第三款",
    _asked_once,
)
NEVER_PUBLISHED = Condition(
    Label("采购公告已经发布过，不能再作不予发布处理", "the notice was published before"),
    OUR_RULE,
    lambda situation, values: not situation.taken("publish_notice"),
)

# Up to the notice

submit = purchase.step(
    "submit", "第十九条", zh="提交采购信息", en="Hand in the purchase", by=[owner], begins=True, to=reviewing,
    asks=[*_what_it_is, _terms, ANNEXES],
)  # fmt: skip
ask_corrections = purchase.step(
    "ask_corrections", "第二十条第三款", zh="一次性告知补正", en="Ask for corrections, in one list", by=[operator],
    at=[reviewing], to=to_correct, when=[ONE_LIST], letter=corrections_letter,
    asks=[Field("corrections", Label("补正要求（一次性告知）", "All that has to be corrected"), Kind.TEXT,
                "第二十条第三款", longest=5000)],
)  # fmt: skip
resubmit = purchase.step(
    "resubmit", "第二十条第三款", zh="补正采购信息", en="Hand in the corrections", by=[owner], at=[to_correct],
    to=reviewing, asks=[*_what_it_is, _terms, ANNEXES],
)  # fmt: skip
publish_notice = purchase.step(
    "publish_notice", "第二十条第二款", zh="发布采购公告", en="Publish the notice", by=[operator], at=[reviewing],
    to=open_, publishes=True, asks=[_terms, _registration_ends, _selection_at],
)  # fmt: skip
decline_purchase = purchase.step(
    "decline_purchase", "第二条第六款", zh="不予发布", en="Do not publish", by=[operator], at=[reviewing], to=declined,
    when=[NEVER_PUBLISHED], letter=declined_letter, sign_off=SignOff((operator_head,), OUR_RULE),
    asks=[Field("ground", Label("依据", "Ground"), Kind.CHOICE, options=DECLINED), _reason],
)  # fmt: skip

# While agencies register

change_terms = purchase.step(
    "change_terms", OUR_RULE, zh="变更采购信息", en="Change the terms", by=[owner], at=[open_], to=reviewing,
    asks=[*_what_it_is, _terms, ANNEXES, _told_reason],
)  # fmt: skip
extend = purchase.step(
    "extend", OUR_RULE, zh="延长报名时间", en="Extend the registration", by=[owner], at=[open_], publishes=True,
    asks=[_registration_ends, _selection_at, _told_reason],
)  # fmt: skip
withdraw_purchase = purchase.step(
    "withdraw_purchase", OUR_RULE, zh="撤回采购", en="Withdraw the purchase", by=[owner],
    at=[reviewing, to_correct, open_], to=withdrawn, asks=[_reason],
)  # fmt: skip
close_registration = purchase.step(
    "close_registration", "第二十一条", zh="报名截止", en="Registration closes", by=[SYSTEM], at=[open_], to=registered
)

# An outage

declare_outage = purchase.step(
    "declare_outage", "第二十八条", zh="宣告中断", en="Declare an outage", by=[operator],
    at=[open_, registered, checking, checked, selecting, drawing], to=interrupted, publishes=True,
    asks=[
        Field("outage", Label("原因", "Cause"), Kind.CHOICE, "第二十八条", options=OUTAGES, public=True),
        Field("outage_since", Label("发生时间", "Since"), Kind.MOMENT, "第二十八条", past=True, public=True),
        Field("outage_note", Label("情况说明", "What happened"), Kind.TEXT, longest=2000, public=True),
    ],
)  # fmt: skip
reopen = purchase.step(
    "reopen", "第二十八条", zh="恢复报名", en="Open the registration again", by=[operator], at=[interrupted], to=open_,
    publishes=True, asks=[_registration_ends, _selection_at],
)  # fmt: skip
choose_rerun = purchase.step(
    "choose_rerun", "第二十八条", zh="重新组织公开选取", en="Start the selection again", by=[owner], at=[interrupted],
    to=rerun, publishes=True,
)  # fmt: skip
choose_outside = purchase.step(
    "choose_outside", "第二十八条", zh="自主选取", en="Select outside the market", by=[owner], at=[interrupted],
    to=outside, publishes=True,
    asks=[
        Field("outside_agency", Label("自主选取的中介机构", "Agency selected outside"), public=True, longest=100),
        Field("outside_price", Label("合同金额", "Price"), Kind.MONEY, public=True),
        Field("outside_reason", Label("选取情况", "How it was selected"), Kind.TEXT, longest=2000, public=True),
    ],
)  # fmt: skip

# Two openings, and what the owner checks

open_names = purchase.step(
    "open_names", "第二十二条", zh="开启报名信息", en="Open the registrations", by=[custodian], at=[registered],
    to=checking,
)  # fmt: skip
_offers_due = Field(
    "offers_due", Label("开启报价的最后一日", "Last day to open the offers"), Kind.DATE, OUR_RULE, future=True
)
finish_check = purchase.step(
    "finish_check", "第二十六条", zh="完成核对", en="End the check", by=[owner], at=[checking], to=checked,
    asks=[_offers_due],
)  # fmt: skip
open_offers = purchase.step(
    "open_offers", "第十八条第一款", zh="开启报价", en="Open the offers", by=[custodian], at=[checked], to=selecting
)
fail = purchase.step(
    "fail", "第二十三条", zh="废标", en="Fail", by=[owner, operator], at=[checked, selecting], to=failed,
    publishes=True,
    asks=[Field("failure", Label("废标原因", "Why it failed"), Kind.CHOICE, options=FAILURES, public=True)],
)  # fmt: skip

# The selection

_result = [
    _agency, _registration,
    Field("selected_price", Label("中选价格", "Price of the award"), Kind.LINE, required=False, public=True,
          told=lambda value: price_told(str(value))),
    Field("selection_reason", Label("选取理由", "Reasons of the selection"), Kind.TEXT, longest=2000, required=False,
          public=True),
]  # fmt: skip
select = purchase.step(
    "select", "第十八条第一款", zh="产生选取结果", en="Select", by=[owner, operator], at=[selecting], to=selected,
    asks=_result,
)  # fmt: skip
begin_draw = purchase.step(
    "begin_draw", "第十八条第一款", zh="开始抽取", en="Begin the draw", by=[owner, operator], at=[selecting],
    to=drawing,
)  # fmt: skip
open_shares = purchase.step(
    "open_shares", OUR_RULE, zh="随机数全部打开", en="All shares are open", by=[owner, operator, custodian],
    at=[drawing],
)  # fmt: skip
redraw = purchase.step(
    "redraw", OUR_RULE, zh="作废抽取并重新开始", en="Set the draw aside and begin again", by=[operator], at=[drawing],
    publishes=True, sign_off=SignOff((operator_head,), OUR_RULE),
    asks=[Field("redraw_reason", Label("作废理由（公开）", "Why it is set aside, which is published"), Kind.TEXT,
                longest=2000, public=True)],
)  # fmt: skip
draw = purchase.step(
    "draw", "第十八条第一款", zh="抽取", en="Draw", by=[owner, operator, custodian], at=[drawing], to=selected,
    asks=_result,
)  # fmt: skip
negotiate = purchase.step(
    "negotiate", "第二十三条", zh="议价选取", en="Select by negotiation", by=[owner], begins=True, to=confirmed,
    asks=[*_what_it_is, _terms, *_result],
)  # fmt: skip
choose_directly = purchase.step(
    "choose_directly", "第十八条第一款", zh="不发布公告直接选取", en="Choose directly, without a notice", by=[owner],
    begins=True, to=confirmed, asks=[*_what_it_is, _terms, ANNEXES, *_result],
)  # fmt: skip

# The result

confirm = purchase.step(
    "confirm", "第二十四条", zh="确认选取结果", en="Confirm the result", by=[owner], at=[selected], to=confirmed
)
refuse_result = purchase.step(
    "refuse_result", "第二十四条", zh="提出不予确认的理由", en="Say why the result is not confirmed", by=[owner],
    at=[selected],
    asks=[replace(_reason, help=Label("逾期未确认的，监督部门可见；中选公告前请勿写明机构、个人名称",
                                      "read by those who supervise you, once it is overdue; name no agency and no "
                                      "person before the award notice"))],
)  # fmt: skip
escalate = purchase.step(
    "escalate", "第四十条第（二）项", zh="逾期未确认", en="Not confirmed in time", by=[SYSTEM], at=[selected]
)
hold_back = purchase.step(
    "hold_back", "第三十八条第（三）项", zh="要求暂不公开结果", en="Ask that the result is not published yet",
    by=[owner], at=[confirmed], to=unpublished,
    asks=[
        Field("unpublished_ground", Label("暂不公开的依据和理由", "Ground for not publishing"), Kind.TEXT,
              "第三十八条第（三）项", longest=2000),
        Field("unpublished_until", Label("暂不公开至", "Not published until"), Kind.DATE, OUR_RULE, future=True,
              help=Label(f"自确认选取结果之日起最长{MOST_DAYS_KEPT_BACK}日",
                         f"{MOST_DAYS_KEPT_BACK} days at most from the confirmation of the result")),
    ],
)  # fmt: skip
release = purchase.step(
    "release", OUR_RULE, zh="提前公开", en="Publish earlier", by=[owner], at=[unpublished], to=confirmed
)
hold_back_ends = purchase.step(
    "hold_back_ends", OUR_RULE, zh="暂不公开期满", en="The time is over", by=[SYSTEM], at=[unpublished], to=confirmed
)
publish_award = purchase.step(
    "publish_award", "第二十四条", zh="发布中选公告", en="Publish the award notice", by=[operator], at=[confirmed],
    to=announced, letter=award_notice, publishes=True,
)  # fmt: skip
suspend_award = purchase.step(
    "suspend_award", OUR_RULE, zh="中止公示", en="Suspend the award", by=[operator], at=[announced], to=suspended,
    sign_off=SignOff((operator_head,), OUR_RULE), publishes=True,
    asks=[
        Field("suspended_for", Label("中止依据", "Ground of the suspension"), Kind.CHOICE, options=SUSPENDED,
              public=True),
        Field("complaint", Label("异议（投诉）编号", "Number of the complaint"), Kind.LINE, "第三十六条第一款",
              longest=20, required=False, help=Label("依据投诉中止的填写：须为关于本次采购并已受理的投诉",
                                         "for a complaint: one about this purchase that was accepted")),
        Field("ordered_by", Label("作出裁定、决定的机关", "Who ordered it"), Kind.LINE, longest=100, required=False,
              public=True, help=Label("依据文书中止的填写", "for an order")),
        Field("order_number", Label("文书名称和文号", "The document, with its number"), Kind.LINE, longest=100,
              required=False, public=True, help=Label("依据文书中止的填写", "for an order")),
        Field("suspension_reason", Label("中止理由", "Why it is suspended"), Kind.TEXT, longest=2000),
    ],
)  # fmt: skip
resume_award = purchase.step(
    "resume_award", OUR_RULE, zh="恢复公示", en="Resume the award", by=[operator], at=[suspended], to=announced,
    publishes=True,
    asks=[
        Field("lifted_by", Label("解除中止的文书名称和文号", "The document that lifts it, with its number"), Kind.LINE,
              longest=100, required=False, public=True,
              help=Label("依据文书中止的填写", "for an order")),
        Field("resumed_because", Label("恢复理由", "Why it goes on"), Kind.TEXT, longest=2000),
    ],
)  # fmt: skip
issue_award = purchase.step(
    "issue_award", "第二十四条", zh="出具中选通知书", en="Issue the notice of award", by=[operator], at=[announced],
    to=awarded, letter=notice_of_award,
)  # fmt: skip
conclude_purchase = purchase.step(
    "conclude_purchase", "第二十五条第一款", zh="签订合同", en="The contract is signed", by=[owner, agency],
    at=[awarded], to=concluded,
)  # fmt: skip

# A result that does not stand

end_unsigned = purchase.step(
    "end_unsigned", "第二十五条第一款", zh="未签订合同", en="No contract is signed", by=[owner, operator], at=[awarded],
    to=unsigned, asks=[_reason],
)  # fmt: skip

_AFTER_SELECTION = [selected, confirmed, unpublished, announced, suspended, awarded]
abandon = purchase.step(
    "abandon", "第三十二条第（一）项", zh="放弃中选", en="Give the award back", by=[agency], at=_AFTER_SELECTION,
    to=abandoned, publishes=True,
    asks=[Field("abandoned_because", Label("放弃理由", "Why it is given back"), Kind.TEXT, longest=2000)],
)  # fmt: skip
pass_on = purchase.step(
    "pass_on", OUR_RULE, zh="放弃中选，由次序其后的机构递补", en="Give the award back, to the next in rank",
    by=[agency], at=_AFTER_SELECTION, to=selected,
    asks=[Field("abandoned_because", Label("放弃理由", "Why it is given back"), Kind.TEXT, longest=2000), *_result],
)  # fmt: skip
annul = purchase.step(
    "annul", "第二十二条", zh="撤销选取结果", en="Annul the result", by=[operator],
    at=[checking, checked, selecting, drawing, *_AFTER_SELECTION], to=annulled, letter=annulment_letter,
    publishes=True, sign_off=SignOff((operator_head,), OUR_RULE),
    asks=[
        Field("annulled_for", Label("撤销事由", "Ground"), Kind.CHOICE, options=ANNULLED, public=True),
        Field("findings", Label("查明的事实和证据", "What was found, and on what evidence"), Kind.TEXT, longest=5000),
        Field("annulled_because", Label("撤销理由", "Reasons"), Kind.TEXT, longest=5000),
    ],
)  # fmt: skip
annul_signed = purchase.step(
    "annul_signed", "第二十二条", zh="签订合同后撤销选取结果", en="Annul the result after the contract was signed",
    by=[operator], at=[concluded], letter=annulment_letter, publishes=True, asks=annul.asks,
)  # fmt: skip

# Clocks

form_review = purchase.clock(
    "form_review", working_days(2), "第二十条第一款", zh="形式审查", en="look at the form",
    starts=[submit, resubmit, change_terms], ends=[publish_notice, ask_corrections, decline_purchase],
    tells=[operator, operator_head],
)  # fmt: skip
registration = purchase.clock(
    "registration", until("registration_ends_at"), "第二十一条", zh="报名", en="registration",
    starts=[publish_notice, extend, reopen], ends=[change_terms, declare_outage], closes=[change_terms, extend],
    runs_out=close_registration, tells=[owner],
)  # fmt: skip
selection = purchase.clock(
    "selection", until("selection_at"), "第十九条第（五）项", zh="公开选取", en="selection",
    starts=[publish_notice, extend, reopen], ends=[open_offers, change_terms, declare_outage], opens=[open_offers],
    tells=[owner, operator],
)  # fmt: skip
# OUR_RULE: custodians have a working day after the deadline, after the selection and after a draw began. Nothing is
# done for them when it is over: the head of the unit that runs the purchase is told, and sees that it is done.
names_opening = purchase.clock(
    "names_opening", working_days(1), OUR_RULE, zh="开启报名信息", en="open the registrations",
    starts=[close_registration], ends=[open_names, declare_outage], tells=[custodian, operator, operator_head],
    warns=0,
)  # fmt: skip
offers_opening = purchase.clock(
    "offers_opening", until("offers_due"), OUR_RULE, zh="开启报价", en="open the offers",
    starts=[finish_check], ends=[open_offers, declare_outage], tells=[custodian, operator, operator_head], warns=0,
)  # fmt: skip
shares_opening = purchase.clock(
    "shares_opening", working_days(1), OUR_RULE, zh="打开随机数", en="open the shares of the draw",
    starts=[begin_draw, redraw], ends=[open_shares, draw, declare_outage],
    tells=[owner, custodian, operator, operator_head], warns=0,
)  # fmt: skip
confirmation = purchase.clock(
    "confirmation", working_days(1), "第二十四条", zh="确认选取结果", en="confirm the result",
    starts=[select, draw, pass_on], ends=[confirm], runs_out=escalate, tells=[owner, operator, operator_head], warns=0,
)  # fmt: skip
not_published = purchase.clock(
    "not_published", until("unpublished_until"), OUR_RULE, zh="暂不公开", en="not published",
    starts=[hold_back], ends=[release, pass_on], runs_out=hold_back_ends,
)  # fmt: skip
publicity = purchase.clock(
    "publicity", working_days(5), "第二十四条", zh="中选公示", en="public notice of the award",
    starts=[publish_award], ends=[issue_award, pass_on], opens=[issue_award],
    stops=[suspend_award], resumes=[resume_award], stop_clause=OUR_RULE,
)  # fmt: skip

purchase.ready()

OWN_STEPS = frozenset(
    step.key
    for step in purchase.steps.values()
    if any(role.kind == "party" for role in step.by) or step in (publish_notice, reopen, annul_signed)
)
"""The steps that write more than their event: actions.py takes them, and no page for cases in general does."""
