"""clauses.yaml: names that exist, citations that agree, and what an auditor accepts as placed."""

from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.core.citations import normal_locator
from gongbao.rules.coverage import CARRIERS, REASONS, Account, Carrier, ClauseEntry, Coverage, read_clauses
from gongbao.rules.policy import FactSheet, FigureSheet, Policy, PolicyError, ReadingSheet, Record, fact
from gongbao.rules.values import Flag, Money, Percent

DOCUMENT = "云政〔2026〕3号"

PARAMETERS = """\
rate:
  zh: 比例
  en: rate
  unit: "%"
  clause: 四（一）
  values: {2026-01-01: 50%}
limit:
  zh: 限额
  en: limit
  unit: 元
  clause: 九
  document: 云政〔2026〕9号
  values: {2026-01-01: 100}
"""

CLAUSES = """\
document: 云政[2026]3号
clauses:
  一: {none: general}
  四（一）: {rule: [subsidy], figure: [rate], fact: [visits.cost]}
  四（二）: {check: [enough], reading: [partly], page: [heating]}
  五: {none: later, note: {zh: 供热系统, en: the heating system}}
  六: {none: other_authority, note: {zh: 市财政局, en: the finance bureau}}
"""


class Visit(Record):
    cost: Money = fact("三", zh="费用", en="cost")


class Facts(FactSheet):
    on: date = fact("三", zh="日期", en="date")
    visits: list[Visit] = fact("三", zh="就诊", en="visits")


class Figures(FigureSheet):
    rate: Percent
    limit: Money


class Readings(ReadingSheet):
    partly: Literal["yes", "no"]


def folder(tmp_path: Path, clauses: str = CLAUSES, document: str = DOCUMENT) -> tuple[Path, list[Policy]]:
    """A folder with a policy whose rules are declared and not yet closed: nothing here computes."""
    policy = Policy(
        "heating",
        document=document,
        zh="取暖",
        en="heating",
        since=date(2026, 1, 1),
        since_clause="八",
        facts=Facts,
        figures=Figures,
        readings=Readings,
        dated="on",
    )
    policy.file = tmp_path / "rules.py"

    @policy.rule("四（一）", zh="补贴", en="subsidy")
    def subsidy(visit: Visit, figures: Figures) -> Money:
        return visit.cost * figures.rate

    @policy.check("四（二）", zh="不足", en="not enough")
    def enough(visit: Visit) -> Flag:
        return visit.cost > Money(0)

    (tmp_path / "parameters.yaml").write_text(PARAMETERS, encoding="utf-8")
    path = tmp_path / "clauses.yaml"
    path.write_text(clauses, encoding="utf-8")
    return path, [policy]


def test_each_entry_says_what_carries_the_clause_or_why_nothing_does(tmp_path: Path) -> None:
    coverage = read_clauses(*folder(tmp_path))
    assert coverage.document == DOCUMENT
    carried = coverage.entries["四(一)"]
    assert carried.carried_by == {"rule": ("subsidy",), "figure": ("rate",), "fact": ("visits.cost",)}
    assert (carried.locator, carried.none, carried.line) == ("四（一）", "", 4)
    assert coverage.entries["一"].none == "general"
    notes = coverage.entries["五"].note, coverage.entries["六"].note
    assert [(one.zh, one.en) for one in notes if one] == [
        ("供热系统", "the heating system"),
        ("市财政局", "the finance bureau"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("云政[2026]3号", "云政三号", 1, "no document number"),
        ("document: 云政[2026]3号\n", "", 1, "document must be given"),
        ("rule: [subsidy]", "rule: [subsidies]", 4, "subsidies is no rule of the policies here; was subsidy meant"),
        ("figure: [rate]", "figure: [share]", 4, "share is no figure"),
        ("fact: [visits.cost]", "fact: [visits.costs]", 4, "was visits.cost meant"),
        ("check: [enough]", "check: [subsidy]", 5, "subsidy is no check"),
        ("reading: [partly]", "reading: [party]", 5, "was partly meant"),
        ("page: [heating]", "pages: [heating]", 5, "was page meant"),
        ("page: [heating]", "page: heating", 5, "a list belongs here"),
        ("page: [heating]", "page: []", 5, "a list belongs here"),
        ("{none: general}", "{none: generel}", 3, "was general meant"),
        ("{none: general}", "{none: general, page: [heating]}", 3, "one of the two"),
        ("{none: general}", "{note: 甲}", 3, "one of the two"),
        (", note: {zh: 供热系统, en: the heating system}", "", 6, "say for which in a note"),
        (", en: the heating system", "", 6, "en must be given"),
        ("  五:", "  四(一):", 6, "stands twice, first on line 4"),
    ],
)
def test_each_mistake_is_told_with_its_line(tmp_path: Path, before: str, after: str, line: int, words: str) -> None:
    assert before in CLAUSES
    with pytest.raises(PolicyError) as caught:
        read_clauses(*folder(tmp_path, CLAUSES.replace(before, after, 1)))
    assert words in caught.value.message
    assert (Path(caught.value.file).name, caught.value.line) == ("clauses.yaml", line)


@pytest.mark.parametrize(
    ("before", "after", "file", "words"),
    [
        ("rule: [subsidy], ", "", "rules.py", "the rule subsidy cites 四（一）; name it there"),
        ("figure: [rate], ", "", "parameters.yaml", "the figure rate cites 四（一）; name it there"),
        ("check: [enough], ", "", "rules.py", "the check enough cites 四（二）; name it there"),
        ("  四（一）:", "  四:", "rules.py", "the rule subsidy cites 四（一）"),
    ],
)
def test_what_cites_a_clause_is_named_there(tmp_path: Path, before: str, after: str, file: str, words: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read_clauses(*folder(tmp_path, CLAUSES.replace(before, after, 1)))
    assert words in caught.value.message
    assert Path(caught.value.file).name == file and caught.value.line > 0


def test_a_policy_of_another_document_cites_other_clauses(tmp_path: Path) -> None:
    without = CLAUSES.replace("rule: [subsidy], ", "")
    assert read_clauses(*folder(tmp_path, without, document="云政〔2026〕4号")).entries


STEPS = [
    Carrier("step", "apply", DOCUMENT, "四（二）"),
    Carrier("step", "drop", DOCUMENT, ""),
    Carrier("step", "appeal", "云政〔2026〕9号", "三"),
    Carrier("clock", "decision", DOCUMENT, "四（二）"),
]
WITH_STEPS = CLAUSES.replace("page: [heating]", "step: [apply, drop], clock: [decision]")


def test_steps_and_clocks_of_a_procedure_carry_clauses(tmp_path: Path) -> None:
    coverage = read_clauses(*folder(tmp_path, WITH_STEPS), STEPS)
    assert coverage.entries["四(二)"].carried_by["step"] == ("apply", "drop")
    assert coverage.against(["四（二）"]).counts()["clock"] == 1


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("[apply, drop]", "[aply]", "aply is no step of the procedures here; was apply meant"),
        ("[apply, drop]", "[decision]", "decision is no step of the procedures here"),
        ("clock: [decision]", "letter: [decision]", "decision is no letter of the procedures here"),
        ("[apply, drop]", "[drop]", "the step apply cites 四（二）; name it there"),
        (", clock: [decision]", "", "the clock decision cites 四（二）; name it there"),
    ],
)
def test_a_step_that_is_not_there_or_not_named_is_told(tmp_path: Path, before: str, after: str, words: str) -> None:
    assert before in WITH_STEPS
    with pytest.raises(PolicyError) as caught:
        read_clauses(*folder(tmp_path, WITH_STEPS.replace(before, after, 1)), STEPS)
    assert words in caught.value.message and Path(caught.value.file).name == "clauses.yaml"


def account(entries: list[str], locators: list[str]) -> Account:
    """Of entries that are all carried by a page."""
    made = [ClauseEntry(one, {"page": ("one",)}, "", None, number) for number, one in enumerate(entries, 1)]
    return Coverage(DOCUMENT, {normal_locator(one.locator): one for one in made}).against(locators)


def how(entries: list[str], locators: list[str]) -> dict[str, str]:
    return {one.locator: one.how for one in account(entries, locators).placements}


PLAN = ["引言", "四", "四（一）", "四（三）", "四（三）1", "四（三）2", "四（三）12", "十", "十一（一）"]


def test_an_entry_above_stands_for_all_below_as_long_as_none_is_named() -> None:
    assert how(["四"], PLAN[1:7]) == {"四": "named"} | dict.fromkeys(PLAN[2:7], "above")
    # Once one is named, the others must be: a forgotten one shows.
    found = how(["四", "四（三）1"], PLAN[1:7])
    assert found == {
        "四": "named",
        "四（一）": "unplaced",
        "四（三）": "unplaced",
        "四（三）1": "named",
        "四（三）2": "unplaced",
        "四（三）12": "unplaced",
    }


def test_a_clause_is_placed_when_all_below_it_are() -> None:
    found = how(["四（一）", "四（三）1", "四（三）2", "四（三）12"], PLAN[1:7])
    assert found["四"] == found["四（三）"] == "below"
    found = how(["四（三）1", "四（三）2", "四（三）12"], PLAN[1:7])
    assert (found["四"], found["四（一）"], found["四（三）"]) == ("unplaced", "unplaced", "below")


def test_numbers_are_whole() -> None:
    found = how(["四（三）1", "十"], PLAN)
    assert found["四（三）12"] == "unplaced" and found["十一（一）"] == "unplaced" and found["十"] == "named"


def test_articles_stand_below_the_chapter_before_them() -> None:
    locators = [
        "通知",
        "第一章",
        "第一条",
        "第二条",
        "第二条第（一）项",
        "第二章",
        "第三条",
        "附件1 第一条",
        "结尾第1段",
    ]
    found = how(["第一章", "第三条"], locators)
    assert [found[one] for one in locators] == [
        "unplaced",
        "named",
        "above",
        "above",
        "above",
        "below",
        "named",
        "unplaced",
        "unplaced",
    ]
    assert how(["附件1"], locators)["附件1 第一条"] == "above"


def test_sections_of_chapters_and_repeated_numbers_and_decimals() -> None:
    locators = ["第一章", "第一章第一节", "第一条", "第一章第二节", "第二条", "第二章", "第三条"]
    assert how(["第一章第一节"], locators)["第一条"] == "above"
    assert how(["第一章第一节"], locators)["第二条"] == "unplaced"
    assert set(how(["第一章"], locators).values()) == {"named", "above", "unplaced"}
    assert how(["2"], ["2", "2.1", "2.1（1）", "2.1第1项", "21"]) == {
        "2": "named",
        "2.1": "above",
        "2.1（1）": "above",
        "2.1第1项": "above",
        "21": "unplaced",
    }
    assert how(["三"], ["三", "三（第2处）"]) == {"三": "named", "三（第2处）": "unplaced"}


def test_locators_may_be_typed_otherwise_and_strangers_show() -> None:
    found = account(["第4条", "第四条第(一)项第1目", "九"], ["第四条", "第四条第（一）项第1目"])
    assert found.unplaced == []
    assert [one.locator for one in found.strangers] == ["九"]
    assert account(["第4条"], ["第四条"]).strangers == ()


def test_counts_tell_what_carries_how_many(tmp_path: Path) -> None:
    coverage = read_clauses(*folder(tmp_path))
    found = coverage.against(["一", "四", "四（一）", "四（二）", "五", "五（一）", "六", "七"])
    assert found.unplaced == ["七"] and len(found.placed) == 7
    counts = {kind: number for kind, number in found.counts().items() if number}
    assert counts == {
        "rule": 1,
        "figure": 1,
        "fact": 1,
        "check": 1,
        "reading": 1,
        "page": 1,
        "general": 1,
        "later": 2,
        "other_authority": 1,
    }
    assert set(found.counts()) == {*CARRIERS, *REASONS}


TREE = [f"{a}{b}{c}" for a in "一二" for b in ("", "（一）", "（二）") for c in ("", *("12" if b else ""))]


@given(st.sets(st.sampled_from(TREE)))
def test_no_forgotten_clause_is_ever_hidden(named: set[str]) -> None:
    """A clause that stands for nothing above it and has no entry at or above it is unplaced, whatever else is named;
    and a document all of whose last clauses are placed is complete."""
    found = how(sorted(named), TREE)
    for one in TREE:
        above = [other for other in TREE if other != one and one.startswith(other)]
        leaf = not any(other != one and other.startswith(one) for other in TREE)
        if one in named:
            assert found[one] == "named"
        elif leaf and not named & set(above):
            assert found[one] == "unplaced"
        elif found[one] == "above":
            assert named & set(above)
    if all(found[one] != "unplaced" for one in TREE if not any(o != one and o.startswith(one) for o in TREE)):
        assert "unplaced" not in found.values()
