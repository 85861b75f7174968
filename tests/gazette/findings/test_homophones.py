"""A word in two spellings in the same surroundings. All documents but the two issues are invented."""

from pathlib import Path

import pytest

from gongbao.gazette.findings import FindingKind
from gongbao.gazette.findings.homophones import homophones
from tests.gazette.findings.planted import issued, manuscript, notice, twins

PLANTED = {
    "a word of a plan": notice(
        "做好灯会布展工作",
        "云澜政办〔2023〕51号",
        "一、各单位要加强灯会安全巡查工作。\n\n二、志愿者参加灯会安全巡查工作。\n\n三、夜间灯会安全⟨寻¦巡⟩查工作由市园林局组织。",
    ),
    "a project in a table": issued(
        "云澜市灯会项目计划",
        "云澜政办〔2023〕52号",
        "一、项目\n\n序号\t项目\t金额\n1\t标准化花灯工坊建设\t20\n2\t标准化花灯工坊扩建\t30\n3\t标准化花⟨登¦灯⟩工坊改造\t10",
    ),
    "the name of a place": notice(
        "云澜湖畔夜游",
        "云澜政办〔2023〕53号",
        "一、夜游路线自青岚湖码头出发。\n\n二、青岚湖码头设售票处。\n\n三、游客自青⟨蓝¦岚⟩湖码头返回。",
    ),
    "a term": issued(
        "云澜市灯彩补助办法",
        "云澜政办〔2023〕54号",
        "第一条 灯彩传承人员由市文化馆认定。\n\n第二条 灯彩传承人员每年补助2000元。\n\n"
        "第三条 灯彩传⟨成¦承⟩人员应当带徒。",
    ),
}
CLEAN = (
    "一、制定灯会方案。二、制订灯会方案。",
    "一、第一小学灯会。二、第七小学灯会。",
    "一、灯会安全工作。二、灯会园林工作。三、灯会经费工作。",
    "一、东湾区花灯队。二、东洼区花灯队。",
)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_found_and_its_clean_twin_is_silent(name: str) -> None:
    planted = twins(PLANTED[name])
    found = list(homophones(manuscript(planted.wrong)))
    assert [finding.kind for finding in found] == [FindingKind.NAME], found
    assert found[0].line == planted.line
    assert list(homophones(manuscript(planted.right))) == []


@pytest.mark.parametrize("words", CLEAN)
def test_what_may_be_right_is_not_told(words: str) -> None:
    assert not list(homophones(manuscript(notice("灯会", "云澜政办〔2023〕55号", words))))


@pytest.mark.gazettes
def test_on_the_two_issues(gazettes: Path) -> None:
    told = [
        (name, finding.document, finding.line)
        for name in ("02", "05")
        for finding in homophones(manuscript((gazettes / f"xuchang-2022-{name}.txt").read_text(encoding="utf-8")))
    ]
    assert told == [("05", "许政办〔2022〕41号", 1634)]
