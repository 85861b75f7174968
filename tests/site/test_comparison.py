"""Two revisions side by side, the time line of a document, and the clauses that others cite. All texts are invented."""

import pytest

from gongbao.office.library import queries
from gongbao.office.library.compare import Kind, compare
from tests.library.test_content import NAMES, PLAN, ingest
from tests.site.html import read
from tests.site.test_pages import SUBSIDY, address

RULES = """云岭市人民政府办公室关于印发云岭市停车办法的通知
云岭政办〔2021〕5号
各县人民政府：
现将《云岭市停车办法》印发给你们。
云岭市人民政府办公室
2021年5月1日
云岭市停车办法
第一条 为了停车，制定本办法。
第二条 停车每小时收费2元。
第三条 停车应当入位。
第四条 本办法自2021年6月1日起施行，有效期3年。
"""
NUMBER = "云岭政办〔2021〕5号"
AMENDMENT = """云岭市人民政府办公室关于修改《云岭市停车办法》的通知
云岭政办〔2022〕3号
各县人民政府：
对《云岭市停车办法》（云岭政办〔2021〕5号）第二条作如下修改。
云岭市人民政府办公室
2022年3月1日
"""
REPEAL = """云岭市人民政府办公室关于废止停车办法的通知
云岭政办〔2023〕9号
各县人民政府：
《云岭市停车办法》（云岭政办〔2021〕5号）同时废止。
云岭市人民政府办公室
2023年5月1日
"""


def two(before: str, after: str):
    ingest(before)
    ingest(after)
    key = queries.get_document(NUMBER).key
    return compare(*(queries.clauses(queries.get_revision(key, number)) for number in (1, 2)))


@pytest.mark.django_db
def test_what_was_altered_in_a_clause():
    rows = two(RULES, RULES.replace("收费2元", "收费3元"))
    (row,) = [row for row in rows if row.kind is not Kind.SAME]
    assert (row.kind, row.before.locator, row.after.locator) == (Kind.CHANGED, "第二条", "第二条")
    assert [piece.words for piece in row.before.pieces if piece.altered] == ["2"]
    assert [piece.words for piece in row.after.pieces if piece.altered] == ["3"]
    assert "".join(piece.words for piece in row.after.pieces) == "第二条 停车每小时收费3元。"


@pytest.mark.django_db
def test_a_clause_that_went_and_one_that_came():
    rows = two(RULES, RULES.replace("第四条", "第五条").replace("第五条", "第四条 夜间免费。\n第五条"))
    kinds = [(row.kind, row.after and row.after.locator) for row in rows if row.kind is not Kind.SAME]
    assert (Kind.CHANGED, "第四条") in kinds and (Kind.ADDED, "第五条") in kinds
    rows = two(
        RULES.replace("5号", "6号"), RULES.replace("5号", "6号").replace("第三条 停车应当入位。\n第四条", "第三条")
    )
    assert {row.kind for row in rows} > {Kind.SAME}


def test_a_clause_that_was_numbered_anew_stands_beside_itself():
    class One:
        def __init__(self, number, words):
            self.number = self.locator = self.eid = number
            self.words = words

        def own_words(self):
            return self.number + self.words

    rows = compare([One("一", "甲"), One("二", "乙"), One("三", "丙")], [One("一", "甲"), One("四", "丙")])
    assert [(row.kind, row.before and row.before.locator, row.after and row.after.locator) for row in rows] == [
        (Kind.SAME, "一", "一"),
        (Kind.REMOVED, "二", None),
        (Kind.CHANGED, "三", "四"),
    ]


@pytest.mark.django_db
def test_a_very_long_clause_is_altered_whole():
    long = RULES.replace("停车应当入位。", "停车应当入位" * 1000 + "。")
    (row,) = [row for row in two(RULES, long) if row.kind is not Kind.SAME]
    assert [piece.altered for piece in row.after.pieces] == [True]


def test_the_page_of_a_comparison(english, db):
    ingest(RULES)
    ingest(RULES.replace("收费2元", "收费3元").replace("2021年6月1日", "2021年7月1日"))
    url = address(NUMBER, "compare")
    assert url in {link.attributes["href"] for link in read(english.get(address(NUMBER))).all("a")}
    page = read(english.get(url))
    assert page.one("p", id="count").text() == "2 clauses differ"
    assert [row.one("th").text() for row in page.one("tbody").all("tr")] == [
        "In force from",
        "In force until",
        "第二条",
        "第四条",
    ]
    assert "2" in [mark.text() for mark in page.all("del")]
    assert len(read(english.get(f"{url}?all=1")).one("tbody").all("tr")) > 4
    assert "do not differ" in read(english.get(f"{url}?from=2&to=2")).text()
    for wrong in ("from=9", "to=x", "from=-1", "to=99999999999999999999"):
        assert english.get(f"{url}?{wrong}").status_code == 400


def test_a_document_of_one_revision_has_nothing_to_compare(english, sample):
    assert english.get(address(SUBSIDY, "compare")).status_code == 200
    assert address(SUBSIDY, "compare") not in english.get(address(SUBSIDY)).content.decode()
    assert english.get(address("云政办〔2026〕99号", "compare")).status_code == 404


def test_a_comparison_shows_a_visitor_no_personal_data(client, db):
    ingest(PLAN)
    ingest(PLAN.replace("钱多多", "钱多福"))
    page = client.get(address("云岭政〔2026〕11号", "compare")).content.decode()
    assert not any(name in page for name in (*NAMES, "钱多福"))


def test_the_time_line_of_a_document(english, db):
    for text in (RULES, AMENDMENT, REPEAL):
        ingest(text)
    line = read(english.get(address(NUMBER))).one("ol", class_="timeline")
    assert [" ".join(item.text().split()) for item in line.all("li")] == [
        "1 May 2021 issued",
        "1 June 2021 in force 第四条",
        "1 March 2022 amended 云岭政办〔2022〕3号 正文",
        "1 May 2023 repealed 云岭政办〔2023〕9号 正文",
        "1 June 2024 last day in force 第四条",
    ]


def test_each_clause_that_is_cited_is_named(english, db):
    ingest(RULES)
    ingest(AMENDMENT)
    page = read(english.get(address(NUMBER)))
    cited = [item for item in page.all("dt") if item.text() == "Clauses cited"]
    assert len(cited) == 1
    row = cited[0].parent.text()
    assert "第二条" in row and "云岭政办〔2022〕3号" in row
