"""The explanation below a result: its steps, their clauses as links, and how it stands folded."""

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from gongbao.rules import Result
from gongbao.rules.explain import explain
from gongbao.site.policies.explained import MOST_OPEN, explained
from tests.rules.cases import TRIPS, ferried, grazed, heated, visited
from tests.site.html import Element, read


def page(result: Result, language: str = "zh", words=None) -> Element:
    def address(document: str, clause: str) -> str:
        return "" if clause == "第六条" else f"/documents/{document}/{clause}/"

    with override("en" if language == "en" else "zh-hans"):
        shown = explained(explain(result), language, address, words=words)
        return read(render_to_string("policies/_explanation.html", {"explained": shown}))


def step(root: Element, number: int) -> Element:
    return root.one("li", id=f"step-{number}")


def test_a_step_says_what_it_is_why_and_by_which_clause():
    found = step(page(heated()), 2)
    assert found.attributes["value"] == "2"
    assert found.all("summary")[0].text() == "2. 基本补贴（独居老人）：600.00 元"
    words = found.text()
    for said in ("取大(1,333.33 − 0.00, 0)", "599.999 → 600.00 元", "自 2026-01-01 起", "取暖费用：1,333.33 元"):
        assert said in words
    link = found.all("dd")[0].one("a")
    assert link.attributes["href"] == "/documents/云政办〔2026〕3号/第四条/" and link.text() == "第四条"
    assert link.language == "zh-Hans"


def test_a_clause_that_nobody_holds_is_no_link():
    found = step(page(heated()), 6).all("dd")[0]
    assert found.all("a") == [] and "第六条" in found.text()


def test_a_step_told_elsewhere_leads_there():
    root = page(heated())
    assert step(root, 3).one("a").attributes["href"] == "#step-1"
    assert step(root, 3).one("a").text() == "见第1步"
    assert step(root, 1).all("summary")[0].text().startswith("1. ")
    assert step(root, 3).text().strip().startswith("3. ")


@pytest.mark.parametrize("result", [heated(), ferried(), grazed()])
def test_every_link_within_the_page_has_its_step_once(result):
    root = page(result)
    places = [one.attributes["id"] for one in root.all("li") if "id" in one.attributes]
    assert len(places) == len(set(places))
    leads = [one.attributes["href"] for one in root.all("a") if one.attributes["href"].startswith("#")]
    assert {lead.removeprefix("#") for lead in leads} <= set(places)
    numbers = [int(place.removeprefix("step-")) for place in places]
    assert numbers == list(range(1, len(numbers) + 1))


def test_steps_without_bearing_stand_closed_and_the_others_open():
    root = page(visited())
    assert "open" not in step(root, 3).all("details")[0].attributes
    assert "对结果没有影响" in step(root, 3).all("summary")[0].text()
    assert "open" in step(root, 1).all("details")[0].attributes
    assert "对结果没有影响" not in step(root, 1).all("summary")[0].text()


def test_a_long_explanation_stands_closed():
    root = page(ferried(TRIPS * 5))
    folds = root.all("details")
    assert len(folds) > MOST_OPEN and not any("open" in one.attributes for one in folds)


def test_another_reading_is_stressed():
    root = page(heated(readings={"limit_over": "basic_only"}), "en")
    assert any("not the default" in one.text() for one in root.all("strong"))
    assert not any("not the default" in one.text() for one in page(heated(), "en").all("strong"))


def test_the_choice_that_applies():
    first = page(heated()).all("ul")[0]
    assert [("适用" in one.text()) for one in first.all("li")] == [True, False]


def test_in_english_only_what_is_cited_is_chinese():
    for one in page(grazed(), "en").walk():
        own = "".join(child for child in one.children if isinstance(child, str))
        assert one.language == "zh-Hans" or not any("一" <= char <= "鿿" for char in own), own


def test_words_of_clauses_where_they_are_given():
    root = page(heated(), words=lambda document, clause: "甲乙<丙" if clause == "第五条" else None)
    assert root.one("blockquote").text() == "甲乙<丙"
