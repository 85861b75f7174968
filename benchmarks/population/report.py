"""What docs/benchmarks.md says of a whole city."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.figures import growth, spread
from benchmarks.population.data import AID, POOLING
from benchmarks.population.side_by_side import BASE, REFERENCE, City, Measured
from benchmarks.report import machine, number_text, table

_HEAD = (
    "engine",
    "seconds, median",
    "least to greatest",
    "times gongbao",
    "least to greatest",
    "building",
    "rows that differ",
    "by fen at most",
)
_WORDS = (
    "The same invented data, each engine in a process of its own that stays warm, all of them in turn in each round. "
    "Seconds are by the clock on the wall, without reading files; turning arrays into the library's own structures is "
    "told apart under building (of gongbao on Numba it includes compiling). Times gongbao is what an engine took "
    f"against {BASE} in the same round: median, least, greatest. Rows are compared one by one with {REFERENCE}, which "
    "the tests hold equal to `compute`. The memory alone reads the same bytes, writes as many results, and computes "
    "nothing."
)
_OF_PERSONS = (
    "One row is a person with a year's costs, of one category or two, of which the better counts. gongbao also finds "
    "which category that is, and the figures of each row's own day; the others compute the amount alone, with the "
    "figures of one day. OpenFisca-core as documented has a parameter file for each figure, picked by a variable "
    "inside a formula, and amounts as float, which it keeps in 32 bits. By hand it is one formula of NumPy inside "
    "OpenFisca, without its parameters; int has 32 bits there too, enough for these amounts. A what-if sets another "
    "rate each time, computes everything again, and adds up who gains and who loses what: in all, by category, "
    "district and tenth of the costs, and by size."
)
_OF_VISITS = (
    "One row is a visit. The fund pays until the limit of the year, which rises on retirement; visits of a day at one "
    "institution share a deductible. gongbao goes through a person's visits one after the other, as the rule is "
    "written. The others take running sums over the whole table and end one of them at retirement, which is exact as "
    "long as the limit changes once. The visits stand by person and day; in one line they come by day alone, and are "
    "put into order within the seconds."
)


def section(city: City) -> str:
    scale = city.scale
    versions = dict.fromkeys(one.version for one in [*city.persons, *city.visits] if one.version)
    blocks = [
        f"{_WORDS} Here: {', '.join(versions)}.",
        f"### Medical assistance for {number_text(scale.persons)} persons",
        _OF_PERSONS,
        _engines(city.persons),
        f"### Pooling of outpatient costs over {number_text(scale.visits)} visits",
        _OF_VISITS,
        _engines(city.visits),
        f"### From {number_text(scale.sizes[0])} rows to {number_text(scale.sizes[-1])}",
        _grown(city.growth),
        _agreed(city.growth["agreed"]),
        machine(),
    ]
    return "\n\n".join(blocks)


def _engines(found: Sequence[Measured]) -> str:
    by_title = {one.title: one for one in found if one.seconds}
    base = by_title.get(BASE) or by_title[REFERENCE]
    return table(_HEAD, [_row(one, base) for one in found])


def _row(one: Measured, base: Measured) -> list[str]:
    if not one.seconds:
        return [one.title, one.problem or "not measured", "", "", "", "", "", ""]
    ratios = [seconds / base.seconds[turn] for turn, seconds in one.seconds.items()]
    middle, least, greatest = spread(list(one.seconds.values()))
    is_base = one is base
    return [
        one.title,
        seconds_text(middle),
        f"{seconds_text(least)} to {seconds_text(greatest)}",
        "1" if is_base else _times(median(ratios)),
        "" if is_base else f"{_times(min(ratios))} to {_times(max(ratios))}",
        seconds_text(median(one.building)),
        "" if one.differing is None else number_text(one.differing),
        str(one.most) if one.differing else "",
    ]


def _grown(found: dict[str, Any]) -> str:
    rows, ends = [], []
    for policy, of in ((AID, "persons"), (POOLING, "visits")):
        sizes = [one for one in found["growth"] if one["policy"] == policy]
        for engine in sizes[0]["seconds"]:
            for one in sizes:
                middle, least, greatest = spread(one["seconds"][engine])
                rows.append(
                    [
                        f"{of}, {engine}",
                        number_text(one["rows"]),
                        seconds_text(middle),
                        f"{seconds_text(least)} to {seconds_text(greatest)}",
                        number_text(round(one["rows"] / middle)),
                    ]
                )
            exponent = growth([one["rows"] for one in sizes], [median(one["seconds"][engine]) for one in sizes])
            last = growth([one["rows"] for one in sizes[-2:]], [median(one["seconds"][engine]) for one in sizes[-2:]])
            ends.append(f"{of} on {engine} {exponent:.2f} ({last:.2f} between the last two)")
    return (
        f"{table(('gongbao', 'rows', 'seconds, median', 'least to greatest', 'rows a second'), rows)}\n\n"
        f"Growth: seconds ~ rows to the power of {', '.join(ends)} (least squares on the logarithms of the medians; 1 "
        "is linear, 2 quadratic; below 1 a call still has a cost of its own)."
    )


def _agreed(found: Sequence[dict[str, Any]]) -> str:
    if not found:
        return "The agreement of Numba with NumPy was not looked at here."
    each = [
        f"{one['policy']}, {number_text(one['rows'])} rows: {number_text(one['values'])} values, of which "
        f"{number_text(one['differing'])} differ"
        for one in found
    ]
    return f"Every value of every rule by NumPy and by Numba: {'; '.join(each)}."


def seconds_text(seconds: float) -> str:
    """Three places that mean something."""
    if seconds >= 10:
        return f"{seconds:.1f}"
    return f"{seconds:.2f}" if seconds >= 1 else f"{seconds:.3f}" if seconds >= 0.1 else f"{seconds:.4f}"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}".replace(",", " ") if ratio >= 100 else f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2f}"
