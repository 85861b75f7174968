"""Rules drawn at random: whatever the language can say, in any place where it can be said.

    facts, rules, reported = invented(Random(1))

Each rule is an expression of a type, made of facts, figures, other rules, records and the library's functions. Some
cannot be meant (a division by nought), some are too large for columns; most are not.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

FACTS = """
class Item(Record, ordered_by="day", dated="day"):
    day: Date = asked()
    cost: Money = asked(most="5000")
    kind: Kind = asked()
    level: Level | None = asked(default=None)
    number: Integer = asked(most="9")
    size: Two = asked(least="-99", most="99")
    yes: Flag = asked()

class Facts(FactSheet):
    on: Date = asked()
    cost: Money = asked(most="90000")
    number: Integer = asked(least="-9", most="9")
    size: Two = asked(least="-99", most="99")
    share: Percent = asked(most="150")
    kind: Kind = asked()
    held: Money | None = asked(default=None, most="5000")
    moved: Date | None = asked(default=None)
    yes: Flag = asked()
    kinds: list[Kind] = asked()
    items: list[Item] = asked()
"""
FIGURES = """rate: ByKey[Kind, Percent]
    limit: ByKey[tuple[Kind, Level], Money]
    ladder: Ladder[Money, Percent]
    bands: ByKey[Level, AmountByBand[Decimal, Money]]
    rates: RateByBand[Percent, Decimal]
    from_day: Date"""
PARAMETERS = """
rate:
  zh: 率
  en: rate
  unit: "%"
  clause: 一
  values:
    2026-01-01: {a: 50%, b: 0%, c: 33.33%}
    2026-07-01: {a: 12.5%, b: 50%, c: 7%}
limit:
  zh: 限
  en: limit
  unit: 元
  clause: 一
  values:
    2026-01-01: {a: {low: 30, high: 25.5}, b: {low: 0, high: 2000}, c: {low: 1, high: 100}}
    2027-03-15: {a: {low: 10, high: 25.55}, b: {low: 900, high: 20}, c: {low: 100, high: 100}}
ladder:
  zh: 梯
  en: ladder
  unit: "%"
  clause: 一
  scale: marginal
  values:
    2026-01-01:
      - {above: 0, gives: 50%}
      - {above: 100, word: 以上, included: true, gives: 30%}
      - {above: 1000, word: 超过, included: false, gives: 10%}
    2027-01-01:
      - {above: 50, included: true, gives: 33.33%}
bands:
  zh: 档
  en: bands
  unit: 元
  clause: 一
  scale: amount_by_band
  values:
    2026-01-01:
      low:
        - {above: 0, gives: 5}
        - {above: 10.5, included: false, word: 超过, gives: 7.5}
      high:
        - {above: 1, included: false, word: 超过, gives: 100}
    2027-06-30:
      low:
        - {above: -5, gives: 5}
      high:
        - {above: 1, included: true, gives: 50}
        - {above: 2, included: true, word: 以上, gives: 60}
        - {above: 30, included: false, word: 以上, gives: 70}
rates:
  zh: 比
  en: rates
  clause: 一
  scale: rate_by_band
  values:
    2026-01-01:
      - {above: 10%, included: true, gives: 1.5}
      - {above: 20%, included: false, word: 超过, gives: 2.25}
    2027-06-15:
      - {above: 10%, included: true, gives: 1.125}
      - {above: 20%, included: true, word: 达到, gives: 2.25}
      - {above: 90%, included: true, word: 达到, gives: 0}
from_day:
  zh: 日
  en: day
  clause: 一
  values: {2026-01-01: 2026-05-31, 2027-01-01: 2027-02-28}
"""

_TYPES = {
    "money": "Money",
    "decimal": "Two",
    "percent": "Percent",
    "integer": "Integer",
    "flag": "Flag",
    "choice": "Kind",
    "date": "Date",
}
_FACTS = {
    "cost": ("money", "Money"),
    "number": ("integer", "Integer"),
    "size": ("decimal", "Two"),
    "share": ("percent", "Percent"),
    "kind": ("choice", "Kind"),
    "held": ("maybe", "Money | None"),
    "moved": ("maybe", "Date | None"),
    "yes": ("flag", "Flag"),
    "on": ("date", "Date"),
    "kinds": ("kinds", "list[Kind]"),
}
_FIELDS = {"cost": "money", "number": "integer", "size": "decimal", "kind": "choice", "yes": "flag", "day": "date"}


class _Rule:
    """One rule in the making: what it needs becomes its parameters."""

    def __init__(self, policy: Invented, name: str, kind: str, on_record: bool) -> None:
        self.policy, self.seeded, self.name, self.kind, self.on_record = policy, policy.seeded, name, kind, on_record
        self.parameters: dict[str, str] = {"item": "Item"} if on_record else {}
        self.loop = False
        self.by_choice = False

    def text(self) -> str:
        before = ""
        if self.on_record and self.kind in ("money", "integer", "decimal") and self.seeded.random() < 0.3:
            same = self.seeded.choice(("", '"kind"', '"level"', '"kind", "day"', '"yes"'))
            self.parameters["before"] = f"{_TYPES[self.kind]} = earlier({same})"
            before = "before"
        lines = []
        if self.seeded.random() < 0.3:
            lines += [f"if {self.make('flag', 2)}:", f"    return {self.make(self.kind, 2)}"]
        value = self.make(self.kind, 3)
        if before and self.kind == "money":
            value = f"capped({value}, {self.make('money', 1)}, before)"
        elif before:
            value = f"{value} if before < {3} else -before" if self.kind == "integer" else f"min({value}, 9 - before)"
        lines.append(f"return {value}")
        given = sorted(self.parameters.items(), key=lambda one: "=" in one[1])
        listed = ", ".join(f"{name}: {kind}" for name, kind in given)
        body = "\n".join(f"    {one}" for one in lines)
        return f"@rule\ndef {self.name}({listed}) -> {_TYPES[self.kind]}:\n{body}\n"

    def use(self, name: str, kind: str) -> str:
        self.parameters[name] = kind
        return name

    # What each kind may be

    def make(self, kind: str, depth: int) -> str:
        if depth <= 0 or self.seeded.random() < 0.2:
            return self.leaf(kind)
        ways: list[Callable[[int], str]] = getattr(self, f"{kind}_ways")()
        return self.seeded.choice(ways)(depth - 1)

    def leaf(self, kind: str) -> str:
        found = [lambda name=name, of=of: self.use(name, of) for name, (is_, of) in _FACTS.items() if is_ == kind]
        for name, is_ in _FIELDS.items():
            if is_ == kind and self.on_record:
                found += [lambda name=name: f"item.{name}"] * 2
            if is_ == kind and self.loop:
                found += [lambda name=name: f"one.{name}"] * 3
        for other in self.policy.made:
            fits = other.kind == kind and (self.on_record or not other.on_record)
            if fits and not (other.by_choice and self.on_record):
                found.append(lambda other=other: self.needs(other))
        literals = {
            "money": ['Money("0.01")', "Money(100)", 'Money("33.33")'],
            "decimal": ['Decimal("0.5")', "Decimal(7)"],
            "percent": ['Percent("12.5")', "Percent(100)"],
            "integer": ["1", "3"],
            "flag": ["True"],
            "choice": ["Kind.A", "Kind.C"],
            "date": [],
        }[kind]
        found += [lambda one=one: one for one in literals]
        if kind == "choice" and not self.on_record:
            found.append(self.best)
        return str(self.seeded.choice(found)())

    def best(self) -> str:
        self.by_choice = True
        return self.use("best", "Kind")

    def needs(self, other: _Rule) -> str:
        self.by_choice = self.by_choice or other.by_choice
        return self.use(other.name, _TYPES[other.kind])

    def figures(self) -> str:
        return self.use("figures", "Figures")

    def two(self, kind: str, depth: int, form: str) -> str:
        return form.format(self.make(kind, depth), self.make(kind, depth))

    def if_else(self, kind: str, depth: int) -> str:
        return f"({self.make(kind, depth)} if {self.make('flag', depth)} else {self.make(kind, depth)})"

    def over_items(self, kind: str, form: str, depth: int) -> str:
        """An aggregate; of records, or of a rule's values for all of them."""
        each = [one for one in self.policy.made if one.on_record and one.kind == kind]
        if self.loop:
            return self.leaf(kind if kind != "flag" or "count" not in form else "integer")
        if each and self.seeded.random() < 0.3 and not self.on_record:
            other = self.seeded.choice(each)
            if other.name not in self.parameters:
                name = self.use(other.name, f"Each[{_TYPES[kind]}]")
                return form.format(name)
        self.use("items", "list[Item]")
        self.loop = True
        condition = f" if {self.make('flag', depth)}" if self.seeded.random() < 0.6 else ""
        item = self.make(kind, depth)
        self.loop = False
        inner = f"{item} for one in items{condition}"
        return form.format(f"({inner})" if "," in form else inner)

    def money_ways(self) -> list[Callable[[int], str]]:
        def held(depth: int) -> str:
            return f"({self.use('held', 'Money | None')} if held is not None else {self.make('money', depth)})"

        def level(depth: int) -> str:
            if self.loop and self.seeded.random() < 0.5:
                return f"(figures.limit[one.kind, one.level] if one.level is not None else {self.make('money', depth)})"
            key = f"{self.make('choice', 0)}, {self.seeded.choice(('Level.LOW', 'Level.HIGH'))}"
            return f"{self.figures()}.limit[{key}]"

        def banded(depth: int) -> str:
            level = self.seeded.choice(("LOW", "HIGH"))
            return f"amount_by_band({self.make('decimal', depth)}, {self.figures()}.bands[Level.{level}])"

        return [
            lambda d: self.two("money", d, "({} + {})"),
            lambda d: self.two("money", d, "({} - {})"),
            lambda d: self.two("money", d, "min({}, {})"),
            lambda d: self.two("money", d, "max({}, {})"),
            lambda d: f"-{self.make('money', d)}",
            lambda d: f"abs({self.make('money', d)})",
            lambda d: f"{self.make('money', d)} * {self.make('percent', 0)}",
            lambda d: f"{self.make('money', 0)} * {self.make('integer', d)}",
            lambda d: f"{self.make('money', 0)} * {self.make('decimal', 0)}",
            lambda d: f"{self.make('money', d)} / {self.seeded.choice((3, 7, 8))}",
            lambda d: f"{self.make('money', 0)} / {self.make('decimal', 0)}",
            lambda d: f"capped({self.make('money', d)}, {self.make('money', 0)}, {self.make('money', 0)})",
            lambda d: f"marginal({self.make('money', d)}, {self.figures()}.ladder)",
            lambda d: f"{self.make('money', d)} * {self.figures()}.rate[{self.make('choice', 0)}]",
            level if not self.loop else held,
            banded,
            held,
            lambda d: self.if_else("money", d),
            lambda d: self.over_items("money", "total({})", d),
            lambda d: self.over_items("money", "mean({})", d),
            lambda d: self.over_items("money", f"first({{}}, {self.leaf('money')})", 0),
        ]

    def decimal_ways(self) -> list[Callable[[int], str]]:
        return [
            lambda d: self.two("decimal", d, "({} + {})"),
            lambda d: self.two("decimal", d, "({} - {})"),
            lambda d: self.two("decimal", 0, "({} * {})"),
            lambda d: f"{self.make('decimal', d)} / {self.seeded.choice((3, 8))}",
            lambda d: f"{self.make('decimal', 0)} / {self.make('decimal', 0)}",
            lambda d: f"{self.make('integer', d)} / {self.make('decimal', 0)}",
            lambda d: f"whole({self.make('decimal', d)})",
            lambda d: f"abs({self.make('decimal', d)})",
            lambda d: f"points({self.make('percent', d)})",
            lambda d: f"Decimal({self.make('integer', d)})",
            lambda d: self.two("money", 0, "ratio({}, {})"),
            lambda d: self.two("integer", 0, "ratio({}, {})"),
            lambda d: self.two("decimal", d, "max({}, {})"),
            lambda d: self.if_else("decimal", d),
            lambda d: self.over_items("decimal", "total({})", d),
            lambda d: self.over_items("integer", "mean({})", d),
        ]

    def percent_ways(self) -> list[Callable[[int], str]]:
        return [
            lambda d: self.two("percent", d, "({} + {})"),
            lambda d: self.two("percent", d, "({} - {})"),
            lambda d: self.two("percent", 0, "({} * {})"),
            lambda d: self.two("percent", d, "min({}, {})"),
            lambda d: f"as_percent({self.make('decimal', d)})",
            lambda d: f"as_percent({self.two('money', 0, 'ratio({}, {})')})",
            lambda d: f"{self.make('percent', d)} * {self.make('decimal', 0)}",
            lambda d: f"{self.make('percent', d)} / {self.seeded.choice((3, 7))}",
            lambda d: f"{self.figures()}.rate[{self.make('choice', 0)}]",
            lambda d: f"rate_by_band({self.make('percent', d)}, {self.figures()}.rates)",
            lambda d: self.if_else("percent", d),
            lambda d: self.over_items("percent", "mean({})", d),
        ]

    def integer_ways(self) -> list[Callable[[int], str]]:
        def months(depth: int) -> str:
            one, other = self.make("date", 0), self.make("date", 0)
            how = self.seeded.choice(("up", "down"))
            return f'(whole_months({one}, {other}, "{how}") if {one} <= {other} else {self.make("integer", depth)})'

        return [
            lambda d: self.two("integer", d, "({} + {})"),
            lambda d: self.two("integer", d, "({} - {})"),
            lambda d: self.two("integer", 0, "({} * {})"),
            lambda d: self.two("integer", d, "max({}, {})"),
            lambda d: f"-{self.make('integer', d)}",
            lambda d: f"month_of({self.make('date', d)})",
            months,
            lambda d: self.if_else("integer", d),
            lambda d: self.over_items("flag", "count({})", d),
            lambda d: self.over_items("integer", "total({})", d),
        ]

    def flag_ways(self) -> list[Callable[[int], str]]:
        def compared(depth: int) -> str:
            kind = self.seeded.choice(("money", "decimal", "percent", "integer", "date"))
            sign = self.seeded.choice(("<", "<=", ">", ">=", "==", "!="))
            return f"({self.make(kind, depth)} {sign} {self.make(kind, depth)})"

        def is_none(depth: int) -> str:
            if self.loop:
                return self.seeded.choice(("(one.level is None)", "(one.level == Level.LOW)"))
            if self.on_record:
                return self.seeded.choice(("(item.level is not None)", "(item.level != Level.HIGH)"))
            return f"({self.use('moved', 'Date | None')} is not None and moved > {self.make('date', depth)})"

        return [
            compared,
            compared,
            is_none,
            lambda d: self.two("flag", d, "({} and {})"),
            lambda d: self.two("flag", d, "({} or {})"),
            lambda d: f"(not {self.make('flag', d)})",
            lambda d: self.two("choice", 0, "({} == {})"),
            lambda d: f"({self.make('choice', d)} in SOME)",
            lambda d: f"({self.make('choice', d)} not in {self.use('kinds', 'list[Kind]')})",
            lambda d: f"({self.make('date', 0)} >= {self.figures()}.from_day)",
            lambda d: f"is_working_day({self.make('date', 0)})",
            lambda d: self.over_items("flag", "any({})", d),
            lambda d: self.over_items("flag", "all({})", d),
        ]

    def choice_ways(self) -> list[Callable[[int], str]]:
        return [
            lambda d: self.if_else("choice", d),
            lambda d: self.over_items("choice", f"first({{}}, {self.leaf('choice')})", 0),
        ]

    def date_ways(self) -> list[Callable[[int], str]]:
        return [
            lambda d: f"add_months({self.make('date', d)}, {self.make('integer', 0)})",
            lambda d: f"last_day_of_month({self.make('date', d)})",
            lambda d: f"first_of_next_month({self.make('date', d)})",
            lambda d: f"last_day_of_year(year_of({self.make('date', d)}))",
            lambda d: f"add_working_days({self.make('date', 0)}, {self.seeded.randint(0, 9)})",
            lambda d: self.two("date", d, "max({}, {})"),
            lambda d: self.two("date", d, "min({}, {})"),
            lambda d: self.if_else("date", d),
            lambda d: self.over_items("date", f"first({{}}, {self.leaf('date')})", 0),
        ]


class Invented:
    """The rules of a policy, drawn one after the other; each may need those before it."""

    def __init__(self, seeded: Random, number: int = 8) -> None:
        self.seeded = seeded
        self.made: list[_Rule] = []
        self.texts: list[str] = []
        for place in range(number):
            kind = seeded.choice(("money", "money", "money", "decimal", "percent", "integer", "flag", "choice", "date"))
            rule = _Rule(self, f"r{place}", kind, seeded.random() < 0.45)
            self.texts.append(rule.text())
            self.made.append(rule)

    def rules(self) -> str:
        return "\n".join([_ALL, *self.texts, _BEST, self._reported()])

    def _reported(self) -> str:
        cases = ", ".join(["among", *(one.name for one in self.made if not one.on_record)])
        records = ", ".join(["uses", *(one.name for one in self.made if one.on_record)])
        return f"values({cases}, items=({records},))"


# Every fact and figure has to be needed by some rule.
_ALL = """
@rule
def uses(item: Item, on: Date, cost: Money, number: Integer, size: Two, share: Percent, kind: Kind, held: Money | None,
         moved: Date | None, yes: Flag, kinds: list[Kind], figures: Figures) -> Money:
    if held is None and moved is None and yes and kind in kinds and share > Percent(3) and size > number:
        return item.cost * rate_by_band(share, figures.rates) + marginal(cost, figures.ladder)
    if item.level is not None and item.kind == Kind.B and item.number > 3 and item.yes and on > figures.from_day:
        return amount_by_band(item.size, figures.bands[item.level]) + figures.limit[kind, item.level]
    return item.cost * figures.rate[item.kind]

@rule
def among(best: Kind, cost: Money, figures: Figures) -> Money:
    return min(cost * figures.rate[best], figures.limit[best, Level.LOW])
"""
_BEST = 'best_of("best", "一", highest(among), of="kinds", zh="好", en="best")\n'
