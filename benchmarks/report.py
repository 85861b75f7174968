"""The measurements as a page of docs/."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.figures import growth, spread
from benchmarks.reading import SEVERAL_UP_TO, Shape, Size
from gongbao import __version__

LARGE = "## A large library"
COMPUTING, CITY, SAMPLE = "## Computing", "## A whole city, beside peers", "## The sample's library"
MARKET = "## The pages of the market"
SECTIONS = ("## Reading", "## Where the time goes", "## Hostile shapes", COMPUTING, CITY, MARKET, SAMPLE, LARGE)
_MARKS = {CITY: "a whole city", MARKET: "the market"}
"""The sections that are measured apart and put in again by themselves, with the words between which each stands."""
WARN_MEMORY = 40  # bytes for a byte of input
WARN_GROWTH = 1.15


@dataclass(frozen=True, slots=True)
class Results:
    """What a run measured. `large` is None where it was left out, `market` "" too; `city` and `market` are what
    population/report.py and market/report.py make of it."""

    sizes: Shape
    shares: dict[str, float]
    shapes: list[Shape]
    sample: dict[str, Any]
    large: dict[str, Any] | None
    computing: dict[str, Any] | None = None
    city: str = ""
    market: str = ""


def page(results: Results, before: str = "") -> str:
    """The whole page. `before` is the page as it stood: what this run left out is kept from it."""
    blocks = [
        "# Benchmarks",
        "Written by `make bench`; `python -m benchmarks --full` measures larger hostile shapes, a large library "
        f"and a larger city too. All texts are invented by a seeded generator. {machine()}",
        _reading(results.sizes),
        _shares(results.shares),
        _shapes(results.shapes),
        *([f"{COMPUTING}\n\n{computing(results.computing)}"] if results.computing else []),
        *([_marked(CITY, results.city)] if results.city else _marked_in(before, CITY)),
        *([_marked(MARKET, results.market)] if results.market else _marked_in(before, MARKET) or [_NO_MARKET]),
        f"{SAMPLE}\n\n{_library(results.sample)}",
        f"{LARGE}\n\n{_library(results.large)}\n\n{machine()}" if results.large else _kept(before),
    ]
    return "\n\n".join(blocks) + "\n"


def computing(found: dict[str, Any]) -> str:
    """Policies: importing them, a case of each, many lines."""
    rows = []
    for case in found["cases"]:
        plain, explained = spread(case["plain"]), spread(case["explained"])
        row = [f"{case['policy']}, {case['about']}", f"{plain[0]:.2f}", f"{plain[1]:.2f}"]
        rows.append([*row, f"{explained[0]:.2f}", f"{explained[1]:.2f}", number_text(case["bytes"] // 1000)])
    head = ("case", "ms", "least", "ms with explanation", "least", "kB of explanation")
    return (
        f"Importing all {found['policies']} policies with their figures, readings and checks takes "
        f"{found['import']:.2f} seconds. A case, from its facts as JSON to its answer as JSON, inside a warm process, "
        "median and least of the runs; an explanation grows with its steps, of which nine units have 290.\n\n"
        f"{table(head, rows)}\n\n"
        f"`gongbao compute medical-assistance` with {number_text(found['lines'])} lines takes {found['seconds']:.1f} "
        f"seconds ({number_text(round(found['lines'] / found['seconds']))} lines a second). Peers are measured below, "
        "with the whole city."
    )


def machine() -> str:
    """Nothing that tells one machine from another of its kind."""
    cores = os.cpu_count() or 1
    return (
        f"Measured with gongbao {__version__}, Python {platform.python_version()}, {platform.machine()}, "
        f"{cores} core{'s' if cores > 1 else ''}, SQLite."
    )


def warnings(results: Results) -> list[str]:
    """What is worse than it should be, a sentence each."""
    out = []
    for shape in [results.sizes, *results.shapes]:
        if shape.stopped:
            out.append(f"{shape.name}: {shape.stopped}")
        if len(shape.sizes) > 1 and (exponent := _growth(shape.sizes)) > WARN_GROWTH:
            out.append(f"{shape.name}: time grows with the size to the power of {exponent:.2f}")
        if shape.sizes and (bytes_each := max(size.memory / size.bytes for size in shape.sizes)) > WARN_MEMORY:
            out.append(f"{shape.name}: {bytes_each:.0f} bytes of memory for a byte of input")
    return out


def _growth(sizes: Sequence[Size]) -> float:
    """Of the least times: what else the machine did only ever adds."""
    return growth([size.bytes for size in sizes], [min(size.seconds) for size in sizes])


def _mb(count: float) -> str:
    return f"{count / 1e6:,.0f}".replace(",", " ") if count >= 1e7 else f"{count / 1e6:.1f}"


def number_text(number: int) -> str:
    """With a space between thousands."""
    return f"{number:,}".replace(",", " ")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    # The first column is words, the others are figures.
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(first: str, size: Size) -> list[str]:
    middle, least, greatest = spread(size.seconds)
    several = len(size.seconds) > 1
    return [
        first,
        number_text(size.documents),
        number_text(size.clauses),
        f"{middle:.2f}",
        f"{least:.2f} to {greatest:.2f}" if several else "",
        f"{size.bytes / middle / 1e6:.2f}",
        f"{middle / size.floor:,.0f}".replace(",", " "),
        _mb(size.peak),
        f"{size.memory / size.bytes:.0f}",
    ]


_HEAD = ("documents", "clauses", "seconds", "least to greatest", "MB/s", "times the floor", "peak MB", "bytes per byte")


def _reading(shape: Shape) -> str:
    words = [
        SECTIONS[0],
        "`gongbao.gazette.read_gazette` on issues made of the sample's documents, each time of another city, year and "
        "figures. Seconds are processor time; the floor is `str.splitlines` over the same text with nothing done to "
        "the lines; the peak is that of the whole process, and the bytes per byte of input are what reading took "
        f"beyond the loaded text. What is over {SEVERAL_UP_TO} MB is read once.",
        table(("MB", *_HEAD), [_row(f"{size.bytes / 1e6:.2f}", size) for size in shape.sizes]),
    ]
    if len(shape.sizes) > 1:
        words.append(
            f"Growth: seconds ~ size to the power of {_growth(shape.sizes):.2f} "
            "(least squares on the logarithms of the least times; 1 is linear, 2 quadratic)."
        )
    if shape.stopped:
        words.append(f"Not measured further: {shape.stopped}.")
    return "\n\n".join(words)


def _shares(shares: dict[str, float]) -> str:
    rows = [[f"`{name}`", f"{share * 100:.0f} %"] for name, share in shares.items()]
    rows.append(["the rest", f"{max(0.0, 1 - sum(shares.values())) * 100:.0f} %"])
    return f"{SECTIONS[1]}\n\nThe steps of reading a gazette, each with its share.\n\n{table(('step', 'share'), rows)}"


def _shapes(shapes: Sequence[Shape]) -> str:
    rows = [_row(f"{shape.name}, {size.bytes / 1e6:.2f} MB", size) for shape in shapes for size in shape.sizes]
    grown = [
        [shape.name, f"{_growth(shape.sizes):.2f}" if len(shape.sizes) > 1 else "", shape.stopped] for shape in shapes
    ]
    return "\n\n".join(
        [
            SECTIONS[2],
            "Texts made to be hard: none may take more than time and memory in proportion to its length. A shape full "
            "of things to mend takes the most memory, as every change is recorded with what stood there.",
            table(("shape", *_HEAD), rows),
            table(("shape", "growth", "not measured"), grown),
        ]
    )


def _library(measured: dict[str, Any]) -> str:
    took = measured["ingest"]
    rows = []
    for one in [*measured["pages"], *measured["queries"]]:
        middle, least, greatest = spread(one["milliseconds"])
        size = f"{one['bytes'] / 1000:.0f}" if one in measured["pages"] else ""
        rows.append([one["name"], str(one["queries"]), size, f"{middle:.1f}", f"{least:.1f}", f"{greatest:.1f}"])
    return "\n\n".join(
        [
            f"{number_text(measured['documents'])} documents with {number_text(measured['clauses'])} clauses, a "
            f"database of {_mb(measured['database'])} MB; taking in {_mb(took['bytes'])} MB of text took "
            f"{took['seconds']:.1f} seconds. Pages are answered by the whole site to Django's test client, without a "
            f"network, {len(measured['pages'][0]['milliseconds'])} times after a first; below them, questions put to "
            "`queries` directly.",
            table(("page or question", "queries", "kB", "milliseconds, median", "least", "greatest"), rows),
            searching(measured["searches"], measured.get("searches_on_postgres")),
        ]
    )


_SEARCHES = "Searches:"


def searching(embedded: Sequence[dict[str, Any]], postgres: Sequence[dict[str, Any]] | None) -> str:
    """The searches on one database, or beside each other on both."""
    on = {"SQLite": embedded} | ({"PostgreSQL": postgres} if postgres else {})
    rows = [
        [one["words"], number_text(one["documents"]), str(one["clauses"])]
        + [f"{figure:.1f}" for measured in on.values() for figure in spread(measured[place]["milliseconds"])]
        for place, one in enumerate(embedded)
    ]
    heads = [f"{figure}, {name}" for name in on for figure in ("median", "least", "greatest")]
    return (
        f"{_SEARCHES} the documents that hold the words, the first 50 of them, those with the words in the title "
        "before, and up to three clauses of each with the words marked; milliseconds.\n\n"
        + table(("words", "documents", "clauses shown", *heads), rows)
    )


def holds_searches(page: str) -> bool:
    """Whether the page tells of searches in a large library."""
    return _SEARCHES in page.partition(LARGE)[2]


def with_searches(page: str, embedded: Sequence[dict[str, Any]], postgres: Sequence[dict[str, Any]] | None) -> str:
    """The page with these searches in the large library, in the place of those that it holds."""
    before, large, rest = page.partition(LARGE)
    above, _heading, rest = rest.partition(_SEARCHES)
    # The words, the table, and what stands below.
    below = rest.split("\n\n", 2)[2:]
    return before + large + above + "\n\n".join([searching(embedded, postgres).strip(), *below])


def with_section(page: str, heading: str, text: str) -> str:
    """The page with this section (CITY or MARKET) in the place of the one that it holds, or before the library of the
    sample."""
    if held := _marked_in(page, heading):
        return page.replace(held[0], _marked(heading, text))
    above, sample, rest = page.replace(f"{_NO_MARKET}\n\n" if heading == MARKET else "", "").partition(SAMPLE)
    return f"{above}{_marked(heading, text)}\n\n{sample}{rest}"


def _marked(heading: str, text: str) -> str:
    begins, ends = _marks(heading)
    return f"{begins}\n\n{heading}\n\n{text}\n\n{ends}"


def _marked_in(page: str, heading: str) -> list[str]:
    """The section that the page holds, if it does."""
    begins, ends = _marks(heading)
    held, found, _rest = page.partition(begins)[2].partition(ends)
    return [f"{begins}{held}{ends}"] if found else []


def _marks(heading: str) -> tuple[str, str]:
    return f"<!-- {_MARKS[heading]}: begin -->", f"<!-- {_MARKS[heading]}: end -->"


_NO_MARKET = f"{MARKET}\n\nLeft out of this run: `python -m benchmarks --only market` measures it."


def _kept(before: str) -> str:
    if LARGE in before:
        return (LARGE + before.split(LARGE, 1)[1]).strip()
    return f"{LARGE}\n\nLeft out of this run: `python -m benchmarks --full` measures it."
