"""Files of cases: one JSON document with a case or a list of them, or a case on each line; read one by one.

A name that ends in .json is one document, one in .jsonl or .ndjson has a case on each line. Standard input (-) and
files of other names have a case on each line too, unless their first line is no whole case and all of them together
are one document.

What is wrong with one case is told in its place, with its line, and does not keep the others from being read. Lines end
with LF or CRLF; empty ones are passed over; a byte order mark is.
"""

import codecs
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from gongbao.core.errors import GongbaoError
from gongbao.rules.facts import NotJson, Problem, parse_json

MOST_IN_A_LINE = 16 * 2**20
MOST_IN_A_DOCUMENT = 64 * 2**20
"""Bytes. The longest case that a policy takes, of 10,000 records, is far shorter than either."""


@dataclass(frozen=True, slots=True)
class GivenCase:
    """A case as it was given, or what keeps it from being read. `line` is that on which it begins, counted from 1.

    `is_alone` where the file is one object and no list.
    """

    line: int
    value: Any
    problem: Problem | None = None
    is_alone: bool = False


def read_cases(name: str) -> Iterator[GivenCase]:
    """The cases of a file, or of standard input for -. Raises GongbaoError where the file cannot be read at all."""
    with _opened(name) as stream:
        lowered = name.lower()
        if lowered.endswith(".json"):
            yield from _document(_all_of(stream, b""))
        elif lowered.endswith((".jsonl", ".ndjson")):
            yield from _cases_by_line(_lines(stream))
        else:
            yield from _told_by_first_line(stream)


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    shown = name.encode(errors="replace").decode()
    try:
        stream = open(name, "rb")  # noqa: SIM115
    except FileNotFoundError:
        raise GongbaoError("there is no such file", where=shown) from None
    except IsADirectoryError:
        raise GongbaoError("this is a folder; name a file in it", where=shown) from None
    except (OSError, ValueError) as error:
        raise GongbaoError(f"this file cannot be read: {getattr(error, 'strerror', error)}", where=shown) from None
    with stream:
        try:
            yield stream
        except GongbaoError as error:
            raise GongbaoError(error.message, where=error.where or shown) from None


def _told_by_first_line(stream: BinaryIO) -> Iterator[GivenCase]:
    lines = _lines(stream)
    number, first = next(((number, line) for number, line in lines if line is None or line.strip()), (1, b""))
    if first is None or not first.strip():
        yield from _cases_by_line(iter([(number, first)]))
        yield from _cases_by_line(lines)
        return
    case = _case(number, first)
    if isinstance(case.value, dict):
        yield case
        yield from _cases_by_line(lines)
        return
    all_of_it = _all_of(stream, b"\n" * (number - 1) + first)
    whole = list(_document(all_of_it))
    if len(whole) == 1 and whole[0].problem:
        numbered = enumerate(all_of_it.split(b"\n"), start=1)
        yield from _cases_by_line(iter(numbered))
    else:
        yield from whole


# --- A case on each line


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number; None for one that is too long, which is passed over without being kept."""
    number = 0
    while line := stream.readline(MOST_IN_A_LINE + 1):
        number += 1
        if number == 1:
            _refuse_other_encodings(line)
            line = line.removeprefix(codecs.BOM_UTF8)
        if len(line) <= MOST_IN_A_LINE:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MOST_IN_A_LINE)
        yield number, None


def _cases_by_line(lines: Iterator[tuple[int, bytes | None]]) -> Iterator[GivenCase]:
    for number, line in lines:
        if line is None:
            yield GivenCase(number, None, _too_long(MOST_IN_A_LINE))
        elif line.strip():
            yield _case(number, line)


def _case(number: int, line: bytes) -> GivenCase:
    try:
        return GivenCase(number, parse_json(line.decode()))
    except UnicodeDecodeError:
        return GivenCase(number, None, _not_utf8())
    except NotJson as wrong:
        return GivenCase(number, None, wrong.problem)


# --- One document


def _all_of(stream: BinaryIO, before: bytes) -> bytes:
    content = before + stream.read(MOST_IN_A_DOCUMENT + 1)
    if len(content) > MOST_IN_A_DOCUMENT:
        raise GongbaoError(
            f"as one document this is too large, more than {MOST_IN_A_DOCUMENT // 2**20} MiB; "
            "give a case on each line of a file whose name ends in .jsonl"
        )
    return content


def _document(content: bytes) -> Iterator[GivenCase]:
    _refuse_other_encodings(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield GivenCase(content.count(b"\n", 0, error.start) + 1, None, _not_utf8())
        return
    try:
        value = parse_json(text)
    except NotJson as wrong:
        yield GivenCase(wrong.line or 1, None, wrong.problem)
        return
    if not isinstance(value, list):
        yield GivenCase(_line_of_start(text), value, is_alone=True)
        return
    for line, one in zip(_lines_of_items(text), value, strict=True):
        yield GivenCase(line, one)


def _line_of_start(text: str) -> int:
    return text.count("\n", 0, len(text) - len(text.lstrip())) + 1


_BETWEEN = re.compile(r"[\s,]*")


def _lines_of_items(text: str) -> Iterator[int]:
    """The line on which each item of a list begins, in a text that is known to be right."""
    skip = json.JSONDecoder().raw_decode
    at, line, counted = text.index("[") + 1, 1, 0
    while True:
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
        if text[at] == "]":
            return
        line, counted = line + text.count("\n", counted, at), at
        yield line
        _, at = skip(text, at)


# --- What is wrong


def _refuse_other_encodings(content: bytes) -> None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise GongbaoError("this is text in UTF-16; save it as UTF-8")


def _not_utf8() -> Problem:
    return Problem("", None, "不是UTF-8编码的文字", "this is not text in UTF-8", "not_utf8")


def _too_long(most: int) -> Problem:
    size = most // 2**20
    return Problem("", None, f"一行超过{size} MiB", f"a line of more than {size} MiB is not read", "line_too_long")
