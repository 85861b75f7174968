"""How a contract is made, performed and paid: 许政办〔2022〕27号 第二十五条 and 第二十七条.

It begins with the notice of award. What the document leaves open is marked OUR_RULE: how delivery, acceptance, invoice
and payment follow each other, and how long the owner has to look at what was delivered.

A contract of public funds has to be filed and published, and so have its amendments; of private funds where the two
agree on it; one that the law keeps secret, never (第二十五条第二款). So those of public and of private funds are signed
and amended by steps of their own: filing is a clock of the former.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from gongbao.core.labels import Label
from gongbao.procedures import (
    OUR_RULE,
    Condition,
    Event,
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

contract = Procedure(
    "market_contract",
    document=DOCUMENT,
    zh="中介服务合同",
    en="contract for an intermediary service",
    since=SINCE,
    since_clause=SINCE_CLAUSE,
)

# Who

owner = contract.party("owner", zh="项目业主", en="project owner")
agency = contract.party("agency", zh="中选中介机构", en="selected agency")
clerk = contract.staff("clerk", zh="建设管理运维机构经办人", en="clerk of the operator")
section_head = contract.staff("section_head", zh="建设管理运维机构科室负责人", en="section head of the operator")

# Where it can stand

awarded = contract.state(
    "awarded", zh="待签合同", en="to be signed",
    next_zh="项目业主和中选中介机构签订合同", next_en="owner and agency sign the contract",
)  # fmt: skip
performing = contract.state(
    "performing", zh="履行中", en="being performed",
    next_zh="中介机构提供服务并交付成果", next_en="the agency serves and delivers",
)  # fmt: skip
delivered = contract.state(
    "delivered", zh="待验收", en="to be accepted",
    next_zh="项目业主验收", next_en="the owner looks at what was delivered",
)  # fmt: skip
accepted = contract.state(
    "accepted", zh="待开票结算", en="to be invoiced",
    next_zh="中介机构开具发票并提出结算", next_en="the agency invoices",
)  # fmt: skip
invoiced = contract.state("invoiced", zh="待付款", en="to be paid", next_zh="项目业主付款", next_en="the owner pays")
paid = contract.state(
    "paid", zh="已付清", en="paid",
    next_zh="运维机构归档", next_en="the operator puts it into the archive",
)  # fmt: skip
archived = contract.state("archived", zh="已归档", en="in the archive", final=True)
abandoned = contract.state("abandoned", zh="中选机构放弃", en="abandoned by the agency", final=True)
not_signed = contract.state("not_signed", zh="项目业主不签订", en="not signed by the owner", final=True)
lapsed = contract.state("lapsed", zh="未签订合同", en="no contract was made", final=True)
ended = contract.state("ended", zh="合同终止", en="ended before it was performed", final=True)
annulled = contract.state("annulled", zh="中选结果被取消", en="the award was annulled", final=True)

# What is asked

FUNDS = (
    Option("public", Label("财政性资金", "public funds"), "第三条第二款"),
    Option("private", Label("社会性资金", "private funds"), "第三条第三款"),
)

GROUNDS = (
    Option("force_majeure", Label("不可抗力", "force majeure")),
    Option("other_party", Label("对方的原因", "a cause of the other party")),
    Option("law", Label("法律、政策变化", "a change of law or policy")),
    Option("other", Label("其他正当理由", "another good reason")),
    Option("none", Label("没有正当理由", "no good reason")),
)
"""Why somebody does not keep to the award. The document asks whether there is a good reason (无故、无正当理由)."""

CONFLICTS = (
    Option("same_person", Label("不同机构的法定代表人或者实际控制人为同一人", "agencies of one person"),
           "第二十二条第（一）项"),
    Option("kinship", Label("与业主负责人有亲属关系", "kin of who leads the owner or the project"),
           "第二十二条第（二）项"),
    Option("other_conflict", Label("其他依法应当回避的情形", "another conflict by law"), "第二十二条第（三）项"),
)  # fmt: skip
"""Why an award is annulled that should not have been made, found after the contract was signed."""

SIDES = (
    Option("owner", Label("项目业主", "the owner")),
    Option("agency", Label("中选中介机构", "the agency")),
    Option("both", Label("双方", "both")),
)


def _reason(zh: str = "理由", en: str = "Reasons") -> Field:
    return Field("reason", Label(zh, en), Kind.TEXT, longest=2000)


_terms = (
    Field("amount", Label("合同金额（元）", "Sum of the contract (yuan)"), Kind.MONEY, public=True),
    Field("deliver_by", Label("约定的完成日期", "To be delivered by"), Kind.DATE, "第二十七条", public=True),
)
_signing = (
    Field("signed_on", Label("签订日期", "Signed on"), Kind.DATE, "第二十五条第一款", past=True, public=True),
    *_terms,
    Field("scope", Label("约定的服务范围", "Scope of the service"), Kind.TEXT, "第二十七条", longest=2000, public=True),
    Field("payment_days", Label("开票后付款期限（日）", "Days to pay after the invoice"), Kind.NUMBER),
    Field("contract_files", Label("合同文本", "The contract"), Kind.FILES, longest=10),
    Field("late_reason", Label("逾期签订的原因", "Why it was signed late"), Kind.TEXT, "第三十二条第（一）项",
          required=False, longest=2000),
)  # fmt: skip
_amendment = (
    Field("amended_on", Label("变更日期", "Amended on"), Kind.DATE, past=True, public=True),
    *_terms,
    Field("change", Label("变更的内容和原因", "What is changed, and why"), Kind.TEXT, longest=2000, public=True),
    Field("amendment_files", Label("补充协议", "The amendment"), Kind.FILES, longest=10),
)
_abandonment = (
    Field("ground", Label("事由", "Ground"), Kind.CHOICE, options=GROUNDS),
    _reason(),
    Field("ground_files", Label("证明材料", "Papers that show it"), Kind.FILES, required=False, longest=5),
)

# What follows from the events. Steps are named by their keys, as these are asked by the conditions of the steps.

SIGNS = ("contract_sign", "contract_sign_private")
AMENDS = ("contract_amend", "contract_amend_private")


def is_public(situation: Situation) -> bool:
    """Whether it is paid from public funds."""
    return situation.values["fund"] == "public"


def amount_of(situation: Situation) -> Decimal | None:
    """The sum that the contract stands at, in yuan: that of the last amendment; None before it is signed."""
    found = situation.values.get("amount")
    return found if isinstance(found, Decimal) else None


def paid_so_far(situation: Situation) -> Decimal:
    """What has been paid, in yuan."""
    found = (one.values.get("payment") for one in situation.events)
    return sum((one for one in found if isinstance(one, Decimal)), Decimal("0.00"))


def outstanding(situation: Situation) -> Decimal | None:
    """What remains to be paid of the settlement, in yuan; None before it is invoiced or where the invoice went back."""
    if situation.state not in (invoiced, paid, archived):
        return None
    settled = situation.values["settlement"]
    assert isinstance(settled, Decimal)
    return settled - paid_so_far(situation)


def overdue_payment(situation: Situation, at: datetime) -> Decimal | None:
    """What the owner owes although it had to be paid by now, in yuan; None where nothing is overdue."""
    run = situation.run("contract_payment")
    return outstanding(situation) if run is not None and run.overdue(at) else None


def not_filed(situation: Situation) -> list[Event]:
    """The signing and the amendments that are not filed yet, nor exempt."""
    last = max((one.number for one in situation.events if one.step in ("contract_file", "contract_exempt")), default=0)
    return [one for one in situation.events if one.step in (*SIGNS, *AMENDS) and one.number > last]


def is_secret(situation: Situation) -> bool:
    """Whether the law keeps it secret, as somebody of the two said, so that it is neither filed nor published."""
    return bool(situation.taken("contract_exempt"))


def must_be_filed(situation: Situation) -> bool:
    """Whether something of it has to be filed now: by the document, or because the two agreed on it."""
    due = is_public(situation) or bool(situation.taken("contract_agree_filing"))
    return due and not is_secret(situation) and bool(not_filed(situation))


def suggested(situation: Situation, step: str, today: date) -> dict[str, object]:
    """What may stand in the form of a step before anything is typed: what follows from what was agreed."""
    values = situation.values
    if step in SIGNS:
        return {"amount": values.get("award"), "signed_on": today}
    if step in AMENDS:
        return {"amount": values["amount"], "deliver_by": values["deliver_by"], "amended_on": today}
    if step == "contract_invoice":
        agreed = values["payment_days"]
        assert isinstance(agreed, int)
        return {"settlement": values["amount"], "invoiced_on": today, "pay_by": today + timedelta(days=agreed)}
    if step in ("contract_pay", "contract_pay_rest"):
        return {"payment": outstanding(situation), "paid_on": today}
    return {}


# Conditions


def _signing_in_time(situation: Situation, values: dict[str, object]) -> bool:
    run, day = situation.run("contract_signing"), values["signed_on"]
    assert run is not None and run.due is not None and isinstance(day, date)
    return day <= run.due or bool(values.get("late_reason"))


def _not_above_award(situation: Situation, values: dict[str, object]) -> bool:
    awarded_sum, amount = situation.values.get("award"), values["amount"]
    assert isinstance(amount, Decimal)
    return not isinstance(awarded_sum, Decimal) or amount <= awarded_sum


def _delivery_after(key: str) -> Condition:
    def test(situation: Situation, values: dict[str, object]) -> bool:
        day, last = values[key], values["deliver_by"]
        assert isinstance(day, date) and isinstance(last, date)
        return last >= day

    return Condition(
        Label("约定的完成日期不早于该日", "it is to be delivered no earlier than that day"), OUR_RULE, test
    )


def _as_agreed(situation: Situation, values: dict[str, object]) -> bool:
    day, due, agreed = values["invoiced_on"], values["pay_by"], situation.values["payment_days"]
    assert isinstance(day, date) and isinstance(due, date) and isinstance(agreed, int)
    return (due - day).days >= agreed


def _within_sum(situation: Situation, values: dict[str, object]) -> bool:
    settlement, whole = values["settlement"], amount_of(situation)
    assert isinstance(settlement, Decimal) and whole is not None
    return paid_so_far(situation) <= settlement <= whole


def _less_than_rest(situation: Situation, values: dict[str, object]) -> bool:
    rest, payment = outstanding(situation), values["payment"]
    assert isinstance(payment, Decimal)
    if rest is None:
        whole = amount_of(situation)
        return whole is not None and 0 < payment <= whole - paid_so_far(situation)
    return 0 < payment < rest


def _is_rest(situation: Situation, values: dict[str, object]) -> bool:
    return values["payment"] == outstanding(situation)


OF_PUBLIC_FUNDS = Condition(
    Label("使用财政性资金的项目", "the project is paid from public funds"), "第二十五条第二款",
    lambda situation, values: is_public(situation),
)  # fmt: skip
OF_PRIVATE_FUNDS = Condition(
    Label("使用社会性资金的项目", "the project is paid from private funds"), "第二十五条第二款",
    lambda situation, values: not is_public(situation),
)  # fmt: skip
LATE_SAYS_WHY = Condition(
    Label("逾期签订的，应当说明原因", "one that is signed late says why"), "第三十二条第（一）项", _signing_in_time
)
NOT_ABOVE_AWARD = Condition(
    Label("合同金额不高于中选金额", "the sum is not above that of the award"), "第三十二条第（二）项", _not_above_award
)
SOMETHING_TO_FILE = Condition(
    Label("有尚未备案的合同或者变更", "there is a contract or amendment that is not filed yet"), "第二十五条第二款",
    lambda situation, values: bool(not_filed(situation)),
)  # fmt: skip
NOT_SECRET = Condition(
    Label("该合同未注明依法保密", "it was not said that the law keeps this contract secret"), "第二十五条第二款",
    lambda situation, values: not is_secret(situation),
)  # fmt: skip
NOTHING_UNFILED = Condition(
    Label("此前的合同和变更已经备案", "what was signed before is filed"), "第二十五条第二款",
    lambda situation, values: not must_be_filed(situation),
)  # fmt: skip
NAMES_NOBODY = Condition(
    Label("已确认公示文本不含个人信息和依法应当保密的内容",
          "it was made sure that the published copy has no personal data and no secrets in it"),
    "第二十五条第二款", lambda situation, values: values["names_nobody"] is True,
)  # fmt: skip


def past_conditions(situation: Situation) -> list[Condition]:
    """Conditions that do not hold and never will again: a step on one of these is none of this contract any more."""
    found = [OF_PRIVATE_FUNDS if is_public(situation) else OF_PUBLIC_FUNDS]
    found += [NOT_SECRET] if is_secret(situation) else []
    # What was accepted is not amended any more: nothing new comes to be filed.
    accepted_once = situation.state in (accepted, invoiced, paid, archived)
    found += [SOMETHING_TO_FILE] if accepted_once and not not_filed(situation) else []
    return found


PAID_AS_AGREED = Condition(
    Label("付款期限不短于合同约定", "the time to pay is no shorter than agreed"), OUR_RULE, _as_agreed
)
WITHIN_SUM = Condition(
    Label("结算总额不低于已付金额，不高于合同金额",
          "the settlement is no less than what was paid and no more than the sum of the contract"),
    "第三十二条第（二）项", _within_sum,
)  # fmt: skip
LESS_THAN_REST = Condition(
    Label("金额大于零，并且少于尚欠金额", "it is more than nothing, and less than what is owed"), OUR_RULE,
    _less_than_rest,
)  # fmt: skip
IS_REST = Condition(Label("金额等于尚欠金额", "it is all that is owed"), OUR_RULE, _is_rest)
NOTHING_PAID = Condition(
    Label("开票后尚未付款", "nothing was paid since the invoice"), OUR_RULE,
    lambda situation, values: not _paid_since_invoice(situation),
)  # fmt: skip


def _paid_since_invoice(situation: Situation) -> bool:
    last = max((one.number for one in situation.taken("contract_invoice")), default=0)
    return any(one.number > last and "payment" in one.values for one in situation.events)


# Steps: up to the signing

begin = contract.step(
    "contract_begin", "第二十五条第一款", zh="中选通知书发出", en="Notice of award issued", by=[clerk], begins=True,
    to=awarded,
    asks=[
        Field("service", Label("服务事项", "Service"), public=True, longest=200),
        Field("owner_name", Label("项目业主", "Project owner"), public=True, longest=100),
        Field("agency_name", Label("中选中介机构", "Selected agency"), public=True, longest=100),
        Field("fund", Label("资金来源", "Source of funds"), Kind.CHOICE, "第三条", options=FUNDS, public=True),
        Field("award", Label("中选金额（元）", "Sum of the award (yuan)"), Kind.MONEY, required=False, public=True),
    ],
)  # fmt: skip

sign = contract.step(
    "contract_sign", "第二十五条第一款", zh="签订合同", en="Sign the contract", by=[owner, agency], at=[awarded],
    to=performing, asks=_signing, on="signed_on",
    when=[OF_PUBLIC_FUNDS, LATE_SAYS_WHY, NOT_ABOVE_AWARD, _delivery_after("signed_on")],
)  # fmt: skip

sign_private = contract.step(
    "contract_sign_private", "第二十五条第一款", zh="签订合同（社会性资金）", en="Sign the contract (private funds)",
    by=[owner, agency], at=[awarded], to=performing, asks=_signing, on="signed_on",
    when=[OF_PRIVATE_FUNDS, LATE_SAYS_WHY, NOT_ABOVE_AWARD, _delivery_after("signed_on")],
)  # fmt: skip

abandon = contract.step(
    "contract_abandon", "第三十二条第（一）项", zh="放弃中选结果", en="Abandon the award", by=[agency], at=[awarded],
    to=abandoned, asks=_abandonment,
)  # fmt: skip

decline = contract.step(
    "contract_decline", "第四十条第（四）项", zh="不签订合同", en="Decline to sign", by=[owner], at=[awarded],
    to=not_signed, asks=_abandonment,
)  # fmt: skip

lapse = contract.step(
    "contract_lapse", OUR_RULE, zh="逾期未签订，予以记录", en="Record that none was signed", by=[clerk], at=[awarded],
    to=lapsed,
    asks=[
        Field("side", Label("未签订的原因在于", "Due to"), Kind.CHOICE, options=SIDES),
        *_abandonment,
    ],
)  # fmt: skip

annul = contract.step(
    "contract_annul", "第二十二条", zh="取消中选结果", en="Annul the award", by=[clerk],
    at=[awarded], to=annulled, asks=[_reason()],
)  # fmt: skip

rescind = contract.step(
    "contract_rescind", "第二十二条", zh="签订后撤销中选结果", en="Annul the award after the signing", by=[clerk],
    at=[performing, delivered], to=annulled, sign_off=SignOff((section_head,), OUR_RULE),
    asks=[
        Field("conflict", Label("事由", "Ground"), Kind.CHOICE, "第二十二条", options=CONFLICTS),
        Field("findings", Label("查明的事实和证据", "What was found, and on what evidence"), Kind.TEXT, longest=5000),
        _reason(),
    ],
)  # fmt: skip

# Filing

exempt = contract.step(
    "contract_exempt", "第二十五条第二款", zh="注明依法保密，不备案公示", en="Keep it secret by law",
    by=[owner, agency], at=[performing, delivered, accepted, invoiced, paid], when=[SOMETHING_TO_FILE],
    asks=[Field("secret_ground", Label("依法应当保密的依据", "The law that keeps it secret"), Kind.TEXT,
                "第二十五条第二款", longest=1000)],
)  # fmt: skip

agree_filing = contract.step(
    "contract_agree_filing", "第二十五条第二款", zh="约定备案", en="Agree to file it", by=[owner, agency],
    at=[performing, delivered, accepted, invoiced, paid], when=[OF_PRIVATE_FUNDS, SOMETHING_TO_FILE, NOT_SECRET],
    asks=[Field("file_by", Label("约定的备案日期", "To be filed by"), Kind.DATE, "第二十五条第二款", future=True)],
)  # fmt: skip

file = contract.step(
    "contract_file", "第二十五条第二款", zh="备案并公示", en="File and publish", by=[agency],
    at=[performing, delivered, accepted, invoiced, paid], publishes=True,
    when=[SOMETHING_TO_FILE, NOT_SECRET, NAMES_NOBODY],
    asks=[
        Field("filed_files", Label("备案文本（全文）", "What is filed, whole"), Kind.FILES, longest=10),
        Field("public_copy", Label("公示文本", "The copy to be published"), Kind.FILES, longest=3, public=True,
              help=Label("删除个人信息和依法应当保密的内容", "without personal data and secrets")),
        Field("names_nobody", Label("公示文本不含个人信息和依法应当保密的内容",
                                    "The copy has no personal data and no secrets in it"), Kind.FLAG),
    ],
)  # fmt: skip

take_down = contract.step(
    "contract_take_down", OUR_RULE, zh="撤下公示文本", en="Take the published copy down", by=[clerk],
    at=[performing, delivered, accepted, invoiced, paid, archived], asks=[_reason()],
)  # fmt: skip

# Performance

amend = contract.step(
    "contract_amend", "第二十五条第二款", zh="变更合同", en="Amend the contract", by=[owner, agency], at=[performing],
    asks=_amendment, on="amended_on", when=[OF_PUBLIC_FUNDS, NOTHING_UNFILED, _delivery_after("amended_on")],
)  # fmt: skip

amend_private = contract.step(
    "contract_amend_private", "第二十五条第二款", zh="变更合同（社会性资金）", en="Amend the contract (private funds)",
    by=[owner, agency], at=[performing], asks=_amendment, on="amended_on",
    when=[OF_PRIVATE_FUNDS, NOTHING_UNFILED, _delivery_after("amended_on")],
)  # fmt: skip

deliver = contract.step(
    "contract_deliver", "第二十七条", zh="交付成果", en="Deliver", by=[agency], at=[performing], to=delivered,
    asks=[
        Field("delivery", Label("交付的成果", "What is delivered"), Kind.TEXT, longest=2000),
        Field("delivery_files", Label("成果文件", "Papers"), Kind.FILES, required=False, longest=10),
    ],
)  # fmt: skip

accept = contract.step(
    "contract_accept", OUR_RULE, zh="验收通过", en="Accept", by=[owner], at=[delivered], to=accepted,
    asks=[
        Field("acceptance", Label("验收意见", "What was found"), Kind.TEXT, required=False, longest=2000),
        Field("acceptance_files", Label("验收材料", "Papers of the acceptance"), Kind.FILES, required=False, longest=5),
    ],
)  # fmt: skip

refuse = contract.step(
    "contract_refuse", OUR_RULE, zh="验收不通过", en="Refuse what was delivered", by=[owner], at=[delivered],
    to=performing,
    asks=[
        _reason("不符合约定之处", "What is not as agreed"),
        Field("deliver_by", Label("重新交付日期", "To be delivered anew by"), Kind.DATE, future=True),
    ],
)  # fmt: skip

# Payment

invoice = contract.step(
    "contract_invoice", OUR_RULE, zh="开具发票并提出结算", en="Invoice", by=[agency], at=[accepted], to=invoiced,
    on="invoiced_on", when=[PAID_AS_AGREED, WITHIN_SUM],
    asks=[
        Field("invoiced_on", Label("开票日期", "Date of the invoice"), Kind.DATE, past=True),
        Field("invoice_number", Label("发票号码", "Number of the invoice"), longest=40),
        Field("settlement", Label("结算总额（元，含已付金额）", "Settlement in all (yuan), with what was paid"),
              Kind.MONEY),
        Field("pay_by", Label("付款期限", "To be paid by"), Kind.DATE),
        Field("invoice_files", Label("发票", "The invoice"), Kind.FILES, longest=5),
    ],
)  # fmt: skip

return_invoice = contract.step(
    "contract_return_invoice", OUR_RULE, zh="退回发票", en="Return the invoice", by=[owner], at=[invoiced],
    to=accepted, asks=[_reason("发票有误之处", "What is wrong with the invoice")], when=[NOTHING_PAID],
)  # fmt: skip

_payment = (
    Field("paid_on", Label("付款日期", "Paid on"), Kind.DATE, past=True),
    Field("payment", Label("付款金额（元）", "Sum paid (yuan)"), Kind.MONEY),
    Field("payment_files", Label("付款凭证", "Proof of the payment"), Kind.FILES, required=False, longest=5),
)

pay = contract.step(
    "contract_pay", OUR_RULE, zh="付款", en="Pay", by=[owner],
    at=[performing, delivered, accepted, invoiced], asks=_payment, on="paid_on", when=[LESS_THAN_REST],
)  # fmt: skip

pay_rest = contract.step(
    "contract_pay_rest", OUR_RULE, zh="付清", en="Pay all that is owed", by=[owner], at=[invoiced], to=paid,
    asks=_payment, on="paid_on", when=[IS_REST],
)  # fmt: skip

end = contract.step(
    "contract_end", OUR_RULE, zh="终止合同", en="End the contract", by=[owner, agency], at=[performing], to=ended,
    asks=_abandonment,
)  # fmt: skip

archive = contract.step(
    "contract_archive", "第三十条", zh="归档", en="Put it into the archive", by=[clerk], at=[paid], to=archived,
    when=[NOTHING_UNFILED],
)  # fmt: skip

# Clocks

signing = contract.clock(
    "contract_signing", working_days(5), "第二十五条第一款", zh="签订合同", en="sign the contract", starts=[begin],
    ends=[sign, sign_private, abandon, decline], opens=[lapse], tells=[clerk],
)  # fmt: skip

filing = contract.clock(
    "contract_filing", working_days(3), "第二十五条第二款", zh="合同备案并公示", en="file and publish the contract",
    starts=[sign, amend], ends=[file, exempt], tells=[clerk],
)  # fmt: skip

agreed_filing = contract.clock(
    "contract_agreed_filing", until("file_by"), "第二十五条第二款", zh="按约定备案", en="file it as agreed",
    starts=[agree_filing], ends=[file, exempt], tells=[clerk],
)  # fmt: skip

delivery = contract.clock(
    "contract_delivery", until("deliver_by"), "第二十七条", zh="按约定完成服务", en="deliver as agreed",
    starts=[sign, sign_private, amend, amend_private, refuse], ends=[deliver],
)  # fmt: skip

acceptance = contract.clock(
    "contract_acceptance", working_days(10), OUR_RULE, zh="验收", en="accept or refuse what was delivered",
    starts=[deliver], ends=[accept, refuse],
)  # fmt: skip

payment = contract.clock(
    "contract_payment", until("pay_by"), "第四十条第（六）项", zh="付款", en="pay", starts=[invoice],
    ends=[pay_rest, return_invoice], closes=[return_invoice], tells=[clerk],
)  # fmt: skip

contract.ready()

OWN_STEPS = frozenset(
    step.key
    for step in contract.steps.values()
    if step in (begin, annul) or all(role.kind == "party" for role in step.by)
)
"""What actions.py takes and no page for cases in general: the parties have pages of their own."""
