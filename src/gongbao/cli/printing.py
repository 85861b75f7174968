"""What the commands share: their options, and how they print for programs and for people."""

import json
import os
import re
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

import click

from gongbao import SCHEMA_VERSION
from gongbao.core.columns import width as width
from gongbao.core.dates import read_date
from gongbao.core.errors import GongbaoError

EXIT_REFUSED = 1
# Seconds between two lines of progress where stderr is no terminal and a line cannot be written over.
_PROGRESS_EVERY = 5.0


class Day(click.ParamType[date]):
    """A day: 2022-07-01 or 2022年7月1日."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return read_date(value) or date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is no day; write it like 2022-07-01", param, ctx)


class Kind(click.ParamType[str]):
    """A value of DocumentKind. The reader of gazettes is imported when one is given, and not for the help page."""

    name = "kind"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from gongbao.gazette.model import DocumentKind

        kinds = [kind.value for kind in DocumentKind]
        if value not in kinds:
            self.fail(f"“{value}” is no kind of document; it is one of {', '.join(kinds)}", param, ctx)
        return str(value)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs instead of text.")
on_option = click.option("--on", "day", type=Day(), metavar="DATE", help="The day of the status (default: today).")
revision_option = click.option(
    "--revision", type=click.IntRange(min=1), metavar="N", help="An older revision, counted from 1."
)


masked_option = click.option(
    "--masked", is_flag=True, help="Mask personal data, as for a visitor: for what is handed on."
)


def reader(masked: bool) -> Any:
    """The reader of a command: whoever works on the database itself, or a visitor where --masked is given."""
    from gongbao.office.people.readers import KEEPER, VISITOR

    return VISITOR if masked else KEEPER


def write_file(path: Path, content: bytes) -> None:
    """Write what a command makes: whole, or not at all. Raises GongbaoError."""
    draft = path.parent / f".{path.name}.{os.getpid()}"
    try:
        draft.write_bytes(content)
        os.replace(draft, path)
    except OSError as error:
        # Where no draft could be begun, none can be taken away either.
        with suppress(OSError):
            draft.unlink()
        raise GongbaoError(f"this file cannot be written: {error.strerror}", where=str(path)) from error


def with_django() -> None:
    """Load Django, and bring the embedded database up to date; an outside database that is not is refused."""
    from gongbao.site.prepare import ready_database, set_up

    set_up()
    ready_database()


def answer(as_json: bool, data: Mapping[str, Any], text: str) -> None:
    """Print the result of a command on stdout: `data` under its schema_version, or `text` for a person."""
    if as_json:
        print_json({"schema_version": SCHEMA_VERSION, **data})
    else:
        say(text)


def heed_ctrl_c() -> None:
    """For a command that may take long: SIGINT ends it in order, also where a shell that starts us in the background
    has SIGINT ignored, which we would inherit."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def today() -> date:
    from django.utils import timezone

    return timezone.localdate()


def say(text: str, *, err: bool = False) -> None:
    """Print for a person. What a gazette holds of control characters is shown, and no terminal obeys it."""
    click.echo("\n".join(map(_printable, text.split("\n"))), err=err)


def _printable(line: str) -> str:
    # Asked of the line first: an explanation has thousands of characters, and hardly ever one that is not printable.
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() or c in "\t\u3000\xa0" else c.encode("unicode_escape").decode() for c in line)


# JSON escapes the first control characters itself; a terminal obeys these too.
_CONTROLS = re.compile("[\x7f-\x9f]")


def _as_json(data: Any, indent: int | None = None) -> str:
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    # Looked for first: to translate each character of a long explanation takes longer than to compute it.
    return text if text.isprintable() else _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_json(data: Any) -> None:
    click.echo(_as_json(data, indent=2))


def print_json_line(data: Any) -> None:
    """One of many values, each on a line of its own."""
    sys.stdout.write(_as_json(data) + "\n")


def words(value: str) -> str:
    return "not yet in force" if value == "not_yet" else value.replace("_", " ")


def cut(text: str, columns: int) -> str:
    """The text, or as much of it as fits with … behind it."""
    if width(text) <= columns:
        return text
    kept, used = [], 1
    for char in text:
        used += width(char)
        if used > columns:
            break
        kept.append(char)
    return "".join(kept) + "…"


def fit(line: str) -> str:
    """On a terminal a line takes one row; what goes to a file or a pipe is whole."""
    return cut(line, get_terminal_size().columns) if sys.stdout.isatty() else line


def table(body: Sequence[Sequence[str]], head: Sequence[str] = ()) -> list[str]:
    """Rows in columns; a column that is empty in every row is left out."""
    used = [at for at in range(len(body[0]) if body else 0) if any(row[at] for row in body)]
    rows = [head, *body] if head else body
    widths = {at: max(width(row[at]) for row in rows) for at in used}
    return [fit("  ".join(row[at] + " " * (widths[at] - width(row[at])) for at in used).rstrip()) for row in rows]


_COUNTED = {
    "reading": "documents",
    "checking": "files",
    "keeping": "clauses",
    "deriving": "documents",
    "verifying": "entries",
    "saving": "files",
    "unpacking": "files",
    "making": "cases",
    "joining": "cases",
}


class StatusLine:
    """What long work is doing, on stderr: one line written over on a terminal, elsewhere a line each time."""

    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()
        self.last = time.monotonic()
        self.drawn = False

    def show(self, line: str) -> None:
        if self.terminal:
            click.echo(f"\r\x1b[K{cut(line, get_terminal_size().columns - 1)}", err=True, nl=False)
            self.drawn = True
        else:
            say(line, err=True)

    def end(self) -> None:
        if self.drawn:
            click.echo("\r\x1b[K", err=True, nl=False)
            self.drawn = False


class Progress(StatusLine):
    """How far long work on a file is, every now and then."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.last < (0.1 if self.terminal else _PROGRESS_EVERY):
            return
        self.last = now
        self.show(f"{step} {self.file}: {done} of {total} {_COUNTED[step]}")
