"""The command that invents a population for a policy, so that nobody's data is needed to try one out."""

from __future__ import annotations

from pathlib import Path

import click

from gongbao.cli.printing import Progress, answer, heed_ctrl_c, json_option


def register(cli: click.Group) -> None:
    """Add the command to the `gongbao` command."""
    from gongbao.cli import COMPUTING

    cli.command("population", section=COMPUTING)(population)


@click.argument("name", metavar="POLICY")
@click.option(
    "--persons",
    type=click.IntRange(min=0),
    required=True,
    metavar="N",
    help="How many cases: persons; of some policies stays in hospital, or months.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Another number, another population."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.parquet",
    help="Where it is written (default: POLICY.parquet).",
)
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@json_option
def population(name: str, persons: int, seed: int, output: Path | None, force: bool, as_json: bool) -> None:
    """Invent the facts of many cases of a policy, as a Parquet file.

    The same seed gives the same cases, and a larger population begins with the smaller one. What is assumed stands in
    docs/populations.md: it is made up, and stands for no real city's figures.
    """
    from gongbao.rules.population import write
    from gongbao.systems import population as find

    heed_ctrl_c()
    found = find(name)
    path = output or Path(f"{found.name}.parquet")
    progress = Progress(path.name)
    try:
        written = write(found, path, persons, seed, progress=progress, overwrite=force)
    finally:
        progress.end()
    data = {
        "policy": found.name,
        "file": str(path),
        "cases": written.cases,
        "counted": {"zh": found.counted.zh, "en": found.counted.en},
        "rows": written.rows,
        "seed": seed,
    }
    rows = f", {written.rows:,} rows" if written.rows != written.cases else ""
    answer(as_json, data, f"{path}: {written.cases:,} {found.counted.en}{rows}, invented with the seed {seed}")
