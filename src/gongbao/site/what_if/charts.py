"""The pictures of the page, made on the server as SVG, without script, each with the same as a table.

Colours are classes of what_if.css. Places in a picture are whole tenths of its units, of which nobody sees less.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gongbao.site.policies.charts import Chart

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 76, 36, 40, 48


@dataclass(frozen=True, slots=True)
class Size:
    """How many persons a change from `low` up to `high` (None: without end) rises or falls for, in each of the changes
    that are set side by side."""

    low: Decimal
    high: Decimal | None
    gained: tuple[int, ...]
    lost: tuple[int, ...]

    def label(self, sign: str) -> str:
        if self.high is None:
            return f"{sign}{amount(self.low)} …"
        return f"{sign}{amount(self.low)} … {sign}{amount(self.high)}" if self.low else f"0 … {sign}{amount(self.high)}"


@dataclass(frozen=True, slots=True)
class Cliff:
    """At `where` the value jumps from `low` to `high`; so many persons, as `count` tells it, stand near it, `below` and
    `above`."""

    where: Decimal
    low: Decimal
    high: Decimal
    below: str
    above: str


@dataclass(frozen=True, slots=True)
class Line:
    """A value against a fact, by the points at which it bends, from left to right. `kind` is a class of the style
    sheet: before, kept or after."""

    name: str
    kind: str
    points: tuple[tuple[Decimal, Decimal], ...]
    cliffs: tuple[Cliff, ...]


def corners(points: Sequence[tuple[int, int]], rounding: int) -> list[tuple[int, int]]:
    """The points between which the others lie on straight lines, but for the rounding."""
    if len(points) < 3:
        return list(points)
    kept = {0, len(points) - 1}
    stretches = [(0, len(points) - 1)]
    while stretches:
        first, last = stretches.pop()
        (a, b), (c, d) = points[first], points[last]
        furthest, where = rounding * (c - a), None
        for place in range(first + 1, last):
            x, y = points[place]
            off = abs((y - b) * (c - a) - (d - b) * (x - a))
            if off > furthest:
                furthest, where = off, place
        if where is not None:
            kept.add(where)
            stretches += [(first, where), (where, last)]
    return [points[place] for place in sorted(kept)]


def _svg(title: str, parts: Iterable[str]) -> SafeString:
    head = (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg">'
    )
    return mark_safe("".join([head, *parts, "</svg>"]))  # every text in it is escaped where it is put in


def _line(x1: Decimal | int, y1: Decimal | int, x2: Decimal | int, y2: Decimal | int, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _text(x: Decimal | int, y: Decimal | int, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _told(words: str) -> str:
    """What is told of a shape when somebody points at it."""
    return f"<title>{escape(words)}</title>"


class _Scale:
    """Values from `least` to `most` on a stretch from `first` to `last`."""

    def __init__(self, least: Decimal, most: Decimal, first: int, last: int) -> None:
        self.least, self.span = least, (most - least) or Decimal(1)
        self.first, self.room = first, last - first

    def __call__(self, value: Decimal | int) -> Decimal:
        return (self.first + self.room * (value - self.least) / self.span).quantize(Decimal("0.1"))


def ticks(least: Decimal, most: Decimal, count: int = 5) -> list[Decimal]:
    """Round numbers within the bounds, about so many."""
    span = most - least
    if span <= 0:
        return [least]
    step = Decimal(10) ** (span / count).adjusted()
    step = next(step * times for times in (1, 2, 5, 10) if span / (step * times) <= count)
    first = (least / step).to_integral_value(rounding="ROUND_CEILING") * step
    out = []
    while first <= most:
        out.append(first)
        first += step
    return out


def amount(value: Decimal) -> str:
    """1,234.5, −3: without zeros behind the point."""
    text = f"{value:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def count(number: int, fewest: int) -> str:
    """So many persons; of some, but fewer than `fewest`, not how many."""
    return _("fewer than %(number)s") % {"number": fewest} if 0 < number < fewest else f"{number:,}"


Bar = tuple[str, str, str, tuple[int, ...]]
"""What stands at its left end and at its right one, what it is called, and how high its columns are."""


def _bars(sizes: Sequence[Size]) -> list[Bar | None]:
    """Those who lose, the greatest losses outermost, then those who gain; None where two do not meet."""
    bars: list[Bar | None] = []
    for one in reversed(sizes):
        if any(one.lost):
            far = "" if one.high is None else f"−{amount(one.high)}"
            bars.append((far, f"−{amount(one.low)}" if one.low else "0", one.label("−"), one.lost))
    for one in sizes:
        if any(one.gained):
            far = "" if one.high is None else f"+{amount(one.high)}"
            bars.append((f"+{amount(one.low)}" if one.low else "0", far, one.label("+"), one.gained))
    out: list[Bar | None] = []
    for bar in bars:
        if out and bar is not None and out[-1] is not None and out[-1][1] != bar[0]:
            out.append(None)
        out.append(bar)
    return out


def of_sizes(title: str, sizes: Sequence[Size], names: Sequence[str], unit: str, fewest: int = 1) -> Chart | None:
    """How many persons lose and gain how much: those who lose on the left, the greatest losses outermost. Some, but
    fewer than `fewest`, stand as high as these."""
    bars = _bars(sizes)
    told = [bar for bar in bars if bar is not None]
    if not told:
        return None
    greatest = max(fewest, *(max(counts) for *_ends, counts in told))
    y = _Scale(Decimal(0), Decimal(greatest), HEIGHT - BOTTOM, TOP)
    room = min(Decimal(WIDTH - LEFT - RIGHT) / len(bars), Decimal(90))
    parts = []
    for tick in ticks(Decimal(0), Decimal(greatest)):
        if tick == tick.to_integral_value():
            parts.append(_line(LEFT, y(tick), WIDTH - RIGHT, y(tick), "grid-line"))
            parts.append(_text(LEFT - 8, y(tick) + 4, amount(tick), "end"))
    tenth = Decimal("0.1")
    kinds = ("of-kept", "of-after") if len(names) > 1 else ("of-after",)
    ends: dict[Decimal, str] = {}
    for place, bar in enumerate(bars):
        if bar is None:
            continue
        first, last, label, counts = bar
        left = (LEFT + room * place).quantize(tenth)
        ends[left], ends[(LEFT + room * (place + 1)).quantize(tenth)] = first, last
        width = (room - 2) / len(counts)
        for number, many in enumerate(counts):
            top = y(max(many, fewest) if many else 0)
            whose = f"{names[number]} " if len(names) > 1 else ""
            parts.append(
                f'<rect class="{kinds[number]}" x="{(left + 1 + width * number).quantize(tenth)}" y="{top}" '
                f'width="{width.quantize(tenth)}" height="{HEIGHT - BOTTOM - top}">'
                f"{_told(f'{whose}{label} {unit}: {count(many, fewest)}')}</rect>"
            )
    labels = [(where, words) for where, words in sorted(ends.items()) if words]
    if len(labels) > 14:
        # Every other one, and nought among them.
        odd = next((place for place, (_where, words) in enumerate(labels) if words == "0"), 0) % 2
        labels = labels[odd::2]
    for place, (where, words) in enumerate(labels):
        # Where there are many, they stand on two lines in turn.
        down = 32 if len(labels) > 8 and place % 2 else 16
        parts.append(_text(where, HEIGHT - BOTTOM + down, words))
    parts.append(_line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "axis"))
    if len(names) > 1:
        parts += _legend([(f"rect:{kind}", name) for kind, name in zip(kinds, names, strict=True)])
    heads = (pgettext("of a value", "change") + f" ({unit})", *names)
    return Chart(
        title,
        _svg(title, parts),
        heads,
        tuple((label, *(count(many, fewest) for many in counts)) for *_ends, label, counts in told),
    )


def of_fact(title: str, lines: Sequence[Line], fact: str, *, is_whole: bool = False) -> Chart | None:
    """A value against a fact, before and after; where it jumps, a circle on each side. `is_whole` where there is no
    value between two whole numbers."""
    every = [point for one in lines for point in one.points]
    if not every:
        return None
    least_x, most_x = min(x for x, _y in every), max(x for x, _y in every)
    least_y, most_y = min(Decimal(0), *(y for _x, y in every)), max(y for _x, y in every)
    if least_y == most_y:
        most_y += 1
    x, y = _Scale(least_x, most_x, LEFT, WIDTH - RIGHT), _Scale(least_y, most_y, HEIGHT - BOTTOM, TOP)
    parts = []
    for tick in ticks(least_y, most_y):
        if is_whole and tick % 1:
            continue
        parts.append(_line(LEFT, y(tick), WIDTH - RIGHT, y(tick), "grid-line"))
        parts.append(_text(LEFT - 8, y(tick) + 4, amount(tick), "end"))
    for tick in ticks(least_x, most_x, 6):
        parts.append(_text(x(tick), HEIGHT - BOTTOM + 18, amount(tick)))
    parts += [_line(LEFT, y(0), WIDTH - RIGHT, y(0), "axis"), _text(WIDTH - RIGHT, HEIGHT - 8, fact, "end")]
    for one in lines:
        path = " ".join(f"{'L' if place else 'M'}{x(a)} {y(b)}" for place, (a, b) in enumerate(one.points))
        parts.append(f'<path class="{one.kind}" d="{path}">{_told(one.name)}</path>')
    for one in lines:
        for cliff in one.cliffs:
            words = f"{one.name} {amount(cliff.where)}: {amount(cliff.low)} → {amount(cliff.high)}"
            at = x(cliff.where)
            parts.append(_line(at, y(cliff.low), at, y(cliff.high), "cliff-line"))
            parts += [
                f'<circle class="cliff" cx="{at}" cy="{y(there)}" r="4">{_told(words)}</circle>'
                for there in (cliff.low, cliff.high)
            ]
    parts += _legend([(f"line:{one.kind}", one.name) for one in lines])
    heads = (fact, *(one.name for one in lines), _("jumps: from, to (persons near below, above)"))
    return Chart(title, _svg(title, parts), heads, _rows(lines))


def _rows(lines: Sequence[Line]) -> tuple[tuple[str, ...], ...]:
    """Each place at which some line bends, with the value of each there, and what jumps."""
    places = sorted({a for one in lines for a, _b in one.points} | {c.where for one in lines for c in one.cliffs})
    rows = []
    for where in places:
        jumps = [
            f"{one.name}: {amount(cliff.low)} → {amount(cliff.high)} ({cliff.below}, {cliff.above})"
            for one in lines
            for cliff in one.cliffs
            if cliff.where == where
        ]
        rows.append((amount(where), *(amount(_value_at(one, where)) for one in lines), "; ".join(jumps)))
    return tuple(rows)


def _value_at(line: Line, where: Decimal) -> Decimal:
    there = next((b for a, b in line.points if a == where), None)
    return _between(line, where) if there is None else there


def _between(line: Line, where: Decimal) -> Decimal:
    before = [point for point in line.points if point[0] < where]
    after = [point for point in line.points if point[0] > where]
    if not before or not after:
        return (before or after)[-1 if before else 0][1]
    (a, b), (c, d) = before[-1], after[0]
    return (b + (d - b) * (where - a) / (c - a)).quantize(Decimal("0.01"))


def _legend(entries: Sequence[tuple[str, str]]) -> list[str]:
    parts, left = [], LEFT
    for sign, name in entries:
        form, _colon, kind = sign.rpartition(":")
        if form == "line":
            parts.append(_line(left, 14, left + 26, 14, kind))
        else:
            parts.append(f'<rect class="{kind}" x="{left + 8}" y="8" width="12" height="12"/>')
        parts.append(_text(left + 32, 18, name, "start"))
        # A Chinese sign is twice as broad as a letter.
        left += 52 + sum(14 if ord(letter) > 0x2E80 else 8 for letter in name)
    return parts
