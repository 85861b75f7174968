"""What stands at the head of a policy's module: imports, classes, rules and plain declarations, and nothing that acts.

A module of a policy declares. What would read a file, take the time of day or go through a loop when it is imported is
refused, as it would be inside a rule. This keeps policies readable; it is no wall against whoever writes one.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gongbao.rules.source import module_of

if TYPE_CHECKING:
    from gongbao.rules.policy import Policy

_MODULES = ("__future__", "dataclasses", "datetime", "enum", "typing", "gongbao.rules")
_CLOSING = ("values", "pays", "best_of")
_DECORATORS = ("rule", "check")
_BUILT_IN = ("frozenset", "tuple", "range")


def refuse_what_is_no_declaration(policy: Policy) -> None:
    """Raise PolicyError for the first statement of the policy's module that does not belong there, with its line."""
    module = module_of(str(policy.file))
    functions = {one.name for one in module.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    for line, message in _wrong(module.body, functions, policy.module.rpartition(".")[0]):
        raise policy.error(message, line)


def _wrong(statements: Sequence[ast.stmt], functions: set[str], package: str) -> Iterator[tuple[int, str]]:
    for one in statements:
        match one:
            case ast.Import() | ast.ImportFrom():
                yield from _wrong_import(one, package)
            case ast.ClassDef():
                yield from _wrong_class(one, functions)
            case ast.FunctionDef():
                for decorator in one.decorator_list:
                    yield from _wrong_calls(decorator, functions, _DECORATORS)
                yield from _wrong_calls(one.args, functions)
            case ast.Assign() | ast.AnnAssign():
                yield from _wrong_calls(one, functions)
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                continue
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(), attr=name))) if name in _CLOSING:
                yield from _wrong_calls(one, functions, _CLOSING)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue  # it is never run
            case _:
                yield (
                    one.lineno,
                    (
                        f"{_word(one)} does not belong into a policy: a module has imports, classes, rules and plain "
                        "declarations; take it out, or write what it does as a rule or a figure of parameters.yaml"
                    ),
                )


def _wrong_import(one: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[int, str]]:
    if isinstance(one, ast.ImportFrom):
        if one.level:
            return
        names = [one.module or ""]
    else:
        names = [alias.name for alias in one.names]
    for name in names:
        if name not in _MODULES and not (package and f"{name}.".startswith(f"{package}.")):
            yield (
                one.lineno,
                (
                    f"a policy imports nothing of {name}; it takes gongbao.rules, {', '.join(_MODULES[1:-1])} and "
                    "modules of its own folder"
                ),
            )


def _wrong_class(of: ast.ClassDef, functions: set[str]) -> Iterator[tuple[int, str]]:
    for part in (*of.bases, *of.keywords, *of.decorator_list):
        yield from _wrong_calls(part, functions)
    for one in of.body:
        match one:
            case ast.Assign() | ast.AnnAssign():
                yield from _wrong_calls(one, functions)
            case ast.FunctionDef() | ast.Pass() | ast.Expr(value=ast.Constant()):
                continue
            case _:
                yield one.lineno, f"{_word(one)} does not belong into a class of a policy, which has declarations only"


def _wrong_calls(of: ast.AST, functions: set[str], methods: Sequence[str] = ()) -> Iterator[tuple[int, str]]:
    """Calls but those that declare: of a class or a function of gongbao.rules, or the methods that are named."""
    for one in ast.walk(of):
        if isinstance(one, ast.Lambda | ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom):
            yield one.lineno, f"{_word(one)} does not belong into a declaration; write a rule"
        if not isinstance(one, ast.Call):
            continue
        match one.func:
            case ast.Attribute(value=ast.Name(), attr=name) if name in methods:
                continue
            case ast.Name(id=name) if name not in functions and (name in _BUILT_IN or not hasattr(builtins, name)):
                continue
        yield one.lineno, f"{_word(one)} is no declaration: write what it comes to, or make it a rule or a figure"


def _word(node: ast.AST) -> str:
    return f"“{ast.unparse(node).splitlines()[0][:60]}”"


__all__ = ["refuse_what_is_no_declaration"]
