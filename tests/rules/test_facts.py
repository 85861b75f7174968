"""What people give becomes typed facts, exactly, or is refused in words."""

import json
from datetime import date, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongbao.rules.facts import (
    Given,
    Missing,
    NotJson,
    Problem,
    as_json,
    facts_as_json,
    parse_json,
    read_facts,
)
from gongbao.rules.types import type_of
from gongbao.rules.values import Decimal, Label, Money, Percent
from tests.rules.imaginary import Air, Delivery, District, Group, Heating

HOUSEHOLD = {
    "on": "2026-01-31",
    "groups": ["pensioner", "family"],
    "cost": "1234.50",
    "rent": "800.00",
    "balance": "-20.00",
    "share": "35.00",
    "rooms": 3,
    "cold": "-7.5",
    "exact": "0.125",
    "owner": False,
    "moved_on": "2020-02-29",
    "address": "镜湖路1号",
    "deliveries": [
        {"date": "2026-01-02", "cost": "300.00", "certified": True},
        {"date": "2026-01-01", "cost": "0.01", "certified": False},
    ],
}
MONTH = {
    "month": "2026-02",
    "paid": True,
    "shares": [
        {"district": "lake", "days": "20.50", "paid": "1.00"},
        {"district": "east", "days": "28.00", "paid": "0.00"},
        {"district": "west", "days": "0.00", "paid": "3.00"},
    ],
}


def heating(**changes: Any) -> Given:
    return read_facts(Heating, HOUSEHOLD | changes)


def only(given: Given) -> Problem:
    (problem,) = given.problems
    return problem


def refused(name: str, value: Any) -> Problem:
    problem = only(heating(**{name: value}))
    assert problem.path.startswith(name)
    return problem


# --- JSON ---------------------------------------------------------------------------------------------------------


def test_numbers_of_json_are_kept_exactly() -> None:
    assert parse_json("[0.1, 1, -2.50, 1e3, 10000000000000000000000.01]") == [
        D("0.1"),
        1,
        D("-2.50"),
        D("1E+3"),
        D("10000000000000000000000.01"),
    ]
    assert [type(one) for one in parse_json("[1, 1.0]")] == [int, D]


def test_a_mark_of_byte_order_is_no_error() -> None:
    assert parse_json('\ufeff{"a": 1}') == {"a": 1}


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "1e99999999999999999999"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NotJson) as refusal:
        parse_json(text)
    assert refusal.value.problem.code == "not_a_number"


def test_a_name_given_twice_is_refused_by_its_name() -> None:
    with pytest.raises(NotJson, match="“cost” is given twice"):
        parse_json('{"list": [{"cost": 1, "on": 2, "cost": 1}]}')


def test_what_is_not_json_is_told_with_its_line() -> None:
    with pytest.raises(NotJson, match="line 2 character 3") as refusal:
        parse_json('{"a": 1,\n  b: 2}')
    assert "第2行第3个字符" in refusal.value.problem.zh
    assert refusal.value.line == 2


def test_what_stands_on_one_line_is_told_without_it() -> None:
    with pytest.raises(NotJson) as refusal:
        parse_json("{a: 1}\n")
    assert refusal.value.problem.zh == "不是正确的JSON：第2个字符处有误"
    assert refusal.value.problem.en.endswith(", character 2")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        '{"a":' * 1_000_000,
        "[" * 65 + "]" * 65,
        '["' + '\\"' * 500_000 + "[" * 65,
        "1" * 1_000_000,
        "0." + "1" * 1_000_000,
        "1e" + "1" * 1_000_000,
    ],
    ids=["lists", "objects", "65 levels", "after a text", "digits", "decimals", "exponent"],
)
def test_what_would_freeze_a_reader_is_refused(text: str) -> None:
    with pytest.raises(NotJson) as refusal:
        parse_json(text)
    assert len(refusal.value.problem.zh) < 200


def test_brackets_side_by_side_or_in_a_text_are_not_deep() -> None:
    assert len(parse_json("[" + ",".join(["[]"] * 1000) + "]")) == 1000
    assert parse_json('["' + "[" * 1000 + '\\"]"]') == ["[" * 1000 + '"]']
    assert parse_json("[" * 64 + "]" * 64)


# --- A whole case -------------------------------------------------------------------------------------------------


def test_a_case_is_read_into_typed_facts() -> None:
    given = read_facts(Heating, parse_json(json.dumps(HOUSEHOLD)))
    assert given.problems == () and given.missing == ()
    assert given.facts == {
        "on": date(2026, 1, 31),
        "groups": [Group.PENSIONER, Group.FAMILY],
        "cost": Money("1234.50"),
        "rent": Money("800"),
        "balance": Money("-20"),
        "share": Percent("35"),
        "rooms": 3,
        "cold": Decimal("-7.5"),
        "exact": Decimal("0.125"),
        "owner": False,
        "moved_on": date(2020, 2, 29),
        "address": "镜湖路1号",
        "deliveries": [
            Delivery(date=date(2026, 1, 2), cost=Money("300"), certified=True),
            Delivery(date=date(2026, 1, 1), cost=Money("0.01"), certified=False),
        ],
    }


@pytest.mark.parametrize(("sheet", "case"), [(Heating, HOUSEHOLD), (Air, MONTH)])
def test_facts_written_are_the_facts_that_were_read(sheet: Any, case: dict[str, Any]) -> None:
    assert facts_as_json(sheet, read_facts(sheet, case).facts) == case


@pytest.mark.parametrize(
    "given",
    [
        {f"name{number}": 1 for number in range(350)},
        {"deliveries": [{"date": "2026-13-01", "cost": "-1"}] * 175},
        {"deliveries": [1] * 350},
        {"groups": ["nobody"] * 350},
    ],
)
def test_of_very_many_problems_the_first_are_told_and_how_many_more(given: dict[str, Any]) -> None:
    problems = read_facts(Heating, given).problems
    assert len(problems) == 101
    assert (problems[-1].code, problems[-1].path, problems[-1].label) == ("more_problems", "", None)
    assert "250" in problems[-1].zh and "250" in problems[-1].en


def test_a_hundred_problems_are_all_told() -> None:
    problems = read_facts(Heating, {f"name{number}": 1 for number in range(100)}).problems
    assert {one.code for one in problems} == {"unknown_name"} and len(problems) == 100


def test_what_is_missing_is_no_problem() -> None:
    given = read_facts(Heating, {"cost": None, "deliveries": [{"date": "2026-01-01"}, {"cost": 3}]})
    assert given.problems == ()
    assert given.missing == (
        "on", "groups", "cost", "rent", "share", "rooms", "cold", "exact", "owner", "address",
        "deliveries[0].cost", "deliveries[1].date",
    )  # fmt: skip
    assert given.facts["cost"] == Missing("cost", Label("取暖费用", "cost of heating"))
    first, second = given.facts["deliveries"]
    assert first.date == date(2026, 1, 1) and first.certified is True
    assert first.cost == Missing("deliveries[0].cost", Label("货款", "cost"))
    assert second.date.path == "deliveries[1].date"
    assert (given.facts["moved_on"], given.facts["balance"]) == (None, Money("0"))
    with pytest.raises(TypeError, match="is missing"):
        bool(first.cost)


def test_null_stands_for_what_is_left_out() -> None:
    given = read_facts(Heating, dict.fromkeys(HOUSEHOLD))
    assert given.problems == () and given.facts["balance"] == Money("0")
    assert given.missing == read_facts(Heating, {}).missing


def test_all_problems_are_told_each_with_its_path_and_label() -> None:
    given = heating(
        cost="-1",
        groups=["pensioner", "teacher", 5],
        deliveries=[
            {"date": "2026-02-30", "cost": "1.001"},
            7,
            {"date": "2026-01-01", "cost": 1, "certified": "maybe"},
        ],
        owner="",
    )
    assert [(one.path, one.code, one.label.en if one.label else None) for one in given.problems] == [
        ("groups[1]", "unknown_choice", "groups"),
        ("groups[2]", "unknown_choice", "groups"),
        ("cost", "negative", "cost of heating"),
        ("owner", "empty", "own home"),
        ("deliveries[0].date", "no_such_day", "date of delivery"),
        ("deliveries[0].cost", "too_many_decimals", "cost"),
        ("deliveries[1]", "not_an_object", "deliveries of coal"),
        ("deliveries[2].certified", "not_a_flag", "certified"),
    ]
    assert isinstance(given.facts["cost"], Missing) and given.missing == ()


def test_sentences_name_the_fact_and_say_what_would_be_right() -> None:
    assert refused("cost", "abc").zh == "「取暖费用」应为数字，如1234.50；给出的是“abc”"
    assert refused("cost", "abc").en == "“cost of heating” must be a number such as 1234.50; “abc” was given"
    problem = refused("deliveries", [{"date": "2026-02-30", "cost": 1}])
    assert problem.zh == "「购煤」第1条的「送货日期」不存在：2026年2月没有30日，该月有28天"
    assert problem.en == (
        "“deliveries of coal” 1: “date of delivery” does not exist: 2026-02 has 28 days and no day 30"
    )
    assert problem.in_language("zh-hans") == problem.zh and problem.in_language("en") == problem.en
    assert refused("deliveries", [3]).zh == "「购煤」第1条应为一个对象，按名称列出各项；给出的是3"


@pytest.mark.parametrize("whole", [None, 3, "x", [HOUSEHOLD], True])
def test_a_case_that_is_no_object_is_refused(whole: Any) -> None:
    given = read_facts(Heating, whole)
    assert only(given).code == "not_an_object"
    assert len(given.missing) == 11


# --- Names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "meant"), [("costs", "cost"), ("Rooms", "rooms"), ("取暖费", "cost"), ("own home", "owner")]
)
def test_a_name_that_is_no_fact_is_refused_with_the_nearest(name: str, meant: str) -> None:
    problem = only(heating(**{name: 1}))
    assert (problem.path, problem.code) == (name, "unknown_name")
    assert problem.en.endswith(f"did you mean {meant}?") and problem.zh.endswith(f"是否想写{meant}？")


def test_a_name_inside_a_record_is_checked_too() -> None:
    problem = refused("deliveries", [{"date": "2026-01-01", "cost": 1, "certifid": True}])
    assert problem.path == "deliveries[0].certifid"
    assert problem.en == "“deliveries of coal” 1: no fact is called “certifid”; did you mean certified?"
    assert problem.zh.endswith("第1条没有名为“certifid”的事实；是否想写certified？")


def test_a_name_that_is_near_to_nothing_is_told_what_there_is() -> None:
    assert (
        "there are: date, cost, certified" in refused("deliveries", [{"date": "2026-01-01", "cost": 1, "zzzzzz": 1}]).en
    )


def test_a_strange_name_is_shown_without_harm() -> None:
    problem = only(heating(**{"\ud800\x1b[31m" + "x" * 1000: 1}))
    assert len(problem.path) < 50
    (problem.path + problem.zh + problem.en).encode()
    assert "\x1b" not in problem.zh


# --- Numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        (1234, "1234"),
        (D("1234.5"), "1234.5"),
        (1234.56, "1234.56"),
        (0.1, "0.1"),
        ("1234.50", "1234.5"),
        ("1,234.50", "1234.5"),
        (" 1234.5 ", "1234.5"),
        ("１，２３４．５０", "1234.5"),
        ("1.000", "1"),
        (D("1.10000000"), "1.1"),
        (D("1E+3"), "1000"),
        (0, "0"),
        (D("-0.00"), "0"),
        ("0", "0"),
        ("10000000000000", "10000000000000"),
    ],
)
def test_money(value: Any, amount: str) -> None:
    given = heating(cost=value)
    assert given.problems == ()
    assert given.facts["cost"] == Money(amount)
    assert str(given.facts["cost"].exact) == f"{D(amount):.2f}"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1.001", "too_many_decimals"),
        (D("0.005"), "too_many_decimals"),
        (D("1e-400"), "too_many_decimals"),
        (D("1E-999999"), "too_many_decimals"),
        (D("1." + "0" * 90 + "1"), "too_many_decimals"),
        (0.1 + 0.2, "too_many_decimals"),
        (-1, "negative"),
        ("-0.01", "negative"),
        ("10000000000000.01", "too_large"),
        (10**14, "too_large"),
        pytest.param(10**5000, "too_large", id="5001 digits"),
        (D("1e400"), "too_large"),
        (D("1E+999999"), "too_large"),
        pytest.param("9" * 900, "too_large", id="900 digits"),
        ("1e3", "not_a_number"),
        ("1,23.4", "not_a_number"),
        ("12,3456", "not_a_number"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        pytest.param("9" * 2000, "not_a_number", id="a long text"),
        ("1 000", "not_a_number"),
        ("١٢", "not_a_number"),
        (D("NaN"), "not_a_number"),
        (D("-Infinity"), "not_a_number"),
        (float("nan"), "not_a_number"),
        (float("inf"), "not_a_number"),
        (True, "not_a_number"),
        ([1], "not_a_number"),
        ({}, "not_a_number"),
        ("", "empty"),
        ("  ", "empty"),
    ],
)
def test_money_that_cannot_be(value: Any, code: str) -> None:
    assert refused("cost", value).code == code


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("rent", ["0.01", "5000"], ["0", "-1", "5000.01"]),
        ("balance", ["-500", "0"], ["-500.01"]),
        ("share", ["0", "100", "65%", "65.25 ％", 65], ["100.01", "-1", "65.001%", "%", "65%%"]),
        ("rooms", [0, 20, "3", 2.0, D("4.0")], [-1, 21, 2.5, "2.01", True]),
        ("cold", ["-40.5", 0, D("3.50")], ["1.25"]),
        ("exact", ["0.000000000001", 1], ["0", "0.0000000000001"]),
    ],
)
def test_bounds_and_decimals(name: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert heating(**{name: value}).problems == (), value
    for value in bad:
        refused(name, value)


def test_bounds_are_told_with_their_unit() -> None:
    assert refused("rent", 0).zh == "「房租」应大于0元且不大于5000元，给出的是0"
    assert refused("share", 101).en == "“own share” must be at least 0 % and at most 100 %; 101 was given"
    assert refused("balance", -501).code == "too_small"


def test_whole_numbers_are_integers() -> None:
    assert type(heating(rooms=D("2.00")).facts["rooms"]) is int
    assert refused("rooms", 2.5).code == "not_whole"


# --- Yes or no, choices, texts, dates -----------------------------------------------------------------------------


@pytest.mark.parametrize("value", [True, "true", "YES", "是", " 是 "])
def test_yes(value: Any) -> None:
    assert heating(owner=value).facts["owner"] is True


@pytest.mark.parametrize("value", [False, "false", "No", "否"])
def test_no(value: Any) -> None:
    assert heating(owner=value).facts["owner"] is False


@pytest.mark.parametrize("value", [0, 1, "1", "maybe", [], ""])
def test_neither_yes_nor_no(value: Any) -> None:
    refused("owner", value)


@pytest.mark.parametrize(
    ("value", "groups"),
    [
        (["student"], [Group.STUDENT]),
        (["学生", "Large family"], [Group.STUDENT, Group.FAMILY]),
        (["family", "student", "多子女家庭", "family"], [Group.FAMILY, Group.STUDENT]),
        ("学生、老年人", [Group.STUDENT, Group.PENSIONER]),
        ("student, pensioner；family", [Group.STUDENT, Group.PENSIONER, Group.FAMILY]),
    ],
)
def test_choices(value: Any, groups: list[Group]) -> None:
    assert heating(groups=value).facts["groups"] == groups


@pytest.mark.parametrize("value", [[], "", "、", "teacher", [None], [["student"]], 3, {"student": True}])
def test_choices_that_do_not_exist(value: Any) -> None:
    refused("groups", value)


def test_a_choice_that_does_not_exist_is_told_which_do() -> None:
    problem = refused("groups", ["teacher"])
    assert "应为下列之一：老年人、学生、多子女家庭；给出的是“teacher”" in problem.zh
    assert "student (student)" in problem.en


@pytest.mark.parametrize(
    "value",
    [
        "2022-05-01",
        "2022/5/1",
        "2022.5.1",
        "2022年5月1日",
        "２０２２年５月１日",
        "二〇二二年五月一日",
        "2022-05-01T00:00:00",
        date(2022, 5, 1),
        datetime(2022, 5, 1),
    ],
)
def test_dates(value: Any) -> None:
    found = heating(on=value).facts["on"]
    assert found == date(2022, 5, 1) and type(found) is date


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2022-05-32", "no_such_day"),
        ("2022-02-29", "no_such_day"),
        ("2022年4月31日", "no_such_day"),
        ("2022-04-00", "no_such_day"),
        ("2022-13-01", "no_such_month"),
        ("1899-12-31", "year_out_of_range"),
        ("2200-01-01", "year_out_of_range"),
        (date(1, 1, 1), "year_out_of_range"),
        ("2022-05-01T10:00", "not_a_date"),
        (datetime(2022, 5, 1, 10), "not_a_date"),
        ("20220501", "not_a_date"),
        ("2022-05/01", "not_a_date"),
        ("22-05-01", "not_a_date"),
        ("2022-W01-1", "not_a_date"),
        (20220501, "not_a_date"),
        pytest.param("1" * 100_000, "not_a_date", id="a long text"),
        ("", "empty"),
    ],
)
def test_dates_that_cannot_be(value: Any, code: str) -> None:
    assert refused("on", value).code == code


@pytest.mark.parametrize("value", ["2022-09", "2022/9", "2022.09", "2022年9月", "２０２２年９月", date(2022, 9, 1)])
def test_months(value: Any) -> None:
    assert read_facts(Air, MONTH | {"month": value}).facts["month"] == date(2022, 9, 1)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2022-13", "no_such_month"),
        ("2022-00", "no_such_month"),
        ("1899-01", "year_out_of_range"),
        ("2022-09-15", "not_a_month"),
        (date(2022, 9, 15), "not_a_month"),
        (202209, "not_a_month"),
    ],
)
def test_months_that_cannot_be(value: Any, code: str) -> None:
    assert only(read_facts(Air, MONTH | {"month": value})).code == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (" ", "empty"),
        pytest.param("x" * 201, "too_long", id="201 letters"),
        ("a\nb", "control_characters"),
        ("a\x00", "control_characters"),
        ("\ud800", "control_characters"),
        ("a\u202eb", "control_characters"),
        (7, "not_a_text"),
    ],
)
def test_texts_that_cannot_be(value: Any, code: str) -> None:
    assert refused("address", value).code == code


def test_texts_keep_their_rare_characters() -> None:
    assert heating(address=" 𠮷野　路\ue000 ").facts["address"] == "𠮷野　路\ue000"


# --- Records ------------------------------------------------------------------------------------------------------


def test_no_records_are_none_but_not_missing() -> None:
    given = heating(deliveries=[])
    assert (given.facts["deliveries"], given.problems, given.missing) == ([], (), ())


def test_too_many_records_are_refused_unread() -> None:
    assert refused("deliveries", [{}] * 10_001).code == "too_many_records"


def share(district: Any, **changes: Any) -> dict[str, Any]:
    return {"district": district, "days": 1, "paid": 0} | changes


def test_each_member_comes_once_in_any_order() -> None:
    given = read_facts(Air, MONTH | {"shares": [share("west"), share("镜湖县"), share("east")]})
    assert [one.district for one in given.facts["shares"]] == [District.WEST, District.LAKE, District.EAST]
    assert given.problems == ()


def test_members_that_lack_or_are_repeated_are_named() -> None:
    given = read_facts(Air, MONTH | {"shares": [share("east"), share("east")]})
    assert [(one.path, one.code) for one in given.problems] == [("shares", "absent"), ("shares", "repeated")]
    assert given.problems[0].zh.endswith("缺少：西岭区、镜湖县")
    assert given.problems[1].en.endswith("has more than once: East Ridge")


def test_a_member_that_could_not_be_read_is_not_said_to_lack() -> None:
    given = read_facts(Air, MONTH | {"shares": [share("east"), share("west"), share("lack")]})
    assert [one.code for one in given.problems] == ["unknown_choice"]
    given = read_facts(Air, MONTH | {"shares": [share("east"), share("west"), share(None)]})
    assert given.problems == () and given.missing == ("shares[2].district",)


# --- Back to JSON -------------------------------------------------------------------------------------------------


def test_values_as_json() -> None:
    assert as_json(Money("-1.005"), type_of(Money)) == "-1.01"
    assert as_json(Money("1E+3"), type_of(Money)) == "1000.00"
    assert as_json(Decimal(1) / 3, type_of(Decimal)) == "1/3"
    assert as_json(Decimal("1E-7"), type_of(Decimal)) == "0.0000001"
    assert as_json(Percent("2.5"), type_of(Percent)) == "2.50"
    assert as_json([Group.STUDENT], type_of(list[Group])) == ["student"]
    assert as_json(Missing("a", Label("甲", "a")), type_of(Money)) is None
    assert (as_json(True, type_of(bool)), as_json(7, type_of(int)), as_json(None, type_of(Money))) == (True, 7, None)


# --- Anything at all ----------------------------------------------------------------------------------------------

_ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | st.dates()
    | st.sampled_from(["2022-05-01", "pensioner", "east", "12.5", "65%", "是", 10**400, D("1e-999999")]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*HOUSEHOLD, *MONTH, *MONTH["shares"][0]]) | st.text(), inner, max_size=6)
    ),  # type: ignore[index]
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(_ANYTHING)
def test_whatever_is_given_is_read_or_refused_in_words(value: Any) -> None:
    for sheet in (Heating, Air):
        given = read_facts(sheet, value)
        assert set(given.facts) == set(sheet.declared())
        for problem in given.problems:
            assert problem.zh and problem.en and problem.code
            (problem.path + problem.zh + problem.en).encode()
        if not given.problems:
            assert read_facts(sheet, facts_as_json(sheet, given.facts)).facts == given.facts


@settings(max_examples=100, deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(HOUSEHOLD, _ANYTHING)))
def test_whatever_a_fact_is_given_is_read_or_refused(case: dict[str, Any]) -> None:
    given = read_facts(Heating, case)
    assert not given.problems or any(value is not None for value in case.values())


@settings(max_examples=200, deadline=None)
@given(st.decimals(min_value=0, max_value=10**13, places=2))
def test_every_amount_is_read_back_as_it_was(amount: D) -> None:
    for written in (amount, str(amount), f"{amount:,}", parse_json(str(amount))):
        assert as_json(heating(cost=written).facts["cost"], type_of(Money)) == str(amount)
