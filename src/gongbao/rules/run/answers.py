"""What a run puts out of a case: the columns of its output, and the values in them as numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gongbao.core.errors import GongbaoError
from gongbao.rules.columns.batch import DoesNotHold, number_of
from gongbao.rules.facts import as_json, nearest
from gongbao.rules.policy import Policy, Rule
from gongbao.rules.run.cells import quoted
from gongbao.rules.types import Type

MOST = 10**18
"""No number of a column is as large: it has 18 digits at most."""


class TooLarge(Exception):
    """A value that the column of an output does not hold."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One column of the output: a rule, or a field of records that is repeated beside what rules say of each.

    `records` names the list, "" for the case.
    """

    name: str
    records: str
    kind: Type
    rule: Rule[..., Any] | None

    @property
    def is_number(self) -> bool:
        """Whether it is kept as a number; else as its text."""
        if self.kind.kind == "text":
            return False
        return not self.kind.is_number or self.kind.kind == "integer" or self.kind.places is not None

    @property
    def sql_type(self) -> str:
        return "bigint" if self.is_number else "varchar"

    def number(self, value: Any) -> int | str | None:
        """A value of `compute` as it is kept. Raises TooLarge."""
        if value is None:
            return None
        if not self.is_number:
            return str(as_json(value, self.kind))
        try:
            found = number_of(value, self.kind, {})
        except DoesNotHold:
            raise TooLarge(self.name) from None
        if abs(found) >= MOST:
            raise TooLarge(self.name)
        return found

    def shown(self, cell: str) -> str:
        """The kept number as a value of the output, in SQL."""
        kind = self.kind
        match kind.kind:
            case "money" | "percent" | "decimal" if kind.places is not None:
                unit = f"cast({10**-kind.places:.{kind.places}f} as decimal({kind.places + 1},{kind.places}))"
                return f"cast(cast({cell} as decimal(18,0)) * {unit} as decimal(18,{kind.places}))"
            case "flag":
                return f"({cell} = 1)"
            case "choice":
                names = ", ".join(quoted(one.value) for one in kind.python)
                return f"list_extract([{names}], cast({cell} + 1 as int))"
            case "list" if kind.item is not None:
                names = ", ".join(
                    f"case when ({cell} >> {place}) & 1 = 1 then {quoted(one.value)} end"
                    for place, one in enumerate(kind.item.python)
                )
                return f"case when {cell} is not null then concat_ws('、', {names}) end"
            case "date":
                return f"(date '1970-01-01' + cast({cell} as int))"
            case "month":
                return f"strftime(date '1970-01-01' + cast({cell} as int), '%Y-%m')"
        return cell


def answers_of(policy: Policy, names: Iterable[str] = ()) -> list[Answer]:
    """Every value that the policy reports, or those named, in its own order. Raises GongbaoError for another name."""
    found: list[Answer] = []
    for name, reported in policy.reported.items():
        if isinstance(reported, Rule):
            found.append(Answer(name, "", reported.type, reported))
            continue
        item = policy.facts.declared()[name].type.item
        assert item is not None
        for part in reported:
            if isinstance(part, str):
                found.append(Answer(part, name, item.python.declared()[part].type, None))
            else:
                found.append(Answer(part.name, name, part.type, part))
    wanted = list(names)
    known = {one.name.lower(): one.name for one in found}
    for name in wanted:
        if name not in known.values():
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"there are: {', '.join(known.values())}"
            raise GongbaoError(f"{policy.name} reports no value {name}; {hint}")
    return [one for one in found if not wanted or one.name in wanted]


def needed_for(policy: Policy, answers: Iterable[Answer]) -> set[str]:
    """The facts that these values may need, by name; a list of records stands for all of it."""
    found: set[str] = set()
    for one in answers:
        found |= one.rule.facts_needed if one.rule else {one.records}
    if policy.dated in policy.facts.declared():
        found.add(policy.dated)
    return found


class Answers:
    """The values of a chunk's rows, filled in from columns and from single cases."""

    def __init__(self, answers: list[Answer], rows: int) -> None:
        self.answers = answers
        self.status = np.zeros(rows, np.int8)
        self.missing = np.full(rows, None, object)
        self.values: list[Any] = []
        self.absent: list[Any] = []
        for one in answers:
            self.values.append(np.zeros(rows, np.int64) if one.is_number else np.full(rows, None, object))
            self.absent.append(np.ones(rows, bool))

    def put(self, place: int, rows: Any, values: Any, present: Any = True) -> None:
        """Values of one column, for some of the rows."""
        self.values[place][rows] = values
        self.absent[place][rows] = ~np.asarray(present, bool)

    def data(self, rows: Any) -> dict[str, Any]:
        """As a table that DuckDB reads."""
        found: dict[str, Any] = {"row": rows, "status": self.status, "missing": self.missing}
        for place, one in enumerate(self.answers):
            value = self.values[place]
            absent = self.absent[place]
            if one.is_number:
                value = np.ma.array(value, mask=absent) if absent.any() else value
            else:
                value[absent] = None
            found[f"v{place}"] = value
        return found


__all__ = ["MOST", "Answer", "Answers", "TooLarge", "answers_of", "needed_for"]
