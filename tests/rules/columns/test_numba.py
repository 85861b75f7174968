"""The compiled rules against NumPy, to the last number; and that they come only when they are there."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from gongbao.rules import Policy
from gongbao.rules.cases import read_worked_cases
from gongbao.rules.columns import Batch, NotInColumns, Program, Records, Values, batch_of, engine, in_numpy, tally
from gongbao.rules.columns.engine import Engine
from gongbao.rules.columns.program import prepared
from gongbao.rules.facts import read_facts
from gongbao.systems import policies, populations
from gongbao.systems.medical_assistance.rules import medical_assistance
from gongbao.systems.outpatient_pooling.rules import outpatient_pooling
from tests.rules.columns.drawing import Drawing
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.country.herds.rules import policy as herds
from tests.rules.test_to_sql import drawn, ferried, grazed, measured, treated

in_numba = pytest.importorskip("gongbao.rules.columns.in_numba", exc_type=ImportError)
pytest.importorskip("numba")

ALL = {**{name: policies()[name] for name in populations()}, **{one.name: one for one in (ferry, heating, herds)}}
DRAWERS = {"ferry": ferried, "herds": grazed, "outpatient-pooling": treated, "air-compensation": measured}

Facts = Mapping[str, Any]


@pytest.fixture(scope="module")
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kept from one run of the tests to the next: what is compiled is found again by its whole text."""
    cache = getattr(request.config, "cache", None)
    return Path(cache.mkdir("columns")) if cache else tmp_path_factory.mktemp("columns")


def batch(policy: Policy, given: list[Facts]) -> Batch:
    read = [read_facts(policy.facts, one) for one in given]
    return batch_of(policy, [one.facts for one in read if not one.problems and not one.missing])


def ways(policy: Policy, seeded: Random, number: int) -> Iterator[dict[str, str]]:
    """Readings: those by default, and some drawn."""
    yield {}
    for _ in range(number if policy.readings.declared() else 0):
        yield {name: seeded.choice(options) for name, options in policy.readings.declared().items()}


def same(program: Program, found: Values, expected: Values, of: Batch) -> None:
    assert found.doubtful.tolist() == expected.doubtful.tolist()
    assert found.of.keys() == expected.of.keys()
    for name, column in expected.of.items():
        step = program.steps.get(name.removesuffix("?"))
        sure = ~expected.doubtful
        if step and step.records:
            sure = sure[of.records[step.records].case_of]
        assert found.of[name][sure].tolist() == column[sure].tolist(), name


def same_tally(found: tally.Tally, expected: tally.Tally) -> None:
    for one in fields(tally.Tally):
        assert getattr(found, one.name).tolist() == getattr(expected, one.name).tolist(), one.name


@pytest.mark.parametrize("name", ALL)
def test_every_rule_of_every_policy_comes_to_the_same(name: str, folder: Path) -> None:
    policy, seeded = ALL[name], Random(20220501)
    drawing = Drawing(policy, seeded)
    given = [one.facts for one in read_worked_cases([policy])] + [drawing.case() for _ in range(300)]
    given += drawn(DRAWERS[name], 100) if name in DRAWERS else []
    of = batch(policy, given)
    assert of.cases > 250
    sure = 0
    for readings in ways(policy, seeded, 3):
        program, settings = prepared(policy, None, readings)
        found = in_numba.compute(program, settings, of, folder=folder)
        expected = in_numpy.compute(program, settings, of)
        same(program, found, expected, of)
        sure += int((~expected.doubtful).sum())
    assert sure > 100
    # One compilation for all of them: readings are arguments.
    assert len(in_numba.function(in_numba.computing(program, settings, of).written.text, folder).signatures) == 1


# Of other integer types, of other days


def assistance(cases: int, seed: int = 1) -> dict[str, Any]:
    drawn_by = np.random.default_rng(seed)
    return {
        "categories": drawn_by.integers(1, 64, cases).astype(np.uint8),
        "inpatient_self_pay": drawn_by.integers(0, 6_000_000, cases).astype(np.int32),
        "outpatient_self_pay": drawn_by.integers(0, 500_000, cases).astype(np.uint32),
        "standard_referral": drawn_by.random(cases) < 0.8,
        "in_province": (drawn_by.random(cases) < 0.9).astype(np.int8),
        "on": np.broadcast_to(np.int32(19_300), cases),
    }


def test_columns_of_any_integer_type_and_of_one_number_throughout(folder: Path) -> None:
    program, settings = prepared(medical_assistance)
    columns = assistance(3000)
    narrow = Batch(3000, columns)
    wide = Batch(3000, {name: np.array(column, np.int64) for name, column in columns.items()})
    expected = in_numpy.compute(program, settings, wide)
    assert not expected.doubtful.any()
    for of in (narrow, wide):
        same(program, in_numba.compute(program, settings, of, folder=folder), expected, of)
    # A slice with gaps, and days on which the policy is not in force yet.
    early = Batch(1500, {name: column[::2] for name, column in columns.items()})
    early.columns["on"] = np.broadcast_to(np.int32(15_000), 1500)
    same(
        program,
        in_numba.compute(program, settings, early, folder=folder),
        in_numpy.compute(program, settings, early),
        early,
    )


def test_other_figures_and_readings_compile_nothing(folder: Path) -> None:
    of = Batch(500, assistance(500))
    program, settings = prepared(medical_assistance)
    in_numba.compute(program, settings, of, ["total_aid"], folder=folder)
    run = in_numba.function(in_numba.computing(program, settings, of, ["total_aid"]).written.text, folder)
    compiled = len(run.signatures)
    changed = {"inpatient_rate[near_subsistence]": "80%", "supplementary_line": "100"}
    program, settings = prepared(medical_assistance, changed, {"unreferred_treatment": "excluded"})
    found = in_numba.compute(program, settings, of, ["total_aid"], folder=folder)
    same(program, found, in_numpy.compute(program, settings, of, ["total_aid"]), of)
    assert in_numba.function(in_numba.computing(program, settings, of, ["total_aid"]).written.text, folder) is run
    assert len(run.signatures) == compiled


def test_facts_beyond_their_bounds_stop_nothing(folder: Path) -> None:
    """Their results are read by nobody, but no index made of them may lead out of an array."""
    drawn_by = np.random.default_rng(3)
    for policy in (outpatient_pooling, heating):
        program, settings = prepared(policy)
        starts = np.arange(0, 2001, 4)
        of = Batch(500, {})
        for records, name in program.columns:
            columns = of.columns
            if records:
                columns = of.records.setdefault(records, Records(starts, {})).columns
            columns[name] = drawn_by.integers(-(2**63), 2**63 - 1, 2000 if records else 500)
        found = in_numba.compute(program, settings, of, folder=folder)
        assert found.doubtful.all()


# Tallies


def test_a_tally_is_the_same(folder: Path) -> None:
    cases, cells = 40_000, 30
    of = Batch(cases, assistance(cases))
    columns = dict(of.columns)
    columns["categories"] = np.where(np.arange(cases) % 50 == 0, 0, columns["categories"]).astype(np.uint8)
    of = Batch(cases, columns)
    program, settings = prepared(medical_assistance)
    before = in_numpy.compute(program, settings, of, ["total_aid"]).of["total_aid"]
    of_cell = np.random.default_rng(2).integers(-1, cells, cases).astype(np.int16)
    changed = {"inpatient_rate[near_subsistence]": "0%", "outpatient_rate[rural_at_risk]": "100%"}
    for figures in ({}, changed):
        program, settings = prepared(medical_assistance, figures, {"unreferred_treatment": "excluded"})
        given = program, settings, of, "total_aid"
        expected = tally.tally(*given, before, of_cell, cells)
        same_tally(in_numba.tally(*given, before.astype(np.int32), of_cell, cells, folder=folder), expected)
        assert expected.doubtful.any() and expected.loss.all()
    assert expected.gain.all() and expected.left.any()


def test_a_tally_of_records_is_the_same(folder: Path) -> None:
    of = batch(outpatient_pooling, drawn(treated, 200))
    program, settings = prepared(outpatient_pooling)
    # A visit outside the year: none of its case counts.
    of.records["visits"].columns["date"][::40] = 15_000
    before = in_numpy.compute(program, settings, of, ["pooled_fund_pays"]).of["pooled_fund_pays"]
    cells = (np.arange(len(before)) % 7 - 1).astype(np.int8)
    changed = prepared(outpatient_pooling, {"limit[retired]": "800"})
    given = *changed, of, "pooled_fund_pays", before, cells, 6
    expected = tally.tally(*given)
    same_tally(in_numba.tally(*given, folder=folder), expected)
    assert expected.doubtful.any() and expected.loss.any() and expected.after.any()


# Threads, processes, interruption


def test_blocks_end_between_cases_and_threads_share_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of = batch(outpatient_pooling, drawn(treated, 200))
    program, settings = prepared(outpatient_pooling)
    expected = in_numpy.compute(program, settings, of)
    monkeypatch.setattr(in_numba, "BLOCK", 10)
    blocks = list(in_numba._blocks(of, ("visits",)))
    assert [first for first, _ in blocks[1:]] == [last for _, last in blocks[:-1]] and blocks[-1][1] == of.cases
    assert len(blocks) > 20
    for threads in (1, 3):
        same(program, in_numba.compute(program, settings, of, folder=folder, threads=threads), expected, of)


def test_who_is_no_longer_wanted_stops(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of = Batch(500, assistance(500))
    program, settings = prepared(medical_assistance)
    monkeypatch.setattr(in_numba, "BLOCK", 100)
    asked = iter([True, True, False, False, False])
    with pytest.raises(InterruptedError):
        in_numba.compute(program, settings, of, ["total_aid"], folder=folder, threads=1, is_wanted=lambda: next(asked))
    assert list(asked) == [False, False]


def test_what_was_compiled_before_is_found_again(tmp_path: Path) -> None:
    text = in_numba.computing(*prepared(heating), batch(heating, []), ["own_share"]).written.text
    path = tmp_path / "new" / f"rules_{in_numba._digest(text)}.py"
    threads = [threading.Thread(target=in_numba._put, args=(path, text)) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    time = path.stat().st_mtime
    job = in_numba.computing(*prepared(heating), batch(heating, []), ["own_share"])
    for hits in (0, 1):
        in_numba._FUNCTIONS.clear()
        job.compile(path.parent)
        stats = in_numba.function(text, path.parent).stats
        assert (sum(stats.cache_hits.values()), sum(stats.cache_misses.values())) == (hits, 1 - hits)
    # A file that somebody has touched is written anew.
    path.write_text("raise SystemExit", "utf-8")
    in_numba._FUNCTIONS.clear()
    job.compile(path.parent)
    assert path.read_text("utf-8") == text and path.stat().st_mtime == time


# The engine


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was asked."""
    found: list[str] = []
    for module, name in ((in_numpy, "numpy"), (in_numba, "numba")):

        def compute(*args: Any, _compute: Any = module.compute, _name: str = name, **options: Any) -> Values:
            found.append(_name)
            return _compute(*args, **options)

        monkeypatch.setattr(module, "compute", compute)
    return found


def test_numpy_answers_until_the_rules_are_compiled(folder: Path, asked: list[str]) -> None:
    of = Batch(100, assistance(100))
    program, settings = prepared(medical_assistance)
    here = Engine(folder)
    before, cells = np.zeros(100, np.int32), np.zeros(100, np.int32)
    with engine._ONE_AT_A_TIME:
        values = here.compute(program, settings, of, ["total_aid"])
        first = here.tally(program, settings, of, "total_aid", before, cells, 1)
        again = here.compute(program, settings, of, ["total_aid"])
        # The tally in NumPy asks for the values too.
        assert asked == ["numpy"] * 3
        assert not here.wait(0)
    assert here.wait(120)
    compiled = here.compute(program, settings, of, ["total_aid"])
    assert asked[3:] == ["numba"]
    same(program, compiled, values, of)
    same(program, again, values, of)
    same_tally(here.tally(program, settings, of, "total_aid", before, cells, 1), first)
    assert len(asked) == 4


def test_a_day_that_all_have_is_one_number() -> None:
    columns = {name: np.array(column) for name, column in assistance(50).items()}
    program, _ = prepared(medical_assistance)
    for days, is_one in ((columns["on"], True), (np.r_[columns["on"][1:], np.int32(19_301)], False)):
        of = Batch(50, {**columns, "on": days})
        for _ in range(2):
            found = engine._of_one_day(program, of)
            assert (found.columns["on"].strides == (0,)) is is_one
            assert found.columns["on"].tolist() == days.tolist()
            assert found.columns["in_province"] is columns["in_province"]
    between = np.array(columns["on"])
    between[20] = 1
    assert not engine._is_one_number(between)
    place = id(between)
    assert place in engine._ONE_NUMBER
    del between
    assert place not in engine._ONE_NUMBER
    # The day of this policy is the end of a year.
    assert engine._of_the_day(prepared(outpatient_pooling)[0]) == {"year"}


@pytest.mark.parametrize("lacks", ["numba", "a folder"])
def test_without_numba_or_a_folder_numpy_answers(
    lacks: str, folder: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.importlib.util, "find_spec", lambda name: None)
    here = Engine(None if lacks == "a folder" else folder)
    of = Batch(10, assistance(10))
    for _ in range(2):
        here.compute(*prepared(medical_assistance), of, ["total_aid"])
        assert here.wait()
    assert asked == ["numpy", "numpy"]


def test_what_has_no_text_is_told_once_and_numpy_goes_on(
    folder: Path, asked: list[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> None:
        raise NotInColumns("something")

    monkeypatch.setattr(in_numba, "computing", refused)
    here, of = Engine(folder), Batch(10, assistance(10))
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            here.compute(*prepared(medical_assistance), of, ["total_aid"])
    assert asked == ["numpy"] * 3
    assert [one.message for one in caplog.records] == ["medical-assistance cannot be compiled; it is computed without"]


def test_what_cannot_be_compiled_is_told_once_and_numpy_goes_on(
    tmp_path: Path, asked: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    here = Engine(tmp_path / "file")
    of = Batch(10, assistance(10))
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            here.compute(*prepared(medical_assistance), of, ["total_aid"])
            assert not here.wait(60)
    assert asked == ["numpy"] * 3
    assert [one.message for one in caplog.records] == [
        "medical-assistance could not be compiled; it is computed without"
    ]
