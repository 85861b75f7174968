"""Every alarm on the two real issues has a verdict in docs/findings-on-real-issues.md, and none there is out of date."""

import re
from collections import Counter
from pathlib import Path

import pytest

from gongbao.gazette.findings import check
from tests.rig import ROOT

PAGE = (ROOT / "docs" / "findings-on-real-issues.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (许\S+) \| (\d+) \| (\w+) \|.*\| (right|plausible|false) \|$", re.M)
ISSUES = {"2022 No. 2": "xuchang-2022-02.txt", "2022 No. 5": "xuchang-2022-05.txt"}


def listed(issue: str) -> list[tuple[str, ...]]:
    section = PAGE.split(f"## {issue}\n")[1].split("\n## ")[0]
    return [found.groups() for found in ROW.finditer(section)]


@pytest.mark.gazettes
@pytest.mark.parametrize("issue", ISSUES)
def test_the_list_is_what_the_check_tells(gazettes: Path, issue: str) -> None:
    found = check((gazettes / ISSUES[issue]).read_text(encoding="utf-8"))
    told = Counter((one.document, str(one.line), one.kind.value) for one in found)
    assert told == Counter(row[:3] for row in listed(issue))


@pytest.mark.parametrize("issue", ISSUES)
def test_the_counts_are_those_of_the_list(issue: str) -> None:
    verdicts = Counter(row[3] for row in listed(issue))
    row = re.search(rf"^\| {issue} \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) % right", PAGE, re.M)
    assert row is not None
    total = sum(verdicts.values())
    assert [int(figure) for figure in row.groups()] == [
        total,
        verdicts["right"],
        verdicts["plausible"],
        verdicts["false"],
        round(100 * verdicts["right"] / total),
    ]
