"""Which rule needs which, as a picture: layers from left to right, each rule to the right of all that it needs.

The layout is Sugiyama's in its plainest form. A rule's layer is one more than the last of what it needs; where an arrow
passes a layer it takes a place of its own there, so that it runs around the boxes; places in a layer are ordered by the
middle of their neighbours, a few times to and fro.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

from gongbao.core.columns import width
from gongbao.rules.policy import Policy, Rule

_EN = 8.0  # width of a figure or Latin letter, in pixels; Chinese characters take two
_SIZE = 14
_HEIGHT, _PASSING = 44.0, 10.0  # of a box, and of the place of a passing arrow
_BETWEEN, _ACROSS, _EDGE = 14.0, 64.0, 16.0
_ROUNDS = 8


@dataclass(eq=False)
class _Place:
    """A rule in its layer, or (rule None) where an arrow passes. `x` is the left side, `y` the middle."""

    rule: Rule[..., object] | None
    layer: int
    before: list[_Place] = field(default_factory=list)
    after: list[_Place] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0

    @property
    def height(self) -> float:
        return _HEIGHT if self.rule else _PASSING


def svg(policy: Policy, language: str) -> str:
    """The picture as SVG, with a title and a description in words for who cannot see it; no script, no outside asset.

    Colours are the surrounding text's, so that it is seen on light and dark. Reported values have a double frame.
    """
    layers = _layers(policy)
    _order(layers)
    breadth, height = _measure(layers, language)
    places = [place for layer in layers for place in layer]
    label = policy.label.in_language(language)
    title = f"{label}：各项规则的关系" if language == "zh" else f"{label}: which rule needs which"
    identity = f"diagram-{policy.name}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {breadth:.0f} {height:.0f}" width="{breadth:.0f}" '
        f'height="{height:.0f}" role="img" aria-labelledby="{identity}-title {identity}-desc" lang="{language}" '
        f'font-family="sans-serif" font-size="{_SIZE}" color="#1b1b1b" class="rule-diagram">',
        f'<title id="{identity}-title">{escape(title)}</title>',
        f'<desc id="{identity}-desc">{escape(" ".join(sentences(policy, language)))}</desc>',
        '<g fill="none" stroke="currentColor" stroke-opacity="0.55">',
        *(_arrow(place, after) for place in places for after in place.after),
        "</g>",
        '<g fill="none" stroke="currentColor">',
        *(_frame(place, policy) for place in places if place.rule),
        "</g>",
        '<g fill="currentColor">',
        *(_words(place, language) for place in places if place.rule),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def sentences(policy: Policy, language: str) -> list[str]:
    """The same in words, a sentence for each rule."""
    out = []
    for rule in policy.rules.values():
        names = [policy.rules[name].label.in_language(language) for name in rule.needs]
        label = rule.label.in_language(language)
        if language == "zh":
            out.append(
                f"{label}（{rule.clause}）" + (f"取决于{'、'.join(names)}。" if names else "只取决于事实和标准。")
            )
        else:
            needed = f"needs {', '.join(names)}." if names else "needs facts and figures only."
            out.append(f"{label} ({rule.clause}) {needed}")
    return out


def reported_rules(policy: Policy) -> list[Rule[..., object]]:
    """Each rule whose value is reported, of the case or of each record."""
    found: list[Rule[..., object]] = []
    for one in policy.reported.values():
        found += [one] if isinstance(one, Rule) else [part for part in one if isinstance(part, Rule)]
    return found


# --- Layout


def _layers(policy: Policy) -> list[list[_Place]]:
    depth: dict[str, int] = {}

    def layer(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max((layer(one) for one in policy.rules[name].needs), default=-1)
        return depth[name]

    layers: list[list[_Place]] = [[] for _ in range(1 + max(map(layer, policy.rules), default=-1))]
    places = {name: _Place(rule, depth[name]) for name, rule in policy.rules.items()}
    for place in places.values():
        layers[place.layer].append(place)
    for name, rule in policy.rules.items():
        for needed in rule.needs:
            last = places[needed]
            for passed in range(last.layer + 1, places[name].layer):
                step = _Place(None, passed)
                layers[passed].append(step)
                _join(last, step)
                last = step
            _join(last, places[name])
    return layers


def _join(before: _Place, after: _Place) -> None:
    before.after.append(after)
    after.before.append(before)


def _order(layers: list[list[_Place]]) -> None:
    """Order each layer by the middle of the neighbours in the layer before, then in the one after, and again."""
    for turn in range(_ROUNDS):
        forth = turn % 2 == 0
        at = {place: number for layer in layers for number, place in enumerate(layer)}
        for layer in layers if forth else reversed(layers):
            middles = {place: _middle(place.before if forth else place.after, at, at[place]) for place in layer}
            layer.sort(key=middles.__getitem__)
            at |= {place: number for number, place in enumerate(layer)}


def _middle(neighbours: Iterable[_Place], at: dict[_Place, int], own: int) -> float:
    found = [at[one] for one in neighbours]
    return sum(found) / len(found) if found else own


def _measure(layers: list[list[_Place]], language: str) -> tuple[float, float]:
    """Give each place its coordinates; the breadth and height of the whole."""
    heights = [sum(place.height for place in layer) + _BETWEEN * max(0, len(layer) - 1) for layer in layers]
    whole = max(heights, default=0.0)
    x = _EDGE
    for layer, height in zip(layers, heights, strict=True):
        broadest = max((_breadth(place, language) for place in layer), default=0.0)
        y = _EDGE + (whole - height) / 2
        for place in layer:
            place.x, place.width, place.y = x, broadest, y + place.height / 2
            y += place.height + _BETWEEN
        x += broadest + _ACROSS
    return max(x - _ACROSS, _EDGE) + _EDGE, whole + 2 * _EDGE


def _breadth(place: _Place, language: str) -> float:
    if place.rule is None:
        return 0.0
    texts = (place.rule.label.in_language(language), place.rule.clause)
    return max(width(text) for text in texts) * _EN + 20


# --- Drawing


def _arrow(place: _Place, after: _Place) -> str:
    start, end = place.x + place.width, after.x
    bend = (end - start) / 2
    # Where an arrow passes a layer, it runs straight through its place there.
    begin = f"M{start:.1f} {place.y:.1f}" if place.rule else f"M{place.x:.1f} {place.y:.1f} H{start:.1f}"
    curve = f"C{start + bend:.1f} {place.y:.1f} {end - bend:.1f} {after.y:.1f} {end:.1f} {after.y:.1f}"
    head = " m-7 -4 l7 4 l-7 4" if after.rule else ""
    return f'<path d="{begin} {curve}{head}"/>'


def _frame(place: _Place, policy: Policy) -> str:
    assert place.rule is not None
    top = place.y - place.height / 2
    is_reported = place.rule in reported_rules(policy)
    dashes = ' stroke-dasharray="4 3"' if place.rule.is_check else ""
    frames = [
        f'<rect x="{place.x + inset:.1f}" y="{top + inset:.1f}" width="{place.width - 2 * inset:.1f}" '
        f'height="{place.height - 2 * inset:.1f}" rx="4"{dashes}/>'
        for inset in ((0, 3) if is_reported else (0,))
    ]
    return "".join(frames)


def _words(place: _Place, language: str) -> str:
    assert place.rule is not None
    middle = place.x + place.width / 2
    label, clause = escape(place.rule.label.in_language(language)), escape(place.rule.clause)
    return (
        f'<text x="{middle:.1f}" y="{place.y - 3:.1f}" text-anchor="middle">{label}</text>'
        f'<text x="{middle:.1f}" y="{place.y + 14:.1f}" text-anchor="middle" font-size="11" '
        f'opacity="0.75">{clause}</text>'
    )
