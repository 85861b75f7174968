"""What a change comes to, as the page and its tables show it. Sums are decimals of the value's own unit, exact."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gongbao.core.errors import GongbaoError
from gongbao.rules.facts import Missing, read_facts
from gongbao.rules.figures import Entry
from gongbao.rules.policy import Policy, Rule
from gongbao.rules.shown import Words, shown
from gongbao.rules.what_if import Chart as Curve
from gongbao.rules.what_if import (
    Cliff,
    Comparison,
    Dimension,
    Outcome,
    Population,
    Reform,
    chart,
    compare,
    value_rule,
    value_rules,
)
from gongbao.rules.what_if import Row as RowOf
from gongbao.rules.what_if.charts import chart_facts, typical
from gongbao.rules.what_if.population import number_text
from gongbao.site.policies.charts import Chart
from gongbao.site.what_if import charts, figures
from gongbao.site.what_if.asked import Asked, Change
from gongbao.site.what_if.populations import DEMONSTRATION, path_of

MOST_ROWS = 40
"""Of a division on the page; the table to download has all."""
MOST_JUMPS = 8
"""Told in words; the table of the picture has all."""
MOST_TABLES = 6
"""Divisions of the table to download."""
DECIDED = 300
"""So many cases that columns do not hold are computed one by one at a move."""
FEWEST = 5
"""Of a population that was put in, fewer persons than this are told of only together with others."""
KEPT_BESIDE = 240
"""Bytes for each person: two dozen columns of values of four or five bytes, and half as many of what divides them."""
MANY = 100_000
"""From so many cases on it is worth the seconds to compile the rules."""
ROUNDING = 3
"""Units of the last decimal by which the roundings of several rules together may bend a line."""
A, B = "A", "B"


@dataclass(frozen=True, slots=True)
class Moved:
    """Those whose value moved one way: how many, by how much in all, on average."""

    persons: str
    amount: str
    mean: str


@dataclass(frozen=True, slots=True)
class Sums:
    """Some persons before and after a change. `name` is A or B where two changes are set side by side, otherwise ""."""

    name: str
    places: int
    counted: int
    before_amount: Decimal
    after_amount: Decimal
    gained: int
    gain_amount: Decimal
    lost: int
    loss_amount: Decimal
    entered_count: int
    left_count: int

    @property
    def persons(self) -> str:
        return f"{self.counted:,}"

    @property
    def before(self) -> str:
        return self._amount(self.before_amount)

    @property
    def total(self) -> str:
        return self._amount(self.after_amount)

    @property
    def difference(self) -> str:
        change = self.after_amount - self.before_amount
        return f"{'+' if change > 0 else ''}{self._amount(change)}"

    @property
    def share(self) -> str:
        """The change in hundredths of what was before; "" where either is nothing."""
        if not self.before_amount or self.after_amount == self.before_amount:
            return ""
        share = (100 * (self.after_amount - self.before_amount) / abs(self.before_amount)).quantize(Decimal("0.01"))
        return f"{'+' if share > 0 else ''}{share:,f} %".replace("-", "−")

    @property
    def way(self) -> str:
        change = self.after_amount - self.before_amount
        return "more" if change > 0 else "less" if change < 0 else ""

    @property
    def gain(self) -> Moved:
        return self._moved(self.gained, self.gain_amount)

    @property
    def loss(self) -> Moved:
        return self._moved(self.lost, self.loss_amount)

    @property
    def entered(self) -> str:
        return f"{self.entered_count:,}"

    @property
    def left(self) -> str:
        return f"{self.left_count:,}"

    def _moved(self, persons: int, amount: Decimal) -> Moved:
        mean = self._amount(amount / persons) if persons else ""
        return Moved(f"{persons:,}", self._amount(amount), mean)

    def _amount(self, amount: Decimal) -> str:
        return f"{amount:,.{self.places}f}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Row:
    """A group, with what each of the changes comes to for it. `cases` says how many cases are behind what is counted,
    where that is records: many visits may be those of one person."""

    label: str
    sides: tuple[Sums, ...]
    cases: int | None = None

    @property
    def persons(self) -> str:
        return self.sides[0].persons

    @property
    def before(self) -> str:
        return self.sides[0].before

    @property
    def different(self) -> int:
        """How many there are at most behind the numbers."""
        return self.sides[0].counted if self.cases is None else min(self.cases, self.sides[0].counted)


@dataclass(frozen=True, slots=True)
class Table:
    """The groups of a division, which add up to all. Where they `overlap`, a case has records in several."""

    name: str
    label: str
    rows: tuple[Row, ...]
    overlap: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A figure or reading that is changed, in words."""

    side: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Answer:
    label: str
    unit: str
    places: int
    is_flag: bool
    is_paid: bool
    population: str
    names: tuple[str, ...]
    sides: tuple[Sums, ...]
    between: Sums | None
    changes: tuple[Said, ...]
    tables: tuple[Table, ...]
    sizes: Chart | None
    curve: Chart | None
    curve_note: str
    jumps: tuple[str, ...]
    one_by_one: str
    left_out: str
    reasons: tuple[str, ...]

    @property
    def before(self) -> str:
        return self.sides[0].before

    @property
    def persons(self) -> str:
        return self.sides[0].persons

    @property
    def by_name(self) -> str:
        return self.tables[0].name if self.tables else ""

    @property
    def by_label(self) -> str:
        return self.tables[0].label if self.tables else ""

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.tables[0].rows[:MOST_ROWS] if self.tables else ()

    @property
    def more_rows(self) -> int:
        return max(len(self.tables[0].rows) - MOST_ROWS, 0) if self.tables else 0


# --- populations


class Ready:
    """A population with what the page keeps of it: of each curve its case and span, of each fact the values. Its case
    is that of `fewest` persons at least."""

    def __init__(self, population: Population, fewest: int = 1) -> None:
        self.population, self.fewest = population, fewest
        self.policy = population.policy
        self._lock = threading.Lock()
        self._curves: dict[tuple[str, str], tuple[dict[str, Any], tuple[str, str]]] = {}
        self._in_order: dict[str, Any] = {}

    def curve(self, path: str, value: str, change: Reform, kept: Reform | None) -> Curve:
        """The value against the fact, of a case that is typical of the population."""
        with self._lock:
            if (path, value) not in self._curves:
                first = chart(self.policy, path, value=value, population=self.population, fewest=self.fewest)
                low, high = (number_text(point[0], first.fact.type) for point in (first.points[0], first.points[-1]))
                self._curves[path, value] = (first.facts, (low, high))
        facts, span = self._curves[path, value]
        return chart(self.policy, path, change, against=kept, value=value, given=facts, span=span)

    def near(self, found: Curve, cliff: Cliff) -> tuple[int, int]:
        """How many persons have the fact within a distance below the cliff, and how many above it."""
        records, _dot, name = found.path.rpartition(".")
        records = records.partition("[")[0]
        with self._lock:
            if found.path not in self._in_order:
                batch = self.population.batch
                columns = batch.records[records].columns if records else batch.columns
                column, given = columns[name], columns.get(f"{name}?")
                self._in_order[found.path] = np.sort(column if given is None else column[given != 0])
        column = self._in_order[found.path]
        kind = np.iinfo(column.dtype)
        ends = (cliff.low - found.distance, cliff.low, cliff.high - 1, cliff.high - 1 + found.distance)
        # In the column's own kind of number: it would be copied for another.
        first, second, third, fourth = (
            0 if one < kind.min else int(np.searchsorted(column, column.dtype.type(min(one, kind.max)), "right"))
            for one in ends
        )
        return second - first, fourth - third


def make_demonstration(policy: Policy, path: Path, persons: int, seed: int, progress: Callable[[float], None]) -> None:
    """Write the invented population of the policy. Raises GongbaoError where nobody has said how to invent one."""
    from gongbao.rules.population import write
    from gongbao.systems import population

    def told(step: str, done: int, total: int) -> None:
        progress(done / total if total else 0.0)

    write(population(policy.name), path, persons, seed, progress=told)


def load(policy: Policy, path: Path, progress: Callable[[float], None]) -> Ready:
    """Raises GongbaoError for a file that is no population of the policy."""
    from gongbao.rules.run import load as load_columns

    loaded = load_columns(policy, str(path), progress=progress)
    is_invented = path == path_of(policy, DEMONSTRATION)
    if not is_invented and loaded.batch.cases < FEWEST:
        raise GongbaoError(f"a population of fewer than {FEWEST} cases would tell of single ones")
    population = Population.of(policy, loaded, engine() if loaded.batch.cases >= MANY else None)
    ready = Ready(population, 1 if is_invented else FEWEST)
    # What every answer begins with is made now, and not at the first move.
    answer(ready, Asked(), "zh")
    return ready


@cache
def engine() -> Any:
    """One for the process: what it has compiled holds for all populations of a policy."""
    from gongbao.rules.columns.engine import Engine

    return Engine(Path(settings.GONGBAO_HOME) / "columns")


def size_of(ready: Ready) -> int:
    """About how many bytes it takes at most, with the values, divisions and orders that are kept for the next move."""
    population, batch = ready.population, ready.population.batch
    columns = [*batch.columns.values(), *(one.codes for one in population.carried.values())]
    for held in batch.records.values():
        columns += [held.starts, *held.columns.values()]
    persons = max([batch.cases, *(held.count for held in batch.records.values())])
    return sum(one.nbytes for one in columns) + KEPT_BESIDE * persons


# --- what can be asked


def settled(policy: Policy, asked: Asked) -> Asked:
    """With what is as it is anyhow left out, and a value that there is not passed over."""
    rules = value_rules(policy)
    passed = list(asked.passed_over)
    value, over = asked.value, asked.over
    if value and value not in rules:
        passed.append(f"value={value}")
        value = ""
    if value and value == value_rule(policy).name:
        value = ""
    facts = list(chart_facts(policy))
    if over and over not in facts:
        passed.append(f"over={over}")
        over = ""
    if facts and over == facts[0]:
        over = ""
    return replace(asked, value=value, over=over, passed_over=tuple(passed))


Options = list[tuple[str, str]]


def choices(policy: Policy, asked: Asked, ready: Ready | None, language: str) -> list[tuple[str, str, Options]]:
    """What can be looked at: the name of a part of the address, what it is called, and its values. The first of each
    is what is looked at anyhow, and has no name."""
    default = value_rule(policy)
    values = [one for one in value_rules(policy).values() if one is not default]
    out = [
        (
            "value",
            _("What is counted"),
            [
                ("", default.label.in_language(language)),
                *((one.name, one.label.in_language(language)) for one in values),
            ],
        )
    ]
    if ready is not None:
        population = ready.population
        known = population.dimensions(_records(value_rule(policy, asked.value or None)))
        first = default_division(known)
        options = [(name, division_label(name, label, language)) for name, (label, _kind) in known.items()]
        out.append(("by", _("Divided by"), [("" if name == first else name, words) for name, words in options]))
    else:
        out.append(("by", _("Divided by"), [(asked.by, "…")]))
    drawn = [(name, one.label.in_language(language)) for name, one in chart_facts(policy).items()]
    out.append(
        ("over", _("Drawn over"), [("" if not place else name, words) for place, (name, words) in enumerate(drawn)])
    )
    return out


def division_label(name: str, label: Words, language: str) -> str:
    """What a division is called; a column that is no fact as it is headed, but for what invented populations carry."""
    known = {"district": _("District"), "age_group": _("Age group")}
    return known.get(name) or label.in_language(language)


def default_division(known: dict[str, tuple[Words, str]]) -> str:
    """The choice that came out best, else what the data carries, else a choice; "" where there is nothing."""
    kinds = ("applied", "carried", "choice", "choices", "tenth", "flag", "year", "month")
    return min(known, key=lambda name: kinds.index(known[name][1]), default="")


def _records(rule: Rule[..., Any]) -> str:
    return rule.policy.list_of(rule.record) if rule.record is not None else ""


# --- the answer


def answer(ready: Ready, asked: Asked, language: str, *, whole: bool = False) -> Answer:
    """What the change comes to; `whole` with more than one division, for a table. Raises GongbaoError."""
    policy, population = ready.policy, ready.population
    rule = value_rule(policy, asked.value or None)
    known = population.dimensions(_records(rule))
    first = asked.by if asked.by in known else default_division(known)
    by = [first] if first else []
    found = compare(
        population,
        _reform(asked.change),
        rule.name,
        None if asked.kept is None else _reform(asked.kept),
        by,
        decide=DECIDED,
    )
    more: list[Comparison] = []
    if whole:
        others = [name for name in known if name not in by][: MOST_TABLES - 1]
        more = [
            compare(population, _reform(asked.change), rule.name, _kept(asked), [name], decide=DECIDED)
            for name in others
        ]
    outcomes = (found.outcome,) if found.against is None else (found.against, found.outcome)
    names = ("",) if found.against is None else (A, B)
    places = rule.type.places or 0
    unit = figures.unit_words(rule.type.unit, language)
    sides = tuple(_sums(name, one.total, places) for name, one in zip(names, outcomes, strict=True))
    between = None if found.between is None else _sums("", found.between.total, places)
    curve, curve_note, jumps = _curve(ready, asked, rule, language)
    left_out = found.outcome.left_out
    reasons = [(words, count) for words, count in (*left_out.reasons, *found.unread_reasons)]
    return Answer(
        label=rule.label.in_language(language),
        unit=unit,
        places=places,
        is_flag=rule.type.kind == "flag",
        is_paid=rule.name in policy.paid,
        population=asked.population or _("invented population"),
        names=names,
        sides=sides,
        between=between,
        changes=tuple(_changes(policy, asked, language)),
        tables=tuple(
            table if not asked.population else discreet(table)
            for one in (found, *more)
            for table in _tables(one, names, places, language, population, is_open=bool(asked.population))
        ),
        sizes=_sizes(outcomes, names, places, unit, FEWEST if asked.population else 1),
        curve=curve,
        curve_note=curve_note,
        jumps=jumps,
        one_by_one=f"{found.outcome.decided:,}" if found.outcome.decided else "",
        left_out=f"{left_out.cases + found.unread:,}" if left_out.cases + found.unread else "",
        reasons=tuple(f"{words.in_language(language)} ({count:,})" for words, count in reasons)
        if not asked.population
        # A reason repeats what was given: an amount, a name, a number of somebody.
        else ((_("why is told by “gongbao whatif” to whoever keeps the data"),) if reasons else ()),
    )


def _kept(asked: Asked) -> Reform | None:
    return None if asked.kept is None else _reform(asked.kept)


def _reform(change: Change) -> Reform:
    return Reform(figures=change.figures, readings=change.readings)


def _sums(name: str, row: RowOf, places: int) -> Sums:
    def amount(number: int) -> Decimal:
        return Decimal(number).scaleb(-places)

    return Sums(
        name=name,
        places=places,
        counted=row.persons,
        before_amount=amount(row.before),
        after_amount=amount(row.after),
        gained=row.gained,
        gain_amount=amount(row.gain),
        lost=row.lost,
        loss_amount=amount(row.loss),
        entered_count=row.entered,
        left_count=row.left,
    )


def _tables(
    found: Comparison, names: tuple[str, ...], places: int, language: str, population: Population, *, is_open: bool
) -> list[Table]:
    """The divisions; where they are `is_open`, without the least and the greatest amount of all."""
    records = _records(found.rule)
    outcomes = (found.outcome,) if found.against is None else (found.against, found.outcome)
    out = []
    for place, (dimension, groups) in enumerate(found.outcome.by):
        of_side = [{group.key: row for group, row in one.by[place][1]} for one in outcomes]
        cases = _cases_of(population, dimension, records) if records else {}
        rows = []
        for group, _row in groups:
            sides = tuple(
                _sums(name, rows_there.get(group.key, RowOf()), places)
                for name, rows_there in zip(names, of_side, strict=True)
            )
            words = group.open if is_open and group.open else group.label
            rows.append(Row(words.in_language(language), sides, cases.get(group.key)))
        label = division_label(dimension.name, dimension.label, language)
        out.append(Table(dimension.name, label, tuple(rows), overlap=bool(dimension.records)))
    return out


def _cases_of(population: Population, dimension: Dimension, records: str) -> dict[str, int]:
    """How many cases have records in each group, by its key."""

    def make() -> dict[str, int]:
        case_of = population.batch.records[records].case_of
        own = dimension.codes if dimension.records else dimension.codes[case_of]
        pairs = np.unique(case_of.astype(np.int64) * len(dimension.groups) + own)
        counts = np.bincount(pairs % len(dimension.groups), minlength=len(dimension.groups))
        return {group.key: int(count) for group, count in zip(dimension.groups, counts, strict=True)}

    return population.kept(("cases", dimension.name, records), make)


def discreet(table: Table) -> Table:
    """With the groups of very few persons in one, and that in no group of as few: a name in the data is no group."""
    large = sorted((row for row in table.rows if row.different >= FEWEST), key=lambda row: row.different)
    small = [row for row in table.rows if row.different < FEWEST]
    # Groups that overlap may be those of the same few.
    together_are = max if table.overlap else sum
    if small and together_are(row.different for row in small) < FEWEST and large:
        small.append(large.pop(0))
    if not small:
        return table
    together = tuple(_together(sides) for sides in zip(*(row.sides for row in small), strict=True))
    label = _("(groups of fewer than %(number)s)") % {"number": FEWEST}
    return replace(table, rows=(*(row for row in table.rows if row not in small), Row(label, together)))


def _together(sides: tuple[Sums, ...]) -> Sums:
    counts = ("counted", "gained", "lost", "entered_count", "left_count")
    amounts = ("before_amount", "after_amount", "gain_amount", "loss_amount")
    added: dict[str, Any] = {name: sum(getattr(one, name) for one in sides) for name in counts}
    added |= {name: sum((getattr(one, name) for one in sides), Decimal(0)) for name in amounts}
    return replace(sides[0], **added)


def _sizes(outcomes: tuple[Outcome, ...], names: tuple[str, ...], places: int, unit: str, fewest: int) -> Chart | None:
    """How many gain and lose how much; fewer than `fewest` are not told apart."""
    if outcomes[0].rule.type.kind == "flag":
        return None
    bounds = {(size.low, size.high) for one in outcomes for size in one.sizes}
    sizes = []
    for low, high in sorted(bounds, key=lambda one: one[0]):
        there = [next((s for s in one.sizes if s.low == low), None) for one in outcomes]
        sizes.append(
            charts.Size(
                Decimal(low).scaleb(-places),
                None if high is None else Decimal(high).scaleb(-places),
                tuple(size.gained if size else 0 for size in there),
                tuple(size.lost if size else 0 for size in there),
            )
        )
    title = _("How many gain and lose how much (%(unit)s)") % {"unit": unit}
    sides = names if len(names) > 1 else (_("how many"),)
    return charts.of_sizes(title, sizes, sides, unit, fewest)


def _curve(
    ready: Ready, asked: Asked, rule: Rule[..., Any], language: str
) -> tuple[Chart | None, str, tuple[str, ...]]:
    """The value against the fact, before and after, what holds of the case that is drawn, and the jumps in words."""
    facts = chart_facts(ready.policy)
    if not facts:
        return None, "", ()
    path = asked.over or next(iter(facts))
    kept, fewest = _kept(asked), FEWEST if asked.population else 1
    try:
        found = ready.curve(path, rule.name, _reform(asked.change), kept)
    except GongbaoError as error:
        return None, error.message, ()
    names = {"before": pgettext("of a value", "in force"), "after": pgettext("of a value", "changed")}
    if kept is not None:
        names |= {"against": A, "after": B}
    fact, value = found.fact.type, rule.type
    x, y = fact.places or 0, value.places or 0
    lines = []
    for place, name in enumerate(found.curves):
        if name == "after" and not asked.change:
            continue
        cliffs = [
            charts.Cliff(
                Decimal(one.low).scaleb(-x),
                Decimal(one.value_low).scaleb(-y),
                Decimal(one.value_high).scaleb(-y),
                *(charts.count(near, fewest) for near in ready.near(found, one)),
            )
            for one in found.cliffs
            if one.curve == name
        ]
        there = [(at, one) for at, values in found.points if (one := values[place]) is not None]
        points = [
            (Decimal(at).scaleb(-x), Decimal(one).scaleb(-y)) for at, one in charts.corners(there, ROUNDING if y else 0)
        ]
        kind = {"against": "kept"}.get(name, name)
        lines.append(charts.Line(names[name], kind, tuple(points), tuple(cliffs)))
    unit = figures.unit_words(value.unit, language)
    fact_unit = figures.unit_words(fact.unit, language)
    about = f"{found.fact.label.in_language(language)}{f' ({fact_unit})' if fact_unit else ''}"
    title = _("%(value)s by %(fact)s") % {
        "value": f"{rule.label.in_language(language)}{f' ({unit})' if unit else ''}",
        "fact": found.fact.label.in_language(language),
    }
    distance = charts.amount(Decimal(found.distance).scaleb(-x))
    near = f"{distance} {fact_unit}".strip()
    words = _(
        "%(name)s: at %(where)s a jump from %(low)s to %(high)s; within %(distance)s: %(below)s below, %(above)s above"
    )
    jumps = [
        words
        % {
            "name": one.name,
            "where": charts.amount(cliff.where),
            "low": charts.amount(cliff.low),
            "high": charts.amount(cliff.high),
            "distance": near,
            "below": cliff.below,
            "above": cliff.above,
        }
        for one in lines
        for cliff in one.cliffs
    ]
    lines.sort(key=lambda one: ("before", "kept", "after").index(one.kind))
    return (
        charts.of_fact(title, lines, about, is_whole=not y),
        _case(ready.policy, found, language, is_told=not asked.population, is_worked=found.facts == _worked(rule)),
        tuple(jumps[:MOST_JUMPS]),
    )


def _worked(rule: Rule[..., Any]) -> dict[str, Any]:
    try:
        return typical(rule.policy, rule, None)
    except GongbaoError:
        return {}


def _case(policy: Policy, found: Curve, language: str, *, is_told: bool, is_worked: bool) -> str:
    """The case that is drawn: its other facts, as a typical one has them. Unless all `is_told`, choices alone: the
    amount in the middle of few persons is that of one of them. A worked case is nobody's."""
    facts = read_facts(policy.facts, found.facts).facts
    said = [
        f"{fact.label.in_language(language)} {shown(facts[name], fact.type, language)}"
        for name, fact in policy.facts.declared().items()
        if name != found.path and not fact.type.is_records and not isinstance(facts[name], Missing | None)
        if is_told or is_worked or fact.type.kind in ("choice", "flag", "list")
    ]
    separator = "；" if language == "zh" else "; "
    words = _("A worked case of the policy: %(facts)s.") if is_worked else _("A typical case: %(facts)s.")
    return words % {"facts": separator.join(said)} if said else ""


def _changes(policy: Policy, asked: Asked, language: str) -> list[Said]:
    out = []
    sides = [(B if asked.kept is not None else "", asked.change)]
    if asked.kept is not None:
        sides.insert(0, (A, asked.kept))
    for side, change in sides:
        for group in figures.groups(policy):
            out += [
                _said(side, group.entry, one, change.figures[one.name], language)
                for one in group.sliders
                if one.name in change.figures
            ]
        for name, option in change.readings.items():
            reading = policy.reading_table[name]
            before, after = reading.options[reading.default], reading.options[option]
            out.append(
                Said(
                    side,
                    reading.label.in_language(language),
                    before.label.in_language(language),
                    after.label.in_language(language),
                )
            )
    return out


def _said(side: str, entry: Entry, one: figures.Slider, value: str, language: str) -> Said:
    label, whole = one.label(language, with_unit=False), entry.label.in_language(language)
    if label:
        whole = f"{whole}（{label}）" if language == "zh" else f"{whole} ({label})"
    return Said(side, whole, _figure(one, one.value, entry, language), _figure(one, value, entry, language))


def _figure(one: figures.Slider, text: str, entry: Entry, language: str) -> str:
    if not one.is_number:
        return text
    unit = figures.unit_words(one.kind.unit or entry.unit, language)
    behind = "" if one.kind.kind == "percent" or not unit else f" {unit}"
    sign = "%" if one.kind.kind == "percent" else ""
    return f"{charts.amount(Decimal(text.removesuffix('%')))}{sign}{behind}"


__all__ = ["Answer", "Sums", "answer", "choices", "load", "make_demonstration", "settled", "size_of"]
