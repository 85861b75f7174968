"""Each rule's tree as Python source, which is compiled and computes the rule: written when a case first needs it.

From one tree two forms are written. The plain one reads like the rule itself, one statement after the other, and is run
where a case has all its facts:

    def compute_net(here):
        the_pm25_level = here.r_pm25_level
        if the_pm25_level is None:
            the_pm25_level = here.find(rule_pm25_level)
        …
        here.x_net = exact = plus(plus(the_pm25_level, the_pm25_improvement), …)
        here.r_net = value = exact.quantize(to_2, HALF_UP, rounding) or zero_2
        return value

Where a fact was left out, each node of the tree is a small function of its own, so that all that is missing can be
asked for, and what is settled without it is settled (the careful form). What is said of a single node is what these
functions give, too. The arithmetic of both is written by the same lines, `_Writer.applied`.

`here` is a scope (evaluate.py): the case or one record of it. A class for it is written as well. Its attributes are
f_… the facts, r_… the rules' values and x_… what they were before rounding (None until they are computed), and w_… by
which way a rule came to its value (None where facts are missing): for each of its branches, in the order of
`branches_of`, two bits, of which the first is set where the condition held and the second where it did not. Numbers are
bare (bare.py). What telling.py keeps there are n_… and t_…, the texts of numbers among the facts and the rules' values,
and d_…, what a step says of a fact.

`source_of(rule)` shows what was written; tracebacks show it too.
"""

from __future__ import annotations

import decimal
import linecache
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from threading import RLock
from typing import Any

from gongbao.rules import bare, functions, tree
from gongbao.rules import exact as ex
from gongbao.rules.policy import Policy, Record, Rule
from gongbao.rules.values import Choice, Decimal, Money, Percent, Quantity

Run = Callable[[Any], Any]
"""From a scope to a bare value."""

HELPERS: dict[str, Any] = {
    "plus": ex.plus,
    "minus": ex.minus,
    "times": ex.times,
    "add": ex.add,
    "subtract": ex.subtract,
    "multiply": ex.multiply,
    "divide": ex.divide,
    "exact_of": ex.exact,
    "rounded": ex.rounded,
    "rounding": ex.ROUNDING,
    "HALF_UP": decimal.ROUND_HALF_UP,
    "zero": bare.ZERO,
    "hundredth": bare.HUNDREDTH,
    "bare": bare.bare,
    "Money": Money,
    "Percent": Percent,
    "Decimal": Decimal,
    **{
        one.__name__: one
        for one in (
            bare.total,
            bare.mean,
            bare.capped,
            bare.capped_whole,
            bare.as_percent,
            bare.whole,
            bare.absolute,
            bare.marginal,
            bare.amount_by_band,
            bare.rate_by_band,
        )
    },
}
"""What the source calls. evaluate.py adds its own: who knows scopes and what is missing."""


class Names:
    """What the source of one policy names beside its helpers: rules, choices, parts of trees."""

    def __init__(self) -> None:
        self.of: dict[str, Any] = {**HELPERS, **functions_by_name()}
        self.lock = RLock()  # held while source is written: threads are not to give one name to two things
        self._numbers: Counter[str] = Counter()
        self._known: dict[int, str] = {}
        self._by_key: dict[object, str] = {}
        self._kept: list[Any] = []  # so that no id is given twice

    def name(self, value: Any, kind: str) -> str:
        """A name for the value, the same each time."""
        found = self._known.get(id(value))
        if found is None:
            found = self._known[id(value)] = self.new(kind)
            self.of[found] = value
            self._kept.append(value)
        return found

    def new(self, kind: str) -> str:
        """A name that nothing has yet."""
        self._numbers[kind] += 1
        return kind if self._numbers[kind] == 1 and kind not in self.of else f"{kind}_{self._numbers[kind]}"

    def kept(self, key: object, value: Any, kind: str) -> str:
        """The same by a key, for what is made anew each time."""
        if key not in self._by_key:
            self._by_key[key] = self.name(value, kind)
        return self._by_key[key]

    def rule(self, rule: Rule[..., Any]) -> str:
        return self.name(rule, f"rule_{rule.name}")


def functions_by_name() -> dict[str, Any]:
    return {name: function for function, name in functions.LIBRARY.items() if name not in HELPERS}


_NAMES: dict[Policy, Names] = {}


def names_of(policy: Policy) -> Names:
    return _NAMES.get(policy) or _NAMES.setdefault(policy, Names())


def compiled(names: Names, title: str, source: str) -> None:
    """Run the source, whose functions then stand among the names. A traceback shows its lines."""
    file = f"<generated: {title}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names.of.update(HELPERS)
    exec(compile(source, file, "exec"), names.of)


@cache
def branches_of(node: tree.Node) -> tuple[tree.Branch, ...]:
    """All branches below a node, in the order of the bits of a way."""
    return tuple(one for one in node.walk() if isinstance(one, tree.Branch))


def plain_of(rule: Rule[..., Any]) -> Run:
    """The plain form: computes the rule for a scope that has all facts, and keeps its value there."""
    names = names_of(rule.policy)
    with names.lock:
        if rule.plain is None:
            compiled(names, f"{rule.policy.name}, {rule.name}", source_of(rule))
            rule.plain = names.of[f"compute_{rule.name}"]
    return rule.plain  # type: ignore[no-any-return]


def source_of(rule: Rule[..., Any]) -> str:
    """The source of the plain form of a rule."""
    return Plain(names_of(rule.policy), rule).source()


def careful_of(policy: Policy, node: tree.Node) -> Run:
    """The careful form of a node: its bare value for a scope, or MissingFacts with all that it lacks."""
    if node.run is None:
        names = names_of(policy)
        with names.lock:
            writer = _Careful(names)
            name = writer.function(node)
            compiled(names, f"{policy.name}, line {node.line}, careful {name}", writer.source())
            for one, made in writer.made:
                one.run = names.of[made]
    return node.run  # type: ignore[no-any-return]


def scope_class(policy: Policy, record: type[Record] | None, base: type) -> type:
    """The class of the scopes of a policy's cases, or of the records of a class."""
    with names_of(policy).lock:
        return _scope_class(names_of(policy), policy, record, base)


def _scope_class(names: Names, policy: Policy, record: type[Record] | None, base: type) -> type:
    declared = (record or policy.facts).declared()
    of = record.__name__ if record else "Case"
    rules = [one for one in policy.rules.values() if one.record is record]
    rounded = [one for one in rules if is_rounded(one)]
    slots = [
        *(f"f_{name}" for name in declared),
        *(f"{mark}_{one.name}" for mark in "rw" for one in rules),
        *(f"x_{one.name}" for one in rounded),
        *(f"{mark}_{name}" for mark in "nd" for name in declared),
        *(f"t_{one.name}" for one in rules),
    ]
    lines = [f"class ScopeOf{of}(Scope):", f"    __slots__ = {tuple(slots)!r}", ""]
    lines += ["    def fill(self, given):"]
    for name, about in declared.items():
        value = f"given[{name!r}]"
        if about.type.is_number:
            lines += [f"        value = {value}", f"        self.f_{name} = value"]
            if issubclass(about.type.python, Quantity):
                made, kind = about.type.python.__name__, names.kept(("type", about), about.type, "type")
                lines[-1] = f"        self.f_{name} = value.exact if value.__class__ is {made} else bare(value, {kind})"
        elif not about.type.is_records:
            kind = names.name(about.type, f"type_of_{name}")
            is_bare = about.type.kind == "list" and about.type.item is not None and about.type.item.is_number
            lines += [
                f"        self.f_{name} = bare({value}, {kind})" if is_bare else f"        self.f_{name} = {value}"
            ]
    lines += [f"        self.r_{one.name} = None" for one in rules]
    lines += ["        way = None if self.case.lacks else 0"]
    lines += [f"        self.w_{one.name} = way" for one in rules]
    lines += [f"        self.t_{one.name} = None" for one in rules]
    lines += [f"        self.n_{name} = self.d_{name} = None" for name in declared]
    names.of["Scope"] = base
    compiled(names, f"{policy.name}, scopes of {of}", "\n".join(lines) + "\n")
    return names.of[f"ScopeOf{of}"]  # type: ignore[no-any-return]


def is_rounded(rule: Rule[..., Any]) -> bool:
    return rule.type.places is not None and issubclass(rule.type.python, Quantity)


# The kind of number


@cache  # as ways that go on alike share what follows, and each would be gone
def form(node: tree.Node) -> str:
    """ "whole": an int; "decimal": a decimal; "fraction": a fraction or a decimal; "any": any of the three."""
    found = _FORMS.get(type(node), lambda node: "whole" if node.type.kind == "integer" else "decimal")(node)
    return found


def _together(nodes: Sequence[tree.Node]) -> str:
    found = {form(one) for one in nodes}
    if len(found) == 1:
        return found.pop()
    return "fraction" if found == {"decimal", "fraction"} else "any"


def _form_of_operation(node: tree.Operation) -> str:
    found = {form(node.left), form(node.right)}
    if node.op == "/" or found & {"any", "fraction"}:
        return "fraction"
    return "whole" if found == {"whole"} else "decimal"


def _form_of_call(node: tree.Call) -> str:
    if node.function == "ratio":
        return "fraction"
    if node.function in ("as_percent", "marginal", "rate_by_band"):
        return "fraction" if form(node.arguments[0]) in ("any", "fraction") else "decimal"
    if node.function in ("points", "abs"):
        return form(node.arguments[0])
    if node.function == "capped":
        return _together(node.arguments)
    return "whole" if node.type.kind == "integer" else "decimal"


def _form_of_aggregate(node: tree.Aggregate) -> str:
    if node.function == "count":
        return "whole"
    if node.function == "mean":
        return "fraction"
    if node.function == "total":
        items = _form_of_items(node)
        return "fraction" if items == "any" else items
    return _form_of_items(node)


def _form_of_items(node: tree.Aggregate) -> str:
    items = [one for one in (node.item, node.otherwise) if one is not None]
    if node.source_each is not None:
        kind = node.source_each.type.item
        own = "whole" if kind is not None and kind.kind == "integer" else "decimal"
        return own if not items or _together(items) == own else "any"
    return _together(items)


_FORMS: dict[type[tree.Node], Callable[[Any], str]] = {
    tree.Operation: _form_of_operation,
    tree.Negative: lambda node: form(node.item),
    tree.Branch: lambda node: _together((node.then, node.otherwise)),
    tree.Extreme: lambda node: _together(node.items),
    tree.Call: _form_of_call,
    tree.Aggregate: _form_of_aggregate,
}


# Writing


class _Writer:
    """What both forms have in common: how the value of a node is written when those below it have been."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def constant(self, node: tree.Literal) -> str:
        value = node.value
        if value is None or isinstance(value, bool | int | str):
            return repr(value)
        if isinstance(value, Quantity):
            return "zero" if str(value.exact) == "0" else self.names.name(value.exact, "number")
        if isinstance(value, Choice):
            return self.names.name(value, f"{type(value).__name__}_{value.name}")
        return self.names.name(value, f"constant_{node.name}" if node.name else "these")

    def applied(self, node: tree.Node, given: Sequence[str]) -> str:
        """An expression for a node that needs all those below it, `given` how these are written."""
        match node:
            case tree.Operation():
                return self._operation(node, *given)
            case tree.Comparison():
                return f"({given[0]} {node.op} {given[1]})"
            case tree.Negative():
                return f"-{given[0]}" if form(node) == "whole" else f"{_quick('minus', node)}(zero, {given[0]})"
            case tree.Not():
                return f"(not {given[0]})"
            case tree.Extreme():
                return f"{node.which}({', '.join(given)})"
            case tree.Call():
                return self._call(node, given)
        raise AssertionError(node)

    def _operation(self, node: tree.Operation, left: str, right: str) -> str:
        if node.op == "/":
            return f"divide({_exact(node.left, left)}, {_exact(node.right, right)})"
        if form(node) == "whole":
            return f"({left} {node.op} {right})"
        name = _quick({"+": "plus", "-": "minus", "*": "times"}[node.op], node)
        made = f"{name}({left}, {right})"
        if node.op == "*" and bare.takes_hundredth(node.left.type, node.right.type):
            made = f"{name}({made}, hundredth)"
        return made

    def _call(self, node: tree.Call, given: Sequence[str]) -> str:
        match node.function:
            case "abs":
                return f"abs({given[0]})" if form(node) == "whole" else f"absolute({given[0]})"
            case "points":
                return given[0]
            case "decimal":
                return f"exact_of({given[0]})"
            case "ratio":
                parts = (_exact(one, text) for one, text in zip(node.arguments, given, strict=True))
                return f"divide({', '.join(parts)})"
            case "capped":
                return f"capped{'_whole' * (form(node) == 'whole')}({', '.join(given)})"
        return f"{node.function}({', '.join(given)})"

    def summed(self, node: tree.Aggregate, items: str) -> str:
        """The value of an aggregate from its items, but for `first`."""
        if node.function == "count":
            return f"len({items})"
        return f"{'sum' if node.function == 'total' and form(node) == 'whole' else node.function}({items})"


def _exact(node: tree.Node, text: str) -> str:
    """No whole number of Python."""
    return f"exact_of({text})" if form(node) in ("whole", "any") else text


def _quick(name: str, node: tree.Operation | tree.Negative) -> str:
    """The function that takes fractions, where there may be any."""
    parts = (node.item,) if isinstance(node, tree.Negative) else (node.left, node.right)
    if all(form(one) in ("whole", "decimal") for one in parts):
        return name
    return {"plus": "add", "minus": "subtract", "times": "multiply"}[name]


_LONGEST = 200
_MAY_FAIL = ("ratio", "whole_years", "whole_months", "add_months", "add_working_days", "working_days_between")


class Plain(_Writer):
    """Statements in the order in which a rule is read. `known` has what has a name already where the next one stands;
    `other` is the record that a generator goes through."""

    def __init__(self, names: Names, rule: Rule[..., Any]) -> None:
        super().__init__(names)
        self.rule = rule
        self.lines: list[str] = []
        self.depth = 1
        self.known: dict[object, str] = {}
        self.in_generator = False
        self.number = 0
        self.adds_ways = False
        self.functions: list[str] = []
        self.parts: dict[tree.Node, str] = {}
        self.bits = {one: 4**place for place, one in enumerate(branches_of(rule.tree))}
        self.times_used = Counter(
            below for node in rule.tree.walk() for below in node.children() if not isinstance(below, tree.Literal)
        )

    def source(self) -> str:
        rule = self.rule
        self.finish(rule.tree, 0)
        about = f"    # {rule.clause} {rule.label.zh} ({rule.policy.file.name}, line {rule.line})"
        head = [f"def compute_{rule.name}(here):", about, *["    way = 0"] * self.adds_ways]
        return "\n".join([*self.functions, *head, *self.lines]) + "\n"

    @contextmanager
    def function(self, head: str) -> Iterator[None]:
        """What is written within is a function of its own, before the one that is being written."""
        kept = self.lines, self.depth, self.known, self.adds_ways, self.in_generator
        self.lines, self.depth, self.known, self.adds_ways, self.in_generator = [], 1, {}, True, False
        yield
        self.functions += [head, *self.lines, ""]
        self.lines, self.depth, self.known, self.adds_ways, self.in_generator = kept

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        self.line(head)
        before = self.known
        self.known, self.depth = dict(before), self.depth + 1
        yield
        self.known, self.depth = before, self.depth - 1

    def new(self, kind: str = "v") -> str:
        self.number += 1
        return f"{kind}{self.number}"

    def named(self, text: str) -> str:
        name = self.new()
        self.line(f"{name} = {text}")
        return name

    # The ends of a rule

    def finish(self, node: tree.Node, way: int) -> None:
        """Return what the node comes to, and keep it. `way` has the bits of the branches on the way here."""
        while isinstance(node, tree.Branch):
            if self.times_used[node] > 1:
                self.go_on(node, way)
                return
            with self.block(f"if {self.expression(node.condition)}:"):
                self.finish(node.then, way | self.bits[node])
            way |= 2 * self.bits[node]
            node = node.otherwise
        value, name = self.expression(node), self.rule.name
        if self.bits:
            self.line(f"here.w_{name} = {self.way(way)}")
        if is_rounded(self.rule):
            self.rounded(node, value)
        else:
            self.line(f"here.r_{name} = value = {value}")
        self.line("return value")

    def way(self, bits: int) -> str:
        if not self.adds_ways:
            return str(bits)
        return f"way | {bits}" if bits else "way"

    def go_on(self, node: tree.Branch, way: int) -> None:
        """Several ways go on alike here: what follows stands once."""
        if node not in self.parts:
            name = self.parts[node] = self.names.new(f"compute_rest_of_{self.rule.name}")
            times = self.times_used.pop(node)
            with self.function(f"def {name}(here, way):  # line {node.line}"):
                self.finish(node, 0)
            self.times_used[node] = times
        self.line(f"return {self.parts[node]}(here, {self.way(way)})")

    def part(self, node: tree.Node) -> str:
        """A value that hangs on conditions and is used at several places: how it is computed stands once."""
        if node not in self.parts:
            name = self.parts[node] = self.names.new(f"part_of_{self.rule.name}")
            with self.function(f"def {name}(here, way=0):  # line {node.line}"):
                self.line(f"return {self._WRITTEN[type(node)](self, node)}, way")
        name = self.new()
        if self.in_generator:
            self.line(f"{name}, _ = {self.parts[node]}(here)")
        else:
            self.line(f"{name}, way = {self.parts[node]}(here, {'way' if self.adds_ways else '0'})")
            self.adds_ways = True
        self.known[node] = name
        return name

    def rounded(self, node: tree.Node, value: str) -> None:
        name, places = self.rule.name, self.rule.type.places
        assert places is not None
        self.line(f"here.x_{name} = exact = {value}")
        if self.rule.type.optional or node.type.kind == "none":
            with self.block("if exact is None:"):
                self.line("return None")
        if form(node) == "decimal":
            to = self.names.name(ex.QUANTA[places], f"to_{places}")
            zero = self.names.name(ex.ZEROS[places], f"zero_{places}")
            self.line(f"here.r_{name} = value = exact.quantize({to}, HALF_UP, rounding) or {zero}")
        else:
            exact = "exact" if form(node) == "fraction" else "exact_of(exact)"
            self.line(f"here.r_{name} = value = rounded({exact}, {places})")

    # Nodes

    def expression(self, node: tree.Node) -> str:
        found = self.known.get(node)
        if found is None:
            if self.times_used[node] > 1 and isinstance(node, tree.Branch | tree.All | tree.Any_):
                return self.part(node)
            found = self._WRITTEN.get(type(node), Plain._strict)(self, node)
            # A long one is easier to read in two, and Python takes no more than two hundred brackets in one another.
            if "(" in found and (self.times_used[node] > 1 or len(found) > _LONGEST):
                found = self.known[node] = self.named(found)
        return found

    def _strict(self, node: tree.Node) -> str:
        made = self.applied(node, [self.expression(one) for one in node.children()])
        # In its turn: which of two things that cannot be computed is met first is told.
        can_fail = isinstance(node, tree.Operation) and node.op == "/"
        can_fail |= isinstance(node, tree.Call) and node.function in _MAY_FAIL
        return self.named(made) if can_fail else made

    def case(self) -> str:
        """The scope of the case, as it is seen from here."""
        return "here" if self.rule.record is None else "here.whole"

    def place(self, rule: Rule[..., Any], of: str) -> str:
        """The scope in which another rule's value is kept."""
        found = "other" if of == "loop" else "here"
        if self.rule.by_choice and not rule.by_choice:
            found += ".base"
        return f"{found}.whole" if rule.record is None and (self.rule.record is not None or of == "loop") else found

    def _fact(self, node: tree.FactRef) -> str:
        return f"{self.case()}.f_{node.name}"

    def _field(self, node: tree.FieldRef) -> str:
        return f"{'other' if node.of == 'loop' else 'here'}.f_{node.name}"

    def _rule(self, node: tree.RuleRef) -> str:
        return self.asked(node.rule, self.place(node.rule, node.of), "other" if node.of == "loop" else "the")

    def asked(self, rule: Rule[..., Any], place: str, prefix: str) -> str:
        key = (prefix, rule)
        if key not in self.known:
            name = self.known[key] = f"{prefix}_{rule.name}"
            self.line(f"{name} = {place}.r_{rule.name}")
            with self.block(f"if {name} is None:"):
                self.line(f"{name} = {place}.find({self.names.rule(rule)})")
        return self.known[key]

    def _each(self, node: tree.EachRef) -> str:
        items, rule = self.new("items"), node.rule
        assert rule.record is not None
        case = "here.base.case" if self.rule.by_choice and not rule.by_choice else "here.case"
        self.line(f"{items} = []")
        with self.block(f"for one in {case}.records({self.rule.policy.list_of(rule.record)!r}):"):
            self.line(f"{items}.append({self.asked(rule, 'one', 'its')})")
        return items

    def _best(self, node: tree.BestRef) -> str:
        return "here.case.choice"

    def _earlier(self, node: tree.EarlierRef) -> str:
        return f"here.used[{self.names.rule(node.rule)}]"

    def _figure(self, node: tree.FigureRef) -> str:
        if "figures" not in self.known:
            self.known["figures"] = "figures"
            self.line("figures = here.figures")
        keys = [self.expression(one) for one in node.keys]
        return f"figures.{node.name}[{', '.join(keys)}]" if keys else f"figures.{node.name}"

    def _reading(self, node: tree.ReadingRef) -> str:
        key = ("reading", node.name)
        if key not in self.known:
            self.line(f"here.case.readings_used.add({node.name!r})")
            self.known[key] = f"here.case.options.{node.name}"
        return self.known[key]

    def _settled(self, node: tree.All | tree.Any_) -> str:
        """and, or: what stands behind what settles it is not computed."""
        word, asks = (" and ", "") if isinstance(node, tree.All) else (" or ", "not ")
        made: list[str] = []
        name, before, depth = "", self.known, self.depth
        for one in node.items:
            lines, self.lines = self.lines, []
            if name or made:
                self.known = dict(self.known)
            self.depth += 1
            text = self.expression(one)
            self.depth -= 1
            own, self.lines = self.lines, lines
            if own and made:  # it takes statements of its own, which are not to be reached where it is settled
                together = f"({word.join(made)})" if len(made) > 1 else made[0]
                name = name or self.new()
                self.line(f"{name} = {together}")
                self.line(f"if {asks}{name}:")
                self.lines += own
                self.depth += 1
                made = [text]
                continue
            self.lines += [one.removeprefix("    ") for one in own]
            made.append(text)
        together = f"({word.join(made)})" if len(made) > 1 else made[0]
        if name:
            self.line(f"{name} = {together}")
        self.known, self.depth = before, depth
        return name or together

    def _branch(self, node: tree.Branch) -> str:
        condition, name = self.expression(node.condition), self.new()
        for head, bit, part in ((f"if {condition}:", 1, node.then), ("else:", 2, node.otherwise)):
            with self.block(head):
                if not self.in_generator:
                    self.adds_ways = True
                    self.line(f"way |= {bit * self.bits[node]}")
                self.line(f"{name} = {self.expression(part)}")
        self.known[node] = name
        return name

    def _aggregate(self, node: tree.Aggregate) -> str:
        if node.source_each is not None:
            return self.result(node, self.expression(node.source_each))
        about, keys = self.names.name(node, "aggregate"), self._keys(node)
        if keys is None:
            return self._gone_through(node, about)
        # For every record with the same of these it is the same: it is worked out for the first of them.
        found, key = self.new("found"), f"({', '.join((about, *keys))})"
        self.line(f"{found} = here.case.same.get({key})")
        with self.block(f"if {found} is None:"):
            value = self._gone_through(node, about)
            self.line(f"{found} = here.case.same[{key}] = {value}, here.counted[{about}]")
        name = self.new()
        self.line(f"{name}, here.counted[{about}] = {found}")
        return name

    def _keys(self, node: tree.Aggregate) -> list[str] | None:
        """What an aggregate takes of the rule's own record, as attributes; None where that is not to be known before it
        is computed, or where there is no other record for which it could be the same."""
        record = self.rule.record
        if record is None or node.function == "first":
            return None
        keys = []
        for one in node.walk():
            if isinstance(one, tree.FieldRef) and one.of == "record":
                if one.type.kind == "list":
                    return None
                keys.append(f"here.f_{one.name}")
            elif isinstance(one, tree.RuleRef) and one.of == "record" and one.rule.record is not None:
                if one.rule.type.optional:
                    return None
                keys.append(f"{self.place(one.rule, 'record')}.r_{one.rule.name}")
            elif isinstance(one, tree.EarlierRef) or (isinstance(one, tree.FigureRef) and record.dated_field):
                return None
        return list(dict.fromkeys(keys))

    def _gone_through(self, node: tree.Aggregate, about: str) -> str:
        items, counted = self.new("items"), self.new("counted")
        self.line(f"{items} = []")
        self.line(f"{counted} = []")
        before, self.in_generator = self.in_generator, True
        with self.block(f"for other in here.case.records({node.source!r}):"):
            if node.condition is not None:
                with self.block(f"if not {self.expression(node.condition)}:"):
                    self.line("continue")
            self.line(f"{counted}.append(other)")
            taken = self.expression(node.item) if node.item else "other"
            if node.function in ("any", "all"):
                taken = taken if taken.isidentifier() else self.named(taken)
            self.line(f"{items}.append({taken})")
            if node.function in ("any", "all"):
                with self.block(f"if {taken}:" if node.function == "any" else f"if not {taken}:"):
                    self.line("break")
            elif node.function == "first":
                self.line("break")
        self.in_generator = before
        self.line(f"here.counted[{about}] = {counted}, None")
        return self.result(node, items)

    def result(self, node: tree.Aggregate, items: str) -> str:
        if node.function != "first":
            return self.named(self.summed(node, items))
        assert node.otherwise is not None
        name = self.new()
        with self.block(f"if {items}:"):
            self.line(f"{name} = {items}[0]")
        with self.block("else:"):
            self.line(f"{name} = {self.expression(node.otherwise)}")
        return name

    _WRITTEN: dict[type[tree.Node], Callable[[Plain, Any], str]] = {
        tree.Literal: lambda self, node: self.constant(node),
        tree.FactRef: _fact,
        tree.FieldRef: _field,
        tree.RuleRef: _rule,
        tree.EachRef: _each,
        tree.BestRef: _best,
        tree.EarlierRef: _earlier,
        tree.FigureRef: _figure,
        tree.ReadingRef: _reading,
        tree.All: _settled,
        tree.Any_: _settled,
        tree.Branch: _branch,
        tree.Aggregate: _aggregate,
    }


class _Careful(_Writer):
    """A function for each node. `made` has those written here; what has one already is not written again."""

    def __init__(self, names: Names) -> None:
        super().__init__(names)
        self.made: list[tuple[tree.Node, str]] = []
        self._lines: list[str] = []
        self._known: dict[tree.Node, str] = {}

    def source(self) -> str:
        return "\n".join(self._lines) + "\n"

    def function(self, node: tree.Node) -> str:
        """The name of the node's function, which is written where there is none."""
        if node.run is not None:
            return self.names.name(node.run, "node")
        if node not in self._known:
            body = self._body(node)
            name = self._known[node] = self.names.new("node")
            self.made.append((node, name))
            self._lines += [f"def {name}(here):  # line {node.line}", *(f"    {one}" for one in body), ""]
        return self._known[node]

    def value(self, node: tree.Node) -> str:
        return self.constant(node) if isinstance(node, tree.Literal) else f"{self.function(node)}(here)"

    def _body(self, node: tree.Node) -> list[str]:
        match node:
            case tree.Literal():
                return [f"return {self.constant(node)}"]
            case tree.FactRef():
                return [f"return known(here.whole.f_{node.name})"]
            case tree.FieldRef():
                return [f"return known(here{'.loop' * (node.of == 'loop')}.f_{node.name})"]
            case tree.RuleRef():
                of, rule = ".loop" * (node.of == "loop"), self.names.rule(node.rule)
                return [f"return here{of}.home({rule}).find({rule})"]
            case tree.EachRef():
                return [f"return each_of(here, {self.names.rule(node.rule)})"]
            case tree.BestRef():
                return ["return here.case.choice or here.case.best()"]
            case tree.EarlierRef():
                return [f"return earlier(here, {self.names.rule(node.rule)})"]
            case tree.ReadingRef():
                return [f"here.case.readings_used.add({node.name!r})", f"return here.case.options.{node.name}"]
            case tree.FigureRef():
                keys, lines = self._together(node.keys)
                return [*lines, f"return here.figures.{node.name}{f'[{chr(44).join(keys)}]' if keys else ''}"]
            case tree.All() | tree.Any_():
                return [f"return settled(here, {isinstance(node, tree.Any_)}, ({self._functions(node.items)}))"]
            case tree.Branch():
                then, otherwise = self.value(node.then), self.value(node.otherwise)
                return [f"return {then} if {self.value(node.condition)} else {otherwise}"]
            case tree.Aggregate():
                return self._aggregate(node)
        below = tuple(node.children())
        given, lines = self._together(below)
        return [*lines, f"return {self.applied(node, given)}"]

    def _functions(self, nodes: Sequence[tree.Node]) -> str:
        return "".join(f"{self.function(one)}, " for one in nodes)

    def _together(self, nodes: Sequence[tree.Node]) -> tuple[list[str], list[str]]:
        """How the values of nodes are written that are all needed, and the lines before."""
        if len([one for one in nodes if not isinstance(one, tree.Literal)]) < 2:
            return [self.value(one) for one in nodes], []
        names = [f"v{place}" for place in range(len(nodes))]
        return names, [f"{', '.join(names)} = gathered(here, ({self._functions(nodes)}))"]

    def _aggregate(self, node: tree.Aggregate) -> list[str]:
        if node.source_each is not None:
            lines = [f"items = {self.value(node.source_each)}"]
        else:
            condition, item = (self.function(one) if one else "None" for one in (node.condition, node.item))
            lines = [f"items = gone_through(here, {self.names.name(node, 'aggregate')}, {condition}, {item})"]
        if node.function == "first":
            assert node.otherwise is not None
            return [*lines, f"return items[0] if items else {self.value(node.otherwise)}"]
        return [*lines, f"return {self.summed(node, 'items')}"]


__all__ = ["HELPERS", "careful_of", "form", "is_rounded", "plain_of", "scope_class", "source_of"]
