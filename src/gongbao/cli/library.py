"""The commands that read files into the library and ask it for documents and clauses.

With --json each prints the objects of docs/contract.md, otherwise the same for a person.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import click

from gongbao.cli.printing import (
    EXIT_REFUSED,
    Kind,
    Progress,
    cut,
    fit,
    json_option,
    masked_option,
    on_option,
    print_json,
    reader,
    revision_option,
    say,
    table,
    today,
    with_django,
    words,
)
from gongbao.core.errors import GongbaoError


def register(cli: click.Group) -> None:
    """Add the commands of the library to the `gongbao` command."""
    from gongbao.cli import ASKING, READING

    for name, section, command in (
        ("ingest", READING, ingest),
        ("documents", ASKING, documents),
        ("search", ASKING, search),
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
    with_django()
    from gongbao.gazette.source import DEFAULT_LIMIT
    from gongbao.office.library import contract
    from gongbao.office.library.actions import ingest_file

    answers: list[dict[str, Any]] = []
    for file in files:
        shown = file.encode(errors="replace").decode()
        progress = Progress(shown)
        try:
            result = ingest_file(file, limit=limit or DEFAULT_LIMIT, progress=progress)
        except GongbaoError as error:
            progress.end()
            words = str(error) if error.where else f"{shown}: {error}"
            say(f"gongbao: {' '.join(words.split())}", err=True)
            answers.append(contract.not_ingested(shown, error.message))
            continue
        progress.end()
        answers.append(contract.ingested(result, shown))
        if not as_json:
            say(_ingested_text(answers[-1]))
    if as_json:
        print_json(answers)
    if any("error" in answer for answer in answers):
        ctx.exit(EXIT_REFUSED)


def _ingested_text(answer: dict[str, Any]) -> str:
    documents = answer["documents"]
    what = f"{len(documents)} document{'' if len(documents) == 1 else 's'}"
    lines = [f"{answer['file']}: {answer['status']}, {what}" + (f", {answer['gazette']}" if answer["gazette"] else "")]
    rows = [[row["status"], row["key"] if row["number"] else "", row["title"]] for row in documents]
    lines += ["  " + line for line in table(rows)]
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
@masked_option
@json_option
def documents(
    gazette: str,
    issuer: str,
    kind: str | None,
    year: int | None,
    wanted: str | None,
    day: date | None,
    text: str,
    masked: bool,
    as_json: bool,
) -> None:
    """List the documents of the library, newest first."""
    with_django()
    from gongbao.office.library import contract, queries

    day = day or today()
    conditions: dict[str, Any] = {
        "gazette": queries.facet_value("gazette", gazette),
        "issuer": queries.facet_value("issuer", issuer),
        "kind": kind or "",
        "year": year,
        "status": wanted or "",
        "text": text,
    }
    sees = reader(masked)
    found: Any = queries.with_status(queries.list_documents(**conditions, on=day, reader=sees), day)
    if as_json:
        rows = queries.seen_details(queries.with_details(found).iterator(chunk_size=500), sees)
        print_json([contract.document(revision, revision.status, day, sees) for revision in rows])
        return
    body = [
        [
            revision.document.key if revision.document.number else "",
            revision.date.isoformat() if revision.date else "",
            words(revision.status),
            revision.kind.replace("_", " "),
            str(revision.articles or ""),
            revision.title,
        ]
        for revision in found.iterator(chunk_size=500)
    ]
    if body:
        for line in table(body, ("NUMBER", "DATE", "STATUS", "KIND", "ARTICLES", "TITLE")):
            say(line)
        say(f"{len(body)} document{'' if len(body) == 1 else 's'}; status on {day}", err=True)
    else:
        say("no document meets these conditions", err=True)


@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=1), default=20, metavar="N", help="At most N documents (default: 20).")
@masked_option
@json_option
def search(words: Sequence[str], limit: int, masked: bool, as_json: bool) -> None:
    """Say in which clauses words stand.

    For instance: gongbao search 医疗救助 起付标准

    All words must stand in a document: in its title, its number or its text. Documents that have them in the title
    come first, then the newest. Of each the first three clauses are told, those with most of the words before others.
    """
    with_django()
    from gongbao.office.library import contract, queries

    sees = reader(masked)
    wanted = queries.sought(" ".join(words), sees)
    if not wanted.words:
        raise GongbaoError("no words are named; write them like: gongbao search 医疗救助")
    listed = queries.list_documents(text=wanted, reader=sees)
    found = queries.matches(listed[:limit], wanted, sees)
    if as_json:
        print_json([place for match in found for place in contract.places(match)])
        return
    for match in found:
        say(f"{match.revision.document.number or match.revision.document.key}  {_marked(match.title)}")
        for one in match.clauses:
            say(f"  {one.locator}  {_marked(one.passage)}")
        if match.more:
            say(f"  and in {match.more} more clause{'' if match.more == 1 else 's'}")
    total, about = len(wanted.found), "" if wanted.confirmed else "about "
    shown = f"; the first {len(found)} are shown" if total > len(found) else ""
    say(
        f"{about}{total} document{'' if total == 1 else 's'}{shown}" if total else "no document holds these words",
        err=True,
    )


def _marked(pieces: Iterable[Any]) -> str:
    return "".join(f"【{piece.text}】" if piece.hit else piece.text for piece in pieces)


@click.argument("number")
@revision_option
@on_option
@masked_option
@json_option
def document(number: str, revision: int | None, day: date | None, masked: bool, as_json: bool) -> None:
    """Show a document with its outline.

    For instance: gongbao document 许政办〔2022〕27号
    """
    with_django()
    from gongbao.office.library import contract, queries

    found = queries.get_revision(number, revision)
    answer = contract.whole_document(found, day or today(), reader(masked))
    if as_json:
        print_json(answer)
        return
    say(answer["title"])
    facts = [
        ["number", answer["number"]],
        ["issuer", answer["issuer"]],
        ["date", answer["date"] or ""],
        ["kind", answer["kind"].replace("_", " ")],
        ["gazette", answer["gazette"]],
        ["in force", f"{answer['in_force_from'] or '?'} to {answer['in_force_until'] or 'no end known'}"],
        ["status", f"{words(answer['status'])} on {answer['status_on']}"],
        ["articles", str(answer["articles"] or "")],
        ["revision", f"{answer['revision']} of {len(answer['revisions'])}"],
        *(["annex", _annex(annex)] for annex in answer["annexes"]),
        *(["repeals", _reference(row)] for row in answer["repeals"]),
    ]
    for line in table([[f"  {name}", value] for name, value in facts if value]):
        say(line)
    for part in answer["parts"]:
        say("")
        say(" ".join(words for words in (part["label"], part["title"]) if words) or f"[{part['kind']}]")
        for depth, one in _walk(part["clauses"]):
            say(fit(f"{'  ' * (depth + 1)}{_outline_words(one)}"))


@click.argument("citation", nargs=-1, required=True)
@masked_option
@json_option
def clause(citation: Sequence[str], masked: bool, as_json: bool) -> None:
    """Print a clause with all below it.

    For instance: gongbao clause "许政办〔2022〕27号 第三十六条"

    Any brackets and spacing will do, and so will 第36条, the end of a locator if only one clause ends so, or an eId.
    """
    with_django()
    from gongbao.office.library import contract, queries

    sees = reader(masked)
    answer = contract.clause(queries.get_clause(" ".join(citation), sees), sees)
    if as_json:
        print_json(answer)
        return
    say(f"{answer['citation']}  ({answer['eid']})")
    for depth, one in _walk([answer]):
        between = "\n" if one["heading"] and one["own_text"] else ""
        for line in f"{one['number']}{_gap(one)}{one['heading']}{between}{one['own_text']}".splitlines():
            say(f"{'  ' * (depth + 1)}{line.strip()}")


@click.argument("number")
@on_option
@masked_option
@json_option
def status(number: str, day: date | None, masked: bool, as_json: bool) -> None:
    """Say whether a document is in force on a day, and why."""
    with_django()
    from gongbao.office.library import contract, queries

    answer = contract.standing(queries.get_revision(number), day or today(), reader(masked))
    if as_json:
        print_json(answer)
        return
    say(f"{answer['document']} on {answer['on']}: {words(answer['status'])}")
    for ground in answer["grounds"]:
        place = f"{ground['document']} {ground['locator']}".strip() if ground["locator"] else "the date of the document"
        if ground["kind"] == "commencement":
            say(f"  in force from {ground['day']}: {place}")
        elif ground["kind"] == "term":
            say(f"  in force until {ground['day']}, that day included: {place}")
        else:
            what = "repealed" if ground["scope"] == "whole" else f"repealed in part{_in_brackets(ground['provisions'])}"
            where = f"{ground['document']} {ground['locator']}".strip()
            say(f"  {what} from {ground['day'] or 'a day that is not said'}: {where} {ground['title']}")


# --- what they share


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
    return f"{one['number']}{_gap(one)}{cut(words, 60)}".rstrip()


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
