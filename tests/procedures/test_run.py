"""What may be done, what stands in the way, and what events make of a case: on the imaginary permit."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gongbao.procedures import Event, Obstacle, Problem, Refused, Role, Situation, replay, start
from gongbao.procedures.clocks import Status
from gongbao.procedures.fields import SHANGHAI
from tests.procedures.imaginary import PERMIT, label, noon

ROLES = PERMIT.roles
APPLIED = {"name": "甲", "goods": ["books"], "size": "12", "deposit": "1,200.50", "heated": "no"}


class Case:
    """A case of the permit: takes steps one after the other and holds that replaying its events gives the same."""

    def __init__(self) -> None:
        self.now: Situation = start(PERMIT)

    def take(self, step: str, role: str, at: datetime | str, *, signed: bool = False, **given: Any) -> Event:
        moment = noon(at) if isinstance(at, str) else at
        event = self.now.take(step, ROLES[role], given, moment, signed=signed)
        self.add(event)
        return event

    def add(self, event: Event) -> None:
        self.now = self.now.after(event)
        assert replay(PERMIT, self.now.events) == self.now

    def fire(self, at: datetime | str) -> Event:
        event = self.now.fires(noon(at) if isinstance(at, str) else at)
        assert event is not None
        self.add(event)
        return event

    @property
    def state(self) -> str:
        return self.now.state.key if self.now.state else ""

    def clock(self, key: str) -> Any:
        run = self.now.run(key)
        assert run is not None
        return run


@pytest.fixture
def case() -> Case:
    made = Case()
    made.take("apply", "applicant", "2026-03-02", **APPLIED)
    return made


def refused(case: Case, step: str, role: str, at: str | datetime, **given: Any) -> Refused:
    before = case.now
    with pytest.raises(Refused) as caught:
        case.take(step, role, at, **given)
    assert case.now is before
    return caught.value


def day(text: str) -> date:
    return date.fromisoformat(text)


# --- what may be done


def test_before_anything_has_happened_a_case_can_only_begin() -> None:
    situation = start(PERMIT)
    assert [one.step.key for one in situation.steps(noon("2026-03-02"))] == ["apply"]
    assert situation.state is None and not situation.is_over and situation.due is None and situation.letters() == []


def test_steps_are_those_of_the_state_and_of_the_roles(case: Case) -> None:
    def keys(*roles: Role) -> list[str]:
        return [one.step.key for one in case.now.steps(noon("2026-03-02"), roles)]

    assert keys(ROLES["clerk"]) == ["ask_correction", "drop", "refuse", "give_notice"]
    assert keys(ROLES["applicant"]) == ["drop"]
    assert keys(ROLES["neighbour"]) == keys(ROLES["head"]) == keys() == []
    assert [one.step.key for one in case.now.steps(noon("2026-03-02"))] == keys(*ROLES.values())


def test_the_step_of_service_is_there_once_a_letter_was_made(case: Case) -> None:
    case.take("ask_correction", "clerk", "2026-03-03")
    steps = {one.step.key: one.step for one in case.now.steps(noon("2026-03-03"))}
    assert set(steps) == {"correct", "drop", "serve"}
    assert steps["serve"].by == (ROLES["clerk"],)
    assert "lapse" not in steps, "the program's own is nobody's"


@pytest.mark.parametrize(
    ("step", "role", "given", "zh", "en"),
    [
        ("fly", "clerk", {}, "没有“fly”这一环节（本系统自定）", "there is no step fly (our rule)"),
        ("fl\ny", "clerk", {}, r"没有“'fl\ny'”这一环节（本系统自定）", r"there is no step 'fl\ny' (our rule)"),
        (
            "give_notice",
            "applicant",
            {},
            "应由经办人办理（云政办〔2026〕30号 第八条）",
            "it is for: clerk (云政办〔2026〕30号 第八条)",
        ),
        (
            "grant",
            "clerk",
            {},
            "案件现为“待审查”（云政办〔2026〕30号 第十一条）",
            "the case stands at “received” (云政办〔2026〕30号 第十一条)",
        ),
        ("give_notice", "clerk", {}, "请填写摇号时间", "Time of the draw is needed"),
        (
            "refuse",
            "clerk",
            {"why": "不符合条件"},
            "须经审批（云政办〔2026〕30号 第七条）",
            "it has to be signed first (云政办〔2026〕30号 第七条)",
        ),
    ],
)
def test_a_refusal_says_why_in_both_languages(
    case: Case, step: str, role: str, given: dict[str, Any], zh: str, en: str
) -> None:
    error = refused(case, step, role, "2026-03-03", **given)
    assert (error.label.zh, error.label.en) == (zh, en)
    assert en in str(error)


def test_our_rule_is_said_in_each_language() -> None:
    error = Refused("step", [Obstacle(label("不可", "no"), "our rule")], [Problem("a", label("缺", "missing"))])
    assert error.label == label("不可（本系统自定）；缺", "no (our rule); missing")


def test_a_condition_looks_at_what_was_given_before(case: Case) -> None:
    assert not any(one.obstacles for one in case.now.steps(noon("2026-03-02")))
    big = Case()
    big.take("apply", "applicant", "2026-03-02", **APPLIED | {"size": 21})
    (obstacles,) = [one.obstacles for one in big.now.steps(noon("2026-03-02")) if one.step.key == "give_notice"]
    assert [one.told.zh for one in obstacles] == ["面积不超过20平方米（云政办〔2026〕30号 第四条）"]
    error = refused(big, "give_notice", "clerk", "2026-03-03", draw_at="2026-03-20 09:00")
    assert error.label.en == "no more than 20 square metres (云政办〔2026〕30号 第四条)"


# --- the notice and the draw


@pytest.fixture
def noticed(case: Case) -> Case:
    """Given notice of on Wednesday 4 March: 5, 6, 9, 10, 11 March; the draw at 9:30 on the 12th."""
    case.take("give_notice", "clerk", "2026-03-04", draw_at="2026-03-12 09:30")
    return case


def test_a_period_opens_a_step_and_closes_another(noticed: Case) -> None:
    last = datetime(2026, 3, 11, 23, 59, 59, tzinfo=SHANGHAI)
    noticed.take("object", "neighbour", last, objection="太吵")
    error = refused(noticed, "draw", "clerk", last)
    assert error.label.zh == (
        "“公示”期限（2026-03-11）尚未届满（云政办〔2026〕30号 第八条）；"
        "“摇号”期限（2026-03-12）尚未届满（云政办〔2026〕30号 第十条）"
    )
    assert "the period “public notice” (2026-03-11) is not over" in error.label.en
    after = last + timedelta(seconds=1)
    error = refused(noticed, "object", "neighbour", after, objection="太吵")
    assert error.label.en == "the period “public notice” (2026-03-11) is over (云政办〔2026〕30号 第八条)"
    assert [len(one.obstacles) for one in noticed.now.steps(after) if one.step.key in ("object", "draw")] == [1, 1]


def test_the_draw_opens_at_its_moment_in_whatever_zone(noticed: Case) -> None:
    moment = datetime(2026, 3, 12, 1, 30, tzinfo=UTC)
    error = refused(noticed, "draw", "clerk", moment - timedelta(seconds=1))
    assert len(error.obstacles) == 1 and "draw" in error.label.en
    noticed.take("draw", "clerk", moment)
    assert noticed.state == "drawn"


def test_a_draw_before_the_end_of_the_notice_still_waits_for_it(case: Case) -> None:
    case.take("give_notice", "clerk", "2026-03-04", draw_at="2026-03-05 09:30")
    assert len(refused(case, "draw", "clerk", "2026-03-11").obstacles) == 1
    case.take("draw", "clerk", datetime(2026, 3, 12, 0, 0, tzinfo=SHANGHAI))


# --- letters


def test_a_clock_that_runs_from_the_service_of_a_letter(case: Case) -> None:
    case.take("ask_correction", "clerk", "2026-03-03")
    assert case.now.run("correction") is None and case.clock("examination").status == Status.STOPPED
    case.take("serve", "clerk", "2026-03-05", letter="to_correct", served_on="2026-03-05", manner="post")
    assert case.clock("correction").due == day("2026-03-20")
    assert case.now.served("to_correct") == day("2026-03-05") and case.now.served("refusal") is None
    assert "letter" not in case.now.values, "what is said of a service is of that letter alone"
    assert [one.key for one in case.now.letters()] == ["to_correct"]


def test_a_service_that_is_recorded_late(case: Case) -> None:
    case.take("ask_correction", "clerk", "2026-03-03")
    event = case.take("serve", "clerk", "2026-03-25", letter="to_correct", served_on="2026-03-05", manner="post")
    assert (event.on, event.at) == (day("2026-03-05"), noon("2026-03-25"))
    assert case.clock("correction").due == day("2026-03-20") and case.now.overdue(noon("2026-03-25"))
    fired = case.fire("2026-03-25")
    assert (fired.on, fired.at, case.state) == (day("2026-03-20"), noon("2026-03-25"), "lapsed")


def test_a_letter_served_again_starts_its_clock_again(case: Case) -> None:
    case.take("ask_correction", "clerk", "2026-03-03")
    for on in ("2026-03-05", "2026-03-09"):
        case.take("serve", "clerk", on, letter="to_correct", served_on=on, manner="post")
    runs = [one for one in case.now.runs if one.clock.key == "correction"]
    assert [(one.status, one.due) for one in runs] == [
        (Status.ENDED, day("2026-03-20")),
        (Status.RUNNING, day("2026-03-24")),
    ]


@pytest.mark.parametrize(
    ("letter", "on", "words"),
    [
        ("refusal", "2026-03-05", "has not been made"),
        ("to_correct", "2026-03-02", "only made on 2026-03-03"),
        ("to_correct", "2026-02-02", "before the case began"),
        ("to_correct", "2026-03-07", "may not be after today"),
        ("nothing", "2026-03-05", "choose one of"),
    ],
)
def test_a_service_that_cannot_be(case: Case, letter: str, on: str, words: str) -> None:
    case.take("ask_correction", "clerk", "2026-03-03")
    assert words in refused(case, "serve", "clerk", "2026-03-06", letter=letter, served_on=on, manner="post").label.en


def test_a_letter_served_when_all_is_done_starts_nothing(case: Case) -> None:
    case.take("ask_correction", "clerk", "2026-03-03")
    case.take("correct", "applicant", "2026-03-04")
    case.take("serve", "clerk", "2026-03-05", letter="to_correct", served_on="2026-03-05", manner="post")
    assert case.now.run("correction") is None
    case.take("drop", "applicant", "2026-03-06")
    case.take("serve", "clerk", "2026-03-09", letter="to_correct", served_on="2026-03-06", manner="post")
    assert case.now.is_over and case.now.open_runs == []


# --- clocks of a case


def test_the_day_of_a_step_may_be_given_by_staff(case: Case) -> None:
    late = Case()
    late.take("apply", "clerk", "2026-03-10", **APPLIED, applied_on="2026-03-02")
    assert late.clock("examination").due == case.clock("examination").due == day("2026-03-16")
    error = refused(Case(), "apply", "applicant", "2026-03-10", **APPLIED, applied_on="2026-03-02")
    assert error.label.en == "there is no field applied_on here", "whoever applies does not say when it arrived"
    error = refused(Case(), "apply", "clerk", "2026-03-10", **APPLIED, applied_on="2021-12-31")
    assert error.label.en == "in force since 2022-01-01, and not for what came before (云政办〔2026〕30号 第二十条)"


def test_the_correction_stops_the_examination(case: Case) -> None:
    case.take("ask_correction", "clerk", "2026-03-04")
    assert case.now.due is None, "nothing runs"
    case.take("correct", "applicant", "2026-03-09")
    (stop,) = case.clock("examination").stops
    assert (stop.since, stop.until, stop.by, stop.clause) == (
        day("2026-03-04"), day("2026-03-09"), 2, "云政办〔2026〕30号 第五条",
    )  # fmt: skip
    assert case.now.due == day("2026-03-19")


def test_one_day_more_or_less_at_midnight_decides(case: Case) -> None:
    case.take("ask_correction", "clerk", "2026-03-03")
    case.take("serve", "clerk", "2026-03-05", letter="to_correct", served_on="2026-03-05", manner="direct")
    end = datetime(2026, 3, 21, tzinfo=SHANGHAI)
    assert case.now.fires(end - timedelta(seconds=1)) is None
    fired = case.fire(end)
    assert (fired.step, fired.role, fired.on, fired.values) == ("lapse", "system", day("2026-03-20"), {})
    assert case.clock("correction").status == Status.RAN_OUT and case.now.is_over
    assert case.clock("examination").status == Status.ENDED and not case.clock("examination").late
    assert case.now.fires(end + timedelta(days=99)) is None


@pytest.fixture
def granted(noticed: Case) -> Case:
    noticed.take("draw", "clerk", "2026-03-12")
    noticed.take("grant", "clerk", "2026-03-16", signed=True)
    return noticed


def test_several_runs_of_one_clock(granted: Case) -> None:
    assert granted.clock("validity").due == day("2026-09-16") and granted.clock("report").due == day("2027-03-16")
    granted.take("renew", "clerk", "2026-09-16")
    granted.take("report", "applicant", "2026-09-18")
    assert [one.clock.key for one in granted.now.runs[-2:]] == ["validity", "report"]
    assert granted.clock("validity").due == day("2027-03-16") and granted.clock("report").due == day("2027-09-20")
    assert granted.now.fires(noon("2027-03-16")) is None
    fired = granted.fire("2027-03-17")
    assert fired.step == "expire" and granted.now.is_over and granted.now.open_runs == []
    assert [one.status.value for one in granted.now.runs if one.clock.key == "report"] == ["ended", "ended"]


def test_the_first_clock_that_ran_out_comes_first(granted: Case) -> None:
    # Far behind: the program comes to it after years, and the permit ended on its day.
    assert granted.fire("2031-01-01").on == day("2026-09-16")


def test_values_stay_until_they_are_given_again(granted: Case) -> None:
    assert granted.now.values["size"] == 12 and str(granted.now.values["deposit"]) == "1200.50"
    assert granted.now.taken("apply")[0].values["goods"] == ("books",)
