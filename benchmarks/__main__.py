"""Measure, and write docs/benchmarks.md. See `python -m benchmarks --help`."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import computing, pages, reading, report, searching
from benchmarks.market import measure as market
from benchmarks.market import report as market_report
from benchmarks.population import report as city_report
from benchmarks.population import side_by_side
from benchmarks.processes import ROOT, Stopped

LARGE = 10_000  # documents


def say(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure how fast gazettes are read, policies computed and pages answered. Takes ten minutes "
        "or so, --full half an hour.",
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help=f"hostile shapes of {reading.LARGE_SHAPE} MB, a library of {LARGE} documents, and a whole city of "
        f"{side_by_side.FULL.persons} persons (else {side_by_side.MIDDLE.persons}) with "
        f"{side_by_side.FULL.visits} visits (else {side_by_side.MIDDLE.visits}), for which it takes "
        f"{side_by_side.FULL.visits * side_by_side.BYTES_OF_A_VISIT // 10**9} GB of memory, too",
    )
    parser.add_argument(
        "--only",
        choices=["searches", "population", "market"],
        help=f"measure only the searches in a library of {LARGE} documents, or only the whole city beside its peers "
        f"(as large as --full has it), or only the pages of the market with {market.LARGE} rows, and keep the rest of "
        "the page",
    )
    parser.add_argument("--tiny", action="store_true", help="sizes that measure nothing, to see that it runs")
    parser.add_argument("--persons", type=int, help="so many persons in the whole city")
    parser.add_argument("--visits", type=int, help="so many visits in the whole city")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks.md", help="the page that is written")
    options = parser.parse_args(arguments)
    sizes, shape_sizes, runs, large = reading.SIZES, reading.SHAPE_SIZES, 15, 0
    if options.full:
        shape_sizes, large = (*reading.SHAPE_SIZES, reading.LARGE_SHAPE), LARGE
    if options.tiny:
        sizes, shape_sizes, runs, large = (0.02, 0.08), (0.02, 0.04), 1, 16 if options.full else 0

    before = options.output.read_text(encoding="utf-8") if options.output.exists() else ""
    if options.only == "searches" and not report.holds_searches(before):
        say(f"benchmarks: {options.output} holds no searches in a large library; --full measures all of it")
        return 1

    with tempfile.TemporaryDirectory(prefix="gongbao-bench-") as name:
        folder = Path(name)
        try:
            if options.only == "population":
                written = report.with_section(before, report.CITY, _city(folder, options))
                options.output.write_text(written, encoding="utf-8")
                return 0
            if options.only == "market":
                written = report.with_section(before, report.MARKET, _market(folder, runs))
                options.output.write_text(written, encoding="utf-8")
                return 0
            if options.only:
                written = report.with_searches(before, *_searches(folder, 16 if options.tiny else LARGE, runs))
                options.output.write_text(written, encoding="utf-8")
                return 0
            say("computing cases")
            computed = computing.of_policies(2, 20) if options.tiny else computing.of_policies(50, 10_000)
            city = _city(folder, options)
            say("asking the library of the sample")
            sample = pages.of_library(folder, 0, runs)
            sized = reading.all_sizes(folder, sizes, say, most_runs=min(runs, 3))
            results = report.Results(
                sizes=sized,
                shares=reading.shares(folder, sizes[min(2, len(sizes) - 1)]),
                shapes=reading.all_shapes(folder, shape_sizes, say),
                sample=sample,
                large=_large(folder, large, runs) if large else None,
                computing=computed,
                city=city,
                market=_market(folder, runs) if options.full and not options.tiny else "",
            )
        except Stopped as error:
            say(f"benchmarks: {error}")
            return 1
    written = report.page(results, before)
    options.output.write_text(written, encoding="utf-8")
    print(written)
    for warning in report.warnings(results):
        say(f"warning: {warning}")
    return 0


def _city(folder: Path, options: argparse.Namespace) -> str:
    scale = side_by_side.FULL if options.full or options.only else side_by_side.MIDDLE
    if options.tiny:
        scale = side_by_side.TINY
    scale = scale.with_rows(options.persons or scale.persons, options.visits or scale.visits)
    (folder / "city").mkdir()
    return city_report.section(side_by_side.of_city(folder / "city", scale, say))


def _market(folder: Path, runs: int) -> str:
    say("asking the market of the demonstration")
    demonstration = market.on_sqlite(folder, 0, runs)
    say(f"filling a market with {market.LARGE} rows, and asking it")
    large = market.on_sqlite(folder, market.LARGE, runs)
    say("filling another one on PostgreSQL, if one answers, and asking it")
    return market_report.section(demonstration, large, market.on_postgres(folder, market.LARGE, runs))


def _large(folder: Path, documents: int, runs: int) -> dict[str, object]:
    say(f"filling a library with {documents} documents, and asking it")
    measured = pages.of_library(folder, documents, runs)
    say("filling another one on PostgreSQL, if one answers, and searching it")
    return measured | {"searches_on_postgres": searching.on_postgres(folder, documents, runs)}


def _searches(folder: Path, documents: int, runs: int) -> tuple[searching.Measured, searching.Measured | None]:
    say(f"filling a library with {documents} documents, and searching it")
    embedded = searching.on_sqlite(folder, documents, runs)
    say("filling another one on PostgreSQL, if one answers, and searching it")
    return embedded, searching.on_postgres(folder, documents, runs)


if __name__ == "__main__":
    sys.exit(main())
