"""The worked cases that stand beside each policy."""

import pytest

from gongbao.rules.cases import WorkedCase, differences, read_worked_cases
from gongbao.systems import policies

CASES = list(read_worked_cases(policies().values()))


@pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one.policy}-{one.number}")
def test_a_worked_case_comes_out(case: WorkedCase) -> None:
    assert differences(case, policies()[case.policy]) == []


def test_every_policy_has_worked_cases() -> None:
    counts = {name: sum(one.policy == name for one in CASES) for name in policies()}
    assert min(counts.values()) >= 5, counts


def test_a_case_that_says_otherwise_is_told() -> None:
    case = next(one for one in CASES if one.policy == "medical-assistance" and one.values)
    wrong = WorkedCase(
        case.file, case.number, case.policy, case.title, case.clause, case.source, case.facts, case.readings,
        {**case.values, "total_aid": "1.00"}, {"counts_for_aid": "false"}, "",
    )  # fmt: skip
    told = differences(wrong, policies()[case.policy])
    assert len(told) == 2 and "total_aid is" in told[0] and "counts_for_aid is true" in told[1]
