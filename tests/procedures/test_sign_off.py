"""A proposal on its way up: who is asked, what they may say, and when it is complete or returned."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.core.labels import Label
from gongbao.procedures import OUR_RULE, Refused, Role, SignOff
from gongbao.procedures.sign_off import COUNTERSIGN, Opinion, Verdict, check_countersigners, check_opinion, progress
from tests.procedures.imaginary import noon

SECTION, DEPUTY, HEAD = (Role(one, Label(one, one), "staff", one) for one in ("section", "deputy", "head"))
CHAIN = SignOff((SECTION, DEPUTY, HEAD), "第九条", countersign=True)
UNIT = "trade"
OTHERS = ("fire", "health")


def opinion(role: str, verdict: Verdict = Verdict.SIGNED, unit: str = UNIT, words: str = "") -> Opinion:
    return Opinion(role, unit, verdict, words, noon("2026-03-02"))


def asked(*opinions: Opinion, countersigners: tuple[str, ...] = ()) -> list[str]:
    here = progress(CHAIN, UNIT, countersigners, opinions)
    return [one.role.key if one.role else f"unit {one.unit}" for one in here.asked]


def test_one_signs_after_the_other() -> None:
    assert asked() == ["section"]
    assert asked(opinion("section")) == ["deputy"]
    assert asked(opinion("section"), opinion("deputy")) == ["head"]
    done = progress(CHAIN, UNIT, (), [opinion(one) for one in ("section", "deputy", "head")])
    assert done.complete and done.asked == () and done.returned is None


def test_units_countersign_at_any_time_before_the_last() -> None:
    assert asked(countersigners=OTHERS) == ["section", "unit fire", "unit health"]
    fire = opinion(COUNTERSIGN, unit="fire")
    assert asked(fire, countersigners=OTHERS) == ["section", "unit health"]
    two = [opinion("section"), opinion("deputy")]
    assert asked(*two, fire, countersigners=OTHERS) == ["unit health"], "the last one sees all opinions"
    health = opinion(COUNTERSIGN, Verdict.OBJECTED, "health", "通道太窄")
    assert asked(*two, fire, health, countersigners=OTHERS) == ["head"], "an objection is no veto"
    assert progress(CHAIN, UNIT, OTHERS, [*two, fire, health, opinion("head")]).complete


def test_one_return_ends_it() -> None:
    back = opinion("deputy", Verdict.RETURNED, words="依据不足")
    here = progress(CHAIN, UNIT, OTHERS, [opinion("section"), back])
    assert (here.returned, here.asked, here.complete) == (back, (), False)


def test_one_signature_alone() -> None:
    alone = SignOff((HEAD,), OUR_RULE, countersign=True)
    assert [one.unit for one in progress(alone, UNIT, ["fire"], []).asked] == ["fire"]
    assert [one.role for one in progress(alone, UNIT, [], []).asked] == [HEAD]


@pytest.mark.parametrize(
    ("new", "zh", "en"),
    [
        (opinion("deputy"), "现在不由其签署意见", "not asked for an opinion now"),
        (opinion("section", unit="fire"), "现在不由其签署意见", "not asked"),
        (opinion("clerk"), "现在不由其签署意见", "not asked"),
        (opinion(COUNTERSIGN, unit="police"), "现在不由其签署意见", "not asked"),
        (opinion(COUNTERSIGN, Verdict.RETURNED, "fire", "不可"), "会签单位提出意见，不退回", "returns nothing"),
        (opinion("section", Verdict.OBJECTED, words="不可"), "请同意或者退回", "sign it or return it"),
        (opinion("section", Verdict.RETURNED, words=" \n"), "请写明意见", "say why"),
        (opinion(COUNTERSIGN, Verdict.OBJECTED, "fire"), "请写明意见", "say why"),
    ],
)
def test_an_opinion_that_is_not_taken(new: Opinion, zh: str, en: str) -> None:
    with pytest.raises(Refused) as caught:
        check_opinion(CHAIN, UNIT, OTHERS, [], new)
    assert zh in caught.value.label.zh and "（本系统自定）" in caught.value.label.zh and en in caught.value.label.en


@pytest.mark.parametrize(
    "new",
    [
        opinion("section"),
        opinion("section", Verdict.RETURNED, words="依据不足"),
        opinion(COUNTERSIGN, unit="fire"),
        opinion(COUNTERSIGN, Verdict.OBJECTED, "health", "通道太窄"),
    ],
)
def test_an_opinion_that_is_taken(new: Opinion) -> None:
    check_opinion(CHAIN, UNIT, OTHERS, [], new)


def test_nothing_is_said_twice_or_afterwards() -> None:
    before = [opinion("section"), opinion(COUNTERSIGN, unit="fire")]
    for again in before:
        with pytest.raises(Refused):
            check_opinion(CHAIN, UNIT, OTHERS, before, again)
    done = [opinion(one) for one in ("section", "deputy", "head")]
    back = [opinion("section", Verdict.RETURNED, words="不可")]
    for ended in (done, back):
        for one in ("section", "deputy", "head"):
            with pytest.raises(Refused):
                check_opinion(CHAIN, UNIT, (), ended, opinion(one))


@pytest.mark.parametrize(
    ("sign_off", "units", "zh"),
    [
        (SignOff((HEAD,), "第九条"), ["fire"], "此环节不会签（第九条）"),
        (CHAIN, ["fire", UNIT], "承办单位不会签自己的事项（第九条）"),
        (CHAIN, ["fire", "fire"], "会签单位重复（第九条）"),
    ],
)
def test_units_that_cannot_be_asked(sign_off: SignOff, units: list[str], zh: str) -> None:
    with pytest.raises(Refused) as caught:
        check_countersigners(sign_off, UNIT, units)
    assert caught.value.label.zh == zh


def test_units_that_can_be_asked() -> None:
    check_countersigners(CHAIN, UNIT, OTHERS)
    check_countersigners(SignOff((HEAD,), "第九条"), UNIT, [])


@given(st.data(), st.sets(st.sampled_from(["fire", "health", "police"])))
def test_whoever_is_asked_may_speak_and_it_comes_to_an_end(data: st.DataObject, others: set[str]) -> None:
    said: list[Opinion] = []
    units = sorted(others)
    while here := progress(CHAIN, UNIT, units, said).asked:
        one = data.draw(st.sampled_from(here))
        verdicts = [Verdict.SIGNED, Verdict.RETURNED] if one.role else [Verdict.SIGNED, Verdict.OBJECTED]
        verdict = data.draw(st.sampled_from(verdicts))
        at = noon("2026-03-02") + timedelta(hours=len(said))
        new = Opinion(one.role.key if one.role else COUNTERSIGN, one.unit, verdict, "意见", at)
        check_opinion(CHAIN, UNIT, units, said, new)
        said.append(new)
    end = progress(CHAIN, UNIT, units, said)
    assert end.complete != (end.returned is not None)
    assert len(said) <= 3 + len(units)
    if end.complete:
        assert {one.unit for one in said if one.role == COUNTERSIGN} == others
