"""How a contract is made, performed and paid: 许政办〔2022〕27号 第二十五条 and 第二十七条.

It begins with the notice of award. What the document leaves open is marked OUR_RULE: how delivery, acceptance, invoice
and payment follow each other, how long the owner has to look at what was delivered, and the agency at a payment.

What is agreed at the signing has one instalment or several (instalments.py), each a step of its own, so that each has
its own day: what is delivered, accepted or returned, invoiced and paid is of one of them, and a clock runs for each
delivery, invoice and payment by itself. When all is accepted and paid, the contract is settled; where the agency then
disputes a payment, it is not any more.

A contract of public funds has to be filed and published, and so have its amendments; of private funds where the two
agree on it; one that the law keeps secret, never (第二十五条第二款). So those of public and of private funds are signed
and amended by steps of their own: filing is a clock of the former. That the law keeps it secret, or that it is filed
where it need not be, counts once one party said it and the other said so too; an earlier version took the word of one.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from gongbao.core.labels import Label
from gongbao.procedures import (
    OUR_RULE,
    Condition,
    Event,
    Field,
    Kind,
    Obstacle,
    Option,
    Procedure,
    Role,
    SignOff,
    Situation,
    Step,
    until,
    working_days,
)
from gongbao.systems.intermediary_market.contracts import instalments
from gongbao.systems.intermediary_market.contracts.instalments import DELIVERED, RECORDED, Invoice, Part, Payment
from gongbao.systems.intermediary_market.document import DOCUMENT, SINCE, SINCE_CLAUSE

Test: TypeAlias = Callable[[Situation, dict[str, object]], bool]

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
platform = contract.party("platform", zh="系统补记", en="the market, for an earlier version of it")
clerk = contract.staff("clerk", zh="建设管理运维机构经办人", en="clerk of the operator")
section_head = contract.staff("section_head", zh="建设管理运维机构科室负责人", en="section head of the operator")

# Where it can stand

awarded = contract.state(
    "awarded", zh="待签合同", en="to be signed",
    next_zh="项目业主和中选中介机构签订合同", next_en="owner and agency sign the contract",
)  # fmt: skip
performing = contract.state(
    "performing", zh="履行中", en="being performed",
    next_zh="中介机构提供服务并交付成果，项目业主验收、付款",
    next_en="the agency serves and delivers, the owner accepts and pays",
)  # fmt: skip
accepted = contract.state(
    "accepted", zh="全部验收，待结清", en="all accepted, to be settled",
    next_zh="中介机构开具发票，项目业主付款", next_en="the agency invoices, and the owner pays",
)  # fmt: skip
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
_schedule = Field(
    "schedule", Label("分期交付和付款", "Instalments"), Kind.TEXT, required=False, longest=2000, told=instalments.told,
    help=Label("不分期的不填；金额可以写比例，例如30%", "leave it empty for one; a sum may be a share such as 30%"),
)  # fmt: skip
_signing = (
    Field("signed_on", Label("签订日期", "Signed on"), Kind.DATE, "第二十五条第一款", past=True, public=True),
    *_terms,
    _schedule,
    Field("scope", Label("约定的服务范围", "Scope of the service"), Kind.TEXT, "第二十七条", longest=2000, public=True),
    Field("payment_days", Label("开票后付款期限（日）", "Days to pay after the invoice"), Kind.NUMBER),
    Field("contract_files", Label("合同文本", "The contract"), Kind.FILES, longest=10),
    Field("late_reason", Label("逾期签订的原因", "Why it was signed late"), Kind.TEXT, "第三十二条第（一）项",
          required=False, longest=2000),
)  # fmt: skip
_amendment = (
    Field("amended_on", Label("变更日期", "Amended on"), Kind.DATE, past=True, public=True),
    *_terms,
    _schedule,
    Field("change", Label("变更的内容和原因", "What is changed, and why"), Kind.TEXT, longest=2000, public=True),
    Field("amendment_files", Label("补充协议", "The amendment"), Kind.FILES, longest=10),
)
_ground_files = Field("ground_files", Label("证明材料", "Papers that show it"), Kind.FILES, required=False, longest=5)
_abandonment = (Field("ground", Label("事由", "Ground"), Kind.CHOICE, options=GROUNDS), _reason(), _ground_files)
_ending = (
    Field("ground", Label("事由", "Ground"), Kind.CHOICE, options=(
        *GROUNDS,
        Option("conflict", Label("应当回避而未回避", "a conflict of interest was not declared"), "第二十二条"),
    )),
    _reason(),
    _ground_files,
)  # fmt: skip
_secret_ground = Field(
    "secret_ground",
    Label("依法应当保密的依据", "The law that keeps it secret"),
    Kind.TEXT,
    "第二十五条第二款",
    longest=1000,
)
_file_by = Field("file_by", Label("约定的备案日期", "To be filed by"), Kind.DATE, "第二十五条第二款", future=True)

# What follows from the events. Steps are named by their keys, as these are asked by the conditions of the steps.

SIGNS = ("contract_sign", "contract_sign_private")
AMENDS = ("contract_amend", "contract_amend_private")
FILED = "contract_file"
EXEMPTS = "contract_exempt"
LIFTS = ("contract_lift_exempt", "contract_lift_exempt_private")
AGREES_TO_FILE = "contract_agree_filing"


def is_public(situation: Situation) -> bool:
    """Whether it is paid from public funds."""
    return situation.values["fund"] == "public"


def amount_of(situation: Situation) -> Decimal | None:
    """The sum that the contract stands at, in yuan: that of the last amendment; None before it is signed."""
    found = situation.values.get("amount")
    return found if isinstance(found, Decimal) else None


def terms_of(situation: Situation) -> Event | None:
    """What was signed or amended last: the terms that hold; None before it is signed."""
    return next((one for one in reversed(situation.events) if one.step in (*SIGNS, *AMENDS)), None)


def parts_of(situation: Situation) -> tuple[Part, ...]:
    """Its instalments, with what became of each; () before it is signed."""
    return instalments.parts_of(situation.events)


def part_of(situation: Situation, number: object) -> Part | None:
    return next((one for one in parts_of(situation) if one.number == number), None)


def invoice_of(situation: Situation, number: object) -> Invoice | None:
    """The invoice of that number, if it stands."""
    return next((one for one in instalments.invoices_of(parts_of(situation)) if one.number == number), None)


def payment_of(situation: Situation, number: object) -> Payment | None:
    return next((one for one in instalments.payments_of(parts_of(situation)) if one.number == number), None)


def overdue_invoices(situation: Situation, at: datetime) -> list[tuple[Invoice, date]]:
    """The invoices of which something is owed although it had to be paid by now, with the last day of each; those that
    were due first first."""
    if situation.is_over:
        return []
    found = []
    for one in instalments.invoices_of(parts_of(situation)):
        run = situation.run("contract_payment", one.number)
        if one.owed and run is not None and run.overdue(at) and run.due is not None:
            found.append((one, run.due))
    return sorted(found, key=lambda pair: pair[1])


def overdue_payment(situation: Situation, at: datetime) -> Decimal | None:
    """What the owner owes although it had to be paid by now, in yuan; None where nothing is overdue."""
    found = overdue_invoices(situation, at)
    return sum((one.owed for one, _due in found), Decimal("0.00")) if found else None


def is_last_acceptance(situation: Situation, part: object) -> bool:
    """Whether everything is accepted with that instalment."""
    return _is_last(situation, {"part": part})


def paid_up_by(situation: Situation, payment: object) -> Invoice | None:
    """The invoice of that payment, where it counts as paid in full; else None."""
    found = payment_of(situation, payment)
    one = invoice_of(situation, found.invoice) if found is not None else None
    return one if one is not None and not one.owed else None


def is_settled(situation: Situation) -> bool:
    """Whether everything is accepted, invoiced and paid."""
    found = parts_of(situation)
    return bool(found) and all(one.is_settled for one in found)


def not_filed(situation: Situation) -> list[Event]:
    """The signing and the amendments that are not filed yet, nor exempt."""
    settles = (FILED, EXEMPTS) if is_secret(situation) else (FILED,)
    last = max((one.number for one in situation.events if one.step in settles), default=0)
    return [one for one in situation.events if one.step in (*SIGNS, *AMENDS) and one.number > last]


def _last_of(situation: Situation, steps: tuple[str, ...]) -> Event | None:
    return next((one for one in reversed(situation.events) if one.step in steps), None)


def is_secret(situation: Situation) -> bool:
    """Whether the law keeps it secret, as both said and neither took back, so that it is neither filed nor
    published."""
    last = _last_of(situation, (EXEMPTS, *LIFTS))
    return last is not None and last.step == EXEMPTS


def secrecy_proposed(situation: Situation) -> Event | None:
    """Where one party said that the law keeps it secret, and the other has not answered: that event. Whoever files it
    has answered."""
    last = _last_of(situation, ("contract_propose_exempt", "contract_decline_exempt", EXEMPTS, FILED))
    return last if last is not None and last.step == "contract_propose_exempt" else None


def filing_proposed(situation: Situation) -> Event | None:
    """Where one party proposed to file it, and the other has not answered: that event."""
    last = _last_of(situation, ("contract_propose_filing", "contract_decline_filing", AGREES_TO_FILE, EXEMPTS))
    return last if last is not None and last.step == "contract_propose_filing" else None


def proposed(situation: Situation, step: str) -> Label | None:
    """What the step answers, in words; None of a step that answers nothing."""
    if step in (EXEMPTS, "contract_decline_exempt") and (said := secrecy_proposed(situation)) is not None:
        side, ground = contract.roles[said.role].label, str(said.values["secret_ground"])
        return Label(f"{side.zh}提出的依据：{ground}", f"{side.en} named: {ground}")
    if step in (AGREES_TO_FILE, "contract_decline_filing") and (said := filing_proposed(situation)) is not None:
        side, day = contract.roles[said.role].label, said.values["file_by"]
        return Label(f"{side.zh}提出在{day}前备案", f"{side.en} proposed to file it by {day}")
    return None


def agreed_to_file(situation: Situation) -> bool:
    """Whether the two agreed to file a contract that need not be filed."""
    return bool(situation.taken(AGREES_TO_FILE))


def must_be_filed(situation: Situation) -> bool:
    """Whether something of it has to be filed now: by the document, or because the two agreed on it."""
    due = is_public(situation) or agreed_to_file(situation)
    return due and not is_secret(situation) and bool(not_filed(situation))


def is_for_the_other(situation: Situation, step: Step, role: Role, values: Mapping[str, object]) -> Obstacle | None:
    """Why this party does not take the step and the other one does: nobody agrees with himself, and whoever gains by
    another sum does not record it. `values`: what is given for the step, as far as it is known."""
    proposed = {EXEMPTS: secrecy_proposed, AGREES_TO_FILE: filing_proposed}.get(step.key)
    if proposed is not None:
        said = proposed(situation)
        if said is not None and said.role == role.key:
            told = Label(
                "由对方答复，提出的一方不能自己同意", "the other party answers it, not the one that proposed it"
            )
            return Obstacle(told, contract.cite(step.clause))
        return None
    now, amount = amount_of(situation), values.get("amount")
    if step.key not in AMENDS or now is None or not isinstance(amount, Decimal):
        return None
    if amount > now and role != owner:
        told = Label("提高合同金额的变更由项目业主记录", "an amendment that raises the sum is recorded by the owner")
        return Obstacle(told, contract.cite("第三十二条第（二）项"))
    if amount < now and role != agency:
        told = Label("降低合同金额的变更由中介机构记录", "an amendment that lowers the sum is recorded by the agency")
        return Obstacle(told, OUR_RULE)
    return None


ABOUT = {
    "contract_deliver": "part",
    "contract_accept": "part",
    "contract_refuse": "part",
    "contract_invoice": "part",
    "contract_return_invoice": "invoice_number",
    "contract_pay": "invoice_number",
    "contract_confirm": "payment_number",
    "contract_dispute": "payment_number",
}
"""The steps that are about one of several things, with the field that says which."""


def targets(situation: Situation, step: str) -> list[tuple[int | str, Label]]:
    """What a step of ABOUT may be about as the contract stands, each with its name."""
    found = parts_of(situation)
    invoices, payments = instalments.invoices_of(found), instalments.payments_of(found)
    if step == "contract_deliver":
        return [_named(one) for one in found if _is_to_be_delivered(one)]
    if step in ("contract_accept", "contract_refuse"):
        return [_named(one) for one in found if one.standing == DELIVERED]
    if step == "contract_invoice":
        return [_named(one) for one in found if _may_be_invoiced(one, found)]
    if step == "contract_return_invoice":
        return [_numbered(one) for one in invoices if not one.paid]
    if step == "contract_pay":
        return [_numbered(one) for one in invoices if one.owed]
    return [_recorded(one) for one in payments if one.standing == RECORDED]


def _named(one: Part) -> tuple[int, Label]:
    return one.number, Label(f"第{one.number}期 {one.title}", f"{one.number}. {one.title}")


def _numbered(one: Invoice) -> tuple[str, Label]:
    return one.number, Label(f"发票{one.number}，尚欠{one.owed:,.2f}元", f"invoice {one.number}, {one.owed:,.2f} owed")


def _recorded(one: Payment) -> tuple[int, Label]:
    return one.number, Label(
        f"{one.on}付款{one.amount:,.2f}元（发票{one.invoice}）",
        f"{one.amount:,.2f} yuan paid on {one.on} (invoice {one.invoice})",
    )


def suggested(situation: Situation, step: str, today: date, about: object = None) -> dict[str, object]:
    """What may stand in the form of a step before anything is typed: what follows from what was agreed. `about`: which
    thing a step of ABOUT is about."""
    values = situation.values
    if step in SIGNS:
        return {"amount": values.get("award"), "signed_on": today}
    if step in AMENDS:
        terms = terms_of(situation)
        assert terms is not None
        found = parts_of(situation)
        fixed = len(found) > 1 or any(one.begun for one in found)
        several = instalments.text_of(instalments.lines_of_parts(found)) if fixed else None
        return {
            "amount": terms.values["amount"], "deliver_by": terms.values["deliver_by"], "amended_on": today,
            "schedule": several,
        }  # fmt: skip
    if step == "contract_invoice":
        agreed, part = values["payment_days"], part_of(situation, about)
        assert isinstance(agreed, int)
        asked = part.to_invoice if part is not None else None
        return {"invoiced": asked, "invoiced_on": today, "pay_by": today + timedelta(days=agreed), "last": False}
    if step == "contract_pay":
        invoice = invoice_of(situation, about)
        return {"payment": invoice.owed if invoice is not None else None, "paid_on": today}
    if step == EXEMPTS and (said := secrecy_proposed(situation)) is not None:
        return {"secret_ground": said.values["secret_ground"]}
    if step == AGREES_TO_FILE and (said := filing_proposed(situation)) is not None:
        return {"file_by": said.values["file_by"]}
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


def _on_the_day_proposed(situation: Situation, values: dict[str, object]) -> bool:
    said = filing_proposed(situation)
    return said is None or values["file_by"] == said.values["file_by"]


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


def _is_to_be_delivered(part: Part) -> bool:
    return part.is_delivered and part.standing == instalments.AHEAD


def _may_be_invoiced(part: Part, parts: tuple[Part, ...]) -> bool:
    if not part.to_invoice:
        return False
    if part.condition == instalments.ADVANCE:
        return True
    waits_for = [part] if part.is_delivered else [one for one in parts if one.is_delivered]
    return all(one.standing == instalments.ACCEPTED for one in waits_for)


def _part_given(test: Callable[[Part, tuple[Part, ...]], bool]) -> Test:
    """A test of the instalment that is given, among all of them."""

    def holds(situation: Situation, values: dict[str, object]) -> bool:
        number, found = values["part"], parts_of(situation)
        part = next((one for one in found if one.number == number), None)
        return part is not None and test(part, found)

    return holds


def _invoice_given(test: Callable[[Invoice, dict[str, object]], bool]) -> Test:
    """A test of the invoice that is given, among those that stand."""

    def holds(situation: Situation, values: dict[str, object]) -> bool:
        found = invoice_of(situation, values["invoice_number"])
        return found is not None and test(found, values)

    return holds


def _not_begun(situation: Situation, values: dict[str, object]) -> bool:
    found = part_of(situation, values["part"])
    if found is None or not found.begun:
        return True
    # Agreed on anew as it is, of a contract from before there were instalments of which something was paid.
    agreed = tuple(values.get(key) for key in ("part_title", "part_amount", "deliver_by"))
    return found.standing == instalments.AHEAD and agreed == (found.title, found.amount, found.deliver_by)


def _within_part(situation: Situation, values: dict[str, object]) -> bool:
    asked, part = values["invoiced"], part_of(situation, values["part"])
    assert isinstance(asked, Decimal)
    return part is not None and 0 < asked <= part.to_invoice


def _is_last(situation: Situation, values: dict[str, object]) -> bool:
    others = (one for one in parts_of(situation) if one.is_delivered and one.number != values["part"])
    return all(one.standing == instalments.ACCEPTED for one in others)


def _less_than_rest(invoice: Invoice, values: dict[str, object]) -> bool:
    payment = values["payment"]
    assert isinstance(payment, Decimal)
    return 0 < payment < invoice.owed


def _is_recorded(situation: Situation, values: dict[str, object]) -> bool:
    found = payment_of(situation, values["payment_number"])
    return found is not None and found.standing == RECORDED


def _reopens(situation: Situation, values: dict[str, object]) -> bool:
    """Whether the invoice of the payment counts as paid, so that its day to pay counts again without the payment."""
    return paid_up_by(situation, values["payment_number"]) is not None


def _answered(situation: Situation, values: dict[str, object]) -> bool:
    waiting = any(one.standing == RECORDED for one in instalments.payments_of(parts_of(situation)))
    return not waiting or bool(values["unconfirmed"])


def _nothing_open(situation: Situation, values: dict[str, object]) -> bool:
    return not any(
        one.owed or one.standing == DELIVERED or (one.standing == instalments.ACCEPTED and one.to_invoice)
        for one in parts_of(situation)
    )


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
    Label("双方未确认该合同依法保密", "the two did not both say that the law keeps this contract secret"),
    "第二十五条第二款", lambda situation, values: not is_secret(situation),
)  # fmt: skip
IS_SECRET = Condition(
    Label("双方已确认该合同依法保密", "both said that the law keeps this contract secret"), "第二十五条第二款",
    lambda situation, values: is_secret(situation),
)  # fmt: skip
SECRECY_PROPOSED = Condition(
    Label("一方已提出依法保密，尚待答复", "one party said that the law keeps it secret, and waits for an answer"),
    "第二十五条第二款", lambda situation, values: secrecy_proposed(situation) is not None,
)  # fmt: skip
NO_SECRECY_PROPOSED = Condition(
    Label("没有待答复的依法保密提议", "nobody waits for an answer on keeping it secret"), "第二十五条第二款",
    lambda situation, values: secrecy_proposed(situation) is None,
)  # fmt: skip
FILING_PROPOSED = Condition(
    Label("一方已提出备案，尚待答复", "one party proposed to file it, and waits for an answer"), "第二十五条第二款",
    lambda situation, values: filing_proposed(situation) is not None,
)  # fmt: skip
NO_FILING_PROPOSED = Condition(
    Label("没有待答复的备案提议", "nobody waits for an answer on filing it"), "第二十五条第二款",
    lambda situation, values: filing_proposed(situation) is None,
)  # fmt: skip
ON_THE_DAY_PROPOSED = Condition(
    Label("备案日期与提议一致；另定日期的，由本方另行提出",
          "the day is the one that was proposed; whoever wants another declines, and proposes it"),
    "第二十五条第二款", _on_the_day_proposed,
)  # fmt: skip
TO_BE_FILED = Condition(
    Label("使用社会性资金的，双方已约定备案", "of private funds, the two agreed to file it"), "第二十五条第二款",
    lambda situation, values: is_public(situation) or agreed_to_file(situation),
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
    """Conditions that make a step none of this contract as it stands: they never hold again, or the step answers what
    nobody proposed, proposes again what waits for an answer, or lifts what does not stand."""
    found = [OF_PRIVATE_FUNDS if is_public(situation) else OF_PUBLIC_FUNDS]
    found += [NOT_SECRET] if is_secret(situation) else [IS_SECRET]
    found += [SECRECY_PROPOSED] if secrecy_proposed(situation) is None else [NO_SECRECY_PROPOSED]
    found += [FILING_PROPOSED] if filing_proposed(situation) is None else [NO_FILING_PROPOSED]
    # What was accepted as a whole is not amended any more: nothing new comes to be filed.
    accepted_once = situation.state in (accepted, paid, archived)
    found += [SOMETHING_TO_FILE] if accepted_once and not not_filed(situation) else []
    return found


PAID_AS_AGREED = Condition(
    Label("付款期限不短于合同约定", "the time to pay is no shorter than agreed"), OUR_RULE, _as_agreed
)
NOT_BEGUN = Condition(
    Label("该期尚未开始履行或者结算", "the instalment has not begun to be performed or settled"), OUR_RULE, _not_begun
)
TO_BE_DELIVERED = Condition(
    Label("该期尚待交付", "the instalment is to be delivered"), "第二十七条",
    _part_given(lambda part, parts: _is_to_be_delivered(part)),
)  # fmt: skip
IS_DELIVERED = Condition(
    Label("该期已经交付，尚待验收", "the instalment is delivered and waits to be accepted"), OUR_RULE,
    _part_given(lambda part, parts: part.standing == DELIVERED),
)  # fmt: skip
IS_LAST = Condition(Label("其他各期均已验收", "all others are accepted"), OUR_RULE, _is_last)
OTHERS_REMAIN = Condition(
    Label("还有其他待验收的分期", "others remain to be accepted"), OUR_RULE,
    lambda situation, values: not _is_last(situation, values),
)  # fmt: skip
MAY_BE_INVOICED = Condition(
    Label("该期已经具备约定的付款条件，且尚未开票完毕",
          "what the instalment waits for has come, and it is not all invoiced"),
    OUR_RULE, _part_given(_may_be_invoiced),
)  # fmt: skip
WITHIN_PART = Condition(
    Label("发票金额大于零，且各张发票合计不高于该期金额",
          "the invoice is of more than nothing, and all of them are of no more than the instalment"),
    "第三十二条第（二）项", _within_part,
)  # fmt: skip
NEW_NUMBER = Condition(
    Label("该发票号码尚未使用", "the number of the invoice is not in use"), OUR_RULE,
    lambda situation, values: invoice_of(situation, values["invoice_number"]) is None,
)  # fmt: skip
INVOICE_STANDS = Condition(
    Label("该发票已经开具，未被退回", "the invoice was made and not returned"), OUR_RULE,
    _invoice_given(lambda invoice, values: True),
)  # fmt: skip
LESS_THAN_REST = Condition(
    Label("金额大于零，并且少于该发票尚欠金额", "it is more than nothing, and less than what is owed of the invoice"),
    OUR_RULE, _invoice_given(_less_than_rest),
)  # fmt: skip
IS_REST = Condition(
    Label("金额等于该发票尚欠金额", "it is all that is owed of the invoice"), OUR_RULE,
    _invoice_given(lambda invoice, values: values["payment"] == invoice.owed),
)  # fmt: skip
NOTHING_PAID = Condition(
    Label("该发票尚未付款", "nothing was paid of the invoice"), OUR_RULE,
    _invoice_given(lambda invoice, values: not invoice.paid),
)  # fmt: skip
IS_RECORDED = Condition(Label("该笔付款尚待确认", "the payment waits for an answer"), OUR_RULE, _is_recorded)
REOPENS = Condition(Label("该发票此前记为付清", "its invoice counted as paid"), OUR_RULE, _reopens)
AS_INVOICED = Condition(
    Label("开票日期和付款期限与该发票一致", "the days are those of the invoice"), OUR_RULE,
    _invoice_given(lambda invoice, values: (values["invoiced_on"], values["pay_by"]) == (invoice.on, invoice.pay_by)),
)  # fmt: skip
STAYS_OPEN = Condition(
    Label("该发票此前未记为付清", "its invoice did not count as paid"), OUR_RULE,
    lambda situation, values: not _reopens(situation, values),
)  # fmt: skip
IS_SETTLED = Condition(
    Label("各期均已验收、开票并付清", "every instalment is accepted, invoiced and paid"), OUR_RULE,
    lambda situation, values: is_settled(situation),
)  # fmt: skip
NOT_SETTLED = Condition(
    Label("有尚未付清的分期", "an instalment is not paid"), OUR_RULE,
    lambda situation, values: not is_settled(situation),
)  # fmt: skip
NOTHING_OPEN = Condition(
    Label("已交付的均已验收，已验收的均已开票，已开票的均已付清",
          "what was delivered is accepted, what was accepted is invoiced, and what was invoiced is paid"),
    "第四十条第（六）项", _nothing_open,
)  # fmt: skip
NOTHING_ACCEPTED = Condition(
    Label("尚未验收任何一期；此后由项目业主终止合同，已经验收的照付",
          "no instalment was accepted; from then on the owner ends the contract, and what was accepted is paid"),
    OUR_RULE,
    lambda situation, values: not any(one.standing == instalments.ACCEPTED for one in parts_of(situation)),
)  # fmt: skip
ANSWERED = Condition(
    Label("每笔付款均经中介机构确认，或者已写明如何核实",
          "every payment is confirmed by the agency, or it is said how it was verified"),
    OUR_RULE, _answered,
)  # fmt: skip


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
    at=[performing], to=annulled, sign_off=SignOff((section_head,), OUR_RULE), when=[NOTHING_ACCEPTED],
    asks=[
        Field("conflict", Label("事由", "Ground"), Kind.CHOICE, "第二十二条", options=CONFLICTS),
        Field("findings", Label("查明的事实和证据", "What was found, and on what evidence"), Kind.TEXT, longest=5000),
        _reason(),
    ],
)  # fmt: skip

# Filing

propose_exempt = contract.step(
    "contract_propose_exempt", "第二十五条第二款", zh="提出依法保密，不备案公示", en="Say that the law keeps it secret",
    by=[owner, agency], at=[performing, accepted, paid], when=[SOMETHING_TO_FILE, NO_SECRECY_PROPOSED],
    asks=[_secret_ground],
    help_zh="对方也确认后才算数；在此之前备案期限照常计算。",
    help_en="It counts once the other party says so too; until then the time to file runs.",
)  # fmt: skip

exempt = contract.step(
    "contract_exempt", "第二十五条第二款", zh="确认依法保密，不备案公示", en="Confirm that the law keeps it secret",
    by=[owner, agency], at=[performing, accepted, paid], when=[SOMETHING_TO_FILE, SECRECY_PROPOSED],
    asks=[_secret_ground],
)  # fmt: skip

decline_exempt = contract.step(
    "contract_decline_exempt", "第二十五条第二款",
    zh="不按依法保密处理", en="Do not keep it secret",
    by=[owner, agency], at=[performing, accepted, paid], when=[SECRECY_PROPOSED], asks=[_reason()],
    help_zh="不同意对方的提议，或者撤回本方的提议。",
    help_en="Decline what the other party said, or take back your own.",
)  # fmt: skip

lift_exempt = contract.step(
    "contract_lift_exempt", "第二十五条第二款", zh="不再依法保密，恢复备案公示", en="Keep it secret no more",
    by=[owner, agency], at=[performing, accepted, paid], when=[OF_PUBLIC_FUNDS, IS_SECRET], asks=[_reason()],
    help_zh="任何一方都可以办理，备案期限自当日重新计算。",
    help_en="Either party may do so; the time to file begins anew on that day.",
)  # fmt: skip

lift_exempt_private = contract.step(
    "contract_lift_exempt_private", "第二十五条第二款", zh="不再依法保密（社会性资金）",
    en="Keep it secret no more (private funds)", by=[owner, agency], at=[performing, accepted, paid],
    when=[OF_PRIVATE_FUNDS, IS_SECRET], asks=[_reason()],
)  # fmt: skip

propose_filing = contract.step(
    "contract_propose_filing", "第二十五条第二款", zh="提出备案", en="Propose to file it", by=[owner, agency],
    at=[performing, accepted, paid], when=[OF_PRIVATE_FUNDS, SOMETHING_TO_FILE, NOT_SECRET, NO_FILING_PROPOSED],
    asks=[_file_by],
    help_zh="对方同意后才算约定。", help_en="It is agreed on once the other party agrees.",
)  # fmt: skip

agree_filing = contract.step(
    "contract_agree_filing", "第二十五条第二款", zh="约定备案", en="Agree to file it", by=[owner, agency],
    at=[performing, accepted, paid],
    when=[OF_PRIVATE_FUNDS, SOMETHING_TO_FILE, NOT_SECRET, FILING_PROPOSED, ON_THE_DAY_PROPOSED], asks=[_file_by],
)  # fmt: skip

decline_filing = contract.step(
    "contract_decline_filing", "第二十五条第二款",
    zh="不约定备案", en="Do not agree to file it",
    by=[owner, agency], at=[performing, accepted, paid], when=[OF_PRIVATE_FUNDS, FILING_PROPOSED], asks=[_reason()],
    help_zh="不同意对方的提议，或者撤回本方的提议。",
    help_en="Decline what the other party proposed, or take back your own.",
)  # fmt: skip

file = contract.step(
    "contract_file", "第二十五条第二款", zh="备案并公示", en="File and publish", by=[agency],
    at=[performing, accepted, paid], publishes=True,
    when=[SOMETHING_TO_FILE, NOT_SECRET, TO_BE_FILED, NAMES_NOBODY],
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
    at=[performing, accepted, paid, archived], asks=[_reason()],
)  # fmt: skip

# Performance

amend = contract.step(
    "contract_amend", "第二十五条第二款", zh="变更合同", en="Amend the contract", by=[owner, agency], at=[performing],
    asks=_amendment, on="amended_on", when=[OF_PUBLIC_FUNDS, NOTHING_UNFILED, _delivery_after("amended_on")],
    help_zh="提高金额的由项目业主记录，降低金额的由中介机构记录。",
    help_en="The owner records one that raises the sum, the agency one that lowers it.",
)  # fmt: skip

amend_private = contract.step(
    "contract_amend_private", "第二十五条第二款", zh="变更合同（社会性资金）", en="Amend the contract (private funds)",
    by=[owner, agency], at=[performing], asks=_amendment, on="amended_on",
    when=[OF_PRIVATE_FUNDS, NOTHING_UNFILED, _delivery_after("amended_on")],
    help_zh="提高金额的由项目业主记录，降低金额的由中介机构记录。",
    help_en="The owner records one that raises the sum, the agency one that lowers it.",
)  # fmt: skip

# The instalments that were agreed on: each a step of its own, taken with the signing or the amendment

_part = Field("part", Label("期次", "Instalment"), Kind.NUMBER)
_agreed = (
    _part,
    Field("agreed_on", Label("约定日期", "Agreed on"), Kind.DATE, past=True),
    Field("part_title", Label("名称", "Name"), longest=instalments.LONGEST_TITLE),
    Field("part_amount", Label("本期金额（元）", "Sum of the instalment (yuan)"), Kind.MONEY),
)

agree_delivery = contract.step(
    "contract_agree_delivery", OUR_RULE, zh="约定分期（交付并验收后付款）", en="Agree on an instalment to be delivered",
    by=[owner, agency, platform], at=[performing], on="agreed_on", when=[NOT_BEGUN, _delivery_after("agreed_on")],
    asks=[*_agreed, Field("deliver_by", Label("约定的完成日期", "To be delivered by"), Kind.DATE, "第二十七条")],
)  # fmt: skip

agree_sum = contract.step(
    "contract_agree_sum", OUR_RULE, zh="约定分期（预付或者全部验收后付款）",
    en="Agree on an instalment without a delivery", by=[owner, agency], at=[performing], on="agreed_on",
    when=[NOT_BEGUN],
    asks=[*_agreed, Field("part_condition", Label("付款条件", "What it waits for"), Kind.CHOICE,
                          options=tuple(one for one in instalments.CONDITIONS if one.key != instalments.DELIVERY))],
)  # fmt: skip

drop_part = contract.step(
    "contract_drop_part", OUR_RULE, zh="取消分期", en="Give an instalment up", by=[owner, agency], at=[performing],
    when=[NOT_BEGUN], asks=[_part],
)  # fmt: skip

deliver = contract.step(
    "contract_deliver", "第二十七条", zh="交付成果", en="Deliver", by=[agency], at=[performing],
    when=[TO_BE_DELIVERED],
    asks=[
        _part,
        Field("delivery", Label("交付的成果", "What is delivered"), Kind.TEXT, longest=2000),
        Field("delivery_files", Label("成果文件", "Papers"), Kind.FILES, required=False, longest=10),
    ],
)  # fmt: skip

_acceptance = (
    _part,
    Field("acceptance", Label("验收意见", "What was found"), Kind.TEXT, required=False, longest=2000),
    Field("acceptance_files", Label("验收材料", "Papers of the acceptance"), Kind.FILES, required=False, longest=5),
)

accept_part = contract.step(
    "contract_accept_part", OUR_RULE, zh="本期验收通过", en="Accept an instalment", by=[owner], at=[performing],
    when=[IS_DELIVERED, OTHERS_REMAIN], asks=_acceptance,
)  # fmt: skip

accept = contract.step(
    "contract_accept", OUR_RULE, zh="验收通过", en="Accept", by=[owner], at=[performing], to=accepted,
    when=[IS_DELIVERED, IS_LAST], asks=_acceptance,
)  # fmt: skip

refuse = contract.step(
    "contract_refuse", OUR_RULE, zh="验收不通过", en="Refuse what was delivered", by=[owner], at=[performing],
    when=[IS_DELIVERED],
    asks=[
        _part,
        _reason("不符合约定之处", "What is not as agreed"),
        Field("deliver_by", Label("重新交付日期", "To be delivered anew by"), Kind.DATE, future=True),
    ],
)  # fmt: skip

# Payment

_invoice_number = Field("invoice_number", Label("发票号码", "Number of the invoice"), longest=40)
_invoiced_on = Field("invoiced_on", Label("开票日期", "Date of the invoice"), Kind.DATE, past=True)
_pay_by = Field("pay_by", Label("付款期限", "To be paid by"), Kind.DATE)

invoice = contract.step(
    "contract_invoice", OUR_RULE, zh="开具发票并提出结算", en="Invoice", by=[agency], at=[performing, accepted],
    on="invoiced_on", when=[MAY_BE_INVOICED, PAID_AS_AGREED, WITHIN_PART, NEW_NUMBER],
    asks=[
        _part,
        _invoiced_on,
        _invoice_number,
        Field("invoiced", Label("发票金额（元）", "Sum of the invoice (yuan)"), Kind.MONEY),
        Field("last", Label("本期不再另行开票", "Nothing more is invoiced of this instalment"), Kind.FLAG,
              required=False,
              help=Label("最终结算低于本期金额的，选“是”", "yes where it is settled for less than was agreed")),
        _pay_by,
        Field("invoice_files", Label("发票", "The invoice"), Kind.FILES, longest=5),
    ],
)  # fmt: skip

return_invoice = contract.step(
    "contract_return_invoice", OUR_RULE, zh="退回发票", en="Return the invoice", by=[owner], at=[performing, accepted],
    asks=[_invoice_number, _reason("发票有误之处", "What is wrong with the invoice")],
    when=[INVOICE_STANDS, NOTHING_PAID],
)  # fmt: skip

_payment_number = Field("payment_number", Label("付款序号", "Number of the payment"), Kind.NUMBER)
_payment = (
    _invoice_number,
    _payment_number,
    Field("paid_on", Label("付款日期", "Paid on"), Kind.DATE, past=True),
    Field("payment", Label("付款金额（元）", "Sum paid (yuan)"), Kind.MONEY),
    Field("payment_files", Label("付款凭证", "Proof of the payment"), Kind.FILES, required=False, longest=5),
)

pay = contract.step(
    "contract_pay", OUR_RULE, zh="付款", en="Pay", by=[owner], at=[performing, accepted], asks=_payment, on="paid_on",
    when=[INVOICE_STANDS, LESS_THAN_REST],
)  # fmt: skip

pay_rest = contract.step(
    "contract_pay_rest", OUR_RULE, zh="付清发票", en="Pay all that is owed of an invoice", by=[owner],
    at=[performing, accepted], asks=_payment, on="paid_on", when=[INVOICE_STANDS, IS_REST],
)  # fmt: skip

confirm = contract.step(
    "contract_confirm", OUR_RULE, zh="确认收款", en="Confirm the payment", by=[agency], at=[performing, accepted, paid],
    asks=[_payment_number], when=[IS_RECORDED],
)  # fmt: skip

dispute = contract.step(
    "contract_dispute", OUR_RULE, zh="对付款提出异议", en="Dispute the payment", by=[agency],
    at=[performing, accepted, paid],
    asks=[_payment_number, _reason("未收到，或者与记录不符之处", "Not received, or not as it was recorded")],
    when=[IS_RECORDED, STAYS_OPEN],
)  # fmt: skip

dispute_reopens = contract.step(
    "contract_dispute_reopens", OUR_RULE, zh="对付款提出异议，发票恢复为未付清",
    en="Dispute the payment, so that its invoice is not paid", by=[agency], at=[performing, accepted, paid],
    asks=[_payment_number, _reason("未收到，或者与记录不符之处", "Not received, or not as it was recorded"),
          _invoice_number, _invoiced_on, _pay_by],
    when=[IS_RECORDED, REOPENS, AS_INVOICED],
)  # fmt: skip

settle = contract.step(
    "contract_settle", OUR_RULE, zh="全部结清", en="All is settled", by=[owner, agency, platform], at=[accepted],
    to=paid, when=[IS_SETTLED],
)  # fmt: skip

unsettle = contract.step(
    "contract_unsettle", OUR_RULE, zh="恢复为未结清", en="It is not settled any more", by=[agency], at=[paid],
    to=accepted, when=[NOT_SETTLED],
)  # fmt: skip

end = contract.step(
    "contract_end", OUR_RULE, zh="终止合同", en="End the contract", by=[owner, agency], at=[performing], to=ended,
    asks=_ending, when=[NOTHING_OPEN],
)  # fmt: skip

archive = contract.step(
    "contract_archive", "第三十条", zh="归档", en="Put it into the archive", by=[clerk], at=[paid], to=archived,
    when=[NOTHING_UNFILED, ANSWERED],
    asks=[Field("unconfirmed", Label("中介机构未确认的付款如何核实",
                                     "How payments that the agency did not confirm were verified"),
                Kind.TEXT, required=False, longest=1000,
                help=Label("沉默不视为确认；仍有未确认付款的，必须填写",
                           "silence confirms nothing: needed where a payment is not confirmed"))],
)  # fmt: skip

# What follows from another step by itself, and is offered to nobody. The platform takes them in contracts from before
# there were instalments (actions.carry_over).
FOLLOWS = frozenset({*instalments.AGREES, settle.key, unsettle.key})

VARIANTS = {accept_part.key: accept.key, pay_rest.key: pay.key, dispute_reopens.key: dispute.key}
"""Steps that another one turns into by what it is about: they share its form."""

# Clocks. Parties are told a working day before, and when it is over.

signing = contract.clock(
    "contract_signing", working_days(5), "第二十五条第一款", zh="签订合同", en="sign the contract", starts=[begin],
    ends=[sign, sign_private, abandon, decline], opens=[lapse], tells=[owner, agency, clerk],
)  # fmt: skip

filing = contract.clock(
    "contract_filing", working_days(3), "第二十五条第二款", zh="合同备案并公示", en="file and publish the contract",
    starts=[sign, amend, lift_exempt], ends=[file, exempt], tells=[agency, clerk],
)  # fmt: skip

agreed_filing = contract.clock(
    "contract_agreed_filing", until("file_by"), "第二十五条第二款", zh="按约定备案", en="file it as agreed",
    starts=[agree_filing], ends=[file, exempt], tells=[agency, clerk],
)  # fmt: skip

delivery = contract.clock(
    "contract_delivery", until("deliver_by"), "第二十七条", zh="按约定完成服务", en="deliver as agreed",
    starts=[agree_delivery, refuse], ends=[deliver, agree_sum, drop_part], tells=[agency], each="part",
)  # fmt: skip

acceptance = contract.clock(
    "contract_acceptance", working_days(10), OUR_RULE, zh="验收", en="accept or refuse what was delivered",
    starts=[deliver], ends=[accept_part, accept, refuse], tells=[owner], each="part",
)  # fmt: skip

payment = contract.clock(
    "contract_payment", until("pay_by"), "第四十条第（六）项", zh="付款", en="pay", starts=[invoice, dispute_reopens],
    since="invoiced_on",
    ends=[pay_rest, return_invoice], closes=[return_invoice], tells=[owner, agency, clerk], each="invoice_number",
)  # fmt: skip

confirmation = contract.clock(
    "contract_confirmation", working_days(10), OUR_RULE, zh="确认收款或者提出异议", en="confirm or dispute the payment",
    starts=[pay, pay_rest], ends=[confirm, dispute, dispute_reopens], tells=[agency], each="payment_number",
)  # fmt: skip

contract.ready()

OWN_STEPS = frozenset(
    step.key
    for step in contract.steps.values()
    if step in (begin, annul) or all(role.kind == "party" for role in step.by)
)
"""What actions.py takes and no page for cases in general: the parties have pages of their own."""
