"""A policy over a whole table: read, compute in columns, decide one by one what columns leave open, write out.

Cases go through in chunks; each is kept in one transaction, with where to go on. So a run that was ended goes on with
the next chunk, and an output is there whole or not at all.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gongbao import __version__
from gongbao.core.errors import GongbaoError
from gongbao.rules.columns import NotInColumns, Program, Settings
from gongbao.rules.columns.batch import Batch, outside, value_of
from gongbao.rules.columns.engine import Engine
from gongbao.rules.columns.program import Flags, prepared
from gongbao.rules.compute import Refused, Result, changed_table, compute, version
from gongbao.rules.evaluate import MissingFacts
from gongbao.rules.facts import Missing, Problem, as_json
from gongbao.rules.policy import Policy
from gongbao.rules.readings import choose
from gongbao.rules.run import outputs
from gongbao.rules.run.answers import MOST, Answer, Answers, TooLarge, answers_of, needed_for
from gongbao.rules.run.batches import ROWS_AT_ONCE, Bounds, Chunk, Nullable, chunk_of, nullable_of
from gongbao.rules.run.loading import refuse_lacking
from gongbao.rules.run.one_by_one import GivenCase, given_cases
from gongbao.rules.run.places import PARQUET, Place, place_of
from gongbao.rules.run.sources import Source, identity_of, refuse_changed, stage
from gongbao.rules.run.staging import Layout, layout_of, stage_cells
from gongbao.rules.run.work import Work

Progress = Callable[[str, int, int], None]
"""Is told the step (reading, computing, writing), how much of it is done, and of how much: rows where it computes,
else thousandths."""

MEMORY = "1GiB"
"""For the work database; the arrays of a chunk come on top."""
_FIRST_AT_ONCE, _LEAST_AT_ONCE = 16_000, 1_000
_WORTH_COMPILING = 4_000_000
"""Rows for which NumPy takes longer than it takes to compile the rules."""
_LONG = 10.0
"""Seconds that a chunk may take before the next is made smaller."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be run. `values` names those that are put out, all where it is empty; `allow_missing` takes a table
    that has no column for a fact; `replace` a table of a database that is there already. `compiled` is the folder in
    which compiled rules are kept, for tables that are worth it."""

    policy: Policy
    source: str
    target: str
    readings: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)
    as_if: bool = False
    values: tuple[str, ...] = ()
    allow_missing: bool = False
    replace: bool = False
    threads: int | None = None
    compiled: Path | None = None


@dataclass(slots=True)
class Report:
    """What a run came to. Rows that are empty throughout are counted nowhere."""

    rows: int = 0
    cases: int = 0
    one_by_one: int = 0
    cases_with_missing: int = 0
    rejected_rows: int = 0
    rejected_cases: int = 0
    goes_on_from: int = 0
    begun_anew: list[str] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)
    rejected_to: str = ""


def run(
    job: Job,
    *,
    fresh: bool = False,
    progress: Progress = lambda step, done, total: None,
    say: Callable[[str], None] = lambda text: None,
) -> Report:
    """Run it, or go on with it. `say` is told what should be known before the end.

    Raises GongbaoError for what cannot be run at all; nothing is then left behind. Where it is interrupted, or the
    output cannot be written, the folder of the run stays, and the same job goes on there.
    """
    policy = job.policy
    answers = answers_of(policy, job.values)
    choose(policy.reading_table, dict(job.readings))
    if job.figures:
        changed_table(policy, tuple(job.figures.items()))
    source, target = place_of(job.source), place_of(job.target)
    outputs.refuse_target(source, target, replace=job.replace)
    about: dict[str, Any] = {
        "input": identity_of(source),
        "policy": policy.name,
        "version": version(policy),
        "program": __version__,
        "figures": dict(job.figures),
        "readings": dict(job.readings),
        "as_if": job.as_if,
        "values": [one.name for one in answers],
        "allow_missing": job.allow_missing,
    }
    work = Work(target, about, fresh=fresh, threads=job.threads, memory=MEMORY)
    try:
        if work.begun_anew:
            say(f"begun anew, as another {', '.join(work.begun_anew)} is given than for the run that was left here")
        layout = _staged(work, job, source, progress)
        refuse_changed(source, about["input"])
        outputs.refuse_layout(layout, answers, target, work.connection, replace=job.replace)
    except (GongbaoError, KeyboardInterrupt):
        if work.goes_on:
            work.close()
        else:
            work.remove()
        raise
    report = Report(begun_anew=work.begun_anew, carried=_tell_carried(layout, say))
    try:
        _Run(job, work, layout, answers, report, progress).go()
        # A Parquet file is read where it stands, again and again.
        reads_again = source.kind == PARQUET
        is_same = partial(refuse_changed, source, about["input"]) if reads_again else _nothing
        is_same()
        outputs.write(work, layout, answers, target, report, is_same, replace=job.replace, progress=progress)
    finally:
        work.close()
    work.remove()
    return report


def _nothing() -> None:
    """Nothing to be asked."""


def _tell_carried(layout: Layout, say: Callable[[str], None]) -> list[str]:
    """Columns that are no facts are put out as they are; a misspelt one would be too, so they are told."""
    carried = [layout.source.headings[number - 1] for number in layout.carried]
    if carried:
        say(f"carried along, as they are no facts: {', '.join(carried)}")
    for cell, problem in layout.headings.problems:
        if "did you mean" in problem.en:
            say(f"column {cell.address}: {problem.en}")
    return carried


def _staged(work: Work, job: Job, place: Place, progress: Progress) -> Layout:
    """The input in the work database, from before or from now on."""
    known = work.get("source") if work.goes_on else None
    if known is not None:
        return layout_of(job.policy, Source(**known), place.shown)
    source = stage(work.connection, place, work.folder, lambda share: progress("reading", int(share * 500), 1000))
    layout = layout_of(job.policy, source, place.shown)
    if not job.allow_missing:
        refuse_lacking(layout, place.shown, needed_for(job.policy, answers_of(job.policy, job.values)))
    stage_cells(work.connection, layout, lambda share: progress("reading", 500 + int(share * 500), 1000))
    if not work.connection.execute("select 1 from staged limit 1").fetchall():
        raise GongbaoError("there is no case in it", where=place.shown)
    nullable = nullable_of(work.connection, layout)
    work.connection.begin()
    work.put("nullable", sorted(nullable))
    work.put("next", 0)
    work.put("counts", {})
    work.put("source", asdict(source))
    work.connection.commit()
    work.connection.execute("checkpoint")
    return layout


class _Run:
    """The cases of a work database under computation."""

    def __init__(
        self, job: Job, work: Work, layout: Layout, answers: list[Answer], report: Report, progress: Progress
    ) -> None:
        self.job, self.work, self.layout, self.answers = job, work, layout, answers
        self.report, self.progress = report, progress
        self.connection = work.connection
        self.nullable: Nullable = frozenset((records, name) for records, name in work.get("nullable"))
        self.bounds = Bounds(self.connection, layout)
        self.engine = Engine(job.compiled if self.bounds.rows >= _WORTH_COMPILING else None)
        self.program: Program | None = None
        self.settings: Settings | None = None
        if all(one.is_number or one.rule is None for one in answers):
            try:
                self.program, self.settings = prepared(job.policy, job.figures, job.readings, self.nullable)
            except NotInColumns:
                self.program = None
        self.texts: Any = None
        order = work.get("order") or [-1, True]
        self.last_row, self.in_order = int(order[0]), bool(order[1])

    def go(self) -> None:
        self._make_tables()
        for name, value in self.work.get("counts").items():
            setattr(self.report, name, value)
        first = self.work.get("next")
        self.report.goes_on_from = self.bounds.row_of(first)
        self.report.rows, self.report.cases = self.bounds.rows, self.bounds.count
        self.progress("computing", self.report.goes_on_from, self.bounds.rows)
        at_once = min(_FIRST_AT_ONCE, ROWS_AT_ONCE)
        while first < self.bounds.count:
            begun = time.monotonic()
            after = self.bounds.after(first, at_once)
            self._keep(chunk_of(self.connection, self.layout, self.bounds, first, after, self.nullable), after)
            first = after
            # Where most cases are decided one by one, a chunk is small, so that little is lost when the run is ended.
            took = time.monotonic() - begun
            at_once = min(at_once * 2, ROWS_AT_ONCE) if took < _LONG else max(at_once // 2, _LEAST_AT_ONCE)
        # What is still compiling would be torn off at the end of the process.
        self.engine.wait()

    def _make_tables(self) -> None:
        values = "".join(f", v{place} {one.sql_type}" for place, one in enumerate(self.answers))
        self.connection.execute(
            f"create table if not exists result (row bigint, status tinyint, missing varchar{values})"
        )
        self.connection.execute(
            "create table if not exists rejected "
            "(row bigint, name varchar, path varchar, zh varchar, en varchar, code varchar)"
        )

    def _keep(self, chunk: Chunk, after: int) -> None:
        """Compute a chunk, and keep what it comes to in one transaction."""
        found = Answers(self.answers, len(chunk.rows))
        rejected: list[tuple[Any, ...]] = []
        doubtful = self._in_columns(chunk, found)
        self._one_by_one(chunk, np.nonzero(doubtful)[0], found, rejected)
        rows = chunk.rows
        self.in_order &= bool(rows[0] > self.last_row and (rows[1:] > rows[:-1]).all())
        self.last_row = int(rows[-1])
        names = "row, status, missing" + "".join(f", v{place}" for place in range(len(self.answers)))
        self.connection.register("chunk_found", found.data(chunk.rows))
        if rejected:
            columns = zip(("row", "name", "path", "zh", "en", "code"), zip(*rejected, strict=True), strict=True)
            as_data = {name: np.array(values, np.int64 if name == "row" else object) for name, values in columns}
            self.connection.register("chunk_rejected", as_data)
        self.connection.begin()
        try:
            self.connection.execute(f"insert into result select {names} from chunk_found")
            if rejected:
                self.connection.execute("insert into rejected select row, name, path, zh, en, code from chunk_rejected")
            self.work.put("next", after)
            self.work.put("order", [self.last_row, self.in_order])
            counted = ("one_by_one", "cases_with_missing", "rejected_rows", "rejected_cases")
            self.work.put("counts", {name: getattr(self.report, name) for name in counted})
            self.connection.commit()
        except BaseException:
            self.connection.rollback()
            raise
        finally:
            self.connection.unregister("chunk_found")
            if rejected:
                self.connection.unregister("chunk_rejected")
        self.progress("computing", self.bounds.row_of(after), self.bounds.rows)

    # -- in columns

    def _in_columns(self, chunk: Chunk, found: Answers) -> Flags:
        """Fill in what columns give; says for which cases they do not."""
        if self.program is None or self.settings is None:
            return np.ones(chunk.batch.cases, bool)
        doubtful = chunk.odd | outside(self.program, chunk.batch)
        names = [one.rule.name for one in self.answers if one.rule]
        values = self.engine.compute(self.program, self.settings, chunk.batch, names, threads=self.job.threads)
        doubtful |= values.doubtful
        sizes = np.diff(chunk.starts)
        for place, one in enumerate(self.answers):
            value, present = self._value(one, values.of, chunk.batch)
            if one.is_number:
                too_large = np.abs(value) >= MOST
                if too_large.any():
                    doubtful[chunk.batch.records[one.records].case_of[too_large] if one.records else too_large] = True
            if one.records:
                if one.records in chunk.record_rows:
                    found.put(place, chunk.record_rows[one.records], value, present)
            elif self.layout.has_records:
                found.put(place, slice(None), np.repeat(value, sizes), np.repeat(present, sizes))
            else:
                found.put(place, slice(None), value, present)
        return doubtful

    def _value(self, one: Answer, values: Mapping[str, Any], batch: Batch) -> tuple[Any, Any]:
        """What is kept of a column of the output for each case or record, and where it is there at all."""
        if one.rule is not None:
            value = values[one.name]
            return value, values.get(f"{one.name}?", np.ones(len(value), bool))
        columns = batch.records[one.records].columns
        value = columns[one.name]
        present = columns.get(f"{one.name}?", np.ones(len(value), bool))
        if one.kind.kind == "text":
            value = self._texts()[value]
        elif not one.is_number:
            value = np.array([as_json(value_of(int(number), one.kind), one.kind) for number in value], object)
        return value, present

    def _texts(self) -> Any:
        if self.texts is None:
            found = self.connection.execute("select code, text from texts").fetchall()
            self.texts = np.full(max((code for code, _ in found), default=0) + 1, "", object)
            for code, text in found:
                self.texts[code] = text
        return self.texts

    # -- one by one

    def _one_by_one(self, chunk: Chunk, cases: Any, found: Answers, rejected: list[tuple[Any, ...]]) -> None:
        for done, case in enumerate(given_cases(self.connection, self.layout, chunk, cases.tolist())):
            if done % 1000 == 999:
                share = done / len(cases)
                rows = self.bounds.row_of(chunk.first) + int(share * len(chunk.rows))
                self.progress("computing", rows, self.bounds.rows)
            self.report.one_by_one += 1
            low, high = chunk.starts[case.place], chunk.starts[case.place + 1]
            places = np.arange(low, high)
            problems = self._decide(case, places, found)
            if problems:
                found.status[places] = 1
                self.report.rejected_cases += 1
                self.report.rejected_rows += len(case.rows)
                rejected += _rejected_rows(case, problems)

    def _decide(self, case: GivenCase, places: Any, found: Answers) -> list[tuple[int | None, Problem]]:
        """Compute one case exactly; says why that cannot be."""
        if case.problems:
            return case.problems
        job = self.job
        try:
            result = compute(job.policy, case.given, readings=job.readings, figures=job.figures, as_if=job.as_if)
        except Refused as error:
            return [(case.row_of(one.path), one) for one in error.problems]
        try:
            lacking = self._fill(case, result, places, found)
        except TooLarge as error:
            label = next(one.rule.label for one in self.answers if one.name == str(error) and one.rule)
            zh, en = f"“{label.zh}”的结果过大", f"{label.en} comes to more than an output holds"
            return [(None, Problem("", label, zh, en, "result_too_large"))]
        if lacking:
            self.report.cases_with_missing += 1
        return []

    def _fill(self, case: GivenCase, result: Result, places: Any, found: Answers) -> bool:
        """Put in the values, and on each row what those lack that stand there; says whether anything is lacking."""
        of_case: dict[str, None] = {}
        of_row: dict[int, dict[str, None]] = {}
        for place, one in enumerate(self.answers):
            if not one.records:
                number = one.number(result.values[one.name])
                found.put(place, places, _kept(number, one), number is not None)
                if number is None and one.rule is not None:
                    of_case |= _lacking(partial(result.case.scope.value, one.rule))
                continue
            found.absent[place][places] = True
            records = result.values[one.records]
            if records is None:
                of_case |= _lacking(partial(result.case.records, one.records))
                continue
            scopes = result.case.records(one.records)
            for index, (record, scope) in enumerate(zip(records, scopes, strict=True)):
                value = record[one.name]
                at = places[case.records[one.records][index]]
                if isinstance(value, Missing):
                    of_row.setdefault(at, {})[_without_index(value.path)] = None
                    continue
                number = one.number(value)
                found.put(place, at, _kept(number, one), number is not None)
                if number is None and one.rule is not None:
                    of_row.setdefault(at, {}).update(_lacking(partial(scope.value, one.rule)))
        if of_case:
            found.missing[places] = "、".join(of_case)
        for at, paths in of_row.items():
            found.missing[at] = "、".join(of_case | paths)
        return bool(of_case or of_row)


def _kept(number: int | str | None, one: Answer) -> int | str | None:
    return 0 if number is None and one.is_number else number


def _lacking(ask: Callable[[], Any]) -> dict[str, None]:
    """The facts that a value lacks; none where there is just no such value."""
    try:
        ask()
    except MissingFacts as error:
        return dict.fromkeys(sorted({_without_index(path) for path in error.lost.paths(set())}))
    return {}


def _without_index(path: str) -> str:
    """visits[2].level as visits.level: on which row it lacks is seen in the input."""
    return re.sub(r"\[[0-9]+\]", "", path)


def _rejected_rows(case: GivenCase, problems: list[tuple[int | None, Problem]]) -> Iterator[tuple[Any, ...]]:
    """What is wrong with the case, for each of its rows: what concerns the row itself, else all there is."""
    for row in case.rows:
        own = [one for at, one in problems if at == row] or [one for _, one in problems]
        yield (
            row,
            case.name or None,
            "; ".join(dict.fromkeys(one.path for one in own if one.path)) or None,
            "；".join(dict.fromkeys(one.zh for one in own)),
            "; ".join(dict.fromkeys(one.en for one in own)),
            "; ".join(dict.fromkeys(one.code for one in own)),
        )


__all__ = ["Job", "Progress", "Report", "run"]
