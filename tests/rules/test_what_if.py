"""What a reform comes to for a population, each number against plain sums over `compute`; and charts with cliffs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pytest

from gongbao.core.errors import GongbaoError
from gongbao.rules import Policy, Refused, compute
from gongbao.rules.columns import tally as tallies
from gongbao.rules.columns.batch import Batch, DoesNotHold, batch_of
from gongbao.rules.compute import changed_table
from gongbao.rules.facts import as_json, facts_as_json, read_facts
from gongbao.rules.figure_values import plain, rebuilt
from gongbao.rules.policy import Rule
from gongbao.rules.population import write
from gongbao.rules.run import load
from gongbao.rules.what_if import (
    Outcome,
    Population,
    Reform,
    Row,
    chart,
    chart_facts,
    compare,
    heads,
    rows,
    value_rule,
    value_rules,
)
from gongbao.rules.what_if import population as populations
from gongbao.systems import policies
from gongbao.systems import population as population_of
from gongbao.systems import populations as invented
from tests.rules.columns.drawing import drawn_cases
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.country.herds.rules import policy as herds

POLICIES = {**{name: policies()[name] for name in invented()}, "heating": heating, "ferry": ferry, "herds": herds}
DISTRICTS = ["东", "西", "北"]
HOW_MANY = {"air-compensation": 9, "outpatient-pooling": 60, "ferry": 60, "herds": 70}
"""Of cases whose records make them slow to compute one by one fewer are enough."""


# --- the same by plain sums


@dataclass(frozen=True)
class People:
    """Cases as JSON has them, and what else is known of each; beside the population made of them."""

    policy: Policy
    cases: tuple[dict[str, Any], ...]
    district: tuple[int, ...]
    population: Population


def people_of(policy: Policy, cases: list[dict[str, Any]], **options: Any) -> People:
    held, given = [], []
    for one in cases:
        read = read_facts(policy.facts, one)
        if read.problems or read.missing:
            continue
        try:
            batch_of(policy, [read.facts])
        except DoesNotHold:
            continue
        held.append(read.facts)
        given.append(facts_as_json(policy.facts, read.facts))
    district = [place * place % 7 % 3 for place in range(len(held))]
    carried = {"district": SimpleNamespace(codes=np.array(district, np.int32), names=DISTRICTS)}
    population = Population(policy, batch_of(policy, held), carried, **options)
    return People(policy, tuple(given), tuple(district), population)


@cache
def people(name: str) -> People:
    policy = POLICIES[name]
    found = people_of(policy, drawn_cases(policy, HOW_MANY.get(name, 160), 11))
    assert found.population.batch.cases >= 9
    return found


Value = Fraction | None


def exactly(policy: Policy, facts: dict[str, Any], rule: Rule[..., Any], reform: Reform) -> list[Fraction] | None:
    """The value of each person of a case; None where it is refused or a fact is missing."""
    try:
        found = compute(policy, facts, figures=reform.figures, readings=reform.readings)
    except Refused:
        return None
    if rule.record is None:
        values = [found.values[rule.name]]
    else:
        values = [one[rule.name] for one in found.values[policy.list_of(rule.record)]]
    if found.missing:
        return None
    return [Fraction(as_json(one, rule.type) or 0) for one in values]


@cache
def values_of(name: str, value: str, reform: Reform) -> tuple[list[Fraction] | None, ...]:
    one = people(name)
    rule = value_rule(one.policy, value)
    return tuple(exactly(one.policy, facts, rule, reform) for facts in one.cases)


Pair = tuple[int, int, Fraction, Fraction]


def pairs_of(name: str, value: str, start: Reform, reform: Reform) -> Iterator[Pair]:
    """Case, place in the case, before, after of each person that is counted."""
    both = zip(values_of(name, value, start), values_of(name, value, reform), strict=True)
    for case, (before, after) in enumerate(both):
        if before is not None and after is not None:
            yield from ((case, place, *pair) for place, pair in enumerate(zip(before, after, strict=True)))


def check_row(row: Row, pairs: list[Pair], rule: Rule[..., Any]) -> None:
    told = row.as_json(rule)
    changes = [after - before for *_, before, after in pairs]
    plain_row = {
        "before": sum(before for *_, before, _ in pairs),
        "after": sum(after for *_, after in pairs),
        "change": sum(changes),
        "gain": sum(one for one in changes if one > 0),
        "loss": -sum(one for one in changes if one < 0),
    }
    assert {name: Fraction(told[name]) for name in plain_row} == plain_row
    counts = {
        "persons": len(pairs),
        "gained": sum(one > 0 for one in changes),
        "lost": sum(one < 0 for one in changes),
        "entered": sum(before == 0 != after for *_, before, after in pairs),
        "left": sum(after == 0 != before for *_, before, after in pairs),
        "receiving_before": sum(before != 0 for *_, before, _ in pairs),
        "receiving_after": sum(after != 0 for *_, after in pairs),
    }
    assert {name: told[name] for name in counts} == counts
    unit = Fraction(1, 10 ** (rule.type.places or 0))
    mean = Fraction(told["mean_change"])
    assert abs(mean - (plain_row["change"] / len(pairs) if pairs else 0)) * 2 <= unit
    before, change = plain_row["before"], plain_row["change"]
    if before:
        assert abs(Fraction(told["change_percent"].removesuffix("%")) - 100 * change / abs(before)) * 200 <= 1
    else:
        assert told["change_percent"] is None


def check_sizes(outcome: Outcome, pairs: list[Pair], rule: Rule[..., Any]) -> None:
    told = [one.as_json(rule) for one in outcome.sizes]
    changes = [after - before for *_, before, after in pairs if after != before]
    for one in told:
        low, high = Fraction(one["from"]), one["below"]
        within = [by for by in changes if low <= abs(by) and (high is None or abs(by) < Fraction(high))]
        assert one["gained"] == sum(by > 0 for by in within)
        assert one["lost"] == sum(by < 0 for by in within)
        assert Fraction(one["gain"]) == sum(by for by in within if by > 0)
        assert Fraction(one["loss"]) == -sum(by for by in within if by < 0)
    assert sum(one["gained"] + one["lost"] for one in told) == len(changes)


def group_of(one: People, dimension: str, records: str, case: int, place: int) -> str | None:
    """The key of the person's group; None for tenths, which are looked at otherwise."""
    facts = one.cases[case]
    if dimension == "district":
        return DISTRICTS[one.district[case]]
    sheet = one.policy.facts.declared()
    if "." in dimension:
        sheet, facts = sheet[records].type.item.python.declared(), facts[records][place]  # type: ignore[union-attr]
        dimension = dimension.partition(".")[2]
    fact, value = sheet[dimension].type, facts[dimension]
    if value is None:
        return ""
    match fact.kind:
        case "choice":
            return str(value)
        case "flag":
            return str(value).lower()
        case "list":
            members = [member.value for member in fact.item.python]  # type: ignore[union-attr]
            return ",".join(sorted(value, key=members.index))
        case "date":
            return str(value)[:4]
        case "month":
            return str(value)
    return None


def tenths_of(one: People, dimension: str, records: str) -> dict[tuple[int, int], str]:
    """The tenth of each person, by case and place: the first whose last value is not less."""
    numbers: dict[tuple[int, int], Fraction] = {}
    for case, facts in enumerate(one.cases):
        parts = facts[records] if records else [facts]
        name = dimension.rpartition(".")[2]
        for place, part in enumerate(parts):
            within = part if "." in dimension or not records else facts
            numbers[case, place] = Fraction(str(within[name]))
    # Tenths of what the fact is of: a fact of the case counts once for each case.
    counted = list(numbers.values())
    if records and "." not in dimension:
        counted = [Fraction(str(facts[dimension])) for facts in one.cases]
    ordered = sorted(counted)
    if len(set(ordered)) <= 10:
        few = sorted(set(ordered))
        return {key: str(few.index(number) + 1) for key, number in numbers.items()}
    edges = [ordered[-(-len(ordered) * part // 10) - 1] for part in range(1, 10)]
    return {key: str(sum(edge < number for edge in edges) + 1) for key, number in numbers.items()}


def check(name: str, value: str, outcome: Outcome) -> None:
    """Every number of an outcome."""
    one = people(name)
    rule = value_rule(one.policy, value)
    records = one.policy.list_of(rule.record) if rule.record else ""
    pairs = list(pairs_of(name, value, outcome.start, outcome.reform))
    check_row(outcome.total, pairs, rule)
    check_sizes(outcome, pairs, rule)
    refused = [
        case
        for case, both in enumerate(
            zip(values_of(name, value, outcome.start), values_of(name, value, outcome.reform), strict=True)
        )
        if None in both
    ]
    assert outcome.left_out.cases == len(refused)
    assert sum(count for _, count in outcome.left_out.reasons) == len(refused)
    for dimension, groups in outcome.by:
        assert sum(row.persons for _, row in groups) == len(pairs)
        if dimension.kind == "applied":
            continue
        if dimension.kind == "tenth":
            key_of = tenths_of(one, dimension.name, records)
        else:
            key_of = {
                (case, place): group_of(one, dimension.name, records, case, place)  # type: ignore[misc]
                for case, place, *_ in pairs
            }
        for group, row in groups:
            check_row(row, [pair for pair in pairs if key_of[pair[0], pair[1]] == group.key], rule)


def reforms_of(policy: Policy, seed: int) -> list[Reform]:
    """Two of changed figures, and every option that is no default."""
    random = Random(seed)
    leaves: list[tuple[str, Any]] = []

    def leaf(name: str, kind: Any, value: Any) -> Any:
        if kind.is_number and not name.endswith(".above"):
            leaves.append((name, kind))
        texts[name] = str(plain(value))
        return value

    texts: dict[str, str] = {}
    for name, entry in policy.figure_table.entries.items():
        rebuilt(name, entry.type, entry.values[-1].value, leaf)
    found = []
    for factor in (Decimal("1.5"), Decimal("0.5")):
        chosen = random.sample(leaves, min(4, len(leaves)))
        figures = {}
        for name, kind in chosen:
            number = Decimal(texts[name].removesuffix("%")) * factor
            places = 0 if kind.kind == "integer" else 2 if kind.places is None else kind.places
            figures[name] = f"{round(number, places):f}" + ("%" if kind.kind == "percent" else "")
        changed_table(policy, tuple(figures.items()))
        found.append(Reform(figures))
    for name, reading in policy.reading_table.items():
        found += [Reform(readings={name: option}) for option in reading.options if option != reading.default]
    return found


@pytest.mark.parametrize("name", POLICIES)
def test_every_number_is_that_of_plain_sums(name: str) -> None:
    one = people(name)
    rule = value_rule(one.policy)
    records = one.policy.list_of(rule.record) if rule.record else ""
    reforms = reforms_of(one.policy, 5)
    assert len(reforms) >= 2
    for reform in reforms:
        found = compare(one.population, reform, by=list(one.population.dimensions(records)))
        check(name, rule.name, found.outcome)
    nothing = compare(one.population, Reform()).outcome.total
    assert nothing.change == nothing.gain == nothing.lost == nothing.entered == 0 < nothing.persons
    assert any(values_of(name, rule.name, one) != values_of(name, rule.name, Reform()) for one in reforms)


@pytest.mark.parametrize(
    "name", ["air-compensation", "outpatient-pooling", "medical-early-warning", "ferry", "heating"]
)
def test_every_value_that_is_reported(name: str) -> None:
    one = people(name)
    reform = reforms_of(one.policy, 6)[0]
    for value, rule in value_rules(one.policy).items():
        dimensions = list(one.population.dimensions(one.policy.list_of(rule.record) if rule.record else ""))
        check(name, value, compare(one.population, reform, value, by=dimensions[:3]).outcome)


def test_the_choice_that_came_out_best_is_a_dimension() -> None:
    one = people("medical-assistance")
    found = compare(one.population, Reform({"inpatient_rate[extreme_hardship]": "80%"}), by=["category"]).outcome
    ((dimension, groups),) = found.by
    assert dimension.kind == "applied"
    changed = {group.key for group, row in groups if row.lost}
    assert changed and "extreme_hardship" in changed
    persons = {group.key: row.persons for group, row in groups}
    plain_count: dict[str, int] = {}
    for facts in one.cases:
        try:
            result = compute(one.policy, facts)
        except Refused:
            continue
        best = result.case.best().value
        plain_count[best] = plain_count.get(best, 0) + 1
    assert persons == plain_count


@pytest.mark.parametrize(
    "by", ["0.01", "0.99", "1", "1.99", "2", "5", "10", "4999.99", "5000", "5000000", "9999999.99"]
)
def test_a_change_stands_in_the_size_that_begins_with_it(by: str) -> None:
    one = people("monthly-account-credit")
    before = Decimal(plain(one.policy.figure_table.entries["retired_credit"].values[-1].value))
    found = compare(one.population, Reform({"retired_credit": f"{before + Decimal(by)}"}))
    ((size),) = found.as_json()["outcome"]["sizes"]
    assert Decimal(size["from"]) <= Decimal(by) and (size["below"] is None or Decimal(by) < Decimal(size["below"]))
    assert size["gained"] > 5 and Decimal(size["gain"]) == size["gained"] * Decimal(by)
    gone = compare(one.population, Reform({"retired_credit": "0"})).outcome.total
    assert gone.left == gone.lost == size["gained"] and gone.entered == 0
    # And from nothing to the same again.
    back = compare(one.population, Reform(), against=Reform({"retired_credit": "0"})).between
    assert back is not None and back.total.entered == gone.left and back.total.left == 0


# --- two reforms


@pytest.mark.parametrize("name", ["medical-assistance", "air-compensation", "outpatient-pooling", "herds"])
def test_two_reforms_side_by_side(name: str) -> None:
    one = people(name)
    rule = value_rule(one.policy)
    first, second, *_ = reforms_of(one.policy, 7)
    found = compare(one.population, first, against=second, by=["district"])
    assert found.against and found.between
    for outcome, start, reform in (
        (found.outcome, Reform(), first),
        (found.against, Reform(), second),
        (found.between, second, first),
    ):
        assert (outcome.start, outcome.reform) == (start, reform)
        check(name, rule.name, outcome)
    told = found.as_json()
    assert Fraction(told["between"]["total"]["change"]) == Fraction(told["outcome"]["total"]["after"]) - Fraction(
        told["against"]["total"]["after"]
    )


@pytest.mark.parametrize("name", ["medical-assistance", "air-compensation"])
def test_the_other_values_of_the_same_persons(name: str) -> None:
    one = people(name)
    rule = value_rule(one.policy)
    first, second, *_ = reforms_of(one.policy, 7)
    found = compare(one.population, first, against=second, parts=True)
    for outcome in (found.outcome, found.against, found.between):
        assert outcome is not None
        told = {each.name: row for each, row in outcome.parts}
        same = {value for value, each in value_rules(one.policy).items() if each.record is rule.record}
        assert set(told) == same - {rule.name} and len(told) > 2
        for value, row in told.items():
            pairs = list(pairs_of(name, value, outcome.start, outcome.reform))
            check_row(row, pairs, value_rule(one.policy, value))
    table = list(rows(found, "zh"))
    assert len(table) == 3 * (1 + len(told))
    assert compare(one.population, first).outcome.parts == []


# --- what columns do not hold


def test_what_columns_do_not_hold_is_computed_one_by_one() -> None:
    policy = POLICIES["medical-assistance"]
    usual = [one for one in drawn_cases(policy, 60, 3) if one["on"] >= "2022-05-01"]
    beyond = [{**one, "inpatient_self_pay": "9999999999999.99"} for one in usual[:7]]
    early = [{**one, "on": "2022-04-30"} for one in usual[:5]]
    one = people_of(policy, [*usual, *beyond, *early])
    reform = Reform({"inpatient_rate[extreme_hardship]": "95%"})
    found = compare(one.population, reform, by=["district"]).outcome
    rule = value_rule(policy)
    pairs = []
    for case, facts in enumerate(one.cases):
        before, after = (exactly(policy, facts, rule, each) for each in (Reform(), reform))
        if before is not None and after is not None:
            pairs.append((case, 0, before[0], after[0]))
    check_row(found.total, pairs, rule)
    assert found.decided >= 7
    assert found.left_out.cases == found.left_out.persons >= 5
    assert any("施行期" in words.zh for words, _ in found.left_out.reasons)
    assert all(words.zh and words.en for words, _ in found.left_out.reasons)
    for _, groups in found.by:
        for group, row in groups:
            own = [pair for pair in pairs if DISTRICTS[one.district[pair[0]]] == group.key]
            check_row(row, own, rule)
    # Where they are too many, none of them is counted, and that is told.
    few = compare(one.population, reform, decide=3).outcome
    assert few.decided == 0 and few.left_out.cases == found.decided + found.left_out.cases
    assert few.total.persons + few.left_out.persons == len(one.cases)
    ((words, count),) = few.left_out.reasons
    assert count == few.left_out.cases and "3" in words.zh and "3" in words.en


def test_a_missing_fact_leaves_a_case_out_only_where_it_is_needed() -> None:
    policy = POLICIES["medical-assistance"]
    cases = [one for one in drawn_cases(policy, 40, 8) if one["on"] >= "2022-05-01"]
    for one in (cases[2], cases[5]):  # of several categories the best is not known without it
        one["categories"] = ["extreme_hardship"]
    batch = batch_of(policy, [read_facts(policy.facts, one).facts for one in cases])
    given = np.ones(batch.cases, np.int8)
    given[[2, 5]] = 0
    batch.columns["outpatient_self_pay?"] = given
    found = compare(Population(policy, batch), Reform({"inpatient_rate[extreme_hardship]": "95%"})).outcome
    assert found.left_out.cases == 2
    label = policy.facts.declared()["outpatient_self_pay"].label
    ((words, count),) = found.left_out.reasons
    assert (words.zh, words.en, count) == (f"缺少：{label.zh}", f"missing: {label.en}", 2)
    inpatient = compare(Population(policy, batch), Reform(), "inpatient_aid").outcome
    assert inpatient.total.persons == batch.cases


def test_amounts_that_sums_could_not_hold_are_added_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    one = people("medical-assistance")
    reform = Reform({"limit[extreme_hardship]": "60000"})
    expected = compare(one.population, reform, by=["district"]).as_json()
    monkeypatch.setattr(tallies, "largest", lambda persons: 1_000_000)
    fresh = Population(one.policy, one.population.batch, one.population.carried)
    found = compare(fresh, reform, by=["district"])
    assert found.outcome.decided > 10
    told = found.as_json()
    for key in ("total", "sizes", "by"):
        assert told["outcome"][key] == expected["outcome"][key]


def test_columns_that_cannot_hold_the_policy_leave_it_to_compute(monkeypatch: pytest.MonkeyPatch) -> None:
    one = people("medical-assistance")
    reform = Reform({"limit[extreme_hardship]": "60000"})
    expected = compare(one.population, reform, by=["district"]).as_json()["outcome"]
    fresh = Population(one.policy, one.population.batch, one.population.carried)
    monkeypatch.setattr(fresh, "prepared", lambda reform: None)
    told = compare(fresh, reform, by=["district"]).as_json()["outcome"]
    assert [told[key] for key in ("total", "sizes", "by")] == [expected[key] for key in ("total", "sizes", "by")]
    with pytest.raises(GongbaoError, match="too large"):
        compare(fresh, reform, decide=10)


def test_figures_beyond_the_usual_room_get_a_program_of_their_own() -> None:
    name = "medical-assistance"
    one = people(name)
    reform = Reform({"limit[extreme_hardship]": "99999999"})
    assert one.population.prepared(reform) is not None
    check(name, "total_aid", compare(one.population, reform, by=["district"]).outcome)


# --- dimensions


def test_too_many_parts_are_added_up_one_dimension_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    one = people("medical-assistance")
    reform = Reform({"limit[extreme_hardship]": "60000"})
    names = ["district", "categories", "inpatient_self_pay", "on"]
    expected = compare(one.population, reform, by=names).as_json()["outcome"]["by"]
    monkeypatch.setattr(populations, "MOST_CELLS", 70)
    fresh = Population(one.policy, one.population.batch, one.population.carried)
    assert compare(fresh, reform, by=names).as_json()["outcome"]["by"] == expected
    with pytest.raises(GongbaoError, match="more than 70 parts"):
        fresh.cells(names)


def test_dimensions_that_are_none() -> None:
    population = people("medical-assistance").population
    with pytest.raises(GongbaoError, match="can by district"):
        compare(population, Reform(), by=["distrct"])
    with pytest.raises(GongbaoError, match="told apart"):
        compare(population, Reform(), by=["visits.level"])
    many = SimpleNamespace(codes=np.arange(2000, dtype=np.int32) % 1500, names=[str(one) for one in range(1500)])
    batch = Batch(2000, {name: np.resize(column, 2000) for name, column in population.batch.columns.items()})
    with pytest.raises(GongbaoError, match="more than 1,000 groups"):
        compare(Population(population.policy, batch, {"village": many}), Reform(), by=["village"])


def test_why_a_column_of_the_data_tells_nobody_apart(tmp_path: Path) -> None:
    made, data = tmp_path / "made.parquet", tmp_path / "data.parquet"
    write(population_of("outpatient-pooling"), made, 1_100, 1)
    names = """ 'c' || "case" as who, (row_number() over ()) % 7 as seat """
    duckdb.sql(f"copy (select *, {names} from '{made}') to '{data}'")
    policy = POLICIES["outpatient-pooling"]
    population = Population.of(policy, load(policy, str(data)))
    with pytest.raises(GongbaoError, match="by who: it has more than 1,000 different values"):
        compare(population, Reform(), by=["who"])
    with pytest.raises(GongbaoError, match="by seat: it has several values in the rows of one case"):
        compare(population, Reform(), by=["seat"])
    compare(population, Reform(), by=["district"])


def test_columns_of_small_integers_come_to_the_same() -> None:
    one = people("outpatient-pooling")
    batch = one.population.batch

    def small(column: Any) -> Any:
        for kind in (np.int8, np.int16, np.int32):
            if not len(column) or (np.iinfo(kind).min <= column.min() and column.max() <= np.iinfo(kind).max):
                return column.astype(kind)
        return column

    compact = batch.part(0, batch.cases)
    compact.columns = {name: small(column) for name, column in compact.columns.items()}
    for held in compact.records.values():
        held.columns = {name: small(column) for name, column in held.columns.items()}
    reform = reforms_of(one.policy, 5)[0]
    for value in ("pooled_fund_total", "pooled_fund_pays"):
        names = list(one.population.dimensions("visits" if value == "pooled_fund_pays" else ""))
        expected = compare(one.population, reform, value, by=names).as_json()
        fresh = Population(one.policy, compact, one.population.carried)
        assert compare(fresh, reform, value, by=names).as_json() == expected


# --- what is wrong, and what is empty


@pytest.mark.parametrize(
    ("reform", "value", "message"),
    [
        (Reform({"inpatient_rates[subsistence_allowance]": "75%"}), None, "is no figure"),
        (Reform({"inpatient_rate": "75%"}), None, "write inpatient_rate"),
        (Reform({"inpatient_rate[subsistence_allowance]": "many"}), None, "no number"),
        (Reform({"inpatient_rate[subsistence_allowance]": "-5%"}), None, "negative"),
        (Reform(readings={"nothing": "all"}), None, "no reading nothing"),
        (Reform(), "total_aids", "total_aid"),
        (Reform(), "category", "reports no amount"),
    ],
)
def test_what_cannot_be_is_told(reform: Reform, value: str | None, message: str) -> None:
    with pytest.raises(GongbaoError, match=message):
        compare(people("medical-assistance").population, reform, value)


@pytest.mark.parametrize("name", POLICIES)
def test_a_population_of_nobody(name: str) -> None:
    policy = POLICIES[name]
    rule = value_rule(policy)
    records = policy.list_of(rule.record) if rule.record else ""
    empty = Population(policy, batch_of(policy, []))
    found = compare(empty, reforms_of(policy, 5)[0], by=list(empty.dimensions(records)))
    total = found.as_json()["outcome"]["total"]
    assert total["persons"] == 0 and Fraction(total["after"]) == 0 and total["change_percent"] is None
    assert found.outcome.sizes == [] and all(groups == [] for _, groups in found.outcome.by)


def test_once_nobody_wants_it_it_ends() -> None:
    with pytest.raises(InterruptedError):
        compare(people("heating").population, reforms_of(heating, 5)[0], is_wanted=lambda: False)


def test_what_the_data_lacked_is_told() -> None:
    one = people("heating")
    left_out = [SimpleNamespace(row=2, case="", zh="缺少：面积", en="missing: area")] * 3
    population = Population(heating, one.population.batch, left_out=left_out, left_out_count=5)
    told = compare(population, Reform()).as_json()["unread"]
    assert told == {"cases": 5, "reasons": [{"zh": "缺少：面积", "en": "missing: area", "cases": 3}]}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_has_the_numbers_of_the_comparison(language: str) -> None:
    one = people("medical-assistance")
    first, second, *_ = reforms_of(one.policy, 7)
    found = compare(one.population, first, against=second, by=["district", "standard_referral"])
    table = list(rows(found, language))
    assert all(len(row) == len(heads(language)) for row in table)
    assert len({row[0] for row in table}) == 3
    assert len(table) == 3 * (1 + 3 + 2)
    at = dict(zip(heads(language), table[0], strict=False))
    after = at["调整后" if language == "zh" else "after"]
    assert after == Decimal(found.as_json()["outcome"]["total"]["after"])


# --- charts


def brute(policy: Policy, facts: dict[str, Any], path: str, numbers: range, reform: Reform, value: str) -> list[Any]:
    out = []
    for number in numbers:
        found = exactly(policy, {**facts, path: f"{Decimal(number) / 100}"}, value_rule(policy, value), reform)
        out.append(None if found is None else found[0])
    return out


@pytest.mark.parametrize("name", POLICIES)
def test_the_points_of_a_chart_are_those_of_compute(name: str) -> None:
    one = people(name)
    policy = one.policy
    reform = reforms_of(policy, 5)[0]
    rule = value_rule(policy)
    for path in list(chart_facts(policy))[:3]:
        for population in (None, one.population) if name in policies() else (one.population,):
            found = chart(policy, path, reform, population=population)
            told = found.as_json()
            assert [one["at"] for one in told["points"]] == sorted({one["at"] for one in told["points"]}, key=Decimal)
            assert 100 < len(told["points"]) < 4500 or found.fact.type.kind == "integer"
            random = Random(1)
            points = random.sample(told["points"], min(12, len(told["points"])))
            points += [one for one in told["points"] if one["at"] in {each["at"] for each in told["cliffs"][:3]}]
            for point in points:
                facts = _with(found.facts, found.path, point["at"])
                for curve, each in (("before", Reform()), ("after", reform)):
                    plain_value = exactly(policy, facts, rule, each)
                    record = int(found.path.partition("[")[2].partition("]")[0]) if "[" in found.path else 0
                    expected = None if plain_value is None else plain_value[record if rule.record else 0]
                    assert (None if point[curve] is None else Fraction(point[curve])) == expected
            for cliff in told["cliffs"]:
                unit = Fraction(cliff["next"]) - Fraction(cliff["at"])
                assert unit == Fraction(1, 10 ** (found.fact.type.places or 0))
                assert Fraction(cliff["value_next"]) - Fraction(cliff["value_at"]) == Fraction(cliff["jump"]) != 0


def _with(facts: dict[str, Any], path: str, text: str) -> dict[str, Any]:
    head, _, name = path.rpartition(".")
    if not head:
        return {**facts, path: text}
    records, number = head.split("[")[0], int(head.split("[")[1][:-1])
    listed = [dict(one) for one in facts[records]]
    listed[number][name] = text
    return {**facts, records: listed}


WARNED = {"categories": ["near_subsistence"], "self_pay": "0", "on": "2022-06-01"}


def test_a_cliff_is_found_to_the_fen_and_who_stands_near_is_counted() -> None:
    one = people("medical-early-warning")
    found = chart(one.policy, "self_pay", population=one.population, given=WARNED, distance="500").as_json()
    before = [cliff for cliff in found["cliffs"] if cliff["curve"] == "before"]
    line = Decimal(plain(one.policy.figure_table.entries["warning_line"].values[-1].value))
    assert [(Decimal(cliff["at"]), Decimal(cliff["next"]), cliff["jump"]) for cliff in before] == [
        (line, line + Decimal("0.01"), "1")
    ]
    amounts = [Decimal(facts["self_pay"]) for facts in one.cases]
    alike = [Decimal(facts["self_pay"]) for facts in one.cases if facts["categories"] == ["near_subsistence"]]
    (cliff,) = before
    for below, above, numbers in (("below", "above", amounts), ("alike_below", "alike_above", alike)):
        assert cliff[below] == sum(line - 500 < number <= line for number in numbers)
        assert cliff[above] == sum(line < number <= line + 500 for number in numbers)
    assert cliff["below"] > 0 and found["persons"] == len(one.cases) and found["distance"] == "500.00"


def test_every_cliff_of_a_span_is_found() -> None:
    """Each fen of a span beside what the chart tells, under figures that make a jump."""
    policy = POLICIES["medical-assistance"]
    facts = {
        "categories": ["near_subsistence"],
        "inpatient_self_pay": "0",
        "outpatient_self_pay": "0",
        "standard_referral": True,
        "in_province": True,
        "on": "2022-06-01",
    }
    span = ("0", "60000")
    reform = Reform({"limit[near_subsistence]": "12000"})
    found = chart(policy, "outpatient_self_pay", reform, given=facts, span=span)
    assert {one.curve for one in found.cliffs} == {"before", "after"}
    for one in found.cliffs:
        numbers = range(one.low - 150, one.high + 150)
        values = brute(
            policy, facts, "outpatient_self_pay", numbers, Reform() if one.curve == "before" else reform, "total_aid"
        )
        jumps = [
            numbers[place]
            for place in range(len(numbers) - 1)
            if values[place] is not None and abs(values[place + 1] - values[place]) > 1
        ]
        assert jumps == [one.low]


def test_two_reforms_have_three_curves() -> None:
    policy = POLICIES["medical-early-warning"]
    found = chart(
        policy,
        "self_pay",
        Reform({"warning_line": "9000"}),
        against=Reform({"warning_line": "20000"}),
        given=WARNED,
    )
    assert found.curves == ("before", "after", "against")
    assert {one.curve: number(one.low) for one in found.cliffs} == {"before": 14500, "after": 9000, "against": 20000}


def number(fen: int) -> int:
    assert fen % 100 == 0
    return fen // 100


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fact": "self_pays"}, "self_pay"),
        ({"fact": "categories"}, "there is no number categories"),
        ({"fact": "self_pay[0]"}, "there is no number|is no list"),
        ({"fact": "self_pay", "span": ("5", "5")}, "not less"),
        ({"fact": "self_pay", "span": ("-5", "5")}, "cannot go"),
        ({"fact": "self_pay", "span": ("a", "5")}, "no number"),
        ({"fact": "self_pay", "distance": "0"}, "no distance"),
        ({"fact": "self_pay", "given": {**WARNED, "on": "2022-02-31"}}, "on"),
        ({"value": "nothing"}, "nothing"),
    ],
)
def test_charts_that_cannot_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(GongbaoError, match=message):
        chart(POLICIES["medical-early-warning"], **{"given": WARNED, **options})


def test_a_record_that_is_not_there() -> None:
    with pytest.raises(GongbaoError, match=r"has \d+ of trips"):
        chart(ferry, "trips[99].fare", population=people("ferry").population)
