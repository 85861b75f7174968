"""A program over columns with NumPy alone: blocks of cases that stay in the processor's cache, on several threads.

Each expression is computed for the frame it has (once for the run, each case, record or pair of records) and kept for
the block. A branch whose condition is the same for the whole block computes one way only.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from gongbao.rules.columns import calendar
from gongbao.rules.columns import whole as w
from gongbao.rules.columns.batch import PLACE, Batch, Column, blocks
from gongbao.rules.columns.program import Flags, Int64, Program, Settings, Values
from gongbao.rules.columns.whole import CASE, LOOP, PAIR, RECORD, Whole
from gongbao.rules.policy import Policy, Rule

BLOCK = 131_072
"""Cases in a block. Where the best of several choices is taken, a part of them is computed at a time, ten thousand or
so, and stays in the cache of a core."""
BLOCK_OF_RECORDS = 262_144
"""Records in a block, where rules go through them one after the other: each such step has a cost of its own."""
_MOST_PAIRS = 1_000_000


def compute(
    program: Program,
    settings: Settings,
    batch: Batch,
    names: Iterable[str] | None = None,
    *,
    threads: int | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Values:
    """What the rules named come to (all by default), for every case.

    A case of which columns hold too little (see `batch.outside`) must be known to the caller; beyond that `doubtful`
    says which cases are for `compute`. `is_wanted` is asked before each block; once it says no, InterruptedError.
    """
    wanted = list(program.steps if names is None else names)
    parts = list(_blocks(batch))
    doubtful = np.zeros(batch.cases, bool)
    out: dict[str, Int64] = {}
    for name in wanted:
        step = program.steps[name]
        count = batch.records[step.records].count if step.records else batch.cases
        out[name] = np.empty(count, np.int64)
        if not w.is_const(step.none, 0):
            out[f"{name}?"] = np.empty(count, np.int64)
    best = program.policy.best
    if best and any(program.steps[name].rule.by_choice for name in wanted):
        out[best.name] = np.empty(batch.cases, np.int64)

    def one_block(bounds: tuple[int, int]) -> None:
        if not is_wanted():
            raise InterruptedError
        first, last = bounds
        part = batch.part(first, last)
        block = _Block(program, settings, part)
        found, doubtful[first:last] = block.values(wanted)
        for name, column in found.items():
            step = program.steps.get(name.removesuffix("?"))
            low, high = first, last
            if step is not None and step.records:
                starts = batch.records[step.records].starts
                low, high = int(starts[first]), int(starts[last])
            out[name][low:high] = column

    workers = threads or os.cpu_count() or 1
    if workers == 1 or len(parts) == 1:
        for one in parts:
            one_block(one)
    else:
        with ThreadPoolExecutor(workers) as pool:
            for _ in pool.map(one_block, parts):
                pass
    return Values(out, doubtful)


def _blocks(batch: Batch) -> Iterator[tuple[int, int]]:
    if not batch.records:
        return blocks(batch.cases, None, BLOCK)
    starts = sum((one.starts for one in batch.records.values()), np.zeros(batch.cases + 1, np.int64))
    return blocks(batch.cases, starts, BLOCK_OF_RECORDS)


class _Found(NamedTuple):
    """A rule's values, where they are None, and where they lack a fact."""

    value: Any
    none: Any
    lost: Any


class _OfChoice(NamedTuple):
    """What some cases come to for one choice: by each criterion, whether one of them lacks a fact, the values, and
    whether they lack one. Each is an array, or one value for all of the cases."""

    criteria: list[Any]
    unknown: Any
    values: dict[str, Any]
    lost: Any
    doubtful: Any


def _of(value: Any, rows: Any) -> Any:
    return value[rows] if np.ndim(value) else value


class _Block:
    """A block of cases under computation; `choice` is set where it is computed for one choice of best_of."""

    def __init__(self, program: Program, settings: Settings, batch: Batch, choice: int | None = None) -> None:
        self.program, self.settings, self.batch, self.choice = program, settings, batch, choice
        self.kept: dict[Whole, Any] = {}
        self.rules: dict[str, _Found] = {}
        self.pairs: dict[str, tuple[Int64, Int64]] = {}
        self.periods: dict[str, Any] = {}
        self.doubtful = np.zeros(batch.cases, bool)

    @property
    def read(self) -> list[str]:
        """The columns of the cases that the program reads."""
        named = [name for records, name in self.program.columns if not records]
        return [one for name in named for one in (name, f"{name}?") if one in self.batch.columns]

    def values(self, names: list[str]) -> tuple[dict[str, Any], Flags]:
        steps = self.program.steps
        found: dict[str, Any] = {}
        with np.errstate(all="ignore"):
            self._check_days()
            by_choice = [name for name in names if steps[name].rule.by_choice]
            # A check of the choice refuses the case, whatever is asked for.
            if by_choice or any(needs_choice(one) for one in self.program.guards):
                best = self._best(by_choice)
                found |= best if by_choice else {}
            self._guards(by_choice=False)
            for name in names:
                if name in by_choice:
                    continue
                step = steps[name]
                value, none, lost = self.rule(step.rule)
                found[name] = self._full(value, step.records)
                if self._may_be_none(name):
                    found[f"{name}?"] = 1 - self._full(none, step.records)
                self._doubt(lost, step.records)
        return found, self.doubtful

    def _full(self, value: Any, records: str) -> Any:
        """One for each record of the list, or for each case."""
        if np.ndim(value):
            return value
        count = self.batch.records[records].count if records else self.batch.cases
        return np.broadcast_to(np.asarray(value), (count,))

    def _doubt(self, wrong: Any, records: str) -> None:
        """The cases for which this is so, or is for one of their records, are doubtful."""
        if np.ndim(wrong) == 0 and not wrong:
            return
        wrong = np.asarray(self._full(wrong, records), bool)
        if records:
            self.doubtful[self.batch.records[records].case_of[wrong]] = True
        else:
            self.doubtful |= wrong

    # What makes a case doubtful

    def _check_days(self) -> None:
        """A day outside the policy's time in force is for `compute` to refuse."""
        policy = self.program.policy
        since = calendar.number_of(policy.since)
        until = calendar.number_of(policy.until) if policy.until else calendar.LAST
        day = self.eval(self.program.day, CASE)
        self.doubtful |= (day < since) | (day > until)
        for name, field in dated_lists(policy):
            days = self.batch.records[name].columns[field]
            self._doubt((days < since) | (days > until), name)

    def _guards(self, *, by_choice: bool) -> None:
        for one in self.program.guards:
            if needs_choice(one) is by_choice:
                self._doubt(np.logical_not(self.eval(one, one.frame)), one.records)

    # The best of several choices

    def _best(self, names: list[str]) -> dict[str, Any]:
        """The rules named, for the choice that comes out best in each case. Who has one choice, as most have, has
        nothing to compare."""
        best = self.program.policy.best
        assert best is not None
        mask = self.batch.columns[best.fact]
        self.doubtful |= mask == 0
        found: dict[str, Any] = {name: np.zeros(self.batch.cases, np.int64) for name in names}
        found |= {f"{name}?": np.zeros(self.batch.cases, np.int64) for name in names if self._may_be_none(name)}
        chosen = found[best.name] = np.zeros(self.batch.cases, np.int64)
        for place in range(len(best.choice)):
            rows = np.nonzero(mask == 1 << place)[0]
            if len(rows):
                part = self._for_choice(place, rows, names)
                for name, value in part.values.items():
                    found[name][rows] = value
                chosen[rows] = place
                self.doubtful[rows] |= np.logical_or(part.doubtful, part.lost)
        rows = np.nonzero(mask & (mask - 1))[0]
        if len(rows):
            among, doubtful = self._among(mask[rows], rows, names)
            for name, value in among.items():
                found[name][rows] = value
            self.doubtful[rows] |= doubtful
        return found

    def _among(self, mask: Column, rows: Int64, names: list[str]) -> tuple[dict[str, Any], Flags]:
        """The same for the cases at `rows`, which have several choices; and which of them are doubtful."""
        best = self.program.policy.best
        assert best is not None
        found: dict[str, Any] = {name: np.zeros(len(rows), np.int64) for name in names}
        found |= {f"{name}?": np.zeros(len(rows), np.int64) for name in names if self._may_be_none(name)}
        doubtful, lost = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
        chosen = np.full(len(rows), -1, np.int64)
        criteria = [np.zeros(len(rows), np.int64) for _ in best.criteria]
        for place in range(len(best.choice)):
            has = np.nonzero(mask >> place & 1)[0]
            if not len(has):
                continue
            part = self._for_choice(place, rows[has], names)
            doubtful[has] |= np.logical_or(part.doubtful, part.unknown)
            better = chosen[has] < 0
            equal = ~better
            for criterion, mine, kept in zip(best.criteria, part.criteria, criteria, strict=True):
                before = kept[has]
                better |= equal & ((mine > before) if criterion.direction == "highest" else (mine < before))
                equal &= mine == before
            taken = has[better]
            chosen[taken] = place
            for mine, kept in zip(part.criteria, criteria, strict=True):
                kept[taken] = _of(mine, better)
            for name, value in part.values.items():
                found[name][taken] = _of(value, better)
            lost[taken] = _of(part.lost, better)
        return {**found, best.name: chosen}, doubtful | lost

    def _for_choice(self, place: int, rows: Int64, names: list[str]) -> _OfChoice:
        best = self.program.policy.best
        assert best is not None
        whole = bool(self.batch.records)
        part = self.batch if whole else self.batch.take(rows, self.read)
        block = _Block(self.program, self.settings, part, place)
        block._guards(by_choice=True)

        def of_rows(value: Any) -> Any:
            return _of(value, rows) if whole else value

        values: dict[str, Any] = {}
        lost: Any = False
        for name in names:
            one = block.rule(self.program.steps[name].rule)
            values[name] = of_rows(one.value)
            if self._may_be_none(name):
                values[f"{name}?"] = 1 - of_rows(one.none)
            lost = np.logical_or(lost, of_rows(one.lost))
        found = [block.rule(one.rule) for one in best.criteria]
        unknown: Any = False
        for one in found:
            unknown = np.logical_or(unknown, of_rows(one.lost))
        return _OfChoice([of_rows(one.value) for one in found], unknown, values, lost, of_rows(block.doubtful))

    def _may_be_none(self, name: str) -> bool:
        return not w.is_const(self.program.steps[name].none, 0)

    # Rules

    def rule(self, rule: Rule[..., Any]) -> _Found:
        found = self.rules.get(rule.name)
        if found is None:
            step = self.program.steps[rule.name]
            if step.is_sequential:
                found = _Found(self._one_after_the_other(rule, step.value, step.records), 0, 0)
            else:
                frame = RECORD if step.records else CASE
                found = _Found(*(self.eval(one, frame, step.records) for one in (step.value, step.none, step.lost)))
            self.rules[rule.name] = found
        return found

    def _one_after_the_other(self, rule: Rule[..., Any], value: Whole, name: str) -> Int64:
        """All records that have none before them, then all that come next, and so on: earlier(…) by its definition."""
        assert rule.earlier is not None
        records = self.batch.records[name]
        before = records.before(rule.earlier[1].same)
        out = np.zeros(records.count, np.int64)
        used = np.zeros(records.count, np.int64)
        after = np.full(records.count, -1, np.int64)
        has = np.nonzero(before >= 0)[0]
        after[before[has]] = has
        rows = np.nonzero(before < 0)[0]
        while len(rows):
            found = self._for_rows(value, name, rows, used, {})
            out[rows] = found
            following = after[rows]
            goes_on = following >= 0
            used[following[goes_on]] = (used[rows] + out[rows])[goes_on]
            rows = following[goes_on]
        return out

    def _for_rows(self, one: Whole, name: str, rows: Int64, used: Int64, kept: dict[Whole, Any]) -> Any:
        """An expression that needs what came before, for some of the records."""
        if one.op == "earlier":
            return used[rows]
        if not one.needs_earlier:
            value = self.eval(one, RECORD, name)
            return value[rows] if np.ndim(value) else value
        if one not in kept:
            args = [self._for_rows(arg, name, rows, used, kept) for arg in one.args]
            kept[one] = self._applied(one, args, rows)
        return kept[one]

    # Expressions

    def eval(self, one: Whole, frame: str, records: str = "") -> Any:
        """The expression for the frame: a number where it is the same throughout, else an array."""
        if one not in self.kept:
            self.kept[one] = self._own(one)
        return self._lifted(self.kept[one], one.frame, frame, records)

    def _lifted(self, value: Any, frame: str, wanted: str, records: str) -> Any:
        if frame == wanted or not np.ndim(value) or (frame == LOOP and wanted == RECORD):
            return value
        if wanted == PAIR:
            own, other = self._pairs(records)
            if frame == CASE:
                return value[self.batch.records[records].case_of[own]]
            return value[other if frame == LOOP else own]
        if frame == CASE and wanted in (RECORD, LOOP):
            return value[self.batch.records[records].case_of]
        raise AssertionError(f"{frame} as {wanted}")

    def _pairs(self, name: str) -> tuple[Int64, Int64]:
        """Each record with each record of its case: their places."""
        found = self.pairs.get(name)
        if found is None:
            records = self.batch.records[name]
            sizes = np.diff(records.starts)[records.case_of]
            own = np.repeat(np.arange(records.count), sizes)
            ends = np.cumsum(sizes)
            begins = records.starts[records.case_of]
            other = np.arange(len(own)) + np.repeat(begins - ends + sizes, sizes)
            found = self.pairs[name] = own, other
        return found

    def _own(self, one: Whole) -> Any:
        op, frame = one.op, one.frame
        match op:
            case "const":
                return one.about
            case "choice":
                return self.choice
            case "setting":
                return self.settings.readings[one.about]
            case "column":
                records, name = one.about
                return (self.batch.records[records].columns if records else self.batch.columns)[name].astype(
                    np.int64, copy=False
                )
            case "value" | "none" | "lost":
                return getattr(self.rule(one.about), op)
            case "total" | "count" | "first":
                return self._aggregate(one)
            case "where":
                return self._where(one)
            case "figure":
                index = self.eval(one.args[0], frame, one.records) if one.args else 0
                dated = one.records if one.about[2] == RECORD else ""
                return self._figure(one, index, self._lifted(self._period(dated), one.about[2], frame, one.records))
        return self._applied(one, [self.eval(arg, frame, one.records) for arg in one.args], None)

    def _where(self, one: Whole) -> Any:
        condition, then, otherwise = one.args
        holds = self.eval(condition, one.frame, one.records)
        if np.ndim(holds):
            if holds.all():
                holds = 1
            elif not holds.any():
                holds = 0
        if not np.ndim(holds):
            return self.eval(then if holds else otherwise, one.frame, one.records)
        return np.where(holds, self.eval(then, one.frame, one.records), self.eval(otherwise, one.frame, one.records))

    def _applied(self, one: Whole, args: list[Any], rows: Int64 | None) -> Any:
        if one.op not in _OF_FLAGS:
            args = [_as_number(arg) for arg in args]
        match one.op:
            case "where":
                return np.where(args[0], args[1], args[2])
            case "figure":
                dated = one.records if one.about[2] == RECORD else ""
                period = self._lifted(self._period(dated), one.about[2], RECORD, one.records)
                return self._figure(one, args[0] if args else 0, period[rows] if np.ndim(period) else period)
            case "lookup":
                return calendar.table(one.about).take(args[0] - calendar.first_index(one.about), mode="clip")
            case "round":
                number, over = args
                half = over // 2
                if one.args[0].lo >= 0:
                    return (number + half) // over
                return np.sign(number) * ((np.abs(number) + half) // over)
            case "whole":
                number, over = args
                return number // over if one.args[0].lo >= 0 else np.sign(number) * (np.abs(number) // over)
        return _OPERATIONS[one.op](*args)

    def _figure(self, one: Whole, index: Any, period: Any) -> Any:
        """A column beyond its bounds makes a case doubtful, and no index of it may lead out of the figures."""
        base, _, _ = one.about
        figures = self.settings.figures
        if np.ndim(period):
            return figures.ravel().take(period * figures.shape[1] + (base + index), mode="clip")
        row = figures[period]
        return row.take(base + index, mode="clip") if np.ndim(index) else int(row[base + int(index)])

    def _period(self, dated: str) -> Any:
        """Which row of figures governs each case, or each record of the list; one number where it is the same."""
        found = self.periods.get(dated)
        if found is None:
            if dated:
                days = self.batch.records[dated].columns[dict(dated_lists(self.program.policy))[dated]]
            else:
                days = self.eval(self.program.day, CASE)
            found = np.searchsorted(self.settings.changes, days, "right")
            if np.ndim(found) and len(found) and (found == found[0]).all():
                found = found[0]
            self.periods[dated] = found
        return found

    def _aggregate(self, one: Whole) -> Any:
        (name,) = one.about
        records = self.batch.records[name]
        item, condition = one.args
        if one.frame == CASE:
            counted = self._full(self.eval(condition, LOOP, name), name)
            values = self._full(self.eval(item, LOOP, name), name)
            return _by_part(one.op, values, counted, records.starts, records.columns.get(PLACE))
        if int((np.diff(records.starts) ** 2).sum()) > _MOST_PAIRS:
            return self._in_halves(one) if self.batch.cases > 1 else self._in_slices(one)
        sizes = np.diff(records.starts)[records.case_of]
        return self._paired(one, np.concatenate([[0], np.cumsum(sizes)]))

    def _paired(self, one: Whole, starts: Int64) -> Int64:
        """Of each record with the others of its case, whose pairs begin at `starts`."""
        (name,) = one.about
        item, condition = one.args
        own, other = self._pairs(name)
        counted = np.broadcast_to(np.asarray(self.eval(condition, PAIR, name)), own.shape)
        values = np.broadcast_to(np.asarray(self.eval(item, PAIR, name)), own.shape)
        place = self.batch.records[name].columns.get(PLACE)
        return _by_part(one.op, values, counted, starts, place[other] if place is not None else None)

    def _in_halves(self, one: Whole) -> Int64:
        """Where a block has too many pairs: its cases in two parts."""
        middle = self.batch.cases // 2
        parts = []
        for first, last in ((0, middle), (middle, self.batch.cases)):
            part = _Block(self.program, self.settings, self.batch.part(first, last), self.choice)
            parts.append(part._full(part.eval(one, RECORD, one.records), one.records))
        return np.concatenate(parts)

    def _in_slices(self, one: Whole) -> Int64:
        """Where one case has too many pairs: some of its records at a time, with all of them."""
        (name,) = one.about
        count = self.batch.records[name].count
        # What is no pair is computed once, for all of them.
        for part in (part for arg in one.args for part in arg.walk()):
            if part.frame != PAIR:
                self.eval(part, part.frame, part.records)
        parts = []
        at_once = max(1, _MOST_PAIRS // count)
        for low in range(0, count, at_once):
            some = np.arange(low, min(low + at_once, count))
            block = _Block(self.program, self.settings, self.batch, self.choice)
            block.kept = {part: value for part, value in self.kept.items() if part.frame != PAIR}
            block.rules, block.periods = self.rules, self.periods
            block.pairs[name] = np.repeat(some, count), np.tile(np.arange(count), len(some))
            parts.append(block._paired(one, np.arange(len(some) + 1) * count))
        return np.concatenate(parts)


def _by_part(op: str, values: Any, counted: Any, starts: Int64, place: Column | None) -> Int64:
    """The sum, the number, or the first in the order of input, of those that count in each part; of none it is 0."""
    if op == "count":
        values, op = np.ones(len(counted), np.int64), "total"
    if op == "total":
        sums = np.concatenate([[0], np.cumsum(np.where(counted, values, 0))])
        return np.asarray(sums[starts[1:]] - sums[starts[:-1]])
    out = np.zeros(len(starts) - 1, np.int64)
    parts = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    rows = np.nonzero(counted)[0]
    if place is not None:
        rows = rows[np.lexsort([place[rows], parts[rows]])]
    # Written from the last to the first, so that the first is what stays.
    out[parts[rows[::-1]]] = values[rows[::-1]]
    return out


def dated_lists(policy: Policy) -> list[tuple[str, str]]:
    """The lists whose records have a date of their own, and the field."""
    return [
        (one.name, one.type.item.python.dated_field)
        for one in policy.facts.declared().values()
        if one.type.is_records and one.type.item is not None and one.type.item.python.dated_field
    ]


def needs_choice(one: Whole) -> bool:
    """Whether the expression depends on the choice for which it is computed."""
    return any(
        each.op == "choice" or (each.op in ("value", "none", "lost") and each.about.by_choice) for each in one.walk()
    )


def _as_number(value: Any) -> Any:
    """A flag that is reckoned with: two of NumPy's added are one."""
    return value.astype(np.int64) if isinstance(value, np.ndarray | np.bool_) and value.dtype == bool else value


def _bit(mask: Any, index: Any) -> Any:
    return (mask >> index) & 1


_OF_FLAGS = ("where", "and", "or", "not", "lt", "le", "eq")
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda left, right: left + right,
    "sub": lambda left, right: left - right,
    "mul": lambda left, right: left * right,
    "neg": lambda item: -item,
    "abs": abs,
    "min": np.minimum,
    "max": np.maximum,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
    "eq": lambda left, right: left == right,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "bit": _bit,
}

__all__ = ["BLOCK", "compute", "dated_lists", "needs_choice"]
