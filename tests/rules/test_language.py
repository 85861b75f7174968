"""What the language of rules refuses, with the line and the mend; and what it takes."""

import importlib.util
import itertools
import json
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

from gongbao.rules import Money, PolicyError, Refused, compute
from gongbao.rules.compute import version
from gongbao.rules.explain import explain

HEAD = dedent(
    """
    from datetime import date
    from typing import Annotated, Literal
    from gongbao.rules import *

    class Kind(Choice):
        A = "a", "甲", "A"
        B = "b", "乙", "B"

    SOME = (Kind.A,)

    class Item(Record, ordered_by="day"):
        day: Date = fact("一", zh="日", en="day")
        cost: Money = fact("一", zh="费用", en="cost")
        kind: Kind = fact("一", zh="类", en="kind")

    class Facts(FactSheet):
        cost: Money = fact("一", zh="费用", en="cost")
        number: Integer = fact("一", zh="数", en="number")
        kind: Kind = fact("一", zh="类", en="kind")
        on: Date = fact("一", zh="日期", en="date")
        items: list[Item] = fact("一", zh="项", en="items")

    class Figures(FigureSheet):
        rate: ByKey[Kind, Percent]

    class Readings(ReadingSheet):
        way: Literal["one", "two"]

    policy = Policy("p", document="云政办〔2026〕1号", zh="策", en="policy", since=date(2026, 1, 1), since_clause="九",
                    facts=Facts, figures=Figures, readings=Readings, dated="on")

    @policy.rule("一", zh="全用", en="uses all")
    def uses_all(cost: Money, number: Integer, kind: Kind, items: list[Item], figures: Figures,
                 readings: Readings) -> Money:
        if readings.way == "one":
            return cost * figures.rate[kind] * number
        return total(one.cost for one in items)

    """
)
PARAMETERS = "rate: {zh: 率, en: rate, unit: '%', clause: 一, values: {2026-01-01: {a: 50%, b: 40%}}}\n"
READINGS = """
way:
  zh: 读法
  en: way
  clause: 一
  default: one
  reason: {zh: 因, en: because}
  authority: {zh: 局, en: office}
  options: {one: {zh: 一, en: one, clause: 一}, two: {zh: 二, en: two, clause: 一}}
"""
_NAMES = itertools.count()


def load(folder: Path, rule: str, values: str = "policy.values(uses_all, made)", head: str = HEAD) -> ModuleType:
    """A policy with one more rule, imported as a city's own would be."""
    folder = folder / f"{next(_NAMES)}"  # the source of a module is read once
    folder.mkdir()
    (folder / "parameters.yaml").write_text(PARAMETERS, encoding="utf-8")
    (folder / "readings.yaml").write_text(READINGS, encoding="utf-8")
    file = folder / "rules.py"
    file.write_text(f"{head}{dedent(rule)}\n{values}\n", encoding="utf-8")
    name = f"a_policy_of_a_test_{next(_NAMES)}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


def rule(body: str, parameters: str = "cost: Money", returns: str = "Money") -> str:
    lines = "\n".join(f"    {line}" for line in dedent(body).strip().splitlines())
    return f'@policy.rule("二", zh="得", en="made")\ndef made({parameters}) -> {returns}:\n{lines}\n'


REFUSED = [
    ("for x in (1, 2):\n    pass\nreturn cost", "no loops"),
    ("return cost if cost in (Money(1), Money(2)) else Money(0)", "at the head of the module"),
    ("return cost if date(2022, 1, 1) == date(2022, 1, 2) else Money(0)", "put it into parameters.yaml"),
    ("return cost + Money(-5)", r'write -Money\("5"\)'),
    ('return cost + Money("-5") * Decimal(-0.5)', r'write -Decimal\("0.5"\)'),
    ("return round(cost, 1)", "rounded as its type says"),
    ("return len((1, 2)) * cost", "write count"),
    ("while True:\n    pass", "no loops"),
    ("return cost * 0.5", 'write Decimal\\("0.5"\\)'),
    ("return Money(0.1)", 'write Money\\("0.1"\\)'),
    ('return Money("many")', "not a number"),
    ("return open('/etc/passwd')", "cannot be called in a rule"),
    ("return os.system('true')", "by their names"),
    ("return cost.__class__", "fields are taken"),
    ("return cost.exact", "fields are taken"),
    ("import os\nreturn cost", "reads nothing but its parameters"),
    ("return [one for one in (1, 2)]", "without \\[ \\]"),
    ("return (lambda: cost)()", "by their names"),
    ("x = lambda: cost\nreturn cost", "a rule of its own"),
    ("try:\n    return cost\nexcept Exception:\n    return cost", "policy.check"),
    ("assert cost > Money(1)\nreturn cost", "policy.check"),
    ("raise ValueError", "policy.check"),
    ("cost += cost\nreturn cost", "under a new name"),
    ("cost = Money(1)\nreturn cost", "is a parameter"),
    ("x: Money = cost\nreturn x", "its type follows"),
    ("return (x := cost)", "on a line of its own"),
    ("global y\nreturn cost", "changes nothing outside"),
    ("return f'{cost}'", "makes no texts"),
    ("if cost > Money(1):\n    return cost", "not every way"),
    ("x = cost", "not every way"),
    ("return", "return a value"),
    ("return cots", "was cost meant"),
    ("return number", "was number meant.*must be a parameter"),
    ("return cost ** 2", r"\+ - \* /; instead of a \*\* 2 write a \* a"),
    ("return cost // 2", r"\+ - \* /; instead of a // b write whole"),
    ("return cost % 2", "what is left over"),
    ("return cost + 1", "money \\+ integer means nothing; write Money\\(1\\)"),
    ("return cost if 1 < cost else cost", "integer < money means nothing; write Money\\(1\\)"),
    ("return cost / 0", "nothing is divided by 0"),
    ("return cost / Decimal(0)", "nothing is divided by 0"),
    ('return cost + Money("1.005")', 'at most 2 decimals; where 1.005.*Decimal\\("1.005"\\)'),
    ("return cost\nreturn cost + cost", "“return cost \\+ cost” is never reached"),
    ("if cost > Money(1):\n    return cost\nelse:\n    return Money(0)\nreturn cost", "“return cost” is never reached"),
    ("x = cost\nreturn cost", "nothing uses x"),
    ("return cost * cost", "money \\* money means nothing"),
    ("return cost / cost", "write ratio"),
    ("return cost if cost else Money(0)", "a condition is yes or no"),
    ("if cost > Money(1):\n    x = cost\nelse:\n    y = cost\nreturn cost", "on one way only"),
    ("return uses_all", "make it a parameter"),
    ("return uses_all(cost)", "make uses_all a parameter"),
    ("return min(cost)", "write min\\(one, other\\)"),
    ("return total(cost)", "for … in"),
    ("return cost is cost", "compares with None only"),
    ("return cost < Percent(1)", "means nothing"),
    ("return max(cost, Percent(1))", "means nothing"),
    ("return years_of(cost)", "neither a parameter nor a local name; make it a parameter.* there are cost, number"),
    ("return __import__('os')", "cannot be called in a rule"),
    ("return eval('1')", "cannot be called in a rule"),
    ("return sum((1, 2))", "cannot be called in a rule"),
    ("return SOME", "returns money and returns list"),
    ("return Kind.C", "there is no Kind C; there are A, B"),
    ("return {1: cost}[1]", "parameters.yaml"),
    ("match cost:\n    case _:\n        return cost", "if, elif, else"),
    ("yield cost", "returns one value|is not part of the language"),
    ("def inner():\n    return cost\nreturn cost", "a rule of its own"),
    ("a = b = cost\nreturn a", "one local name"),
    ("a, b = cost, cost\nreturn a", "one local name"),
    ("return ~cost", "knows - and not"),
]


@pytest.mark.parametrize(("body", "message"), REFUSED, ids=[body.splitlines()[0][:40] for body, _ in REFUSED])
def test_what_is_not_in_the_language_is_refused_with_line_and_mend(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message) as raised:
        load(tmp_path, rule(body))
    assert raised.value.file.endswith("rules.py")
    begin = HEAD.count("\n") + 1
    assert begin <= raised.value.line <= begin + 3 + body.count("\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (rule("return cost", "cost"), "has no type"),
        (rule("return cost", "cost: Percent", "Percent"), "takes cost as percent, it is money"),
        (rule("return cost", "coast: Money"), "was cost meant"),
        (rule("return cost", "cost: Money = Money(1)"), "no default but earlier"),
        (rule("return cost", "*cost: Money"), "parameter|name each"),
        (rule("return cost", "cost: Money", "Decimal"), "to how many decimals"),
        (rule("return cost", "cost: Money", "float"), "is no type of the rule language"),
        (rule("return cost", "cost: Money", "Flag"), "returns flag and returns money"),
        ('@policy.rule("二", zh="得", en="made")\ndef made(cost: Money):\n    return cost\n', "what it returns"),
        (rule("return figures.rates[kind]", "kind: Kind, figures: Figures", "Percent"), "was rate meant"),
        (rule("return figures.rate", "figures: Figures", "Percent"), "returns percent and returns mapping"),
        (rule("return figures.rate[number]", "number: Integer, figures: Figures", "Percent"), "looked up by Kind"),
        (rule('return readings.way == "three"', "readings: Readings", "Flag"), "one of its options: one, two"),
        (rule('return readings.wayy == "one"', "readings: Readings", "Flag"), "was way meant"),
        (rule("return kind < Kind.B", "kind: Kind", "Flag"), "has no order"),
        (rule("return kind in (1, 2)", "kind: Kind", "Flag"), "not part of the language"),
        (rule("return item", "item: Item"), "take a field of item"),
        (rule("return item.costs", "item: Item"), "was cost meant"),
        (rule("return total(one.cost for two in items)", "items: list[Item]"), "take|neither"),
        (rule("return total(one.cost for one in cost)", "cost: Money"), "a list of records"),
        (rule("return total(a.cost for a in items for b in items)", "items: list[Item]"), "one generator"),
        (rule("return total(one.kind for one in items)", "items: list[Item]"), "no total of"),
        (rule("return any(one.cost for one in items)", "items: list[Item]", "Flag"), "of conditions"),
        (rule("return made", "made: Money"), "in a circle"),
        (rule("return cost", "cost: Money = earlier()"), "on each record|earlier"),
        (rule("return number / number", "number: Integer", "Annotated[Decimal, Places(2)]"), "write ratio"),
    ],
)
def test_what_a_rule_declares_wrongly_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        load(tmp_path, text)


def refused(folder: Path, text: str, message: str, values: str = "policy.values(uses_all, made)") -> None:
    """It is refused with this message, and with the line that has the mark `# here`."""
    with pytest.raises(PolicyError, match=message) as raised:
        load(folder, text, values)
    lines = Path(raised.value.file).read_text(encoding="utf-8").splitlines()
    assert "# here" in lines[raised.value.line - 1]


def test_a_rule_without_its_clause_is_refused(tmp_path: Path) -> None:
    for cited in ('"", ', '" ', ""):
        given = cited if cited != '" ' else '" ", '
        text = rule("return cost").replace('"二", ', given).replace('en="made")', 'en="made")  # here')
        refused(tmp_path, text, 'made cites no clause; write the one it carries out, as @….rule\\("第四条"')


def test_what_is_reported_is_said_once(tmp_path: Path) -> None:
    twice = "policy.values(uses_all, made)\npolicy.values(made)  # here"
    refused(tmp_path, rule("return cost"), "is on line [0-9]+ already", twice)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("for row in SOME: print(row)", "does not belong into a policy"),
        ("import os", "imports nothing of os"),
        ("from os.path import join", "imports nothing of os.path"),
        ("print(1)", "does not belong into a policy"),
        ("FOUND = open(__file__)", "is no declaration"),
        ("TODAY = date.today()", "is no declaration"),
        ("def helper(): return 1\nONE = helper()  # here", "is no declaration"),
        ("F = lambda: 1", "does not belong into a declaration"),
        ("if SOME: X = 1", "does not belong into a policy"),
        ("class Loud:\n    print(1)  # here", "does not belong into a class"),
        ("def helper(x=open(__file__)): return 1", "is no declaration"),
    ],
)
def test_a_module_declares_and_does_nothing(tmp_path: Path, statement: str, message: str) -> None:
    refused(tmp_path, f"{statement}  # here\n{rule('return cost')}", message)


def test_what_a_module_may_declare(tmp_path: Path) -> None:
    declared = """
    from __future__ import annotations
    from enum import Enum
    from typing import TYPE_CHECKING, TypeAlias
    if TYPE_CHECKING:
        from os import PathLike
    Wan: TypeAlias = Annotated[Decimal, Places(2)]
    FIRST, LIMIT = date(2026, 1, 1), Money("1.50")
    ALL = frozenset(Kind)
    class Other(Choice):
        \"\"\"Said.\"\"\"
        C = "c", "丙", "C"
    def helper() -> int:
        return 1
    """
    module = load(tmp_path, dedent(declared).replace("from __future__ import annotations\n", "") + rule("return cost"))
    assert Money("1.5") == module.LIMIT


def test_a_decimal_that_is_not_imported_is_said_to_be(tmp_path: Path) -> None:
    head = HEAD.replace("from gongbao.rules import *", "from gongbao.rules import *\ndel Decimal")
    with pytest.raises(PolicyError, match=r"and import Decimal from gongbao\.rules"):
        load(tmp_path, rule("return cost * 0.5"), head=head)


def test_what_a_function_around_a_rule_holds_is_refused(tmp_path: Path) -> None:
    text = rule("return cost * k").replace('en="made")', 'en="made")  # here').replace("\n", "\n    ").rstrip()
    around = f"def around(k):\n    {text}\n    return made\nk = 7\nmade = around(2)\n"
    refused(tmp_path, around, "k is of the function around made")


def test_a_value_given_anew_after_the_policy_is_closed_is_refused(tmp_path: Path) -> None:
    again = "policy.values(uses_all, made)\n"
    text = "limit = Money(1)\nlimit = Money(2)\n" + rule("return min(cost, limit)")
    load(tmp_path, text)
    for after in ("limit = Money(3)  # here", "def limit(): pass  # here", "from os import path as limit  # here"):
        refused(tmp_path, text, "limit is given another value after policy.values", again + after)
    inside = "def change():\n    global limit\n    limit = Money(4)  # here\n"
    refused(tmp_path, text, "limit is given another value", inside + again)


LATE = """
if cost > Money(1):
    SOME = cost
    return SOME
return cost if kind in SOME else Money(0)  # here
"""


def test_a_local_name_is_no_other_on_the_way_where_it_has_no_value(tmp_path: Path) -> None:
    refused(tmp_path, rule(LATE, "cost: Money, kind: Kind"), "SOME has no value on this way")


@pytest.mark.parametrize("name", ["made", "SOME", "Kind", "part", "sum"])
def test_a_generator_names_what_nothing_else_is_called(tmp_path: Path, name: str) -> None:
    body = f"part = Money(1)\nreturn part + total({name}.cost for {name} in items)  # here"
    refused(tmp_path, rule(body, "items: list[Item]"), "one new name")


def test_a_generator_does_not_wait(tmp_path: Path) -> None:
    refused(tmp_path, rule("return total(one.cost async for one in items)  # here", "items: list[Item]"), "for … in")


@pytest.mark.parametrize(
    "text",
    [
        "@swapped\n" + rule("return cost"),
        rule("return cost").replace("def ", "@swapped\ndef "),
        rule("return cost").replace("@policy.rule", "x = policy.rule").replace("def ", "@swapped\ndef ") + "x(made)\n",
    ],
)
def test_a_rule_has_no_other_decorator(tmp_path: Path, text: str) -> None:
    with pytest.raises(PolicyError, match="no decorator but"):
        load(tmp_path, "def swapped(function):\n    return function\n" + text, "policy.values(uses_all)")


@pytest.mark.parametrize(
    ("body", "returns", "expected"),
    [
        ("return any(Decimal(6) / one.size > Decimal(2) for one in items)", "Flag", True),
        ("return all(Decimal(6) / one.size < Decimal(2) for one in items)", "Flag", False),
        ("return first((Decimal(6) / one.size for one in items), Decimal(1))", "Annotated[Decimal, Places(0)]", 3),
        ("return first((one.cost for one in items if Decimal(6) / one.size > Decimal(2)), cost)", "Money", Money(10)),
    ],
)
def test_what_is_settled_by_a_record_needs_none_after_it(
    tmp_path: Path, body: str, returns: str, expected: object
) -> None:
    """As in Python: the second record would divide by nought, and of the third nothing is known."""
    size = "    size: Decimal = fact('一', zh='大', en='size')\n"
    sized = HEAD.replace("    cost: Money = fact", size + "    cost: Money = fact", 1)
    module = load(tmp_path, rule(body, "cost: Money, items: list[Item]", returns), head=sized)
    items = [{"day": "2026-02-01", "cost": 10, "kind": "a", "size": size} for size in ("2", "0")]
    case = CASE | {"items": [*items, {"day": "2026-02-01", "cost": 10, "kind": "a"}]}
    result = compute(module.policy, case)
    assert result.values["made"] == expected == module.made(Money(100), result.case.facts["items"])
    assert "made" in json.dumps(result.as_json(explain=True))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    rate: ByKey", "    other: Money  # here\n    rate: ByKey", "no rule reads the figure other"),
        ("    way: Literal", "    other: Literal['a']  # here\n    way: Literal", "no rule reads the reading other"),
        (
            "    number: Integer",
            "    other: Flag = fact('一', zh='他', en='o')  # here\n    number: Integer",
            "the fact other",
        ),
        ('policy = Policy("p",', 'policy = Policy("p",  # here\n', "names no date"),
    ],
)
def test_what_nobody_reads_is_told_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    head = HEAD.replace(old, new, 1)
    if message == "names no date":
        head = head.replace('dated="on"', 'dated="no"')
    with pytest.raises(PolicyError, match=message) as raised:
        load(tmp_path, rule("return cost"), head=head)
    assert "# here" in head.splitlines()[raised.value.line - 1]


OTHER_LIST = "    more: list[Other] = fact('一', zh='他', en='others')  # here\n\nclass Figures("


def test_a_case_has_several_lists_of_records_each_of_a_class_of_its_own(tmp_path: Path) -> None:
    head = HEAD.replace("\nclass Figures(", OTHER_LIST, 1)
    other = "class Other(Record):\n    paid: Money = fact('一', zh='付', en='paid')\n\nclass Facts("
    text = '@policy.rule("三", zh="半", en="half")\ndef half(other: Other) -> Money:\n    return other.paid / 2\n'
    text += rule("return total(half) + total(one.cost for one in items)", "half: Each[Money], items: list[Item]")
    values = "policy.values(uses_all, made, more=(half,))"
    policy = load(tmp_path, text, values, head.replace("class Facts(", other, 1)).policy
    assert compute(policy, CASE | {"more": [{"paid": "5"}, {"paid": "2"}]}).as_json()["values"]["made"] == "34.00"
    head = head.replace("list[Other]", "list[Item]")
    with pytest.raises(PolicyError, match="items and more are both lists of Item") as raised:
        load(tmp_path, rule("return cost"), head=head)
    assert "# here" in head.splitlines()[raised.value.line - 1]


MAY_BE_NONE = HEAD.replace(
    "class Figures(",
    "    moved: Date | None = fact('一', zh='迁', en='moved', default=None)\n"
    "    rise: Money | None = fact('一', zh='涨', en='rise', default=None)\n\n\nclass Figures(",
)
MAY = "on: Date, moved: Date | None, rise: Money | None, cost: Money"
NONE_ASKED = [
    ("return moved", "Date"),
    ("return cost if moved > on else Money(0)", "Money"),
    ("return moved is None and moved > on", "Flag"),
    ("return moved is not None or moved > on", "Flag"),
    ("return year_of(moved)", "Integer"),
    ("return cost + rise", "Money"),
    ("return max(cost, rise)", "Money"),
    ("return -rise", "Money"),
    ("if moved is None:\n    return year_of(moved)\nreturn 1", "Integer"),
    ("x = moved\nreturn year_of(x)", "Integer"),
    ("return total(rise for one in items)", "Money"),
    ("return moved if moved is not None else None", "Date"),
]


@pytest.mark.parametrize(("body", "returns"), NONE_ASKED)
def test_what_may_be_none_is_not_computed_with(tmp_path: Path, body: str, returns: str) -> None:
    parameters = MAY + ", items: list[Item]"
    with pytest.raises(PolicyError, match=r"may be None.*is not None"):
        load(tmp_path, rule(body, parameters, returns), head=MAY_BE_NONE)


@pytest.mark.parametrize(
    ("body", "returns", "here", "gone"),
    [
        ("return moved is not None and moved > on", "Flag", True, False),
        ("return moved is None or moved <= on", "Flag", False, True),
        ("return not (moved is None or moved <= on)", "Flag", True, False),
        ("return year_of(moved) if moved is not None and cost > rise_of else 7", "Integer", 2026, 7),
        ("if moved is None:\n    return 7\nreturn year_of(moved)", "Integer", 2026, 7),
        ("if moved is None:\n    x = on\nelse:\n    x = moved\nreturn year_of(x)", "Integer", 2026, 2026),
        ("if moved is None or rise is None:\n    return cost\nreturn cost + rise", "Money", "105.00", "100.00"),
        ("return moved", "Date | None", "2026-02-03", None),
        ("return None if moved is None else rise", "Money | None", "5.00", None),
        ("return moved == on", "Flag", False, False),
    ],
)
def test_what_may_be_none_is_taken_where_it_was_asked(
    tmp_path: Path, body: str, returns: str, here: object, gone: object
) -> None:
    body = body.replace("rise_of", "Money(0)")
    both = '@policy.check("三", zh="都", en="both")\ndef both(moved: Date | None, rise: Money | None) -> Flag:\n'
    both += "    return (moved is None) == (rise is None)\n"
    policy = load(tmp_path, both + rule(body, MAY, returns), head=MAY_BE_NONE).policy
    for more, expected in (({"moved": "2026-02-03", "rise": "5"}, here), ({}, gone)):
        result = compute(policy, CASE | more)
        assert result.as_json(explain=True)["values"]["made"] == expected


def test_what_is_settled_already_is_not_computed_to_be_explained(tmp_path: Path) -> None:
    start = '@policy.rule("三", zh="始", en="start")\ndef start(on: Date) -> Date:\n    return on\n\n'
    body = "if rise is not None:\n    return False\nreturn moved is not None and moved > start"
    made = rule(body, "moved: Date | None, start: Date, rise: Money | None", "Flag")
    told = compute(load(tmp_path, start + made, head=MAY_BE_NONE).policy, CASE).as_json(explain=True)["explanation"]
    (step,) = (one for one in told["steps"] if one["rule"] == "made")
    assert step["value"] is False
    assert [(one["rule"], one["folded"]) for one in step["steps"]] == [("start", True)]


@pytest.mark.parametrize(
    ("body", "returns", "zh", "en"),
    [
        ("return whole_months(add_months(on, number), on, 'down')", "Integer", "早于2026-05-01", "before 2026-05-01"),
        ("return cost / (number - 3)", "Money", "除数为零", "division by zero"),
        ("return mean(one.cost for one in items if number > 3)", "Money", "没有可以求平均的数", "the mean of none"),
        ("return add_months(on, number * 1000000)", "Date", "超出可以计算的范围", "out of range"),
        ("return add_working_days(on, -number)", "Date", "-3个工作日；应为0至", "-3 working days; give 0 to"),
    ],
)
def test_why_a_rule_cannot_be_computed_is_said_in_both_languages(
    tmp_path: Path, body: str, returns: str, zh: str, en: str
) -> None:
    made = rule(body, "number: Integer, on: Date, cost: Money, items: list[Item]", returns)
    with pytest.raises(Refused) as refused:
        compute(load(tmp_path, made).policy, CASE)
    (problem,) = refused.value.problems
    assert zh in problem.zh and en in problem.en and not set(problem.zh) & set("abcdefghijklmnopqrstuvwxyz")


def test_of_an_aggregate_is_told_what_it_asked_beside_the_records(tmp_path: Path) -> None:
    dear = '@policy.rule("三", zh="贵", en="dear")\ndef dear(cost: Money) -> Flag:\n    return cost > Money(50)\n\n'
    body = "return total(one.cost * figures.rate[kind] for one in items if one.kind == kind or dear)"
    made = rule(body, "items: list[Item], kind: Kind, dear: Flag, figures: Figures")
    policy = load(tmp_path, dear + made).policy
    for items, asked in ((CASE["items"], ["dear"]), (CASE["items"][:1], [])):
        told = compute(policy, CASE | {"items": items}).as_json(explain=True)["explanation"]
        (step,) = (one for one in told["steps"] if one["rule"] == "made")
        assert [one["rule"] for one in step["steps"]] == asked
        assert [one["path"] for one in step["facts"]] == ["kind"]
        assert [(one["name"], one["value"]["zh"]) for one in step["parameters"]] == [("rate", "50%")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('ordered_by="day"', 'ordered_by="dya"', "ordered_by='dya' names no field of Item.*was day meant"),
        (
            'ordered_by="day"',
            'ordered_by="kind"',
            "='kind' names no field of Item that is a date or a number",
        ),
        ('ordered_by="day"', 'dated="cost"', "dated='cost' names no field of Item that is a date"),
    ],
)
def test_records_are_ordered_and_dated_by_a_field_that_can(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message) as raised:
        load(tmp_path, rule("return cost"), head=HEAD.replace(old, new))
    assert raised.value.line == HEAD[: HEAD.index("class Item")].count("\n") + 1


@pytest.mark.parametrize(
    ("parameter", "returns", "message"),
    [
        ('used: Money = earlier("dya")', "Money", "Item has no field dya; was day meant"),
        ("used: Integer = earlier()", "Money", "money and not integer"),
        ("used: Date = earlier()", "Date", "earlier\\(\\) is a total"),
        ("used: Money | None = earlier()", "Money", "write the same type"),
    ],
)
def test_what_went_before_is_the_total_of_the_rule(tmp_path: Path, parameter: str, returns: str, message: str) -> None:
    text = rule("return item.cost" if returns == "Money" else "return item.day", f"item: Item, {parameter}", returns)
    refused(tmp_path, text.replace('en="made")', 'en="made")  # here'), message, OF_EACH_MADE)


OF_EACH_MADE = "policy.values(uses_all, items=(made,))"


NESTED = "if number == I:\n    x = cost * I\n    if cost > x:\n        return x"


def test_a_rule_of_many_ways_is_built_once_for_all_that_go_on_alike(tmp_path: Path) -> None:
    """Each of forty conditions goes on in two ways: built for each, that is a million million."""
    body = "\n".join(NESTED.replace("I", str(place)).replace("x", f"x{place}") for place in range(1, 41))
    policy = load(tmp_path, rule(body + "\nreturn cost", "cost: Money, number: Integer")).policy
    assert len(list(policy.rules["made"].tree.walk())) < 1000
    result = compute(policy, CASE | {"cost": "-0", "number": 41})
    assert result.as_json(explain=True)["values"]["made"] == "0.00"


def test_a_long_sum_is_computed_and_told(tmp_path: Path) -> None:
    """Of more terms than brackets may stand in one another in Python."""
    policy = load(tmp_path, rule("return " + " + ".join(["cost"] * 210), "cost: Money")).policy
    answer = compute(policy, CASE).as_json(explain=True)
    assert answer["values"]["made"] == "21000.00"
    made = next(one for one in answer["explanation"]["steps"] if one["rule"] == "made")
    assert made["figures"]["en"] == " + ".join(["100.00"] * 210)


def test_a_rule_of_too_many_ways_is_refused(tmp_path: Path) -> None:
    body = "".join(
        f"if number == {place}:\n    y = cost * {place}\n    if cost > y:\n        return y\n" for place in range(30)
    )
    refused(
        tmp_path,
        rule(body + "return cost", "cost: Money, number: Integer").replace('en="made")', 'en="made")  # here'),
        "made goes too many ways; make two rules of it",
    )


def test_the_first_and_what_stands_for_it_are_of_one_kind(tmp_path: Path) -> None:
    text = rule("return first((one.cost for one in items), Percent(1))  # here", "items: list[Item]")
    refused(tmp_path, text, "one way gives money, the other percent")


OTHERS = dedent(
    """
    k = 7

    @policy.rule("三", zh="率", en="share")
    def share(item: Item) -> Percent:
        return Percent(1) if item.cost > Money(10) else Percent(2)

    @policy.rule("三", zh="分", en="part")
    def part(item: Item, share: Percent) -> Money:
        return item.cost * share

    @policy.rule("三", zh="无", en="bare")
    def bare(share: Percent) -> Percent:
        return share

    @policy.rule("三", zh="倍", en="times")
    def times(item: Item, number: Integer) -> Money:
        return item.cost * number

    @policy.rule("三", zh="用", en="used_up")
    def used_up(item: Item, used: Money = earlier()) -> Money:
        return capped(item.cost, Money(30), used)

    """
)
ALL = "policy.values(uses_all, made, items=(share, part, bare, times, used_up))"
OF_EACH = ALL.replace("made, items=(", "items=(made, ")


@pytest.mark.parametrize(
    ("body", "parameters", "message"),
    [
        (
            "return total(part(one, share) for one in items)",
            "item: Item, share: Percent, items: list[Item]",
            "for all",
        ),
        ("return mean(bare(share) for one in items)", "item: Item, share: Percent, items: list[Item]", "for all"),
        ("number = 2\nreturn total(times(one, number) for one in items)", "items: list[Item]", "must be a parameter"),
        ("return total(times(one, k) for one in items)", "items: list[Item]", "called with number"),
        ("return total(times(one, number) for one in items)", "items: list[Item]", "must be a parameter of made"),
        ("return total(times(number, one) for one in items)", "items: list[Item], number: Integer", "called on one"),
        ("return total(used_up(one, used) for one in items)", "items: list[Item], item: Item", "has earlier"),
        ("return total(times(one, number=number) for one in items)", "items: list[Item], number: Integer", "takes"),
        ("return item.cost + other.cost", "item: Item, other: Item", "on one record"),
    ],
)
def test_a_rule_called_in_a_generator_is_given_what_python_would_give(
    tmp_path: Path, body: str, parameters: str, message: str
) -> None:
    values = OF_EACH if "item: Item" in parameters else ALL
    with pytest.raises(PolicyError, match=message) as raised:
        load(tmp_path, OTHERS + rule(body, parameters), values)
    assert raised.value.line > (HEAD + OTHERS).count("\n")


def test_figures_of_another_date_are_not_passed_on(tmp_path: Path) -> None:
    dated = HEAD.replace('ordered_by="day"', 'ordered_by="day", dated="day"')
    each = '@policy.rule("三", zh="率", en="share")\ndef share(item: Item, figures: Figures) -> Percent:\n'
    each += "    return figures.rate[item.kind]\n"
    text = each + rule(
        "return mean(share(one, figures) for one in items)", "items: list[Item], figures: Figures", "Percent"
    )
    values = "policy.values(uses_all, made, items=(share,))"
    assert compute(load(tmp_path, text, values).policy, CASE).as_json()["values"]["made"] == "45.00"
    with pytest.raises(PolicyError, match="not those of the date of each Item"):
        load(tmp_path, text, values, dated)


def test_a_rule_called_in_a_generator_is_what_python_makes_of_it(tmp_path: Path) -> None:
    body = "return total(times(one, number) for one in items)"
    module = load(tmp_path, OTHERS + rule(body, "items: list[Item], number: Integer"), ALL)
    result = compute(module.policy, CASE)
    assert result.values["made"] == module.made(result.case.facts["items"], 3) == Money("91.5")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("policy.values(uses_all)", "nothing needs the rule made"),
        ("policy.values(uses_all, made, cost=(made,))", "no list of records"),
        ("policy.values(uses_all, made, items=('prize',))", "no field prize"),
        ("policy.values(uses_all, made, items=(made,))", "is not on Item"),
    ],
)
def test_what_is_reported_must_be_there(tmp_path: Path, values: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        load(tmp_path, rule("return cost"), values)


CASE = {
    "cost": "100",
    "number": 3,
    "kind": "a",
    "on": "2026-02-01",
    "items": [
        {"day": "2026-02-02", "cost": "10", "kind": "a"},
        {"day": "2026-02-01", "cost": "20.5", "kind": "b"},
    ],
}

BRANCHES = """
if number > 2:
    n = 1
elif number == 2:
    n = 2
else:
    n = 3
return cost * n
"""
EARLY = """
if number < 2:
    return cost
x = cost * number
if x > Money(299):
    x = x - Money(1)
else:
    x = x
return x
"""
TAKEN = [
    ("return cost", "cost: Money", "100.00"),
    ("half = cost / 2\nreturn half - half / 3", "cost: Money", "33.33"),
    (BRANCHES, "cost: Money, number: Integer", "100.00"),
    (EARLY, "cost: Money, number: Integer", "299.00"),
    ("return cost if 1 < number <= 3 else Money(0)", "cost: Money, number: Integer", "100.00"),
    ("return cost if not kind in SOME else Money(0)", "cost: Money, kind: Kind", "0.00"),
    ("return cost if kind is not None and kind == Kind.A else 0", "cost: Money, kind: Kind", "100.00"),
    ("return max(0, cost - Money(200))", "cost: Money", "0.00"),
    ("return -cost + abs(cost - Money(130))", "cost: Money", "-70.00"),
    ("return total(one.cost for one in items if one.kind == kind)", "items: list[Item], kind: Kind", "10.00"),
    ("return cost * count(one for one in items)", "cost: Money, items: list[Item]", "200.00"),
    ("return mean(one.cost for one in items)", "items: list[Item]", "15.25"),
    ("return first((one.cost for one in items if one.kind == Kind.B), Money(7))", "items: list[Item]", "20.50"),
    ("return first((one.cost for one in items if one.cost > Money(99)), Money(7))", "items: list[Item]", "7.00"),
    ("return Money(1) if any(one.kind == Kind.B for one in items) else Money(0)", "items: list[Item]", "1.00"),
    ("return Money(1) if all(one.kind == Kind.B for one in items) else Money(0)", "items: list[Item]", "0.00"),
    ("return cost * working_days_between(on, add_working_days(on, 3))", "cost: Money, on: Date", "300.00"),
    ('return cost * whole_months(on, last_day_of_year(2026), "up")', "cost: Money, on: Date", "1100.00"),
]


@pytest.mark.parametrize(("body", "parameters", "expected"), TAKEN)
def test_what_is_in_the_language_is_computed(tmp_path: Path, body: str, parameters: str, expected: str) -> None:
    policy = load(tmp_path, rule(body, parameters)).policy
    assert compute(policy, CASE).as_json()["values"]["made"] == expected


@pytest.mark.parametrize("kind", ["rule", "check"])
def test_a_name_is_defined_once_by_rule_or_check(tmp_path: Path, kind: str) -> None:
    again = f'@policy.{kind}("三", zh="再", en="again")\ndef made(cost: Money) -> Flag:\n    return cost > Money(1)\n'
    with pytest.raises(PolicyError, match="made is defined twice"):
        load(tmp_path, rule("return cost") + again)


def test_a_label_without_its_english_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="Chinese and its English") as raised:
        load(tmp_path, rule("return cost").replace('en="made"', 'en=" "'))
    assert raised.value.line > HEAD.count("\n")


def test_a_rule_is_called_like_any_function_and_rounds(tmp_path: Path) -> None:
    made = load(tmp_path, rule("return cost / 3")).made
    assert made(Money("0.05")) == Money("0.02")


def test_what_goes_another_way_for_each_record_of_a_generator_is_told_both_ways(tmp_path: Path) -> None:
    made = load(
        tmp_path,
        rule("return total(one.cost if one.kind == Kind.A else Money(0) for one in items)", "items: list[Item]"),
    )
    items = [{"day": "2026-01-01", "cost": "5", "kind": "a"}, {"day": "2026-01-02", "cost": "7", "kind": "b"}]
    result = compute(made.policy, {"cost": "1", "number": 1, "kind": "a", "on": "2026-02-01", "items": items})
    step = explain(result).steps[1]
    assert result.values["made"] == Money("5")
    assert step.formula is not None and step.figures is not None
    assert step.formula.zh == "求和(类 = 甲时费用，否则0)"
    assert step.formula.en == "total of (cost if kind = A, otherwise 0)"
    assert step.figures.en == "total of (5.00, 0.00)"


def test_a_version_is_another_as_soon_as_what_is_computed_with_is(tmp_path: Path) -> None:
    body = "return cost"
    first = version(load(tmp_path, rule(body)).policy)
    noted = f'"""Why it is so."""\n# A comment, and\nreturn (\n    {body.removeprefix("return ")}\n)'
    assert version(load(tmp_path, rule(noted)).policy) == version(load(tmp_path, rule("return (cost)")).policy)
    assert version(load(tmp_path, rule('"""Why."""\n' + body + "  # so")).policy) == first
    assert version(load(tmp_path, rule("return cost + cost")).policy) != first
    for old, new, is_same in (("率, en: rate", "比率, en: share", True), ("50%", "51%", False)):
        policy = load(tmp_path, rule(body)).policy
        policy.file.with_name("parameters.yaml").write_text(PARAMETERS.replace(old, new), encoding="utf-8")
        assert (version(policy) == first) is is_same
