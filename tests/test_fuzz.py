"""Each fuzz target for a few hundred examples; the same ones each time, so that a failure can be looked at."""

import random

import pytest

from fuzz import fuzz_files, fuzz_gazette, harness

TARGETS = {"files": (fuzz_files, 150), "gazette": (fuzz_gazette, 400)}


@pytest.mark.parametrize("name", TARGETS)
def test_the_rule_of_each_target_holds(name: str) -> None:
    target, runs = TARGETS[name]
    harness.run_at_random(target.check, target.example, runs=runs, seed=2022)


def test_examples_come_from_the_seed_alone() -> None:
    first, again, other = (
        [fuzz_gazette.example(chance) for _ in range(30)]
        for chance in (random.Random(1), random.Random(1), random.Random(2))
    )
    assert first == again != other


def test_examples_hold_what_the_rule_looks_for() -> None:
    chance = random.Random(7)
    texts = [fuzz_gazette.example(chance).decode("utf-8") for _ in range(200)]
    assert sum(fuzz_gazette.WITNESS in text for text in texts) > 20
    assert sum("〔2021〕1号\n" in text for text in texts) > 5


@pytest.mark.parametrize(
    ("what", "broken"),
    [
        ("rebuilt", lambda gazette: gazette.changes.pop()),
        ("in its title and clauses", lambda gazette: gazette.documents[0].parts[-1].clauses.pop()),
        ("not one eid", lambda gazette: setattr(next(gazette.documents[0].walk()), "eid", "")),
        ("lines", lambda gazette: setattr(gazette.documents[0], "last_line", 99)),
    ],
)
def test_the_rule_sees_a_reader_that_breaks_it(what, broken, monkeypatch, tmp_path) -> None:
    articles = f"第一条 {fuzz_gazette.WITNESS}\n第二条 {fuzz_gazette.WITNESS}"
    text = f"云岭市人民政府关于甲事项的通知\n云岭政〔2021〕 1 号\n各县：\n{articles}"
    read = fuzz_gazette.read_gazette

    def reading(given: str):
        gazette = read(given)
        broken(gazette)
        return gazette

    fuzz_gazette.check(text.encode())
    monkeypatch.setattr(fuzz_gazette, "read_gazette", reading)
    with pytest.raises(AssertionError, match=what):
        harness.check_and_keep(fuzz_gazette.check, text.encode(), tmp_path)
    [kept] = tmp_path.iterdir()
    assert kept.name.startswith("crash-") and kept.read_bytes() == text.encode()
