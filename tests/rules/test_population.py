"""Invented populations: what is drawn, and how it becomes a file. The policies are those of the imaginary country."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from gongbao.core.errors import GongbaoError
from gongbao.rules import PolicyError, population
from gongbao.rules.columns import Batch, batch_of
from gongbao.rules.columns.calendar import number_of
from gongbao.rules.fact_tables import from_table
from gongbao.rules.facts import read_facts
from gongbao.rules.population import Curve, Draws, SyntheticPopulation, records_of, synthetic, write, yuan
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.country.herds.rules import policy as herds

COSTS = yuan((0, 0), (500, 100), (1000, 4_000))
PIERS = ("甲渡", "乙渡", "O'Neill渡")


@synthetic(heating, zh="户", en="households", carried={"village": ("东村", "西村"), "persons": ()}, number="household")
def households(draws: Draws) -> Batch:
    """Nothing in it is real."""
    return Batch(
        draws.count,
        {
            "village": draws.pick("village", (300, 700)),
            "persons": draws.whole("persons", 1, 9),
            "groups": draws.whole("groups", 1, 7),
            "cost": draws.spread("cost", COSTS),
            "clean": draws.chance("clean", 250),
            "on": draws.whole("on", number_of(date(2026, 1, 1)), number_of(date(2026, 12, 31))),
        },
    )


@synthetic(ferry, zh="人", en="persons", texts={"pier": PIERS})
def passengers(draws: Draws) -> Batch:
    counts = draws.whole("trips", 0, 3)
    many = int(counts.sum())
    person = np.repeat(np.arange(draws.count), counts)
    day = draws.whole("date", number_of(date(2026, 5, 1)), number_of(date(2026, 5, 9)), many)
    moved = draws.chance("moved", 400)
    trips = {
        "date": np.sort(person << 20 | day) & 0xFFFFF,
        "pier": draws.whole("pier", 0, len(PIERS) - 1, many),
        "kind": draws.whole("kind", 0, 1, many),
        "fare": draws.whole("fare", 0, 9_999, many),
    }
    facts = {
        "year": np.full(draws.count, 2026),
        "moved_on": moved * draws.whole("moved_on", number_of(date(2026, 1, 1)), number_of(date(2026, 6, 30))),
        "moved_on?": moved,
    }
    return Batch(draws.count, facts, {"trips": records_of(counts, trips)})


@synthetic(herds, zh="个月", en="months")
def villages(draws: Draws) -> Batch:
    many = draws.count * 3
    pastures = {
        "village": np.tile(np.arange(3), draws.count),
        "cover": draws.whole("cover", 0, 500, many),
        "cover_last_year": draws.whole("cover_last_year", 1, 500, many),
        "herds": draws.whole("herds", 0, 5, many),
    }
    month = np.full(draws.count, number_of(date(2026, 3, 1)))
    return Batch(draws.count, {"month": month}, {"pastures": records_of(np.full(draws.count, 3), pastures)})


ALL = pytest.mark.parametrize("invented", [households, passengers, villages], ids=lambda one: one.name)


def read(file: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    found = duckdb.sql(f"SELECT * FROM read_parquet('{file}')")
    return found.columns, found.fetchall()


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a hundred cases are several blocks."""
    monkeypatch.setattr(population, "BLOCK", 32)


# --- what is drawn


def test_the_words_are_those_of_every_machine() -> None:
    """Written down once: whoever changes how they are drawn changes every population that was ever made."""
    assert Draws(1, "heating", 0, 4).words("cost").tolist() == WORDS[0]
    assert Draws(2**70, "heating", 3, 0).words("cost", 3).tolist() == WORDS[1]


WORDS = [[1403115128, 3964655912, 3837515829, 413882205], [3189416831, 310297599, 2318259186]]


@pytest.mark.parametrize(
    "draw",
    [
        lambda draws, count: draws.words("x", count),
        lambda draws, count: draws.whole("x", -5, 5, count),
        lambda draws, count: draws.chance("x", 500, count),
        lambda draws, count: draws.pick("x", (1, 999), count),
        lambda draws, count: draws.spread("x", COSTS, count),
    ],
)
def test_fewer_are_the_beginning_of_more_and_other_names_are_other_draws(
    draw: Callable[[Draws, int | None], np.ndarray[Any, Any]],
) -> None:
    draws = Draws(1, "heating", 0, 5_000)
    assert draw(draws, None).tolist()[:70] == draw(draws, 70).tolist()
    assert draw(Draws(1, "heating", 0, 9), None).tolist() == draw(draws, 9).tolist()
    for other in (Draws(2, "heating", 0, 5_000), Draws(1, "ferry", 0, 5_000), Draws(1, "heating", 1, 5_000)):
        assert draw(other, None).tolist() != draw(draws, None).tolist()
    assert draws.words("x").tolist() != draws.words("y").tolist()
    assert not draw(draws, 0).size


def test_shares_come_out_as_they_are_given() -> None:
    """30,000 draws from a fixed seed: five standard deviations of 500 in 1,000 are 433."""
    draws = Draws(7, "heating", 0, 30_000)
    counted = np.bincount(draws.pick("group", (50, 0, 250, 700)), minlength=4)
    assert abs(counted - np.array([1_500, 0, 7_500, 21_000])).max() < 433 and counted[1] == 0
    assert abs(int(draws.chance("clean", 125).sum()) - 3_750) < 433
    assert not draws.chance("never", 0).any() and draws.chance("always", 1000).all()
    own = draws.chance("own", np.repeat([0, 1000, 500], 10_000))
    assert not own[:10_000].any() and own[10_000:20_000].all() and 4_567 < int(own[20_000:].sum()) < 5_433
    numbers = np.bincount(draws.whole("number", 3, 7))
    assert not numbers[:3].any() and len(numbers) == 8 and abs(numbers[3:] - 6_000).max() < 433
    bounds = np.repeat([5, 900], 15_000)
    each = draws.whole("each", bounds, bounds + 1)
    assert set(each[:15_000].tolist()) == {5, 6} and set(each[15_000:].tolist()) == {900, 901}


def test_shares_that_are_not_the_whole_are_refused() -> None:
    with pytest.raises(ValueError, match="the shares of group come to 999 thousandths"):
        Draws(1, "heating", 0, 9).pick("group", (500, 499))


def test_a_curve_has_its_quantiles_and_lies_evenly_between_them() -> None:
    curve = Curve((0, 10), (250, 10), (500, 1_000), (999, 5_000), (1000, 1_000_000))
    share = lambda thousandths: -(-thousandths * 2**32 // 1000)  # noqa: E731
    at = curve.at(np.array([share(one) for one in (0, 100, 250, 375, 500, 999)] + [2**32 - 1], np.int64))
    assert at.tolist()[:5] == [10, 10, 10, 505, 1_000]
    assert at[5] == 5_000 and 999_000 <= at[6] <= 1_000_000
    drawn = np.sort(Draws(3, "heating", 0, 40_000).spread("cost", curve))
    assert drawn[0] == 10 and abs(int(drawn[20_000]) - 1_000) < 40 and (drawn[:-40] <= 5_300).all()
    halves = [(drawn > 1_000 + step * 1_000).sum() for step in range(4)]
    assert all(abs(int(one - other) - 4_990) < 433 for one, other in itertools.pairwise(halves))
    assert yuan((0, 1), (1000, 2)).points == ((0, 100), (1000, 200))


@pytest.mark.parametrize("points", [((0, 1), (900, 2)), ((1, 1), (1000, 2)), ((0, 1), (500, 0), (1000, 2))])
def test_a_curve_that_is_none_is_refused(points: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="quantiles rise from 0 to 1000"):
        Curve(*points)


def test_a_curve_never_leaves_its_ends() -> None:
    curve = Curve((0, 0), (1000, 10**12))
    assert int(curve.at(np.array([2**32 - 1]))[0]) < 10**12 and int(curve.at(np.array([0]))[0]) == 0


def test_edges_are_met_from_both_sides() -> None:
    draws = Draws(1, "heating", 0, 30_000)
    among = np.arange(30_000) % 3 > 0
    rows, values = draws.at_edges("edge", np.array([0, 500]), 300, among)
    assert among[rows].all() and abs(len(rows) - 6_000) < 433
    counted = {one: int((values == one).sum()) for one in (0, 1, 499, 500, 501)}
    assert sum(counted.values()) == len(rows) and min(counted.values()) > 800  # 0 for -1 too, which is no amount
    own = np.stack([np.arange(30_000) * 10 + 1, np.arange(30_000) * 10 + 5], axis=1)
    rows, values = draws.at_edges("own", own, 300, among)
    assert set((values - rows * 10).tolist()) == {0, 1, 2, 4, 5, 6}


# --- the file


@ALL
def test_a_file_holds_the_facts_as_they_were_drawn(
    tmp_path: Path, invented: SyntheticPopulation, small_blocks: None
) -> None:
    """Read as a table of facts by the headings, it gives the columns of each block, and nothing else."""
    written = write(invented, tmp_path / "a.parquet", 70, 5)
    names, rows = read(tmp_path / "a.parquet")
    assert written.cases == 70 and written.rows == len(rows)
    facts = [at for at, name in enumerate(names) if name not in (invented.number, *invented.carried) or name == "case"]
    listed = [[names[at] for at in facts], *([row[at] for at in facts] for row in rows)]
    table = from_table(invented.policy.facts, listed)
    assert not table.problems and len(table.cases) == 70
    given = [read_facts(invented.policy.facts, one.given) for one in table.cases]
    assert not any(one.problems or one.missing for one in given)
    held = batch_of(invented.policy, [one.facts for one in given])
    blocks = list(invented.blocks(70, 5))
    assert [one.cases for one in blocks] == [32, 32, 6]
    for name, column in held.columns.items():
        assert column.tolist() == np.concatenate([one.columns[name] for one in blocks]).tolist(), name
    for name, records in held.records.items():
        for key, column in records.columns.items():
            drawn = np.concatenate([one.records[name].columns[key] for one in blocks]).tolist()
            texts = invented.texts.get(key)
            if texts is not None:
                at = names.index(key)
                assert [row[at] for row in rows if row[at] is not None] == [texts[one] for one in drawn]
            else:
                assert column.tolist() == drawn, key
        assert np.diff(records.starts).tolist() == [n for one in blocks for n in np.diff(one.records[name].starts)]


def test_the_columns_and_their_types(tmp_path: Path) -> None:
    write(households, tmp_path / "a.parquet", 3)
    found = duckdb.sql(f"SELECT * FROM read_parquet('{tmp_path / 'a.parquet'}')")
    assert dict(zip(found.columns, map(str, found.types), strict=True)) == {
        "household": "BIGINT",
        "village": "VARCHAR",
        "persons": "BIGINT",
        "groups": "VARCHAR",
        "cost": "DECIMAL(18,2)",
        "clean": "BOOLEAN",
        "on": "DATE",
    }
    first = dict(zip(found.columns, found.fetchall()[0], strict=True))
    drawn = households.block(0, 3).columns
    assert first["household"] == 1 and first["village"] == ("东村", "西村")[drawn["village"][0]]
    assert first["cost"] == Decimal(int(drawn["cost"][0])) / 100 and first["persons"] == drawn["persons"][0]


def test_a_case_without_records_has_a_row_all_the_same(tmp_path: Path) -> None:
    written = write(passengers, tmp_path / "a.parquet", 200)
    names, rows = read(tmp_path / "a.parquet")
    case, fare, pier = names.index("case"), names.index("fare"), names.index("pier")
    assert list(dict.fromkeys(row[case] for row in rows)) == list(range(1, 201))
    counts = np.diff(passengers.block(0, 200).records["trips"].starts)
    without = [row for row in rows if row[fare] is None]
    assert [row[case] - 1 for row in without] == np.nonzero(counts == 0)[0].tolist() != []
    assert all(row[pier] is None for row in without) and written.rows == int(np.maximum(counts, 1).sum())


@ALL
def test_the_same_seed_gives_the_same_and_a_larger_one_begins_with_the_smaller(
    tmp_path: Path, invented: SyntheticPopulation, small_blocks: None
) -> None:
    for name, persons, seed in (("a", 100, 1), ("b", 100, 1), ("c", 41, 1), ("d", 100, 2)):
        write(invented, tmp_path / f"{name}.parquet", persons, seed)
    (names, a), (_, b), (_, c), (_, d) = (read(tmp_path / f"{one}.parquet") for one in "abcd")
    assert a == b and a[: len(c)] == c and a != d
    number = names.index(invented.number)
    assert c[-1][number] == 41 and a[len(c)][number] == 42


@ALL
@pytest.mark.parametrize("persons", [0, 1, 32, 33])
def test_small_ones_and_those_of_whole_blocks(
    tmp_path: Path, invented: SyntheticPopulation, small_blocks: None, persons: int
) -> None:
    written = write(invented, tmp_path / "a.parquet", persons)
    names, rows = read(tmp_path / "a.parquet")
    assert written == population.Written(tmp_path / "a.parquet", persons, len(rows))
    assert len({row[names.index(invented.number)] for row in rows}) == persons
    headings = [name for name in names if name not in invented.carried and name != invented.number]
    own = invented.policy.facts.declared()
    records = [part for one in own.values() if one.type.is_records for part in one.type.item.python.declared()]
    assert sorted(headings) == sorted([name for name, one in own.items() if not one.type.is_records] + records)


def test_progress_is_told(tmp_path: Path, small_blocks: None) -> None:
    told: list[tuple[str, int, int]] = []
    write(households, tmp_path / "a.parquet", 70, progress=lambda *one: told.append(one))
    assert [one for one in told if one[0] == "making"] == [("making", 0, 70), ("making", 32, 70), ("making", 64, 70)]
    assert all(step == "joining" and 0 <= done <= 70 for step, done, _ in told[3:])


# --- what is refused, and what is left when something stops it


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    """A file that is there already; it, and nothing else, must be there in the end."""
    file = tmp_path / "a.parquet"
    file.write_bytes(b"mine")
    yield file
    assert file.read_bytes() == b"mine" and list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_there_is_left_alone(kept: Path) -> None:
    with pytest.raises(GongbaoError, match="is there already"):
        write(households, kept, 3)


def test_it_is_left_alone_where_it_came_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    with pytest.raises(GongbaoError, match="is there already"):
        write(households, file, 3, progress=lambda *one: file.write_bytes(b"theirs") and None)
    assert file.read_bytes() == b"theirs" and list(tmp_path.iterdir()) == [file]


def test_it_is_written_over_where_that_is_wanted(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    file.write_bytes(b"mine")
    write(households, file, 3, overwrite=True)
    assert len(read(file)[1]) == 3 and list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("asked", range(5))
def test_one_that_is_no_longer_wanted_ends_and_leaves_nothing(kept: Path, small_blocks: None, asked: int) -> None:
    answers = iter([True] * asked)
    with pytest.raises(InterruptedError):
        write(households, kept, 200, overwrite=True, is_wanted=lambda: next(answers, False))


def test_so_does_one_that_is_ended_while_its_parts_are_joined(
    kept: Path, small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement itself is stopped: it would go on for hours."""
    wanted = [True]

    def slow(self: Any, statement: str) -> None:
        if "read_parquet" in statement:
            statement = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3"
            wanted[0] = False
        begin(self, statement)

    begin = population._Work.begin
    monkeypatch.setattr(population._Work, "begin", slow)
    with pytest.raises(InterruptedError):
        write(households, kept, 70, overwrite=True, is_wanted=lambda: wanted[0])


@pytest.mark.parametrize("step", ["making", "joining"])
def test_so_does_ctrl_c(kept: Path, small_blocks: None, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    class Slow:
        """Time enough that the joining is told at all."""

        def __init__(self, running: Any) -> None:
            self.running, self.waits = running, 3

        def result(self, seconds: float) -> Any:
            if self.waits:
                self.waits -= 1
                raise TimeoutError
            return self.running.result()

    def begin_slowly(self: Any, statement: str) -> None:
        begin(self, statement)
        self.running = Slow(self.running)

    begin = population._Work.begin
    monkeypatch.setattr(population._Work, "begin", begin_slowly)
    monkeypatch.setattr(duckdb.DuckDBPyConnection, "query_progress", lambda self: 10.0, raising=False)

    def interrupted(told: str, done: int, total: int) -> None:
        if told == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(households, kept, 70, overwrite=True, progress=interrupted)


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), duckdb.IOException("no space\nmore")])
def test_a_disk_that_is_full_is_told_in_words(kept: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fails(*arguments: Any) -> None:
        raise fault

    monkeypatch.setattr(population.os, "replace", fails)
    with pytest.raises(GongbaoError, match=r"a\.parquet: this file cannot be written: (No space|no space)"):
        write(households, kept, 70, overwrite=True)


@pytest.mark.parametrize(
    ("name", "persons", "seed", "told"),
    [
        ("a.csv", 3, 1, "ends in .parquet"),
        ("a", 3, 1, "ends in .parquet"),
        ("absent/a.parquet", 3, 1, "no such folder"),
        ("folder.parquet", 3, 1, "this is a folder"),
        ("a.parquet", -1, 1, "-1 persons cannot be made"),
        ("a.parquet", 10**11, 1, "100000000000 persons cannot be made"),
        ("a.parquet", 3, -1, "a seed is a whole number from 0 on"),
    ],
)
def test_what_is_refused(tmp_path: Path, name: str, persons: int, seed: int, told: str) -> None:
    (tmp_path / "folder.parquet").mkdir()
    with pytest.raises(GongbaoError, match=told):
        write(households, tmp_path / name, persons, seed)
    shutil.rmtree(tmp_path / "folder.parquet")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["cost", "取暖费用", "Cost of heating"])
def test_a_heading_that_is_a_fact_is_refused_where_it_is_declared(name: str) -> None:
    with pytest.raises(PolicyError, match=rf"test_population\.py:\d+: {name} is a fact of heating"):
        synthetic(heating, zh="户", en="households", carried={name: ()})(lambda draws: Batch(0, {}))
