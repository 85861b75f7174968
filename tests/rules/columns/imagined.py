"""Small policies written in a test, each as a module of its own, as a city's would be."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from pathlib import Path
from textwrap import dedent

from gongbao.rules import Policy

_HEAD = """
from datetime import date
from typing import Annotated, Literal
from gongbao.rules import *

Two = Annotated[Decimal, Places(2)]
One = Annotated[Decimal, Places(1)]

class Kind(Choice):
    A = "a", "甲", "A"
    B = "b", "乙", "B"
    C = "c", "丙", "C"

class Level(Choice):
    LOW = "low", "低", "low"
    HIGH = "high", "高", "high"

SOME = (Kind.A, Kind.C)

"""
_POLICY = """
policy = Policy("imagined", document="云政办〔2026〕1号", zh="策", en="policy", since=date(2026, 1, 1),
                since_clause="九", facts=Facts, figures=Figures, readings=Readings, dated={dated!r})

"""
_NAMES = itertools.count()


def imagined(
    folder: Path, facts: str, rules: str, *, figures: str = "pass", parameters: str = "", dated: str = "on"
) -> Policy:
    """A policy of these classes of facts, with these rules after them.

    `facts` declares Facts and the records it needs, each `= asked(…)` with its bounds; `figures` is the body of the
    class of figures, `parameters` their YAML. In `rules` each is decorated with @rule or @check; best_of(…) and
    values(…) come last.
    """
    folder = folder / f"{next(_NAMES)}"
    folder.mkdir()
    (folder / "parameters.yaml").write_text(dedent(parameters), encoding="utf-8")
    sheets = f"class Figures(FigureSheet):\n    {figures}\n\nclass Readings(ReadingSheet):\n    pass\n"
    # A rule is decorated with @policy.rule(…) and nothing else.
    written = dedent(rules).replace("@rule\n", '@policy.rule("一", zh="得", en="value")\n')
    written = written.replace("@check\n", '@policy.check("一", zh="误", en="wrong")\n')
    written = written.replace("best_of(", "policy.best_of(").replace("\nvalues(", "\npolicy.values(")
    declared = dedent(facts).replace("asked(", 'fact("一", zh="事", en="fact", ')
    file = folder / "rules.py"
    file.write_text(f"{_HEAD}{declared}\n{sheets}{_POLICY.format(dated=dated)}{written}\n", encoding="utf-8")
    name = f"imagined_policy_{next(_NAMES)}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    found: Policy = module.policy
    return found
