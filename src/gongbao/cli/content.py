"""The commands that ask what documents hold, check a manuscript, and hand out files.

With --json each prints the objects of docs/contract.md, otherwise the same for a person.
"""

import os
import sys
from datetime import date
from pathlib import Path

import click

from gongbao.cli.printing import (
    Day,
    Progress,
    cut,
    json_option,
    masked_option,
    print_json,
    reader,
    revision_option,
    say,
    table,
    today,
    with_django,
    write_file,
)

_DEADLINE_KINDS = (
    "fixed_date",
    "recurring",
    "working_days",
    "calendar_days",
    "months",
    "years",
    "hours",
    "event",
    "none",
)
xlsx_option = click.option(
    "--xlsx", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a workbook instead."
)


def register(cli: click.Group) -> None:
    """Add these commands to the `gongbao` command."""
    from gongbao.cli import ASKING, HANDING_OUT, READING

    for name, section, command in (
        ("check", READING, check),
        ("tables", ASKING, tables),
        ("duties", ASKING, duties),
        ("indicators", ASKING, indicators),
        ("export", HANDING_OUT, export),
        ("feed", HANDING_OUT, feed),
        ("feeds", HANDING_OUT, feeds),
        ("revoke-feed", HANDING_OUT, revoke_feed),
    ):
        cli.command(name, section=section)(command)


# --- what documents hold


@click.argument("number")
@revision_option
@masked_option
@xlsx_option
@json_option
def tables(number: str, revision: int | None, masked: bool, xlsx: Path | None, as_json: bool) -> None:
    """Print the tables of a document, row by row.

    For instance: gongbao tables 云政办〔2026〕4号 --xlsx tables.xlsx
    """
    with_django()
    from gongbao.office.library import contract, exports, queries

    shown = queries.get_revision(number, revision)
    found = queries.tables(shown, reader(masked))
    if xlsx:
        write_file(xlsx, exports.tables_workbook(shown, found))
    if as_json:
        print_json([contract.table(shown, one) for one in found])
    elif xlsx:
        say(f"{xlsx}: {_counted(len(found), 'table')}", err=True)
    else:
        for one in found:
            unit = f"  ({one.unit})" if one.unit else ""
            say(f"{one.title or one.locator}{unit}  [{one.locator}, line {one.line}]")
            body = [[cell.value or "" for cell in row.cells] for row in one.rows]
            body += [[total.label, *[cell.value or "" for cell in total.cells][1:]] for total in one.totals]
            for line in table([[cut(cell, 40) for cell in row] for row in body], one.names):
                say(f"  {line}")
            for note in one.notes:
                say(f"  {note}")
            say("")
        say(_counted(len(found), "table"), err=True)


@click.argument("number", required=False, default="")
@click.option("--unit", default="", metavar="NAME", help="A unit that leads or supports; a part of its name will do.")
@click.option("--from", "first", type=Day(), metavar="DATE", help="Due on this day or later.")
@click.option("--until", "last", type=Day(), metavar="DATE", help="Due on this day or earlier.")
@click.option("--kind", type=click.Choice(_DEADLINE_KINDS), help="The kind of deadline; none: without one.")
@masked_option
@xlsx_option
@json_option
def duties(
    number: str,
    unit: str,
    first: date | None,
    last: date | None,
    kind: str | None,
    masked: bool,
    xlsx: Path | None,
    as_json: bool,
) -> None:
    """List who must do what by when, in a document or in all.

    For instance: gongbao duties --unit 市财政局 --until 2026-06-30

    Without NUMBER the documents that were repealed by today are left out.
    """
    with_django()
    from gongbao.office.library import contract, exports, queries

    asked = queries.DutyFilter(
        on=today(),
        unit=queries.unit_meant(unit) if unit else "",
        key=queries.get_document(number).key if number else "",
        kind=kind or "",
        first=first,
        last=last,
    )
    rows = queries.duties(asked)
    rows = queries.by_day(rows) if first or last else queries.in_reading_order(rows)
    found = queries.seen_duties(rows, reader(masked))
    if xlsx:
        write_file(xlsx, exports.duties_workbook(found, number or "duties"))
    if as_json:
        print_json([contract.duty(one) for one in found])
    elif xlsx:
        say(f"{xlsx}: {_counted(len(found), 'duty', 'duties')}", err=True)
    else:
        for one in found:
            where = f"{one.revision.document.key} {one.clause.locator}"
            say(f"{where}: {'、'.join(one.lead) or '?'}{' + ' + '、'.join(one.support) if one.support else ''}")
            say(f"  {cut(' '.join(one.duty.split()), 200)}")
            if one.deadline:
                say(f"  by: {one.deadline['words']}{f' ({one.due})' if one.due else ''}")
        say(_counted(len(found), "duty", "duties"), err=True)


@click.argument("number", required=False, default="")
@click.option("--year", type=click.IntRange(1, 9999), help="The year by whose end the target is meant.")
@click.option("--unit", default="", metavar="NAME", help="A unit that answers for it.")
@click.option("--text", default="", metavar="WORDS", help="Words of the name of the indicator.")
@masked_option
@xlsx_option
@json_option
def indicators(
    number: str, year: int | None, unit: str, text: str, masked: bool, xlsx: Path | None, as_json: bool
) -> None:
    """List the quantified targets of a document, or of all."""
    with_django()
    from gongbao.office.library import contract, exports, queries
    from gongbao.office.library.words import comparison_sign

    key = queries.get_document(number).key if number else ""
    sees = reader(masked)
    rows = queries.indicators(key=key, year=year, unit=unit, text=text, reader=sees)
    found = queries.seen_indicators(rows, sees)
    if xlsx:
        write_file(xlsx, exports.indicators_workbook(found, number or "indicators"))
    if as_json:
        print_json([contract.indicator(one) for one in found])
    elif xlsx:
        say(f"{xlsx}: {_counted(len(found), 'indicator')}", err=True)
    else:
        body = [
            [
                one.revision.document.key,
                one.clause.locator,
                cut(one.name, 40),
                one.change,
                f"{comparison_sign(one.comparison)} {one.value}{f'-{one.high}' if one.high else ''} {one.unit}",
                str(one.year or ""),
                cut("、".join(one.units), 40),
            ]
            for one in found
        ]
        for line in table(body, ("DOCUMENT", "CLAUSE", "INDICATOR", "CHANGE", "VALUE", "YEAR", "RESPONSIBLE")):
            say(line)
        say(_counted(len(found), "indicator"), err=True)


# --- before it is printed


@click.argument("file", metavar="FILE")
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    help="The language of the messages (default: that of the terminal, from LANG).",
)
@click.option("--strict", is_flag=True, help="Exit with 1 where an error is found.")
@json_option
@click.pass_context
def check(ctx: click.Context, file: str, language: str | None, strict: bool, as_json: bool) -> None:
    """Tell where a manuscript contradicts itself, before it is printed.

    FILE is an issue or one document, in any form that `gongbao ingest` reads. It is checked by itself and against what
    the documents of the library repeal; nothing is kept.
    """
    with_django()
    from gongbao.gazette.files import read_file
    from gongbao.gazette.findings import check as find
    from gongbao.office.library import contract, queries

    progress = Progress(file)
    source = read_file(file)
    repealed = queries.repealed_documents()
    found = find(source.text, repealed=repealed, progress=lambda done, total: progress("reading", done, total))
    progress.end()
    if as_json:
        print_json([contract.finding(one) for one in found])
    else:
        chinese = language == "zh" or (language is None and _terminal_is_chinese())
        for one in found:
            say(f"{file}:{one.line}: {one.severity} [{one.kind}] {one.message if chinese else one.message_en}")
            where = " ".join(words for words in (one.document, one.locator) if words)
            say(f"    {where}")
            for place in one.places:
                say(f"    {place.line}: {place.quote}")
        errors = sum(one.severity == "error" for one in found)
        say(f"{_counted(len(found), 'finding')}, {_counted(errors, 'error')} among them", err=True)
    if strict and any(one.severity == "error" for one in found):
        ctx.exit(1)


def _terminal_is_chinese() -> bool:
    given = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return given.startswith("zh")


# --- handing out


@click.argument("number")
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format",
    "form",
    type=click.Choice(["akn", "json", "docx", "xlsx"]),
    required=True,
    help="Akoma Ntoso 3.0, JSON, Word on A4 after GB/T 9704, or the tables as a workbook.",
)
@revision_option
@masked_option
def export(number: str, file: Path | None, form: str, revision: int | None, masked: bool) -> None:
    """Write a document to FILE, or to standard output.

    For instance: gongbao export 云政办〔2026〕1号 allowance.xml --format akn
    """
    with_django()
    from gongbao.office.library import exports, queries

    content = exports.FORMATS[form].make(queries.get_revision(number, revision), reader(masked))
    if file is None:
        sys.stdout.buffer.write(content)
    else:
        write_file(file, content)
        say(f"{file}: {len(content)} bytes", err=True)


@click.argument("name")
@click.option("--unit", default="", metavar="NAME", help="Only the duties of this unit; a part of its name will do.")
@json_option
def feed(name: str, unit: str, as_json: bool) -> None:
    """Open a calendar of duties at a secret address, for whoever is called NAME.

    The address is printed once and not kept: who has it sees the calendar, until `gongbao revoke-feed`.
    """
    with_django()
    from django.urls import reverse

    from gongbao.office.library import contract
    from gongbao.office.library.actions import open_feed

    opened, token = open_feed(name, unit)
    path = reverse("library:feed", args=[token])
    if as_json:
        print_json({**contract.feed(opened), "path": path})
    else:
        say(f"feed {opened.pk}, {opened.unit or 'all units'}; its address on the site is")
        say(path)


@json_option
def feeds(as_json: bool) -> None:
    """List the calendars that were opened; their addresses are not kept."""
    with_django()
    from gongbao.office.library import contract, queries

    answers = [contract.feed(one) for one in queries.feeds()]
    if as_json:
        print_json(answers)
        return
    body = [
        [str(row["feed"]), row["name"], row["unit"], row["created_at"][:10], (row["revoked_at"] or "")[:10]]
        for row in answers
    ]
    for line in table(body, ("FEED", "NAME", "UNIT", "OPENED", "REVOKED")) if body else ():
        say(line)
    say(_counted(len(answers), "feed"), err=True)


@click.argument("number", type=int)
@json_option
def revoke_feed(number: int, as_json: bool) -> None:
    """End a calendar: its address answers no more."""
    with_django()
    from gongbao.office.library import actions, contract

    revoked = actions.revoke_feed(number)
    if as_json:
        print_json(contract.feed(revoked))
    else:
        say(f"feed {revoked.pk} ({revoked.name}) is revoked")


def _counted(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"
