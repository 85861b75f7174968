"""An explanation as text: what it says, in both languages, and how it stands in its columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.core.columns import width, wrapped
from gongbao.rules import Result
from gongbao.rules.explain import explain
from gongbao.rules.render import arranged, exact_number, render_text
from tests.rules.cases import ferried, grazed, heated, visited

CASES = [
    heated(),
    heated(cost=None, groups=["alone"]),
    heated(readings={"limit_over": "basic_only"}),
    ferried(),
    ferried([]),
    grazed(),
    visited(),
]
LANGUAGES = ("zh", "en")


def text(result: Result, language: str, **options: object) -> str:
    return render_text(explain(result), language, **options)  # type: ignore[arg-type]


def lines(result: Result, language: str, **options: object) -> list[str]:
    return [" ".join(line.split()) for line in text(result, language, **options).splitlines()]


def test_a_step_in_chinese() -> None:
    said = text(heated(), "zh")
    begins = said.index("2. 基本补贴")
    assert said[begins : said.index("\n\n", begins)] == (
        "2. 基本补贴（独居老人）：600.00 元                                          云政办〔2026〕3号 第四条\n"
        "   公式  分段累计(取大(取暖费用 − 自负额, 0), 分档补贴比例)\n"
        "   代入  分段累计(取大(1,333.33 − 0.00, 0), 分档补贴比例)\n"
        "   分档  ≥ 0: 1,000 × 50% = 500\n"
        "         > 1,000: 333.33 × 30% = 99.999\n"
        "   取整  599.999 → 600.00 元，四舍五入保留2位小数\n"
        "   标准  分档补贴比例：分档标准，自 2026-01-01 起\n"
        "   事实  取暖费用：1,333.33 元\n"
        "   3. 自负额（独居老人）：0.00 元  见第 1 步"
    )


def test_a_step_in_english() -> None:
    said = text(ferried(), "en")
    begins = said.index("   3. allowance before")
    assert said[begins : said.index("   5. limit", begins)] == (
        "   3. allowance before the limit (no. 1): 14.67 yuan                        云政办〔2026〕5号 第四条\n"
        "      formula     (fare − own share of the trip) × rate\n"
        "      in figures  (33.33 − 4.00) × 50%\n"
        "      rounding    14.665 → 14.67 yuan, rounded to 2 decimals\n"
        "      parameter   rate (large ferry): 50%, 2026-01-01 to 2026-06-30\n"
        "      fact        fare: 33.33 yuan\n"
        "                  kind of ferry: large ferry\n"
        "      4. own share of the trip (no. 1): 4.00 yuan  see step 1\n"
    )


def test_what_led_there_and_what_did_not() -> None:
    said = lines(ferried(), "zh")
    assert "条件 成立：迁入日期 不为 无（2026-06-10 不为 无）" in said
    assert "不成立：乘船日期 ≥ 次月1日(迁入日期)（2026-05-01 ≥ 次月1日(2026-06-10)）" in said


def test_another_reading_than_the_default_is_marked() -> None:
    other = heated(readings={"limit_over": "basic_only"})
    assert "reading what the limit is over: the basic subsidy only (not the default)" in lines(other, "en")
    assert "理解 最高补贴额的范围：仅基本补贴（非默认）" in lines(other, "zh")
    assert "非默认" not in text(heated(), "zh")


def test_the_choices_stand_first() -> None:
    said = lines(heated(), "zh")
    assert "独居老人 补贴合计 660.00 元，自负额 0.00 元 ← 适用" in said
    assert "多子女家庭 补贴合计 630.00 元，自负额 0.00 元" in said


def test_what_is_missing_is_asked_for() -> None:
    said = lines(heated(cost=None, groups=["alone"]), "zh")
    assert "代入 分段累计(取大([取暖费用] − 0.00, 0), 分档补贴比例)" in said
    assert "缺少 cost" in said
    assert any(line.startswith("2. 基本补贴（独居老人）：未能计算") for line in said)


def test_a_step_names_some_of_what_is_missing_and_says_that_there_is_more() -> None:
    few, many = (explain(ferried([{} for _ in range(number)])) for number in (2, 50))
    assert {"trips[0].date", "trips[1].date"} <= set(few.steps[0].missing) and not few.steps[0].more_missing
    assert many.steps[0].more_missing and all(len(one.missing) == 20 for one in many.walk() if one.more_missing)
    assert "and others" in render_text(many, "en") and "……" in render_text(many, "zh")
    assert "and others" not in render_text(few, "en")


def test_a_case_outside_the_time_in_force_says_so() -> None:
    from gongbao.rules import compute
    from tests.rules.country.heating.rules import policy

    facts = {"groups": ["other"], "cost": "100", "clean": False, "on": "2031-01-01"}
    assert "试算" in text(compute(policy, facts, as_if=True), "zh")
    assert "试算" not in text(heated(), "zh")


def test_folded_steps_take_one_line_unless_asked_for() -> None:
    brief, whole = lines(visited(), "zh"), lines(visited(), "zh", folded=True)
    assert "3. 享受门诊统筹：是 （对结果没有影响）" in brief
    begins = next(place for place, line in enumerate(whole) if line.startswith("3. 享受门诊统筹：是"))
    assert whole[begins + 2] == "代入 在职职工 ≠ 灵活就业人员（4.2%缴费）"
    assert whole[begins + 2] not in brief[: begins + 4]
    assert not any("对结果没有影响" in line for line in whole)


@pytest.mark.parametrize("result", CASES)
@pytest.mark.parametrize("folded", [False, True])
def test_whoever_is_sent_to_a_step_finds_it_there_in_full(result: Result, folded: bool) -> None:
    told = [one for top in arranged(explain(result), folded=folded) for one in top.walk()]
    place = {one.step.number: at for at, one in enumerate(told)}
    for at, one in enumerate(told):
        if one.see is not None:
            assert place[one.see] < at
            assert not told[place[one.see]].brief


def test_a_step_that_is_folded_at_first_is_told_where_it_bears() -> None:
    # Who may take part has a bearing on the second visit; on the first, something else has settled it.
    said = lines(visited(), "zh")
    first, second, *later = (place for place, line in enumerate(said) if "享受门诊统筹：是" in line)
    assert said[first].endswith("（对结果没有影响）")
    assert all("见第" in said[place] for place in later)
    assert said[second + 2] == "代入 在职职工 ≠ 灵活就业人员（4.2%缴费）"


def test_the_words_of_a_clause_once() -> None:
    asked = []

    def words(document: str, clause: str) -> str | None:
        asked.append((document, clause))
        return "甲乙丙" * 40 if clause == "第五条" else None

    said = text(ferried(), "zh", words=words)
    assert said.count("“甲乙丙") == 1
    assert "".join(said.split()).count("甲乙丙" * 40) == 1
    assert ("云政办〔2026〕5号", "第三条") in asked


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("result", CASES)
def test_no_line_is_wider_than_the_terminal(result: Result, language: str) -> None:
    assert max(map(width, text(result, language, folded=True).splitlines())) <= 100
    assert max(map(width, text(result, language, folded=True, columns=80).splitlines())) <= 80


@pytest.mark.parametrize("result", CASES)
def test_citations_end_at_the_same_column(result: Result) -> None:
    heads = [line for line in text(result, "zh").splitlines() if "号 第" in line and "：" in line.split("号 第")[0]]
    assert {width(line) for line in heads} <= {100}


@pytest.mark.parametrize("result", CASES)
def test_english_has_no_chinese_but_what_is_cited_or_given(result: Result) -> None:
    said = text(result, "en", folded=True)
    said = said.replace(result.policy.document, "")
    left = {char for char in said if "一" <= char <= "鿿"}
    assert left <= set("第一二三四五六七八九十条项（）")


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("1234.5650", "1,234.565"),
        ("-1.005", "−1.005"),
        ("0.0050", "0.005"),
        ("-100/31", "−3.225806…"),
        ("20000000/3", "6,666,666.666666…"),
        ("12", "12"),
    ],
)
def test_exact_numbers(exact: str, shown: str) -> None:
    assert exact_number(exact) == shown


@given(st.text(st.sampled_from("甲乙，。（）() ab12.5%−元")), st.integers(4, 30))
def test_lines_lose_nothing_but_spaces_and_are_never_too_wide(words: str, room: int) -> None:
    made = wrapped(words, room)
    assert "".join(made).replace(" ", "") == words.replace(" ", "")
    assert all(width(line) <= room for line in made)


def test_lines_break_beside_chinese_and_never_within_a_figure() -> None:
    assert wrapped("合计1,234.50元，其中甲", 10) == ["合计", "1,234.50", "元，其中甲"]
    assert wrapped("取小(1, 2)", 7) == ["取小(1,", "2)"]
    assert wrapped("", 10) == [""]
