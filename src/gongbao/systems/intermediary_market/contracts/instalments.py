"""The instalments of a contract: what is agreed, delivered, accepted, invoiced and paid of each, told by its events.

A contract has one instalment or several. Each is agreed with its sum and with what it waits for: nothing (paid in
advance), a delivery that is accepted, or the acceptance of everything (retention). An invoice is of one instalment, a
payment of one invoice. A payment that the owner recorded counts until the agency disputes it, and is confirmed by the
agency alone: silence confirms nothing.

    parts_of(situation.events)          the instalments in order, each with its invoices, these with their payments
    planned(text, amount, …)            what two parties agree on at the signing, or by an amendment

Sums are in yuan. Nothing here reads or writes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from gongbao.core.labels import Label
from gongbao.procedures import Event, Option, Problem
from gongbao.procedures.fields import Value

CENT = Decimal("0.01")
MOST = 12
"""So many instalments a contract may have."""
LONGEST_TITLE = 60
WHOLE = "全部服务"
"""What a single instalment of everything is called."""

ADVANCE, DELIVERY, RETENTION = "advance", "delivery", "retention"
CONDITIONS = (
    Option(ADVANCE, Label("预付", "in advance")),
    Option(DELIVERY, Label("交付并验收后", "when it is delivered and accepted")),
    Option(RETENTION, Label("全部验收后", "when everything is accepted")),
)
CONDITION = {one.key: one.label for one in CONDITIONS}

RECORDED, CONFIRMED, DISPUTED = "recorded", "confirmed", "disputed"
AHEAD, DELIVERED, ACCEPTED = "ahead", "delivered", "accepted"

# The keys of the steps (procedure.py), which these events are of.
AGREES = frozenset({"contract_agree_delivery", "contract_agree_sum", "contract_drop_part"})
_SIGNS = frozenset({"contract_sign", "contract_sign_private"})
_AMENDS = frozenset({"contract_amend", "contract_amend_private"})
_ACCEPTS = frozenset({"contract_accept_part", "contract_accept"})
_PAYS = frozenset({"contract_pay", "contract_pay_rest"})
_DISPUTES = frozenset({"contract_dispute", "contract_dispute_reopens"})


# --- what was agreed and what became of it


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the owner recorded it, the `number`-th of the contract. `standing`: recorded, confirmed or disputed;
    `reason`: what the agency said of it."""

    number: int
    invoice: str
    on: date
    amount: Decimal
    standing: str = RECORDED
    reason: str = ""
    answered_on: date | None = None

    @property
    def counts(self) -> bool:
        return self.standing != DISPUTED

    @property
    def label(self) -> Label:
        return {
            RECORDED: Label("待中介机构确认", "not confirmed by the agency yet"),
            CONFIRMED: Label("中介机构已确认", "confirmed by the agency"),
            DISPUTED: Label("中介机构有异议，不计入已付", "disputed by the agency: does not count as paid"),
        }[self.standing]


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice that stands: it was not returned. `last`: the agency asks for no more of its instalment."""

    number: str
    part: int
    on: date
    amount: Decimal
    pay_by: date
    last: bool = False
    payments: tuple[Payment, ...] = ()

    @property
    def paid(self) -> Decimal:
        return _sum(one.amount for one in self.payments if one.counts)

    @property
    def confirmed(self) -> Decimal:
        return _sum(one.amount for one in self.payments if one.standing == CONFIRMED)

    @property
    def owed(self) -> Decimal:
        return self.amount - self.paid


@dataclass(frozen=True, slots=True)
class Part:
    """An instalment. `deliver_by`: of one that is delivered the day agreed for it now, None for the others."""

    number: int
    title: str
    amount: Decimal
    condition: str
    deliver_by: date | None = None
    standing: str = AHEAD
    delivered_on: date | None = None
    accepted_on: date | None = None
    invoices: tuple[Invoice, ...] = ()

    @property
    def is_delivered(self) -> bool:
        """Whether something of it is to be delivered."""
        return self.condition == DELIVERY

    @property
    def agreed(self) -> tuple[str, Decimal, str, date | None]:
        """What the two agreed on for it."""
        return self.title, self.amount, self.condition, self.deliver_by

    @property
    def waits_for(self) -> Label:
        return CONDITION[self.condition]

    @property
    def begun(self) -> bool:
        return self.standing != AHEAD or bool(self.invoices)

    @property
    def invoiced(self) -> Decimal:
        return _sum(one.amount for one in self.invoices)

    @property
    def paid(self) -> Decimal:
        return _sum(one.paid for one in self.invoices)

    @property
    def confirmed(self) -> Decimal:
        return _sum(one.confirmed for one in self.invoices)

    @property
    def owed(self) -> Decimal:
        return _sum(one.owed for one in self.invoices)

    @property
    def to_invoice(self) -> Decimal:
        """What may be invoiced of it yet."""
        closed = any(one.last for one in self.invoices)
        return Decimal("0.00") if closed else self.amount - self.invoiced

    @property
    def is_settled(self) -> bool:
        done = self.standing == ACCEPTED or not self.is_delivered
        return done and not self.to_invoice and not self.owed

    @property
    def label(self) -> Label:
        """How it stands, for a list."""
        if self.is_settled:
            return Label("已结清", "settled")
        if self.owed:
            return Label("待付款", "to be paid")
        if self.standing == DELIVERED:
            return Label("待验收", "to be accepted")
        if self.standing == ACCEPTED:
            return Label("已验收，待开票", "accepted, to be invoiced")
        return Label("待交付", "to be delivered") if self.is_delivered else Label("待开票", "to be invoiced")


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


@dataclass
class _Telling:
    """The instalments while the events are told one after the other."""

    parts: dict[int, Part] = field(default_factory=dict)
    payments: int = 0
    said: bool = False
    """Whether the two said what the instalments are: as long as they did not, there is one of everything."""

    def tell(self, event: Event) -> None:
        step, values = event.step, event.values
        if step in AGREES:
            self._agree(step, values)
        elif step in _SIGNS or (step in _AMENDS and not self.said):
            self._whole(values)
        elif step == "contract_deliver":
            self._change(values["part"], standing=DELIVERED, delivered_on=event.on)
        elif step in _ACCEPTS:
            self._change(values["part"], standing=ACCEPTED, accepted_on=event.on)
        elif step == "contract_refuse":
            self._change(values["part"], standing=AHEAD, delivered_on=None, deliver_by=values["deliver_by"])
        elif step == "contract_invoice":
            self._invoice(event)
        elif step == "contract_return_invoice":
            self._return(values["invoice_number"])
        elif step in _PAYS:
            self._pay(event)
        elif step == "contract_confirm":
            self._answer(event, CONFIRMED)
        elif step in _DISPUTES:
            self._answer(event, DISPUTED)

    def _agree(self, step: str, values: Mapping[str, Value]) -> None:
        number = values["part"]
        assert isinstance(number, int)
        self.said = True
        if step == "contract_drop_part":
            self.parts.pop(number, None)
            return
        condition = values.get("part_condition", DELIVERY)
        day = values.get("deliver_by") if condition == DELIVERY else None
        made = Part(number, str(values["part_title"]), values["part_amount"], str(condition), day)  # type: ignore[arg-type]
        before = self.parts.get(number)
        self.parts[number] = replace(made, invoices=before.invoices) if before is not None else made

    def _whole(self, values: Mapping[str, Value]) -> None:
        """What is signed has one instalment of everything, which the steps that follow by themselves may say anew."""
        whole = self.parts.get(1, Part(1, WHOLE, Decimal("0.00"), DELIVERY))
        self.parts[1] = replace(whole, amount=values["amount"], deliver_by=values["deliver_by"])  # type: ignore[arg-type]

    def _change(self, number: Value, **changed: object) -> None:
        assert isinstance(number, int)
        self.parts[number] = replace(self.parts[number], **changed)  # type: ignore[arg-type]

    def _invoice(self, event: Event) -> None:
        values = event.values
        part = self.parts[values["part"]]  # type: ignore[index]
        made = Invoice(
            str(values["invoice_number"]), part.number, event.on, values["invoiced"], values["pay_by"],  # type: ignore[arg-type]
            values.get("last") is True,
        )  # fmt: skip
        self._change(part.number, invoices=(*part.invoices, made))

    def _return(self, number: Value) -> None:
        for part in self.parts.values():
            kept = tuple(one for one in part.invoices if one.number != number)
            if kept != part.invoices:
                self._change(part.number, invoices=kept)
                return

    def _pay(self, event: Event) -> None:
        values, self.payments = event.values, self.payments + 1
        number = str(values.get("invoice_number", ""))
        made = Payment(self.payments, number, event.on, values["payment"])  # type: ignore[arg-type]
        if not number:
            self._pay_ahead(made)
            return
        for part in self.parts.values():
            invoices = tuple(
                replace(one, payments=(*one.payments, made)) if one.number == made.invoice else one
                for one in part.invoices
            )
            self._change(part.number, invoices=invoices)

    def _pay_ahead(self, made: Payment) -> None:
        """A payment without an invoice, which was possible before contracts had instalments: it is its own."""
        part, number = self.parts[1], f"付款{made.number}（未开票）"
        own = Invoice(number, 1, made.on, made.amount, made.on, payments=(replace(made, invoice=number),))
        self._change(1, invoices=(*part.invoices, own))

    def _answer(self, event: Event, standing: str) -> None:
        number, reason = event.values["payment_number"], str(event.values.get("reason", ""))

        def answered(one: Payment) -> Payment:
            if one.number != number:
                return one
            return replace(one, standing=standing, reason=reason, answered_on=event.on)

        for part in self.parts.values():
            invoices = tuple(replace(one, payments=tuple(map(answered, one.payments))) for one in part.invoices)
            self._change(part.number, invoices=invoices)


def parts_of(events: Iterable[Event]) -> tuple[Part, ...]:
    """The instalments in the order of their numbers, as the events leave them; () before the signing."""
    telling = _Telling()
    for event in events:
        telling.tell(event)
    return tuple(telling.parts[number] for number in sorted(telling.parts))


def invoices_of(parts: Iterable[Part]) -> tuple[Invoice, ...]:
    """The invoices that stand, in the order in which they have to be paid."""
    return tuple(sorted((one for part in parts for one in part.invoices), key=lambda one: (one.pay_by, one.number)))


def payments_of(parts: Iterable[Part]) -> tuple[Payment, ...]:
    """The payments, disputed ones too, in the order in which they were recorded."""
    found = (payment for part in parts for one in part.invoices for payment in one.payments)
    return tuple(sorted(found, key=lambda one: one.number))


# --- what is agreed on


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a schedule as it is typed: a sum in yuan or a share of the contract such as 30%."""

    title: str = ""
    sum: str = ""
    condition: str = ""
    day: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.title or self.sum or self.day)

    @property
    def told(self) -> Label:
        by = CONDITION.get(self.condition, Label(self.condition, self.condition))
        return Label(
            "，".join(one for one in (self.title, self.sum, by.zh, self.day) if one),
            ", ".join(one for one in (self.title, self.sum, by.en, self.day) if one),
        )


def lines_of(text: str) -> list[Line]:
    """The lines of a schedule as it is kept: title | sum | condition | day. An empty one is an instalment given up."""
    return [Line(*[one.strip() for one in (line.split("|") + [""] * 4)[:4]]) for line in text.splitlines()]


def text_of(lines: Sequence[Line]) -> str:
    """The other way; "" where nothing is given. A | of a title parts nothing."""
    kept = list(lines)
    while kept and kept[-1].is_empty:
        kept.pop()
    clean = [[value.replace("|", "／") for value in (one.title, one.sum, one.condition, one.day)] for one in kept]
    return "\n".join("|".join(one) if any(one[:2]) or one[3] else "|" for one in clean)


def told(value: Value) -> Label:
    """A schedule as it is shown."""
    found = [(number, one.told) for number, one in enumerate(lines_of(str(value)), 1) if not one.is_empty]
    return Label(
        "\n".join(f"{number}. {one.zh}" for number, one in found),
        "\n".join(f"{number}. {one.en}" for number, one in found),
    )


def lines_of_parts(parts: Sequence[Part]) -> list[Line]:
    """The schedule as it stands, for the form of an amendment: each instalment in the line of its number."""
    by_number = {one.number: one for one in parts}
    return [
        Line(one.title, str(one.amount), one.condition, str(one.deliver_by or "")) if one is not None else Line()
        for one in (by_number.get(number) for number in range(1, max(by_number, default=0) + 1))
    ]


_SUM = re.compile(r"(?:[0-9]{1,13}|[0-9]{1,3}(?:[,，][0-9]{3}){1,4})(?:\.[0-9]{1,2})?")
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?) ?[%％]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class _Wrong(Exception):
    def __init__(self, zh: str, en: str) -> None:
        self.told = Label(zh, en)
        super().__init__(en)


def planned(
    text: str, amount: Decimal, since: date, deliver_by: date, now: Sequence[Part] = ()
) -> tuple[list[Part], list[Problem]]:
    """The instalments that are agreed on, and what is wrong with the schedule.

    `text`: see lines_of; "" for one instalment of everything, or, in an amendment of a contract with one, for that one
    changed. `amount`, `deliver_by`: those of the contract as it is signed or amended on the day `since`. `now`: the
    instalments as they stand, of an amendment: one that has begun stays as it is.
    """
    lines = lines_of(text)
    if not now:
        lines = [one for one in lines if not one.is_empty]
    if all(one.is_empty for one in lines):
        if len(now) > 1 or (now and now[0].begun):
            return [], [_problem("请填写变更后的各期", "give the instalments as they are from now on")]
        title = now[0].title if now else WHOLE
        return [Part(now[0].number if now else 1, title, amount, DELIVERY, deliver_by)], []
    if len(lines) > MOST:
        return [], [_problem(f"最多分{MOST}期", f"up to {MOST} instalments")]
    found: list[Part] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        if line.is_empty:
            continue
        try:
            found.append(_part(number, line, amount, since, deliver_by))
        except _Wrong as wrong:
            problems.append(_problem(f"第{number}期：{wrong.told.zh}", f"instalment {number}: {wrong.told.en}"))
    if not problems:
        found = _whole(found, lines, amount)
        problems = [_problem(one.zh, one.en) for one in _together(found, amount, now)]
    return found, problems


def _problem(zh: str, en: str) -> Problem:
    return Problem("schedule", Label(zh, en))


def _part(number: int, line: Line, amount: Decimal, since: date, deliver_by: date) -> Part:
    if not line.title or len(line.title) > LONGEST_TITLE:
        raise _Wrong(f"请填写名称，不超过{LONGEST_TITLE}字", f"name it, in up to {LONGEST_TITLE} characters")
    if line.condition not in CONDITION:
        raise _Wrong("请选择付款条件", "choose what the payment waits for")
    day: date | None = None
    if line.condition == DELIVERY:
        try:
            if line.day and not _DAY.fullmatch(line.day):
                raise ValueError
            day = date.fromisoformat(line.day) if line.day else deliver_by
        except ValueError:
            raise _Wrong("日期应如2026-07-01", "the day should be like 2026-07-01") from None
        if not since <= day <= deliver_by:
            raise _Wrong(
                f"完成日期应在{since}至{deliver_by}之间", f"it is to be delivered from {since} to {deliver_by}"
            )
    return Part(number, line.title, _amount(line.sum, amount), line.condition, day)


def _amount(typed: str, whole: Decimal) -> Decimal:
    if share := _SHARE.fullmatch(typed):
        found = (whole * Decimal(share[1]) / 100).quantize(CENT, ROUND_HALF_UP)
    elif _SUM.fullmatch(typed):
        found = Decimal(typed.replace(",", "").replace("，", "")).quantize(CENT)
    else:
        raise _Wrong("请填写金额（元）或者比例，例如30%", "give a sum in yuan, or a share such as 30%")
    if found <= 0:
        raise _Wrong("金额应大于零", "the sum should be more than nothing")
    return found


def _whole(found: list[Part], lines: Sequence[Line], amount: Decimal) -> list[Part]:
    """Shares that come to 100 % are the whole sum: what rounding leaves is of the last of them."""
    shares = [_SHARE.fullmatch(lines[one.number - 1].sum) for one in found]
    if not all(shares) or sum(Decimal(one[1]) for one in shares if one) != 100:
        return found
    rest = amount - sum(one.amount for one in found)
    return [*found[:-1], replace(found[-1], amount=found[-1].amount + rest)]


def _together(found: Sequence[Part], amount: Decimal, now: Sequence[Part]) -> Iterable[Label]:
    """What is wrong with the instalments together."""
    together = _sum(one.amount for one in found)
    if together != amount:
        yield Label(
            f"各期合计{together:,.2f}元，应等于合同金额{amount:,.2f}元",
            f"the instalments come to {together:,.2f} yuan, and the contract to {amount:,.2f} yuan",
        )
    accepted = {one.number for one in now if one.standing == ACCEPTED}
    if not any(one.is_delivered and one.number not in accepted for one in found):
        yield Label(
            "至少有一期为交付并验收后付款，且尚未验收", "at least one waits for a delivery that is not accepted yet"
        )
    kept = {one.number: one for one in found}
    for one in now:
        if one.begun and (one.number not in kept or kept[one.number].agreed != one.agreed):
            yield Label(
                f"第{one.number}期已经开始履行或者结算，不能变更",
                f"instalment {one.number} has begun to be performed or settled, and stays as it is",
            )
