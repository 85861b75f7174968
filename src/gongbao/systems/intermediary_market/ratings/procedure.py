"""How conduct that counts for the yearly grade is established: 许政办〔2022〕27号 第三十条 to 第三十四条.

The document has the operator grade an agency B or C for what was verified (经核实), and holds it liable for a grade
that was not (第三十八条第（五）项). How it verifies is ours: what is proposed is evidence and no proof; the agency is
heard for five working days; a person decides, and another signs; the agency may appeal, which a third person signs.
What was verified counts from the decision on, and an appeal does not put it off, as with other decisions
(行政复议法 第四十二条). There is one grade of an agency in the city (第五条第一款): the operating unit of a county
proposes what it sees in its own purchases, and the city's operator decides. A finding that turns out wrong is corrected
by a further step, and what stood before stays on record.
"""

from datetime import date

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
    working_days,
)
from gongbao.systems.intermediary_market.document import DOCUMENT, SINCE, SINCE_CLAUSE

conduct = Procedure(
    "market_conduct",
    document=DOCUMENT,
    zh="中介机构行为核实",
    en="verification of an agency's conduct",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
)

# Who

checks = conduct.party("checks", zh="系统比对", en="the market's own checks")
agency = conduct.party("agency", zh="中介机构", en="agency")
market_supervision = conduct.party("market_supervision", zh="市场监管部门", en="market supervision")
county = conduct.party("county", zh="县（市、区）运维机构", en="operating unit of a county")
clerk = conduct.staff("clerk", zh="建设管理运维机构经办人", en="clerk of the operator")
section_head = conduct.staff("section_head", zh="科室负责人", en="head of the section")
deputy_head = conduct.staff("deputy_head", zh="分管负责人", en="deputy head in charge")

# Where it can stand

proposed = conduct.state(
    "proposed", zh="待核查", en="proposed",
    next_zh="运维机构核查线索，决定是否告知中介机构",
    next_en="the operator looks at it and decides whether to hear the agency",
)  # fmt: skip
hearing = conduct.state(
    "hearing", zh="听取意见中", en="the agency is being heard",
    next_zh="中介机构陈述意见", next_en="the agency states its view",
)  # fmt: skip
heard = conduct.state(
    "heard", zh="待认定", en="to be decided",
    next_zh="运维机构认定是否属实", next_en="the operator decides whether it is verified",
)  # fmt: skip
verified = conduct.state(
    "verified", zh="经核实", en="verified", next_zh="中介机构可以申诉", next_en="the agency may appeal"
)
appealed = conduct.state(
    "appealed", zh="经核实，申诉中", en="verified, under appeal",
    next_zh="运维机构对申诉作出决定", next_en="the operator decides on the appeal",
)  # fmt: skip
dropped = conduct.state("dropped", zh="不予立项", en="not taken up", final=True)
not_verified = conduct.state("not_verified", zh="未经核实", en="not verified", final=True)
standing = conduct.state("standing", zh="认定生效", en="verified and final", final=True)
overturned = conduct.state("overturned", zh="申诉后撤销", en="overturned on appeal", final=True)

COUNTS = frozenset({"verified", "appealed", "standing"})
"""The states in which conduct counts for the grade, unless it was corrected to NOTHING."""

# What is asked

KINDS = (
    Option("b1", Label("无故放弃中选，或者无正当理由不按时签约",
                       "abandoned an award, or signed late, without good reason"), "第三十二条第（一）项"),
    Option("b2", Label("擅自提高收费，或者变相增加费用", "raised fees on its own"), "第三十二条第（二）项"),
    Option("b3", Label("无正当理由不按约定时间完成服务", "late with the service without good reason"),
           "第三十二条第（三）项"),
    Option("b4", Label("服务质量不达标，成果被行业主管部门退回", "its work was returned by the sector authority"),
           "第三十二条第（四）项"),
    Option("b5", Label("应当回避而未回避", "did not stand aside"), "第三十二条第（五）项"),
    Option("b6", Label("联系电话和信息未按规定实名登记", "did not register contacts under real names"),
           "第三十二条第（六）项"),
    Option("b7", Label("未履行守信承诺", "broke a promise"), "第三十二条第（七）项"),
    Option("b8", Label("1年内3次以上投诉查无实据", "three unfounded complaints within a year"), "第三十二条第（八）项"),
    Option("c1", Label("以虚假材料、证照入驻", "entered with false papers"), "第三十三条第（一）项"),
    Option("c2", Label("与其他机构使用相同网络地址", "used the network address of another agency"),
           "第三十三条第（二）项"),
    Option("c3", Label("与其他机构业务授权人为同一人，或者联系电话相同",
                       "shares an authorised person or a telephone with another agency"), "第三十三条第（三）项"),
    Option("c4", Label("相互串通，扰乱公平竞争", "colluded against fair competition"), "第三十三条第（四）项"),
    Option("c5", Label("利用执业之便谋取不正当利益", "sought improper gain by its practice"), "第三十三条第（五）项"),
    Option("c6", Label("贿赂", "bribed"), "第三十三条第（六）项"),
    Option("c7", Label("违规转包、分包", "passed the work on unlawfully"), "第三十三条第（七）项"),
    Option("c8", Label("利用服务优势干预其他机构，或者要求输送利益", "used its position against other agencies"),
           "第三十三条第（八）项"),
    Option("c9", Label("捏造事实、以虚假材料或者非法手段投诉", "complained with made-up facts"),
           "第三十三条第（九）项"),
)  # fmt: skip
"""What counts for B (eight kinds) and for C (nine), in the order of the document; keys as in rules.Conduct."""

NOTHING = "none"
BY_MARKET_SUPERVISION = "market_supervision"
BY_COUNTY = "county"

SOURCES = (
    Option("check", Label("系统比对发现", "found by the market's own checks"), OUR_RULE),
    Option("authority", Label("行业主管部门告知", "told by the sector authority"), "第七条第（二）项"),
    Option(
        BY_MARKET_SUPERVISION, Label("市场监管部门检查告知", "told by market supervision after an inspection"), "第八条"
    ),
    Option(BY_COUNTY, Label("县（市、区）运维机构告知", "told by the operating unit of a county"), "第六条第（五）项"),
    Option("complaint", Label("投诉处理决定", "a decision on a complaint"), "第三十六条第一款"),
    Option("owner", Label("项目业主反映", "told by the project owner"), OUR_RULE),
    Option("audit", Label("审计、检查发现", "found by an audit or inspection"), "第十一条"),
    Option("other", Label("其他来源", "another source"), OUR_RULE),
)

_kind = Field("kind", Label("行为", "Conduct"), Kind.CHOICE, options=KINDS)
_happened_on = Field(
    "happened_on", Label("发生日期", "Happened on"), Kind.DATE, "第三十四条", past=True,
    help=Label("按该日所属年度计入", "it counts for the year of that day"),
)  # fmt: skip


def _words(key: str, zh: str, en: str) -> Field:
    """What somebody writes of the matter: it may name persons, so it is shown to those alone who handle it."""
    return Field(key, Label(zh, en), Kind.TEXT, longest=3000, personal=True)


def _papers(key: str, zh: str = "证明材料", en: str = "Papers") -> Field:
    return Field(key, Label(zh, en), Kind.FILES, required=False, longest=10, personal=True)


def _of_known_year(situation: Situation, values: dict[str, object]) -> bool:
    day = values["happened_on"]
    assert isinstance(day, date)
    return day >= conduct.since


IN_FORCE = Condition(
    Label("发生在本办法施行之后", "it happened when the document was in force"), "第四十三条", _of_known_year
)


def _not_graver(situation: Situation, values: dict[str, object]) -> bool:
    """What stands, by what was said last of it, against what it is corrected to: nothing, B or C."""
    stands = situation.values.get("corrected_to", situation.values["kind"])
    return _GRAVITY[str(values["corrected_to"])[0]] <= _GRAVITY[str(stands)[0]]


_GRAVITY = {NOTHING[0]: 0, "b": 1, "c": 2}
NOT_GRAVER = Condition(
    Label("更正不得加重认定；发现更重的行为，应当另行提出并听取意见",
          "a correction does not make it graver: graver conduct is proposed anew, and the agency heard"),
    "第三十八条第（五）项", _not_graver,
)  # fmt: skip

# Steps

propose = conduct.step(
    "conduct_propose", "第三十条", zh="提出线索", en="Propose",
    by=[checks, clerk, county, market_supervision], begins=True, to=proposed,
    when=[IN_FORCE],
    asks=[
        Field("agency_name", Label("中介机构", "Agency"), longest=100),
        _kind,
        _happened_on,
        Field("source", Label("来源", "Source"), Kind.CHOICE, options=SOURCES),
        _words("facts", "线索（尚待核实）", "What was found, not yet proven"),
        _papers("evidence_files"),
    ],
)  # fmt: skip

drop = conduct.step(
    "conduct_drop", OUR_RULE, zh="不予立项", en="Do not take it up", by=[clerk], at=[proposed], to=dropped,
    asks=[_words("drop_reason", "理由", "Reasons")], sign_off=SignOff((section_head,), OUR_RULE),
)  # fmt: skip

notify = conduct.step(
    "conduct_notify", OUR_RULE, zh="告知并听取意见", en="Tell the agency and hear it", by=[clerk], at=[proposed],
    to=hearing,
)  # fmt: skip

state = conduct.step(
    "conduct_state", OUR_RULE, zh="陈述意见", en="State its view", by=[agency], at=[hearing], to=heard,
    asks=[_words("statement", "陈述的意见", "The agency's view"), _papers("statement_files")],
)  # fmt: skip

unheard = conduct.step(
    "conduct_unheard", OUR_RULE, zh="逾期未陈述", en="Nothing was stated in time", by=[SYSTEM], at=[hearing], to=heard
)

add = conduct.step(
    "conduct_add", OUR_RULE, zh="补充意见", en="Add to its view", by=[agency], at=[heard],
    asks=[_words("addition", "补充的意见", "What is added"), _papers("addition_files")],
)  # fmt: skip

verify = conduct.step(
    "conduct_verify", "第三十二条", zh="认定经核实", en="Find it verified", by=[clerk], at=[heard], to=verified,
    clause_by=_kind.key, when=[IN_FORCE],
    asks=[
        _kind,
        _happened_on,
        _words("findings", "查明的事实，以及对所陈述意见的答复",
               "What was found, and the answer to what the agency said"),
        _papers("findings_files", "核实材料", "Papers that prove it"),
    ],
    sign_off=SignOff((section_head,), OUR_RULE),
)  # fmt: skip

dismiss = conduct.step(
    "conduct_dismiss", "第三十二条", zh="认定未经核实", en="Find it not verified", by=[clerk], at=[heard],
    to=not_verified, clause_by=_kind.key, asks=[_words("dismissal", "理由", "Reasons")],
    sign_off=SignOff((section_head,), OUR_RULE),
)  # fmt: skip

appeal = conduct.step(
    "conduct_appeal", OUR_RULE, zh="申诉", en="Appeal", by=[agency], at=[verified], to=appealed,
    asks=[_words("appeal", "申诉的理由和请求", "Why, and what is asked for"), _papers("appeal_files")],
)  # fmt: skip

stand = conduct.step(
    "conduct_stand", OUR_RULE, zh="逾期未申诉", en="No appeal came in time", by=[SYSTEM], at=[verified], to=standing
)

uphold = conduct.step(
    "conduct_uphold", OUR_RULE, zh="维持认定", en="Uphold it", by=[clerk], at=[appealed], to=standing,
    asks=[_words("appeal_decision", "对申诉的决定和理由", "The decision on the appeal, and its reasons")],
    sign_off=SignOff((deputy_head,), OUR_RULE),
)  # fmt: skip

overturn = conduct.step(
    "conduct_overturn", OUR_RULE, zh="撤销认定", en="Overturn it", by=[clerk], at=[appealed], to=overturned,
    asks=[_words("appeal_decision", "对申诉的决定和理由", "The decision on the appeal, and its reasons")],
    sign_off=SignOff((deputy_head,), OUR_RULE),
)  # fmt: skip

correct = conduct.step(
    "conduct_correct", "第三十八条第（五）项", zh="更正认定", en="Correct the finding", by=[clerk], at=[standing],
    asks=[
        Field("corrected_to", Label("更正为", "What it is found to be"), Kind.CHOICE, "第三十八条第（五）项",
              options=(*KINDS, Option(NOTHING, Label("不计入（撤销）", "nothing that counts")))),
        _happened_on,
        _words("correction", "更正的理由", "Why it is corrected"),
    ],
    when=[IN_FORCE, NOT_GRAVER], sign_off=SignOff((deputy_head,), OUR_RULE),
)  # fmt: skip

# Clocks

hearing_clock = conduct.clock(
    "conduct_hearing", working_days(5), OUR_RULE, zh="听取意见", en="hear the agency", starts=[notify], ends=[state],
    runs_out=unheard,
)  # fmt: skip

decision_clock = conduct.clock(
    "conduct_decision", working_days(10), OUR_RULE, zh="认定", en="decide whether it is verified",
    starts=[state, unheard], ends=[verify, dismiss], tells=[clerk, section_head],
)  # fmt: skip

appeal_clock = conduct.clock(
    "conduct_appeal_period", working_days(10), OUR_RULE, zh="申诉", en="appeal", starts=[verify], ends=[appeal],
    runs_out=stand,
)  # fmt: skip

appeal_decision_clock = conduct.clock(
    "conduct_appeal_decision", working_days(10), OUR_RULE, zh="对申诉作出决定", en="decide on the appeal",
    starts=[appeal], ends=[uphold, overturn], tells=[clerk, deputy_head],
)  # fmt: skip

conduct.ready()

OWN_STEPS = frozenset({propose.key, state.key, add.key, appeal.key})
"""What the market's own pages take: those that agencies take, and the one that begins."""
