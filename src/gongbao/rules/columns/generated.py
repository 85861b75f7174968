"""A program as the text of a Python module that Numba compiles: one pass over the cases, every value in a register.

Each expression becomes one line, in the outermost of these places where all that it needs is known, and once:

    before all cases; in each case; for each choice of best_of; for each record; for each other record of its case

Figures, readings and columns are arguments, so the text changes with the rules alone (and with what is asked of them).
Rules on records and what is summed over records share a loop where they can; what another loop needs of a record is
kept for the case at hand. Nothing is left out because it is not needed here and now, but for branches that are long:
all else costs less than a jump guessed wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from gongbao.rules.columns import calendar
from gongbao.rules.columns import whole as w
from gongbao.rules.columns.batch import PLACE, Batch
from gongbao.rules.columns.in_numpy import dated_lists, needs_choice
from gongbao.rules.columns.lower import NotInColumns
from gongbao.rules.columns.program import Program, Step
from gongbao.rules.columns.tally import SIZES
from gongbao.rules.columns.whole import CASE, LOOP, RECORD, Whole

_RANKS = {"run": 0, "case": 1, "choice": 2, "records": 3, "loop": 4}
_COSTS = {"round": 6, "mul": 2, "lookup": 3, "figure": 2, "total": 100, "count": 100, "first": 100}
_DIVIDES = 20
# From what a branch costs on it is jumped over where it is not taken: of short ones both ways are cheaper than a jump
# guessed wrong.
_LONG, _LONG_WITHIN, _LONG_FOR_A_RUN = 12, 30, 6
_FIRST = 2**62


@dataclass(frozen=True, slots=True)
class Form:
    """What of a batch the text depends on: the columns (by list and name) that are one number throughout; those that
    say where a field is given by which records are told apart; the lists whose records know their place in the input.
    """

    constant: frozenset[tuple[str, str]] = frozenset()
    told: frozenset[tuple[str, str]] = frozenset()
    placed: frozenset[str] = frozenset()


def form_of(program: Program, batch: Batch) -> Form:
    constant = {about for about in program.columns if _is_constant(batch, about)}
    told = {
        (step.records, f"{name}?")
        for step in program.steps.values()
        if step.rule.earlier
        for name in step.rule.earlier[1].same
        if f"{name}?" in batch.records[step.records].columns
    }
    placed = {name for name, records in batch.records.items() if PLACE in records.columns}
    return Form(frozenset(constant), frozenset(told), frozenset(placed))


def _is_constant(batch: Batch, about: tuple[str, str]) -> bool:
    records, name = about
    columns = batch.records[records].columns if records else batch.columns
    return name in columns and columns[name].strides == (0,)


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a module with a function `run`, and what it is to be called with, in this order:

    the first case, and the one after the last; the figures, one day after another; the days on which they change; the
    place of each reading's option; tables of the calendar; where the records of each list start; columns (a number
    for one that is constant). Then for `compute` which cases are doubtful, and the arrays of `outputs`; for `tally` the
    largest amount, before, cells and tables of sizes, which cases are doubtful, the number of cells, and the sums.
    """

    text: str
    tables: tuple[str, ...]
    lists: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    constant: frozenset[tuple[str, str]]
    outputs: tuple[str, ...]


@lru_cache(maxsize=128)
def written(program: Program, names: tuple[str, ...], form: Form) -> Written:
    """What computes these rules. Raises NotInColumns."""
    writer = _Writer(program, form)
    return writer.computing(names)


@lru_cache(maxsize=128)
def written_tally(program: Program, name: str, form: Form, bounded: bool) -> Written:
    """What tallies this rule; unless `bounded`, a value beyond the largest amount makes a case doubtful."""
    writer = _Writer(program, form)
    return writer.tallying(name, bounded)


class _Body:
    """Lines, with blocks of further lines between them."""

    def __init__(self) -> None:
        self.lines: list[str | tuple[str, _Body]] = []

    def add(self, *lines: str) -> None:
        self.lines += lines

    def block(self, head: str, body: _Body) -> None:
        if body.lines:
            self.lines.append((head, body))

    def text(self, depth: int) -> Iterator[str]:
        for line in self.lines:
            if isinstance(line, str):
                yield "    " * depth + line
            else:
                yield "    " * depth + line[0]
                yield from line[1].text(depth + 1)


class _Term(NamedTuple):
    """A name or number in the text; a flag is a Boolean, all else a whole number."""

    text: str
    is_flag: bool = False

    @property
    def number(self) -> str:
        return f"np.int64({self.text})" if self.is_flag else self.text

    @property
    def flag(self) -> str:
        if self.is_flag:
            return self.text
        return {"0": "False", "1": "True"}.get(self.text, f"({self.text} != 0)")


@dataclass(eq=False, slots=True)
class _Scope:
    """A place in the text. `own` is what alone belongs to a branch; `stage` which of the loops over records it is."""

    kind: str
    parent: _Scope | None = None
    records: str = ""
    stage: float = 0
    own: frozenset[Whole] = frozenset()
    body: _Body = field(default_factory=_Body)
    known: dict[Any, _Term] = field(default_factory=dict)

    def chain(self) -> Iterator[_Scope]:
        scope: _Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def the(self, kind: str) -> _Scope:
        return next(one for one in self.chain() if one.kind == kind)


class _Writer:
    def __init__(self, program: Program, form: Form) -> None:
        self.program, self.form, self.steps = program, form, program.steps
        self.readings = sorted(program.policy.readings.declared())
        self.run = _Scope("run")
        self.case = _Scope("case", self.run)
        self.case.body.add("ui = np.uint64(i)", "bad = False")
        self.loops: dict[tuple[float, str], _Scope] = {}
        self.kept: dict[tuple[str, str], tuple[str, str]] = {}
        self.tables: dict[str, str] = {}
        self.lists: dict[str, int] = {}
        self.columns: dict[tuple[str, str], str] = {}
        self.parents: dict[Whole, set[tuple[Whole, int]]] = {}
        self.roots: set[Whole] = set()
        self.natural: set[Whole] = set()
        self.rules: dict[str, Step] = {}
        self.sums: dict[tuple[float, str], list[Whole]] = {}
        self._needs: dict[Whole, frozenset[str]] = {}
        self._stages: dict[tuple[Whole, bool], float] = {}
        self._count = 0

    def name(self, start: str) -> str:
        self._count += 1
        return f"{start}{self._count}"

    # The whole

    def computing(self, names: tuple[str, ...]) -> Written:
        by_choice = [name for name in names if self.steps[name].rule.by_choice]
        self._reach(names)
        outputs: dict[str, str] = {}

        def put(name: str, scope: _Scope, index: str, term: _Term) -> None:
            array = outputs.setdefault(name, f"out{len(outputs)}")
            scope.body.add(f"{array}[{index}] = {term.number}")

        for name in names:
            step = self.steps[name]
            if step.records:
                outputs[name] = f"out{len(outputs)}"
        self._loops()
        for name in names:
            step = self.steps[name]
            if name in by_choice:
                continue
            scope = self._loop_of(step) if step.records else self.case
            index = "ur" if step.records else "ui"
            value, none, lost = self._found(step, scope)
            put(name, scope, index, value)
            if not w.is_const(step.none, 0):
                put(f"{name}?", scope, index, _Term(f"1 - {none.number}"))
            self._doubt(scope, lost)
        if self._is_chosen(names):
            found_best = self._best(by_choice)
            for name, term in found_best.items() if by_choice else ():
                put(name, self.case, "ui", term)
        self.case.body.block("if bad:", _lines("doubtful[ui] = True"))
        return self._written("compute " + ", ".join(names), outputs, ["doubtful", *outputs.values()])

    def tallying(self, name: str, bounded: bool) -> Written:
        step = self.steps[name]
        self._reach((name,))
        self._loops()
        scope = self._loop_of(step) if step.records else self.case
        best = self._best([name] if step.rule.by_choice else []) if self._is_chosen((name,)) else {}
        if step.rule.by_choice:
            value, given = best[name], best.get(f"{name}?")
            now = value if given is None else _Term(f"either({given.text} != 0, {value.number}, 0)")
        else:
            value, none, lost = self._found(step, scope)
            self._doubt(scope, lost)
            now = value if w.is_const(step.none, 0) else _Term(f"either({none.flag}, 0, {value.number})")
        scope.body.add(f"now = {now.number}")
        if not bounded:
            scope.body.add("bad = bad | (now < -bound) | (now > bound)")
        if step.records:
            kept = self._kept_array(name, "now", step.records)
            start, end = self._starts(step.records)
            scope.body.add(f"{kept}[np.uint64(r - {start})] = now")
            each = _lines("ur = np.uint64(r)", f"now = {kept}[np.uint64(r - {start})]")
            each.lines += _counting("ur").lines
            body = _Body()
            body.block(f"for r in range({start}, {end}):", each)
        else:
            body = _counting("ui")
        self.case.body.block("if bad:", _lines("doubtful[ui] = True"))
        self.case.body.block("else:", body)
        beside = ["bound", "before", "cells", "edges", "low"]
        return self._written(
            f"tally {name}", {}, [*beside, "doubtful", "count", "after", "moved", "persons", "of_size"]
        )

    def _written(self, what: str, outputs: dict[str, str], last: list[str]) -> Written:
        arguments = ["first", "last", "fig", "changes", "readings", *self.tables.values()]
        arguments += [f"starts{place}" for place in self.lists.values()]
        arguments += [*self.columns.values(), *last]
        head = _Body()
        for name, place in self.lists.items():
            if any(records == name for _, records in self.kept.values()):
                head.add(f"most{place} = np.int64(0)")
                head.block(
                    "for i in range(first, last):",
                    _lines(f"most{place} = most(most{place}, starts{place}[i + 1] - starts{place}[i])"),
                )
        for array, records in self.kept.values():
            head.add(f"{array} = np.empty(most{self.lists[records]}, np.int64)")
        body = _Body()
        body.lines += head.lines + self.run.body.lines
        body.block("for i in range(first, last):", self.case.body)
        lines = [
            f'"""{what[0].upper() + what[1:]} of {self.program.policy.name}: written by gongbao, to be compiled."""',
            "",
            "import numpy as np",
            "from numba import njit",
            "",
            "from gongbao.rules.columns.machine import either, either_flag, least, length, lowest_bit, most, over, "
            "over_natural",
            "",
            "",
            '@njit(nogil=True, cache=True, error_model="numpy", boundscheck=False)',
            f"def run({', '.join(arguments)}):",
            *body.text(1),
            "",
        ]
        return Written(
            "\n".join(lines),
            tuple(self.tables),
            tuple(self.lists),
            tuple(self.columns),
            self.form.constant & self.columns.keys(),
            tuple(outputs),
        )

    # What is needed, and when

    def _reach(self, names: tuple[str, ...]) -> None:
        """All that is needed for these rules, for the guards and the day, and where each part of it is used."""
        wanted = [self.steps[name] for name in names]
        best = self.program.policy.best
        if best and self._is_chosen(names):
            wanted += [self.steps[one.rule.name] for one in best.criteria]
        for one in (self.program.day, *self.program.guards):
            self._root(one)
        for step in wanted:
            self._need(step)
        self._find_natural()

    def _is_chosen(self, names: tuple[str, ...]) -> bool:
        """Whether each choice is gone through: a check of the choice refuses the case, whatever is asked for."""
        by_choice = any(self.steps[name].rule.by_choice for name in names)
        return by_choice or any(needs_choice(one) for one in self.program.guards)

    def _need(self, step: Step) -> None:
        if step.rule.name not in self.rules:
            self.rules[step.rule.name] = step
            for one in (step.value, step.none, step.lost):
                self._root(one)

    def _root(self, one: Whole) -> None:
        one = self._alias(one)
        self.roots.add(one)
        self._follow(one)

    def _alias(self, one: Whole) -> Whole:
        """The expression itself of what is said to be a rule's value, unless the rule is on records."""
        while one.op in ("value", "none", "lost") and not self.steps[one.about.name].records:
            one = self._part(one)
        return one

    def _part(self, one: Whole) -> Whole:
        step = self.steps[one.about.name]
        return {"value": step.value, "none": step.none, "lost": step.lost}[one.op]

    def _follow(self, one: Whole) -> None:
        if one in self.parents:
            return
        self.parents[one] = set()
        if one.op in ("value", "none", "lost"):
            self._need(self.steps[one.about.name])
        elif one.op == "figure" and one.about[2] == CASE:
            self._root(self.program.day)
        if one.op in ("total", "count", "first") and one.frame == CASE:
            for arg in one.args:
                self._root(arg)
            if not needs_choice(one):
                self.sums.setdefault((self._stage(one) - 1, one.about[0]), []).append(one)
            return
        for place, arg in enumerate(map(self._alias, one.args)):
            self._follow(arg)
            self.parents[arg].add((one, place))

    def _find_natural(self) -> None:
        """Quotients of numbers that are at least 0 wherever they are looked at: only above a threshold, say."""
        for one in self.parents:
            if one.op == "where":
                for place in (1, 2):
                    at_most = set(self._implied(one.args[0], place == 1))
                    self.natural |= {
                        each
                        for each in self._own(one, place)
                        if each.op in ("round", "whole") and self._is_natural(each.args[0], at_most)
                    }

    def _implied(self, condition: Whole, holds: bool) -> Iterator[tuple[Whole, Whole]]:
        """What is at most what else, where the condition holds, or does not."""
        condition = self._alias(condition)
        match condition.op:
            case "lt" | "le":
                left, right = map(self._alias, condition.args)
                yield (left, right) if holds else (right, left)
            case "not":
                yield from self._implied(condition.args[0], not holds)
            case "and" | "or" if holds is (condition.op == "and"):
                for one in condition.args:
                    yield from self._implied(one, holds)

    def _is_natural(self, one: Whole, at_most: set[tuple[Whole, Whole]]) -> bool:
        one = self._alias(one)
        if one.lo >= 0 or (w.ZERO, one) in at_most:
            return True
        args = [self._alias(arg) for arg in one.args]
        if one.op == "sub":
            return (args[1], args[0]) in at_most
        return one.op in ("add", "mul", "min") and all(self._is_natural(arg, at_most) for arg in args)

    def _stage(self, one: Whole, in_pair: bool = False) -> float:
        """How many loops over records, one after the other, must have ended before this is known; of what has a value
        for each record, in which loop it is computed. `in_pair`: of the other record."""
        key = (one, in_pair)
        if key not in self._stages:
            self._stages[key] = self._own_stage(one, in_pair)
        return self._stages[key]

    def _own_stage(self, one: Whole, in_pair: bool) -> float:
        match one.op:
            case "value" | "none" | "lost":
                step = self.steps[one.about.name]
                stage = max(self._stage(each) for each in (step.value, step.none, step.lost))
                return stage + 1 if step.records and in_pair and one.frame == LOOP else stage
            case "total" | "count" | "first" if one.frame == CASE:
                return 1 + max(self._stage(arg) for arg in one.args)
            case "total" | "count" | "first":
                return max(self._stage(arg, True) for arg in one.args)
            case "figure" if one.about[2] == CASE:
                args = (*one.args, self.program.day)
                return max(self._stage(arg, in_pair) for arg in args)
        return max((self._stage(arg, in_pair) for arg in one.args), default=0)

    def _stage_of(self, step: Step) -> float:
        return max(self._stage(one) for one in (step.value, step.none, step.lost))

    def needs(self, one: Whole) -> frozenset[str]:
        """In which places a value of its own is needed for this."""
        found = self._needs.get(one)
        if found is None:
            found = self._needs[one] = frozenset(self._own_needs(one))
        return found

    def _own_needs(self, one: Whole) -> set[str]:
        own = {RECORD: "records", LOOP: "loop", CASE: "case"}
        match one.op:
            case "choice":
                return {"choice"}
            case "column":
                return set() if one.about in self.form.constant else {own[one.frame]}
            case "earlier":
                return {"records"}
            case "value" | "none" | "lost":
                if self.steps[one.about.name].records:
                    return {own[one.frame]}
                return set(self.needs(self._part(one)))
        below: set[str] = set().union(*(self.needs(arg) for arg in one.args))
        if one.op in ("total", "count", "first"):
            return (below & {"choice"}) | {"case"} if one.frame == CASE else (below - {"loop"}) | {"case", "records"}
        if one.op == "figure":
            below |= {"records"} if one.about[2] == RECORD else self.needs(self.program.day)
        return below

    def _rank(self, one: Whole) -> int:
        return max((_RANKS[need] for need in self.needs(one)), default=0)

    # Records

    def _starts(self, records: str) -> tuple[str, str]:
        """Names of where the records of the case at hand start and end."""
        if records not in self.lists:
            place = self.lists[records] = len(self.lists)
            self.case.body.add(
                f"lo{place} = np.int64(starts{place}[ui])", f"hi{place} = np.int64(starts{place}[np.uint64(i + 1)])"
            )
        place = self.lists[records]
        return f"lo{place}", f"hi{place}"

    def _loop_of(self, step: Step) -> _Scope:
        return self.loops[self._stage_of(step), step.records]

    def _loops(self) -> None:
        """The loops over records, in their order, and what makes a case doubtful."""
        policy = self.program.policy
        since = calendar.number_of(policy.since)
        until = calendar.number_of(policy.until) if policy.until else calendar.LAST
        dated = dict(dated_lists(policy))
        guards = [one for one in self.program.guards if not needs_choice(one)]
        places: set[tuple[float, str]] = {(0, name) for name in dated} | self.sums.keys()
        places |= {(self._stage_of(step), step.records) for step in self.rules.values() if step.records}
        places |= {(self._stage(one), one.records) for one in guards if one.records}
        ordered = {name: place for place, name in enumerate(policy.facts.declared())}
        for stage, name in sorted(places, key=lambda key: (key[0], ordered[key[1]])):
            scope = self.loops[stage, name] = _Scope("records", self.case, name, stage)
            scope.body.add("ur = np.uint64(r)")
            start, end = self._starts(name)
            if stage == 0 and name in dated:
                own_day = self._load((name, dated[name]), scope).number
                self._doubt(scope, _Term(f"(({own_day} < {since}) | ({own_day} > {until}))", True))
            for step in self.program.steps.values():
                if step.rule.name in self.rules and (self._stage_of(step), step.records) == (stage, name):
                    self._found(step, scope)
            for one in guards:
                if one.records == name and self._stage(one) == stage:
                    self._doubt(scope, _Term(f"not {self.term(one, scope).flag}", True))
            for one in self.sums.get((stage, name), ()):
                self.case.known[one] = self._summed(one, self.case, scope)
            self.case.body.block(f"for r in range({start}, {end}):", scope.body)
        day = self.term(self.program.day, self.case).number
        if self.needs(self.program.day):
            self._doubt(self.case, _Term(f"(({day} < {since}) | ({day} > {until}))", True))
        else:
            all_of_them = _lines("doubtful[first:last] = True", "return")
            self.run.body.block(f"if ({day} < {since}) | ({day} > {until}):", all_of_them)
        for one in guards:
            if not one.records:
                self._doubt(self.case, _Term(f"not {self.term(one, self.case).flag}", True))

    def _doubt(self, scope: _Scope, wrong: _Term) -> None:
        if wrong.text not in ("0", "False"):
            scope.body.add(f"bad = bad | ({wrong.flag})")

    def _summed(self, one: Whole, before: _Scope, scope: _Scope, index: str = "ur") -> _Term:
        """What is summed in the loop `scope`, from nought before it; the name of the sum."""
        item, condition = one.args
        found = self.name("sum")
        before.body.add(f"{found} = np.int64(0)")
        holds = self.term(condition, scope)
        always = holds.text == "1"
        if one.op == "count":
            scope.body.add(f"{found} += {holds.number}")
        elif one.op == "total":
            value = self.term(item, scope).number
            scope.body.add(f"{found} += {value}" if always else f"{found} += either({holds.flag}, {value}, 0)")
        else:
            value = self.term(item, scope).number
            at = self.name("at")
            before.body.add(f"{at} = np.int64({_FIRST})")
            place = "np.int64(0)"
            if one.about[0] in self.form.placed:
                place = f"np.int64({self._argument((one.about[0], PLACE))}[{index}])"
            within = _Body()
            within.block(f"if {place} < {at}:", _lines(f"{at} = {place}", f"{found} = {value}"))
            scope.body.block(f"if {holds.flag}:", within)
        return _Term(found)

    def _kept_array(self, name: str, what: str, records: str) -> str:
        """The name of an array that has room for what a rule comes to for each record of a case."""
        return self.kept.setdefault((name, what), (f"kept{len(self.kept)}", records))[0]

    def _kept_term(self, one: Whole, index: str) -> _Term:
        """What a rule came to for a record in a loop that has ended."""
        step = self.steps[one.about.name]
        start, _ = self._starts(step.records)
        is_new = (step.rule.name, one.op) not in self.kept
        array = self._kept_array(step.rule.name, one.op, step.records)
        if is_new:
            scope = self._loop_of(step)
            value = dict(zip(("value", "none", "lost"), self._found(step, scope), strict=True))[one.op]
            scope.body.add(f"{array}[np.uint64(r - {start})] = {value.number}")
        return _Term(f"{array}[np.uint64({index} - {start})]")

    # Rules

    def _found(self, step: Step, scope: _Scope) -> tuple[_Term, _Term, _Term]:
        """A rule's value, whether it is None, and whether it lacks a fact; in the loop in which it is computed."""
        if step.is_sequential:
            return self._in_sequence(step, scope), _Term("0"), _Term("0")
        first, second, third = (self.term(one, scope) for one in (step.value, step.none, step.lost))
        return first, second, third

    def _in_sequence(self, step: Step, scope: _Scope) -> _Term:
        """A rule with earlier(…): what its records before this one, with the same values in `same`, came to in all."""
        scope = scope.the("records")
        key = ("sequence", step.rule.name)
        if key in scope.known:
            return scope.known[key]
        assert step.rule.earlier is not None and step.rule.record is not None
        used = self.name("used")
        scope.known["earlier", step.rule.name] = _Term(used)
        order = step.rule.record.order_field
        is_ordered = order in step.rule.earlier[1].same and (step.records, f"{order}?") not in self.form.told
        # What is None is 0 in its own column, and not the same as 0.
        told_apart = [(step.records, key) for name in step.rule.earlier[1].same for key in (name, f"{name}?")]
        told_apart = [one for one in told_apart if not one[1].endswith("?") or one in self.form.told]
        same = [name for records, name in told_apart if (records, name) not in self.form.constant]
        if not same:
            total = self.name("total")
            self.case.body.add(f"{total} = np.int64(0)")
            scope.body.add(f"{used} = {total}")
            value = self._named(self.term(step.value, scope), scope)
            scope.body.add(f"{total} = {used} + {value.number}")
        else:
            start, _ = self._starts(step.records)
            totals = self._kept_array(step.rule.name, "total", step.records)
            scope.body.add(f"{used} = np.int64(0)", "q = r")
            back = _lines("q -= 1", "uq = np.uint64(q)")
            if is_ordered and order in same:
                # Records stand in this order: further back there is none with the same.
                same = [name for name in same if name != order]
                column = self._argument((step.records, order))
                back.block(f"if {column}[uq] != {column}[ur]:", _lines("break"))
            columns = [self._argument((step.records, name)) for name in same]
            alike = " and ".join(f"{column}[uq] == {column}[ur]" for column in columns) or "True"
            back.block(f"if {alike}:", _lines(f"{used} = {totals}[np.uint64(q - {start})]", "break"))
            scope.body.block(f"while q > {start}:", back)
            value = self._named(self.term(step.value, scope), scope)
            scope.body.add(f"{totals}[np.uint64(r - {start})] = {used} + {value.number}")
        scope.known[key] = value
        return value

    def _named(self, term: _Term, scope: _Scope) -> _Term:
        found = self.name("v")
        scope.body.add(f"{found} = {term.number}")
        return _Term(found)

    # The best of several choices

    def _best(self, names: list[str]) -> dict[str, _Term]:
        """A loop over the choices that a case has; what the rules come to for the best of them."""
        best = self.program.policy.best
        assert best is not None
        out = {best.name: "chosen"}
        body = self.case.body
        column = w.leaf("column", ("", best.fact), 0, 2 ** len(best.choice) - 1, CASE)
        mask = self._named(self.term(column, self.case), self.case)
        body.add(
            f"left = {mask.text} & {2 ** len(best.choice) - 1}",
            "bad = bad | (left == 0)",
            "several = (left & (left - 1)) != 0",
            "is_first = True",
            "chosen = np.int64(0)",
            "lacks = False",
        )
        scope = _Scope("choice", self.case)
        scope.known["choice"] = _Term("place")
        scope.body.add("place = lowest_bit(left)", "left = left & (left - 1)")
        for one in self.program.guards:
            if needs_choice(one):
                if one.records:
                    self._guard_on_records(one, scope)
                else:
                    self._doubt(scope, _Term(f"not {self.term(one, scope).flag}", True))
        taken: list[tuple[str, str]] = [("chosen", "place")]
        better = ""
        for number, criterion in reversed(list(enumerate(best.criteria))):
            value, _, lost = self._found(self.steps[criterion.rule.name], scope)
            if lost.text != "0":
                # Alone, a choice is the best whatever it comes to.
                scope.body.add(f"bad = bad | ({lost.flag} & several)")
            sign = ">" if criterion.direction == "highest" else "<"
            above = f"({value.number} {sign} held{number})"
            better = f"({above} | (({value.number} == held{number}) & {better}))" if better else above
            taken.append((f"held{number}", value.number))
            body.add(f"held{number} = np.int64(0)")
        lacking = "False"
        for name in names:
            value, none, lost = self._found(self.steps[name], scope)
            for key, term in ((name, value.number), (f"{name}?", f"1 - {none.number}")):
                if key == name or not w.is_const(self.steps[name].none, 0):
                    out[key] = self.name("best")
                    body.add(f"{out[key]} = np.int64(0)")
                    taken.append((out[key], term))
            if lost.text != "0":
                lacking = f"{lacking} | {lost.flag}" if lacking != "False" else lost.flag
        first, later = _lines("is_first = False"), _lines(f"better = {better}")
        for name, term in taken:
            first.add(f"{name} = {term}")
            later.add(f"{name} = either(better, {term}, {name})")
        if lacking != "False":
            first.add(f"lacks = {lacking}")
            later.add(f"lacks = either_flag(better, {lacking}, lacks)")
        scope.body.block("if is_first:", first)
        scope.body.block("else:", later)
        body.block("while left != 0:", scope.body)
        body.add("bad = bad | lacks")
        return {name: _Term(text) for name, text in out.items()}

    def _guard_on_records(self, one: Whole, choice: _Scope) -> None:
        start, end = self._starts(one.records)
        scope = _Scope("records", choice, one.records, float("inf"))
        scope.body.add("ur = np.uint64(r)")
        self._doubt(scope, _Term(f"not {self.term(one, scope).flag}", True))
        choice.body.block(f"for r in range({start}, {end}):", scope.body)

    # Expressions

    def term(self, one: Whole, scope: _Scope) -> _Term:
        """The name under which the expression is known in this place; written where it belongs if it is not yet."""
        match one.op:
            case "const":
                return _Term(str(one.about) if one.about >= 0 else f"({one.about})")
            case "choice":
                return scope.the("choice").known["choice"]
            case "value" | "none" | "lost":
                return self._of_rule(one, scope)
            case "earlier":
                return scope.the("records").known["earlier", one.about.name]
        home = self._home(one, scope)
        for place in scope.chain():
            if one in place.known:
                return place.known[one]
            if place is home:
                break
        found = self._written_out(one, home)
        if not found.text.isidentifier():
            name = self.name("f" if found.is_flag else "t")
            home.body.add(f"{name} = {found.text}")
            found = _Term(name, found.is_flag)
        home.known[one] = found
        return found

    def _home(self, one: Whole, scope: _Scope) -> _Scope:
        """The outermost place in which all that the expression needs is known."""
        needs = self.needs(one)
        for place in scope.chain():
            match place.kind:
                case "branch" if one in place.own:
                    return place
                case "others" if "loop" in needs:
                    return place
                case "records" if needs & {"records", "loop"}:
                    return place
                case "choice" | "case" if place.kind in needs:
                    return place
        if needs:
            raise NotInColumns(f"{one.op} of {self.program.policy.name} where nothing is known of {', '.join(needs)}")
        return self.run

    def _of_rule(self, one: Whole, scope: _Scope) -> _Term:
        step = self.steps[one.about.name]
        if step.is_sequential and one.op != "value":
            return _Term("0")
        if not step.records:
            return self.term(self._part(one), scope)
        for place in scope.chain():
            if place.kind == "others" and one.frame == LOOP:
                return self._kept_term(one, "q")
            if place.kind == "records":
                if place.stage > self._stage_of(step):
                    return self._kept_term(one, "r")
                return self._in_sequence(step, place) if step.is_sequential else self.term(self._part(one), scope)
        raise AssertionError(step.rule.name)

    def _argument(self, about: tuple[str, str]) -> str:
        return self.columns.setdefault(about, f"c{len(self.columns)}")

    def _load(self, about: tuple[str, str], scope: _Scope, index: str = "ur") -> _Term:
        column = self._argument(about)
        return _Term(column if about in self.form.constant else f"np.int64({column}[{index}])")

    def _written_out(self, one: Whole, scope: _Scope) -> _Term:
        match one.op:
            case "column":
                index = {"case": "ui", "records": "ur", "others": "uq"}
                place = next((each for each in scope.chain() if each.kind in index), None)
                return self._load(one.about, scope, index[place.kind] if place else "")
            case "setting":
                return _Term(f"readings[{self.readings.index(one.about)}]")
            case "figure":
                return self._figure(one, scope)
            case "where":
                return self._where(one, scope)
            case "total" | "count" | "first":
                return self._looked_through(one, scope)
        args = [self.term(arg, scope) for arg in one.args]
        numbers, flags = [arg.number for arg in args], [arg.flag for arg in args]
        match one.op:
            case "add" | "sub" | "mul":
                return _Term(f" {_SIGNS[one.op]} ".join(numbers))
            case "lt" | "le" | "eq":
                return _Term(f" {_SIGNS[one.op]} ".join(numbers), True)
            case "and" | "or":
                return _Term(f" {_SIGNS[one.op]} ".join(flags), True)
            case "not":
                return _Term(f"not {flags[0]}", True)
            case "neg":
                return _Term(f"-{numbers[0]}")
            case "abs":
                return _Term(f"most({numbers[0]}, -{numbers[0]})")
            case "min" | "max":
                return _Term(f"{'least' if one.op == 'min' else 'most'}({', '.join(numbers)})")
            case "round" | "whole":
                return self._quotient(one, numbers[0], numbers[1], scope)
            case "lookup":
                table = self.tables.setdefault(one.about, f"table_{one.about}")
                entry = _within(f"{numbers[0]} - {calendar.first_index(one.about)}", len(calendar.table(one.about)))
                return _Term(f"{table}[np.uint64({entry})]")
            case "bit":
                return _Term(f"(({numbers[0]} >> ({numbers[1]} & 63)) & 1) != 0", True)
        raise NotInColumns(f"{one.op} of {self.program.policy.name}")

    def _quotient(self, one: Whole, number: str, by: str, scope: _Scope) -> _Term:
        """A half away from zero, or the whole part. By a number that is no constant it is taken care that it is over 0
        even for facts beyond their bounds, whose result nobody reads: the processor would stop the program."""
        over = one.args[1]
        if over.op == "const":
            half = str(over.about // 2)
            minus = f"-{half}"
        else:
            by = self._named(_Term(f"most({by}, 1)"), scope).text
            half, minus = f"({by} >> 1)", f"-({by} >> 1)"
        natural = one.args[0].lo >= 0 or one in self.natural
        if one.op == "round":
            number = f"{number} + {half}" if natural else f"{number} + either({number} < 0, {minus}, {half})"
        return _Term(f"{'over_natural' if natural else 'over'}({number}, {by})")

    def _figure(self, one: Whole, scope: _Scope) -> _Term:
        base, size, dated = one.about
        at = self._at(one.records if dated == RECORD else "", scope)
        if not one.args:
            return _Term(f"fig[np.uint64({at} + {base})]")
        (index,) = one.args
        place = self.term(index, scope).number
        if any(each.op not in ("choice", "const", "add", "mul") for each in index.walk()):
            place = _within(place, size)
        return _Term(f"fig[np.uint64({at} + {base} + {place})]")

    def _at(self, records: str, scope: _Scope) -> str:
        """The name of where the figures of the day start."""
        if records:
            home = scope.the("records")
            day: _Term | None = None
        else:
            home = self.run if not self.needs(self.program.day) else self.case
            day = self.term(self.program.day, home)
        key = ("at", records)
        if key not in home.known:
            if day is None:
                fields = dict(dated_lists(self.program.policy))
                day = self._named(self._load((records, fields[records]), home), home)
            name = self.name("at")
            home.known[key] = _Term(name)
            # What governed the day before governs this one too, nearly always.
            self.run.body.add(f"{name}, {name}_from, {name}_until = np.int64(0), np.int64(1), np.int64(0)")
            found = _lines(f"{name} = np.int64(0)")
            found.block(
                f"while {name} < changes.size and changes[np.uint64({name})] <= {day.number}:", _lines(f"{name} += 1")
            )
            found.add(f"{name}_from, {name}_until = np.int64({-_FIRST}), np.int64({_FIRST})")
            found.block(f"if {name} > 0:", _lines(f"{name}_from = changes[np.uint64({name} - 1)]"))
            found.block(f"if {name} < changes.size:", _lines(f"{name}_until = changes[np.uint64({name})]"))
            found.add(f"{name} *= {self.program.slots.count}")
            home.body.block(f"if ({day.number} < {name}_from) | ({day.number} >= {name}_until):", found)
        return home.known[key].text

    def _looked_through(self, one: Whole, scope: _Scope) -> _Term:
        """A sum that is needed for a record, or for a choice: a loop of its own over the records of the case."""
        (name,) = one.about
        start, end = self._starts(name)
        if one.frame == RECORD:
            inner, variable = _Scope("others", scope, name), "q"
        else:
            inner, variable = _Scope("records", scope, name, float("inf")), "r"
        inner.body.add(f"u{variable} = np.uint64({variable})")
        found = self._summed(one, scope, inner, f"u{variable}")
        scope.body.block(f"for {variable} in range({start}, {end}):", inner.body)
        return found

    def _where(self, one: Whole, scope: _Scope) -> _Term:
        condition = self.term(one.args[0], scope).flag
        long = _LONG
        if not self.needs(one.args[0]):
            long = _LONG_FOR_A_RUN
        elif any(place.kind == "branch" for place in scope.chain()):
            long = _LONG_WITHIN
        own = [self._own(one, place) for place in (1, 2)]
        jumps = [sum(map(_cost, each)) >= long for each in own]
        if not any(jumps):
            then, otherwise = (self.term(arg, scope) for arg in one.args[1:])
            if then.is_flag and otherwise.is_flag:
                return _Term(f"either_flag({condition}, {then.text}, {otherwise.text})", True)
            return _Term(f"either({condition}, {then.number}, {otherwise.number})")
        name = self.name("t")
        bodies = []
        for arg, mine, jump in zip(one.args[1:], own, jumps, strict=True):
            inner = _Scope("branch", scope, own=mine) if jump else scope
            value = self.term(arg, inner).number
            bodies.append((inner.body if jump else _Body(), value))
        for body, value in bodies:
            body.add(f"{name} = {value}")
        if all(jumps):
            scope.body.block(f"if {condition}:", bodies[0][0])
            scope.body.block("else:", bodies[1][0])
        else:
            place = jumps.index(True)
            scope.body.add(f"{name} = np.int64({bodies[1 - place][1]})")
            scope.body.block(f"if {condition if place == 0 else f'not {condition}'}:", bodies[place][0])
        return _Term(name)

    def _own(self, one: Whole, place: int) -> frozenset[Whole]:
        """What is needed for this way of a branch and nothing else, and has a value as often as the branch."""
        start = self._alias(one.args[place])
        rank = self._rank(one)
        out: set[Whole] = set()
        below = list(self._below(start))
        for each in reversed(below):
            if each.op == "const" or each in self.roots or self._rank(each) != rank:
                continue
            uses = self.parents.get(each, set())
            within = uses == {(one, place)} if each is start else all(parent in out for parent, _ in uses)
            if uses and within:
                out.add(each)
        return frozenset(out)

    def _below(self, start: Whole) -> Iterator[Whole]:
        seen: set[Whole] = set()

        def go(one: Whole) -> Iterator[Whole]:
            if one in seen:
                return
            seen.add(one)
            if not (one.op in ("total", "count", "first") and one.frame == CASE):
                for arg in one.args:
                    yield from go(self._alias(arg))
            yield one

        return go(start)


_SIGNS = {"add": "+", "sub": "-", "mul": "*", "lt": "<", "le": "<=", "eq": "==", "and": "&", "or": "|"}


def _cost(one: Whole) -> int:
    if one.op in ("round", "whole") and one.args[1].op != "const":
        return _DIVIDES
    return _COSTS.get(one.op, 1)


def _within(place: str, size: int) -> str:
    """A fact beyond its bounds, whose result nobody reads, must not lead out of an array."""
    return f"least(most({place}, 0), {size - 1})"


def _lines(*lines: str) -> _Body:
    body = _Body()
    body.add(*lines)
    return body


def _counting(index: str) -> _Body:
    """What `now` comes to beside what it was before, added to the sums of its cell."""
    body = _lines(f"cell = np.int64(cells[{index}])")
    counted = _lines("after[np.uint64(cell)] += now", f"was = np.int64(before[{index}])", "change = now - was")
    changed = _lines(
        "by = most(change, -change)",
        "side = np.int64(change < 0)",
        "size = low[np.uint64(length(by))]",
        f"size = side * {SIZES} + size + np.int64(by >= edges[np.uint64(size)])",
        "of_size[np.uint64(size)] += by",
        f"persons[np.uint64(cell * {2 * SIZES} + size)] += 1",
        "moved[np.uint64(cell * 4 + side)] += by",
        "moved[np.uint64(cell * 4 + 2)] += np.int64(was == 0)",
        "moved[np.uint64(cell * 4 + 3)] += np.int64(now == 0)",
    )
    counted.block("if change != 0:", changed)
    body.block("if np.uint64(cell) < np.uint64(count):", counted)
    return body


__all__ = ["Form", "Written", "form_of", "written", "written_tally"]
