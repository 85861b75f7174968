"""From the source of a rule to its tree: what a rule may say, and what is refused with the mend beside it."""

from __future__ import annotations

import ast
import builtins
import difflib
import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from gongbao.rules import functions, scales, tree, types
from gongbao.rules.policy import PolicyError, Record, Rule
from gongbao.rules.types import Type
from gongbao.rules.values import Choice, Decimal, Money, Percent, Quantity

if TYPE_CHECKING:
    from collections.abc import Callable

MENDS: dict[type[ast.AST], str] = {
    ast.For: "a rule has no loops; write total(… for … in …), or a rule on each record",
    ast.While: "a rule has no loops; write total(… for … in …), or a rule on each record",
    ast.ListComp: "write the generator inside total, mean, count, any, all or first, without [ ]",
    ast.SetComp: "write the generator inside total, mean, count, any, all or first, without { }",
    ast.DictComp: "figures by key stand in parameters.yaml",
    ast.GeneratorExp: "a generator stands inside total, mean, count, any, all or first",
    ast.Lambda: "a rule has no functions inside; write a rule of its own",
    ast.FunctionDef: "a rule has no functions inside; write a rule of its own",
    ast.Try: "a rule cannot fail; say with policy.check what must hold",
    ast.Raise: "a rule cannot fail; say with policy.check what must hold",
    ast.Assert: "say with policy.check what must hold",
    ast.With: "a rule reads nothing but its parameters",
    ast.Import: "a rule reads nothing but its parameters",
    ast.ImportFrom: "a rule reads nothing but its parameters",
    ast.Global: "a rule changes nothing outside itself",
    ast.Nonlocal: "a rule changes nothing outside itself",
    ast.Delete: "give a local name another value by another name",
    ast.AugAssign: "write name = name + … under a new name",
    ast.AnnAssign: "write name = …; its type follows",
    ast.NamedExpr: "assign the name on a line of its own",
    ast.Match: "write if, elif, else",
    ast.JoinedStr: "a rule makes no texts",
    ast.Await: "a rule computes and waits for nothing",
    ast.Yield: "a rule returns one value",
    ast.YieldFrom: "a rule returns one value",
    ast.Dict: "figures by key stand in parameters.yaml",
    ast.List: "write a tuple of choices at the head of the module",
    ast.Tuple: "name it at the head of the module, as GROUPS = (Group.ONE, Group.TWO), and write `in GROUPS`",
    ast.Set: "write a tuple of choices at the head of the module",
    ast.Starred: "name each argument",
    ast.Slice: "a figure is looked up by a key",
    ast.Pass: "return a value",
}
_CALL_MENDS: dict[object, str] = {
    round: "what a rule returns is rounded as its type says, Annotated[Decimal, Places(1)]; whole(…) cuts off",
    int: "whole(…) is the whole part of a decimal",
    float: 'a float is inexact; write Decimal("…")',
    sum: "write total(… for … in …)",
    len: "write count(one for one in …)",
    date: "a date of the document is a figure: declare it as Date and put it into parameters.yaml",
}
_MOST_WAYS = 1000
_DECLARES = ("rule", "check")
_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_OTHER_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Pow: "instead of a ** 2 write a * a",
    ast.FloorDiv: "instead of a // b write whole(ratio(a, b))",
    ast.Mod: "instead of a % b write what is left over as a - b * whole(ratio(a, b))",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
_SCALE_FUNCTIONS: dict[object, str] = {
    scales.marginal: "marginal",
    scales.amount_by_band: "amount_by_band",
    scales.rate_by_band: "rate_by_band",
}
_RESULTS = {
    "ratio": types.DECIMAL,
    "as_percent": types.PERCENT,
    "points": types.DECIMAL,
    "whole": types.DECIMAL,
    "year_of": types.INTEGER,
    "month_of": types.INTEGER,
    "last_day_of_month": types.DATE,
    "last_day_of_year": types.DATE,
    "first_of_next_month": types.DATE,
    "add_months": types.DATE,
    "whole_years": types.INTEGER,
    "whole_months": types.INTEGER,
    "is_working_day": types.FLAG,
    "add_working_days": types.DATE,
    "working_days_between": types.INTEGER,
}
_TAKES = {
    "ratio": (("number",), ("number",)),
    "as_percent": (("decimal",),),
    "points": (("percent",),),
    "whole": (("decimal",),),
    "year_of": (("date",),),
    "month_of": (("date",),),
    "last_day_of_month": (("date",),),
    "last_day_of_year": (("integer",),),
    "first_of_next_month": (("date",),),
    "add_months": (("date",), ("integer",)),
    "whole_years": (("date",), ("date",)),
    "whole_months": (("date",), ("date",), ("text",)),
    "is_working_day": (("date",),),
    "add_working_days": (("date",), ("integer",)),
    "working_days_between": (("date",), ("date",)),
}


@cache
def module_of(file: str) -> ast.Module:
    """One parse for a whole policy."""
    with open(file, encoding="utf-8") as opened:
        return ast.parse(opened.read(), file)


@cache
def _functions_of(file: str) -> dict[int, ast.FunctionDef]:
    """Each function of a file by the line on which it, or its first decorator, begins."""
    found = {}
    for node in ast.walk(module_of(file)):
        if isinstance(node, ast.FunctionDef):
            found[min([node.lineno, *(one.lineno for one in node.decorator_list)])] = node
    return found


@cache
def _bindings_of(file: str) -> dict[str, list[int]]:
    """The lines on which each name of a module is given a value; negative where a function gives it (`global`)."""
    found: dict[str, list[int]] = {}
    waiting: list[tuple[ast.AST, frozenset[str] | None]] = [(module_of(file), None)]
    with open(file, encoding="utf-8") as opened:
        looks_within = "global" in opened.read()  # else no function can give a value to a name of the module
    while waiting:
        node, declared = waiting.pop()
        for name in _binds(node):
            if declared is None or name in declared:
                found.setdefault(name, []).append(_line(node) if declared is None else -_line(node))
        within = declared
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            named = [one for one in ast.walk(node) if isinstance(one, ast.Global)] if looks_within else []
            within = frozenset(name for one in named for name in one.names)
            if not within:
                continue
        waiting += [(one, within) for one in ast.iter_child_nodes(node)]
    return found


def line_of(file: str, sheet: type, name: str) -> int:
    """The line on which a class of the file declares a name; 0 where it does not stand there."""
    for node in ast.walk(module_of(file)):
        if isinstance(node, ast.ClassDef) and node.name == sheet.__name__:
            for one in node.body:
                if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.target.id == name:
                    return one.lineno
    return 0


def _binds(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]


def product(left: Type, right: Type) -> Type | None:
    """The type of left times right; None where they cannot be multiplied."""
    kinds = {left.kind, right.kind}
    if kinds == {"integer"}:
        return types.INTEGER
    if "money" in kinds:
        money = left if left.kind == "money" else right
        return money.exact() if len(kinds) == 2 and kinds <= {"money", "percent", "decimal", "integer"} else None
    if "percent" in kinds:
        return types.PERCENT if kinds <= {"percent", "decimal", "integer"} else None
    return types.DECIMAL if kinds <= {"decimal", "integer"} else None


def _sum(left: Type, right: Type) -> Type | None:
    if left.kind == right.kind and left.is_number:
        return left.exact() if left.unit == right.unit else replace(left.exact(), unit=left.unit or right.unit)
    if {left.kind, right.kind} == {"integer", "decimal"}:
        return (left if left.kind == "decimal" else right).exact()
    return None


def _quotient(left: Type, right: Type) -> Type | None:
    if right.kind in ("decimal", "integer") and left.kind in ("money", "percent", "decimal"):
        return replace(left.exact(), unit=None) if left.kind == "decimal" else left.exact()
    return types.DECIMAL if left.kind == "integer" and right.kind == "decimal" else None


def _is_zero(node: tree.Node) -> bool:
    return isinstance(node, tree.Literal) and type(node.value) is int and node.value == 0


class Builder:
    """Builds the tree of one rule. `need(rule)` sees to it that another rule's type and scope are known."""

    def __init__(self, rule: Rule[..., Any], need: Callable[[Rule[..., Any]], None]) -> None:
        self.rule, self.policy, self.need = rule, rule.policy, need
        self.globals = rule.function.__globals__
        self.facts = self.policy.facts.declared()
        code = rule.function.__code__
        self.file = code.co_filename
        self.own = {*code.co_varnames, *code.co_cellvars}.difference(inspect.signature(rule.function).parameters)
        self.loop: tuple[str, type[Record]] | None = None
        self.given: frozenset[object] = frozenset()  # what is known not to be None where we are
        self.built: dict[object, tree.Node] = {}

    def build(self) -> tree.Node:
        function = _functions_of(self.file).get(self.rule.line)
        if function is None:
            raise self.error(self.rule.line, "a rule is a function of its own, written in a file")
        _refuse_decorators(self, function)
        around = self.rule.function.__code__.co_freevars
        if around:
            raise self.error(
                self.rule.line,
                f"{around[0]} is of the function around {self.rule.name}; rules stand at the head of a module, and "
                "figures in parameters.yaml",
            )
        arguments = function.args
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
            raise self.error(function, "name each parameter, without * and /")
        body = function.body
        if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body = body[1:]
        wanted = self.rule.type
        try:
            tree_ = _as_kind(self._block(body, {}, function), wanted)
        except RecursionError:
            raise self.error(function, f"{self.rule.name} is too deep; make two rules of it") from None
        if tree_.type.optional and not wanted.optional:
            raise self.error(function, f"{self.rule.name} returns what may be None; ask `is not None` first")
        if not _fits(tree_.type, wanted):
            raise self.error(function, f"{self.rule.name} says it returns {wanted} and returns {tree_.type}")
        _refuse_useless(self, body)
        return tree_

    def error(self, where: ast.AST | int, message: str) -> PolicyError:
        return self.policy.error(message, where if isinstance(where, int) else getattr(where, "lineno", self.rule.line))

    # Statements

    def _block(self, statements: Sequence[ast.stmt], local: dict[str, tree.Node], within: ast.AST) -> tree.Node:
        """The value that a run of statements returns. What follows an `if` that may return follows each of its ways,
        and is built once for all ways on which the names that it reads mean the same."""
        read = frozenset[str]().union(*map(_names_in, statements))
        key = (
            tuple(statements),
            frozenset((name, node) for name, node in local.items() if name in read),
            self.given,
        )
        found = self.built.get(key)
        if found is None:
            if len(self.built) >= _MOST_WAYS:
                raise self.error(self.rule.line, f"{self.rule.name} goes too many ways; make two rules of it")
            found = self.built[key] = self._block_built(statements, dict(local), within)
        return found

    def _block_built(self, statements: Sequence[ast.stmt], local: dict[str, tree.Node], within: ast.AST) -> tree.Node:
        for place, statement in enumerate(statements):
            rest = statements[place + 1 :]
            if isinstance(statement, ast.Return):
                if statement.value is None:
                    raise self.error(statement, "return a value")
                return self._maybe(statement.value, local)
            if isinstance(statement, ast.Assign):
                self._assign(statement, local)
            elif isinstance(statement, ast.If):
                condition = self._condition(statement.test, local)
                if _only_assigns(statement):
                    self._assign_by(statement, condition, local)
                    continue
                with self._where(condition, True):
                    then = self._block([*statement.body, *rest], local, statement)
                with self._where(condition, False):
                    otherwise = self._block([*statement.orelse, *rest], local, statement)
                return self._branch(statement, condition, then, otherwise)
            else:
                raise self.error(statement, f"{_word(statement)} is not part of the language: {_mend(statement)}")
        raise self.error(within, "not every way through this ends in return")

    @contextmanager
    def _where(self, condition: tree.Node, holds: bool) -> Iterator[None]:
        """What is built within is asked for only where the condition holds, or does not."""
        before = self.given
        self.given = before | _given_by(condition, holds)
        try:
            yield
        finally:
            self.given = before

    def _assign(self, statement: ast.Assign, local: dict[str, tree.Node]) -> None:
        target = statement.targets[0]
        if len(statement.targets) != 1 or not isinstance(target, ast.Name):
            raise self.error(statement, "assign to one local name")
        if target.id in self.rule.parameters:
            raise self.error(statement, f"{target.id} is a parameter; give the local value another name")
        local[target.id] = self._maybe(statement.value, local)

    def _assign_by(self, statement: ast.If, condition: tree.Node, local: dict[str, tree.Node]) -> None:
        """An `if` that only gives values to local names: each name becomes a branch."""
        ways = []
        for body, holds in ((statement.body, True), (statement.orelse, False)):
            within = dict(local)
            with self._where(condition, holds):
                for one in body:
                    if isinstance(one, ast.If):
                        self._assign_by(one, self._condition(one.test, within), within)
                    else:
                        assert isinstance(one, ast.Assign)
                        self._assign(one, within)
            ways.append(within)
        for name in {**ways[0], **ways[1]}:
            then, otherwise = ways[0].get(name), ways[1].get(name)
            if then is otherwise and then is not None:
                continue
            if then is None or otherwise is None:
                raise self.error(statement, f"{name} has a value on one way only; give it one in if and in else")
            local[name] = self._branch(statement, condition, then, otherwise)

    def _branch(self, where: ast.AST, condition: tree.Node, then: tree.Node, otherwise: tree.Node) -> tree.Node:
        kind = self._either(where, then, otherwise)
        then, otherwise = _as_kind(then, kind), _as_kind(otherwise, kind)
        return tree.Branch(line=_line(where), type=kind, condition=condition, then=then, otherwise=otherwise)

    def _either(self, where: ast.AST, then: tree.Node, otherwise: tree.Node) -> Type:
        """The type of what is the one or the other."""
        if _fits(otherwise.type, then.type):
            return then.type
        if _fits(then.type, otherwise.type):
            return otherwise.type
        if _is_zero(then) or _is_zero(otherwise):
            return otherwise.type if _is_zero(then) else then.type
        if "none" in (then.type.kind, otherwise.type.kind):
            return replace(otherwise.type if then.type.kind == "none" else then.type, optional=True)
        raise self.error(where, f"one way gives {then.type}, the other {otherwise.type}")

    # Expressions

    def _condition(self, node: ast.expr, local: dict[str, tree.Node]) -> tree.Node:
        found = self._expression(node, local)
        if found.type.kind != "flag":
            raise self.error(node, f"a condition is yes or no, this is {found.type}; compare it with something")
        return found

    def _expression(self, node: ast.expr, local: dict[str, tree.Node]) -> tree.Node:
        """A value to go on with: never None."""
        found = self._maybe(node, local)
        if found.type.optional:
            raise self.error(
                node, f"{_word(node)} may be None; ask `is not None` first, and say what holds where there is none"
            )
        return found

    def _maybe(self, node: ast.expr, local: dict[str, tree.Node]) -> tree.Node:
        """A value, which may be None where nothing has been asked of it."""
        found = self._any_expression(node, local)
        if found.type.optional and _identity(found) in self.given:
            return replace(found, type=replace(found.type, optional=False))
        return found

    def _any_expression(self, node: ast.expr, local: dict[str, tree.Node]) -> tree.Node:
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            raise self.error(node, f"{_word(node)} is not part of the language: {_mend(node)}")
        return method(node, local)  # type: ignore[no-any-return]

    def _Constant(self, node: ast.Constant, local: dict[str, tree.Node]) -> tree.Node:
        value = node.value
        if isinstance(value, bool):
            return self._literal(node, value, types.FLAG)
        if isinstance(value, int):
            return self._literal(node, value, types.INTEGER)
        if isinstance(value, float):
            imported = "" if self.globals.get("Decimal") is Decimal else ", and import Decimal from gongbao.rules"
            raise self.error(node, f'{value} is inexact in a computer; write Decimal("{value}"){imported}')
        if isinstance(value, str):
            return self._literal(node, value, types.TEXT)
        if value is None:
            return self._literal(node, None, types.NONE)
        raise self.error(node, f"{value!r} is not part of the language")

    def _literal(self, node: ast.AST, value: Any, kind: Type, name: str = "") -> tree.Literal:
        return tree.Literal(line=_line(node), type=kind, value=value, name=name)

    def _Name(self, node: ast.Name, local: dict[str, tree.Node]) -> tree.Node:
        name = node.id
        if name in local:
            return local[name]
        if name in self.rule.parameters:
            return self._parameter(node, self.rule.parameters[name])
        if self.loop and name == self.loop[0]:
            raise self.error(node, f"take a field of {name}, or call a rule on it")
        return self._constant_of(node, name, self._global(node, name))

    def _parameter(self, node: ast.Name, meaning: Any) -> tree.Node:
        if isinstance(meaning, tree.Node):
            return replace(meaning, line=node.lineno)
        if meaning == "record":
            raise self.error(node, f"take a field of {node.id}, as {node.id}.date")
        raise self.error(node, f"take one of {node.id}, as {node.id}.name")

    def _global(self, node: ast.AST, name: str) -> Any:
        if name in self.own:
            raise self.error(node, f"{name} has no value on this way; give it one in if and in else")
        self._refuse_changed(name)
        if name in self.globals:
            return self.globals[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        known = [*self.facts, *self.policy.rules, "figures", "readings"]
        near = difflib.get_close_matches(name, known, 1)
        hint = f"was {near[0]} meant? It must be a parameter of {self.rule.name}" if near else ""
        hint = hint or f"make it a parameter where it is a fact or a rule: there are {', '.join(known)}"
        raise self.error(node, f"{name} is neither a parameter nor a local name; {hint}")

    def _refuse_changed(self, name: str) -> None:
        """A name that means something else once the module is read through: Python would take that."""
        closed = self.policy.closed_on
        for line in _bindings_of(self.file).get(name, ()):
            if line < 0 or (closed and line > closed):
                raise self.error(
                    abs(line), f"{name} is given another value after policy.values(…); {self.rule.name} has read it"
                )

    def _constant_of(self, node: ast.AST, name: str, value: Any) -> tree.Node:
        if isinstance(value, tuple | frozenset) and value and all(isinstance(one, Choice) for one in value):
            members = tuple(value)
            return self._literal(node, members, Type("list", tuple, item=Type("choice", type(members[0]))), name)
        if isinstance(value, Choice):
            return self._literal(node, value, Type("choice", type(value)), name)
        if isinstance(value, Quantity):
            return self._literal(node, value, types.type_of(type(value)).exact(), name)
        if isinstance(value, date):
            return self._literal(node, value, types.DATE, name)
        if type(value) is int:
            return self._literal(node, value, types.INTEGER, name)
        if isinstance(value, Rule):
            raise self.error(node, f"{name} is a rule: make it a parameter of {self.rule.name}")
        raise self.error(
            node, f"{name} is not a value of the language: a rule sees its parameters, choices and tuples of choices"
        )

    def _Attribute(self, node: ast.Attribute, local: dict[str, tree.Node]) -> tree.Node:
        if not isinstance(node.value, ast.Name):
            raise self.error(node, "fields are taken of figures, readings, a record or a choice only")
        base, name = node.value.id, node.attr
        if base in local:
            raise self.error(node, f"{base} is a value and has no fields")
        meaning = self.rule.parameters.get(base)
        if meaning == "figures":
            kind = self.policy.figures.declared().get(name)
            if kind is None:
                raise self.error(node, self._unknown(name, self.policy.figures.declared(), "figure"))
            return tree.FigureRef(line=node.lineno, type=kind, name=name)
        if meaning == "readings":
            if name not in self.policy.readings.declared():
                raise self.error(node, self._unknown(name, self.policy.readings.declared(), "reading"))
            return tree.ReadingRef(line=node.lineno, type=types.TEXT, name=name)
        if self.loop and base == self.loop[0]:
            return self._field(node, self.loop[1], name, "loop")
        if meaning == "record":
            assert self.rule.record is not None
            return self._field(node, self.rule.record, name, "record")
        if meaning is None and base not in self.rule.parameters:
            found = self._global(node, base)
            if isinstance(found, type) and issubclass(found, Choice):
                if name not in found.__members__:
                    raise self.error(node, self._unknown(name, found.__members__, base))
                return self._literal(node, found[name], Type("choice", found))
        raise self.error(node, f"{base}.{name}: fields are taken of figures, readings, a record or a choice only")

    def _field(self, node: ast.AST, record: type[Record], name: str, of: str) -> tree.Node:
        declared = record.declared()
        if name not in declared:
            raise self.error(node, self._unknown(name, declared, f"field of {record.__name__}"))
        return tree.FieldRef(line=_line(node), type=declared[name].type, name=name, of=of, record=record)

    def _unknown(self, name: str, among: Any, what: str) -> str:
        near = difflib.get_close_matches(name, list(among), 1)
        return f"there is no {what} {name}; " + (f"was {near[0]} meant?" if near else f"there are {', '.join(among)}")

    def _Subscript(self, node: ast.Subscript, local: dict[str, tree.Node]) -> tree.Node:
        table = self._expression(node.value, local)
        if not isinstance(table, tree.FigureRef) or table.type.kind != "mapping" or table.keys:
            raise self.error(node, "only a figure that is declared ByKey is looked up by a key")
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        keys = tuple(self._expression(one, local) for one in parts)
        if len(keys) != len(table.type.key) or any(
            key.type.python is not wanted.python for key, wanted in zip(keys, table.type.key, strict=True)
        ):
            wanted_keys = ", ".join(str(one) for one in table.type.key)
            raise self.error(node, f"{table.name} is looked up by {wanted_keys}")
        assert table.type.item is not None
        return tree.FigureRef(line=node.lineno, type=table.type.item, name=table.name, keys=keys)

    def _BinOp(self, node: ast.BinOp, local: dict[str, tree.Node]) -> tree.Node:
        op = _OPERATORS.get(type(node.op))
        if op is None:
            mend = _OTHER_ARITHMETIC.get(type(node.op), "of yes and no write and, or")
            raise self.error(node, f"the arithmetic of a rule is + - * /; {mend}")
        left, right = self._expression(node.left, local), self._expression(node.right, local)
        if op in "+-":
            kind = _sum(left.type, right.type)
            if kind is None and (_is_zero(left) or _is_zero(right)):
                kind = (right if _is_zero(left) else left).type.exact()
        else:
            kind = product(left.type, right.type) if op == "*" else _quotient(left.type, right.type)
        if kind is None:
            raise self.error(node, f"{left.type} {op} {right.type} means nothing; {_other_operands(op, left, right)}")
        if op == "/" and isinstance(right, tree.Literal) and right.value == right.type.python(0):
            raise self.error(node, "nothing is divided by 0; write what the document divides by")
        if op in "+-":
            left, right = _as_kind(left, kind), _as_kind(right, kind)
        return tree.Operation(line=node.lineno, type=kind, op=op, left=left, right=right)

    def _UnaryOp(self, node: ast.UnaryOp, local: dict[str, tree.Node]) -> tree.Node:
        if isinstance(node.op, ast.Not):
            return tree.Not(line=node.lineno, type=types.FLAG, item=self._condition(node.operand, local))
        if isinstance(node.op, ast.USub):
            item = self._expression(node.operand, local)
            if not item.type.is_number:
                raise self.error(node, f"there is no negative {item.type}")
            return tree.Negative(line=node.lineno, type=item.type.exact(), item=item)
        raise self.error(node, "a rule knows - and not before a value, nothing else")

    def _BoolOp(self, node: ast.BoolOp, local: dict[str, tree.Node]) -> tree.Node:
        is_and, before = isinstance(node.op, ast.And), self.given
        items: list[tree.Node] = []
        try:
            for one in node.values:  # each is asked only where those before it have not settled it
                items.append(self._condition(one, local))
                self.given |= _given_by(items[-1], is_and)
        finally:
            self.given = before
        kind = tree.All if is_and else tree.Any_
        return kind(line=node.lineno, type=types.FLAG, items=tuple(items))

    def _IfExp(self, node: ast.IfExp, local: dict[str, tree.Node]) -> tree.Node:
        condition = self._condition(node.test, local)
        with self._where(condition, True):
            then = self._maybe(node.body, local)
        with self._where(condition, False):
            otherwise = self._maybe(node.orelse, local)
        return self._branch(node, condition, then, otherwise)

    def _Compare(self, node: ast.Compare, local: dict[str, tree.Node]) -> tree.Node:
        values = (node.left, *node.comparators)
        takes_none = all(isinstance(op, ast.Eq | ast.NotEq | ast.Is | ast.IsNot) for op in node.ops)
        operands = [(self._maybe if takes_none else self._expression)(one, local) for one in values]
        items = [
            self._comparison(node, _COMPARISONS[type(op)], left, right)
            for op, left, right in zip(node.ops, operands, operands[1:], strict=False)
        ]
        return items[0] if len(items) == 1 else tree.All(line=node.lineno, type=types.FLAG, items=tuple(items))

    def _comparison(self, node: ast.AST, op: str, left: tree.Node, right: tree.Node) -> tree.Node:
        one, other = left.type, right.type
        if op in ("is", "is not"):
            if other.kind != "none":
                raise self.error(node, "`is` compares with None only; write ==")
        elif op in ("in", "not in"):
            if other.kind != "list" or other.item is None or other.item.python is not one.python:
                raise self.error(node, f"{one} cannot be in {other}; the right side is a list or tuple of {one}")
        elif isinstance(left, tree.ReadingRef):
            options = self.policy.readings.declared()[left.name]
            if op not in ("==", "!=") or not isinstance(right, tree.Literal) or right.value not in options:
                raise self.error(node, f"{left.name} is compared with one of its options: {', '.join(options)}")
        elif not (_comparable(one, other) or _is_zero(left) or _is_zero(right)):
            raise self.error(node, f"{one} {op} {other} means nothing; {_other_operands(op, left, right)}")
        elif op not in ("==", "!=") and one.kind in ("flag", "choice", "text"):
            raise self.error(node, f"{one} has no order")
        left, right = _as_kind(left, other), _as_kind(right, one)
        return tree.Comparison(line=_line(node), type=types.FLAG, op=op, left=left, right=right)

    # Calls

    def _Call(self, node: ast.Call, local: dict[str, tree.Node]) -> tree.Node:
        if not isinstance(node.func, ast.Name) or node.func.id in local or node.func.id in self.rule.parameters:
            raise self.error(node, "a rule calls the functions of gongbao.rules and other rules, by their names")
        name = node.func.id
        called = self._global(node, name)
        if called in (Money, Percent, Decimal):
            return self._quantity(node, called, local)
        if called is min or called is max:
            return self._extreme(node, name, local)
        if isinstance(called, Rule):
            return self._rule_of_loop(node, called, local)
        if (aggregate := _found(functions.AGGREGATES, called)) is not None:
            return self._aggregate(node, aggregate, local)
        if called is abs:
            (item,) = self._arguments(node, ["number"], local)
            return tree.Call(line=node.lineno, type=item.type.exact(), function="abs", arguments=(item,))
        if (scale := _found(_SCALE_FUNCTIONS, called)) is not None:
            return self._scale(node, scale, local)
        if (function := _found(functions.LIBRARY, called)) is not None:
            return self._library(node, function, called, local)
        if (mend := _found(_CALL_MENDS, called)) is not None:
            raise self.error(node, f"{name} cannot be called in a rule: {mend}")
        near = difflib.get_close_matches(name, [*functions.LIBRARY.values(), *functions.AGGREGATES.values()], 1)
        hint = f"; was {near[0]} meant?" if near else "; the functions a rule may call are those of gongbao.rules"
        raise self.error(node, f"{name} cannot be called in a rule{hint}")

    def _arguments(self, node: ast.Call, names: list[str], local: dict[str, tree.Node]) -> list[tree.Node]:
        given = dict(zip(names, node.args, strict=False))
        for keyword in node.keywords:
            if keyword.arg is None or keyword.arg not in names or keyword.arg in given:
                raise self.error(node, f"the arguments are {', '.join(names)}")
            given[keyword.arg] = keyword.value
        if len(given) != len(names) or len(node.args) > len(names):
            raise self.error(node, f"the arguments are {', '.join(names)}")
        return [self._expression(given[name], local) for name in names]

    def _quantity(self, node: ast.Call, kind: type[Quantity], local: dict[str, tree.Node]) -> tree.Node:
        if len(node.args) != 1 or node.keywords:
            raise self.error(node, f'write {kind.__name__}("…") with one number')
        type_ = types.type_of(kind).exact()
        if isinstance(node.args[0], ast.Constant):
            value = node.args[0].value
            if isinstance(value, float):
                raise self.error(node, f'{value} is inexact in a computer; write {kind.__name__}("{value}")')
            try:
                made = kind(value)  # type: ignore[arg-type]
            except (TypeError, ValueError) as error:
                raise self.error(node, f"{error}") from None
            if kind is Money and made.exact * 100 % 1:
                raise self.error(
                    node,
                    f'an amount has at most 2 decimals; where {made.exact} is a factor, write Decimal("{made.exact}")',
                )
            return self._literal(node, made, type_)
        given = node.args[0]
        if isinstance(given, ast.UnaryOp) and isinstance(given.operand, ast.Constant):
            number = ast.unparse(given.operand).strip("'")
            raise self.error(node, f'write -{kind.__name__}("{number}"), with the sign before it')
        item = self._expression(given, local)
        if kind is not Decimal or item.type.kind != "integer":
            raise self.error(node, "Decimal(…) of a whole number is the one conversion there is")
        return tree.Call(line=node.lineno, type=types.DECIMAL, function="decimal", arguments=(item,))

    def _extreme(self, node: ast.Call, which: str, local: dict[str, tree.Node]) -> tree.Node:
        if len(node.args) < 2 or node.keywords:
            raise self.error(node, f"write {which}(one, other); of records take a rule on each and total, count or any")
        items = tuple(self._expression(one, local) for one in node.args)
        kind = next((one.type for one in items if not _is_zero(one)), items[0].type)
        for one in items:
            if not (_comparable(one.type, kind) or _is_zero(one)) or kind.kind in ("flag", "choice", "text"):
                raise self.error(node, f"{which} of {kind} and {one.type} means nothing")
        items = tuple(_as_kind(one, kind) for one in items)
        return tree.Extreme(line=node.lineno, type=replace(kind, places=None), which=which, items=items)

    def _scale(self, node: ast.Call, name: str, local: dict[str, tree.Node]) -> tree.Node:
        value, scale = self._arguments(node, ["value", "scale"], local)
        kind = scale.type
        if kind.kind != "scale" or types.SCALES[kind.python] != name:
            raise self.error(node, f"{name}(value, scale) takes a figure declared as such a scale")
        assert kind.item is not None
        if value.type.kind != kind.key[0].kind:
            raise self.error(node, f"the scale is over {kind.key[0]}, the value is {value.type}")
        result = kind.item if name == "amount_by_band" else product(value.type, kind.item)
        if result is None:
            raise self.error(node, f"{value.type} * {kind.item} means nothing")
        return tree.Call(line=node.lineno, type=result.exact(), function=name, arguments=(value, scale))

    def _library(self, node: ast.Call, name: str, called: Any, local: dict[str, tree.Node]) -> tree.Node:
        arguments = tuple(self._arguments(node, list(inspect.signature(called).parameters), local))
        if name == "capped":
            kind = next((one.type for one in arguments if not _is_zero(one)), arguments[0].type)
            if not kind.is_number or not all(_fits(one.type, kind) or _is_zero(one) for one in arguments):
                raise self.error(node, "amount, limit and used are of one kind")
            arguments = tuple(_as_kind(one, kind) for one in arguments)
            return tree.Call(line=node.lineno, type=kind.exact(), function=name, arguments=arguments)
        for argument, wanted in zip(arguments, _TAKES[name], strict=True):
            kind = argument.type
            if not (kind.kind in wanted or ("number" in wanted and kind.is_number) or _month_as_date(kind, wanted)):
                raise self.error(node, f"{name} takes {' and '.join(one[0] for one in _TAKES[name])}, not {kind}")
        if name == "ratio" and arguments[0].type.kind != arguments[1].type.kind:
            raise self.error(node, "a ratio is of two amounts of one kind")
        return tree.Call(line=node.lineno, type=_RESULTS[name], function=name, arguments=arguments)

    def _rule_of_loop(self, node: ast.Call, rule: Rule[..., Any], local: dict[str, tree.Node]) -> tree.Node:
        """other_rule(record of the loop, figures, …): every parameter given, under its own name."""
        self.need(rule)
        name, names = rule.name, list(rule.parameters)
        if not self.loop or rule.record is not self.loop[1]:
            raise self.error(node, f"make {name} a parameter; a rule is called only on the record of a generator")
        if rule.earlier:
            raise self.error(node, f"{name} has earlier(…) and is not called; take a parameter {name}: Each[…]")
        if node.keywords or len(node.args) != len(names):
            raise self.error(node, f"{name} takes {', '.join(names)}")
        of = ""
        for given, wanted in zip(node.args, names, strict=True):
            if rule.parameters[wanted] != "record":
                self._passed_on(given, wanted, rule, local)
                continue
            of = self._which_record(given)
            if not of:
                raise self.error(node, f"{name} is called on {self.loop[0]} here")
        if not of:
            raise self.error(node, f"{name} has no parameter for its record; take a parameter {name}: Each[…]")
        if of == "loop" and rule.record.dated_field and "figures" in rule.parameters.values():
            raise self.error(
                node,
                f"the figures here are not those of the date of each {rule.record.__name__}; "
                f"take a parameter {name}: Each[…]",
            )
        return tree.RuleRef(line=node.lineno, type=rule.type, rule=rule, of=of)

    def _which_record(self, given: ast.expr) -> str:
        """ "loop": the record a generator goes through; "record": the one the rule is on; "": anything else."""
        if not isinstance(given, ast.Name) or self.loop is None:
            return ""
        if given.id == self.loop[0]:
            return "loop"
        is_own = given.id == self.rule.record_name and self.rule.record is self.loop[1]
        return "record" if is_own else ""

    def _passed_on(self, given: ast.expr, wanted: str, rule: Rule[..., Any], local: dict[str, tree.Node]) -> None:
        """An argument beside the record. Python passes what it is here, so it must be the same for each record."""
        if not isinstance(given, ast.Name) or given.id != wanted:
            raise self.error(given, f"{rule.name} is called with {wanted} here, and with nothing computed")
        if wanted in local or wanted not in self.rule.parameters:
            raise self.error(given, f"{wanted} of {rule.name} must be a parameter of {self.rule.name}")
        for meaning in (rule.parameters[wanted], self.rule.parameters[wanted]):
            is_own = isinstance(meaning, tree.RuleRef) and meaning.rule.record is not None
            if is_own or isinstance(meaning, tree.EarlierRef) or meaning == "record":
                raise self.error(
                    given,
                    f"{wanted} is another for each record, and here it would be one for all; "
                    f"take a parameter {rule.name}: Each[…]",
                )

    def _aggregate(self, node: ast.Call, name: str, local: dict[str, tree.Node]) -> tree.Node:
        if node.keywords or len(node.args) != (2 if name == "first" else 1):
            raise self.error(node, f"write {name}(… for … in …)" + (" , otherwise" if name == "first" else ""))
        over = node.args[0]
        otherwise = self._maybe(node.args[1], local) if name == "first" else None
        if isinstance(over, ast.Name):
            each = self._expression(over, local)
            if not isinstance(each, tree.EachRef):
                raise self.error(node, f"write {name}(… for … in …), or take a parameter Each[…] of a rule on records")
            assert each.type.item is not None
            kind = self._aggregate_type(node, name, each.type.item)
            if otherwise is not None:
                kind = self._either(node, replace(each, type=kind), otherwise)
                otherwise = _as_kind(otherwise, kind)
            return tree.Aggregate(line=node.lineno, type=kind, function=name, source_each=each, otherwise=otherwise)
        if not isinstance(over, ast.GeneratorExp) or len(over.generators) != 1:
            raise self.error(node, f"write {name}(… for … in …) with one generator")
        return self._over_records(node, name, over, local, otherwise)

    def _over_records(
        self,
        node: ast.Call,
        name: str,
        over: ast.GeneratorExp,
        local: dict[str, tree.Node],
        otherwise: tree.Node | None,
    ) -> tree.Node:
        generator = over.generators[0]
        if self.loop:
            raise self.error(node, "one generator does not stand inside another; write a rule for the inner one")
        source = self._expression(generator.iter, local)
        listed = source.type.item
        if not isinstance(source, tree.FactRef) or listed is None or listed.kind != "record":
            raise self.error(generator.iter, "a generator goes through a list of records that is a fact")
        if generator.is_async:
            raise self.error(node, f"write {name}(… for … in …), without async")
        if not isinstance(generator.target, ast.Name) or self._is_taken(generator.target.id, local):
            raise self.error(generator.iter, "a generator names one new name for each record")
        self.loop, before = (generator.target.id, listed.python), self.given
        conditions: list[tree.Node] = []
        try:
            for one in generator.ifs:
                conditions.append(self._condition(one, local))
                self.given |= _given_by(conditions[-1], True)
            item = None
            if not (isinstance(over.elt, ast.Name) and over.elt.id == generator.target.id and name == "count"):
                item = self._maybe(over.elt, local) if name == "first" else self._expression(over.elt, local)
        finally:
            self.loop, self.given = None, before
        condition: tree.Node | None = None
        if conditions:
            condition = conditions[0]
            if len(conditions) > 1:
                condition = tree.All(line=node.lineno, type=types.FLAG, items=tuple(conditions))
        kind = self._aggregate_type(node, name, item.type if item else types.INTEGER)
        if item is not None and otherwise is not None:
            kind = self._either(node, item, otherwise)
            otherwise = _as_kind(otherwise, kind)
        return tree.Aggregate(
            line=node.lineno,
            type=kind,
            function=name,
            source=source.name,
            item=item,
            condition=condition,
            otherwise=otherwise,
        )

    def _is_taken(self, name: str, local: dict[str, tree.Node]) -> bool:
        own = name in local or name in self.rule.parameters or name in self.own
        return own or name in self.globals or hasattr(builtins, name)

    def _aggregate_type(self, node: ast.Call, name: str, item: Type) -> Type:
        if name == "count":
            return types.INTEGER
        if name in ("any", "all"):
            if item.kind != "flag":
                raise self.error(node, f"{name} is of conditions, not of {item}")
            return types.FLAG
        if name == "first":
            return item
        if not item.is_number:
            raise self.error(node, f"there is no {name} of {item}")
        return types.DECIMAL if name == "mean" and item.kind == "integer" else item.exact()


def _identity(node: tree.Node) -> object:
    """The same for two nodes that name the same value."""
    if isinstance(node, tree.FactRef):
        return ("fact", node.name)
    if isinstance(node, tree.FieldRef):
        return (node.of, node.name)
    if isinstance(node, tree.RuleRef):
        return (node.of, node.rule)
    return node


def _given_by(condition: tree.Node, holds: bool) -> frozenset[object]:
    """What is not None where the condition holds, or does not."""
    if isinstance(condition, tree.Not):
        return _given_by(condition.item, not holds)
    if isinstance(condition, tree.All | tree.Any_):
        each = [_given_by(one, holds) for one in condition.items]
        together = isinstance(condition, tree.All) is holds
        return frozenset[object]().union(*each) if together else each[0].intersection(*each[1:])
    if isinstance(condition, tree.Comparison) and condition.op == ("is not" if holds else "is"):
        return frozenset((_identity(condition.left),))
    return frozenset()


@cache
def _names_in(statement: ast.stmt) -> frozenset[str]:
    return frozenset(one.id for one in ast.walk(statement) if isinstance(one, ast.Name))


def _refuse_decorators(builder: Builder, function: ast.FunctionDef) -> None:
    for one in function.decorator_list:
        is_ours = isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr in _DECLARES
        if not is_ours or len(function.decorator_list) > 1:
            raise builder.error(one, "a rule has no decorator but @policy.rule(…) or @policy.check(…)")


def _refuse_useless(builder: Builder, body: Sequence[ast.stmt]) -> None:
    """What is never reached, and what is computed for nothing: a reader would take either for a part of the rule."""
    used = {
        one.id
        for statement in body
        for one in ast.walk(statement)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
    }
    waiting = [body]
    while waiting:
        statements = waiting.pop()
        for place, one in enumerate(statements):
            if _ends(one) and place + 1 < len(statements):
                after = statements[place + 1]
                raise builder.error(after, f"{_word(after)} is never reached; take it out, or put it before the return")
            if isinstance(one, ast.If):
                waiting += [one.body, one.orelse]
            elif isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and len(one.targets) == 1:
                name = one.targets[0].id
                if name not in used:
                    raise builder.error(one, f"nothing uses {name}; take the line out")


def _ends(statement: ast.stmt) -> bool:
    """Whether nothing after the statement is reached."""
    if isinstance(statement, ast.If):
        return all(bool(one) and _ends(one[-1]) for one in (statement.body, statement.orelse))
    return isinstance(statement, ast.Return)


def _other_operands(op: str, left: tree.Node, right: tree.Node) -> str:
    """What to write instead of an operation on two kinds that do not go together."""
    kinds = {left.type.kind: left, right.type.kind: right}
    if op == "/":
        return "write ratio(part, whole)" if len(kinds) == 1 else "divide by a decimal or a whole number"
    if op == "*":
        return "multiply by a percentage, a decimal or a whole number"
    whole = kinds.get("integer")
    other = next((one.type for kind, one in kinds.items() if kind in ("money", "percent", "decimal")), None)
    if isinstance(whole, tree.Literal) and other is not None:
        return f"write {other.python.__name__}({whole.value})"
    return "both sides must be of one kind and unit"


def _fits(given: Type, wanted: Type) -> bool:
    """Whether a value of one type may stand where another is declared."""
    if wanted.kind == "decimal" and given.kind == "integer":
        return False
    if given.kind == "none":
        return wanted.optional
    if given.optional and not wanted.optional:
        return False
    return given.kind == wanted.kind and given.python is wanted.python


def _as_kind(node: tree.Node, kind: Type) -> tree.Node:
    """The plain 0 of the module as zero of the kind that is wanted; every other node as it is."""
    if _is_zero(node) and issubclass(kind.python, Quantity):
        return tree.Literal(line=node.line, type=kind.exact(), value=kind.python(0))
    return node


def _comparable(one: Type, other: Type) -> bool:
    if {one.kind, other.kind} <= {"integer", "decimal"} or {one.kind, other.kind} <= {"date", "month"}:
        return True
    return one.kind == other.kind and one.python is other.python


def _month_as_date(kind: Type, wanted: tuple[str, ...]) -> bool:
    return kind.kind == "month" and "date" in wanted


def _found(among: dict[object, str], called: Any) -> str | None:
    try:
        return among.get(called)
    except TypeError:  # what cannot be hashed is none of them
        return None


def _only_assigns(statement: ast.If) -> bool:
    return bool(statement.orelse) and all(
        isinstance(one, ast.Assign) or (isinstance(one, ast.If) and _only_assigns(one))
        for one in [*statement.body, *statement.orelse]
    )


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)


def _word(node: ast.AST) -> str:
    return f"“{ast.unparse(node).splitlines()[0][:60]}”"


def _mend(node: ast.AST) -> str:
    return MENDS.get(type(node), "a rule has if, return, names, comparison, arithmetic and the library's functions")
