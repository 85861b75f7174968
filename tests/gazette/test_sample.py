"""The sample gazette, against what its writer counted in it by hand (tests/sample_facts.yaml)."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from gongbao.core.citations import read_citation
from gongbao.gazette import read_gazette, rebuild
from gongbao.gazette.model import Clause, ClauseKind, Document, PartKind, ReferenceKind
from gongbao.sample import GAZETTE

FACTS = yaml.safe_load((Path(__file__).parents[1] / "sample_facts.yaml").read_text(encoding="utf-8"))
RAW = GAZETTE.read_text(encoding="utf-8")
ISSUE = read_gazette(RAW)
DOCUMENTS = {document.number: document for document in ISSUE.documents}
FACTS_OF = {facts["number"]: facts for facts in FACTS["documents"]}
KINDS = {"通知": "notice", "决定": "decision", "实施意见": "opinions"}


def test_issue() -> None:
    assert ISSUE.title == FACTS["gazette"]["title"] + FACTS["gazette"]["issue"]
    assert ISSUE.publisher == FACTS["gazette"]["publisher"]
    assert list(DOCUMENTS) == list(FACTS_OF)
    assert [entry.document for entry in ISSUE.contents] == list(range(len(FACTS_OF)))
    assert [entry.page for entry in ISSUE.contents] == [facts["page"] for facts in FACTS["documents"]]
    assert rebuild(ISSUE.text, ISSUE.changes) == RAW


@pytest.mark.parametrize("number", FACTS_OF)
def test_head(number: str) -> None:
    document, facts = DOCUMENTS[number], FACTS_OF[number]
    assert document.title == facts["title"]
    assert document.issuer == facts["issuer"]
    assert document.addressees == facts["addressees"]
    assert document.date == facts["date"]
    assert document.kind == KINDS[facts["kind"]]
    assert document.article_count == facts["articles"]
    assert [part.title for part in document.instruments] == [each["title"] for each in facts["instruments"]]
    assert [part.line for part in document.instruments] == [each["line"] for each in facts["instruments"]]
    assert [(part.label, part.title) for part in document.annexes] == [
        (each["label"], each["title"]) for each in facts["annexes"]
    ]
    assert document.first_line == facts["lines"][0]


@pytest.mark.parametrize("number", FACTS_OF)
def test_in_force(number: str) -> None:
    document, facts = DOCUMENTS[number], FACTS_OF[number]
    begin: date = facts["in_force_from"]
    assert (document.validity.from_, document.validity.until) == (begin, facts["in_force_until"])
    if number != "云政办〔2026〕3号":
        # 3号 says from when what it repeals is no longer applied, and nothing of itself.
        assert bool(document.validity.from_clause) is (facts["in_force_basis"] != "issue")


@pytest.mark.parametrize("number", FACTS_OF)
def test_repeals(number: str) -> None:
    found = [
        (r.number, r.title, r.scope, *r.provisions)
        for r in DOCUMENTS[number].references
        if r.kind is ReferenceKind.REPEALS
    ]
    assert found == [
        (each["number"], each["title"], each["scope"], *([each["provision"]] if "provision" in each else []))
        for each in FACTS_OF[number]["repeals"]
    ]


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    "clause",
    [clause for facts in FACTS["documents"] for clause in facts["clauses"]],
    ids=lambda clause: clause["locator"],
)
def test_clauses(clause: dict[str, Any]) -> None:
    citation = read_citation(clause["locator"])
    found = {each.locator: each for each in DOCUMENTS[citation.number].walk()}[citation.locator]
    own = _plain(found.full_text()).removeprefix(found.number)
    assert own.startswith(_plain(clause["start"]))


def _numbered(clauses: list[Clause], depth: int = 0) -> list[int]:
    counts = [0, 0, 0]
    for clause in clauses:
        here = bool(clause.number)
        if here and depth < 3:
            counts[depth] += 1
        for level, count in enumerate(_numbered(clause.children, depth + here)):
            counts[level] += count
    return counts


def _levels(document: Document) -> list[tuple[str, list[int]]]:
    return [(part.title, _numbered(part.clauses)) for part in document.parts]


@pytest.mark.parametrize("number", [n for n, facts in FACTS_OF.items() if not facts["articles"]])
def test_levels(number: str) -> None:
    facts = FACTS_OF[number]
    counted = {each["title"]: each for each in [*facts["instruments"], *facts["annexes"]] if "top" in each}
    if "body" in facts:
        counted[facts["title"]] = facts["body"]
    for title, levels in _levels(DOCUMENTS[number]):
        if title in counted:
            expected = counted[title]
            if number == "云政办〔2026〕2号":
                levels = levels[:2]  # （1） stands at several depths there
                assert levels == [expected["top"], expected["second"]]
            else:
                assert levels == [expected["top"], expected["second"], expected["third"]]


@pytest.mark.parametrize("number", [n for n, facts in FACTS_OF.items() if facts["articles"]])
def test_paragraphs_of_articles(number: str) -> None:
    articles = [clause for clause in DOCUMENTS[number].walk() if clause.kind is ClauseKind.ARTICLE]
    counts = [max(1, sum(child.kind is ClauseKind.PARAGRAPH for child in article.children)) for article in articles]
    assert counts == FACTS_OF[number]["paragraphs"]


REASONS = {
    "spaced_heading": "spaced_out",
    "spaced_digits": "space",
    "page_break_in_sentence": "page_break",
    "page_number": "page_number",
    "running_head": "running_head",
    "bracket": "document_number",
    "full_width_digits": "full_width",
    "spaced_decimal": "decimal_number",
    "doubled_character": "doubled_character",
    "stray_word": "stray_foreign_word",
    "torn_date": "date_torn_over_lines",
    "list_dash": "mark",
    "pm_notation": "notation",
}


@pytest.mark.parametrize(
    "noise",
    [each for each in FACTS["noise"] if each["kind"] in REASONS],
    ids=lambda each: f"{each['line']}-{each['kind']}",
)
def test_noise(noise: dict[str, Any]) -> None:
    lines = range(noise["line"], noise.get("to_line", noise["line"]) + 1)
    reasons = {
        change.reason
        for change in ISSUE.changes
        if change.line <= lines[-1] and change.line + change.before.count("\n") >= lines[0]
    }
    assert any(REASONS[noise["kind"]] in reason for reason in reasons)
    if noise["becomes"]:
        assert noise["becomes"] in ISSUE.text


def test_nothing_else_is_taken_for_noise() -> None:
    """What cleaning did beyond white space and Markdown is what the writer planted, and nothing more."""
    planted = {line for each in FACTS["noise"] for line in range(each["line"], each.get("to_line", each["line"]) + 1)}
    harmless = {"space", "mark"}
    others = [change for change in ISSUE.changes if not set(change.reason.split("; ")) <= harmless]
    assert [(change.line, change.reason) for change in others if change.line not in planted] == []


def test_annex_parts_keep_their_tables() -> None:
    annex = next(part for part in DOCUMENTS["云政〔2026〕2号"].parts if part.kind is PartKind.ANNEX)
    rows = [line for clause in annex.walk() for line in clause.text.split("\n") if re.match(r"\d+\t", line)]
    assert len(rows) == FACTS_OF["云政〔2026〕2号"]["table"]["rows"]
