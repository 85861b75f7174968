"""A procedure as BPMN 2.0 XML, with its drawing (BPMN DI), so that other tools show it.

    state             a gateway from which its steps lead on (event-based where a clock opens one or runs out there),
                      or an end event where it is final
    step              a user task in the lane of who takes it; a service task where the program does
    sign-off          a user task for each role that signs, in its lane, and a gateway: signed or returned
    clock             runs out: a timer on the way to its step; opens a step: a timer before it; closes one: a timer on
                      its edge that ends it; else a timer on the edge of what it waits for, which ends nothing

BPMN counts no working days and stops no clock: such a period stands in the timer as the expression of the declaration,
and what starts, stops and ends a clock in its documentation and, for programs, in an element of our own namespace.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from gongbao.core.columns import width, wrapped
from gongbao.core.labels import Label
from gongbao.core.layers import Place, Spacing, arrange
from gongbao.procedures.clocks import Clock, Measure, Period
from gongbao.procedures.declare import Procedure, Role, State, Step, clause_label

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OURS = "urn:gongbao:procedure:1"
PERIODS = "urn:gongbao:period"
"""The language of an expression such as working_days(5)."""

_Tag = Literal[
    "startEvent", "endEvent", "exclusiveGateway", "eventBasedGateway", "userTask", "serviceTask",
    "intermediateCatchEvent", "boundaryEvent",
]  # fmt: skip

_SIZES = {"userTask": (140.0, 80.0), "serviceTask": (140.0, 80.0)}
_GATEWAY, _EVENT = (50.0, 50.0), (36.0, 36.0)
_HEAD = 30.0  # of a pool and of a lane, where its name stands
_SPACING = Spacing(passing=8.0, between=50.0, across=90.0, edge=40.0)


@dataclass(eq=False)
class _Node:
    """A flow node. `clock`: the timer that it is; `message`: what it waits for to happen; `on`: whose edge it is on."""

    id: str
    tag: _Tag
    name: str
    role: Role
    told: list[str] = field(default_factory=list)
    clock: Clock | None = None
    message: str = ""
    on: str = ""
    ends_it: bool = False
    x: float = 0.0
    y: float = 0.0

    @property
    def size(self) -> tuple[float, float]:
        return _SIZES.get(self.tag, _GATEWAY if self.tag.endswith("Gateway") else _EVENT)


@dataclass(frozen=True, slots=True)
class _Flow:
    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""


def to_bpmn(procedure: Procedure, language: str) -> bytes:
    """The procedure as an XML file in UTF-8, with names and documentation in that language (zh or en)."""
    drawn = _Drawn(procedure, language)
    drawn.draw()
    lanes = _place(drawn)
    root = etree.Element(
        f"{{{MODEL}}}definitions",
        nsmap={None: MODEL, "bpmndi": DI, "dc": DC, "di": DD, "xsi": XSI, "gongbao": OURS},
        id=f"definitions_{procedure.key}",
        targetNamespace=f"{OURS}:{procedure.key}",
        exporter="gongbao",
    )
    messages = {node.message: f"message_{node.id}" for node in drawn.nodes.values() if node.message}
    for name, identity in messages.items():
        _add(root, "message", id=identity, name=name)
    collaboration = _add(root, "collaboration", id=f"collaboration_{procedure.key}")
    _add(
        collaboration, "participant",
        id="participant", name=procedure.label.in_language(language), processRef=f"process_{procedure.key}",
    )  # fmt: skip
    root.append(_process(drawn, messages))
    root.append(_diagram(drawn, lanes))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


# --- what is drawn


class _Drawn:
    """The nodes and flows of a procedure, in one language."""

    def __init__(self, procedure: Procedure, language: str) -> None:
        self.procedure, self.language = procedure, language
        self.nodes: dict[str, _Node] = {}
        self.flows: list[_Flow] = []
        clocks = procedure.clocks.values()
        self.timed = {
            state.key
            for state in procedure.states.values()
            for clock in clocks
            if any(state in step.at for step in (*clock.opens, *([clock.runs_out] if clock.runs_out else [])))
        }

    def say(self, label: Label) -> str:
        return label.in_language(self.language)

    def both(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    def clause(self, clause: str) -> str:
        return self.say(clause_label(self.procedure.cite(clause)))

    def join(self, labels: Iterable[Label]) -> str:
        return self.both("、", ", ").join(self.say(one) for one in labels)

    def listed(self, zh: str, en: str, labels: list[Label]) -> str:
        return self.both(zh, en) + self.join(labels) if labels else ""

    def node(self, identity: str, tag: _Tag, name: str, role: Role, *told: str, **more: object) -> _Node:
        made = _Node(identity, tag, name, role, [one for one in told if one])
        for key, value in more.items():
            setattr(made, key, value)
        self.nodes[identity] = made
        return made

    def flow(self, source: str, target: str, name: str = "", condition: str = "") -> None:
        """From one node to another. Out of a gateway at which somebody chooses, `condition` is what was chosen."""
        chosen = condition if self.nodes[source].tag == "exclusiveGateway" else ""
        self.flows.append(_Flow(f"flow_{len(self.flows) + 1}", source, target, name, chosen))

    def draw(self) -> None:
        for state in self.procedure.states.values():
            self._state(state)
        for step in self.procedure.steps.values():
            if step.begins:
                self._begin(step)
            elif self._returns(step):
                for state in step.at:
                    self._step(step, f"step_{step.key}" + (f"_{state.key}" if len(step.at) > 1 else ""), [state])
            else:
                self._step(step, f"step_{step.key}", step.at)

    def _returns(self, step: Step) -> bool:
        """Whether it may lead back to where it came from: then each of these states has a task of its own."""
        closes = any(step in clock.closes for clock in self.procedure.clocks.values())
        return step.to is None or step.sign_off is not None or closes

    def _state(self, state: State) -> None:
        steps = [step for step in self.procedure.steps.values() if state in step.at]
        into = [step for step in self.procedure.steps.values() if step.to == state]
        who = next((role for step in (*steps, *into) for role in step.by if role.kind != "system"), None)
        role = who or (steps or into)[0].by[0]
        told = self.say(state.next) if state.next else ""
        if not state.final:
            tag: _Tag = "eventBasedGateway" if state.key in self.timed else "exclusiveGateway"
            self.node(f"state_{state.key}", tag, self.say(state.label), role, told)
            return
        self.node(f"state_{state.key}", "endEvent", self.say(state.label), role, told)
        if steps:
            # Something may still be done where all is over.
            self.node(f"at_{state.key}", "exclusiveGateway", self.say(state.label), role)
            self.flow(f"at_{state.key}", f"state_{state.key}", condition="chosen == None")

    def _to(self, state: State) -> str:
        return f"at_{state.key}" if f"at_{state.key}" in self.nodes else f"state_{state.key}"

    def _begin(self, step: Step) -> None:
        assert step.to is not None
        start = self.node(f"start_{step.key}", "startEvent", self.both("开始", "begin"), step.by[0])
        task = self._task(step, f"step_{step.key}")
        self.flow(start.id, task.id)
        self._signed(step, task, [])

    def _task(self, step: Step, identity: str) -> _Node:
        system = all(role.kind == "system" for role in step.by)
        told = [
            self.clause(step.clause),
            self.listed("办理：", "By: ", [role.label for role in step.by]),
            self.both("条件：", "Only if: ") + self.join(one.label for one in step.conditions)
            if step.conditions
            else "",
            self.both("填写：", "Asks for: ") + self.join(one.label for one in step.asks) if step.asks else "",
            self.both("制作：", "Makes: ") + self.say(step.letter.label) if step.letter else "",
        ]
        task = self.node(identity, "serviceTask" if system else "userTask", self.say(step.label), step.by[0], *told)
        for clock in self.procedure.clocks.values():
            waits = step in clock.ends and not clock.runs_out and step not in clock.opens
            if waits or step in clock.closes:
                self._edge_timer(clock, task, ends_it=step in clock.closes)
        return task

    def _edge_timer(self, clock: Clock, task: _Node, *, ends_it: bool) -> None:
        timer = self.node(
            f"clock_{clock.key}_{task.id}", "boundaryEvent", self._clock_name(clock), task.role,
            *self._clock_told(clock), clock=clock, on=task.id, ends_it=ends_it,
        )  # fmt: skip
        over = self.both("期限届满", "the time is over") if ends_it else self.both("逾期", "overdue")
        end = self.node(f"over_{timer.id}", "endEvent", over, task.role)
        self.flow(timer.id, end.id)

    def _step(self, step: Step, identity: str, states: Iterable[State]) -> None:
        task = self._task(step, identity)
        before = task.id
        clocks = self.procedure.clocks
        opens = [clock for clock in clocks.values() if step in clock.opens]
        takes = [clock for clock in clocks.values() if step == clock.runs_out]
        # Those that open it must all have run out, and any one that takes it is enough.
        for clock in reversed(opens):
            before = self._timer(clock, before, f"clock_{clock.key}_{identity}").id
        entries = [self._timer(clock, before, f"clock_{clock.key}_{identity}").id for clock in takes] or [before]
        for state in states:
            for entry in entries:
                self._lead_in(state, entry, task, step, timed=bool(opens or takes))
        self._signed(step, task, list(states))

    def _timer(self, clock: Clock, following: str, identity: str) -> _Node:
        role = self.nodes[following].role
        timer = self.node(
            identity, "intermediateCatchEvent", self._clock_name(clock), role, *self._clock_told(clock), clock=clock
        )
        self.flow(timer.id, following)
        return timer

    def _lead_in(self, state: State, before: str, task: _Node, step: Step, *, timed: bool) -> None:
        """From the state to the task; behind an event-based gateway there is an event: that somebody takes it up."""
        gateway = self._to(state)
        if timed or state.key not in self.timed:
            self.flow(gateway, before, condition=f"chosen == '{step.key}'")
            return
        event = f"taken_{task.id}_{state.key}"
        self.node(event, "intermediateCatchEvent", "", task.role, message=task.name)
        self.flow(gateway, event)
        self.flow(event, before)

    def _signed(self, step: Step, task: _Node, came_from: list[State]) -> None:
        """From the task, by way of its signatures, to where it leads."""
        targets = [step.to] if step.to is not None else came_from
        last = task.id
        if step.sign_off is not None:
            told = [self.clause(step.sign_off.clause)]
            if step.sign_off.countersign:
                told.append(self.both("可以会签", "Further units may countersign"))
            for role in step.sign_off.roles:
                name = self.both(f"审批：{task.name}", f"Sign: {task.name}")
                sign = self.node(f"sign_{role.key}_{task.id}", "userTask", name, role, *told)
                self.flow(last, sign.id)
                last = sign.id
            fork = self.node(
                f"signed_{task.id}", "exclusiveGateway", self.both("同意？", "signed?"), step.sign_off.roles[-1]
            )
            self.flow(last, fork.id)
            last = fork.id
            for state in came_from:
                self.flow(last, self._to(state), self.both("退回", "returned"), "not signed")
        signed = self.both("同意", "signed") if step.sign_off is not None else ""
        for state in targets:
            self.flow(last, self._to(state), signed, "signed")

    # --- clocks

    def _clock_name(self, clock: Clock) -> str:
        return self.both("：", ": ").join([self.say(clock.label), self.say(clock.period.label)])

    def _clock_told(self, clock: Clock) -> list[str]:
        steps = {
            self.both("起算：", "Starts with: "): [one.label for one in clock.starts],
            self.both("停止计算：", "Stopped by: "): [one.label for one in clock.stops],
            self.both("继续计算：", "Goes on with: "): [one.label for one in clock.resumes],
            self.both("完成：", "Ended by: "): [one.label for one in clock.ends],
            self.both("届满后方可：", "When it is over, may be taken: "): [one.label for one in clock.opens],
            self.both("届满后不得：", "When it is over, may be taken no more: "): [one.label for one in clock.closes],
        }
        told = [self.clause(clock.clause), *(f"{head}{self.join(labels)}" for head, labels in steps.items() if labels)]
        if clock.stops:
            told.append(self.both("停止计算的依据：", "Stopped on the ground of ") + self.clause(clock.stop_clause))
        return told


def duration(period: Period) -> str | None:
    """The period as ISO 8601 has it: P60D, P6M; None for working days and for a day that is set."""
    letter = {Measure.DAYS: "D", Measure.MONTHS: "M", Measure.YEARS: "Y"}.get(period.measure)
    return f"P{period.number}{letter}" if letter else None


# --- the process


def _add(parent: etree._Element, tag: str, text: str = "", namespace: str = MODEL, **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{namespace}}}{tag}", attributes)
    made.text = text or None
    return made


def _documented(element: etree._Element, told: Iterable[str]) -> None:
    if text := "\n".join(told):
        _add(element, "documentation", text)


def _process(drawn: _Drawn, messages: dict[str, str]) -> etree._Element:
    procedure = drawn.procedure
    process = etree.Element(
        f"{{{MODEL}}}process",
        id=f"process_{procedure.key}",
        name=drawn.say(procedure.label),
        isExecutable="false",
    )
    told = [drawn.clause(procedure.since_clause)]
    if procedure.letters:
        letters = drawn.join(one.label for one in procedure.letters.values())
        told.append(
            drawn.both("文书（随时可以登记送达）：", "Letters, whose service may be recorded at any time: ") + letters
        )
    _documented(process, told)
    lanes = _add(process, "laneSet", id="lanes")
    for role in _roles(drawn):
        lane = _add(lanes, "lane", id=f"lane_{role.key}", name=drawn.say(role.label))
        for node in drawn.nodes.values():
            if node.role == role:
                _add(lane, "flowNodeRef", node.id)
    for node in drawn.nodes.values():
        process.append(_flow_node(drawn, node, messages))
    for flow in drawn.flows:
        named = {"name": flow.name} if flow.name else {}
        made = _add(process, "sequenceFlow", id=flow.id, sourceRef=flow.source, targetRef=flow.target, **named)
        if flow.condition:
            _add(made, "conditionExpression", flow.condition).set(f"{{{XSI}}}type", "tFormalExpression")
    return process


def _roles(drawn: _Drawn) -> list[Role]:
    return [role for role in drawn.procedure.roles.values() if any(node.role == role for node in drawn.nodes.values())]


def _flow_node(drawn: _Drawn, node: _Node, messages: dict[str, str]) -> etree._Element:
    element = etree.Element(f"{{{MODEL}}}{node.tag}", id=node.id)
    if node.name:
        element.set("name", node.name)
    if node.on:
        element.set("attachedToRef", node.on)
        element.set("cancelActivity", "true" if node.ends_it else "false")
    _documented(element, node.told)
    if node.clock is not None:
        ours = etree.SubElement(_add(element, "extensionElements"), f"{{{OURS}}}clock")
        for key, value in _told_of(node.clock).items():
            ours.set(key, value)
    for flow in drawn.flows:
        if flow.target == node.id:
            _add(element, "incoming", flow.id)
    for flow in drawn.flows:
        if flow.source == node.id:
            _add(element, "outgoing", flow.id)
    if node.clock is not None:
        _timer_definition(element, node)
    if node.message:
        _add(element, "messageEventDefinition", id=f"waits_{node.id}", messageRef=messages[node.message])
    return element


def _told_of(clock: Clock) -> dict[str, str]:
    parts = {
        "starts": clock.starts, "stops": clock.stops, "resumes": clock.resumes, "ends": clock.ends,
        "opens": clock.opens, "closes": clock.closes,
    }  # fmt: skip
    told = {"key": clock.key, "measure": clock.period.measure.value, "clause": clock.clause}
    if clock.period.number:
        told["number"] = str(clock.period.number)
    if clock.period.until:
        told["until"] = clock.period.until
    return told | {name: " ".join(one.key for one in steps) for name, steps in parts.items() if steps}


def _timer_definition(element: etree._Element, node: _Node) -> None:
    assert node.clock is not None
    period = node.clock.period
    definition = _add(element, "timerEventDefinition", id=f"timer_{node.id}")
    if period.measure == Measure.UNTIL:
        told = _add(definition, "timeDate", period.until)
    else:
        told = _add(definition, "timeDuration", duration(period) or f"{period.measure.value}({period.number})")
    told.set(f"{{{XSI}}}type", "tFormalExpression")
    if duration(period) is None:
        told.set("language", PERIODS)


# --- the drawing


@dataclass(frozen=True, slots=True)
class _Lane:
    role: Role
    y: float
    height: float


def _place(drawn: _Drawn) -> tuple[list[_Lane], float]:
    """Give each node its coordinates: its layer from left to right, in the lane of its role.

    The lanes, and how broad the whole is.
    """
    # A timer on the edge of a task, and the end that it leads to, stand where their task stands.
    beside = {node.id for node in drawn.nodes.values() if node.on}
    beside |= {flow.target for flow in drawn.flows if flow.source in beside}
    things = [one for one in drawn.nodes if one not in beside]
    things.sort(key=lambda one: not one.startswith("start_"))
    arrows = [(flow.source, flow.target) for flow in drawn.flows if flow.source not in beside]
    layout = arrange(
        things,
        arrows,
        depth=lambda one: drawn.nodes[one].size[0],
        size=lambda one: drawn.nodes[one].size[1],
        spacing=_SPACING,
    )
    lanes = []
    y = 0.0
    for role in _roles(drawn):
        rows = [
            [place for place in layer if place.thing is not None and drawn.nodes[place.thing].role == role]
            for layer in layout.layers
        ]
        height = max(sum(_height(drawn, place) for place in row) for row in rows) + _SPACING.between
        for row in rows:
            at = y + (height - sum(_height(drawn, place) for place in row)) / 2
            for place in row:
                node = drawn.nodes[place.thing or ""]
                node.x = 2 * _HEAD + place.start + (place.depth - node.size[0]) / 2
                node.y = at + _SPACING.between / 2  # what belongs to it stands below it
                at += _height(drawn, place)
        lanes.append(_Lane(role, y, height))
        y += height
    for node in drawn.nodes.values():
        if node.on:
            task = drawn.nodes[node.on]
            timers = [one.id for one in drawn.nodes.values() if one.on == node.on]
            number = timers.index(node.id)
            # From the right to the left end of the lower edge; so close that all of them have room there.
            apart = min(45.0, (task.size[0] - 50) / max(1, len(timers) - 1))
            node.x, node.y = task.x + task.size[0] - 50 - apart * number, task.y + task.size[1] - node.size[1] / 2
            (end,) = [drawn.nodes[flow.target] for flow in drawn.flows if flow.source == node.id]
            end.x, end.y = task.x + task.size[0] + 20, node.y + 50 * number
    return lanes, 2 * _HEAD + layout.breadth


def _height(drawn: _Drawn, place: Place[str]) -> float:
    """What a node takes of its lane: with room for its name below, and for the timers on its edge."""
    node = drawn.nodes[place.thing or ""]
    name = 0.0 if node.tag.endswith("Task") else _name_size(node.name)[1]
    timers = 50.0 * sum(one.on == node.id for one in drawn.nodes.values())
    return node.size[1] + name + timers + _SPACING.between


def _name_size(name: str) -> tuple[float, float]:
    lines = wrapped(name, 18)
    return max(width(line) for line in lines) * 6.5 + 4, 14.0 * len(lines)


def _diagram(drawn: _Drawn, placed: tuple[list[_Lane], float]) -> etree._Element:
    lanes, breadth = placed
    diagram = etree.Element(f"{{{DI}}}BPMNDiagram", id="diagram")
    collaboration = f"collaboration_{drawn.procedure.key}"
    plane = _add(diagram, "BPMNPlane", namespace=DI, id="plane", bpmnElement=collaboration)
    _shape(plane, "participant", 0, 0, breadth, sum(one.height for one in lanes), isHorizontal="true")
    for lane in lanes:
        _shape(plane, f"lane_{lane.role.key}", _HEAD, lane.y, breadth - _HEAD, lane.height, isHorizontal="true")
    for node in drawn.nodes.values():
        shape = _shape(plane, node.id, node.x, node.y, *node.size)
        if node.tag == "exclusiveGateway":
            shape.set("isMarkerVisible", "true")
        if node.name and not node.tag.endswith("Task"):
            wide, high = _name_size(node.name)
            label = _add(shape, "BPMNLabel", namespace=DI)
            _bounds(label, node.x + node.size[0] / 2 - wide / 2, node.y + node.size[1] + 4, wide, high)
    for flow in drawn.flows:
        edge = _add(plane, "BPMNEdge", namespace=DI, id=f"edge_{flow.id}", bpmnElement=flow.id)
        for x, y in _way(drawn.nodes[flow.source], drawn.nodes[flow.target]):
            _add(edge, "waypoint", namespace=DD, x=f"{x:.0f}", y=f"{y:.0f}")
    return diagram


def _shape(
    plane: etree._Element, of: str, x: float, y: float, wide: float, high: float, **attributes: str
) -> etree._Element:
    shape = _add(plane, "BPMNShape", namespace=DI, id=f"shape_{of}", bpmnElement=of, **attributes)
    _bounds(shape, x, y, wide, high)
    return shape


def _bounds(parent: etree._Element, x: float, y: float, wide: float, high: float) -> None:
    measures = {"x": x, "y": y, "width": wide, "height": high}
    _add(parent, "Bounds", namespace=DC, **{key: f"{value:.0f}" for key, value in measures.items()})


def _way(source: _Node, target: _Node) -> list[tuple[float, float]]:
    """The corners of a flow: forward from the right side to the left, back from the upper side to the upper."""
    (sw, sh), (tw, th) = source.size, target.size
    if source.on:
        x, y = source.x + sw / 2, source.y + sh / 2
        end = (target.x, target.y + th / 2)
        return [(x + sw / 2, y), end] if y == end[1] else [(x, y + sh / 2), (x, end[1]), end]
    start, end = (source.x + sw, source.y + sh / 2), (target.x, target.y + th / 2)
    if end[0] > start[0]:
        middle = end[0] - 25
        return [start, (middle, start[1]), (middle, end[1]), end] if start[1] != end[1] else [start, end]
    up, down = (source.x + sw / 2, source.y), (target.x + tw / 2, target.y)
    over = min(source.y, target.y) - 20
    return [up, (up[0], over), (down[0], over), down]
