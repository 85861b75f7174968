"""The text that Numba compiles, run by Python itself: for many more policies than there is time to compile.

Python's integers have no bounds, and its lists refuse an index beyond them, so an overflow and a wrong index show too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gongbao.rules import Policy, PolicyError
from gongbao.rules.columns import Batch, NotInColumns, Program, Values, in_numba, in_numpy, tally
from gongbao.rules.columns.generated import form_of, written, written_tally
from gongbao.rules.columns.program import prepared
from gongbao.rules.facts import read_facts
from gongbao.systems.medical_assistance.rules import medical_assistance
from gongbao.systems.outpatient_pooling.rules import outpatient_pooling
from tests.rules.columns.agreement import batch_with_missing
from tests.rules.columns.drawing import Drawing, with_gaps
from tests.rules.columns.imagined import imagined
from tests.rules.columns.invented import FACTS, FIGURES, PARAMETERS, Invented


class _Beyond(Exception):
    """A number that does not fit."""


def _fits(number: int) -> int:
    number = int(number)
    if not -(2**63) <= number < 2**63:
        raise _Beyond(number)
    return number


def _over(number: int, by: int) -> int:
    assert by > 0
    return _fits(number) // by if number >= 0 else -(-_fits(number) // by)


def _over_natural(number: int, by: int) -> int:
    assert by > 0
    # Of a number below 0 the result is nonsense, which must not come out anywhere.
    return _fits(number) // by if number >= 0 else -987_654_321


_MACHINE: dict[str, Any] = {
    "either": lambda condition, then, otherwise: then if condition else otherwise,
    "either_flag": lambda condition, then, otherwise: then if condition else otherwise,
    "least": lambda left, right: min(_fits(left), _fits(right)),
    "most": lambda left, right: max(_fits(left), _fits(right)),
    "over": _over,
    "over_natural": _over_natural,
    "lowest_bit": lambda item: (item & -item).bit_length() - 1,
    "length": lambda item: int(item).bit_length(),
    "np": SimpleNamespace(
        int64=_fits, uint64=lambda number: int(number) % 2**64, empty=lambda size, kind: [None] * int(size)
    ),
}


def by_python(text: str, folder: Path) -> Callable[..., None]:
    names = dict(_MACHINE)
    body = text[text.index("def run(") :]
    exec(compile(body, "generated", "exec"), names)
    run: Callable[..., None] = names["run"]
    return run


@pytest.fixture(autouse=True)
def read_by_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_numba, "function", by_python)


def same(program: Program, found: Values, expected: Values, of: Batch) -> None:
    assert found.doubtful.tolist() == expected.doubtful.tolist()
    assert found.of.keys() == expected.of.keys()
    for name, column in expected.of.items():
        step = program.steps.get(name.removesuffix("?"))
        known = ~expected.doubtful
        if step and step.records:
            known = known[of.records[step.records].case_of]
        assert found.of[name][known].tolist() == column[known].tolist(), name


def policy_of(seed: int, folder: Path) -> Policy | None:
    """A policy of rules drawn at random; None where they make none, or none for columns."""
    try:
        found = imagined(folder, FACTS, Invented(Random(seed), 12).rules(), figures=FIGURES, parameters=PARAMETERS)
        prepared(found)
    except (PolicyError, NotInColumns):
        return None
    return found


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_rules_drawn_at_random(first: int, tmp_path: Path) -> None:
    tried = sure = 0
    for seed in range(first, first + 10):
        policy = policy_of(seed, tmp_path)
        if policy is None:
            continue
        seeded, drawing = Random(seed), Drawing(policy, Random(seed))
        given = [drawing.case() for _ in range(25)]
        if seed % 2:
            given = with_gaps(given, seed=seed, often=0.02)
        read = [read_facts(policy.facts, one) for one in given]
        of, nullable = batch_with_missing(
            policy, [one.facts for one in read if not one.problems and "items" not in one.missing]
        )
        program, settings = prepared(policy, nullable=nullable)
        for names in (None, [seeded.choice(list(program.steps))]):
            expected = in_numpy.compute(program, settings, of, names, threads=1)
            found = in_numba.compute(program, settings, of, names, folder=tmp_path, threads=1)
            same(program, found, expected, of)
        name = seeded.choice(list(program.steps))
        records = program.steps[name].records
        persons = of.records[records].count if records else of.cases
        before = np.array([seeded.choice((0, 5, 100)) for _ in range(persons)], np.int64)
        cells = np.array([seeded.randint(-1, 3) for _ in range(persons)], np.int64)
        asked = program, settings, of, name, before, cells, 4
        counted, sums = tally.tally(*asked, threads=1), in_numba.tally(*asked, folder=tmp_path, threads=1)
        for one in fields(tally.Tally):
            assert getattr(sums, one.name).tolist() == getattr(counted, one.name).tolist(), (seed, name, one.name)
        tried += 1
        sure += int((~expected.doubtful).sum())
    assert tried > 2 and sure > 50


def test_what_lacks_a_fact_is_left_to_compute(tmp_path: Path) -> None:
    given = with_gaps([Drawing(outpatient_pooling, Random(seed)).case() for seed in range(200)], seed=1, often=0.03)
    read = [read_facts(outpatient_pooling.facts, one) for one in given]
    of, nullable = batch_with_missing(
        outpatient_pooling, [one.facts for one in read if not one.problems and "visits" not in one.missing]
    )
    assert len(nullable) > 3
    program, settings = prepared(outpatient_pooling, nullable=nullable)
    expected = in_numpy.compute(program, settings, of)
    assert 20 < expected.doubtful.sum() < of.cases - 20
    found = in_numba.compute(program, settings, of, folder=tmp_path, threads=1)
    same(program, found, expected, of)


def test_an_amount_too_large_to_be_summed_makes_its_case_doubtful(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (tally, in_numba):
        monkeypatch.setattr(module, "largest", lambda persons: 3_000)
    drawing = Drawing(outpatient_pooling, Random(1))
    read = [read_facts(outpatient_pooling.facts, drawing.case()) for _ in range(100)]
    of, _ = batch_with_missing(outpatient_pooling, [one.facts for one in read if not one.problems])
    for name in ("pooled_fund_pays", "pooled_fund_total"):
        program, settings = prepared(outpatient_pooling)
        records = program.steps[name].records
        persons = of.records[records].count if records else of.cases
        before, cells = np.zeros(persons, np.int64), np.zeros(persons, np.int64)
        asked = program, settings, of, name, before, cells, 1
        expected, found = tally.tally(*asked, threads=1), in_numba.tally(*asked, folder=tmp_path, threads=1)
        for one in fields(tally.Tally):
            assert getattr(found, one.name).tolist() == getattr(expected, one.name).tolist(), one.name
        refused = in_numpy.compute(program, settings, of, [name]).doubtful
        assert expected.doubtful.sum() > refused.sum() and expected.after[0] > 0


def test_the_text_has_what_is_asked_for_and_no_figure() -> None:
    program, _ = prepared(medical_assistance)
    read = [read_facts(medical_assistance.facts, Drawing(medical_assistance, Random(1)).case())]
    of, _ = batch_with_missing(medical_assistance, [one.facts for one in read])
    form = form_of(program, of)
    text = written(program, ("inpatient_threshold",), form).text
    # The threshold alone needs all that says which category comes out best.
    assert "out1[ui]" in text and "out2" not in text
    assert ("", "outpatient_self_pay") in written(program, ("inpatient_threshold",), form).columns
    assert written(program, ("counts_for_aid",), form).columns == (("", "on"), ("", "standard_referral"))
    assert "out0" not in written_tally(program, "total_aid", form, True).text
    # Neither a limit nor a rate: they are arguments.
    for number in ("30000", "3000000", "1450000", "7200", "6500"):
        assert number not in text


def test_above_a_threshold_a_difference_is_known_to_be_over_nought() -> None:
    """One instruction less a division: 自付 − 起付标准 is looked at only where it is positive."""
    program, _ = prepared(medical_assistance)
    read = [read_facts(medical_assistance.facts, Drawing(medical_assistance, Random(1)).case())]
    of, _ = batch_with_missing(medical_assistance, [one.facts for one in read])
    body = written(program, ("total_aid",), form_of(program, of)).text.split("def run(")[1]
    assert body.count("over_natural(") == 3 and body.count(" over(") == 0
