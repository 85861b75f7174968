"""The systems that the gazette's documents order, one folder each; see any of them for the floor plan.

    from gongbao.systems import policies, policy, procedure, procedures
    policy("medical-assistance")
    procedure("market_complaint")

A folder that computes something has a module `rules` with one policy or more, and may have a module `population` that
invents cases for them; one that handles cases has a module `procedure` with one procedure or more. Nothing else
registers them. Folders of another city stand beside each other in a folder that GONGBAO_SYSTEMS names, and are loaded
after these.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import os
import pkgutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from gongbao.core.errors import GongbaoError
from gongbao.procedures import Procedure, ProcedureError
from gongbao.rules import Policy, PolicyError, figures, readings
from gongbao.rules.coverage import Carrier

if TYPE_CHECKING:
    from gongbao.rules.population import SyntheticPopulation

VARIABLE = "GONGBAO_SYSTEMS"


@cache
def policies() -> dict[str, Policy]:
    """Every policy by its name, in the order of the folders' names and, in a folder, of their declaration.

    Raises PolicyError where two policies have one name, or one is declared wrongly.
    """
    found: dict[str, Policy] = {}
    for module in _modules("rules"):
        for one in vars(module).values():
            if not isinstance(one, Policy) or one.module != module.__name__:
                continue
            if one.name in found:
                raise PolicyError(
                    f"the policy {one.name} stands already in {found[one.name].file}; give this one another name",
                    file=str(one.file),
                )
            if not one.reported:
                raise PolicyError(f"{one.name} reports nothing: end with its values(…)", file=str(one.file))
            found[one.name] = one
    for folder in dict.fromkeys(one.file.parent for one in found.values()):
        _check_files(folder, [one for one in found.values() if one.file.parent == folder])
    return found


def _check_files(folder: Path, within: list[Policy]) -> None:
    """Read a folder's figures and readings whole: a key of no policy, or a day without a value, is found on load."""
    for one in within:
        one.figure_table.covers(one.since, one.until)
        assert one.reading_table is not None
    figures.check_folder(folder / "parameters.yaml", [one.figures for one in within])
    readings.check_folder(folder / "readings.yaml", [one.readings for one in within])


def policy(name: str) -> Policy:
    """The policy of that name. Raises GongbaoError, naming the one whose name is nearest."""
    return _named("policy", name, policies())


@cache
def populations() -> dict[str, SyntheticPopulation]:
    """For each policy that has one the population that can be invented, by the policy's name.

    Raises PolicyError where a policy has two.
    """
    from gongbao.rules.population import SyntheticPopulation

    # A module of another city's folder finds its rules among those that are loaded.
    known = policies()
    found: dict[str, SyntheticPopulation] = {}
    for module in _modules("population"):
        for one in vars(module).values():
            if not isinstance(one, SyntheticPopulation) or known.get(one.name) is not one.policy:
                continue
            if found.setdefault(one.name, one) is not one:
                raise PolicyError(f"{one.name} has a population already", file=str(module.__file__))
    return {name: found[name] for name in known if name in found}


def population(name: str) -> SyntheticPopulation:
    """How to invent cases of the policy of that name. Raises GongbaoError where nobody wrote how."""
    policy(name)
    found = populations()
    if name not in found:
        raise GongbaoError(f"nobody wrote how to invent a population for {name}; there is one for {', '.join(found)}")
    return found[name]


@cache
def procedures() -> dict[str, Procedure]:
    """Every procedure by its key, in the order of the folders' names and, in a folder, of their declaration.

    Raises ProcedureError where two procedures have one key, or one is not ready.
    """
    return {one.key: one for within in procedures_by_file().values() for one in within}


@cache
def procedures_by_file() -> dict[Path, list[Procedure]]:
    """The procedures of each procedure.py that there is, so that a file beside it can be compared with them."""
    found: dict[Path, list[Procedure]] = {}
    files: dict[str, tuple[Procedure, Path]] = {}
    for module in _modules("procedure"):
        file = Path(str(module.__file__))
        for one in vars(module).values():
            if not isinstance(one, Procedure):
                continue
            other, where = files.setdefault(one.key, (one, file))
            if other is not one:
                raise ProcedureError(f"the procedure {one.key} stands already in {where}", where=str(file))
            if not one.is_ready:
                raise ProcedureError(f"{one.key} is not looked at: end its declaration with ready()", where=str(file))
            if where == file and one not in found.setdefault(file, []):
                found[file].append(one)
    return found


def procedure(key: str) -> Procedure:
    """The procedure of that key. Raises GongbaoError, naming the one whose key is nearest."""
    return _named("procedure", key, procedures())


def carriers() -> dict[Path, list[Carrier]]:
    """The steps, clocks and letters of the procedures of each folder, for comparing with its clauses.yaml."""
    found: dict[Path, list[Carrier]] = {}
    for file, within in procedures_by_file().items():
        here = found.setdefault(file.parent, [])
        for one in within:
            for kind, parts in (("step", one.steps), ("clock", one.clocks), ("letter", one.letters)):
                for key, part in parts.items():
                    own = one.cite(part.clause) != part.clause
                    here.append(Carrier(kind, key, one.document, part.clause if own else ""))
    return found


_Part = TypeVar("_Part", Policy, Procedure)


def _named(kind: str, name: str, known: dict[str, _Part]) -> _Part:
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, 1)
    hint = f"was {near[0]} meant?" if near else f"there are {', '.join(known)}"
    raise GongbaoError(f"there is no {kind} {name}; {hint}")


def _modules(name: str) -> Iterator[ModuleType]:
    """The module of that name in each folder: our own, then those of another city."""
    yield from _own(name)
    yield from _of_another_city(name)


def _own(name: str) -> Iterator[ModuleType]:
    for folder in sorted(one.name for one in pkgutil.iter_modules(__path__) if one.ispkg):
        module = f"{__name__}.{folder}.{name}"
        spec = importlib.util.find_spec(module)
        if spec is not None:
            with _told_in(str(spec.origin), name):
                found = importlib.import_module(module)
            yield found


def _of_another_city(module_name: str) -> Iterator[ModuleType]:
    """The module of that name in each folder in GONGBAO_SYSTEMS, as modules of their own names."""
    where = os.environ.get(VARIABLE, "").strip()
    if not where:
        return
    top = Path(where)
    if not top.is_dir():
        raise GongbaoError(f"{VARIABLE} is {where}, which is no folder")
    for file in sorted(top.glob(f"*/{module_name}.py")):
        name = f"gongbao_{module_name}_of_{file.parent.name}"
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        with _told_in(str(file), module_name):
            spec.loader.exec_module(module)
        yield module


@contextmanager
def _told_in(file: str, module_name: str) -> Iterator[None]:
    """What a module does wrongly as Python is told like what it declares wrongly: with its file and line."""
    try:
        yield
    except GongbaoError:
        raise
    except SyntaxError as error:
        raise _module_error(module_name, f"this is not Python: {error.msg}", file, error.lineno or 0) from error
    except Exception as error:
        lines = [one.lineno or 0 for one in traceback.extract_tb(error.__traceback__) if one.filename == file]
        told = f"{type(error).__name__}: {error}"
        raise _module_error(module_name, told, file, lines[-1] if lines else 0) from error


def _module_error(module_name: str, message: str, file: str, line: int) -> GongbaoError:
    if module_name in ("rules", "population"):
        return PolicyError(message, file=file, line=line)
    return ProcedureError(message, where=f"{file}:{line}" if line else file)
