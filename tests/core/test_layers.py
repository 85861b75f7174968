"""The layout of drawings: layers, passing arrows, circles."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gongbao.core.layers import Layout, Spacing, arrange

SPACING = Spacing(passing=5, between=10, across=40, edge=20)


def laid(things: str, *arrows: str, straight: bool = False) -> Layout[str]:
    return arrange(
        list(things),
        [(one[0], one[1]) for one in arrows],
        depth=lambda one: 30.0,
        size=lambda one: 50.0,
        spacing=SPACING,
        straight=straight,
    )


def names(layout: Layout[str]) -> list[list[str]]:
    return [sorted(place.thing or "." for place in layer) for layer in layout.layers]


def test_a_thing_stands_behind_all_that_lead_to_it() -> None:
    assert names(laid("abcd", "ab", "bc", "ac", "cd")) == [["a"], [".", "b"], ["c"], ["d"]]


def test_an_arrow_that_closes_a_circle_is_drawn_back() -> None:
    layout = laid("abc", "ab", "bc", "ca")
    assert names(layout) == [["a"], [".", "b"], ["c"]]
    assert [place.thing for place in layout.routes[2]] == ["c", None, "a"]


def test_sizes() -> None:
    layout = laid("abc", "ab", "ac")
    assert (layout.breadth, layout.length) == (20 + 30 + 40 + 30 + 20, 20 + 50 + 10 + 50 + 20)
    assert [(one.start, one.middle) for one in layout.places] == [(20, 75), (90, 45), (90, 105)]
    empty = laid("")
    assert (empty.breadth, empty.length, empty.places) == (40, 40, [])


def test_a_chain_beside_a_wide_layer_is_straight() -> None:
    layout = laid("abcde", "ab", "ac", "ad", "ce", straight=True)
    middle = {one.thing: one.middle for one in layout.places}
    assert middle["a"] == middle["c"] == middle["e"]


@given(st.lists(st.text("abcdefgh", min_size=2, max_size=2), max_size=20), st.booleans())
def test_every_arrow_has_its_route_and_nothing_overlaps(arrows: list[str], straight: bool) -> None:
    arrows = [one for one in arrows if one[0] != one[1]]
    layout = laid("abcdefgh", *arrows, straight=straight)
    assert sorted(one.thing for one in layout.places if one.thing) == list("abcdefgh")
    for arrow, route in zip(arrows, layout.routes, strict=True):
        assert (route[0].thing, route[-1].thing) == (arrow[0], arrow[1])
        assert all(one.thing is None for one in route[1:-1])
        steps = {after.layer - before.layer for before, after in pairwise(route)}
        assert steps in ({1}, {-1}), "one layer at a time, in one direction"
    for layer in layout.layers:
        for one, other in pairwise(layer):
            assert other.middle - other.size / 2 >= one.middle + one.size / 2 + SPACING.between - 1e-6
        assert all(SPACING.edge - 1e-6 <= one.middle - one.size / 2 for one in layer)
        assert all(one.middle + one.size / 2 <= layout.length - SPACING.edge + 1e-6 for one in layer)
