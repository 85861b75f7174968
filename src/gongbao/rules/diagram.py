"""Which rule needs which, as a picture: layers from left to right, each rule to the right of all that it needs."""

from __future__ import annotations

from html import escape
from typing import TypeAlias

from gongbao.core.columns import width
from gongbao.core.layers import Place, Spacing, arrange
from gongbao.rules.policy import Policy, Rule

_EN = 8.0  # width of a figure or Latin letter, in pixels; Chinese characters take two
_SIZE = 14
_HEIGHT = 44.0  # of a box
_SPACING = Spacing(passing=10.0, between=14.0, across=64.0, edge=16.0)

_Place: TypeAlias = Place[Rule[..., object]]


def svg(policy: Policy, language: str) -> str:
    """The picture as SVG, with a title and a description in words for who cannot see it; no script, no outside asset.

    Colours are the surrounding text's, so that it is seen on light and dark. Reported values have a double frame.
    """
    rules = list(policy.rules.values())
    layout = arrange(
        rules,
        [(policy.rules[needed], rule) for rule in rules for needed in rule.needs],
        depth=lambda rule: _breadth(rule, language),
        size=lambda rule: _HEIGHT,
        spacing=_SPACING,
    )
    breadth, height, places = layout.breadth, layout.length, layout.places
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
        *(_frame(place, policy) for place in places if place.thing),
        "</g>",
        '<g fill="currentColor">',
        *(_words(place, language) for place in places if place.thing),
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


# --- Drawing


def _breadth(rule: Rule[..., object], language: str) -> float:
    texts = (rule.label.in_language(language), rule.clause)
    return max(width(text) for text in texts) * _EN + 20


def _arrow(place: _Place, after: _Place) -> str:
    start, end = place.start + place.depth, after.start
    bend = (end - start) / 2
    # Where an arrow passes a layer, it runs straight through its place there.
    begin = f"M{start:.1f} {place.middle:.1f}" if place.thing else f"M{place.start:.1f} {place.middle:.1f} H{start:.1f}"
    curve = f"C{start + bend:.1f} {place.middle:.1f} {end - bend:.1f} {after.middle:.1f} {end:.1f} {after.middle:.1f}"
    head = " m-7 -4 l7 4 l-7 4" if after.thing else ""
    return f'<path d="{begin} {curve}{head}"/>'


def _frame(place: _Place, policy: Policy) -> str:
    assert place.thing is not None
    top = place.middle - place.size / 2
    is_reported = place.thing in reported_rules(policy)
    dashes = ' stroke-dasharray="4 3"' if place.thing.is_check else ""
    frames = [
        f'<rect x="{place.start + inset:.1f}" y="{top + inset:.1f}" width="{place.depth - 2 * inset:.1f}" '
        f'height="{place.size - 2 * inset:.1f}" rx="4"{dashes}/>'
        for inset in ((0, 3) if is_reported else (0,))
    ]
    return "".join(frames)


def _words(place: _Place, language: str) -> str:
    assert place.thing is not None
    middle = place.start + place.depth / 2
    label, clause = escape(place.thing.label.in_language(language)), escape(place.thing.clause)
    return (
        f'<text x="{middle:.1f}" y="{place.middle - 3:.1f}" text-anchor="middle">{label}</text>'
        f'<text x="{middle:.1f}" y="{place.middle + 14:.1f}" text-anchor="middle" font-size="11" '
        f'opacity="0.75">{clause}</text>'
    )
