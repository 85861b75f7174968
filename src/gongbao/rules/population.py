"""Invented populations: cases of a policy drawn from a seed, as many as are wanted, so that nobody's data is needed.

    @synthetic(medical_assistance, zh="人", en="persons", carried={"district": tuple(DISTRICTS)})
    def medical_assistance_population(draws: Draws) -> Batch:
        \"""What is assumed, for whoever uses it.\"""
        cost = draws.spread("cost", COSTS)
        return Batch(draws.count, {"district": draws.pick("district", DISTRICTS.values()), "cost": cost})

    write(medical_assistance_population, Path("persons.parquet"), persons=4_400_000, seed=1)

The same seed and number give the same data on every machine, and a larger population begins with the smaller one: each
column of each block of cases has numbers of its own, drawn from the seed, the policy, the block and the column's name.
They are raw words of the generator PCG64, shared out in whole numbers throughout. No float is drawn, and none of the
distributions of NumPy, which a later version may draw otherwise; amounts are made in fen.

A file is a flat table (see fact_tables.py) whose headings are the names of the facts: a row for each case or, where the
case has records, for each record, those of a case one after the other. What is no fact (a number, a district, an age
group) stands before them. Amounts are DECIMAL, days DATE, choices texts; several choices are one text, with 、 between.
"""

from __future__ import annotations

import hashlib
import inspect
import itertools
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb
import numpy as np

from gongbao.core.errors import GongbaoError
from gongbao.rules.columns.batch import Batch, Column, Records
from gongbao.rules.columns.lower import places_of
from gongbao.rules.columns.program import Flags, Int64
from gongbao.rules.fact_tables import CASE_HEADINGS, OF_CASE, read_headings
from gongbao.rules.policy import Policy, PolicyError
from gongbao.rules.types import Type
from gongbao.rules.values import Label

BLOCK = 262_144
"""Cases that are drawn at a time. It has part in what is drawn, and is never changed."""
MOST_CASES = 10**10

DISTRICTS = {"临澜区": 180, "望川区": 160, "高新区": 110, "石渡市": 230, "青岚县": 190, "柏溪县": 130}
"""The districts of the imaginary city of the sample gazette, with the share of its people in each, in thousandths."""

_CASE = CASE_HEADINGS[1]
_NUMBER, _HAS_RECORD = "#number", "#record"
_DIGITS = 18
"""Of an amount in a file."""
_MOST_CHOICES = 12
"""Of a list of choices: every combination of them has its text in a table."""


class Progress(Protocol):
    def __call__(self, step: str, done: int, total: int) -> None: ...


# --- Drawing --------------------------------------------------------------------------------------------------------


class Curve:
    """A distribution by its quantiles: (0, least), (500, median), … (1000, greatest), in thousandths of the cases.

    Between two of them values lie evenly. A long tail is a last step that rises far.
    """

    def __init__(self, *points: tuple[int, int]) -> None:
        shares = [share for share, _ in points]
        values = [value for _, value in points]
        if shares != sorted(set(shares)) or shares[0] != 0 or shares[-1] != 1000 or values != sorted(values):
            raise ValueError(f"quantiles rise from 0 to 1000 thousandths: {points}")
        self.points = points
        steps = [
            low + (high - low) * (share - first) // (last - first)
            for (first, low), (last, high) in itertools.pairwise(points)
            for share in range(first, last)
        ]
        self._values = np.array([*steps, values[-1]], np.int64)
        self._rises = np.diff(self._values)

    def at(self, words: Int64) -> Int64:
        """The values at places from 0 up to and without 2**32."""
        place = words * 1000
        share = place >> 32
        within = (place & 0xFFFFFFFF) >> 12
        return np.asarray(self._values[share] + (self._rises[share] * within >> 20))


def yuan(*points: tuple[int, int]) -> Curve:
    """A Curve of amounts that are told in yuan and drawn in fen."""
    return Curve(*((share, value * 100) for share, value in points))


@dataclass(frozen=True, slots=True)
class Draws:
    """What is drawn for one block: `count` cases, of which `first` (from 0) is the first.

    Everything is drawn by a name, and what has one name never depends on what has another. `count` is the number of
    what is drawn, the cases where it is not given; fewer are the beginning of more.
    """

    seed: int
    population: str
    block: int
    count: int

    @property
    def first(self) -> int:
        return self.block * BLOCK

    def words(self, name: str, count: int | None = None) -> Int64:
        """Whole numbers from 0 up to and without 2**32, each as likely as another."""
        told = f"{self.seed}/{self.population}/{self.block}/{name}".encode()
        source = np.random.PCG64(int.from_bytes(hashlib.sha256(told).digest(), "big"))
        drawn = np.asarray(source.random_raw(self.count if count is None else count), np.uint64)
        drawn >>= np.uint64(32)
        return drawn.view(np.int64)

    def whole(self, name: str, least: int | Int64, most: int | Int64, count: int | None = None) -> Int64:
        """Whole numbers from `least` to `most`, both included; at most 2**31 of them. Each may have its own bounds."""
        span: Any = most - least + 1
        return np.asarray(least + (self.words(name, count) * span >> 32))

    def chance(self, name: str, thousandths: int | Int64, count: int | None = None) -> Flags:
        """True for so many in a thousand; each may have a chance of its own."""
        return np.asarray((self.words(name, count) * 1000 >> 32) < thousandths)

    def pick(self, name: str, shares: Iterable[int], count: int | None = None) -> Int64:
        """The places 0, 1, … with these shares, in thousandths."""
        listed = list(shares)
        if sum(listed) != 1000:
            raise ValueError(f"the shares of {name} come to {sum(listed)} thousandths")
        of_thousandths = np.repeat(np.arange(len(listed)), listed)
        return np.asarray(of_thousandths[self.words(name, count) * 1000 >> 32])

    def spread(self, name: str, curve: Curve, count: int | None = None) -> Int64:
        """Values that are distributed as the curve says."""
        return curve.at(self.words(name, count))

    def at_edges(self, name: str, edges: Int64, thousandths: int, among: Flags) -> tuple[Int64, Int64]:
        """Of those `among`, so many in a thousand are put to an edge: which they are (places), and their values.

        `edges` is an array [of one, edge], or of edges that are the same for all. Each is one less than an edge, the
        edge itself or one more, and never below 0.
        """
        rows = np.nonzero(among & self.chance(name, thousandths, len(among)))[0]
        columns = edges.shape[-1]
        which = self.whole(f"{name}: which", 0, columns * 3 - 1, len(rows))
        edge = edges[rows, which // 3] if edges.ndim == 2 else edges[which // 3]
        return rows, np.maximum(edge + which % 3 - 1, 0)


def records_of(counts: Int64, columns: Mapping[str, Column]) -> Records:
    """Records for a Batch: `counts` of them for each case, in columns that are in the order of their class."""
    starts = np.concatenate([[0], np.cumsum(counts)])
    place = np.arange(starts[-1]) - np.repeat(starts[:-1], counts)
    return Records(starts, {"#place": place, **columns})


# --- Populations ----------------------------------------------------------------------------------------------------


@dataclass(eq=False, frozen=True)
class SyntheticPopulation:
    """How to invent the cases of a policy. `counted` says what a case is, `about` what is assumed.

    `make` gives the cases of a block in the form of batch.py: its columns are the facts and, as places in their texts,
    what is `carried`; `texts` are those of facts that are texts. `number` heads the column of the cases' numbers.
    """

    policy: Policy
    counted: Label
    make: Callable[[Draws], Batch]
    carried: Mapping[str, Sequence[str]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    number: str = _CASE
    about: str = ""

    @property
    def name(self) -> str:
        return self.policy.name

    def blocks(self, cases: int, seed: int = 1) -> Iterator[Batch]:
        """The population in blocks, of which each has at most BLOCK cases; none where there are no cases."""
        for block in range(-(-cases // BLOCK)):
            yield self.block(block, min(cases - block * BLOCK, BLOCK), seed)

    def block(self, block: int, cases: int, seed: int = 1) -> Batch:
        return self.make(Draws(seed, self.name, block, cases))


def synthetic(
    policy: Policy,
    *,
    zh: str,
    en: str,
    number: str = "person",
    carried: Mapping[str, Sequence[str]] | None = None,
    texts: Mapping[str, Sequence[str]] | None = None,
) -> Callable[[Callable[[Draws], Batch]], SyntheticPopulation]:
    """Declare a function that makes the cases of a block: its docstring says what is assumed.

    zh, en: what a case is, in the plural: 人, persons. `number` is the heading of their numbers, from 1; of a policy
    with records it is always `case`. Raises PolicyError where a heading is that of a fact.
    """

    def declare(make: Callable[[Draws], Batch]) -> SyntheticPopulation:
        has_records = any(one.type.is_records for one in policy.facts.declared().values())
        heading = _CASE if has_records else number
        for name in (heading, *(carried or {})):
            if read_headings(policy.facts, [name]).columns:
                code = make.__code__
                raise PolicyError(f"{name} is a fact of {policy.name}", file=code.co_filename, line=code.co_firstlineno)
        return SyntheticPopulation(
            policy, Label(zh, en), make, carried or {}, texts or {}, heading, inspect.getdoc(make) or ""
        )

    return declare


def _headings(policy: Policy) -> Iterator[tuple[str, str, str, Type]]:
    """Of each column its heading, the list it belongs to, the name and the type of its fact."""
    named: list[tuple[str, str, Type]] = []
    for one in policy.facts.declared().values():
        if one.type.is_records and one.type.item is not None:
            named += [(one.name, key, part.type) for key, part in one.type.item.python.declared().items()]
        else:
            named.append(("", one.name, one.type))
    names = [name for _, name, _ in named]
    for within, name, kind in named:
        yield name if names.count(name) == 1 else f"{within or OF_CASE.en}.{name}", within, name, kind


# --- The file -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """What a file holds; without records its rows are its cases."""

    path: Path
    cases: int
    rows: int


def write(
    population: SyntheticPopulation,
    path: Path,
    persons: int,
    seed: int = 1,
    *,
    progress: Progress = lambda step, done, total: None,
    is_wanted: Callable[[], bool] = lambda: True,
    overwrite: bool = False,
) -> Written:
    """Write `persons` cases as a Parquet file, in blocks: the memory needed does not grow with their number.

    The file comes into being whole or not at all; until then a hidden folder beside it holds what is made. `progress`
    is told "making" and "joining" with cases done and in all. `is_wanted` is asked now and then; once it says no,
    InterruptedError is raised. Raises GongbaoError where the file is there already (unless `overwrite`), is not to be
    called .parquet, or cannot be written.
    """
    _refuse(path, persons, seed, overwrite)
    try:
        with (
            tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as made,
            duckdb.connect() as database,
            ThreadPoolExecutor(1) as pool,
        ):
            folder = Path(made)
            # Without a bar nothing is known of how far a statement is.
            database.execute("SET enable_progress_bar = true")
            database.execute("SET enable_progress_bar_print = false")
            database.execute(f"SET temp_directory = {_quoted(str(folder / 'spilled'))}")
            table = _Table(population)
            for statement in table.types:
                database.execute(statement)
            work = _Work(database, pool, is_wanted)
            parts, rows = _write_parts(table, folder, persons, seed, work, progress)
            listed = ", ".join(_quoted(str(part)) for part in parts)
            draft = folder / "whole.parquet"
            work.begin(
                f"COPY (SELECT {table.selected} FROM read_parquet([{listed}])) "
                f"TO {_quoted(str(draft))} (FORMAT parquet, COMPRESSION zstd)"
            )
            work.end(lambda done: progress("joining", int(persons * done), persons))
            if path.exists() and not overwrite:
                raise _exists(path)
            os.replace(draft, path)
    except (OSError, duckdb.Error) as error:
        if isinstance(error, InterruptedError):
            raise
        told = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise GongbaoError(f"this file cannot be written: {told}", where=str(path)) from error
    return Written(path, persons, rows)


def _refuse(path: Path, persons: int, seed: int, overwrite: bool) -> None:
    if not 0 <= persons <= MOST_CASES:
        raise GongbaoError(f"{persons} persons cannot be made; give 0 to {MOST_CASES}")
    if seed < 0:
        raise GongbaoError(f"a seed is a whole number from 0 on; {seed} was given")
    if path.suffix.lower() != ".parquet":
        raise GongbaoError("a population is written as Parquet; give a name that ends in .parquet", where=str(path))
    if path.is_dir():
        raise GongbaoError("this is a folder; give the name of a file", where=str(path))
    if path.exists() and not overwrite:
        raise _exists(path)
    if not path.parent.is_dir():
        raise GongbaoError("there is no such folder", where=str(path.parent))


def _exists(path: Path) -> GongbaoError:
    return GongbaoError("this file is there already; give another name, or --force to write over it", where=str(path))


class _Work:
    """Statements in a thread of their own, one at a time, that end when they are no longer wanted, or on Ctrl-C."""

    def __init__(
        self, database: duckdb.DuckDBPyConnection, pool: ThreadPoolExecutor, is_wanted: Callable[[], bool]
    ) -> None:
        self.database, self.pool, self.is_wanted = database, pool, is_wanted
        self.running: Future[Any] | None = None

    def begin(self, statement: str) -> None:
        self.end()
        self.running = self.pool.submit(self.database.execute, statement)

    def end(self, told: Callable[[float], None] = lambda done: None) -> None:
        """Wait for what was begun. `told` hears now and then which part of it is done, where that is known."""
        if self.running is None:
            return
        try:
            while True:
                with suppress(TimeoutError):
                    self.running.result(0.1)
                    break
                if not self.is_wanted():
                    raise InterruptedError
                part = self.database.query_progress()
                if part >= 0:
                    told(part / 100)
        except BaseException:
            self.database.interrupt()
            raise
        self.running = None


def _write_parts(
    table: _Table, folder: Path, persons: int, seed: int, work: _Work, progress: Progress
) -> tuple[list[Path], int]:
    """A file for each block with its columns as they are, written while the next block is made."""
    parts, rows = [], 0
    for block in range(max(-(-persons // BLOCK), 1)):
        if not work.is_wanted():
            raise InterruptedError
        first = block * BLOCK
        progress("making", first, persons)
        columns = table.columns(table.population.block(block, min(BLOCK, persons - first), seed), first)
        work.end()
        work.database.register("block", columns)
        part = folder / f"{block}.parquet"
        work.begin(f"COPY (SELECT * FROM block) TO {_quoted(str(part))} (FORMAT parquet, COMPRESSION snappy)")
        parts.append(part)
        rows += len(columns[_NUMBER])
    work.end()
    return parts, rows


class _Table:
    """How the columns of a population become those of the flat table.

    `types` are the statements that declare its texts, `selected` what is to be selected of the columns.
    """

    def __init__(self, population: SyntheticPopulation) -> None:
        self.population = population
        self.types: list[str] = []
        told = [f"{_name(_NUMBER)} AS {_name(population.number)}"]
        told += [f"{self._text(name, texts)} AS {_name(name)}" for name, texts in population.carried.items()]
        for heading, within, name, kind in _headings(population.policy):
            one = self._told(heading, kind, population.texts.get(name, ()))
            if kind.optional:
                one = f"CASE WHEN {_name(heading + '?')} THEN {one} END"
            if within:
                one = f"CASE WHEN {_name(_HAS_RECORD)} THEN {one} END"
            told.append(f"{one} AS {_name(heading)}")
        self.selected = ", ".join(told)

    def columns(self, batch: Batch, first: int) -> dict[str, Column]:
        """The columns of a block, of which each has a value for each row; those of records are nought without one."""
        number = np.arange(first + 1, first + batch.cases + 1, dtype=np.int64)
        rows: Int64 | None = None
        records: Records | None = None
        found: dict[str, Column] = {}
        if batch.records:
            ((_, records),) = batch.records.items()
            counts = np.diff(records.starts)
            # A case without records has one row all the same.
            rows = np.maximum(counts, 1)
            has = np.repeat(counts > 0, rows)
            record = np.where(has, np.cumsum(has) - 1, records.count)
            found[_HAS_RECORD] = has

        def of_case(column: Column) -> Column:
            return column if rows is None else np.repeat(column, rows)

        found[_NUMBER] = of_case(number)
        for name, texts in self.population.carried.items():
            found[name] = of_case(batch.columns[name].astype(np.int16 if texts else np.int64))
        for heading, within, name, kind in _headings(self.population.policy):
            for suffix in ("", "?") if kind.optional else ("",):
                narrow = np.bool_ if suffix else _NARROW.get(kind.kind, np.int64)
                if within and records is not None:
                    column = records.columns[name + suffix].astype(narrow)
                    found[heading + suffix] = np.append(column, np.zeros(1, narrow))[record]
                else:
                    found[heading + suffix] = of_case(batch.columns[name + suffix].astype(narrow))
        return found

    def _text(self, name: str, texts: Sequence[str]) -> str:
        """The text of a place; of numbers without texts the number."""
        if not texts:
            return _name(name)
        # Of an enumeration a file is written several times as fast as of texts, and holds the same.
        kind = _name(f"texts of {name}")
        listed = ", ".join(map(_quoted, texts))
        self.types.append(f"CREATE TYPE {kind} AS ENUM ({listed})")
        return f"CAST([{listed}] AS {kind}[])[{_name(name)} + 1]"

    def _told(self, heading: str, kind: Type, texts: Sequence[str]) -> str:
        """A column's number as what a file has for it, in SQL."""
        name = _name(heading)
        match kind.kind:
            case "money" | "percent" | "decimal":
                places = places_of(kind)
                least = f"0.{'0' * (places - 1)}1" if places else "1"
                unit = f"CAST({least} AS DECIMAL({places + 1}, {places}))"
                return f"CAST({name} * {unit} AS DECIMAL({_DIGITS}, {places}))"
            case "choice":
                return self._text(heading, [one.value for one in kind.python])
            case "list":
                assert kind.item is not None
                members = [one.value for one in kind.item.python]
                if len(members) > _MOST_CHOICES:
                    raise GongbaoError(f"{heading}: a population has lists of at most {_MOST_CHOICES} choices")
                masks = range(2 ** len(members))
                chosen = ([one for place, one in enumerate(members) if mask >> place & 1] for mask in masks)
                return self._text(heading, ["、".join(one) for one in chosen])
            case "date":
                return _day(name)
            case "month":
                return f"strftime({_day(name)}, '%Y-%m')"
            case "text":
                return self._text(heading, texts)
        return name


_NARROW: Mapping[str, type[np.generic]] = {
    "flag": np.bool_,
    "choice": np.int16,
    "list": np.int16,
    "text": np.int16,
    "date": np.int32,
    "month": np.int32,
}
"""What a column of a kind is kept in on its way to the file; all others in int64."""


def _day(name: str) -> str:
    return f"(DATE '1970-01-01' + CAST({name} AS INTEGER))"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


__all__ = [
    "BLOCK",
    "DISTRICTS",
    "Curve",
    "Draws",
    "SyntheticPopulation",
    "Written",
    "records_of",
    "synthetic",
    "write",
    "yuan",
]
