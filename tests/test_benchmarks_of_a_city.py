"""That gongbao and its peers come to the same on the data of the benchmarks. How fast they are is no matter here."""

import re
from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks import report
from benchmarks.population import data, environment, in_gongbao, side_by_side
from benchmarks.population import report as city_report
from benchmarks.population.side_by_side import BASE, OF_PERSONS, OF_VISITS, REFERENCE, TINY, City, Line, Measured
from benchmarks.processes import Stopped
from gongbao.rules import compute
from gongbao.rules.columns import in_numpy, program_of
from gongbao.systems import policies
from tests.rig import ROOT

FLOAT = "OpenFisca-core, by hand, float32 yuan", "OpenFisca-core, as documented"


@pytest.fixture
def folder(tmp_path):
    data.write_persons(tmp_path, 3000)
    data.write_visits(tmp_path, 3000)
    return tmp_path


def _silent(_words):
    pass


def _computed(policy, batch, name):
    program = program_of(policies()[policy])
    found = in_numpy.compute(program, program.settings(program.policy.figure_table), batch, [name])
    assert not found.doubtful.any()
    return found.of[name]


def _day(number):
    return (date(1970, 1, 1) + timedelta(days=int(number))).isoformat()


def _yuan(fen):
    return f"{fen // 100}.{fen % 100:02}"


def test_the_data_is_the_same_each_time_and_has_what_makes_the_rules_hard():
    persons, again = data.persons(2000), data.persons(2000)
    assert all((persons[name] == again[name]).all() for name in persons)
    assert (persons["first"] != data.persons(2000, seed=2)["first"]).any()
    several = persons["second"] != data.NONE
    assert 100 < several.sum() < 300 and (persons["second"] != persons["first"]).all()

    visits, insured = data.visits(3000)
    by_person = visits["person"].astype(int) * 100_000 + visits["date"]
    assert (np.diff(by_person) >= 0).all()
    place = by_person * 1000 + visits["institution"]
    assert 50 < (np.diff(place) == 0).sum() < 400
    assert (insured["retired_on"] != data.NONE).any() and (insured["status"] == 1).any()
    assert (visits["level"] == visits["institution"] % 3).all()


def test_gongbao_on_this_data_comes_to_what_compute_says():
    columns = data.persons(150)
    found = _computed(data.AID, in_gongbao.persons(columns), "total_aid")
    categories = [one.value for one in policies()[data.AID].best.choice]
    for n in range(150):
        facts = {
            "categories": [categories[columns[name][n]] for name in ("first", "second") if columns[name][n] >= 0],
            "inpatient_self_pay": _yuan(columns["inpatient"][n]),
            "outpatient_self_pay": _yuan(columns["outpatient"][n]),
            "standard_referral": bool(columns["referred"][n]),
            "in_province": bool(columns["in_province"][n]),
            "on": _day(columns["on"][n]),
        }
        assert compute(policies()[data.AID], facts).as_json()["values"]["total_aid"] == _yuan(found[n])


def test_gongbao_on_these_visits_comes_to_what_compute_says():
    columns, insured = data.visits(400)
    found = _computed(data.POOLING, in_gongbao.visits(columns, insured), "pooled_fund_pays")
    statuses = ("active", "retired", "flexible_8", "flexible_6", "flexible_4_2")
    flags = ("designated", "settled_directly", "during_inpatient_stay", "suspended")
    for person, status in enumerate(insured["status"]):
        rows = np.nonzero(columns["person"] == person)[0]
        retired_on = insured["retired_on"][person]
        facts = {
            "year": data.YEAR,
            "status": statuses[status],
            "retired_on": _day(retired_on) if retired_on != data.NONE else None,
            "visits": [
                {
                    "date": _day(columns["date"][n]),
                    "institution": str(columns["institution"][n]),
                    "level": ("primary", "secondary", "tertiary")[columns["level"][n]],
                    "in_scope_cost": _yuan(columns["cost"][n]),
                    **{name: bool(columns[name][n]) for name in flags},
                }
                for n in rows
            ],
        }
        paid = compute(policies()[data.POOLING], facts).as_json()["values"]["visits"]
        assert [one["pooled_fund_pays"] for one in paid] == [_yuan(fen) for fen in found[rows]]


@pytest.mark.parametrize("lines", [OF_PERSONS, OF_VISITS], ids=["persons", "visits"])
def test_duckdb_comes_to_the_same(folder, lines):
    wanted = [line for line in lines if line.title == REFERENCE or line.module in ("in_duckdb", "memory")]
    found = side_by_side.measured(wanted, folder, 2, None, _silent)
    assert all(one.problem == "" for one in found)
    assert {one.title: one.differing for one in found} == {
        line.title: 0 if line.is_compared else None for line in wanted
    }
    assert all(set(one.seconds) == {0, 1} for one in found)


def test_numba_comes_to_the_same(folder):
    pytest.importorskip("numba")
    wanted = [line for line in OF_PERSONS if line.title in (REFERENCE, BASE)]
    found = side_by_side.measured(wanted, folder, 1, None, _silent)
    assert [(one.problem, one.differing) for one in found] == [("", 0), ("", 0)]


@pytest.mark.parametrize("lines", [OF_PERSONS, OF_VISITS], ids=["persons", "visits"])
def test_pandas_polars_and_openfisca_come_to_the_same(folder, lines):
    if not (peers := environment.there()):
        pytest.skip("the environment of the peers is made by make bench")
    wanted = [line for line in lines if line.title == REFERENCE or line.is_peer]
    for one in side_by_side.measured(wanted, folder, 1, peers, _silent):
        assert one.problem == ""
        if one.title in FLOAT:
            assert 0 < one.differing < 1000 and one.most < 10
        else:
            assert one.differing == 0, one.title


def test_an_engine_that_fails_or_is_not_installed_is_told_and_the_others_are_measured(folder):
    said = []
    reference = next(line for line in OF_PERSONS if line.title == REFERENCE)
    broken = Line("broken", "in_gongbao", "no such engine")
    missing = Line("missing", "in_openfisca", "persons by hand")
    peer = Line("peer", "in_openfisca", "persons by hand", is_peer=True)
    found = side_by_side.measured([broken, missing, peer, reference], folder, 1, None, said.append)
    assert [one.problem for one in found] == ["failed", "not installed", "not installed", ""]
    assert list(found[3].seconds) == [0] and "KeyError" in "\n".join(said)
    (folder / "empty").mkdir()
    with pytest.raises(Stopped, match="all others are compared"):
        side_by_side.measured([reference], folder / "empty", 1, None, _silent)


def test_a_city_that_is_too_large_for_the_machine_is_refused_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(side_by_side, "available_memory", lambda: 1_000_000_000)
    with pytest.raises(Stopped, match=r"30000000 visits .* take 15.0 GB of memory, and 1.0 GB are free"):
        side_by_side.of_city(tmp_path, side_by_side.FULL, _silent)


def test_with_fewer_rows_nothing_is_measured_on_more():
    assert side_by_side.FULL.with_rows(4_400_000, 30_000_000) == side_by_side.FULL
    smaller = side_by_side.FULL.with_rows(200_000, 150_000)
    assert (smaller.persons, smaller.visits) == (200_000, 150_000)
    assert smaller.sizes == (10_000, 100_000) and smaller.agreed_on == 200_000
    assert side_by_side.FULL.with_rows(5_000, 2_000).sizes == (2_500, 5_000)


def test_rows_that_differ_are_counted(folder):
    (folder / "found").mkdir()
    for title, values in ((REFERENCE, [5, 6, 7]), ("other", [5, 9, 6]), ("shorter", [5])):
        np.save(folder / "found" / f"{title.replace(' ', '-')}.npy", np.array(values))
    one = Measured("other")
    side_by_side._compare(one, folder)
    assert (one.differing, one.most) == (2, 3)
    with pytest.raises(ValueError, match="1 rows instead of 3"):
        side_by_side._compare(Measured("shorter"), folder)


def test_a_city_on_the_page():
    persons = [
        Measured(BASE, "gongbao 1", [2.0], {0: 0.01, 1: 0.02, 2: 0.03}, 0),
        Measured("Other", "Other 3", [0.5], {0: 0.04, 1: 0.04}, 1200, 2),
        Measured("Absent", problem="not installed"),
    ]
    grown = [
        {"policy": policy, "rows": rows, "seconds": {"NumPy": [rows / 1000]}}
        for policy in (data.AID, data.POOLING)
        for rows in (1000, 2000)
    ]
    agreed = [{"policy": data.AID, "rows": 10, "values": 70, "differing": 0, "doubtful": 0}]
    written = city_report.section(City(TINY, persons, persons, {"growth": grown, "agreed": agreed}))
    assert f"| {BASE} | 0.0200 | 0.0100 to 0.0300 | 1 |  | 2.00 | 0 |  |" in written
    assert "| Other | 0.0400 | 0.0400 to 0.0400 | 3.0 | 2.0 to 4.0 | 0.500 | 1 200 | 2 |" in written
    assert "| Absent | not installed |  |  |  |  |  |  |" in written
    assert "Here: gongbao 1, Other 3." in written
    assert "| persons, NumPy | 2 000 | 2.00 | 2.00 to 2.00 | 1 000 |" in written
    assert "persons on NumPy 1.00 (1.00 between the last two)" in written
    assert "medical-assistance, 10 rows: 70 values, of which 0 differ" in written


def test_a_city_is_written_anew_and_the_rest_of_the_page_is_kept():
    page = f"above\n\n{report.SAMPLE}\n\nbelow\n"
    first = report.with_section(page, report.CITY, "old")
    assert re.findall("^## .*", first, re.M) == [report.CITY, report.SAMPLE]
    again = report.with_section(first, report.CITY, "new")
    assert again == first.replace("\n\nold\n\n", "\n\nnew\n\n") != first
    assert again.startswith("above\n\n<!--") and again.endswith(f"-->\n\n{report.SAMPLE}\n\nbelow\n")


def test_the_environment_of_the_peers_is_made_again_when_its_lock_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "FOLDER", tmp_path)
    monkeypatch.setattr(environment, "_MADE", tmp_path / ".made-from")
    assert environment.there() is None
    python = tmp_path / environment._PYTHON
    python.parent.mkdir()
    python.touch()
    (tmp_path / ".made-from").write_text(environment._locked())
    assert environment.there() == python == environment.made(_silent)
    (tmp_path / ".made-from").write_text("another lock")
    assert environment.there() is None


def test_what_cannot_be_installed_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "FOLDER", tmp_path / "peers")
    monkeypatch.setattr(environment.sys, "executable", "false")
    said = []
    assert environment.made(said.append) is None
    assert "could not be installed" in said[-1]


def test_openfisca_is_a_peer_and_nothing_else():
    """It is AGPL: what gongbao is installed with has none of it."""
    assert "openfisca-core==" in (ROOT / "requirements" / "bench.txt").read_text()
    for name in ("run", "fast", "dev"):
        assert "openfisca" not in (ROOT / "requirements" / f"{name}.txt").read_text().lower()
    for path in (ROOT / "src").rglob("*.py"):
        assert not re.search(r"^\s*(from|import) openfisca", path.read_text(encoding="utf-8"), re.M), path
