"""Gazettes made by hand, so that a test of the library does not hang on how a text is read. All words are invented."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock

import gongbao
from gongbao.gazette import SourceText
from gongbao.gazette.model import (
    Change,
    Clause,
    ClauseKind,
    ContentsEntry,
    Document,
    DocumentKind,
    Gazette,
    Part,
    PartKind,
    Reference,
    ReferenceKind,
    Validity,
)
from gongbao.office.library import actions
from gongbao.office.library.actions import IngestResult
from gongbao.office.library.folder import files_folder
from gongbao.office.library.models import Source
from tests.replayed import replayed

OFFICE = "云岭市人民政府办公室"
SAMPLE = Path(gongbao.__file__).parent / "sample" / "gazette.txt"


def clause(kind: ClauseKind, number: str, locator: str, eid: str, text: str = "", *children: Clause) -> Clause:
    return Clause(kind, number, "", text, 1, locator, eid, list(children))


def article(number: int, text: str, *children: Clause) -> Clause:
    figure = "一二三四五六七八九"[number - 1]
    return clause(ClauseKind.ARTICLE, f"第{figure}条", f"第{figure}条", f"art_{number}", text, *children)


def repeal(
    number: str = "", title: str = "", *, scope: str = "whole", provisions: Sequence[str] = (), eid: str = "art_1"
) -> Reference:
    return Reference(ReferenceKind.REPEALS, number, title, scope, tuple(provisions), eid, 1)


def citation(number: str = "", title: str = "", *, eid: str = "art_1") -> Reference:
    return Reference(ReferenceKind.CITES, number, title, "", (), eid, 1)


def document(
    number: str = "云岭政办〔2021〕1号",
    title: str = "云岭市人民政府办公室关于停车的通知",
    text: str = "第一条 停车。",
    *,
    day: date | None = date(2021, 3, 1),
    issuer: str = OFFICE,
    kind: DocumentKind = DocumentKind.NOTICE,
    clauses: Sequence[Clause] | None = None,
    instruments: Sequence[str] = (),
    references: Sequence[Reference] = (),
    begins: date | None = None,
    until: date | None = None,
) -> Document:
    """A document of one article, unless other clauses are given."""
    parts = [Part(PartKind.BODY, "", "", 1, clauses=list(clauses if clauses is not None else [article(1, text)]))]
    parts += [Part(PartKind.INSTRUMENT, "", name, 1) for name in instruments]
    return Document(
        number,
        title,
        issuer,
        "各县人民政府",
        day,
        kind,
        1,
        2,
        f"{title}\n{number}\n{text}",
        parts,
        references=list(references),
        validity=Validity(begins or day, until, "art_1" if begins else "", "art_1" if until else ""),
    )


def gazette(*documents: Document, title: str = "", contents: Sequence[ContentsEntry] = ()) -> Gazette:
    return Gazette(
        title,
        OFFICE if title else "",
        2021 if title else None,
        1 if title else None,
        list(documents),
        list(contents),
        [Change(0, 1, "  ", " ", "space"), Change(5, 1, "（1)", "（1）", "bracket; space")],
        "\n".join(one.text for one in documents),
    )


def source(content: str) -> SourceText:
    data = content.encode()
    return SourceText(content, "text/plain", "utf-8", sha256(data).hexdigest(), len(data))


def put(made: Gazette, content: str = "", *, name: str = "issue.txt", keep: bool = False) -> IngestResult:
    """Ingest the gazette as if a file of that content had been read; without content the gazette's own text."""
    content = content or made.text
    read = mock.patch.object(actions, "read_gazette", lambda text, progress=None: made)
    # Its lines are not those of the content, so there is nothing to check it against.
    with read, mock.patch.object(actions, "check_gazette", lambda made, text: []):
        return actions.ingest_source(source(content), name, content=content.encode() if keep else None)


def put_sample() -> IngestResult:
    """Ingest the sample gazette. What is read out of it is worked out once for all tests, and written for each."""
    result = _put_sample()
    # Its file may be gone, or the folder another.
    stored = files_folder() / Source.objects.values_list("stored_as", flat=True).get(pk=result.source_id)
    if not stored.exists():
        stored.parent.mkdir(parents=True, exist_ok=True)
        stored.write_bytes(SAMPLE.read_bytes())
    return result


@replayed
def _put_sample() -> IngestResult:
    with mock.patch.multiple(actions, **_reading()):
        return actions.ingest_file(SAMPLE)


@cache
def _reading() -> dict[str, Callable[..., Any]]:
    """The functions that ingesting reads with, by name, each asked once about one text or one document."""
    names = ("read_gazette", "check_gazette", "find_personal", "find_duties", "find_indicators", "find_tables")
    return {name: _asked_once(getattr(actions, name)) for name in names}


def _asked_once(function: Callable[..., Any]) -> Callable[..., Any]:
    answers: dict[int | str, tuple[Any, Any]] = {}

    def ask(about: Any, *more: Any, **named: Any) -> Any:
        # A document is the same object each time, as its text was read once; it is kept here, so no other has its id.
        key = about if isinstance(about, str) else id(about)
        if key not in answers:
            answers[key] = (about, function(about, *more, **named))
        return answers[key][1]

    return ask
