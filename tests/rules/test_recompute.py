"""A kept case under changed facts, figures and readings: top-up, claw-back, and nothing else changed."""

import json
from typing import Any

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.rules import Refused, compute
from gongbao.rules.recompute import keep, policy_of, recompute
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.test_compute import HEATING, trip


def kept(policy: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """As it comes out of a file."""
    return json.loads(json.dumps(keep(compute(policy, facts))))  # type: ignore[no-any-return]


def told(policy: Any, case: dict[str, Any], **changes: Any) -> dict[str, tuple[Any, Any, Any, str]]:
    found = recompute(case, policy, **changes).differences
    return {one.path: (one.before, one.after, one.difference, one.kind) for one in found}


def test_nothing_changed_is_no_difference() -> None:
    assert told(heating, kept(heating, HEATING)) == {}


def test_a_kept_case_has_all_it_was_computed_with() -> None:
    case = kept(heating, HEATING)
    assert case["facts"]["cost"] == "1500.55"
    assert case["options"] == {"limit_over": "both"}
    assert case["parameters"]["limit"] == [{"since": "2026-01-01", "until": None, "value": "800"}]
    assert policy_of(case) == "heating"


def test_more_is_a_top_up_and_less_a_claw_back() -> None:
    case = kept(heating, HEATING)
    more = told(heating, case, figures={"extra[alone]": "12%"})
    assert more["subsidy"] == ("715.19", "728.19", "13.00", "top_up")
    assert more["clean_extra"] == ("65.02", "78.02", "13.00", "changed")  # part of what is paid, and not paid by itself
    less = told(heating, case, facts={"clean": "false"})
    assert less["subsidy"] == ("715.19", "650.17", "-65.02", "claw_back")


def test_a_reading_decides_about_a_kept_case_too() -> None:
    case = kept(heating, {**HEATING, "cost": "5000"})
    assert told(heating, case, readings={"limit_over": "basic_only"})["subsidy"][3] == "top_up"


def test_records_are_compared_one_by_one() -> None:
    case = kept(ferry, {"year": 2026, "trips": [trip("2026-01-01", "50"), trip("2026-01-02", "50")]})
    found = told(ferry, case, facts={"trips[1].fare": "60"})
    assert found == {
        "trips[1].allowance": ("23.00", "28.00", "5.00", "top_up"),
        "allowance_total": ("46.00", "51.00", "5.00", "top_up"),
    }


def test_a_difference_is_explained_when_asked_for() -> None:
    found = recompute(kept(heating, HEATING), heating, figures={"extra[alone]": "12%"}, explained=True)
    (subsidy,) = (one for one in found.differences if one.path == "subsidy")
    assert subsidy.explanation is not None
    assert any("12%" in used.value.zh for step in subsidy.explanation.walk() for used in step.parameters)


def test_recomputing_changes_nothing_by_itself() -> None:
    case = kept(heating, HEATING)
    before = json.dumps(case)
    recompute(case, heating, facts={"cost": "1"}, figures={"limit": "1"})
    assert json.dumps(case) == before
    assert compute(heating, HEATING).as_json()["values"]["subsidy"] == "715.19"


def test_a_missing_fact_makes_a_value_unknown_and_no_claw_back() -> None:
    found = told(heating, kept(heating, HEATING), facts={"cost": "null"})
    assert found["subsidy"] == ("715.19", None, None, "changed")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"facts": {"coast": "1"}}, "cost"),
        ({"facts": {"cost": "-1"}}, "cost"),
        ({"figures": {"extra[nobody]": "1%"}}, "nobody"),
        ({"readings": {"limit_over": "none"}}, "none"),
    ],
)
def test_what_cannot_be_changed_is_refused_in_words(change: dict[str, Any], message: str) -> None:
    with pytest.raises((GongbaoError, Refused), match=message):
        recompute(kept(heating, HEATING), heating, **change)


@pytest.mark.parametrize("spoilt", [{}, [], "text", {"schema": "gongbao.result/1"}, {"schema": "other"}])
def test_what_is_no_kept_case_is_refused(spoilt: Any) -> None:
    with pytest.raises(GongbaoError):
        policy_of(spoilt)
