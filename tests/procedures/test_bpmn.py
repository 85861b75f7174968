"""BPMN 2.0: valid, read by another program, and holding all that is declared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import SpiffWorkflow
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser

from gongbao.core.labels import Label
from gongbao.procedures import OUR_RULE, Period, Procedure, days, months, until, working_days, years
from gongbao.procedures.bpmn import DC, DI, MODEL, OURS, duration, to_bpmn
from gongbao.systems import procedures
from tests.procedures.imaginary import PERMIT, one_clock

ALL = [PERMIT, one_clock(working_days(3)), *procedures().values()]
each = pytest.mark.parametrize("procedure", ALL, ids=lambda one: one.key)
both = pytest.mark.parametrize("language", ["zh", "en"])


@dataclass
class Read:
    """What another reader finds in the file."""

    root: etree._Element

    def all(self, *tags: str) -> list[etree._Element]:
        return [one for tag in tags for one in self.root.iter(f"{{{MODEL}}}{tag}")]

    def by_id(self, identity: str) -> etree._Element:
        (found,) = [one for one in self.root.iter() if one.get("id") == identity]
        return found

    def text(self, element: etree._Element) -> str:
        return element.findtext(f"{{{MODEL}}}documentation") or ""

    def following(self, identity: str) -> set[str]:
        return {one.get("targetRef") for one in self.all("sequenceFlow") if one.get("sourceRef") == identity}


NODES = (
    "startEvent", "endEvent", "exclusiveGateway", "eventBasedGateway", "userTask", "serviceTask",
    "intermediateCatchEvent", "boundaryEvent",
)  # fmt: skip


@cache
def read(procedure: Procedure, language: str = "en") -> Read:
    return Read(etree.fromstring(to_bpmn(procedure, language)))


@cache
def schema() -> etree.XMLSchema:
    folder = Path(SpiffWorkflow.__file__).parent / "bpmn" / "parser" / "schema"
    return etree.XMLSchema(etree.parse(str(folder / "BPMN20.xsd")))


@each
@both
def test_it_is_valid(procedure: Procedure, language: str) -> None:
    schema().assertValid(read(procedure, language).root)
    identities = [one.get("id") for one in read(procedure, language).root.iter() if one.get("id")]
    assert len(set(identities)) == len(identities)
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", one) for one in identities)


def test_the_schema_would_find_a_fault() -> None:
    root = etree.fromstring(to_bpmn(PERMIT, "en"))
    next(root.iter(f"{{{MODEL}}}userTask")).set("id", "1 no name")
    assert not schema().validate(root)


@each
@both
def test_another_program_reads_it(procedure: Procedure, language: str) -> None:
    # It takes only what is to be executed, and this describes.
    file = to_bpmn(procedure, language).replace(b'isExecutable="false"', b'isExecutable="true"')
    parser = BpmnParser()
    parser.add_bpmn_str(file)
    spec = parser.get_spec(f"process_{procedure.key}")
    names = {one.bpmn_name for one in spec.task_specs.values()}
    assert {one.label.in_language(language) for one in procedure.steps.values()} <= names
    assert {one.label.in_language(language) for one in procedure.states.values()} <= names
    lanes = {one.lane for one in spec.task_specs.values() if one.lane}
    signers = {role for step in procedure.steps.values() if step.sign_off for role in step.sign_off.roles}
    firsts = {step.by[0] for step in procedure.steps.values()}
    assert {role.label.in_language(language) for role in signers | firsts} <= lanes


@each
def test_every_node_can_be_reached_and_leads_to_an_end(procedure: Procedure) -> None:
    found = read(procedure)
    onward = {one.get("id"): found.following(one.get("id")) for one in found.all(*NODES)}
    for one in found.all("boundaryEvent"):
        onward[one.get("attachedToRef")].add(one.get("id"))

    def closure(first: set[str], edges: dict[str, set[str]]) -> set[str]:
        seen, waiting = set(first), list(first)
        while waiting:
            for there in edges.get(waiting.pop(), set()) - seen:
                seen.add(there)
                waiting.append(there)
        return seen

    assert closure({one.get("id") for one in found.all("startEvent")}, onward) == set(onward)
    back: dict[str, set[str]] = {}
    for here, following in onward.items():
        for there in following:
            back.setdefault(there, set()).add(here)
    assert closure({one.get("id") for one in found.all("endEvent")}, back) == set(onward)


@each
@both
def test_the_drawing_has_every_part_inside_its_lane_and_none_on_another(procedure: Procedure, language: str) -> None:
    found = read(procedure, language)
    bounds = {}
    for shape in found.root.iter(f"{{{DI}}}BPMNShape"):
        box = shape.find(f"{{{DC}}}Bounds")
        x, y, wide, high = (float(box.get(one)) for one in ("x", "y", "width", "height"))
        bounds[shape.get("bpmnElement")] = (x, y, x + wide, y + high)
    nodes = [one.get("id") for one in found.all(*NODES)]
    assert set(nodes) <= set(bounds)
    assert {one.get("bpmnElement") for one in found.root.iter(f"{{{DI}}}BPMNEdge")} == {
        one.get("id") for one in found.all("sequenceFlow")
    }
    for lane in found.all("lane"):
        left, top, right, bottom = bounds[lane.get("id")]
        for one in lane.findall(f"{{{MODEL}}}flowNodeRef"):
            box = bounds[one.text]
            assert left <= box[0] and top <= box[1] and box[2] <= right and box[3] <= bottom, one.text
    assert sorted(one.text for one in found.all("flowNodeRef")) == sorted(nodes), "each node in one lane"
    on_edges = {one.get("id") for one in found.all("boundaryEvent")}
    apart = [bounds[one] for one in nodes if one not in on_edges]
    for number, one in enumerate(apart):
        for other in apart[number + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@pytest.mark.parametrize(
    ("period", "told"),
    [
        (days(60), "P60D"), (months(6), "P6M"), (years(1), "P1Y"), (working_days(5), None), (until("day"), None),
    ],
)  # fmt: skip
def test_what_iso_8601_can_say(period: Period, told: str | None) -> None:
    assert duration(period) == told


def test_a_clock_that_runs_out_leads_to_its_step() -> None:
    found = read(PERMIT)
    timer = found.by_id("clock_correction_step_lapse")
    assert timer.tag.endswith("intermediateCatchEvent") and timer.get("name") == "correct: 15 days"
    assert timer.findtext(f".//{{{MODEL}}}timeDuration") == "P15D"
    assert found.following(timer.get("id")) == {"step_lapse"} and found.following("step_lapse") == {"state_lapsed"}
    assert found.by_id("step_lapse").tag.endswith("serviceTask")
    gateway = found.by_id("state_correcting")
    assert gateway.tag.endswith("eventBasedGateway") and timer.get("id") in found.following("state_correcting")
    for one in found.following("state_correcting"):
        assert found.by_id(one).tag.endswith("intermediateCatchEvent"), "behind such a gateway there are events alone"


def test_a_clock_that_opens_stands_before_its_step_and_one_that_closes_on_its_edge() -> None:
    found = read(PERMIT)
    notice, draw = found.by_id("clock_notice_step_draw"), found.by_id("clock_draw_step_draw")
    assert found.following(notice.get("id")) == {draw.get("id")} and found.following(draw.get("id")) == {"step_draw"}
    told = notice.find(f".//{{{MODEL}}}timeDuration")
    assert (told.text, told.get("language")) == ("working_days(5)", "urn:gongbao:period")
    assert draw.findtext(f".//{{{MODEL}}}timeDate") == "draw_at"
    edge = found.by_id("clock_notice_step_object")
    assert (edge.get("attachedToRef"), edge.get("cancelActivity")) == ("step_object", "true")


def test_a_deadline_stands_on_the_edge_of_what_it_waits_for() -> None:
    found = read(PERMIT)
    edge = found.by_id("clock_examination_step_give_notice")
    assert edge.get("cancelActivity") == "false"
    text = found.text(edge)
    for words in ("云政办〔2026〕30号 第六条", "Starts with: Apply", "Stopped by: Ask for a correction",
                  "Goes on with: Correct", "Stopped on the ground of 云政办〔2026〕30号 第五条"):  # fmt: skip
        assert words in text
    ours = edge.find(f".//{{{OURS}}}clock")
    assert dict(ours.attrib) == {
        "key": "examination", "measure": "working_days", "number": "10", "clause": "第六条", "starts": "apply",
        "stops": "ask_correction", "resumes": "correct", "ends": "give_notice refuse",
    }  # fmt: skip


def test_signatures_come_one_after_the_other_and_may_return_it() -> None:
    found = read(PERMIT)
    assert found.following("step_grant") == {"sign_section_head_step_grant"}
    assert found.following("sign_section_head_step_grant") == {"sign_head_step_grant"}
    assert found.following("sign_head_step_grant") == {"signed_step_grant"}
    assert found.following("signed_step_grant") == {"state_in_force", "state_drawn"}
    assert "Further units may countersign" in found.text(found.by_id("sign_head_step_grant"))
    # From two states: what is returned goes back to where it came from.
    assert found.following("signed_step_refuse_noticed") == {"state_refused", "state_noticed"}


@each
@both
def test_clauses_and_names_stand_in_both_languages(procedure: Procedure, language: str) -> None:
    found = read(procedure, language)

    def tasks_of(key: str) -> Iterator[etree._Element]:
        name = re.compile(f"step_{key}(_({'|'.join(procedure.states)}))?")
        yield from (one for one in found.all("userTask", "serviceTask") if name.fullmatch(one.get("id")))

    for step in procedure.steps.values():
        tasks = list(tasks_of(step.key))
        assert tasks, step.key
        ground = Label("本系统自定", "our rule") if step.clause == OUR_RULE else Label(step.clause, step.clause)
        for task in tasks:
            assert task.get("name") == step.label.in_language(language)
            assert ground.in_language(language) in found.text(task)
    for clock in procedure.clocks.values():
        assert any(one.get("key") == clock.key for one in found.root.iter(f"{{{OURS}}}clock")), clock.key


def test_something_done_when_all_is_over_comes_before_the_end() -> None:
    made = Procedure(
        "after", document="云政办〔2026〕1号", zh="一", en="one", since=date(2026, 1, 1), since_clause="一"
    )
    clerk = made.staff("clerk", zh="甲", en="a & b <c>")
    closed = made.state("closed", zh="已办结", en="closed", final=True)
    made.step("file", "一", zh="提出", en="file", by=[clerk], begins=True, to=closed)
    made.step("note", "一", zh="记录", en="note", by=[clerk], at=[closed])
    found = read(made.ready())
    schema().assertValid(found.root)
    assert found.following("step_file") == {"at_closed"} and found.following("step_note") == {"at_closed"}
    assert found.following("at_closed") == {"state_closed", "step_note"}
    assert found.all("lane")[0].get("name") == "a & b <c>"
