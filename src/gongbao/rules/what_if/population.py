"""The persons of a what-if: their facts as columns, what they can be told apart by, and what they come to.

A person is a case; for a value on records (a visit, a district of a month) each record is one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

import numpy as np

from gongbao.core.errors import GongbaoError
from gongbao.rules import exact as ex
from gongbao.rules.columns import calendar
from gongbao.rules.columns import tally as tallies
from gongbao.rules.columns.batch import PLACE, Batch, Column, outside, value_of
from gongbao.rules.columns.engine import Engine
from gongbao.rules.columns.lower import NotInColumns, places_of
from gongbao.rules.columns.program import Flags, Int64, Program, Settings, prepared
from gongbao.rules.compute import Refused, compute, fact_at, refusal_of
from gongbao.rules.evaluate import Impossible, MissingFacts
from gongbao.rules.facts import Missing, facts_as_json
from gongbao.rules.policy import Fact, Policy, Rule
from gongbao.rules.shown import Words, shown
from gongbao.rules.types import Type
from gongbao.rules.values import Quantity
from gongbao.rules.yaml_parts import nearest

MOST_DECIDED = 2_000
"""So many cases that columns cannot hold are computed one by one; where there are more, they are left out, and told."""
MOST_GROUPS = 1_000
"""In how many groups one dimension may divide a population."""
MOST_CELLS = 100_000
TENTHS = 10

_MOST_KEPT = 512 * 1024**2
"""Bytes of what all persons come to under one reform or another, which are kept to compare others with."""
_INT32 = np.iinfo(np.int32)

T = TypeVar("T")


@dataclass(frozen=True)
class Reform:
    """What is changed: figures and readings, named as for `compute`. Empty, it is what holds today."""

    figures: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        cleaned = {name.replace(" ", ""): text.strip() for name, text in self.figures.items()}
        object.__setattr__(self, "figures", cleaned)
        object.__setattr__(self, "readings", dict(self.readings))

    @property
    def key(self) -> Hashable:
        return (tuple(sorted(self.figures.items())), tuple(sorted(self.readings.items())))

    def __hash__(self) -> int:
        return hash(self.key)

    def __bool__(self) -> bool:
        return bool(self.figures or self.readings)

    def as_json(self) -> dict[str, Any]:
        return {"figures": dict(self.figures), "readings": dict(self.readings)}


TODAY = Reform()


class Labels(Protocol):
    """A column that is no fact: for each case the place of its name."""

    @property
    def codes(self) -> Column: ...

    @property
    def names(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Group:
    """Persons that are alike. `key` is what data has for them: a choice's value, the name in a carried column. `open`
    calls an outermost tenth without its least or greatest number, which may be that of one person."""

    key: str
    label: Words
    open: Words | None = None


@dataclass(frozen=True, slots=True)
class Dimension:
    """What persons are told apart by. `codes` gives each case the place of its group (each record where `records` names
    a list); `kind` is one of carried, choice, choices, flag, tenth, year, month, applied."""

    name: str
    label: Words
    kind: str
    records: str
    groups: tuple[Group, ...]
    codes: Column


@dataclass(frozen=True, slots=True)
class Cells:
    """Persons divided by several dimensions at once. `codes` has a cell for each person; `groups[d][c]` is the place of
    cell c among the groups of the d-th dimension."""

    names: tuple[str, ...]
    codes: Column
    count: int
    groups: tuple[Int64, ...]
    persons: Int64


@dataclass(frozen=True, slots=True)
class Stand:
    """What a value is for all under one reform: for each person, 0 where there is none, as narrow as they allow.
    `doubtful` are the cases that columns do not hold."""

    values: Column
    doubtful: Flags
    doubtful_count: int


# --- values that can be compared


def value_rules(policy: Policy) -> dict[str, Rule[..., Any]]:
    """What can be compared: every number and every flag that the policy reports, on the case or on records."""
    found = {}
    for reported in policy.reported.values():
        for rule in (reported,) if isinstance(reported, Rule) else reported:
            if isinstance(rule, Rule) and (rule.type.is_number or rule.type.kind == "flag"):
                found[rule.name] = rule
    return found


def value_rule(policy: Policy, name: str | None = None) -> Rule[..., Any]:
    """The value of that name; without one, the last of what is paid, else the last that is reported.

    Raises GongbaoError where there is no such value.
    """
    rules = value_rules(policy)
    if name is None:
        paid = [one for one in rules.values() if one.name in policy.paid]
        found = paid or list(rules.values())
        if not found:
            raise GongbaoError(f"{policy.name} reports no number and no yes or no that could be compared")
        return found[-1]
    if name not in rules:
        raise GongbaoError(
            f"{policy.name} reports no amount {name}; there are {', '.join(rules)}{nearest(name, rules)}"
        )
    return rules[name]


def records_of(rule: Rule[..., Any]) -> str:
    """The list on each record of which the value is; "" where it is on the case."""
    return rule.policy.list_of(rule.record) if rule.record is not None else ""


# --- the population


class _Kept:
    """The values used last, so many of them: what takes long to make is made once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                found: T = self._found[key]
                return found
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > self.most:
                self._found.popitem(last=False)
        return made


class Population:
    """The persons of one policy.

    `carried` are columns that are no facts, by name, `not_carried` says why others are not among them. `left_out` says
    of how many cases the data was not whole enough to be read, with some of the reasons. Several threads may use
    one population.
    """

    def __init__(
        self,
        policy: Policy,
        batch: Batch,
        carried: Mapping[str, Labels] | None = None,
        *,
        left_out: Iterable[Any] = (),
        left_out_count: int = 0,
        not_carried: Mapping[str, str] | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.policy, self.batch, self.carried = policy, batch, dict(carried or {})
        self.not_carried = dict(not_carried or {})
        self.unread, self.unread_count = list(left_out), left_out_count
        self.engine: Engine = engine or Engine(None)
        self.nullable = _nullable(policy, batch)
        self._dimensions = _Kept(40)
        self._cells = _Kept(8)
        persons = max([batch.cases, *(held.count for held in batch.records.values()), 1])
        most = min(max(_MOST_KEPT // (5 * persons), 3), 24)
        self._stands = _Kept(most)
        self._outside = _Kept(4)
        self._masked = _Kept(most)
        self._decided = _Kept(20)
        self._receiving = _Kept(8)
        self._sorted = _Kept(3)
        self._made = _Kept(20)

    @classmethod
    def of(cls, policy: Policy, loaded: Any, engine: Engine | None = None) -> Population:
        """Of what `gongbao.rules.run.load` gives. In an order of its own: who stands where says nothing here."""
        batch, carried = alike_together(policy, loaded.batch, loaded.carried)
        return cls(
            policy,
            batch,
            carried,
            left_out=loaded.left_out,
            left_out_count=loaded.left_out_count,
            not_carried=loaded.not_carried,
            engine=engine,
        )

    def count(self, records: str = "") -> int:
        """How many persons there are: cases, or records of a list."""
        return self.batch.records[records].count if records else self.batch.cases

    def in_order(self, name: str, records: str = "") -> Column:
        """The numbers of a fact, of those persons who have it, from the least to the greatest."""

        def make() -> Column:
            columns = self.batch.records[records].columns if records else self.batch.columns
            column, given = columns[name], columns.get(f"{name}?")
            return np.sort(column if given is None else column[given != 0])

        return self._sorted.get((name, records), make)

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is made once of this population, and kept while it is used."""
        return self._made.get(key, make)

    # What they come to

    def prepared(self, reform: Reform) -> tuple[Program, Settings] | None:
        """The program and its settings; None where columns cannot hold the policy under this reform.

        Raises GongbaoError for a name or value that cannot be.
        """
        try:
            return prepared(self.policy, reform.figures, reform.readings, self.nullable)
        except NotInColumns:
            return None

    def outside(self, program: Program) -> Flags | None:
        """The cases whose facts are beyond what the program holds; None where there are none."""

        def make() -> tuple[Flags | None, Program]:
            found = outside(program, self.batch)
            return (found if found.any() else None), program

        return self._outside.get(id(program), make)[0]

    def stand(self, rule: Rule[..., Any], reform: Reform = TODAY, **options: Any) -> Stand:
        """What everybody's value is under the reform. Kept for the reforms that were used last."""
        return self._stands.get((rule.name, reform.key), lambda: self._stand(rule, reform, options))

    def _stand(self, rule: Rule[..., Any], reform: Reform, options: Mapping[str, Any]) -> Stand:
        records = records_of(rule)
        ready = self.prepared(reform)
        if ready is None:
            doubtful = np.ones(self.batch.cases, bool)
            return Stand(np.zeros(self.count(records), np.int64), doubtful, self.batch.cases)
        program, settings = ready
        found = self.engine.compute(program, settings, self.batch, [rule.name], **options)
        values = tallies.given(program, rule.name, found.of)
        doubtful = _either(found.doubtful, self.outside(program))
        beyond = tallies.too_large(program, rule.name, values)
        if beyond is not None and beyond.any():
            doubtful |= tallies.of_cases(beyond, self.batch, records) if records else beyond
        if not len(values) or (_INT32.min <= values.min() and values.max() <= _INT32.max):
            values = values.astype(np.int32)
        return Stand(values, doubtful, int(np.count_nonzero(doubtful)))

    def of_persons(self, flags: Flags, records: str) -> Flags:
        """What is said of cases, said of their persons."""
        return flags[self.batch.records[records].case_of] if records else flags

    def places_of(self, case: int, records: str) -> list[int]:
        """The persons of a case, by their places."""
        if not records:
            return [case]
        starts = self.batch.records[records].starts
        return list(range(int(starts[case]), int(starts[case + 1])))

    def decide(self, rule: Rule[..., Any], reform: Reform, case: int) -> list[int] | Words:
        """What the persons of one case come to, by `compute`, in units of the last decimal; or why nothing."""
        kept: dict[int, list[int] | Words] = self._decided.get((rule.name, reform.key), dict)
        if case not in kept:
            kept[case] = self._decide(rule, reform, case)
        return kept[case]

    def _decide(self, rule: Rule[..., Any], reform: Reform, case: int) -> list[int] | Words:
        records = records_of(rule)
        given = facts_as_json(self.policy.facts, facts_at(self.policy, self.batch, case))
        try:
            result = compute(self.policy, given, figures=reform.figures, readings=reform.readings)
        except Refused as error:
            first = error.problems[0]  # of a check without the facts of this person: reasons are counted
            failing = [one for one in self.policy.checks if one.name == first.code]
            return refusal_of(failing[0]) if failing else Words(first.zh, first.en)
        try:
            if not records:
                return [whole_number(result.case.scope.value(rule), rule.type)]
            found = [whole_number(one.value(rule), rule.type) for one in result.case.records(records)]
        except MissingFacts as error:
            labels = {fact_at(self.policy.facts, path).label for path in error.lost.paths()}
            named = sorted((one.zh, one.en) for one in labels)
            return Words(f"缺少：{'、'.join(zh for zh, _ in named)}", f"missing: {', '.join(en for _, en in named)}")
        except Impossible as error:
            return Words(f"无法计算：{error.reason.zh}", f"cannot be computed: {error.reason.en}")
        held = self.batch.records[records]
        if PLACE not in held.columns:
            return found
        low, high = int(held.starts[case]), int(held.starts[case + 1])
        return [found[int(place)] for place in held.columns[PLACE][low:high]]

    # What they are told apart by

    def dimensions(self, records: str = "") -> dict[str, tuple[Words, str]]:
        """What persons can be told apart by, with its label and kind: carried columns, the choice that came out best,
        and facts by their choices, tenths or years. Those of records are called visits.level."""
        found: dict[str, tuple[Words, str]] = {name: (Words(name, name), "carried") for name in self.carried}
        best = self.policy.best
        if best:
            found.setdefault(best.name, (Words(best.label.zh, best.label.en), "applied"))
        for name, fact in self.policy.facts.declared().items():
            kind = _kind(fact.type)
            if kind and name in self.batch.columns:
                found.setdefault(name, (Words(fact.label.zh, fact.label.en), kind))
        if records:
            for name, fact in _fields(self.policy, records).items():
                kind = _kind(fact.type)
                if kind and name in self.batch.records[records].columns:
                    found.setdefault(f"{records}.{name}", (Words(fact.label.zh, fact.label.en), kind))
        return found

    def dimension(self, name: str, records: str = "") -> Dimension:
        """Raises GongbaoError where there is none of that name, or it has too many groups."""
        known = self.dimensions(records)
        if name not in known:
            if name in self.not_carried:
                raise GongbaoError(f"persons cannot be told apart by {name}: {self.not_carried[name]}")
            hint = nearest(name, known)
            raise GongbaoError(
                f"persons cannot be told apart by {name}; they can by {', '.join(known)}{hint}"
                if known
                else f"persons cannot be told apart by {name}: there is nothing to tell them apart by"
            )
        return self._dimensions.get(name, lambda: self._dimension(name, *known[name]))

    def _dimension(self, name: str, label: Words, kind: str) -> Dimension:
        if kind == "carried":
            one = self.carried[name]
            groups = tuple(Group(text, Words(text or "（空）", text or "(empty)")) for text in one.names)
            return _checked(Dimension(name, label, kind, "", groups, one.codes))
        if kind == "applied":
            return self._applied(name, label)
        records, _, field_name = name.rpartition(".")
        sheet = _fields(self.policy, records) if records else self.policy.facts.declared()
        columns = self.batch.records[records].columns if records else self.batch.columns
        groups, codes = _grouped(sheet[field_name].type, kind, columns[field_name], columns.get(f"{field_name}?"))
        return _checked(Dimension(name, label, kind, records, groups, codes))

    def _applied(self, name: str, label: Words) -> Dimension:
        """The choice that comes out best today; the cases that columns do not hold stand by themselves."""
        best = self.policy.best
        assert best is not None
        members = list(best.choice)
        codes = np.full(self.batch.cases, len(members), np.int32)
        ready = self.prepared(TODAY)
        by_choice = [rule.name for rule in self.policy.rules.values() if rule.by_choice and not rule.is_check]
        reported = [one for one in by_choice if one in self.policy.reported] or by_choice
        if ready is not None and reported:
            program, settings = ready
            found = self.engine.compute(program, settings, self.batch, [reported[0]])
            held = ~_either(found.doubtful, self.outside(program))
            codes[held] = found.of[best.name][held]
        groups = [Group(str(one.value), Words(one.label.zh, one.label.en)) for one in members]
        return Dimension(name, label, "applied", "", (*groups, _UNKNOWN), codes)

    def cells(self, names: Sequence[str], records: str = "") -> Cells:
        """Persons divided by all of the dimensions at once. Raises GongbaoError where these are too many divisions."""
        return self._cells.get((tuple(names), records), lambda: self._divided(tuple(names), records))

    def _divided(self, names: tuple[str, ...], records: str) -> Cells:
        codes: Column = np.zeros(self.count(records), np.int64)
        groups: list[Int64] = []
        count = 1
        for name in names:
            one = self.dimension(name, records)
            own = one.codes
            if records and not one.records:
                own = own[self.batch.records[records].case_of]
            size = max(len(one.groups), 1)
            there, codes = _places_in_use(codes * size + own, count * size)
            if len(there) > MOST_CELLS:
                raise TooManyCells(", ".join(names))
            count = len(there)
            groups = [*(before[there // size] for before in groups), there % size]
        persons = np.bincount(codes, minlength=count)
        narrow = np.int16 if count <= np.iinfo(np.int16).max else np.int32
        return Cells(names, codes.astype(narrow), count, tuple(groups), persons)

    def codes(self, cells: Cells, rule: Rule[..., Any], start: Reform) -> Column:
        """The cell of each person, -1 where the start is doubtful."""
        stand = self.stand(rule, start)
        if not stand.doubtful_count:
            return cells.codes
        return self._masked.get(
            (cells.names, rule.name, start.key),
            lambda: without(cells.codes, self.of_persons(stand.doubtful, records_of(rule))),
        )

    def counted(self, cells: Cells, rule: Rule[..., Any], start: Reform) -> tuple[Int64, Int64]:
        """How many persons each cell has, and how many of them have something at the start; none that is doubtful."""

        def make() -> tuple[Int64, Int64]:
            codes = self.codes(cells, rule, start)
            persons = cells.persons
            if codes is not cells.codes:
                persons = np.bincount(codes[codes >= 0], minlength=cells.count)
            something = codes[(self.stand(rule, start).values != 0) & (codes >= 0)]
            return persons, np.bincount(something, minlength=cells.count)

        return self._receiving.get((cells.names, rule.name, start.key), make)


@dataclass(frozen=True, slots=True)
class _Ordered:
    codes: Column
    names: Sequence[str]


def alike_together(policy: Policy, batch: Batch, carried: Mapping[str, Labels]) -> tuple[Batch, dict[str, Labels]]:
    """The same cases, those next to each other that go the same way through the rules: by their choices and flags, then
    by their first amount. A processor that guesses which way the next one goes is a sixth faster for it. Cases with
    records stay where they are.
    """
    if batch.records or not batch.cases:
        return batch, dict(carried)
    kinds = {name: _kind(fact.type) for name, fact in policy.facts.declared().items() if name in batch.columns}
    ways = [batch.columns[name] for name, kind in kinds.items() if kind in ("choice", "choices", "flag")]
    amounts = [batch.columns[name] for name, kind in kinds.items() if kind == "tenth"]
    if not ways and not amounts:
        return batch, dict(carried)
    # The last key is the first to sort by.
    order = np.lexsort([*amounts[:1], *ways])
    columns = {name: column[order] for name, column in batch.columns.items()}
    labels: dict[str, Labels] = {name: _Ordered(one.codes[order], one.names) for name, one in carried.items()}
    return Batch(batch.cases, columns), labels


class TooManyCells(GongbaoError):
    """Dimensions that together divide a population into more parts than are added up in one go."""

    def __init__(self, names: str) -> None:
        super().__init__(f"{names} together divide the population into more than {MOST_CELLS:,} parts; leave one out")


_UNKNOWN = Group("", Words("（未定）", "(not known)"))


def without(codes: Column, aside: Flags) -> Column:
    """The cells, -1 for those who are aside."""
    out = codes.copy()
    out[aside] = -1
    return out


def _either(one: Flags, other: Flags | None) -> Flags:
    return one if other is None else one | other


def _places_in_use(codes: Int64, size: int) -> tuple[Int64, Column]:
    """Which codes occur, in order, and for each entry the place of its code among them."""
    if size > 20_000_000:
        return np.unique(codes, return_inverse=True)
    is_there = np.zeros(size, bool)
    is_there[codes] = True
    return np.nonzero(is_there)[0], (np.cumsum(is_there) - 1)[codes]


def _kind(kind: Type) -> str:
    """How persons are told apart by a fact; "" where they are not."""
    if kind.is_number:
        return "tenth"
    if kind.kind == "list" and kind.item is not None and kind.item.kind == "choice":
        return "choices"
    return {"choice": "choice", "flag": "flag", "date": "year", "month": "month"}.get(kind.kind, "")


def _fields(policy: Policy, records: str) -> dict[str, Fact]:
    item: Any = policy.facts.declared()[records].type.item
    found: dict[str, Fact] = item.python.declared()
    return found


def _grouped(kind: Type, how: str, column: Column, given: Column | None) -> tuple[tuple[Group, ...], Column]:
    """The groups that a fact's column makes, and the place of each person's group. What was not given stands apart."""
    there = None if given is None or (given != 0).all() else given != 0
    known = column if there is None else column[there]
    makers: dict[str, Callable[[Type, Column], tuple[list[Group], Column]]] = {
        "choice": _by_choice,
        "flag": _by_flag,
        "choices": _by_choices,
        "tenth": _by_tenth,
        "year": _by_year,
        "month": _by_month,
    }
    groups, codes = makers[how](kind, known)
    if there is None:
        return tuple(groups), codes.astype(np.int32)
    out = np.full(len(column), len(groups), np.int32)
    out[there] = codes
    return (*groups, _UNKNOWN), out


def _by_choice(kind: Type, column: Column) -> tuple[list[Group], Column]:
    return [Group(str(one.value), Words(one.label.zh, one.label.en)) for one in kind.python], column


def _by_flag(kind: Type, column: Column) -> tuple[list[Group], Column]:
    return [Group("false", Words("否", "no")), Group("true", Words("是", "yes"))], column


def _by_choices(kind: Type, column: Column) -> tuple[list[Group], Column]:
    """Whoever has several choices stands in a group of these several, so that the groups add up to all."""
    masks, codes = np.unique(column, return_inverse=True)
    order = sorted(range(len(masks)), key=lambda place: (int(masks[place]).bit_count(), int(masks[place])))
    rank = np.argsort(order)
    groups = []
    for place in order[: MOST_GROUPS + 1]:
        members = value_of(int(masks[place]), kind)
        key = ",".join(str(one.value) for one in members)
        zh, en = "、".join(one.label.zh for one in members), ", ".join(one.label.en for one in members)
        groups.append(Group(key, Words(zh or "（无）", en or "(none)")))
    return groups, rank[codes]


def _by_tenth(kind: Type, column: Column) -> tuple[list[Group], Column]:
    """Ten groups of as equal size as equal values allow, which are never parted; or one for each value of a few."""
    if not len(column):
        return [], column
    if len(np.unique(column[:10_000])) <= TENTHS:
        values, codes = np.unique(column, return_inverse=True)
        if len(values) <= TENTHS:
            return [_told(str(place + 1), int(value), int(value), kind) for place, value in enumerate(values)], codes
    places = [-(-len(column) * part // TENTHS) - 1 for part in range(1, TENTHS)]
    edges = np.partition(column, sorted({max(place, 0) for place in places}))[places]
    codes = np.searchsorted(edges, column, "left")
    groups = []
    for place in range(TENTHS):
        within = column[codes == place]
        if len(within):
            groups.append(_told(str(place + 1), int(within.min()), int(within.max()), kind))
        else:
            groups.append(Group(str(place + 1), Words(f"第{place + 1}组", f"tenth {place + 1}")))
    there = np.unique(codes)
    for place, sign in ((int(there[-1]), ("以上", " and more")), (int(there[0]), ("以下", " and less"))):
        within = column[codes == place]
        edge = int(within.min() if sign[0] == "以上" else within.max())
        bare = _told("", edge, edge, kind).label
        groups[place] = replace(groups[place], open=Words(bare.zh + sign[0], bare.en + sign[1]))
    return groups, codes


def _told(key: str, low: int, high: int, kind: Type) -> Group:
    bare = Type(kind.kind, kind.python, kind.places, kind.unit)
    words = []
    for language in ("zh", "en"):
        first, last = (shown(value_of(one, bare), bare, language, bare=True) for one in (low, high))
        unit = kind.unit.zh if kind.unit and language == "zh" else kind.unit.en if kind.unit else ""
        span = first if low == high else f"{first}～{last}" if language == "zh" else f"{first} to {last}"
        words.append(f"{span} {'' if unit == '%' else unit}".rstrip())
    return Group(key, Words(*words))


def _by_year(kind: Type, column: Column) -> tuple[list[Group], Column]:
    days = np.clip(column.astype(np.int64), calendar.FIRST, calendar.LAST)
    years = calendar.table("year")[days - calendar.FIRST]
    there, codes = np.unique(years, return_inverse=True)
    return [Group(str(one), Words(f"{one}年", str(one))) for one in there[: MOST_GROUPS + 1]], codes


def _by_month(kind: Type, column: Column) -> tuple[list[Group], Column]:
    there, codes = np.unique(column, return_inverse=True)
    texts = [f"{calendar.day_of(int(one)):%Y-%m}" for one in there[: MOST_GROUPS + 1]]
    return [Group(text, Words(text, text)) for text in texts], codes


def _checked(one: Dimension) -> Dimension:
    if len(one.groups) > MOST_GROUPS:
        raise GongbaoError(f"{one.name} divides the population into more than {MOST_GROUPS:,} groups")
    return one


# --- one case of a batch


def _nullable(policy: Policy, batch: Batch) -> frozenset[tuple[str, str]]:
    """The facts that may be missing in this batch, by list and name."""
    found = {("", name) for name, one in policy.facts.declared().items() if _may_lack(one, batch.columns)}
    for records, held in batch.records.items():
        found |= {(records, name) for name, one in _fields(policy, records).items() if _may_lack(one, held.columns)}
    return frozenset(found)


def _may_lack(fact: Fact, columns: Mapping[str, Column]) -> bool:
    return not fact.type.optional and f"{fact.name}?" in columns


def facts_at(policy: Policy, batch: Batch, case: int) -> dict[str, Any]:
    """The facts of one case, as `read_facts` gives them, records in their order of input. Of a text only which texts
    are equal is known: it comes back as its number."""
    facts: dict[str, Any] = {}
    for name, one in policy.facts.declared().items():
        if not one.type.is_records:
            facts[name] = _fact_at(one, batch.columns, case)
            continue
        held = batch.records[name]
        item: Any = one.type.item
        found = [
            item.python(**{key: _fact_at(part, held.columns, row) for key, part in _fields(policy, name).items()})
            for row in range(int(held.starts[case]), int(held.starts[case + 1]))
        ]
        if PLACE in held.columns:
            places = held.columns[PLACE][int(held.starts[case]) : int(held.starts[case + 1])]
            found = [found[place] for place in np.argsort(places, kind="stable")]
        facts[name] = found
    return facts


def _fact_at(fact: Fact, columns: Mapping[str, Column], row: int) -> Any:
    given = columns.get(f"{fact.name}?")
    if given is not None and not given[row]:
        return None if fact.type.optional else Missing(fact.name, fact.label)
    number = int(columns[fact.name][row])
    return str(number) if fact.type.kind == "text" else value_of(number, fact.type)


def whole_number(value: Any, kind: Type) -> int:
    """A value in the unit of its last decimal, as columns have it; nothing is 0."""
    if value is None:
        return 0
    if isinstance(value, Quantity):
        return int(ex.rounded(value.exact, places_of(kind)) * 10 ** places_of(kind))
    return int(value)


def number_text(number: int, kind: Type) -> str:
    """The decimal string of such a number."""
    places = places_of(kind)
    if not places:
        return str(number)
    whole, rest = divmod(abs(number), 10**places)
    return f"{'-' if number < 0 else ''}{whole}.{rest:0{places}d}"


__all__ = [
    "MOST_CELLS",
    "MOST_DECIDED",
    "TODAY",
    "Cells",
    "Dimension",
    "Group",
    "Population",
    "Reform",
    "Stand",
    "TooManyCells",
    "alike_together",
    "facts_at",
    "number_text",
    "records_of",
    "value_rule",
    "value_rules",
    "whole_number",
    "without",
]
