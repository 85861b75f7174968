"""Laying out a revision: nesting, headings, tables out of tabs, links."""

from dataclasses import dataclass

import pytest
from django.utils import translation

from gongbao.office.library.layout import Links, lay_out
from tests.site.html import read


@dataclass
class Made:
    """A clause made by hand."""

    depth: int
    kind: str = "paragraph"
    number: str = ""
    heading: str = ""
    text: str = ""
    part_id: int = 1
    locator: str = ""
    eid: str = ""
    order: int = 0
    last: int = 0


def laid(*clauses: Made, parts=((1, "body", "", ""),), links=None, **options):
    for place, clause in enumerate(clauses):
        clause.eid = clause.eid or f"e{place}"
        clause.locator = clause.locator or f"l{place}"
    return lay_out(parts, clauses, before="/d/", after="/", links=links or Links(), **options)


def drawn(*clauses: Made, **options):
    """What the template makes of the rows, as a tree."""
    return read("".join(part.html for part in laid(*clauses, **options)))


def table(*lines: str):
    return drawn(Made(0, text="\n".join(lines))).one("table")


def rows(table):
    return [[cell.text() for cell in row.children] for row in table.all("tr")]


def test_clauses_stand_in_the_clauses_they_belong_to_whatever_the_jumps_in_depth():
    depths = [0, 1, 2, 2, 1, 3, 0, 2, 0]
    page = drawn(*(Made(depth, number=f"{place}.", text="words") for place, depth in enumerate(depths)))

    def parent(eid):
        above = page.one(id=eid).parent
        while above is not None and "clause" not in above.attributes.get("class", "").split():
            above = above.parent
        return above.attributes["id"] if above else ""

    assert [parent(f"e{place}") for place in range(9)] == ["", "e0", "e1", "e1", "e0", "e4", "", "e6", ""]


def test_headings_step_down_one_at_a_time_and_run_in_headings_are_none():
    page = drawn(
        Made(0, number="一、", heading="甲"),
        Made(1, number="（一）", heading="乙。", text="词句。"),
        Made(2, number="1.", heading="丙"),
        Made(0, number="二、", heading="丁"),
    )
    assert [(element.tag, element.text()) for element in page.walk() if element.tag in ("h2", "h3", "h4")] == [
        ("h2", "一、甲"),
        ("h3", "1.丙"),
        ("h2", "二、丁"),
    ]
    assert page.one("strong").text() == "乙。"


def test_headings_go_no_lower_than_the_sixth_level():
    page = drawn(*(Made(depth, number=f"{depth}", heading="题") for depth in range(9)))
    assert [element.tag for element in page.walk() if element.tag.startswith("h")] == [
        "h2", "h3", "h4", "h5", "h6", "h6", "h6", "h6", "h6",
    ]  # fmt: skip


def test_below_a_titled_part_headings_begin_one_level_lower():
    parts = ((1, "body", "", "通知"), (2, "annex", "附件1", "办法"))
    first, second = laid(
        Made(0, heading="甲", number="一、", part_id=1), Made(0, heading="乙", number="一、", part_id=2), parts=parts
    )
    assert first.titled and second.titled
    assert read(first.html).all("h3") and read(second.html).all("h3")
    assert second.name == "附件1 办法"


def test_a_part_without_clauses_is_kept():
    first, second = laid(Made(0, text="词"), parts=((1, "body", "", "通知"), (2, "annex", "附件", "表")))
    assert first.html and not second.html and second.titled


def test_an_article_of_several_paragraphs_draws_its_number_before_the_first():
    page = drawn(Made(0, number="第一条"), Made(1, text="第一款。"), Made(1, text="第二款。"))
    assert "bare" in page.one(id="e0").attributes["class"].split()
    page = drawn(Made(0, number="第一条"), Made(1, number="（一）", text="项。"))
    assert "bare" not in page.one(id="e0").attributes["class"].split()


def test_the_number_is_the_link_and_an_unnumbered_paragraph_has_a_mark_that_names_it():
    page = drawn(Made(0, number="第一条", text="词。"), Made(0, text="词。", locator="第一条第二款"))
    assert page.one("a", class_="num").attributes["href"] == "/d/e0/"
    mark = page.one("a", class_="mark")
    assert mark.attributes["href"] == "/d/e1/" and mark.text() == "¶第一条第二款"


def test_words_are_escaped_everywhere():
    bad = "<script>alert('x')</script>"
    page = drawn(
        Made(0, number=bad, heading=bad, text=bad, locator=bad),
        Made(0, text=f"{bad}\t{bad}\n{bad}\t1", locator=bad),
        links=Links({"许政〔2022〕1号": 'https://example.org/"><script>'}, {bad: "/x/"}),
    )
    assert not page.all("script")
    assert page.text().count(bad) == 7


def test_outline_holds_what_has_a_number_or_a_heading_and_nests():
    part = laid(
        Made(0, "chapter", "第一章", "总则"),
        Made(1, "article", "第一条", "", "词"),
        Made(2, "subparagraph", "（一）", "", "词"),
        Made(1, "article", "第二条", "", ""),
        Made(2, "paragraph", "", "", "第二条的词"),
        Made(0, "chapter", "第二章", "附则"),
        Made(1, "paragraph", "", "", "词"),
    )[0]
    outline = read(part.outline)
    entries = [(link.attributes["href"], link.text(), len(link.parent.all("details"))) for link in outline.all("a")]
    assert entries == [
        ("#e0", "第一章 总则", 1),
        ("#e1", "第一条 词", 0),
        ("#e3", "第二条 第二条的词", 0),
        ("#e5", "第二章 附则", 0),
    ]


def test_a_long_outline_is_folded_and_a_short_one_open():
    few = [Made(0, "chapter", f"第{place}章", "题") for place in range(20)]
    assert laid(*few)[0].open
    many = [Made(place % 2, "article" if place % 2 else "chapter", f"第{place}", "题") for place in range(100)]
    part = laid(*many)[0]
    folds = read(part.outline).all("details")
    assert len(folds) == 50 and not [fold for fold in folds if "open" in fold.attributes]


# --- tables


def test_a_table_has_its_first_row_as_heads():
    made = table("序号\t名称\t金额", "1\t甲\t50", "2\t乙\t1,200.5")
    assert [cell.attributes["scope"] for cell in made.one("thead").all("th")] == ["col"] * 3
    assert rows(made) == [["序号", "名称", "金额"], ["1", "甲", "50"], ["2", "乙", "1,200.5"]]
    assert [cell.text() for cell in made.all("td", class_="figure")] == ["1", "50", "2", "1,200.5"]


def test_heads_in_two_rows_span_what_they_head():
    made = table("地区\t托育\t\t养老\t", "\t数量\t床位\t数量\t床位", "甲县\t1\t2\t3\t4")
    top, second = made.one("thead").all("tr")
    assert [(c.text(), c.attributes.get("colspan"), c.attributes.get("rowspan")) for c in top.all("th")] == [
        ("地区", None, "2"),
        ("托育", "2", None),
        ("养老", "2", None),
    ]
    assert [cell.text() for cell in second.all("th")] == ["数量", "床位", "数量", "床位"]
    assert made.one("tbody").one("th").attributes["scope"] == "row"


def spans(table):
    return [
        [
            (cell.text(), cell.attributes.get("colspan", "1"), cell.attributes.get("rowspan", "1"))
            for cell in row.children
        ]
        for row in table.one("thead").all("tr")
    ]


def test_heads_in_three_rows_span_what_they_head_and_none_reaches_into_the_next():
    made = table("地区\t养老\t\t\t托育", "\t机构\t\t站\t", "\t数量\t床位\t数量\t数量", "甲县\t1\t2\t3\t4")
    assert spans(made) == [
        [("地区", "1", "3"), ("养老", "3", "1"), ("托育", "1", "1")],
        [("机构", "2", "1"), ("站", "1", "1"), ("", "1", "1")],
        [("数量", "1", "1"), ("床位", "1", "1"), ("数量", "1", "1"), ("数量", "1", "1")],
    ]
    assert made.one("thead").all("th", scope="colgroup")[1].text() == "机构"
    assert rows(made)[3:] == [["甲县", "1", "2", "3", "4"]]


def test_a_third_row_of_sentences_is_no_row_of_heads():
    made = table("地区\t养老\t\t备注", "\t数量\t床位\t", "\t\t\t由民政部门会同财政部门核定", "甲县\t1\t2\t")
    assert len(made.one("thead").all("tr")) == 2


@pytest.mark.parametrize(
    ("lines", "broad"),
    [
        (["列\t" * 11 + "列", "1\t" * 11 + "1"], False),
        (["列\t" * 12 + "列", "1\t" * 12 + "1"], True),
        (["甲\t" * 5 + "甲", ("一二三四五六七八九十" * 3 + "\t") * 5 + "1"], True),
        # A note that goes across takes no columns.
        (["一二三四五六七八九十" * 20 + "\t" * 5, "甲\t" + ("一二三四五六七八九十" * 3 + "\t") * 4 + "乙"], False),
    ],
)
def test_a_table_of_many_columns_or_words_is_broad(lines, broad):
    frame = drawn(Made(0, text="\n".join(lines))).one(class_="scroll")
    assert ("broad" in frame.attributes["class"].split()) is broad


def test_a_body_row_with_an_empty_first_cell_is_no_second_row_of_heads():
    made = table("单位\t事项", "\t甲", "乙\t丙")
    assert len(made.one("thead").all("tr")) == 1
    assert rows(made)[1:] == [["", "甲"], ["乙", "丙"]]


def test_a_row_of_one_cell_goes_across_and_ragged_rows_are_filled():
    made = table("表一\t\t", "序号\t名称\t金额", "甲区，共两家\t\t", "1\t某厂", "合计\t\t50")
    head = made.one("thead").all("tr")
    assert head[0].one("td").attributes["colspan"] == "3"
    assert [cell.text() for cell in head[1].all("th")] == ["序号", "名称", "金额"]
    assert made.one("tbody").one("td", class_="across").text() == "甲区，共两家"
    assert [len(row) for row in rows(made)[3:]] == [3, 3]


def test_every_cell_of_every_row_is_on_the_page():
    lines = ["甲\t乙\t", "\t\t丙", "丁\t\t", "\t戊\t己", "\t\t", "庚\t辛\t壬\t癸"]
    text = table(*lines).text()
    assert sorted(text) == sorted("甲乙丙丁戊己庚辛壬癸")


def test_words_around_a_table_stay_in_their_order():
    page = drawn(Made(0, number="一、", text="前。\n甲\t乙\n1\t2\n后。"))
    own = page.one(class_="own")
    assert [element.tag for element in own.children] == ["p", "div", "p"]
    assert own.children[0].text() == "一、前。" and own.children[2].text() == "后。"


@pytest.mark.parametrize(("language", "name"), [("en", "Table 2"), ("zh-hans", "表格 2")])
def test_each_table_has_a_name_of_its_own(language, name):
    with translation.override(language):
        page = drawn(Made(0, text="甲\t乙"), Made(0, text="丙\t丁"))
    second = page.all(class_="scroll")[1]
    assert second.attributes["aria-label"] == name and second.attributes["tabindex"] == "0"


# --- links

LINKS = Links({"许政办〔2022〕27号": "/a/", "许政〔2022〕7号": "/b/"}, {"停车办法": "/c/"})


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("根据许政办〔2022〕27号执行", [("/a/", "许政办〔2022〕27号")]),
        ("许政办〔2022〕7号", []),
        ("按许政[2022]7号、许政办〔2022〕27号", [("/b/", "许政[2022]7号"), ("/a/", "许政办〔2022〕27号")]),
        ("《停车办法》（许政〔2022〕7号）", [("/c/", "《停车办法》"), ("/b/", "许政〔2022〕7号")]),
        ("停车办法", []),
        ("国办发〔2021〕10号", []),
    ],
)
def test_documents_that_are_held_are_linked(text, linked):
    page = read(LINKS.mark(text))
    assert [(link.attributes["href"], link.text()) for link in page.all("a")] == linked
    assert page.text() == text
