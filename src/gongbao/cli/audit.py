"""The commands for the log: whether it is as it was written, and what can be shown of that later."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from gongbao.cli.printing import EXIT_REFUSED, Progress, answer, json_option, say, with_django, write_file
from gongbao.core.errors import GongbaoError


def register(cli: click.Group) -> None:
    """Add the commands for the log to the `gongbao` command."""
    from gongbao.cli import SERVING

    audit = click.Group("audit", help="Show that the log is as it was written; see gongbao audit --help.")
    audit.section = SERVING  # type: ignore[attr-defined]
    for name, command in (("verify", verify), ("checkpoint", checkpoint), ("key", key), ("rebuild", rebuild)):
        audit.command(name)(command)
    cli.add_command(audit)


@click.option(
    "--checkpoint",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Hold the log against this checkpoint; may be given again.",
)
@click.option("--key", "public_key", metavar="KEY", help="The public key that signed them (default: this site's own).")
@json_option
def verify(files: Sequence[Path], public_key: str | None, as_json: bool) -> int:
    """Walk the log and say what was changed, removed, inserted or moved.

    Without a checkpoint that was kept elsewhere nobody can tell a log that was written anew as a whole.
    """
    with_django()
    from gongbao.office.audit import checkpoints, queries

    read = [checkpoints.read_file(path) for path in files]
    for path, one in zip(files, read, strict=True):
        if not one.is_signed_by(public_key or checkpoints.public_key()):
            raise GongbaoError("this checkpoint is not signed with the key of this log", where=str(path))
    progress = Progress("the log")
    try:
        verdict = queries.verify(read, progress=progress)
    finally:
        progress.end()
    data: dict[str, Any] = {
        "holds": verdict.holds,
        "count": verdict.count,
        "head": verdict.head,
        "checkpoints": len(read),
        "breaks": [
            {"kind": str(one.kind), "first": one.first, "last": one.last, "words": one.words} for one in verdict.breaks
        ],
        "untold": verdict.untold,
    }
    if verdict.holds:
        against = f", and fits {_counted(len(read), 'checkpoint')}" if read else ""
        text = f"the log holds: {_counted(verdict.count, 'entry')}, the last with the hash {verdict.head}{against}"
    else:
        more = [f"and {verdict.untold} more"] if verdict.untold else []
        text = "\n".join(["the log does not hold:", *(one.words for one in verdict.breaks), *more])
    answer(as_json, data, text)
    return 0 if verdict.holds else EXIT_REFUSED


def _counted(number: int, what: str) -> str:
    if number == 1:
        return f"1 {what}"
    return f"{number} {what.removesuffix('y')}ies" if what.endswith("y") else f"{number} {what}s"


@click.argument("file", default="-", type=click.Path(path_type=Path, allow_dash=True))
def checkpoint(file: Path) -> None:
    """Write a signed checkpoint of the log as it stands to FILE.

    A FILE that ends in .pdf or .txt is for a person, any other is JSON; without FILE, JSON on standard output.
    Keep it where whoever keeps the database cannot change it.
    """
    with_django()
    from django.utils import timezone

    from gongbao.office.audit import checkpoints, paper

    taken = checkpoints.take(timezone.now())
    if str(file) == "-":
        click.echo(taken.as_json(), nl=False)
        return
    suffix = file.suffix.lower()
    if suffix == ".pdf":
        write_file(file, paper.checkpoint_pdf(taken))
    else:
        text = paper.checkpoint_text(taken) if suffix == ".txt" else taken.as_json()
        write_file(file, text.encode())
    say(f"{file}: {_counted(taken.count, 'entry')}")


@json_option
def key(as_json: bool) -> None:
    """Print the public key by which checkpoints of this site are known."""
    with_django()
    from gongbao.office.audit import checkpoints

    public = checkpoints.public_key()
    answer(as_json, {"public_key": public}, public)


@click.option("--check", is_flag=True, help="Only tell what differs; nothing is changed.")
@json_option
def rebuild(check: bool, as_json: bool) -> int:
    """Make again what is derived and kept, where it is not as derived."""
    with_django()
    from django.utils import timezone

    from gongbao.office.audit import rebuild as derived
    from gongbao.office.audit.actors import KEEPER

    names = [one.name for one in derived.registered()]
    if not check:
        done = derived.rebuild_all(actor=KEEPER, at=timezone.now())
        lines = [f"{name}: {number} mended" for name, number in done.items()]
        answer(as_json, {"compared": names, "mended": done}, "\n".join(lines) or "everything is as derived")
        return 0
    found = list(derived.differences())
    data = [
        {"derived": name, "subject": one.subject, "field": one.field, "kept": one.kept, "is": one.derived}
        for name, one in found
    ]
    lines = [f"{name}: {one}" for name, one in found] or [f"everything is as derived ({len(names)} compared)"]
    answer(as_json, {"compared": names, "differences": data}, "\n".join(lines))
    return EXIT_REFUSED if found else 0
