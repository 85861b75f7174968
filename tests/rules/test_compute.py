"""The engine on the imaginary country: values, missing facts, refusals, limits used up, groups, the best of several."""

import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongbao.rules import Money, Refused, compute
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating import rules as heating_rules
from tests.rules.country.heating.rules import policy as heating
from tests.rules.country.herds.rules import policy as herds

HEATING = {"groups": ["other", "alone"], "cost": "1500.55", "clean": True, "on": "2026-11-01"}


def values(policy: Any, facts: dict[str, Any], **options: Any) -> dict[str, Any]:
    return compute(policy, facts, **options).as_json()["values"]  # type: ignore[no-any-return]


def trip(date: str, fare: str, pier: str = "a", kind: str = "large") -> dict[str, Any]:
    return {"date": date, "pier": pier, "kind": kind, "fare": fare}


def test_the_best_of_several_is_reported_with_all_that_belongs_to_it() -> None:
    # 1000 at 50 %, 500.55 at 30 %: 650.165; 10 % of the rounded 650.17 more.
    assert values(heating, HEATING) == {
        "own_share": "0.00",
        "basic": "650.17",
        "clean_extra": "65.02",
        "subsidy": "715.19",
    }
    assert values(heating, {**HEATING, "groups": ["alone", "other"]}) == values(heating, HEATING)
    assert values(heating, {**HEATING, "groups": ["other"]})["own_share"] == "200.00"


def test_figures_are_those_of_the_date() -> None:
    assert values(heating, {**HEATING, "groups": ["other"], "on": "2026-12-31"})["own_share"] == "200.00"
    assert values(heating, {**HEATING, "groups": ["other"], "on": "2027-01-01"})["own_share"] == "250.00"


@pytest.mark.parametrize(("on", "clause"), [("2025-12-31", "第八条"), ("2029-01-01", "第八条")])
def test_a_date_outside_is_refused_with_the_clause_unless_told_as_if(on: str, clause: str) -> None:
    with pytest.raises(Refused) as raised:
        compute(heating, {**HEATING, "on": on})
    (problem,) = raised.value.problems
    assert (problem.code, problem.path) == ("not_in_force", "on")
    assert clause in problem.zh and clause in problem.en and heating.document in problem.en
    assert compute(heating, {**HEATING, "on": on}, as_if=True).as_json()["as_if"] is True


def test_a_reading_is_chosen_and_named() -> None:
    costly = {"groups": ["alone"], "cost": "5000", "clean": True, "on": "2026-01-01"}
    assert values(heating, costly)["subsidy"] == "800.00"
    other = compute(heating, costly, readings={"limit_over": "basic_only"}).as_json()
    assert other["values"]["subsidy"] == "970.00"
    assert other["readings"] == {"limit_over": "basic_only"}


def test_a_figure_is_changed_for_one_computation_only() -> None:
    assert values(heating, HEATING, figures={"extra[alone]": "20%"})["clean_extra"] == "130.03"
    assert values(heating, HEATING)["clean_extra"] == "65.02"


def test_a_missing_fact_leaves_out_what_needs_it_and_nothing_else() -> None:
    result = compute(heating, {"groups": ["alone"], "on": "2026-11-01", "clean": True})
    assert result.as_json()["values"] == {"own_share": "0.00", "basic": None, "clean_extra": None, "subsidy": None}
    assert result.missing == ("cost",)
    (question,) = result.questions
    assert (question.label.zh, question.clause, question.rule.name) == ("取暖费用", "第三条", "basic")


def test_what_is_settled_asks_for_nothing_more() -> None:
    without = {"groups": ["alone"], "on": "2026-11-01", "cost": "0"}
    assert values(heating, without)["clean_extra"] == "0.00"  # whether it is clean does not matter to nothing
    assert compute(heating, without).missing == ()


def test_all_that_is_missing_is_asked_for_at_once() -> None:
    assert set(compute(heating, {"groups": ["alone"], "on": "2026-11-01"}).missing) == {"cost", "clean"}
    assert set(compute(heating, {}).missing) >= {"cost", "groups"}


def test_without_its_day_nothing_comes_out_and_the_day_is_asked_for() -> None:
    """Neither whether the policy is in force nor which figures govern is known; not even for what comes to nothing."""
    result = compute(heating, {"groups": ["alone"], "cost": "0", "clean": True})
    assert set(result.values.values()) == {None}
    assert (result.missing, result.date, result.readings) == (("on",), None, {})
    (question,) = result.questions
    assert question.rule.name == "own_share"
    steps = result.as_json(explain=True)["explanation"]["steps"]
    assert all(step["value"] is None and step["missing"] == ["on"] for step in steps)


def test_trips_of_two_years_are_not_counted_together_where_the_year_is_missing() -> None:
    result = compute(ferry, {"trips": [trip("2026-05-01", "10"), trip("2027-05-01", "10")]})
    found = result.as_json()["values"]
    assert found["allowance_total"] is None and [one["allowance"] for one in found["trips"]] == [None, None]
    assert result.missing == ("year",)


def test_all_fields_of_a_record_are_asked_for_at_once_in_the_order_of_their_declaration() -> None:
    result = compute(ferry, {"trips": [{}]})
    assert result.missing == ("year", *(f"trips[0].{name}" for name in ("date", "pier", "kind", "fare")))
    assert {one.path for one in result.questions} == set(result.missing)


def test_what_a_list_would_be_measured_with_is_asked_for_with_it() -> None:
    assert compute(herds, {}).missing == ("month", "pastures")


def test_which_is_best_is_open_while_a_total_is() -> None:
    result = compute(heating, {"groups": ["alone", "other"], "on": "2026-11-01", "clean": True})
    assert result.as_json()["values"]["own_share"] is None
    assert result.missing == ("cost",)


def test_a_limit_is_used_up_by_date_then_by_order_of_input() -> None:
    facts = {
        "year": 2026,
        "trips": [
            trip("2026-03-02", "60"),  # third: 4 own, 28 of 28
            trip("2026-03-02", "100"),  # fourth: the day's own share is taken; 50 of 59.7 left
            trip("2026-01-02", "20.5", kind="small"),  # first: 12.30
            trip("2026-04-01", "100"),  # fifth: only 9.70 left
        ],
    }
    found = values(ferry, facts)
    assert [one["own"] for one in found["trips"]] == ["4.00", "0.00", "0.00", "4.00"]
    assert [one["allowance"] for one in found["trips"]] == ["28.00", "50.00", "12.30", "9.70"]
    assert found["allowance_total"] == "100.00"


def test_a_deductible_is_used_up_across_the_trips_of_a_day() -> None:
    facts = {"year": 2026, "trips": [trip("2026-05-01", "3"), trip("2026-05-01", "3"), trip("2026-05-01", "3", "b")]}
    assert [one["own"] for one in values(ferry, facts)["trips"]] == ["3.00", "1.00", "3.00"]


def test_a_pier_is_the_same_however_its_name_is_written_and_is_shown_as_it_was_given() -> None:
    piers = ["码头A", "码头Ａ", "码头 a", " 码头Ａ", "码头B"]
    found = values(ferry, {"year": 2026, "trips": [trip("2026-05-01", "3", pier) for pier in piers]})
    assert [one["own"] for one in found["trips"]] == ["3.00", "1.00", "0.00", "0.00", "3.00"]
    assert [one["pier"] for one in found["trips"]] == ["码头A", "码头Ａ", "码头 a", "码头Ａ", "码头B"]
    # Outside the rules a text is itself alone, so that it is found in what others have by it.
    given = {"year": 2026, "trips": [trip("2026-05-01", "3", pier) for pier in piers]}
    assert {one["pier"]: None for one in compute(ferry, given).values["trips"]}.keys() == {one.strip() for one in piers}


def test_every_refusal_is_told_at_once_with_the_facts_it_is_about() -> None:
    # Before the policy was in force, and in another year than the case is of.
    with pytest.raises(Refused) as refused:
        compute(ferry, {"year": 2026, "trips": [trip("2025-06-30", "10")]})
    early, other_year = refused.value.problems
    assert (early.code, early.path, early.label and early.label.zh) == ("not_in_force", "trips[0].date", "乘船日期")
    assert (other_year.code, other_year.path) == ("in_the_year", "trips[0].date")
    assert other_year.label == early.label
    assert other_year.zh.endswith("：乘船日期为2025-06-30，年度为2026")
    assert other_year.en.endswith("2025-06-30, year is 2026")


def test_a_limit_that_rises_within_the_year_counts_from_the_beginning() -> None:
    facts = {
        "year": 2026,
        "moved_on": "2026-03-15",
        "trips": [trip("2026-03-31", "100", kind="small"), trip("2026-04-01", "100", kind="small")],
    }
    # 30 is the guests' limit on a small ferry; from the first of the next month 100, of which 30 are used.
    assert [one["allowance"] for one in values(ferry, facts)["trips"]] == ["30.00", "60.00"]


def test_a_record_takes_the_figures_of_its_own_date() -> None:
    facts = {
        "year": 2026,
        "trips": [trip("2026-06-30", "10", kind="small"), trip("2026-07-01", "10", kind="small")],
    }
    assert [one["allowance"] for one in values(ferry, facts)["trips"]] == ["6.00", "7.00"]


def test_a_check_refuses_with_its_clause_and_the_record() -> None:
    with pytest.raises(Refused) as raised:
        compute(ferry, {"year": 2026, "trips": [trip("2026-05-01", "3"), trip("2027-05-01", "3")]})
    (problem,) = raised.value.problems
    assert problem.path == "trips[1].date"
    assert "第二条" in problem.zh and "不在该年度" in problem.zh


def test_no_records_are_no_amount() -> None:
    assert values(ferry, {"year": 2026, "trips": []}) == {"trips": [], "allowance_total": "0.00"}


def test_a_record_that_lacks_a_fact_leaves_out_those_after_it() -> None:
    second = trip("2026-02-01", "10")
    del second["fare"]
    facts = {"year": 2026, "trips": [trip("2026-01-01", "10"), second, trip("2026-03-01", "10")]}
    result = compute(ferry, facts)
    found = result.as_json()["values"]
    assert [one["allowance"] for one in found["trips"]] == ["3.00", None, None]
    assert [one["own"] for one in found["trips"]] == ["4.00", None, "4.00"]  # another day, another own share
    assert found["allowance_total"] is None
    assert result.missing == ("trips[1].fare",)


def test_what_ten_thousand_records_wait_for_together_is_kept_once() -> None:
    """Each waits for the dates of all: kept for each of them, it would be a hundred million paths."""

    def peak(number: int) -> int:
        tracemalloc.start()
        try:
            result = compute(ferry, {"year": 2026, "trips": [{} for _ in range(number)]})
            assert set(result.missing) >= {f"trips[{place}].date" for place in range(number)}
            assert [one.path for one in result.questions] == list(result.missing)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(800) < 6 * peak(200)


# In another year, and besides before the policy is in force.
@pytest.mark.parametrize(("date", "more"), [("2027-01-01", 50), ("2025-12-31", 200)])
def test_of_very_many_records_that_are_refused_the_first_are_told(date: str, more: int) -> None:
    with pytest.raises(Refused, match=f"there are {more} more problems") as refused:
        compute(ferry, {"year": 2026, "trips": [trip(date, "10")] * 150})
    assert len(refused.value.problems) == 101


def test_a_record_without_its_date_leaves_the_whole_order_open() -> None:
    second = trip("2026-02-01", "10")
    del second["date"]
    found = values(ferry, {"year": 2026, "trips": [trip("2026-01-01", "10"), second]})
    assert [one["allowance"] for one in found["trips"]] == [None, None]


PASTURES = [
    {"village": "east", "cover": "31.5", "cover_last_year": "30", "herds": 3},
    {"village": "west", "cover": "20", "cover_last_year": "21", "herds": 0},
    {"village": "hill", "cover": "10.1", "cover_last_year": "10", "herds": 1},
]


def test_a_group_is_measured_against_its_mean_of_rounded_rates() -> None:
    found = values(herds, {"month": "2026-03", "pastures": PASTURES})
    # improvements 5.00, -4.76 and 1.00 %; the means: 0.41 of all for east and west, 1.00 of itself for hill
    assert [one["for_improvement"] for one in found["pastures"]] == ["6.89", "0.00", "0.00"]
    # 10.9666… above the mean: 5 at 10 and the rest at 20
    assert [one["for_height"] for one in found["pastures"]] == ["169.33", "-5.33", "-158.67"]
    assert (found["with_herds"], found["net_of_all"]) == (2, "12.22")


@given(st.permutations(PASTURES))
@settings(max_examples=6)
def test_the_order_of_records_changes_the_order_of_values_only(order: list[dict[str, Any]]) -> None:
    found = values(herds, {"month": "2026-03", "pastures": order})
    plain = values(herds, {"month": "2026-03", "pastures": PASTURES})
    by_name = {one["village"]: one for one in plain["pastures"]}
    assert found["pastures"] == [by_name[one["village"]] for one in order]


@given(st.lists(st.tuples(st.integers(1, 28), st.integers(0, 9999), st.sampled_from("ab")), max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_limit_is_never_passed_and_never_unused(trips: list[tuple[int, int, str]]) -> None:
    facts = {
        "year": 2026,
        "trips": [trip(f"2026-02-{day:02}", f"{cents / 100:.2f}", pier) for day, cents, pier in trips],
    }
    found = values(ferry, facts)
    own, used = {}, 0
    for place in sorted(range(len(trips)), key=lambda one: trips[one][0]):
        day, cents, pier = trips[place]
        taken = min(cents, 400 - own.get((day, pier), 0))
        own[day, pier] = own.get((day, pier), 0) + taken
        half = (cents - taken + 1) // 2  # 50 %, a half fen upwards
        paid = min(half, 10_000 - used)
        used += paid
        assert found["trips"][place]["allowance"] == f"{paid // 100}.{paid % 100:02}"
    assert found["allowance_total"] == f"{used // 100}.{used % 100:02}"


@given(cost=st.integers(0, 10**7), group=st.sampled_from(list(heating_rules.Group)), clean=st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_tree_and_the_function_say_the_same(cost: int, group: heating_rules.Group, clean: bool) -> None:
    amount = Money(cost) / 100
    facts = {"groups": [group.value], "cost": str(amount.exact), "clean": clean, "on": "2026-05-01"}
    result = compute(heating, facts)
    figures = heating.figure_table.at(result.date)
    own = heating_rules.own_share(group, figures)
    basic = heating_rules.basic(amount, own, figures)
    extra = heating_rules.clean_extra(group, basic, clean, figures)
    assert result.values["basic"] == basic
    assert result.values["clean_extra"] == extra
    assert result.values["subsidy"] == min(basic + extra, Money(800))
