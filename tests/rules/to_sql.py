"""A policy's rules as SQL for DuckDB: what the tests need to show that the tree carries a target other than `compute`.

The case is one row of the table "case", a record one row of the table that its list is called; each rule adds a column
to one of them, one statement for each rule, for all cases at once. Every amount is a whole number of a known number of
decimals (HUGEINT, never DOUBLE), every quotient a pair of whole numbers until a rule's declared type rounds it. What
does not fit into HUGEINT is an error of DuckDB's and never a wrong amount.

All facts have to be there: what is undetermined for want of a fact is not carried. Nodes and functions that the running
limit and the group mean do not need raise NotImplementedError, which names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import duckdb

from gongbao.rules import Policy, compute, tree
from gongbao.rules import exact as ex
from gongbao.rules.evaluate import Case
from gongbao.rules.policy import Rule
from gongbao.rules.readings import choose
from gongbao.rules.scales import Scale
from gongbao.rules.types import Type
from gongbao.rules.values import Choice, GivenText, Quantity

# A quotient, a half away from zero, and its whole part, towards zero. `under` is over 0.
MACROS = (
    "CREATE MACRO rounded(number, under) AS sign(number) * ((2 * abs(number) + under) // (2 * under))",
    "CREATE MACRO whole(number, under) AS sign(number) * (abs(number) // under)",
)


@dataclass(frozen=True, slots=True)
class Sql:
    """An expression. A number is `text` / `under` / 10 ** `places`; `under` is "" for one, and otherwise over 0."""

    text: str
    places: int = 0
    under: str = ""

    def scaled(self, places: int) -> Sql:
        """The same number with more decimals."""
        if places == self.places:
            return self
        return Sql(f"({self.text} * {_whole(10 ** (places - self.places))})", places, self.under)

    def rounded(self, places: int) -> Sql:
        number = self.scaled(max(places, self.places))
        by = _times(_whole(10 ** (number.places - places)) if number.places > places else "", number.under)
        return Sql(f"rounded({number.text}, {by})", places) if by else number


class Compiler:
    """The statements that compute a policy in tables of the form that `load` makes.

    `decimals` is how many the inputs have at most where a fact declares none. Figures become constants, each with the
    days on which it holds.
    """

    def __init__(self, policy: Policy, *, readings: dict[str, str] | None = None, decimals: int = 0) -> None:
        self.policy, self.decimals = policy, decimals
        self.options = choose(policy.reading_table, readings or {})
        self.statements: list[str] = []
        self._done: set[str] = set()
        self._rule: Rule[..., Any]
        for rule in rules_of(policy):
            self._add(rule)

    def _add(self, rule: Rule[..., Any]) -> None:
        """The rule's column, after those of the rules that it needs."""
        if rule.name in self._done:
            return
        self._done.add(rule.name)
        figures = any(isinstance(node, tree.FigureRef) for node in rule.tree.walk())
        needed = [*rule.needs, *([self.policy.dated] if figures and self.policy.dated in self.policy.rules else [])]
        for name in needed:
            self._add(self.policy.rules[name])
        self._rule = rule
        found = self.sql(rule.tree)
        if rule.type.is_number:
            found = found.rounded(rule.type.places or 0)
        if rule.earlier:
            self.statements.append(self._in_order(rule, found.text))
        elif rule.record:
            records = _name(self.policy.list_of(rule.record))
            self.statements.append(
                f"CREATE OR REPLACE TABLE {records} AS SELECT record.*, {found.text} AS {_column(rule)} "
                f'FROM {records} AS record JOIN "case" USING ("#case")'
            )
        else:
            self.statements.append(
                f'CREATE OR REPLACE TABLE "case" AS SELECT "case".*, {found.text} AS {_column(rule)} FROM "case"'
            )

    def _in_order(self, rule: Rule[..., Any], value: str) -> str:
        """earlier(…) by its definition: one record after the other, all parts at once, each part's first with nothing
        used. A window's clipped running sum would be wrong where the limit falls or rises on the way."""
        assert rule.earlier and rule.record
        records, order = _name(self.policy.list_of(rule.record)), rule.record.order_field
        part = ", ".join(['"#case"', *(f"record.{_name(one)}" for one in rule.earlier[1].same)])
        sequence = ", ".join([*([f"record.{_name(order)}"] if order else []), '"#place"'])
        return f"""
            CREATE OR REPLACE TABLE {records} AS WITH RECURSIVE
            parted AS (SELECT *, dense_rank() OVER (ORDER BY {part}) AS "#part" FROM {records} AS record),
            numbered AS MATERIALIZED (
                SELECT *, row_number() OVER (PARTITION BY "#part" ORDER BY {sequence}) AS "#nth"
                FROM parted AS record
            ),
            walk AS (
                SELECT DISTINCT "#part", 0::BIGINT AS "#nth", 0::HUGEINT AS used, 0::HUGEINT AS found FROM numbered
                UNION ALL
                SELECT "#part", record."#nth", before.used, {value}
                FROM (SELECT "#part", "#nth", used + found AS used FROM walk) AS before
                JOIN numbered AS record USING ("#part")
                JOIN "case" USING ("#case")
                WHERE record."#nth" = before."#nth" + 1
            )
            SELECT numbered.* EXCLUDE ("#part", "#nth"), walk.found AS {_column(rule)}
            FROM numbered JOIN walk USING ("#part", "#nth")
        """

    # Nodes

    def sql(self, node: tree.Node) -> Sql:
        make = _MAKERS.get(type(node))
        if make is None:
            raise NotImplementedError(f"{type(node).__name__} in line {node.line} of {self._rule.name}")
        return make(self, node)

    def _literal(self, node: tree.Literal) -> Sql:
        return constant(node.value)

    def _fact(self, node: tree.FactRef) -> Sql:
        return Sql(f'"case".{_name(node.name)}', self.places(node.type))

    def _field(self, node: tree.FieldRef) -> Sql:
        return Sql(f"{node.of}.{_name(node.name)}", self.places(node.type))

    def places(self, kind: Type) -> int:
        """With how many decimals a fact's column is kept."""
        if not kind.is_number or kind.kind == "integer":
            return 0
        return self.decimals if kind.places is None else kind.places

    def _rule_ref(self, node: tree.RuleRef) -> Sql:
        home = node.of if node.rule.record else '"case"'
        return Sql(f"{home}.{_column(node.rule)}", node.rule.type.places or 0)

    def _earlier(self, node: tree.EarlierRef) -> Sql:
        return Sql("before.used", node.rule.type.places or 0)

    def _figure(self, node: tree.FigureRef) -> Sql:
        keys = [self.sql(one).text for one in node.keys]

        def of_keys(value: Any) -> Sql:
            if not keys:
                return constant(value)
            values = _level([constant(one) for one in value.values()])
            members = [one if isinstance(one, tuple) else (one,) for one in value]
            return _cases(
                [
                    (
                        " AND ".join(f"{key} = {constant(one).text}" for key, one in zip(keys, given, strict=True)),
                        found,
                    )
                    for given, found in zip(members, values, strict=True)
                ]
            )

        return self._dated(node, of_keys)

    def _dated(self, node: tree.FigureRef, of: Callable[[Any], Sql]) -> Sql:
        """What `of` makes of the figure's value on the day that governs; on a day without a value, NULL."""
        record = self._rule.record
        if record and record.dated_field:
            day = f"record.{_name(record.dated_field)}"
        else:
            dated = self.policy.rules.get(self.policy.dated)
            day = f'"case".{_column(dated) if dated else _name(self.policy.dated)}'
        ways = []
        for one in self.policy.figure_table.entries[node.name].values:
            until = f" AND {day} <= {constant(one.until).text}" if one.until else ""
            ways.append((f"{day} >= {constant(one.since).text}{until}", of(one.value)))
        found = _level([value for _, value in ways])
        return _cases([(when, value) for (when, _), value in zip(ways, found, strict=True)])

    def _reading(self, node: tree.ReadingRef) -> Sql:
        return constant(getattr(self.options, node.name))

    def _operation(self, node: tree.Operation) -> Sql:
        left, right = self.sql(node.left), self.sql(node.right)
        if node.op == "*":
            return _product(left, node.left.type, right, node.right.type)
        if node.op == "/":
            return quotient(left, right)
        return _sum(left, node.op, right)

    def _negative(self, node: tree.Negative) -> Sql:
        item = self.sql(node.item)
        return replace(item, text=f"(-{item.text})")

    def _comparison(self, node: tree.Comparison) -> Sql:
        if node.op in ("is", "is not"):
            return Sql(f"({self.sql(node.left).text} {node.op.upper()} NULL)")
        if node.op in ("in", "not in"):
            if not isinstance(node.right, tree.Literal):
                raise NotImplementedError(f"{node.op} a list of the case in line {node.line} of {self._rule.name}")
            members = ", ".join(constant(one).text for one in node.right.value)
            return Sql(f"({self.sql(node.left).text} {node.op.upper()} ({members}))")
        left, right = _level([self.sql(node.left), self.sql(node.right)])
        return Sql(f"({left.text} {_COMPARISONS.get(node.op, node.op)} {right.text})")

    def _joined(self, node: tree.All | tree.Any_) -> Sql:
        word = " AND " if isinstance(node, tree.All) else " OR "
        return Sql(f"({word.join(self.sql(one).text for one in node.items)})")

    def _not(self, node: tree.Not) -> Sql:
        return Sql(f"(NOT {self.sql(node.item).text})")

    def _branch(self, node: tree.Branch) -> Sql:
        return _choice(self.sql(node.condition).text, self.sql(node.then), self.sql(node.otherwise))

    def _extreme(self, node: tree.Extreme) -> Sql:
        return _extreme(node.which, [self.sql(one) for one in node.items])

    def _aggregate(self, node: tree.Aggregate) -> Sql:
        """Over the records of the same case: `loop` is the one that is gone through."""
        if node.function not in ("total", "mean", "count"):
            raise NotImplementedError(f"{node.function} of records in line {node.line} of {self._rule.name}")
        if isinstance(node.source_each, tree.EachRef):
            rule = node.source_each.rule
            assert rule.record
            source, item = self.policy.list_of(rule.record), Sql(f"loop.{_column(rule)}", rule.type.places or 0)
        else:
            source, item = node.source, self.sql(node.item) if node.item else Sql("")
        condition = f" AND {self.sql(node.condition).text}" if node.condition else ""
        among = f'FROM {_name(source)} AS loop WHERE loop."#case" = "case"."#case"{condition}'
        number = f"(SELECT count(*)::HUGEINT {among})"
        if node.function == "count":
            return Sql(number)
        if item.under:
            raise NotImplementedError(f"{node.function} of quotients in line {node.line} of {self._rule.name}")
        sum_ = f"(SELECT coalesce(sum({item.text}), 0::HUGEINT) {among})"
        return Sql(sum_, item.places, f"nullif({number}, 0)" if node.function == "mean" else "")

    def _call(self, node: tree.Call) -> Sql:
        if node.function in ("marginal", "rate_by_band"):
            value, scale = node.arguments
            assert isinstance(scale, tree.FigureRef)
            if scale.keys:
                raise NotImplementedError(f"a scale by key in line {node.line} of {self._rule.name}")
            by_bands = _marginal if node.function == "marginal" else _rate_by_band
            return self._dated(scale, lambda bands: by_bands(self.sql(value), value.type, bands, scale.type))
        make = _CALLS.get(node.function)
        if make is None:
            raise NotImplementedError(f"{node.function}() in line {node.line} of {self._rule.name}")
        return make(*(self.sql(one) for one in node.arguments))


_MAKERS: dict[type[tree.Node], Callable[[Compiler, Any], Sql]] = {
    tree.Literal: Compiler._literal,
    tree.FactRef: Compiler._fact,
    tree.FieldRef: Compiler._field,
    tree.RuleRef: Compiler._rule_ref,
    tree.EarlierRef: Compiler._earlier,
    tree.FigureRef: Compiler._figure,
    tree.ReadingRef: Compiler._reading,
    tree.Operation: Compiler._operation,
    tree.Negative: Compiler._negative,
    tree.Comparison: Compiler._comparison,
    tree.All: Compiler._joined,
    tree.Any_: Compiler._joined,
    tree.Not: Compiler._not,
    tree.Branch: Compiler._branch,
    tree.Extreme: Compiler._extreme,
    tree.Call: Compiler._call,
    tree.Aggregate: Compiler._aggregate,
}
_COMPARISONS = {"==": "=", "!=": "<>"}


# Texts


def _name(name: str) -> str:
    return f'"{name}"'


def _column(rule: Rule[..., Any]) -> str:
    """A rule may have the name of a field of its record; its column has not."""
    return _name(f"{rule.name}()")


def _whole(number: int) -> str:
    return f"({number}::HUGEINT)"


def constant(value: Any) -> Sql:
    if isinstance(value, bool):
        return Sql(str(value).upper())
    if isinstance(value, int):
        return Sql(_whole(value))
    if isinstance(value, Quantity):
        places = ex.places_of(value.exact)
        return Sql(_whole(int(value.exact * 10**places)), places)
    if isinstance(value, date):
        return Sql(f"DATE '{value}'")
    if value is None:
        return Sql("NULL")
    text = value.value if isinstance(value, Choice) else value
    return Sql("'" + text.replace("'", "''") + "'")


# Numbers


def _times(*parts: str) -> str:
    return " * ".join(one for one in parts if one)


def _level(numbers: list[Sql]) -> list[Sql]:
    """The same numbers with as many decimals each, and over the same."""
    places = max(one.places for one in numbers)
    unders = list(dict.fromkeys(one.under for one in numbers if one.under))
    out = []
    for one in numbers:
        others = _times(*(under for under in unders if under != one.under))
        text = one.scaled(places).text
        out.append(Sql(f"({text} * {others})" if others else text, places, _times(*unders)))
    return out


def _cases(ways: list[tuple[str, Sql]], otherwise: str = "") -> Sql:
    """The first way whose condition holds; the numbers are level."""
    last = f" ELSE {otherwise}" if otherwise else ""
    text = " ".join(f"WHEN {condition} THEN {value.text}" for condition, value in ways)
    return replace(ways[0][1], text=f"(CASE {text}{last} END)")


def _choice(condition: str, then: Sql, otherwise: Sql) -> Sql:
    then, otherwise = _level([then, otherwise])
    return _cases([(condition, then)], otherwise.text)


def _sum(left: Sql, op: str, right: Sql) -> Sql:
    left, right = _level([left, right])
    return replace(left, text=f"({left.text} {op} {right.text})")


def _product(left: Sql, left_type: Type, right: Sql, right_type: Type) -> Sql:
    """Of a percentage a hundredth counts, unless it is multiplied by a plain number, which leaves a percentage."""
    kinds = {left_type.kind, right_type.kind}
    hundredth = "percent" in kinds and kinds <= {"percent", "money"}
    places = left.places + right.places + (2 if hundredth else 0)
    return Sql(f"({left.text} * {right.text})", places, _times(left.under, right.under))


def quotient(left: Sql, right: Sql) -> Sql:
    """By nought it is NULL, where `compute` refuses the case."""
    part = _times(left.text, f"sign({right.text})", _whole(10**right.places), right.under)
    return Sql(f"({part})", left.places, _times(left.under, f"nullif(abs({right.text}), 0)"))


def _extreme(which: str, items: list[Sql]) -> Sql:
    items = _level(items)
    function = "least" if which == "min" else "greatest"
    return replace(items[0], text=f"{function}({', '.join(one.text for one in items)})")


def _capped(amount: Sql, limit: Sql, used: Sql) -> Sql:
    left = _sum(limit, "-", used)
    return _choice(f"{left.text} < 0", Sql(_whole(0)), _extreme("min", [amount, left]))


def _marginal(value: Sql, kind: Type, scale: Scale[Any, Any], scale_type: Type) -> Sql:
    """Each band's part of the value at the band's rate; the part is nought where the value does not reach the band."""
    assert scale_type.item
    found = Sql(_whole(0))
    for band, following in zip(scale.bands, (*scale.bands[1:], None), strict=True):
        top = _extreme("min", [value, constant(following.above)]) if following else value
        part = _extreme("max", [_sum(top, "-", constant(band.above)), Sql(_whole(0))])
        found = _sum(found, "+", _product(part, kind, constant(band.gives), scale_type.item))
    return found


def _rate_by_band(value: Sql, kind: Type, scale: Scale[Any, Any], scale_type: Type) -> Sql:
    assert scale_type.item
    rate = Sql(_whole(0))
    for band in scale.bands:
        reached, bound = _level([value, constant(band.above)])
        holds = f"{reached.text} {'>=' if band.included else '>'} {bound.text}"
        rate = _choice(holds, constant(band.gives), rate)
    return _product(value, kind, rate, scale_type.item)


def _whole_part(number: Sql) -> Sql:
    by = _times(_whole(10**number.places), number.under)
    return Sql(f"whole({number.text}, {by})")


_CALLS: dict[str, Callable[..., Sql]] = {
    "capped": _capped,
    "ratio": quotient,
    "as_percent": lambda number: replace(number, text=f"({number.text} * {_whole(100)})"),
    "points": lambda percent: percent,
    "decimal": lambda number: number,
    "whole": _whole_part,
    "abs": lambda number: replace(number, text=f"abs({number.text})"),
    "last_day_of_month": lambda day: Sql(f"last_day({day.text})"),
    "last_day_of_year": lambda year: Sql(f"make_date({year.text}::BIGINT, 12, 31)"),
    "first_of_next_month": lambda day: Sql(f"(last_day({day.text}) + 1)"),
}


# Running it beside `compute`


def rules_of(policy: Policy) -> list[Rule[..., Any]]:
    """What SQL computes: all rules but the checks, which the cases at hand have passed."""
    return [rule for rule in policy.rules.values() if not rule.is_check]


def load(database: duckdb.DuckDBPyConnection, compiler: Compiler, cases: Iterable[Case]) -> None:
    """The facts as tables: "case", and one for each list of records, with the place of the case and of the record."""
    facts = compiler.policy.facts.declared()
    single = {name: one.type for name, one in facts.items() if one.type.kind != "list"}
    listed = {name: one.type.item.python for name, one in facts.items() if one.type.kind == "list" and one.type.item}
    tables: dict[str, tuple[dict[str, Type], list[list[Any]]]] = {"case": (single, [])}
    tables |= {
        name: ({field: one.type for field, one in record.declared().items()}, []) for name, record in listed.items()
    }
    for number, case in enumerate(cases):
        tables["case"][1].append([number, 0, *(_kept(case.facts[name], compiler, single[name]) for name in single)])
        for name in listed:
            columns, rows = tables[name]
            for place, record in enumerate(case.facts[name]):
                kept = (_kept(getattr(record, field), compiler, kind) for field, kind in columns.items())
                rows.append([number, place, *kept])
    for name, (columns, rows) in tables.items():
        declared = {"#case": "BIGINT", "#place": "BIGINT"} | {one: _column_type(kind) for one, kind in columns.items()}
        picked = ", ".join(
            f"unnest(${place}::{kind}[]) AS {_name(column)}" for place, (column, kind) in enumerate(declared.items(), 1)
        )
        # Turned to columns: one list for each.
        values = [[row[place] for row in rows] for place in range(len(declared))]
        database.execute(f"CREATE TABLE {_name(name)} AS SELECT {picked}", values)


def _column_type(kind: Type) -> str:
    if kind.is_number:
        return "HUGEINT"
    return {"flag": "BOOLEAN", "date": "DATE", "month": "DATE", "choice": "VARCHAR", "text": "VARCHAR"}[kind.kind]


def _kept(value: Any, compiler: Compiler, kind: Type) -> Any:
    """A fact as its column has it. Raises ValueError where it has more decimals than the column."""
    if isinstance(value, Quantity):
        found = value.exact * 10 ** compiler.places(kind)
        if found % 1:
            raise ValueError(f"{value!r} has more than {compiler.places(kind)} decimals")
        return int(found)
    if isinstance(value, GivenText):
        return value.key
    return value.value if isinstance(value, Choice) else value


def by_sql(database: duckdb.DuckDBPyConnection, compiler: Compiler, cases: list[Case]) -> dict[str, list[Any]]:
    """Each rule's values for all cases; of a rule on records a list for each case, in the order of input."""
    for statement in MACROS:
        database.execute(statement)
    load(database, compiler, cases)
    for statement in compiler.statements:
        database.execute(statement)
    found: dict[str, list[Any]] = {}
    for rule in rules_of(compiler.policy):
        table = compiler.policy.list_of(rule.record) if rule.record else "case"
        rows = database.execute(
            f'SELECT "#case", {_column(rule)} FROM {_name(table)} ORDER BY "#case", "#place"'
        ).fetchall()
        if rule.record:
            found[rule.name] = [[] for _ in cases]
            for number, value in rows:
                found[rule.name][number].append(value)
        else:
            found[rule.name] = [value for _, value in rows]
    return found


def by_compute(compiler: Compiler, cases: list[Case]) -> dict[str, list[Any]]:
    """The same from the results of `compute`, of which intermediate values are asked too."""
    found: dict[str, list[Any]] = {}
    for rule in rules_of(compiler.policy):
        if rule.record:
            found[rule.name] = [[_plain(one.value(rule), rule.type) for one in case.of(rule.record)] for case in cases]
        else:
            found[rule.name] = [_plain(case.scope.value(rule), rule.type) for case in cases]
    return found


def _plain(value: Any, kind: Type) -> Any:
    if isinstance(value, Quantity):
        return int(value.exact * 10 ** (kind.places or 0))
    return value.value if isinstance(value, Choice) else value


def computed(policy: Policy, given: Iterable[Any], readings: dict[str, str] | None = None) -> list[Case]:
    return [compute(policy, one, readings=readings).case for one in given]
