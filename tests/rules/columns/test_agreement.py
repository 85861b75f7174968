"""Columns agree with `compute` to the fen: worked cases, edges, random rows, every reading, figures that change."""

from __future__ import annotations

import itertools
from collections import defaultdict
from random import Random
from typing import Any

import pytest

from gongbao.rules import Policy
from gongbao.rules.cases import read_worked_cases
from gongbao.rules.columns.lower import NotInColumns
from gongbao.rules.columns.program import DoesNotFit, prepared, program_of
from gongbao.rules.edges import edges
from gongbao.systems import policies, populations
from tests.rules.columns.agreement import Agreement, agree, is_taken
from tests.rules.columns.drawing import Drawing, drawn_cases, drawn_rows, with_gaps
from tests.rules.columns.variants import changed_figures, with_figures_that_change
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.country.herds.rules import policy as herds

ALL = [*(policies()[name] for name in populations()), ferry, heating, herds]
OTHERS = [one for name, one in policies().items() if name not in populations()]
"""What is decided one case at a time; `gongbao run` takes a table of them all the same."""
ROWS = {"medical-assistance": 20_000, "outpatient-pooling": 20_000, "air-compensation": 20_000}
"""Random rows, a record being a row; of the other policies there are 1,000."""

each_policy = pytest.mark.parametrize("policy", ALL, ids=[one.name for one in ALL])


@each_policy
def test_every_worked_case(policy: Policy) -> None:
    by_readings: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for one in read_worked_cases([policy]):
        by_readings[tuple(one.readings.items())].append(one.facts)
    together = Agreement()
    for readings, cases in by_readings.items():
        together += agree(policy, cases, dict(readings))
    assert together.compared > 0 or policy in (ferry, heating, herds)
    # Worked cases leave out what has no bearing; that alone leaves one to compute.
    assert together.compared + together.refused + together.left == together.cases
    assert together.left <= together.cases // 4


@each_policy
def test_random_rows(policy: Policy) -> None:
    found = agree(policy, drawn_rows(policy, ROWS.get(policy.name, 1_000), seed=20260701), each_alone=False)
    # What compute takes, the columns do: else this would prove nothing.
    assert found.left == 0
    assert found.compared > found.cases * 0.5


@pytest.mark.parametrize("policy", OTHERS, ids=[one.name for one in OTHERS])
def test_random_rows_of_what_no_population_has(policy: Policy) -> None:
    if policy.name in ("market-conflicts", "market-outcome"):  # of records of two lists, which no table has
        with pytest.raises(NotInColumns, match="of two lists"):
            program_of(policy)
        return
    found = agree(policy, drawn_rows(policy, 500, seed=20260701), each_alone=False)
    assert found.left == 0 and found.compared > found.cases * 0.3


@each_policy
def test_one_rule_alone_and_facts_that_are_missing(policy: Policy) -> None:
    cases = drawn_cases(policy, 80, seed=7)
    assert agree(policy, cases).left == 0
    found = agree(policy, with_gaps(cases, seed=8, often=0.01))
    assert found.compared > 0 and found.left > 0


@each_policy
def test_on_the_edges(policy: Policy) -> None:
    """One fact of each of many cases, drawn anew each time: what flips lies elsewhere in every case."""
    seeded, drawing = Random(3), Drawing(policy, Random(4))
    cases: list[dict[str, Any]] = []
    while len(cases) < 150:
        case = drawing.case()
        if is_taken(policy, case):
            cases += edges(policy, case, seeded.choice(_varied(policy, case)))
    found = agree(policy, cases, each_alone=False)
    assert found.left == 0
    # The rest is refused: checks have their edges too, and days on which the policy is not in force.
    assert found.compared > found.cases * 0.2


def _varied(policy: Policy, case: dict[str, Any]) -> list[str]:
    """The paths of the numbers and dates that a case has."""
    found = []
    for name, one in policy.facts.declared().items():
        if one.type.is_number or one.type.kind in ("date", "month"):
            found.append(name)
        elif one.type.is_records and one.type.item is not None:
            parts = [
                part.name
                for part in one.type.item.python.declared().values()
                if part.type.is_number or part.type.kind in ("date", "month")
            ]
            found += [f"{name}[{place}].{part}" for place in range(len(case[name])) for part in parts]
    return found


@each_policy
def test_every_reading(policy: Policy) -> None:
    declared = policy.readings.declared()
    combined = [dict(zip(declared, chosen, strict=True)) for chosen in itertools.product(*declared.values())]
    for place, readings in enumerate(combined):
        cases = drawn_cases(policy, max(6, 120 // len(combined)), seed=place)
        assert agree(policy, cases, readings, each_alone=False).left == 0


@each_policy
def test_changed_figures(policy: Policy) -> None:
    """As `compute --figure` takes them; some need a program with more room."""
    program, made_anew = program_of(policy), 0
    for place, figures in enumerate(changed_figures(policy, seed=5, number=12)):
        cases = drawn_cases(policy, 25, seed=place)
        assert agree(policy, cases, None, figures, each_alone=False).left == 0, figures
        made_anew += prepared(policy, figures)[0] is not program
    assert made_anew > 0 or policy is herds


@each_policy
@pytest.mark.parametrize("seed", range(3))
def test_figures_that_change_in_the_middle(policy: Policy, seed: int) -> None:
    changing = with_figures_that_change(policy, seed)
    found = agree(changing, drawn_cases(changing, 80, seed), each_alone=False)
    assert found.left == 0
    if policy.figure_table.entries:
        assert len(changing.figure_table.changes) > 1


def test_figures_beyond_its_room_need_another_program() -> None:
    policy = policies()["medical-assistance"]
    program = program_of(policy)
    with pytest.raises(DoesNotFit):
        program.settings(policy.figure_table.changed({"supplementary_limit": "9999999999"}))
    other, settings = prepared(policy, {"supplementary_limit": "9999999999"})
    assert other is not program and 999999999900 in settings.figures
