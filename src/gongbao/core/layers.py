"""Things and the arrows between them in layers, for a drawing: Sugiyama's method in its plainest form.

A thing's layer is one more than the last of those with an arrow to it; an arrow that closes a circle is turned round
for this. Where an arrow passes a layer it takes a place of its own there, so that it runs around the boxes. Places in a
layer are ordered by the middle of their neighbours, a few times to and fro. Which way the layers run on the page is for
whoever draws to say: `start` and `depth` are measured across the layers, `middle` and `size` along them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, TypeVar

_ROUNDS = 8

T = TypeVar("T")


@dataclass(eq=False)
class Place(Generic[T]):
    """A thing in its layer, or (thing None) where an arrow passes; all places of a layer have its start and depth."""

    thing: T | None
    layer: int
    before: list[Place[T]] = field(default_factory=list)
    after: list[Place[T]] = field(default_factory=list)
    start: float = 0.0
    depth: float = 0.0
    middle: float = 0.0
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Spacing:
    """`passing`: what a passing arrow takes along its layer; `between` two places of a layer; `across`, between two
    layers; `edge`, around the whole."""

    passing: float
    between: float
    across: float
    edge: float


@dataclass(frozen=True, slots=True)
class Layout(Generic[T]):
    """`routes` has for each arrow, as they were given, its places from tail to head. `breadth` is that of all layers
    side by side, `length` that of the longest."""

    layers: list[list[Place[T]]]
    routes: list[list[Place[T]]]
    breadth: float
    length: float

    @property
    def places(self) -> list[Place[T]]:
        return [place for layer in self.layers for place in layer]


def arrange(
    things: Sequence[T],
    arrows: Sequence[tuple[T, T]],
    *,
    depth: Callable[[T], float],
    size: Callable[[T], float],
    spacing: Spacing,
    straight: bool = False,
) -> Layout[T]:
    """Give each thing its place. `depth` and `size` are what a thing needs across and along its layer.

    `straight`: places move to where their arrows run straighter; else each layer is centred. An arrow from a thing to
    itself is not for here.
    """
    layers, routes = _layers(things, arrows)
    _order(layers)
    for layer in layers:
        for place in layer:
            place.size = spacing.passing if place.thing is None else size(place.thing)
    breadth, length = _measure(layers, depth, spacing)
    if straight:
        length = _straighten(layers, spacing)
    return Layout(layers, routes, breadth, length)


def _layers(things: Sequence[T], arrows: Sequence[tuple[T, T]]) -> tuple[list[list[Place[T]]], list[list[Place[T]]]]:
    turned = _turned(things, arrows)
    above: dict[T, list[T]] = {one: [] for one in things}
    for number, (tail, head) in enumerate(arrows):
        over, under = (head, tail) if number in turned else (tail, head)
        above[under].append(over)
    depth: dict[T, int] = {}

    def layer(one: T) -> int:
        if one not in depth:
            depth[one] = 1 + max((layer(other) for other in above[one]), default=-1)
        return depth[one]

    layers: list[list[Place[T]]] = [[] for _ in range(1 + max(map(layer, things), default=-1))]
    places = {one: Place(one, depth[one]) for one in things}
    for place in places.values():
        layers[place.layer].append(place)
    routes = []
    for number, (tail, head) in enumerate(arrows):
        first, last = (places[head], places[tail]) if number in turned else (places[tail], places[head])
        route = [first]
        for passed in range(first.layer + 1, last.layer):
            step: Place[T] = Place(None, passed)
            layers[passed].append(step)
            route.append(step)
        route.append(last)
        for before, after in pairwise(route):
            before.after.append(after)
            after.before.append(before)
        routes.append(route[::-1] if number in turned else route)
    return layers, routes


def _turned(things: Sequence[T], arrows: Sequence[tuple[T, T]]) -> set[int]:
    """The arrows that lead back to where a walk along them, from the first thing on, came from."""
    out: dict[T, list[int]] = {one: [] for one in things}
    for number, (tail, _) in enumerate(arrows):
        out[tail].append(number)
    turned: set[int] = set()
    done: set[T] = set()

    def walk(one: T, under_way: set[T]) -> None:
        if one in done:
            return
        for number in out[one]:
            head = arrows[number][1]
            if head == one or head in under_way:
                turned.add(number)
            else:
                walk(head, under_way | {one})
        done.add(one)

    for one in things:
        walk(one, set())
    return turned


def _order(layers: list[list[Place[T]]]) -> None:
    """Order each layer by the middle of the neighbours in the layer before, then in the one after, and again."""
    for turn in range(_ROUNDS):
        forth = turn % 2 == 0
        at = {place: number for layer in layers for number, place in enumerate(layer)}
        for layer in layers if forth else reversed(layers):
            middles = {place: _middle(place.before if forth else place.after, at, at[place]) for place in layer}
            layer.sort(key=middles.__getitem__)
            at |= {place: number for number, place in enumerate(layer)}


def _middle(neighbours: Iterable[Place[T]], at: dict[Place[T], int], own: int) -> float:
    found = [at[one] for one in neighbours]
    return sum(found) / len(found) if found else own


def _measure(layers: list[list[Place[T]]], depth: Callable[[T], float], spacing: Spacing) -> tuple[float, float]:
    """Give each place its coordinates, each layer in the middle; the breadth and length of the whole."""
    lengths = [sum(place.size for place in layer) + spacing.between * max(0, len(layer) - 1) for layer in layers]
    whole = max(lengths, default=0.0)
    start = spacing.edge
    for layer, length in zip(layers, lengths, strict=True):
        deepest = max((0.0 if place.thing is None else depth(place.thing) for place in layer), default=0.0)
        at = spacing.edge + (whole - length) / 2
        for place in layer:
            place.start, place.depth, place.middle = start, deepest, at + place.size / 2
            at += place.size + spacing.between
        start += deepest + spacing.across
    return max(start - spacing.across, spacing.edge) + spacing.edge, whole + 2 * spacing.edge


def _straighten(layers: list[list[Place[T]]], spacing: Spacing) -> float:
    """Move each place towards the middle of its neighbours, as far as those beside it let it; the whole length."""
    for turn in range(6 * _ROUNDS):
        forth = turn % 2 == 0
        for layer in layers if forth else reversed(layers):
            wanted = []
            for place in layer:
                near = place.before if forth else place.after
                wanted.append(sum(one.middle for one in near) / len(near) if near else place.middle)
            for place, middle in zip(layer, _apart(layer, wanted, spacing.between), strict=True):
                place.middle = middle
    places = [place for layer in layers for place in layer]
    first = min((place.middle - place.size / 2 for place in places), default=0.0)
    for place in places:
        place.middle += spacing.edge - first
    return max((place.middle + place.size / 2 for place in places), default=spacing.edge) + spacing.edge


def _apart(layer: Sequence[Place[T]], wanted: Sequence[float], between: float) -> list[float]:
    """Middles as near to those wanted as can be with the order and the room between kept: neighbours that would touch
    share what they want (isotonic regression by pooling)."""
    offsets, at = [], 0.0
    for number, place in enumerate(layer):
        if number:
            at += layer[number - 1].size / 2 + between + place.size / 2
        offsets.append(at)
    pools: list[list[float]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        pools.append([want - offset, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, count = pools.pop()
            before = pools[-1]
            before[0] = (before[0] * before[1] + mean * count) / (before[1] + count)
            before[1] += count
    shared = [mean for mean, count in pools for _ in range(int(count))]
    return [mean + offset for mean, offset in zip(shared, offsets, strict=True)]
