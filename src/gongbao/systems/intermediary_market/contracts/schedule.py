"""The instalments in the form of the signing and of an amendment: a line of controls for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from gongbao.office.cases.forms import Control
from gongbao.procedures import Step
from gongbao.systems.intermediary_market.contracts.instalments import (
    CONDITIONS,
    DELIVERY,
    MOST,
    Line,
    Part,
    lines_of,
    text_of,
)

FIELD = "schedule"
_NAMES = ("part-title", "part-sum", "part-condition", "part-day")
_SPARE = 3
"""So many empty lines stand below those that are filled; a form that is sent with all of them full has more again."""


def typed_in(step: Step, request: HttpRequest) -> Mapping[str, str]:
    """What was typed in the lines, as the field of the step; {} where the step asks for none, or has no such lines."""
    columns = [request.POST.getlist(name) for name in _NAMES]
    if step.field(FIELD) is None or not any(columns):
        return {}
    rows = zip(*(column[:MOST] for column in columns), strict=False)
    return {FIELD: text_of([Line(*(" ".join(value.split()) for value in row)) for row in rows])}


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A line: what stands in it, and whether its instalment has begun and stays as it is."""

    number: int
    line: Line
    fixed: bool


@dataclass(frozen=True)
class Grid:
    """The lines, with what is wrong with them; `is_open`: something stands in them."""

    control: Control
    rows: tuple[ScheduleRow, ...]
    is_open: bool
    conditions = CONDITIONS
    default = DELIVERY


def grid(control: Control, parts: Sequence[Part]) -> Grid:
    """The lines of the field with what was typed, and some empty ones."""
    lines = lines_of(control.typed)
    filled = len(lines)
    lines += [Line()] * min(_SPARE, MOST - filled)
    fixed = {one.number for one in parts if one.begun}
    rows = tuple(ScheduleRow(number, line, number in fixed) for number, line in enumerate(lines, 1))
    return Grid(control, rows, bool(filled or control.wrong))
