"""Policies whose rules are drawn at random: what columns come to is what compute comes to, or they leave it to it."""

from pathlib import Path
from random import Random

from gongbao.rules.columns import NotInColumns
from tests.rules.columns.agreement import Agreement, agree
from tests.rules.columns.drawing import drawn_cases, with_gaps
from tests.rules.columns.imagined import imagined
from tests.rules.columns.invented import FACTS, FIGURES, PARAMETERS, Invented

POLICIES, CASES = 25, 30


def test_rules_drawn_at_random(tmp_path: Path) -> None:
    together, with_missing, left_out = Agreement(), Agreement(), 0
    for seed in range(POLICIES):
        policy = imagined(tmp_path, FACTS, Invented(Random(seed)).rules(), figures=FIGURES, parameters=PARAMETERS)
        cases = drawn_cases(policy, CASES, seed)
        try:
            together += agree(policy, cases)
            with_missing += agree(policy, with_gaps(cases, seed, often=0.02))
        except NotInColumns:
            left_out += 1
    assert left_out < POLICIES / 2
    # A division by nought, or a day before 1900, somewhere in a policy leaves a case to compute.
    assert together.left < together.cases * 0.15
    assert with_missing.compared > with_missing.cases * 0.2
