"""Explanations: what they say is what was computed, in both languages, folded where it does not matter."""

import re
from typing import Any

from gongbao.rules import compute
from gongbao.rules.explain import Explanation, Step, explain
from gongbao.systems.air_compensation.rules import District, air_compensation
from tests.rules.cases import visited
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.country.herds.rules import policy as herds
from tests.rules.test_compute import HEATING, PASTURES, trip


def explained(policy: Any, facts: dict[str, Any], **options: Any) -> Explanation:
    return explain(compute(policy, facts, **options))


def step(explanation: Explanation, rule: str, record: str = "") -> Step:
    return next(one for one in explanation.walk() if one.rule == rule and one.record == record and one.told_in is None)


def test_a_step_gives_formula_figures_rounding_clause_and_parameters() -> None:
    found = step(explained(heating, HEATING), "clean_extra")
    assert found.formula is not None and found.figures is not None and found.value is not None
    assert found.formula.zh == "基本补贴 × 清洁能源加补比例"
    assert found.formula.en == "basic subsidy × extra for clean energy"
    assert found.figures.zh == "650.17 × 10%"
    assert (found.exact, found.places, found.value.zh, found.data) == ("65.0170", 2, "65.02 元", "65.02")
    (condition,) = found.conditions
    assert condition.holds is True
    assert condition.words.en == "heats with clean energy and basic subsidy > 0"
    assert condition.figures.en == "yes and 650.17 > 0"
    (parameter,) = found.parameters
    assert (parameter.label.en, parameter.value.en) == ("extra for clean energy (old persons living alone)", "10%")
    assert (str(parameter.since), parameter.until, parameter.clause) == ("2026-01-01", None, "第五条")


def test_the_way_not_taken_is_told_too() -> None:
    found = step(explained(heating, {**HEATING, "clean": False}), "clean_extra")
    (condition,) = found.conditions
    assert condition.holds is False
    assert found.value is not None and found.value.zh == "0.00 元"


def test_the_bands_of_a_ladder_are_told_part_by_part() -> None:
    notes = [one.en for one in step(explained(heating, HEATING), "basic").notes]
    assert notes == ["≥ 0: 1,000 × 50% = 500", "> 1,000: 500.55 × 30% = 150.165"]


def test_a_reading_is_told_with_its_option() -> None:
    found = step(explained(heating, HEATING, readings={"limit_over": "basic_only"}), "subsidy")
    (reading,) = found.readings
    assert (reading.name, reading.option, reading.is_default) == ("limit_over", "basic_only", False)
    assert reading.option_label.zh == "仅基本补贴"
    # An option is a sentence of its own, so it stands in quotation marks.
    (condition,) = found.conditions
    assert condition.words.zh == "最高补贴额的范围 = “两项补贴之和”"
    assert condition.figures.en == "“the basic subsidy only” = “both subsidies together”"


def test_the_choice_is_told_with_what_the_others_come_to() -> None:
    chosen = explained(heating, HEATING).chosen
    assert chosen is not None
    assert [(one.choice.en, one.chosen) for one in chosen.candidates] == [
        ("old persons living alone", True),
        ("other residents", False),
    ]
    assert chosen.candidates[1].values[0][1].en == "604.92 yuan"
    assert explained(heating, {**HEATING, "groups": ["alone"]}).chosen is None


def test_a_rule_is_told_once_and_referred_to() -> None:
    explanation = explained(heating, HEATING)
    steps = [one for one in explanation.walk() if one.rule == "basic"]
    assert [one.told_in for one in steps].count(None) == 1
    first = next(one for one in steps if one.told_in is None)
    assert all(one.told_in == first.number and not one.steps for one in steps if one is not first)


def test_what_has_no_bearing_is_folded() -> None:
    # The visit was not settled directly: whether the person takes part does not matter.
    explanation = explain(visited())
    assert [(one.rule, one.folded) for one in step(explanation, "covered", "visits[0]").steps] == [("takes_part", True)]
    assert [(one.rule, one.folded) for one in step(explanation, "covered", "visits[1]").steps] == [
        ("takes_part", False)
    ]


def test_both_of_which_the_lesser_is_paid_have_a_bearing() -> None:
    # The limit of 800 yuan is less; how much more the subsidies came to, and at which rates, is why.
    subsidy = step(explained(heating, {**HEATING, "cost": "9000"}), "subsidy")
    assert subsidy.value is not None and subsidy.value.en == "800.00 yuan"
    assert {one.rule: one.folded for one in subsidy.steps} == {"basic": False, "clean_extra": False}
    assert step(explained(heating, {**HEATING, "cost": "9000"}), "basic").parameters


def test_each_record_is_told_with_what_was_used_before_it() -> None:
    facts = {"year": 2026, "trips": [trip("2026-01-01", "150"), trip("2026-01-02", "150")]}
    found = step(explained(ferry, facts), "allowance", "trips[1]")
    assert found.formula is not None and found.figures is not None
    assert found.formula.zh == "取小(限额前补助, 取大(0, 当日限额 − 此前的补助合计))"
    assert found.figures.en == "the lesser of (73.00, the greater of (0, 100.00 − 73.00))"
    assert found.value is not None and found.value.zh == "27.00 元"


def test_a_mean_is_told_with_its_items() -> None:
    found = step(explained(herds, {"month": "2026-03", "pastures": PASTURES}), "group_improvement", "pastures[0]")
    assert found.figures is not None and found.figures.zh == "平均(东村 5%, 西村 −4.76%, 山村 1%)"
    assert {one.record for one in found.steps} >= {"pastures[0]", "pastures[1]", "pastures[2]"}


def test_of_a_mean_over_the_own_group_the_group_is_told() -> None:
    levels = ("pm25", "pm25_last_year", "pm10", "pm10_last_year", "good_days")
    levels += ("pm25_target", "pm10_target", "good_days_target")
    units = [{"unit": one.value, **dict.fromkeys(levels, str(20 + place))} for place, one in enumerate(District)]
    explanation = explained(air_compensation, {"month": "2025-07", "city_pays_province": False, "units": units})
    found = step(explanation, "pm25_baseline", "units[0]")
    assert [(one.rule, one.value.zh) for one in found.steps if one.value] == [("group", "中心城区组")]
    assert found.formula is not None and found.formula.zh == "平均(PM2.5月均浓度（其所在组 = 所在组）)"
    group = step(explanation, "group", "units[0]")
    assert group.clause == "第四条" and [one.path for one in group.facts] == ["units[0].unit"]
    assert found.figures is not None and found.figures.zh == (
        "平均(魏都区 20.00, 建安区 21.00, 城乡一体化示范区 22.00, 经济技术开发区 23.00, 东城区 24.00)"
    )
    rates = step(explanation, "pm25_rate_baseline", "units[0]")
    assert rates.steps[0].rule == "group" and rates.steps[0].told_in == group.number


def test_what_is_missing_is_told_where_it_is_needed() -> None:
    explanation = explained(heating, {"groups": ["alone"], "on": "2026-11-01", "clean": True})
    found = step(explanation, "basic")
    assert (found.value, found.missing) == (None, ("cost",))
    assert found.figures is not None and "[取暖费用]" in found.figures.zh


def test_every_label_is_there_in_both_languages() -> None:
    for policy, facts in (
        (heating, HEATING),
        (ferry, {"year": 2026, "trips": [trip("2026-01-01", "150")]}),
        (herds, {"month": "2026-03", "pastures": PASTURES}),
    ):
        for one in explained(policy, facts).walk():
            for label in (one.label, one.value, one.formula):
                if label is not None:
                    assert not re.search("[\u4e00-\u9fff]", label.en), label


def test_the_words_of_each_cited_clause_stand_beside_the_steps_once() -> None:
    asked = []

    def words(document: str, clause: str) -> str | None:
        asked.append((document, clause))
        return f"{clause}的条文" if clause != "第五条" else None

    explanation = explained(heating, HEATING)
    found = explanation.as_json(words=words)
    assert asked == list(dict.fromkeys(asked)) and ("云政办〔2026〕3号", "第五条") in asked
    assert found["words"] == {f"{document} {one}": f"{one}的条文" for document, one in asked if one != "第五条"}
    cited = {one.clause for step in explanation.walk() for one in (step, *step.parameters, *step.readings)}
    assert explanation.chosen is not None
    assert {clause for _, clause in asked} == cited | {explanation.chosen.clause}
    assert compute(heating, HEATING).as_json(explain=True, words=words)["explanation"] == found
    assert "words" not in explanation.as_json()


def test_json_is_versioned_and_plain() -> None:
    data = explained(heating, HEATING).as_json()
    assert data["schema"] == "gongbao.explanation/1"
    assert data["document"] == "云政办〔2026〕3号"
    assert data["steps"][-1]["value"] == "715.19"
    assert compute(heating, HEATING).as_json(explain=True)["explanation"] == data


def test_while_it_is_open_which_choice_is_best_each_step_says_what_is_missing() -> None:
    explanation = explained(heating, {key: value for key, value in HEATING.items() if key != "cost"})
    assert explanation.chosen is None
    assert {one.missing for one in explanation.steps} == {("cost",)}


def test_what_was_used_before_is_open_where_an_earlier_record_lacks_a_fact() -> None:
    second = trip("2026-02-01", "10")
    del second["fare"]
    facts = {"year": 2026, "trips": [trip("2026-01-01", "10"), second, trip("2026-03-01", "10")]}
    explanation = explained(ferry, facts)
    found = step(explanation, "allowance", "trips[2]")
    assert found.value is None and found.missing == ("trips[1].fare",)
    assert found.figures is not None and "[allowance so far]" in found.figures.en
    assert repr(compute(ferry, facts).policy) == "<Policy ferry>"
