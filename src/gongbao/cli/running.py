"""`gongbao run`: a policy over a whole table. How rows become cases is told in docs/running-populations.md."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongbao import SCHEMA_VERSION
from gongbao.cli.printing import EXIT_REFUSED, StatusLine, heed_ctrl_c, json_option, print_json, say
from gongbao.cli.rules import case_as_text, figure_option, language_option, print_object, reading_option, tell_refused

if TYPE_CHECKING:
    from gongbao.rules.policy import Policy
    from gongbao.rules.run import Report


def register(cli: click.Group) -> None:
    """Add this command to the `gongbao` command."""
    from gongbao.cli import COMPUTING

    cli.command("run", section=COMPUTING)(run)


@click.argument("name", metavar="POLICY")
@click.argument("source", metavar="INPUT")
@click.option("-o", "--output", "target", metavar="OUTPUT", help="Where the result goes; kinds are those of INPUT.")
@click.option("--values", metavar="NAME,…", default="", help="Only these values; all by default.")
@reading_option
@figure_option
@click.option("--as-if", is_flag=True, help="Compute cases outside the policy's time in force too.")
@click.option("--allow-missing", is_flag=True, help="Take a table without a column for some of the facts.")
@click.option("--replace", is_flag=True, help="Write over a table of a database that is there already.")
@click.option("--explain", "row", type=int, metavar="ROW", help="Explain the case of this row of INPUT instead.")
@click.option("--threads", type=click.IntRange(1, 256), metavar="N", help="On so many threads; one for each core.")
@click.option("--fresh", is_flag=True, help="Begin anew where an earlier run was ended.")
@language_option
@json_option
def run(
    name: str,
    source: str,
    target: str | None,
    values: str,
    reading: tuple[tuple[str, str], ...],
    figure: tuple[tuple[str, str], ...],
    as_if: bool,
    allow_missing: bool,
    replace: bool,
    row: int | None,
    threads: int | None,
    fresh: bool,
    language: str,
    as_json: bool,
) -> int:
    """Compute a whole table of cases under a policy.

    INPUT and OUTPUT are a .parquet, .csv or .xlsx file, FILE.duckdb:TABLE, or postgresql://…/DATABASE#TABLE. The
    columns of INPUT are headed by the names or labels of facts; others are carried along. Rows that cannot be
    computed go to OUTPUT.rejected with their reason, and the exit status is then 1. A run that was ended goes on
    where it was.
    """
    from gongbao.rules.run import Job
    from gongbao.rules.run import run as run_job
    from gongbao.systems import policy as find_policy

    heed_ctrl_c()
    found = find_policy(name)
    if row is not None:
        if target:
            raise click.UsageError("--explain ROW writes no output; leave -o out")
        return _explain(found, source, row, dict(reading), dict(figure), as_if, language, as_json)
    if not target:
        raise click.UsageError("say with -o where the result goes, or with --explain ROW which row to explain")
    job = Job(
        found,
        source,
        target,
        readings=dict(reading),
        figures=dict(figure),
        as_if=as_if,
        values=tuple(one.strip() for one in values.split(",") if one.strip()),
        allow_missing=allow_missing,
        replace=replace,
        threads=threads,
        compiled=_compiled(),
    )
    progress = _Progress()
    try:
        report = run_job(job, fresh=fresh, progress=progress, say=progress.say)
    except KeyboardInterrupt:
        progress.say("ended; the same command goes on from here")
        raise
    finally:
        progress.end()
    if as_json:
        print_json({"schema_version": SCHEMA_VERSION, "policy": found.name, **_as_json(report)})
    else:
        say(_as_text(report, target, language))
    return EXIT_REFUSED if report.rejected_rows else 0


def _compiled() -> Path | None:
    """Where compiled rules are kept: in the home that was named. Not in a `var` that happens to lie in the folder one
    works in: what is kept there is run, and a folder may have been unpacked from anywhere."""
    home = os.environ.get("GONGBAO_HOME")
    return Path(home).absolute() / "columns" if home and Path(home).is_dir() else None


def _as_json(report: Report) -> dict[str, object]:
    return {
        "rows": report.rows,
        "cases": report.cases,
        "computed_one_by_one": report.one_by_one,
        "cases_with_missing_facts": report.cases_with_missing,
        "rejected_rows": report.rejected_rows,
        "rejected_cases": report.rejected_cases,
        "rejected_to": report.rejected_to or None,
        "carried": report.carried,
        "went_on_from_row": report.goes_on_from,
    }


def _as_text(report: Report, target: str, language: str) -> str:
    computed = report.rows - report.rejected_rows
    shown = target if "://" not in target else target.rpartition("#")[2]
    if language == "zh":
        lines = [f"{report.rows:,}行，{report.cases:,}个案件；{computed:,}行的结果写入{shown}"]
        if report.cases_with_missing:
            lines.append(f"{report.cases_with_missing:,}个案件缺少事实，部分结果为空")
        if report.rejected_rows:
            rejected = f"{report.rejected_rows:,}行（{report.rejected_cases:,}个案件）"
            lines.append(f"{rejected}无法计算，原因见{report.rejected_to}")
        return "\n".join(lines)
    lines = [f"{report.rows:,} rows, {report.cases:,} cases; what {computed:,} rows come to is in {shown}"]
    if report.cases_with_missing:
        lines.append(f"{report.cases_with_missing:,} cases lack a fact, and have empty values")
    if report.rejected_rows:
        rejected = f"{report.rejected_rows:,} rows ({report.rejected_cases:,} cases)"
        lines.append(f"{rejected} cannot be computed; why is in {report.rejected_to}")
    return "\n".join(lines)


def _explain(
    policy: Policy,
    source: str,
    row: int,
    readings: dict[str, str],
    figures: dict[str, str],
    as_if: bool,
    language: str,
    as_json: bool,
) -> int:
    from gongbao.cli.case_files import GivenCase
    from gongbao.rules import compute
    from gongbao.rules.compute import Refused
    from gongbao.rules.run import case_on

    found = case_on(policy, source, row)
    case = GivenCase(row, found.given, is_alone=True)
    try:
        if found.problems:
            raise Refused(tuple(problem for _, problem in found.problems))
        result = compute(policy, found.given, readings=readings, figures=figures, as_if=as_if)
    except Refused as error:
        tell_refused(case, error, language, as_json)
        return EXIT_REFUSED
    if as_json:
        print_object(result.as_json(explain=True))
    else:
        say(case_as_text(result, case, language, explain=True))
    return 0


_EVERY = 5.0


class _Progress(StatusLine):
    """How far a run is, every now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.step = ""
        self.begun, self.begun_at = 0, 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step != self.step:
            self.step, self.begun, self.begun_at = step, done, now
        if now - self.last < (0.2 if self.terminal else _EVERY):
            return
        self.last = now
        self.show(self._line(done, total, now - self.begun_at))

    def _line(self, done: int, total: int, seconds: float) -> str:
        # How far the first and the last step are is not known at every moment.
        parts = [f"{self.step} {100 * done // max(total, 1)} %" if done or self.step == "computing" else self.step]
        rate = (done - self.begun) / seconds if seconds > 0.5 else 0
        if rate > 0 and self.step == "computing":
            parts.append(f"{done:,} of {total:,} rows, {rate:,.0f} rows/s")
            left = int((total - done) / rate)
            parts.append(f"{left // 60}:{left % 60:02} left")
        return ", ".join(parts)

    def say(self, text: str) -> None:
        self.end()
        say(text, err=True)
