"""The source that is written from rules: it can be read, both of its forms give the same, and so do plain functions."""

import linecache
import random
from collections.abc import Callable, Iterator
from decimal import Decimal as Exact
from fractions import Fraction
from typing import Any

import pytest

from gongbao.rules import Decimal, Money, Percent, bare, compute, evaluate, functions, generated, scales
from gongbao.rules.policy import Policy
from gongbao.rules.shown import number_text
from gongbao.rules.telling import source_of_telling
from gongbao.rules.types import DECIMAL, MONEY, PERCENT, Type
from gongbao.rules.ways import way_of
from gongbao.systems import policies
from tests.rules import cases
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.systems.test_against_oracles import POLICIES, some_readings

BASIC = """\
def compute_basic(here):
    # 第四条 基本补贴 (rules.py, line LINE)
    the_own_share = here.r_own_share
    if the_own_share is None:
        the_own_share = here.find(rule_own_share)
    figures = here.figures
    here.x_basic = exact = marginal(max(minus(here.f_cost, the_own_share), zero), figures.rates)
    here.r_basic = value = exact.quantize(to_2, HALF_UP, rounding) or zero_2
    return value
"""


def test_the_source_of_a_rule_reads_like_the_rule() -> None:
    rule = heating.rules["basic"]
    assert generated.source_of(rule) == BASIC.replace("LINE", str(rule.line))


def test_a_traceback_shows_the_source() -> None:
    cases.ferried()
    code = ferry.rules["limit_then"].plain.__code__
    assert code.co_filename == "<generated: ferry, limit_then>"
    assert linecache.getline(code.co_filename, code.co_firstlineno) == "def compute_limit_then(here):\n"


def test_the_source_of_what_is_told_reads_like_the_step() -> None:
    result, rule = cases.ferried(), ferry.rules["before_limit"]
    result.as_json(explain=True)
    way, is_known = way_of(rule, result.case.records("trips")[0])
    source = source_of_telling(rule, way)
    assert is_known
    assert (
        "'rule': 'before_limit', 'zh': '限额前补助', 'en': 'allowance before the limit', 'clause': '第四条'," in source
    )
    assert "step['steps'] = [tell_own(teller, here, " in source


def complete() -> Iterator[tuple[Policy, dict[str, Any], dict[str, str]]]:
    for result in (cases.heated(), cases.ferried(), cases.grazed()):
        yield result.policy, result.given, {}
    for name, (make, _) in POLICIES.items():
        random_, policy = random.Random(name), policies()[name]
        for _ in range(8):
            yield policy, make(random_), some_readings(random_, policy.reading_table)


def test_both_forms_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The careful one of a case that lacks nothing, too."""
    for policy, facts, readings in complete():
        plain = compute(policy, facts, readings=readings)
        told = plain.as_json(explain=True)
        with monkeypatch.context() as patch:
            patch.setattr(evaluate, "_lacks", lambda facts: True)
            careful = compute(policy, facts, readings=readings)
        assert careful.case.lacks and not plain.case.lacks
        assert careful.as_json(explain=True) == told, (policy.name, facts, readings)


def test_a_rule_that_a_case_needs_twice_is_computed_once() -> None:
    result = cases.heated()
    basic = heating.rules["basic"]
    part = result.case.part(result.case.best()).scope
    value = part.find(basic)
    assert part.find(basic) is value and list(part.kept).count(basic) == 1


@pytest.mark.parametrize("places", [None, 0, 1, 2, 3])
def test_a_number_is_written_with_its_commas_whatever_its_decimals(places: int | None) -> None:
    """The usual one without looking for them."""
    for whole in ("0", "7", "42", "999", "1000", "1543", "99999", "1234567"):
        decimals = "123"[: places or 0]
        written = f"{int(whole):,}{'.' if decimals else ''}{decimals}"
        exact = Exact(f"{whole}.{decimals}" if decimals else whole)
        assert number_text(exact, places) == written
        assert number_text(-exact, places) == (f"−{written}" if exact else written)


# The functions of a rule, and those for bare numbers


def numbers(random_: random.Random) -> list[Any]:
    """Decimals, and at times a fraction."""
    found = [Exact(random_.randrange(-5000, 50000)).scaleb(-2) for _ in range(4)]
    return [*found, Fraction(random_.randrange(1, 900), 7)] if random_.random() < 0.3 else found


SUMS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Type]] = {
    "total": (functions.total, bare.total, MONEY),
    "mean": (functions.mean, bare.mean, MONEY),
    "capped": (lambda given: functions.capped(*given[:3]), lambda given: bare.capped(*given[:3]), MONEY),
    "as_percent": (lambda given: functions.as_percent(given[0]), lambda given: bare.as_percent(given[0]), DECIMAL),
    "whole": (lambda given: functions.whole(given[0]), lambda given: bare.whole(given[0]), DECIMAL),
    "abs": (lambda given: abs(given[0]), lambda given: bare.absolute(given[0]), PERCENT),
}


@pytest.mark.parametrize("name", SUMS)
def test_bare_numbers_come_to_the_same(name: str) -> None:
    plain, of_bare, kind = SUMS[name]
    random_ = random.Random(name)
    for _ in range(60):
        given = numbers(random_)
        random_.shuffle(given)
        assert plain([kind.python.of(one) for one in given]).exact == of_bare(given), given


KINDS = {Money: MONEY, Percent: PERCENT, Decimal: DECIMAL}


@pytest.mark.parametrize(
    ("scale", "measure", "gives"),
    [
        (scales.Ladder, Money, Percent),
        (scales.Ladder, Decimal, Decimal),
        (scales.Ladder, Decimal, Money),
        (scales.Ladder, Percent, Decimal),
        (scales.RateByBand, Money, Percent),
        (scales.AmountByBand, Money, Money),
    ],
)
def test_bare_scales_come_to_the_same(scale: Any, measure: Any, gives: Any) -> None:
    bands = [scales.Band(measure(at), included, "", gives(rate)) for at, included, rate in SCALE]
    made = scale(tuple(bands))
    kind = Type("scale", scale, item=KINDS[gives], key=(KINDS[measure],))
    name = {scales.Ladder: "marginal", scales.RateByBand: "rate_by_band", scales.AmountByBand: "amount_by_band"}[scale]
    of_bare = bare.bare(made, kind)
    for value in (0, 1, "0.99", 50, "50.01", 100, 101, Fraction(1000, 7)):
        expected = getattr(scales, name)(measure(value), made).exact
        assert getattr(bare, name)(measure(value).exact, of_bare) == expected, value
    assert bare.dressed(of_bare, kind) is made


SCALE: list[tuple[Any, bool, Any]] = [(1, True, 3), (50, False, "4.5"), (100, True, 7)]
