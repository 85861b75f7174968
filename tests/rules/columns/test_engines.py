"""The engines against each other on batches too large for `compute`: drawn as columns, bounds and edges among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gongbao.rules import Policy
from gongbao.rules.columns import Batch, Program, Records, Values, in_numpy, program_of
from gongbao.rules.columns.batch import PLACE, outside
from gongbao.rules.columns.calendar import number_of
from gongbao.rules.columns.lower import places_of
from gongbao.rules.edges import numbers_of
from gongbao.rules.policy import Fact, FactSheet
from gongbao.systems.air_compensation.rules import air_compensation
from gongbao.systems.medical_assistance.rules import medical_assistance
from gongbao.systems.outpatient_pooling.rules import outpatient_pooling
from tests.rules.columns.variants import with_figures_that_change
from tests.rules.country.ferry.rules import policy as ferry

in_numba = pytest.importorskip("gongbao.rules.columns.in_numba", exc_type=ImportError)
pytest.importorskip("numba")

Ints = np.ndarray[Any, np.dtype[np.int64]]


@pytest.fixture(scope="module")
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one of test_numba.py, where the same rules are compiled."""
    cache = getattr(request.config, "cache", None)
    return Path(cache.mkdir("columns")) if cache else tmp_path_factory.mktemp("columns")


class Draw:
    """A batch for a program, knowing its fact sheet only. One year for each case, in which all its days lie."""

    def __init__(self, program: Program, cases: int, seed: int) -> None:
        self.program, self.policy, self.cases = program, program.policy, cases
        self.by = np.random.default_rng(seed)
        self.figures = np.array(sorted({int(one * 10000) for one in numbers_of(self.policy.figure_table)}))
        first = self.policy.since.year
        self.years = self.by.integers(first, first + 3, cases)
        begins = np.array([number_of(self.policy.since.replace(year=year, month=1, day=1)) for year in self.years])
        self.first = np.maximum(begins, number_of(self.policy.since))
        self.last = begins + 364

    def batch(self) -> Batch:
        facts = self.policy.facts.declared()
        records = {one.name: self._records(one) for one in facts.values() if one.type.is_records}
        of_case = np.arange(self.cases)
        return Batch(self.cases, self._sheet(self.policy.facts, "", of_case), records)

    def _sheet(self, sheet: type[FactSheet], records: str, case_of: Ints) -> dict[str, Ints]:
        found: dict[str, Ints] = {}
        for name, one in sheet.declared().items():
            if one.type.is_records:
                continue
            found[name] = self._column(one, records, case_of)
            if one.type.optional:
                found[f"{name}?"] = self.by.integers(0, 2, len(case_of))
                found[name] = found[name] * found[f"{name}?"]
        return found

    def _records(self, one: Fact) -> Records:
        assert one.type.item is not None
        record = one.type.item.python
        if one.one_for_each:
            members = len(record.declared()[one.one_for_each].type.python)
            sizes = np.full(self.cases, members)
        else:
            sizes = self.by.choice([0, 1, 2, 3, 5, 8, 60], self.cases, p=[0.1, 0.2, 0.2, 0.2, 0.2, 0.09, 0.01])
        starts = np.concatenate([[0], np.cumsum(sizes)])
        case_of = np.repeat(np.arange(self.cases), sizes)
        columns = self._sheet(record, one.name, case_of)
        if one.one_for_each:
            shuffled = np.argsort(self.by.random((self.cases, members)), axis=1)
            columns[one.one_for_each] = shuffled.ravel()
        columns[PLACE] = np.arange(len(case_of)) - starts[case_of]
        if record.order_field:
            order = np.lexsort([columns[record.order_field], case_of])
            columns = {name: column[order] for name, column in columns.items()}
        return Records(starts, columns)

    def _column(self, one: Fact, records: str, case_of: Ints) -> Ints:
        kind, count, by = one.type, len(case_of), self.by
        if kind.kind in ("date", "month"):
            days = by.integers(self.first[case_of], self.last[case_of] + 1)
            # Few days of a case, so that several things happen on one.
            days = np.where(by.random(count) < 0.5, self.first[case_of] + by.integers(0, 3, count), days)
            if kind.kind == "month":
                days = days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
            return days
        if kind.kind == "text":
            return by.integers(0, 3, count)
        if kind.kind == "list":
            return by.integers(1, 2 ** len(kind.item.python), count) if kind.item else by.integers(0, 1, count)
        lo, hi = self.program.columns[records, one.name]
        if not kind.is_number:
            return by.integers(lo, hi + 1, count)
        if 1900 <= lo <= hi <= 2199:
            return self.years[case_of]
        scale = 10 ** places_of(kind)
        near = by.choice(self.figures, count) * scale // 10000 + by.integers(-1, 2, count)
        usual = by.integers(0, min(hi, 100_000 * scale) + 1, count)
        any_of_all = by.integers(lo, hi + 1, count)
        drawn = by.choice(5, count, p=[0.3, 0.3, 0.3, 0.05, 0.05])
        found = np.choose(drawn, [near, usual, usual // 100, any_of_all, np.where(by.random(count) < 0.5, lo, hi)])
        return np.clip(found, lo, hi)


def same(program: Program, found: Values, expected: Values, of: Batch) -> None:
    assert np.array_equal(found.doubtful, expected.doubtful)
    assert found.of.keys() == expected.of.keys()
    for name, column in expected.of.items():
        step = program.steps.get(name.removesuffix("?"))
        sure = ~expected.doubtful
        if step and step.records:
            sure = sure[of.records[step.records].case_of]
        differ = np.nonzero(sure & (found.of[name] != column))[0]
        assert not len(differ), f"{name}: {len(differ)} differ, the first at {differ[0]}"


ALL = {one.name: one for one in (medical_assistance, outpatient_pooling, air_compensation, ferry)}
CASES = {"medical-assistance": 150_000, "outpatient-pooling": 40_000, "air-compensation": 8_000, "ferry": 40_000}


@pytest.mark.parametrize("name", ALL)
def test_numba_comes_to_what_numpy_comes_to(name: str, folder: Path) -> None:
    policy: Policy = with_figures_that_change(ALL[name], seed=1)
    program = program_of(ALL[name], policy.figure_table)
    of = Draw(program, CASES[name], seed=2).batch()
    for readings in ({}, {key: options[-1] for key, options in policy.readings.declared().items()}):
        settings = program.settings(policy.figure_table, readings)
        expected = in_numpy.compute(program, settings, of, threads=2)
        assert expected.doubtful.mean() < 0.5
        same(program, in_numba.compute(program, settings, of, folder=folder, threads=2), expected, of)


@pytest.mark.parametrize("name", ALL)
def test_numpy_comes_to_the_same_in_blocks_of_any_size(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of(ALL[name])
    settings = program.settings(ALL[name].figure_table)
    of = Draw(program, 200, seed=3).batch()
    expected = in_numpy.compute(program, settings, of)
    monkeypatch.setattr(in_numpy, "BLOCK", 7)
    monkeypatch.setattr(in_numpy, "BLOCK_OF_RECORDS", 13)
    same(program, in_numpy.compute(program, settings, of, threads=2), expected, of)


def test_numpy_comes_to_the_same_with_few_pairs_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of(air_compensation)
    settings = program.settings(air_compensation.figure_table, {"improvement_baseline": "rate_of_means"})
    of = Draw(program, 300, seed=5).batch()
    expected = in_numpy.compute(program, settings, of)
    monkeypatch.setattr(in_numpy, "_MOST_PAIRS", 500)
    same(program, in_numpy.compute(program, settings, of), expected, of)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("beyond", [-1, 10**6, 2**62, -(2**62)])
def test_what_lies_beyond_its_bounds_is_found_and_stops_nothing(name: str, beyond: int) -> None:
    program = program_of(ALL[name])
    settings = program.settings(ALL[name].figure_table)
    of = Draw(program, 60, seed=4).batch()
    before = in_numpy.compute(program, settings, of)
    for records, column in program.columns:
        if column.endswith("?"):
            continue
        columns = of.records[records].columns if records else of.columns
        lo, hi = program.columns[records, column]
        if lo <= beyond <= hi:
            continue
        kept = columns[column]
        columns[column] = kept.copy()
        columns[column][::5] = beyond
        wrong = np.zeros(of.cases, bool)
        wrong[of.records[records].case_of[::5] if records else slice(None, None, 5)] = True
        given = columns.get(f"{column}?")
        if given is None:
            assert outside(program, of)[wrong].all()
        found = in_numpy.compute(program, settings, of)
        columns[column] = kept
        # Those beside it are what they were.
        for value, values in before.of.items():
            step = program.steps.get(value)
            sure = ~(wrong | before.doubtful | found.doubtful)
            if step and step.records:
                sure = sure[of.records[step.records].case_of]
            assert np.array_equal(found.of[value][sure], values[sure])
