"""A policy: its document, its facts, figures and readings, and its rules, declared in one module.

    class Facts(FactSheet):
        cost: Money = fact("第三条", zh="取暖费用", en="cost of heating")

    class Figures(FigureSheet):
        rate: Percent

    policy = Policy("heating-subsidy", document="云政办〔2026〕3号", zh="取暖补贴", en="heating subsidy",
                    since=date(2026, 1, 1), since_clause="第九条", facts=Facts, figures=Figures, dated="on")

    @policy.rule("第四条", zh="补贴金额", en="subsidy")
    def subsidy(cost: Money, figures: Figures) -> Money:
        return cost * figures.rate

    policy.values(subsidy)

A rule's name is the value it defines; its parameters are the facts and rules it needs, by name, besides `figures` and
`readings`; its return annotation rounds it. A parameter of a record's type makes it a rule on each record. The function
stays an ordinary function, which a test calls and mypy checks; from its source the engine makes one tree.

What a policy declares wrongly is refused when its module is imported, naming file and line.
"""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Generic, Literal, ParamSpec, TypeVar, dataclass_transform

from gongbao.core.errors import GongbaoError
from gongbao.rules.types import Type, as_type, type_of
from gongbao.rules.values import Choice, Label

if typing.TYPE_CHECKING:
    from gongbao.rules.figures import FigureTable
    from gongbao.rules.readings import Reading
    from gongbao.rules.tree import Node

P = ParamSpec("P")
R = TypeVar("R")


class PolicyError(GongbaoError):
    """A policy that is declared wrongly: where, what, and what to write instead. For whoever writes the policy."""

    def __init__(self, message: str, *, file: str = "", line: int = 0) -> None:
        self.file, self.line = file, line
        super().__init__(message, where=f"{file}:{line}" if line else file)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is asked of whoever brings a case.

    `one_for_each`: of a list of records, the field (a Choice) of which each member must come exactly once.
    `least`, `most`: bounds of a number, in its own unit; `over` a bound that is itself excluded.
    """

    name: str
    type: Type
    clause: str
    label: Label
    help: Label | None = None
    optional: bool = False
    default: Any = None
    least: str | None = None
    most: str | None = None
    over: str | None = None
    one_for_each: str = ""
    longest: int = 200


def fact(
    clause: str,
    *,
    zh: str,
    en: str,
    help_zh: str = "",
    help_en: str = "",
    default: Any = dataclasses.MISSING,
    least: str | None = None,
    most: str | None = None,
    over: str | None = None,
    one_for_each: str = "",
) -> Any:
    """Declare a fact in a FactSheet or a Record: the clause that asks for it, its labels, its bounds.

    Money, percentages and whole numbers are never negative unless `least` says how far they may go.
    """
    about = {
        "clause": clause,
        "label": _label(zh, en),
        "help": _label(help_zh, help_en) if help_zh or help_en else None,
        "optional": default is not dataclasses.MISSING,
        "default": None if default is dataclasses.MISSING else default,
        "least": least,
        "most": most,
        "over": over,
        "one_for_each": one_for_each,
    }
    return dataclasses.field(kw_only=True, default=default, metadata={"fact": about})


def _label(zh: str, en: str) -> Label:
    """A label of a declaration two calls above. Raises PolicyError with its line where a language is missing."""
    try:
        return Label(zh, en)
    except GongbaoError as error:
        frame = inspect.currentframe()
        while frame is not None and frame.f_code.co_filename == __file__:
            frame = frame.f_back
        where = (frame.f_code.co_filename, frame.f_lineno) if frame else ("", 0)
        raise PolicyError(error.message, file=where[0], line=where[1]) from None


@dataclass(frozen=True, slots=True)
class EarlierMark:
    """See `earlier`."""

    same: tuple[str, ...]


def earlier(*same: str) -> Any:
    """As the default of a parameter: the total of what this very rule came to for the records before this one.

    Only records count that have the same values in the fields named; "before" is the order that the record's class
    declares, then the order of input. This is how a yearly limit is used up visit by visit.
    """
    return EarlierMark(same)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(fact,))
class FactSheet:
    """The facts of a case. Subclass it, one annotated `fact(...)` for each."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)

    @classmethod
    @cache
    def declared(cls) -> dict[str, Fact]:
        """Each fact by name, in order of declaration."""
        hints = typing.get_type_hints(cls, include_extras=True)
        return {
            one.name: Fact(one.name, type_of(hints[one.name]), **one.metadata["fact"])
            for one in dataclasses.fields(cls)  # type: ignore[arg-type]
        }


class Record(FactSheet):
    """One of a list of related things: a visit, a unit. `ordered_by` names the field by which "before" is meant,
    `dated` the date field whose figures govern the rules on one record; without it those of the case do.

    class Visit(Record, ordered_by="date", dated="date"): ...
    """

    is_record = True
    order_field = ""
    dated_field = ""
    declared_on = ("", 0)

    def __init_subclass__(cls, ordered_by: str = "", dated: str = "", **options: Any) -> None:
        cls.order_field, cls.dated_field = ordered_by, dated
        caller = inspect.currentframe().f_back  # type: ignore[union-attr]
        if caller is not None:
            cls.declared_on = (caller.f_code.co_filename, caller.f_lineno)
        super().__init_subclass__(**options)


class FigureSheet:
    """The figures a policy computes with: one annotation for each parameter in parameters.yaml, and nothing else."""

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    @classmethod
    @cache
    def declared(cls) -> dict[str, Type]:
        return {name: type_of(hint) for name, hint in typing.get_type_hints(cls, include_extras=True).items()}


class ReadingSheet:
    """How the document is read where it can be read in more than one way: for each reading of readings.yaml an
    annotation Literal["one option", "another"]."""

    def __init__(self, **options: str) -> None:
        for name, option in options.items():
            setattr(self, name, option)

    @classmethod
    @cache
    def declared(cls) -> dict[str, tuple[str, ...]]:
        return {name: typing.get_args(hint) for name, hint in typing.get_type_hints(cls).items()}


RecordClass = type[Record]


@dataclass(eq=False, repr=False)
class Rule(Generic[P, R]):
    """A decorated function: called, it computes and rounds like any function; the engine evaluates its `tree`."""

    function: Callable[P, R]
    policy: Policy
    clause: str
    label: Label
    is_check: bool = False
    # Filled in when the policy is sealed.
    type: Type = field(init=False)
    parameters: dict[str, Any] = field(init=False, default_factory=dict)
    earlier: tuple[str, EarlierMark] | None = field(init=False, default=None)
    tree: Node = field(init=False)
    record: RecordClass | None = field(init=False, default=None)
    record_name: str = field(init=False, default="")
    by_choice: bool = field(init=False, default=False)
    needs: list[str] = field(init=False, default_factory=list)
    facts_needed: frozenset[str] = field(init=False, default=frozenset())
    # What generated.py and telling.py wrote, once a case has needed it.
    plain: Any = field(init=False, default=None)
    teller: Any = field(init=False, default=None)
    ways: dict[int, Any] = field(init=False, default_factory=dict)

    def __repr__(self) -> str:
        return f"<Rule {self.name} of {self.policy.name}>"

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def line(self) -> int:
        return self.function.__code__.co_firstlineno

    @property
    def summary(self) -> str:
        """The first paragraph of the docstring: why the rule is as it is."""
        return (inspect.getdoc(self.function) or "").split("\n\n")[0]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return as_type(self.function(*args, **kwargs), self.type)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One ground on which the best of several is chosen."""

    direction: Literal["highest", "lowest"]
    rule: Rule[..., Any]


def highest(rule: Rule[..., Any]) -> Criterion:
    return Criterion("highest", rule)


def lowest(rule: Rule[..., Any]) -> Criterion:
    return Criterion("lowest", rule)


@dataclass(frozen=True, slots=True)
class BestOf:
    """Of several choices that a case has, the one that comes out best (就高不就低): see Policy.best_of."""

    name: str
    fact: str
    choice: type[Choice]
    clause: str
    label: Label
    criteria: tuple[Criterion, ...]


@dataclass(eq=False, repr=False)
class Policy:
    """One policy of one document. `since` to `until` is when it may be applied, the last day included.

    `dated` names the fact or rule that gives the date whose figures govern the case, and which must lie in force.
    """

    name: str
    document: str
    zh: str
    en: str
    since: date
    since_clause: str
    facts: type[FactSheet]
    figures: type[FigureSheet] = FigureSheet
    readings: type[ReadingSheet] = ReadingSheet
    dated: str = ""
    until: date | None = None
    until_clause: str = ""
    about_zh: str = ""
    about_en: str = ""
    rules: dict[str, Rule[..., Any]] = field(init=False, default_factory=dict)
    checks: list[Rule[..., Any]] = field(init=False, default_factory=list)
    best: BestOf | None = field(init=False, default=None)
    # What is reported, in order: a rule, or for a list of records the fields and rules of each.
    reported: dict[str, Rule[..., Any] | tuple[str | Rule[..., Any], ...]] = field(init=False, default_factory=dict)
    paid: frozenset[str] = field(init=False, default=frozenset())
    module: str = field(init=False, default="")
    declared_on: int = field(init=False, default=0)
    closed_on: int = field(init=False, default=0)  # the line of values(…)
    file: Path = field(init=False)

    def __post_init__(self) -> None:
        caller = inspect.currentframe().f_back.f_back  # type: ignore[union-attr]
        assert caller is not None
        _label(self.zh, self.en)
        self.declared_on = caller.f_lineno
        self.module, self.file = caller.f_globals["__name__"], Path(caller.f_code.co_filename)

    def __repr__(self) -> str:
        return f"<Policy {self.name}>"

    @property
    def label(self) -> Label:
        return Label(self.zh, self.en)

    def list_of(self, record: type[Record]) -> str:
        """The name of the fact that is a list of these records. Raises KeyError where there is none."""
        return self._lists[record]

    @cached_property
    def before_the_day(self) -> frozenset[Rule[..., Any]]:
        """The rules that are computed without the day that governs: those that give it, and the checks."""
        waiting = [self.rules[self.dated]] if self.dated in self.rules else []
        found = set(self.checks)
        while waiting:
            one = waiting.pop()
            found.add(one)
            waiting += [self.rules[name] for name in one.needs]
        return frozenset(found)

    @cached_property
    def _lists(self) -> dict[type, str]:
        listed = [one for one in self.facts.declared().values() if one.type.is_records]
        return {one.type.item.python: one.name for one in reversed(listed) if one.type.item}

    def rule(self, clause: str = "", *, zh: str, en: str) -> Callable[[Callable[P, R]], Rule[P, R]]:
        """Declare a rule: the clause it carries out, and what its value is called."""

        def declare(function: Callable[P, R]) -> Rule[P, R]:
            return self._add(Rule(function, self, clause, _label(zh, en)))

        return declare

    def check(self, clause: str = "", *, zh: str, en: str) -> Callable[[Callable[P, bool]], Rule[P, bool]]:
        """Declare what must hold of the facts for a case to be taken at all; the labels say what is then wrong."""

        def declare(function: Callable[P, bool]) -> Rule[P, bool]:
            made = self._add(Rule(function, self, clause, _label(zh, en), is_check=True))
            self.checks.append(made)
            return made

        return declare

    def _add(self, made: Rule[P, R]) -> Rule[P, R]:
        if not isinstance(made.clause, str) or not made.clause.strip():
            word = "check" if made.is_check else "rule"
            raise self.error(
                f'{made.name} cites no clause; write the one it carries out, as @….{word}("第四条", zh="…", en="…")',
                made.line,
            )
        if made.name in self.rules or made.name in self.facts.declared():
            raise self.error(f"{made.name} is defined twice; give the second another name", made.line)
        self.rules[made.name] = made
        return made

    def best_of(self, name: str, clause: str, *criteria: Criterion, of: str, zh: str, en: str) -> None:
        """Of the choices in the fact `of`, the one that is best by the criteria, each deciding where the ones before
        are equal. Rules name it by a parameter `name`; they are computed for every choice, and the best is reported."""
        listed = self.facts.declared()[of].type.item
        assert listed is not None
        self.best = BestOf(name, of, listed.python, clause, _label(zh, en), criteria)

    def pays(self, *rules: Rule[..., Any]) -> None:
        """Say which of the reported amounts are paid to the person or unit: when one of them is computed again and has
        risen, the difference is a top-up (补发), when it has fallen, a claw-back (追回)."""
        self.paid = frozenset(one.name for one in rules)

    def values(self, *rules: Rule[..., Any], **of_records: tuple[str | Rule[..., Any], ...]) -> None:
        """Say what is reported, in which order, and close the policy: from here on all of it is checked.

        A keyword names a list of records among the facts, and gives what is reported for each of them: names of
        fields that are repeated, and rules.
        """
        from gongbao.rules.seal import seal

        caller = inspect.currentframe().f_back  # type: ignore[union-attr]
        if caller is not None and caller.f_code.co_filename == str(self.file):
            if self.reported:
                raise self.error(
                    f"values(…) of {self.name} is on line {self.closed_on} already; write all that is reported there",
                    caller.f_lineno,
                )
            self.closed_on = caller.f_lineno
        for name, parts in of_records.items():
            self.reported[name] = parts
        for rule in rules:
            self.reported[rule.name] = rule
        seal(self)

    def error(self, message: str, line: int = 0) -> PolicyError:
        return PolicyError(message, file=str(self.file), line=line)

    @cached_property
    def figure_table(self) -> FigureTable:
        """The figures of parameters.yaml beside the module, with their dates and citations."""
        from gongbao.rules.figures import read_figures

        return read_figures(self.file.parent / "parameters.yaml", self.figures)

    @cached_property
    def reading_table(self) -> dict[str, Reading]:
        """The readings of readings.yaml beside the module, by name."""
        from gongbao.rules.readings import read_readings

        return read_readings(self.file.parent / "readings.yaml", self.readings)
