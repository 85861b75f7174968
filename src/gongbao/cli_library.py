"""The commands that read files into the library and ask it questions.

With --json each prints the objects of docs/contract.md, otherwise the same for a person.
"""

import json
import sys
import time
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from shutil import get_terminal_size
from typing import Any

import click

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


def register(cli: click.Group) -> None:
    """Add the commands of the library to the `gongbao` command."""
    from gongbao.cli import ASKING, READING

    for name, section, command in (
        ("ingest", READING, ingest),
        ("documents", ASKING, documents),
        ("document", ASKING, document),
        ("clause", ASKING, clause),
        ("status", ASKING, status),
    ):
        cli.command(name, section=section)(command)


@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="BYTES",
    help="Refuse files larger than this, before reading them (default: 67108864, which is 64 MiB).",
)
@json_option
@click.pass_context
def ingest(ctx: click.Context, files: Sequence[str], limit: int | None, as_json: bool) -> None:
    """Read gazettes or single documents into the library.

    A FILE is .txt, .md, .docx, or .pdf with a text layer; text is in UTF-8, UTF-16 or GB18030. The same file twice
    changes nothing. A changed file makes new revisions of the documents that changed and keeps the old ones. A file
    that cannot be read leaves the library as it was; the others are read all the same.
    """
    _with_django()
    from gongbao.gazette.source import DEFAULT_LIMIT
    from gongbao.office.library import contract
    from gongbao.office.library.actions import ingest_file

    answers: list[dict[str, Any]] = []
    for file in files:
        shown = file.encode(errors="replace").decode()
        progress = _Progress(shown)
        try:
            result = ingest_file(file, limit=limit or DEFAULT_LIMIT, progress=progress)
        except GongbaoError as error:
            progress.end()
            words = str(error) if error.where else f"{shown}: {error}"
            _say(f"gongbao: {' '.join(words.split())}", err=True)
            answers.append(contract.not_ingested(shown, error.message))
            continue
        progress.end()
        answers.append(contract.ingested(result, shown))
        if not as_json:
            _say(_ingested_text(answers[-1]))
    if as_json:
        _print_json(answers)
    if any("error" in answer for answer in answers):
        ctx.exit(EXIT_REFUSED)


def _ingested_text(answer: dict[str, Any]) -> str:
    documents = answer["documents"]
    what = f"{len(documents)} document{'' if len(documents) == 1 else 's'}"
    lines = [f"{answer['file']}: {answer['status']}, {what}" + (f", {answer['gazette']}" if answer["gazette"] else "")]
    rows = [[row["status"], row["key"] if row["number"] else "", row["title"]] for row in documents]
    lines += ["  " + line for line in _table(rows)]
    contents = answer["contents"]
    if contents["announced"]:
        lines.append(f"  contents: {contents['found']} of {contents['announced']} announced documents found")
        lines += [f"    not found: {title}" for title in contents["missing"]]
        lines += [f"    printed under a title that differs: {title}" for title in contents["differing"]]
        lines += [f"    not announced: {title}" for title in contents["unannounced"]]
    if answer["cleaned"]:
        reasons = ", ".join(f"{reason} {count}" for reason, count in answer["cleaned"].items())
        lines.append(f"  cleaned: {reasons}")
    lines += [f"  in the file before, and not in this one: {key}" for key in answer["absent"]]
    lines += [f"  note: {note}" for note in answer["notes"]]
    return "\n".join(lines)


@click.option("--gazette", default="", metavar="NAME", help="The issue; a part of its name is enough: 2022年第2期.")
@click.option("--issuer", default="", metavar="NAME", help="The issuing body.")
@click.option("--kind", type=Kind(), metavar="KIND", help="The kind of document: notice, decision, opinions...")
@click.option("--year", type=click.IntRange(1, 9999), help="The year of its date.")
@click.option(
    "--status",
    "wanted",
    type=click.Choice(["not_yet", "in_force", "partly_repealed", "expired", "repealed"]),
    help="Its status, today or on the day of --on.",
)
@on_option
@click.option("--text", default="", metavar="WORDS", help="Words that its title, number or text holds.")
@json_option
def documents(
    gazette: str,
    issuer: str,
    kind: str | None,
    year: int | None,
    wanted: str | None,
    day: date | None,
    text: str,
    as_json: bool,
) -> None:
    """List the documents of the library, newest first."""
    _with_django()
    from gongbao.office.library import contract, queries

    day = day or _today()
    conditions: dict[str, Any] = {
        "gazette": queries.facet_value("gazette", gazette),
        "issuer": queries.facet_value("issuer", issuer),
        "kind": kind or "",
        "year": year,
        "status": wanted or "",
        "text": text,
    }
    found: Any = queries.with_status(queries.list_documents(**conditions, on=day), day)
    if as_json:
        rows: Any = queries.with_details(found).iterator(chunk_size=500)
        _print_json([contract.document(revision, revision.status, day) for revision in rows])
        return
    table = [
        [
            revision.document.key if revision.document.number else "",
            revision.date.isoformat() if revision.date else "",
            _words(revision.status),
            revision.kind.replace("_", " "),
            str(revision.articles or ""),
            revision.title,
        ]
        for revision in found.iterator(chunk_size=500)
    ]
    if table:
        for line in _table(table, ("NUMBER", "DATE", "STATUS", "KIND", "ARTICLES", "TITLE")):
            _say(line)
        _say(f"{len(table)} document{'' if len(table) == 1 else 's'}; status on {day}", err=True)
    else:
        _say("no document meets these conditions", err=True)


@click.argument("number")
@revision_option
@on_option
@json_option
def document(number: str, revision: int | None, day: date | None, as_json: bool) -> None:
    """Show a document with its outline.

    For instance: gongbao document 许政办〔2022〕27号
    """
    _with_django()
    from gongbao.office.library import contract, queries

    found = queries.get_revision(number, revision)
    answer = contract.whole_document(found, day or _today())
    if as_json:
        _print_json(answer)
        return
    _say(answer["title"])
    facts = [
        ["number", answer["number"]],
        ["issuer", answer["issuer"]],
        ["date", answer["date"] or ""],
        ["kind", answer["kind"].replace("_", " ")],
        ["gazette", answer["gazette"]],
        ["in force", f"{answer['in_force_from'] or '?'} to {answer['in_force_until'] or 'no end known'}"],
        ["status", f"{_words(answer['status'])} on {answer['status_on']}"],
        ["articles", str(answer["articles"] or "")],
        ["revision", f"{answer['revision']} of {len(answer['revisions'])}"],
        *(["annex", _annex(annex)] for annex in answer["annexes"]),
        *(["repeals", _reference(row)] for row in answer["repeals"]),
    ]
    for line in _table([[f"  {name}", value] for name, value in facts if value]):
        _say(line)
    for part in answer["parts"]:
        _say("")
        _say(" ".join(words for words in (part["label"], part["title"]) if words) or f"[{part['kind']}]")
        for depth, one in _walk(part["clauses"]):
            _say(_fit(f"{'  ' * (depth + 1)}{_outline_words(one)}"))


@click.argument("citation", nargs=-1, required=True)
@json_option
def clause(citation: Sequence[str], as_json: bool) -> None:
    """Print a clause with all below it.

    For instance: gongbao clause "许政办〔2022〕27号 第三十六条"

    Any brackets and spacing will do, and so will 第36条, the end of a locator if only one clause ends so, or an eId.
    """
    _with_django()
    from gongbao.office.library import contract, queries

    answer = contract.clause(queries.get_clause(" ".join(citation)))
    if as_json:
        _print_json(answer)
        return
    _say(f"{answer['citation']}  ({answer['eid']})")
    for depth, one in _walk([answer]):
        between = "\n" if one["heading"] and one["own_text"] else ""
        for line in f"{one['number']}{_gap(one)}{one['heading']}{between}{one['own_text']}".splitlines():
            _say(f"{'  ' * (depth + 1)}{line.strip()}")


@click.argument("number")
@on_option
@json_option
def status(number: str, day: date | None, as_json: bool) -> None:
    """Say whether a document is in force on a day, and why."""
    _with_django()
    from gongbao.office.library import contract, queries

    answer = contract.standing(queries.get_revision(number), day or _today())
    if as_json:
        _print_json(answer)
        return
    _say(f"{answer['document']} on {answer['on']}: {_words(answer['status'])}")
    for ground in answer["grounds"]:
        place = f"{ground['document']} {ground['locator']}".strip() if ground["locator"] else "the date of the document"
        if ground["kind"] == "commencement":
            _say(f"  in force from {ground['day']}: {place}")
        elif ground["kind"] == "term":
            _say(f"  in force until {ground['day']}, that day included: {place}")
        else:
            what = "repealed" if ground["scope"] == "whole" else f"repealed in part{_in_brackets(ground['provisions'])}"
            where = f"{ground['document']} {ground['locator']}".strip()
            _say(f"  {what} from {ground['day'] or 'a day that is not said'}: {where} {ground['title']}")


# --- what they share


def _with_django() -> None:
    from gongbao.cli import with_django

    with_django()


def _today() -> date:
    from django.utils import timezone

    return timezone.localdate()


_CONTROLS = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


def _say(text: str, *, err: bool = False) -> None:
    """Print for a person. What a gazette holds of control characters is shown, and no terminal obeys it."""
    shown = "".join(
        c if c.isprintable() or c in "\n\t\u3000\xa0" else c.encode("unicode_escape").decode() for c in text
    )
    click.echo(shown, err=err)


def _print_json(data: Any) -> None:
    # JSON escapes the first control characters itself; a terminal obeys those from U+007F to U+009F too.
    click.echo(json.dumps(data, ensure_ascii=False, indent=2).translate(_CONTROLS))


def _words(value: str) -> str:
    return "not yet in force" if value == "not_yet" else value.replace("_", " ")


def _annex(annex: dict[str, Any]) -> str:
    return f"{annex['label']} {annex['title']}".strip() + ("" if annex["present"] else " (not in the file)")


def _reference(row: dict[str, Any]) -> str:
    title = f"《{row['title']}》" if row["title"] else ""
    partial = f" in part{_in_brackets(row['provisions'])}" if row["scope"] == "partial" else ""
    return f"{row['number']}{title}{partial}"


def _in_brackets(provisions: Iterable[str]) -> str:
    listed = ", ".join(provisions)
    return f" ({listed})" if listed else ""


def _outline_words(one: dict[str, Any]) -> str:
    """What an outline shows of a clause: its number and heading, or how it begins."""
    words = one["heading"] or " ".join(one["own_text"].split())
    return f"{one['number']}{_gap(one)}{_cut(words, 60)}".rstrip()


def _gap(one: dict[str, Any]) -> str:
    """第三条 and 2.1 stand apart from the words behind them; （一） and 一、 do not."""
    from gongbao.gazette.model import gap

    return gap(one["number"], one["heading"] or one["own_text"])


def _walk(clauses: Sequence[dict[str, Any]]) -> Iterable[tuple[int, dict[str, Any]]]:
    """Clauses in reading order with their depth."""
    todo = [(0, one) for one in reversed(clauses)]
    while todo:
        depth, one = todo.pop()
        yield depth, one
        todo += [(depth + 1, child) for child in reversed(one["children"])]


def width(text: str) -> int:
    """How many columns a terminal gives the text: two for each Chinese character."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def _cut(text: str, columns: int) -> str:
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


def _fit(line: str) -> str:
    """On a terminal a line takes one row; what goes to a file or a pipe is whole."""
    return _cut(line, get_terminal_size().columns) if sys.stdout.isatty() else line


def _table(body: Sequence[Sequence[str]], head: Sequence[str] = ()) -> list[str]:
    """Rows in columns; a column that is empty in every row is left out."""
    used = [at for at in range(len(body[0]) if body else 0) if any(row[at] for row in body)]
    rows = [head, *body] if head else body
    widths = {at: max(width(row[at]) for row in rows) for at in used}
    return [_fit("  ".join(row[at] + " " * (widths[at] - width(row[at])) for at in used).rstrip()) for row in rows]


class _Progress:
    """What long work is doing, on stderr: one line written over on a terminal, elsewhere a line now and then."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.terminal = sys.stderr.isatty()
        self.last = time.monotonic()
        self.drawn = False

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.last < (0.1 if self.terminal else _PROGRESS_EVERY):
            return
        self.last = now
        line = f"{step} {self.file}: {done} of {total} {'documents' if step == 'reading' else 'clauses'}"
        if self.terminal:
            click.echo(f"\r\x1b[K{_cut(line, get_terminal_size().columns - 1)}", err=True, nl=False)
            self.drawn = True
        else:
            _say(line, err=True)

    def end(self) -> None:
        if self.drawn:
            click.echo("\r\x1b[K", err=True, nl=False)
            self.drawn = False
