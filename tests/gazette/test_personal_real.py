"""Personal data of the two real issues: how much of it there is, counted by eye, and that none is left when masked.

No name, number or address stands here: what is compared is counted, or read from the issues while the test runs.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongbao.gazette import read_gazette
from gongbao.gazette.edits import rebuild
from gongbao.gazette.model import Document
from gongbao.gazette.personal import Mark, Masker, PersonalKind, find_personal
from gongbao.gazette.tables import find_tables

pytestmark = pytest.mark.gazettes

TEACHERS, QUALITY, MERIT, BRAVERY = "许政〔2022〕37号", "许政〔2022〕38号", "许政〔2022〕39号", "许政〔2022〕40号"
CONTACTS = "许政办〔2022〕38号"

# document: kind of mark and how many, each value once
COUNTS: dict[str, dict[PersonalKind, int]] = {
    TEACHERS: {PersonalKind.NAME: 150},
    QUALITY: {PersonalKind.NAME: 400},
    MERIT: {PersonalKind.NAME: 1},
    BRAVERY: {PersonalKind.NAME: 20, PersonalKind.ADDRESS: 6},
    CONTACTS: {PersonalKind.NAME: 5, PersonalKind.TELEPHONE: 5, PersonalKind.MAIL: 5},
}

# The lines of issue 5 on which the sections of the lists stand, and how many people each names.
SECTIONS = {
    TEACHERS: {(49, 189): 135, (191, 206): 15},
    QUALITY: {(346, 631): 260, (633, 665): 30, (667, 684): 10, (686, 812): 100},
    BRAVERY: {(856, 890): 13, (892, 905): 7},
}


@pytest.fixture(scope="module")
def raw(gazettes: Path) -> dict[str, str]:
    return {name: (gazettes / f"xuchang-2022-{name}.txt").read_text(encoding="utf-8") for name in ("02", "05")}


@pytest.fixture(scope="module")
def documents(raw: dict[str, str]) -> dict[str, Document]:
    return {document.number: document for text in raw.values() for document in read_gazette(text).documents}


@pytest.fixture(scope="module")
def marks(documents: dict[str, Document]) -> dict[str, list[Mark]]:
    return {number: find_personal(document) for number, document in documents.items()}


def names(marks: list[Mark]) -> set[str]:
    return {mark.value for mark in marks if mark.kind is PersonalKind.NAME}


def first_words(lines: list[str]) -> Iterator[str]:
    """What stands before the place of work, line by line: a word, or two characters with a space between."""
    for line in lines:
        bare = re.sub(r"^(?:- |\d+\. )|（女）", "", line)
        if found := re.match(r"(\S) (\S) \S|(\S{2,3}) \S", bare):
            yield found[3] or found[1] + found[2]


def test_how_much_there_is(marks: dict[str, list[Mark]]) -> None:
    assert {number: dict(Counter(mark.kind for mark in found)) for number, found in marks.items() if found} == COUNTS


def test_the_people_of_each_section(raw: dict[str, str], marks: dict[str, list[Mark]]) -> None:
    lines = raw["05"].split("\n")
    for number, sections in SECTIONS.items():
        read: set[str] = set()
        for (first, last), count in sections.items():
            section = list(first_words(lines[first - 1 : last]))
            assert len(section) == count, (number, first)
            read |= set(section)
        assert read == names(marks[number])


def test_the_table_of_contacts(raw: dict[str, str], marks: dict[str, list[Mark]]) -> None:
    rows = [line.split("\t") for line in raw["05"].split("\n")[1014:1019]]
    assert {(mark.kind, mark.value) for mark in marks[CONTACTS]} == {
        (kind, row[at])
        for row in rows
        for at, kind in ((2, PersonalKind.NAME), (3, PersonalKind.TELEPHONE), (4, PersonalKind.MAIL))
    }


def test_residents_have_an_address_and_those_named_by_their_work_have_none(
    raw: dict[str, str], marks: dict[str, list[Mark]]
) -> None:
    lines = raw["05"].split("\n")[828:906]
    residents = [line.split()[-1] for line in lines if re.search("(?:居民|村民)$", line)]
    assert {resident[:-2] for resident in residents} == {
        mark.value for mark in marks[BRAVERY] if mark.kind is PersonalKind.ADDRESS
    }
    hide = Masker(marks[BRAVERY])
    workers = [line.split()[-1] for line in lines if re.search("(?:职工|员工|主任|所长|经理|书记|员)$", line)]
    assert len(workers) == 14
    assert not any(map(hide.hides, workers))


def test_no_marked_value_is_left_in_any_form_of_the_text(
    raw: dict[str, str], documents: dict[str, Document], marks: dict[str, list[Mark]]
) -> None:
    lines = raw["05"].split("\n")
    for number in COUNTS:
        document = documents[number]
        hide = Masker(marks[number])
        received = "\n".join(lines[document.first_line - 1 : document.last_line])
        texts = [received, document.text, *(clause.full_text() for clause in document.walk())]
        texts += [cell.printed for table in find_tables(document) for row in table.rows for cell in row.cells]
        for text in texts:
            hidden = hide(text)
            assert not hide.hides(hidden)
            assert hidden.count("\n") == text.count("\n")
            squeezed = re.sub(r"[\s*]", "", hidden)
            # Two characters may be part of another word.
            assert not [mark for mark in marks[number] if len(mark.value) > 2 and mark.value in squeezed]
        # Nobody is left at the beginning of a line.
        assert not set(first_words(hide(received).split("\n"))) & names(marks[number])


def test_as_many_people_are_hidden_as_are_named(raw: dict[str, str], marks: dict[str, list[Mark]]) -> None:
    lines = raw["05"].split("\n")
    for number, sections in SECTIONS.items():
        hide = Masker(marks[number])
        for (first, last), count in sections.items():
            hidden = [hide(line) for line in lines[first - 1 : last]]
            assert sum(bool(re.match(r"(?:- |\d+\. )?＊＊＊(?:（女）)? \S", line)) for line in hidden) == count


def test_no_school_and_no_unit_is_marked(raw: dict[str, str], marks: dict[str, list[Mark]]) -> None:
    lines = raw["05"].split("\n")
    hide = Masker([mark for number in (TEACHERS, QUALITY) for mark in marks[number]])
    schools = [line for line in lines[226:343] if re.search(r"（\d+万）$|^\S+[县市区]人民政府$", line)]
    assert len(schools) == 63
    assert not any(map(hide.hides, schools))
    # Nor is any place of work behind a teacher's name.
    for line in (*lines[48:206], *lines[345:812]):
        work = line.split(" ")[-1]
        assert hide(work) == work


def test_enterprises_projects_and_officials_in_office_are_not_marked(
    raw: dict[str, str], marks: dict[str, list[Mark]]
) -> None:
    # 181 enterprises, 260 units, 109 tasks, and two leading groups of 63 officials.
    issue = read_gazette(raw["02"])
    assert len(issue.documents) == 26
    assert not any(marks[document.number] for document in issue.documents)
    others = [document.number for document in read_gazette(raw["05"]).documents if document.number not in COUNTS]
    assert len(others) == 5
    assert not any(marks[number] for number in others)


def test_what_cleaning_changed_is_hidden_as_well(raw: dict[str, str], marks: dict[str, list[Mark]]) -> None:
    issue = read_gazette(raw["05"])
    assert rebuild(issue.text, issue.changes) == raw["05"]
    hide = Masker(marks[TEACHERS])
    spread = [change for change in issue.changes if re.fullmatch(r"\S \S", change.before)]
    named = [change for change in spread if change.after in names(marks[TEACHERS])]
    assert all(hide(change.before) == hide(change.after) == "＊＊＊" for change in named)


def test_a_mark_holds_for_its_document_alone(documents: dict[str, Document], marks: dict[str, list[Mark]]) -> None:
    """Of all values one stands open elsewhere, in two documents: there its bearer is named in office."""
    open_elsewhere: dict[str, set[str]] = {}
    for number, document in documents.items():
        shown = Masker(marks[number])(document.text)
        foreign = Masker(mark for other, found in marks.items() if other != number for mark in found)
        if spans := foreign.spans(shown):
            open_elsewhere[number] = {shown[start:end] for start, end in spans}
    assert set(open_elsewhere) == {"许政办〔2022〕20号", "许政办〔2022〕21号"}
    assert set.union(*open_elsewhere.values()) == names(marks[MERIT])
