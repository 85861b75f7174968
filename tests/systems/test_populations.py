"""The populations that can be invented: their cases can be computed, and have the shares that are told of them."""

import importlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from gongbao import cli, systems
from gongbao.core.errors import GongbaoError
from gongbao.rules import PolicyError, compute
from gongbao.rules.columns import batch_of, in_numpy, program_of
from gongbao.rules.columns.batch import Batch, outside
from gongbao.rules.columns.calendar import number_of
from gongbao.rules.fact_tables import from_table
from gongbao.rules.facts import read_facts
from gongbao.rules.population import write
from gongbao.systems import policies, population, populations
from tests.program import PATIENCE, PROGRAM, environment

PAGE = Path(__file__).parents[2] / "docs" / "populations.md"
SAMPLE = 200
MANY = 30_000
FIVE_DEVIATIONS = 433  # of 30,000 draws with a chance of a half; of others they are less

ALL = pytest.mark.parametrize("name", list(populations()))


@cache
def block(name: str) -> Batch:
    return population(name).block(0, MANY)


def facts(name: str) -> dict[str, Any]:
    return block(name).columns


def share(flags: Any) -> int:
    """In thousandths."""
    return round(float(np.mean(flags)) * 1000)


def is_near(flags: Any, thousandths: int) -> bool:
    return abs(int(np.sum(flags)) - len(flags) * thousandths / 1000) < 5 * (len(flags) / 4) ** 0.5


def shares(codes: Any, wanted: list[int]) -> bool:
    return all(is_near(codes == code, one) for code, one in enumerate(wanted)) and codes.max() < len(wanted)


# --- of every policy


def test_every_policy_has_one_but_those_that_decide_single_acts() -> None:
    """A purchase, a rating: there is no population of them whose figures anybody would change."""
    assert list(populations()) == [name for name, one in policies().items() if one.document != "许政办〔2022〕27号"]


@ALL
def test_a_file_of_it_can_be_computed_case_by_case(name: str, tmp_path: Path) -> None:
    """None is refused, none has a fact that is missing, and the columns are sure of each of them."""
    found = population(name)
    write(found, tmp_path / "a.parquet", SAMPLE)
    held = duckdb.sql(f"SELECT * FROM read_parquet('{tmp_path / 'a.parquet'}')")
    carried = {found.number, *found.carried} - {"case"}
    names = [one for one in held.columns if one not in carried]
    rows = held.select(*(f'"{one}"' for one in names)).fetchall()
    table = from_table(found.policy.facts, [names, *rows])
    assert not table.problems and len(table.cases) == SAMPLE
    results = [compute(found.policy, one.given) for one in table.cases]
    assert not any(one.missing for one in results)
    batch = batch_of(found.policy, [read_facts(found.policy.facts, one.given).facts for one in table.cases])
    program = program_of(found.policy)
    settings = program.settings(found.policy.figure_table)
    values = in_numpy.compute(program, settings, batch)
    assert not values.doubtful.any() and not outside(program, batch).any()


@ALL
def test_the_columns_are_sure_of_every_case_and_hold_no_float(name: str) -> None:
    found = population(name)
    program = program_of(found.policy)
    settings = program.settings(found.policy.figure_table)
    for one in (block(name), found.block(7, 500, seed=2**40)):
        assert not outside(program, one).any()
        assert not in_numpy.compute(program, settings, one).doubtful.any()
        columns = [*one.columns.items(), *(part for held in one.records.values() for part in held.columns.items())]
        assert all(column.dtype.kind in "iub" for _, column in columns)


@ALL
def test_the_page_tells_what_is_assumed(name: str) -> None:
    told = re.search(rf"### `{name}`\n\n(.*?)(?=\n##|\Z)", PAGE.read_text(encoding="utf-8"), re.S)
    assert told and told[1].split() == population(name).about.split() != []


@ALL
def test_a_block_begins_as_a_larger_one_does(name: str) -> None:
    small = population(name).block(0, 300)
    for key, column in small.columns.items():
        assert column.tolist() == facts(name)[key][:300].tolist(), key
    for key, records in small.records.items():
        large = block(name).records[key]
        assert records.starts.tolist() == large.starts[:301].tolist()
        for part, column in records.columns.items():
            assert column.tolist() == large.columns[part][: records.count].tolist(), part


# --- the shares that their docstrings tell


@pytest.mark.parametrize(
    "name", ["medical-assistance", "medical-contribution-support", "medical-early-warning", "hospital-bears"]
)
def test_people_of_the_imaginary_city(name: str) -> None:
    assert shares(facts(name)["district"], [180, 160, 110, 230, 190, 130])
    assert shares(facts(name)["age_group"], [170, 230, 240, 250, 110])


def test_people_in_hardship() -> None:
    own = facts("medical-assistance")
    mask = own["categories"]
    many = np.bitwise_count(mask)
    assert is_near(many == 2, 60) and set(many.tolist()) == {1, 2}
    one = {1 << place: thousandths for place, thousandths in enumerate([90, 430, 60, 160, 190, 70])}
    assert all(is_near(mask[many == 1] == bit, thousandths) for bit, thousandths in one.items())
    assert len(set(mask[many == 2].tolist())) == 15
    assert is_near(own["standard_referral"], 880)
    referred = own["standard_referral"] == 1
    assert is_near(own["in_province"][referred], 960) and is_near(own["in_province"][~referred], 700)
    assert own["on"].min() == number_of(date(2022, 5, 1)) and own["on"].max() == number_of(date(2023, 4, 30))
    assert len(set(own["on"].tolist())) == 365


def test_costs_of_people_in_hardship() -> None:
    own = facts("medical-assistance")
    inpatient, outpatient, mask = own["inpatient_self_pay"], own["outpatient_self_pay"], own["categories"]
    for place, stay, visits in ((0, 420, 260), (1, 340, 240), (4, 260, 200), (5, 850, 550)):
        ours = mask == 1 << place
        # Edges stand among those with a stay, some of them at nought, and have no outpatient costs.
        assert abs(share(inpatient[ours] > 0) - stay) < 40 and abs(share(outpatient[ours] > 0) - visits) < 40
    allowance, impoverished = inpatient[(mask == 2) & (inpatient > 0)], inpatient[(mask == 32) & (inpatient > 0)]
    assert np.median(impoverished) > 2 * np.median(allowance)
    assert allowance.mean() > 1.5 * np.median(allowance), "skewed to the right"
    richest, poorest = (inpatient[(own["district"] == one) & (inpatient > 0)] for one in (2, 5))
    assert np.median(richest) > np.median(poorest)
    for category, edge in ((3, 300_000), (4, 300_000), (1, 4_285_714), (0, 3_333_333), (1, 6_116_666)):
        near = inpatient[mask >> category & 1 == 1]
        assert {edge - 1, edge, edge + 1} & set(near.tolist()), (category, edge)
    at_an_edge = np.isin(inpatient, [one + off for one in (300_000, 720_000, 4_285_714) for off in (-1, 0, 1)])
    assert at_an_edge.sum() > 15 and not outpatient[at_an_edge].any()


def test_the_edges_of_the_aid_are_where_something_changes() -> None:
    """At the edge itself, and not a fen before it: the limit, the supplementary line, the supplementary limit."""
    module = importlib.import_module("gongbao.systems.medical_assistance.population")
    program = program_of(policies()["medical-assistance"])
    settings = program.settings(policies()["medical-assistance"].figure_table)
    limits = [3_000_000] * 3 + [1_000_000] * 3
    for category, (threshold, limit, line, most) in enumerate(module.EDGES.tolist()):
        edges = [threshold, threshold + 1, limit - 1, limit, line, line + 1, most - 1, most]
        ones = np.ones(len(edges), np.int64)
        costs = {"inpatient_self_pay": np.array(edges), "outpatient_self_pay": ones * 0}
        other = {"categories": ones << category, "standard_referral": ones, "in_province": ones, "on": ones * 19_200}
        values = in_numpy.compute(program, settings, Batch(len(edges), costs | other)).of
        aid, more = values["basic_aid"].tolist(), values["supplementary_aid"].tolist()
        assert aid[0] == 0 and aid[1] == 1 and aid[3] == limits[category] and aid[2] < aid[3]
        assert more[4] == 0 and more[5] == 1 and more[7] == 1_000_000 and more[6] < more[7]


def test_contributions() -> None:
    own = facts("medical-contribution-support")
    later = own["contribution"] == 36_000
    assert is_near(later, 500) and set(own["contribution"].tolist()) == {30_000, 36_000}
    ends, recognised = own["enrolment_ends_on"], own["recognised_on"]
    assert set(ends[later].tolist()) == {number_of(date(2024, 2, 29))}
    assert set(ends[~later].tolist()) == {number_of(date(2023, 2, 28))}
    opens = np.where(later, number_of(date(2023, 9, 1)), number_of(date(2022, 9, 1)))
    assert is_near(own["on"] <= ends, 850) and (own["on"] >= opens).all() and (own["on"] <= ends + 120).all()
    # Of those within the period two in 181 days are the last ones by chance.
    assert is_near(recognised < opens, 800) and is_near(recognised > ends + 1, 40)
    assert is_near(abs(recognised - ends) <= 1, 30) and {-1, 0, 1} <= set((recognised - ends).tolist())
    rural = own["categories"] >> 4 & 1 == 1
    elsewhere = own["support_set_elsewhere"]
    assert not elsewhere[~rural].any() and (elsewhere[rural] > 0).all() and (elsewhere % 10 == 0).mean() > 0.9
    distance = np.minimum(abs(elsewhere - own["contribution"]), abs(elsewhere - own["contribution"] // 2))
    assert abs(share(distance[rural] <= 1) - 60) < 15 and (elsewhere > own["contribution"]).any()


def test_early_warnings() -> None:
    own = facts("medical-early-warning")
    costs = own["self_pay"]
    assert is_near(costs > 0, 600)
    at_the_line = [int((costs == 1_450_000 + one).sum()) for one in (-1, 0, 1)]
    assert min(at_the_line) > 60 and abs(sum(at_the_line) - 360) < 100
    assert (own["on"].min(), own["on"].max()) == (number_of(date(2022, 5, 1)), number_of(date(2023, 12, 31)))


def test_stays() -> None:
    own = facts("hospital-bears")
    level, total, outside_scope = own["level"], own["total_cost"], own["out_of_scope_cost"]
    assert shares(level, [300, 450, 250])
    medians = [np.median(total[level == one]) for one in range(3)]
    assert medians == sorted(medians) and medians[2] > 3 * medians[0]
    allowed = total * np.array([250, 500, 1_000])[level] // 10_000
    assert is_near(outside_scope == 0, 198) and is_near(outside_scope > allowed + 1, 217)
    assert abs(share(abs(outside_scope - allowed) <= 1) - 12) < 4
    assert {-1, 0, 1} <= set((outside_scope - allowed).tolist())
    assert abs(int((outside_scope == total).sum()) - 90) < 50 and (outside_scope <= total).all() and (total > 0).all()


def test_the_insured() -> None:
    for name in ("outpatient-pooling", "monthly-account-credit"):
        own = facts(name)
        assert shares(own["status"], [560, 300, 60, 50, 30])
        assert shares(own["district"], [180, 160, 110, 230, 190, 130])
        retired = own["status"] == 1
        assert shares(own["age_group"][retired], [0, 80, 700, 220])
        assert shares(own["age_group"][~retired], [600, 390, 10])


def test_visits() -> None:
    own, visits = facts("outpatient-pooling"), block("outpatient-pooling").records["visits"]
    counts, retired = np.diff(visits.starts), own["status"] == 1
    assert shares(own["year"] - 2022, [400, 600])
    given = own["retired_on?"] == 1
    assert is_near(given[~retired], 25) and not given[retired].any() and not own["retired_on"][~given].any()
    days = own["retired_on"][given]
    for year in (2022, 2023):
        ours = days[own["year"][given] == year]
        assert number_of(date(year, 1, 1)) <= ours.min() and ours.max() <= number_of(date(year, 12, 31))
    assert is_near(counts == 0, 240) and is_near(counts[~retired] <= 3, 500) and is_near(counts[~retired] >= 50, 15)
    assert counts.max() > 100 and 1.3 < counts[retired].mean() / counts[~retired].mean() < 1.6
    # Sorted by person and date, within the time in force of the year.
    held, case = visits.columns, visits.case_of
    day, same = held["date"], case[1:] == case[:-1]
    assert (np.diff(day)[same] >= 0).all()
    first = np.array([number_of(date(2022, 7, 1)), number_of(date(2023, 1, 1))])[own["year"] - 2022]
    last = np.array([number_of(date(2022, 12, 31)), number_of(date(2023, 12, 31))])[own["year"] - 2022]
    assert (day >= first[case]).all() and (day <= last[case]).all() and len(set(day.tolist())) == 549
    again = same & (np.diff(day) == 0) & (held["institution"][1:] == held["institution"][:-1])
    assert 60 < share(again) < 110


def test_what_a_visit_is() -> None:
    own, visits = facts("outpatient-pooling"), block("outpatient-pooling").records["visits"]
    held, case, texts = visits.columns, visits.case_of, population("outpatient-pooling").texts["institution"]
    level, cost, institution = held["level"], held["in_scope_cost"], held["institution"]
    assert all(abs(share(level == one) - wanted) < 20 for one, wanted in enumerate([450, 350, 200]))
    assert (institution // 12 == own["district"][case]).all() and len(texts) == len(set(texts)) == 72
    assert set(institution.tolist()) == set(range(72))
    of_level = dict(zip(institution.tolist(), level.tolist(), strict=True))
    assert all(("服务中心" in texts[place]) == (one == 0) for place, one in of_level.items())
    assert all(
        texts[place].startswith(("临澜区", "望川区", "高新区", "石渡市", "青岚县", "柏溪县")) for place in of_level
    )
    flags = {"designated": 970, "settled_directly": 980, "during_inpatient_stay": 12, "suspended": 8}
    assert all(abs(share(held[name]) - wanted) <= 2 for name, wanted in flags.items())
    medians = [np.median(cost[level == one]) for one in range(3)]
    assert medians == sorted(medians) and medians[2] > 2 * medians[0]
    assert cost.mean() > 1.3 * np.median(cost)
    for edge in (4_000, 140_363, 276_727, 157_846, 311_692):
        assert all((cost == edge + off).any() for off in (-1, 0, 1)), edge
    # Most of a person's visits are to one institution.
    own_share = [
        np.bincount(institution[visits.starts[one] : visits.starts[one + 1]]).max() / size
        for one, size in enumerate(np.diff(visits.starts)[:4_000])
        if size >= 20
    ]
    assert 0.6 < np.mean(own_share) < 0.75


def test_the_visits_that_use_up_a_limit() -> None:
    """The edges for the limits are the least costs that come to them, at the rates of the second class."""
    module = importlib.import_module("gongbao.systems.outpatient_pooling.population")
    deductible, *edges = module.EDGES.tolist()
    assert deductible == 4_000
    for edge, limit, rate in zip(edges, (75_000, 150_000, 100_000, 200_000), (55, 55, 65, 65), strict=True):
        paid = [((one - deductible) * rate + 50) // 100 for one in (edge - 1, edge)]
        assert paid[0] < limit <= paid[1], edge


def test_credits() -> None:
    own = facts("monthly-account-credit")
    base, retired = own["contribution_base"], own["status"] == 1
    assert not base[retired].any() and base[~retired].min() >= 220_000 and base.max() <= 2_000_000
    assert is_near(base[~retired] % 50 == 25, 30 + 6) and is_near(base[~retired] % 100 == 0, 682)
    assert is_near(own["has_account"][retired], 930)
    assert (own["has_account"][~retired] == (own["status"][~retired] < 3)).all()
    assert (own["on"].min(), own["on"].max()) == (number_of(date(2022, 7, 1)), number_of(date(2023, 12, 31)))


def test_months_of_nine_units() -> None:
    own, units = facts("air-compensation"), block("air-compensation").records["units"]
    held = {name: column.reshape(MANY, 9) for name, column in units.columns.items()}
    assert (held["unit"] == np.arange(9)).all() and is_near(own["city_pays_province"], 350)
    months = own["month"][:120].tolist()
    assert months[0] == number_of(date(2022, 9, 1)) and months[119] == number_of(date(2032, 8, 1))
    assert months == sorted(set(months)) and (own["month"] == np.resize(months, MANY)).all()
    january, july = (np.resize([(8 + n) % 12 == month for n in range(120)], MANY) for month in (0, 6))
    assert held["pm25"][january].mean() > 3 * held["pm25"][july].mean()
    same = (held["pm25"] == held["pm25"][:, :1]).all(axis=1)
    assert is_near(same, 20)
    mean = held["pm25"][:, :5].sum(axis=1) // 5
    shaped = (held["pm25"] - mean[:, None] == np.array([0, -1, 1, -5, 5, -1, 1, -5, 5]) * 100).all(axis=1)
    assert is_near(shaped, 60)
    assert abs(share(held["pm25"] == held["pm25_target"]) - 110) < 10 and (held["pm25_target"] > held["pm25"]).any()
    assert abs(share(held["good_days"] % 100 != 0) - 30) < 5 and (held["good_days"] >= 0).all()
    assert (held["pm10"] > held["pm25"]).mean() > 0.99 and 600 < share(held["pm25"] % 100 == 0) < 680


# --- how they are found


def test_one_that_is_not_there_is_told() -> None:
    with pytest.raises(GongbaoError, match="no policy medical-asistance; was medical-assistance meant"):
        population("medical-asistance")


def test_a_policy_without_one_is_told_with_those_that_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    one = populations()["hospital-bears"]
    monkeypatch.setattr(systems, "populations", lambda: {"hospital-bears": one})
    with pytest.raises(GongbaoError, match="invent a population for air-compensation; there is one for hospital-bears"):
        population("air-compensation")


CITY = """
from gongbao.rules.columns import Batch
from gongbao.rules.population import synthetic
from gongbao.systems import policy

@synthetic(policy("heating"), zh="户", en="households")
def households(draws):
    return Batch(draws.count, {"groups": draws.whole("groups", 1, 7), "cost": draws.whole("cost", 0, 99),
                               "clean": draws.chance("clean", 9), "on": draws.whole("on", 20_500, 20_600)})
"""


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """A folder with the policy of an imaginary city, and what its population.py says."""
    heating = Path(__file__).parents[1] / "rules" / "country" / "heating"
    folder = tmp_path / "systems" / "heating"
    folder.mkdir(parents=True)
    for file in heating.glob("*.*"):
        (folder / file.name).write_bytes(file.read_bytes())
    monkeypatch.setenv(systems.VARIABLE, str(folder.parent))

    def clear() -> None:
        systems.policies.cache_clear()
        systems.populations.cache_clear()

    def make(text: str) -> Path:
        (folder / "population.py").write_text(text, encoding="utf-8")
        clear()
        return folder / "population.py"

    yield make
    monkeypatch.undo()
    clear()
    populations()


def test_one_of_another_city(city: Callable[[str], Path], tmp_path: Path) -> None:
    city(CITY)
    assert list(populations())[-1] == "heating" and len(populations()) > 1
    assert write(population("heating"), tmp_path / "a.parquet", 5).rows == 5


def test_what_is_wrong_in_one_is_told_with_its_file_and_line(city: Callable[[str], Path]) -> None:
    file = city(CITY + "\nnonsense\n")
    with pytest.raises(PolicyError, match=rf"^{re.escape(str(file))}:11: NameError"):
        populations()
    file = city(CITY.replace("def households", "households = 3\ndef"))
    with pytest.raises(PolicyError, match=rf"^{re.escape(str(file))}:7: this is not Python"):
        populations()
    file = city(CITY + CITY.replace("def households", "def others"))
    with pytest.raises(PolicyError, match="heating has a population already"):
        populations()
    city(CITY.replace('en="households"', 'en="households", number="clean"'))
    with pytest.raises(PolicyError, match="clean is a fact of heating"):
        populations()


# --- the command


def run(*arguments: object) -> Any:
    with pytest.raises(SystemExit) as end:
        cli.run([str(one) for one in arguments])
    return end.value.code


def test_the_command_writes_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.parquet"
    assert run("population", "outpatient-pooling", "--persons", 1_000, "-o", file) == 0
    rows = duckdb.sql(f"SELECT count(*), count(DISTINCT \"case\") FROM read_parquet('{file}')").fetchall()
    told = capsys.readouterr().out
    assert rows == [(int(told.split(",")[2].split()[0] + told.split(",")[3].split()[0]), 1_000)], told
    assert told.startswith(f"{file}: 1,000 persons, ") and told.endswith(" rows, invented with the seed 1\n")
    before = file.read_bytes()
    assert run("population", "hospital-bears", "--persons", 3, "--seed", 2, "-o", file) == 1
    assert (
        capsys.readouterr().err
        == f"gongbao: {file}: this file is there already; give another name, or --force to write over it\n"
    )
    assert file.read_bytes() == before
    assert run("population", "hospital-bears", "--persons", 3, "--seed", 2, "-o", file, "--force") == 0
    assert capsys.readouterr().out == f"{file}: 3 stays in hospital, invented with the seed 2\n"


def test_the_file_is_named_after_the_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("population", "air-compensation", "--persons", 0) == 0
    assert [one.name for one in tmp_path.iterdir()] == ["air-compensation.parquet"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["hospital-bars", "--persons", "3"], 1, "was hospital-bears meant"),
        (["hospital-bears"], 2, "Missing option '--persons'"),
        (["hospital-bears", "--persons", "-3"], 2, "-3 is not in the range"),
        (["hospital-bears", "--persons", "many"], 2, "'many' is not a valid integer"),
        (["hospital-bears", "--persons", "3", "-o", "a.csv"], 1, "ends in .parquet"),
        (["hospital-bears", "--persons", "3", "-o", "absent/a.parquet"], 1, "absent: there is no such folder"),
        (["hospital-bears", "--persons", "99999999999"], 1, "99999999999 persons cannot be made"),
    ],
)
def test_what_the_command_refuses(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("population", *arguments) == code
    assert told in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    """The program itself, with a population that it would take very long to make."""
    with subprocess.Popen(
        [PROGRAM, "population", "outpatient-pooling", "--persons", "2000000000", "-o", str(tmp_path / "a.parquet")],
        env=environment(tmp_path / "home"),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        until = time.monotonic() + PATIENCE
        while not list(tmp_path.glob(".a.parquet.*/0.parquet")):
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130 and out == b"" and b"Traceback" not in err
    assert not list(tmp_path.iterdir())
