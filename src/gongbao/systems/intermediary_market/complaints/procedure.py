"""How a complaint about the market is handled: 许政办〔2022〕27号 第三十五条 to 第三十七条.

What the document leaves open is marked OUR_RULE: how a complaint goes to another authority, that it may be withdrawn,
how long a correction is waited for, what becomes of one that does not come.
"""

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
from gongbao.systems.intermediary_market.complaints.privacy import reveals
from gongbao.systems.intermediary_market.document import DOCUMENT, SINCE, SINCE_CLAUSE
from gongbao.systems.intermediary_market.remedies import lawsuit, reconsideration

complaint = Procedure(
    "market_complaint",
    document=DOCUMENT,
    zh="网上中介超市投诉",
    en="complaint about the intermediary services market",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
)

# Who

complainant = complaint.party("complainant", zh="投诉人", en="complainant")
clerk = complaint.staff("clerk", zh="受理机关经办人", en="clerk of the authority")
section_head = complaint.staff("section_head", zh="科室负责人", en="head of the section")
deputy_head = complaint.staff("deputy_head", zh="分管负责人", en="deputy head in charge")

# Where it can stand

received = complaint.state(
    "received", zh="待受理", en="received",
    next_zh="受理机关决定是否受理", next_en="the authority decides whether to accept it",
)  # fmt: skip
correcting = complaint.state(
    "correcting", zh="待补正", en="to be corrected",
    next_zh="投诉人补正材料", next_en="the complainant corrects it",
)  # fmt: skip
handling = complaint.state(
    "handling", zh="办理中", en="being handled",
    next_zh="受理机关作出处理决定", next_en="the authority decides on it",
)  # fmt: skip
examining = complaint.state(
    "examining", zh="检验鉴定评审中", en="under examination",
    next_zh="检验、检测、鉴定或者专家评审", next_en="an inspection, test, appraisal or expert review is under way",
)  # fmt: skip
completing = complaint.state(
    "completing", zh="办理中待补正", en="being handled, to be completed",
    next_zh="投诉人补正材料", next_en="the complainant completes it",
)  # fmt: skip
decided = complaint.state(
    "decided", zh="已作出处理决定", en="decided",
    next_zh="公布处理决定", next_en="the decision is published",
)  # fmt: skip
refused = complaint.state("refused", zh="不予受理", en="not accepted", final=True)
withdrawn = complaint.state("withdrawn", zh="已撤回", en="withdrawn", final=True)
closed = complaint.state("closed", zh="已办结", en="closed", final=True)

# Letters

acceptance_letter = complaint.letter(
    "acceptance", "第三十六条第一款", zh="投诉受理通知书", en="notice of acceptance", to=complainant
)
correction_letter = complaint.letter(
    "correction", "第三十六条第二款", zh="补正材料通知书", en="notice to correct", to=complainant
)
refusal_letter = complaint.letter(
    "refusal", "第三十六条第一款", zh="投诉不予受理决定书", en="decision not to accept", to=complainant,
    remedies=[reconsideration, lawsuit],
)  # fmt: skip
decision_letter = complaint.letter(
    "decision", "第三十六条第一款", zh="投诉处理决定书", en="decision on the complaint", to=complainant,
    remedies=[reconsideration, lawsuit],
)  # fmt: skip

# What is asked

SUBJECTS = (
    Option("fees", Label("服务收费和价格行为", "fees and prices"), "第八条"),
    Option("agency", Label("中介机构的从业行为和服务质量", "the conduct or service of an agency"), "第七条第（三）项"),
    Option("qualification", Label("入驻、资质和人员", "entry, qualification or staff"), "第七条第（四）项"),
    Option(
        "selection", Label("选取活动和网上中介超市的运行", "a selection, or how the market is run"), "第六条第（五）项"
    ),
    Option("procurement", Label("财政性资金项目的采购", "a purchase from public funds"), "第九条第二款"),
    Option("owner", Label("项目业主的行为", "the conduct of a project owner"), "第十条"),
    Option("authority", Label("行业主管部门及其工作人员的行为", "the conduct of a sector authority"), "第十条"),
    Option("other", Label("其他", "another matter"), "第十条"),
)

PARTIES = (
    Option("operator", Label("建设管理运维机构", "the operator of the market"), "第六条"),
    Option("authority", Label("行业主管部门", "a sector authority"), "第七条"),
    Option("owner", Label("项目业主", "a project owner"), "第二条第三款"),
    Option("agency", Label("中介机构", "an agency"), "第二条第四款"),
)

GROUNDS_TO_STOP = (
    Option("inspection", Label("检验", "inspection"), "第三十六条第二款"),
    Option("testing", Label("检测", "testing"), "第三十六条第二款"),
    Option("appraisal", Label("鉴定", "appraisal"), "第三十六条第二款"),
    Option("expert_review", Label("专家评审", "expert review"), "第三十六条第二款"),
)

OUTCOMES = (
    Option("upheld", Label("投诉属实", "upheld")),
    Option("partly_upheld", Label("部分属实", "partly upheld")),
    Option("unfounded", Label("查无实据", "unfounded"), "第三十二条第（八）项"),
    Option("fabricated", Label("捏造事实或者提供虚假材料", "fabricated"), "第三十三条第（九）项"),
)

reason = Field("reason", Label("理由", "Reasons"), Kind.TEXT, longest=2000)
to_correct = (
    Field("to_correct", Label("需要补正的内容", "What has to be corrected"), Kind.TEXT, longest=2000),
    Field("correct_by", Label("补正期限", "To be corrected by"), Kind.DATE, OUR_RULE, future=True),
)
correction = (
    Field("correction", Label("补正内容", "The correction"), Kind.TEXT, longest=5000, personal=True),
    Field("correction_files", Label("补正材料", "Papers"), Kind.FILES, required=False, longest=10, personal=True),
)


def _names_nobody(situation: Situation, values: dict[str, object]) -> bool:
    return not reveals(str(values["published_text"]), situation.values)


NAMES_NOBODY = Condition(
    Label(
        "公布的内容含有投诉人的姓名、联系方式，或者手机号码、身份证号码、邮箱地址，应当先行删除",
        "the text to be published has the complainant's name or contact, or a mobile or identity number or an e-mail "
        "address in it; take it out first",
    ),
    "第三十七条",
    _names_nobody,
)

# Steps

file = complaint.step(
    "file", "第三十五条", zh="提出投诉", en="File a complaint", by=[complainant, clerk], begins=True, to=received,
    on="received_on",
    asks=[
        Field("subject", Label("投诉事项", "Subject"), Kind.CHOICE, "第三十五条", options=SUBJECTS, public=True),
        Field("against_kind", Label("被投诉的主体", "Kind of party complained of"), Kind.CHOICE, "第三十五条",
              options=PARTIES),
        Field("against", Label("被投诉主体名称", "Name of the party complained of"), Kind.LINE, "第三十五条"),
        Field("against_unit", Label("被投诉的机关", "The body complained of, where it is one of the city"), Kind.UNIT,
              OUR_RULE, required=False),
        Field("sector_unit", Label("行业主管部门", "Sector authority of the service"), Kind.UNIT, "第七条第（三）项",
              required=False),
        Field("facts", Label("投诉事实和请求", "What happened, and what is asked for"), Kind.TEXT, longest=5000,
              personal=True),
        Field("evidence", Label("证据材料", "Evidence"), Kind.FILES, required=False, longest=10, personal=True),
        Field("complainant_name", Label("投诉人姓名或者名称", "Name of the complainant"), personal=True, longest=100),
        Field("complainant_contact", Label("联系方式", "Telephone or e-mail"), required=False, personal=True,
              longest=100,
              help=Label("不填写的，通过回执编号和查询密码了解办理情况",
                         "without one, follow the case with the receipt number and its secret")),
        Field("received_on", Label("接到投诉之日", "Received on"), Kind.DATE, "第三十六条第一款", required=False,
              past=True, staff=True),
    ],
)  # fmt: skip

transfer = complaint.step(
    "transfer", OUR_RULE, zh="移送有权机关", en="Transfer to the competent authority", by=[clerk], at=[received],
    moves="to_unit",
    asks=[
        Field("to_unit", Label("移送至", "To"), Kind.UNIT),
        reason,
    ],
)  # fmt: skip

accept = complaint.step(
    "accept", "第三十六条第一款", zh="受理", en="Accept", by=[clerk], at=[received], to=handling,
    letter=acceptance_letter,
)  # fmt: skip

refuse = complaint.step(
    "refuse", "第三十六条第一款", zh="不予受理", en="Refuse to accept", by=[clerk], at=[received], to=refused,
    asks=[reason], letter=refusal_letter, sign_off=SignOff((section_head,), OUR_RULE),
)  # fmt: skip

ask_correction = complaint.step(
    "ask_correction", "第三十六条第二款", zh="要求补正材料", en="Ask for a correction", by=[clerk], at=[received],
    to=correcting, asks=to_correct, letter=correction_letter,
)  # fmt: skip

correct = complaint.step(
    "correct", "第三十六条第二款", zh="补正材料", en="Correct", by=[complainant, clerk], at=[correcting], to=received,
    asks=correction,
)  # fmt: skip

correction_missed = complaint.step(
    "correction_missed", OUR_RULE, zh="逾期未补正", en="Correction did not come", by=[SYSTEM], at=[correcting],
    to=received,
)  # fmt: skip

ask_completion = complaint.step(
    "ask_completion", "第三十六条第二款", zh="要求补充材料", en="Ask for more papers", by=[clerk], at=[handling],
    to=completing, asks=to_correct, letter=correction_letter,
)  # fmt: skip

complete = complaint.step(
    "complete", "第三十六条第二款", zh="补充材料", en="Give the papers", by=[complainant, clerk], at=[completing],
    to=handling, asks=correction,
)  # fmt: skip

completion_missed = complaint.step(
    "completion_missed", OUR_RULE, zh="逾期未补充", en="Papers did not come", by=[SYSTEM], at=[completing],
    to=handling,
)  # fmt: skip

commission = complaint.step(
    "commission", "第三十六条第二款", zh="委托检验、检测、鉴定、专家评审", en="Commission an examination", by=[clerk],
    at=[handling], to=examining,
    asks=[
        Field("ground", Label("事由", "Ground"), Kind.CHOICE, "第三十六条第二款", options=GROUNDS_TO_STOP, public=True),
        Field("examiner", Label("承担单位", "Who examines"), Kind.LINE),
        Field("question", Label("需要查明的问题", "What is to be found out"), Kind.TEXT, longest=2000),
    ],
)  # fmt: skip

conclude = complaint.step(
    "conclude", "第三十六条第二款", zh="收到检验、检测、鉴定、评审结论", en="Receive the result", by=[clerk],
    at=[examining], to=handling,
    asks=[
        Field("result", Label("结论", "Result"), Kind.TEXT, longest=5000),
        Field("result_files", Label("报告", "Report"), Kind.FILES, required=False, longest=10),
    ],
)  # fmt: skip


decide = complaint.step(
    "decide", "第三十六条第一款", zh="作出处理决定", en="Decide", by=[clerk], at=[handling], to=decided,
    asks=[
        Field("outcome", Label("处理结果", "Outcome"), Kind.CHOICE, options=OUTCOMES, public=True),
        Field("findings", Label("查明的事实", "What was found"), Kind.TEXT, longest=5000),
        Field("decision", Label("处理决定和依据", "The decision and its grounds"), Kind.TEXT, longest=5000),
    ],
    letter=decision_letter, sign_off=SignOff((section_head, deputy_head), OUR_RULE, countersign=True),
)  # fmt: skip

publish = complaint.step(
    "publish", "第三十七条", zh="公布处理决定", en="Publish the decision", by=[clerk], at=[decided], to=closed,
    publishes=True,
    when=[NAMES_NOBODY],
    asks=[
        Field("published_text", Label("公布的内容（不含个人信息和依法应当保密的内容）",
                                      "Text to be published, without personal data and secrets"),
              Kind.TEXT, "第三十七条", longest=5000, public=True),
    ],
)  # fmt: skip

withhold = complaint.step(
    "withhold", "第三十七条", zh="依法不公布", en="Withhold by law", by=[clerk], at=[decided], to=closed,
    asks=[Field("secret_ground", Label("依法应当保密的依据", "The law that keeps it secret"), Kind.TEXT, "第三十七条")],
    sign_off=SignOff((deputy_head,), OUR_RULE),
)  # fmt: skip

withdraw = complaint.step(
    "withdraw", OUR_RULE, zh="撤回投诉", en="Withdraw", by=[complainant, clerk],
    at=[received, correcting, handling, examining, completing], to=withdrawn,
)  # fmt: skip

# Clocks

acceptance = complaint.clock(
    "acceptance", working_days(2), "第三十六条第一款", zh="决定是否受理", en="decide whether to accept",
    starts=[file], ends=[accept, refuse],
    stops=[ask_correction], resumes=[correct, correction_missed], stop_clause="第三十六条第二款",
    tells=[clerk, section_head],
)  # fmt: skip

decision = complaint.clock(
    "decision", working_days(15), "第三十六条第一款", zh="作出处理决定", en="decide",
    starts=[accept], ends=[decide],
    stops=[ask_completion, commission], resumes=[complete, completion_missed, conclude],
    stop_clause="第三十六条第二款", tells=[clerk, section_head], warns=3,
)  # fmt: skip

correction_due = complaint.clock(
    "correction_due", until("correct_by"), OUR_RULE, zh="补正材料", en="correct",
    starts=[ask_correction], ends=[correct], runs_out=correction_missed, tells=[clerk],
)  # fmt: skip

completion_due = complaint.clock(
    "completion_due", until("correct_by"), OUR_RULE, zh="补充材料", en="give the papers",
    starts=[ask_completion], ends=[complete], runs_out=completion_missed, tells=[clerk],
)  # fmt: skip

publication = complaint.clock(
    "publication", working_days(2), "第三十七条", zh="公布处理决定", en="publish the decision",
    starts=[decide], ends=[publish, withhold], tells=[clerk, section_head],
)  # fmt: skip

complaint.ready()
