"""What docs/benchmarks.md says of the market."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.report import machine, number_text, table

SMALL, LARGE = 100, 300  # milliseconds: what a page may take on the demonstration, and with a million rows
_WORDS = (
    "Its pages as each party opens them, answered by the whole site to Django's test client, without a network: on the "
    "demonstration, and on copies of it over four years. Milliseconds are by the clock on the wall: the first answer, "
    "and the median of {runs} that follow. Files grow with what is in them."
)


def section(demonstration: dict[str, Any], large: dict[str, Any], postgres: dict[str, Any] | None) -> str:
    """The three measurements beside each other; `postgres` None where none answered."""
    measured = [demonstration, large, *([postgres] if postgres else [])]
    pages = [{(one["who"], one["name"]): one for one in each["pages"]} for each in measured]
    rows = []
    for who, name in pages[0]:
        found = [each[who, name] for each in pages]
        times = [f"{figure:.0f}" for one in found for figure in (one["first"], _middle(one))]
        rows.append([f"{who}: {name}", *(str(one["queries"]) for one in found[:2]), *times])
    names = ["demonstration", "SQLite", *(["PostgreSQL"] if postgres else [])]
    heads = [f"{figure}, {name}" for name in names for figure in ("first", "median")]
    largest = ", ".join(f"{number_text(number)} {name}" for name, number in list(large["tables"].items())[:5])
    return "\n\n".join(
        [
            _WORDS.format(runs=len(measured[-1]["pages"][0]["milliseconds"])),
            f"The copies are {number_text(large['rows'])} rows: {largest}, and others.",
            table(("page", "queries, demonstration", "queries, copies", *heads), rows),
            _kept(measured),
            machine(),
        ]
    )


def _kept(measured: Sequence[dict[str, Any]]) -> str:
    """How many of the pages keep to what is asked of them, and which do not."""
    told = []
    for name, limit, one in zip(
        ("the demonstration", "SQLite", "PostgreSQL"), (SMALL, LARGE, LARGE), measured, strict=False
    ):
        over = [f"{each['who']}: {each['name']}" for each in one["pages"] if _middle(each) > limit]
        told.append(f"- {name}, {limit} ms: " + (f"{len(over)} over ({'; '.join(over)})" if over else "all within"))
    return "\n".join(told)


def _middle(one: dict[str, Any]) -> float:
    return median(one["milliseconds"])
