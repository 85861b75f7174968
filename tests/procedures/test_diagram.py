"""The picture of a procedure: what stands in it, that nothing overlaps, and how it is seen in a browser."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from gongbao.core.labels import Label
from gongbao.procedures import Procedure, days
from gongbao.procedures.diagram import sentences, svg
from gongbao.systems import procedures
from tests.procedures.imaginary import PERMIT, one_clock, stall_permit

ALL = [PERMIT, one_clock(days(3)), *procedures().values()]
each = pytest.mark.parametrize("procedure", ALL, ids=lambda one: one.key)
both = pytest.mark.parametrize("language", ["zh", "en"])
SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(picture).iter(f"{SVG}text")]


@each
@both
def test_every_part_is_in_the_picture_and_in_the_words(procedure: Procedure, language: str) -> None:
    picture = svg(procedure, language)
    drawn = re.sub(r"\s", "", "".join(texts(picture)))
    told = " ".join(sentences(procedure, language))
    for part in (*procedure.states.values(), *procedure.steps.values(), *procedure.clocks.values()):
        label = part.label.in_language(language)
        assert re.sub(r"\s", "", label) in drawn
        assert label in told
    for clock in procedure.clocks.values():
        assert re.sub(r"\s", "", clock.period.label.in_language(language)) in drawn
    root = ET.fromstring(picture)
    assert root.findtext(f"{SVG}desc") == told and root.findtext(f"{SVG}title")
    assert root.get("role") == "img" and root.get("lang") == language


@each
@both
def test_nothing_comes_from_elsewhere_and_nothing_runs(procedure: Procedure, language: str) -> None:
    picture = svg(procedure, language)
    assert not re.search(r"<script|<style|href|url\(|@import|on\w+=", picture)
    assert set(re.findall(r"#[0-9a-f]{3,6}", picture)) == {"#1b1b1b"}, "the colour of a file by itself"


@each
def test_arrows_run_from_the_beginning_to_every_state_and_back(procedure: Procedure) -> None:
    root = ET.fromstring(svg(procedure, "en"))
    (arrows, *_) = root.findall(f"{SVG}g")
    count = sum(len(step.at) + 1 for step in procedure.steps.values() if step.to is not None and not step.begins) + sum(
        2 for step in procedure.steps.values() if step.begins
    )
    assert len(arrows) == count


def test_finals_have_a_double_frame_and_the_program_a_dashed_one() -> None:
    picture = svg(PERMIT, "en")
    system = sum(step.by[0].kind == "system" for step in PERMIT.steps.values())
    assert picture.count("stroke-dasharray") == system == 2
    finals = sum(one.final for one in PERMIT.states.values())
    moving = sum(step.to is not None for step in PERMIT.steps.values())
    assert picture.count("<rect") == len(PERMIT.states) + finals + moving


def test_a_label_cannot_break_out() -> None:
    spoilt = stall_permit()
    spoilt.states["drawn"] = replace(spoilt.states["drawn"], label=Label("<b>&\"'", "</svg><script>"))
    picture = svg(spoilt, "zh")
    ET.fromstring(picture)
    assert "<b>" not in picture and "<script" not in svg(spoilt, "en")


def test_sentences() -> None:
    zh, en = sentences(PERMIT, "zh"), sentences(PERMIT, "en")
    assert zh[0] == "以“申请”（第三条）开始，进入“待审查”。"
    assert (
        "“待补正”：申请人可以补正（第五条），进入“待审查”；期限届满：视为撤回（第五条），进入“视为撤回”；"
        "申请人、经办人可以撤回（本系统自定），进入“视为撤回”；审查：停止计算（第五条）；补正：15日（第五条）。" in zh
    )
    assert "At “refused”: the end." in en
    assert "when the time runs out, Lapse (第五条), leads to “lapsed”" in en[2]
