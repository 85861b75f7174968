"""A procedure as a picture: states as boxes and steps between them, from the beginning down to the end.

A state shows the clocks that run or are stopped there and what may be done without leaving it. A step shows who takes
it, who signs, and its clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Literal

from gongbao.core.columns import width, wrapped
from gongbao.core.labels import Label
from gongbao.core.layers import Layout, Place, Spacing, arrange
from gongbao.procedures.clocks import Clock
from gongbao.procedures.declare import Procedure, State, Step, clause_label
from gongbao.procedures.walk import clocks_at

_LARGE, _SMALL = 14, 12  # sizes of type, in pixels
_EN = 0.56  # width of a figure or Latin letter in a size of type; Chinese characters take two
_ROOM = 24  # columns of a line before it is broken
_LEADING = 1.35
_ICON = 16.0
_PAD_X, _PAD_Y = 12.0, 8.0
_SPACING = Spacing(passing=10.0, between=14.0, across=34.0, edge=16.0)
_DOT = 14.0  # of the beginning
_ASIDE = 14.0  # of an arrow that leads back

_Icon = Literal["", "runs", "stopped", "stays", "none"]
"""What stands before a line; "none": room for it, and nothing there."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: int
    icon: _Icon = ""


@dataclass(frozen=True, slots=True)
class _Box:
    """A state, a step or (without lines) the beginning, as it is drawn."""

    kind: Literal["state", "final", "step", "program", "begin"]
    lines: tuple[_Line, ...] = ()

    @property
    def width(self) -> float:
        # The names of states are bold, and a little wider.
        bold = 1.08 if self.kind in ("state", "final") else 1.0
        widths = (width(one.text) * _EN * one.size * bold + (_ICON if one.icon else 0) for one in self.lines)
        return max(widths, default=0.0) + 2 * _PAD_X if self.lines else _DOT

    @property
    def height(self) -> float:
        return sum(one.size * _LEADING for one in self.lines) + 2 * _PAD_Y if self.lines else _DOT


def svg(procedure: Procedure, language: str) -> str:
    """The picture as SVG, with a title and a description in words for who cannot see it; no script, no outside asset.

    Colours are the surrounding text's, so that it is seen on light and dark. Final states have a double frame, steps
    of the program a dashed one.
    """
    boxes = dict(_boxes(procedure, language))
    arrows = list(_arrows(procedure))
    layout = arrange(
        list(boxes),
        arrows,
        depth=lambda one: boxes[one].height,
        size=lambda one: boxes[one].width,
        spacing=_SPACING,
        straight=True,
    )
    label = procedure.label.in_language(language)
    title = f"{label}：状态和环节" if language == "zh" else f"{label}: states and steps"
    identity = f"procedure-{procedure.key}"
    breadth, height = layout.length, layout.breadth
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {breadth:.0f} {height:.0f}" width="{breadth:.0f}" '
        f'height="{height:.0f}" role="img" aria-labelledby="{identity}-title {identity}-desc" lang="{language}" '
        f'font-family="sans-serif" font-size="{_LARGE}" color="#1b1b1b" class="procedure-diagram">',
        f'<title id="{identity}-title">{escape(title)}</title>',
        f'<desc id="{identity}-desc">{escape(" ".join(sentences(procedure, language)))}</desc>',
        '<g fill="none" stroke="currentColor" stroke-opacity="0.55">',
        *(_arrow(route, boxes) for route in layout.routes),
        "</g>",
        '<g fill="none" stroke="currentColor">',
        *(_frame(place, boxes[thing]) for thing, place in _things(layout)),
        "</g>",
        '<g fill="currentColor">',
        *(_words(place, boxes[thing]) for thing, place in _things(layout)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def sentences(procedure: Procedure, language: str) -> list[str]:
    """The same in words: a sentence for each state."""
    zh = language == "zh"
    at = clocks_at(procedure)
    out = []
    for step in procedure.steps.values():
        if step.begins and step.to is not None:
            label, to = step.label.in_language(language), step.to.label.in_language(language)
            ground = clause_label(step.clause).in_language(language)
            out.append(
                f"以“{label}”（{ground}）开始，进入“{to}”。"
                if zh
                else f"It begins with “{label}” ({ground}), at “{to}”."
            )
    for state in procedure.states.values():
        label = state.label.in_language(language)
        parts = [("终结" if zh else "the end")] if state.final else []
        parts += [_told(step, language) for step in procedure.steps.values() if state in step.at]
        parts += [_clock_words(clock, language, runs=runs) for clock, runs in at[state.key]]
        out.append(f"“{label}”：{'；'.join(parts)}。" if zh else f"At “{label}”: {'; '.join(parts)}.")
    return out


def _told(step: Step, language: str) -> str:
    """A step with its clause, who takes it, and where it leads."""
    zh = language == "zh"
    label, ground = step.label.in_language(language), clause_label(step.clause).in_language(language)
    who = _join((role.label for role in step.by), language)
    if all(role.kind == "system" for role in step.by):
        told = f"期限届满：{label}（{ground}）" if zh else f"when the time runs out, {label} ({ground})"
    else:
        told = f"{who}可以{label}（{ground}）" if zh else f"{label} ({ground}), by {who}"
    if step.to is None:
        return told
    to = step.to.label.in_language(language)
    return f"{told}，进入“{to}”" if zh else f"{told}, leads to “{to}”"


def _join(labels: Iterable[Label], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(one.in_language(language) for one in labels)


def _clock_words(clock: Clock, language: str, *, runs: bool) -> str:
    """2 working days to decide (第三十六条), or that it is stopped here."""
    period, label = clock.period.label.in_language(language), clock.label.in_language(language)
    ground = clause_label(clock.clause if runs else clock.stop_clause).in_language(language)
    if language == "zh":
        return f"{label}：{period}（{ground}）" if runs else f"{label}：停止计算（{ground}）"
    return f"{label}: {period} ({ground})" if runs else f"{label}: stopped ({ground})"


# --- what is drawn

_BEGIN = "begin"


def _boxes(procedure: Procedure, language: str) -> Iterator[tuple[str, _Box]]:
    """Each thing by its name, in an order in which a walk from the first finds its way forward."""
    clocks = clocks_at(procedure)
    yield _BEGIN, _Box("begin")
    for step in procedure.steps.values():
        if step.begins:
            yield f"step {step.key}", _step_box(step, language)
    for state in procedure.states.values():
        yield f"state {state.key}", _state_box(procedure, state, clocks[state.key], language)
    for step in procedure.steps.values():
        if not step.begins and step.to is not None:
            yield f"step {step.key}", _step_box(step, language)


def _state_box(procedure: Procedure, state: State, clocks: Iterable[tuple[Clock, bool]], language: str) -> _Box:
    lines = list(_broken(state.label.in_language(language), _LARGE))
    for clock, runs in clocks:
        lines += _broken(_clock_words(clock, language, runs=runs), _SMALL, "runs" if runs else "stopped")
    for step in procedure.steps.values():
        if state in step.at and step.to is None:
            ground = clause_label(step.clause).in_language(language)
            label = step.label.in_language(language)
            lines += _broken(f"{label}（{ground}）" if language == "zh" else f"{label} ({ground})", _SMALL, "stays")
    return _Box("final" if state.final else "state", tuple(lines))


def _step_box(step: Step, language: str) -> _Box:
    lines = list(_broken(step.label.in_language(language), _LARGE))
    who = _join((role.label for role in step.by), language)
    if step.sign_off is not None:
        who = " → ".join([who, *(role.label.in_language(language) for role in step.sign_off.roles)])
    lines += _broken(who, _SMALL)
    lines += _broken(clause_label(step.clause).in_language(language), _SMALL)
    return _Box("program" if all(role.kind == "system" for role in step.by) else "step", tuple(lines))


def _broken(text: str, size: int, icon: _Icon = "") -> Iterator[_Line]:
    """The text in lines of one size; the icon stands before the first, and the others are as far in."""
    for number, line in enumerate(wrapped(text, _ROOM)):
        yield _Line(line, size, "none" if number and icon else icon)


def _arrows(procedure: Procedure) -> Iterator[tuple[str, str]]:
    for step in procedure.steps.values():
        if step.begins:
            yield _BEGIN, f"step {step.key}"
        elif step.to is None:
            continue
        for state in step.at:
            yield f"state {state.key}", f"step {step.key}"
        if step.to is not None:
            yield f"step {step.key}", f"state {step.to.key}"


# --- drawing: the layers run down the page


def _things(layout: Layout[str]) -> Iterator[tuple[str, Place[str]]]:
    for place in layout.places:
        if place.thing is not None:
            yield place.thing, place


def _top(place: Place[str], box: _Box) -> float:
    return place.start + (place.depth - box.height) / 2


def _arrow(route: list[Place[str]], boxes: dict[str, _Box]) -> str:
    """From the tail to the head, down or (back to an earlier state) up, a little aside of those that come down."""
    tail, head = boxes[route[0].thing or ""], boxes[route[-1].thing or ""]
    down = route[0].layer < route[-1].layer
    aside = 0.0 if down else min(_ASIDE, tail.width / 4, head.width / 4)
    x, y = route[0].middle + aside, _top(route[0], tail) + (tail.height if down else 0)
    parts = [f"M{x:.1f} {y:.1f} V{_far(route[0], down):.1f}"]
    for before, after in pairwise(route):
        start, end = _far(before, down), _near(after, down)
        bend = (start + end) / 2
        to = after.middle + (aside if after.thing else 0)
        parts.append(f"C{x:.1f} {bend:.1f} {to:.1f} {bend:.1f} {to:.1f} {end:.1f}")
        x = to
        if after.thing is None:
            parts.append(f"V{_far(after, down):.1f}")
    end = _top(route[-1], head) + (0 if down else head.height)
    tip = -7 if down else 7
    return f'<path d="{" ".join(parts)} V{end:.1f} m-4 {tip} l4 {-tip} l4 {tip}"/>'


def _near(place: Place[str], down: bool) -> float:
    """The edge of the layer that an arrow meets first."""
    return place.start if down else place.start + place.depth


def _far(place: Place[str], down: bool) -> float:
    return _near(place, not down)


def _frame(place: Place[str], box: _Box) -> str:
    x, y = place.middle - box.width / 2, _top(place, box)
    if box.kind == "begin":
        return f'<circle cx="{place.middle:.1f}" cy="{y + _DOT / 2:.1f}" r="{_DOT / 2 - 1:.1f}" fill="currentColor"/>'
    corner = 4.0 if box.kind in ("state", "final") else min(box.height / 2, 18.0)
    stroke = {"state": ' stroke-width="2"', "program": ' stroke-dasharray="4 3"'}.get(box.kind, "")
    return "".join(
        f'<rect x="{x + inset:.1f}" y="{y + inset:.1f}" width="{box.width - 2 * inset:.1f}" '
        f'height="{box.height - 2 * inset:.1f}" rx="{corner:.1f}"{stroke}/>'
        for inset in ((0, 3) if box.kind == "final" else (0,))
    )


def _words(place: Place[str], box: _Box) -> str:
    """The lines: those of a step and the names of states in the middle, those with an icon on the left."""
    out = []
    y = _top(place, box) + _PAD_Y
    left = place.middle - box.width / 2 + _PAD_X
    for line in box.lines:
        y += line.size * _LEADING
        base = y - line.size * 0.35
        x, anchor = (left + _ICON, "start") if line.icon else (place.middle, "middle")
        weight = ' font-weight="600"' if line.size == _LARGE and box.kind in ("state", "final") else ""
        small = f' font-size="{line.size}"' if line.size != _LARGE else ""
        out.append(
            f'<text x="{x:.1f}" y="{base:.1f}" text-anchor="{anchor}"{small}{weight}>{escape(line.text)}</text>'
            + _icon(line.icon, left + 5, base - line.size * 0.35)
        )
    return "".join(out)


def _icon(icon: _Icon, x: float, y: float) -> str:
    """A clock, the two bars of a pause, or an arrow that comes back; (x, y) is its middle."""
    around = {
        "runs": f"M{x - 5:.1f} {y:.1f} a5 5 0 1 0 10 0 a5 5 0 1 0 -10 0 M{x:.1f} {y - 3:.1f} v3 l2.5 1.5",
        "stopped": f"M{x - 2:.1f} {y - 4:.1f} v8 m4 -8 v8",
        "stays": f"M{x - 4:.1f} {y + 2:.1f} a4.5 4.5 0 1 1 4 2.5 m2.5 -3 l-2.5 3 l3.5 2",
    }.get(icon)
    return f'<path d="{around}" fill="none" stroke="currentColor" stroke-width="1.3"/>' if around else ""
