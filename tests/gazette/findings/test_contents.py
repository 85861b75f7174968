"""The table of contents against the documents that are printed. All issues are invented."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gongbao.gazette import read_gazette
from gongbao.gazette.findings import check
from gongbao.gazette.findings.contents import contents_against_body
from gongbao.gazette.findings.model import Finding, FindingKind, Manuscript

CITY = "云澜市人民政府"
OFFICE = "云澜市人民政府办公室"


def findings(text: str) -> list[Finding]:
    return list(contents_against_body(Manuscript(read_gazette(text), text, {})))


@dataclass
class Issue:
    """An issue as lists, so that a test alters one entry or one document."""

    entries: list[tuple[str, str]] = field(
        default_factory=lambda: [
            (f"{CITY}关于保护古井的通知", "1"),
            (f"{CITY}关于印发云澜市竹编产业发展规划的通知", "4"),
            (f"{CITY}关于表彰护林先进单位的决定", "12"),
            (f"{OFFICE}关于做好秋季防火工作的通知", "15"),
            (f"{OFFICE}关于印发云澜市渡口安全管理办法的通知", "19"),
            (f"{OFFICE}关于成立运河疏浚工作专班的通知", "27"),
        ]
    )
    documents: list[tuple[str, str]] = field(
        default_factory=lambda: [
            (f"{CITY}关于保护古井的通知", "云澜政〔2031〕1号"),
            (f"{CITY}关于印发云澜市竹编产业发展规划的通知", "云澜政〔2031〕2号"),
            (f"{CITY}关于表彰护林先进单位的决定", "云澜政〔2031〕3号"),
            (f"{OFFICE}关于做好秋季防火工作的通知", "云澜政办〔2031〕1号"),
            (f"{OFFICE}关于印发云澜市渡口安全管理办法的通知", "云澜政办〔2031〕2号"),
            (f"{OFFICE}关于成立运河疏浚工作专班的通知", "云澜政办〔2031〕3号"),
        ]
    )
    dots: str = " ...... "
    marks: str = ""

    def text(self) -> str:
        heading = f"{self.marks} " if self.marks else ""
        lines = [f"{heading}云澜市人民政府公报", "", "2031年第1期", "", f"{heading}目录", ""]
        lines += [f"{title}{self.dots}{page}" for title, page in self.entries]
        for title, number in self.documents:
            issuer = OFFICE if title.startswith(OFFICE) else CITY
            lines += ["", f"{heading}{title}", "", number, "", "各县（市、区）人民政府：", ""]
            lines += [f"请按《{number}》落实到位。".replace(f"《{number}》", "要求"), "", issuer, "", "2031年2月3日"]
        return "\n".join(lines) + "\n"

    def line(self, words: str, *, last: bool = False) -> int:
        lines = [number for number, line in enumerate(self.text().split("\n"), 1) if words in line]
        return lines[-1] if last else lines[0]


FORMS: list[dict[str, str]] = [
    {},
    {"dots": "……………"},
    {"dots": "\t"},
    {"marks": "##"},
]


def swap(items: list[tuple[str, str]], one: int, other: int) -> None:
    items[one], items[other] = items[other], items[one]


def entry(issue: Issue, place: int, title: str | None = None, page: str | None = None) -> None:
    old = issue.entries[place]
    issue.entries[place] = (title or old[0], page or old[1])


def printed(issue: Issue, place: int, title: str | None = None, number: str | None = None) -> None:
    old = issue.documents[place]
    issue.documents[place] = (title or old[0], number or old[1])


Change = Callable[[Issue], object]
# What is altered, words of the line where it is told, and whether the last line with them is meant.
PLANTED: dict[str, tuple[Change, str, bool]] = {
    "the first is not printed": (lambda i: i.documents.pop(0), "保护古井", False),
    "one in the middle is not printed": (lambda i: i.documents.pop(3), "秋季防火", False),
    "the last is not printed": (lambda i: i.documents.pop(), "运河疏浚", False),
    "the first is not listed": (lambda i: i.entries.pop(0), "保护古井", True),
    "one in the middle is not listed": (lambda i: i.entries.pop(2), "护林先进", True),
    "the last is not listed": (lambda i: i.entries.pop(), "运河疏浚", True),
    "a word too many": (lambda i: entry(i, 4, f"{OFFICE}关于印发云澜市渡口安全监督管理办法的通知"), "渡口", False),
    "a word is lacking": (lambda i: entry(i, 1, f"{CITY}关于印发云澜市竹编发展规划的通知"), "竹编", False),
    "a character misread": (lambda i: entry(i, 3, f"{OFFICE}关于做好秋季防水工作的通知"), "秋季", False),
    "another word": (lambda i: entry(i, 2, f"{CITY}关于表扬护林先进单位的决定"), "护林", False),
    "another kind": (lambda i: entry(i, 2, f"{CITY}关于表彰护林先进单位的通报"), "护林", False),
    "another issuer": (lambda i: entry(i, 0, f"{OFFICE}关于保护古井的通知"), "古井", False),
    "two characters changed places": (lambda i: entry(i, 5, f"{OFFICE}关于成立疏浚运河工作专班的通知"), "疏浚", False),
    "the body has a word more": (
        lambda i: printed(i, 1, f"{CITY}关于印发云澜市竹编产业发展专项规划的通知"),
        "竹编",
        False,
    ),
    "the year is lacking": (lambda i: printed(i, 2, f"{CITY}关于表彰2030年度护林先进单位的决定"), "护林", False),
    "a much shorter title": (lambda i: entry(i, 4, f"{OFFICE}关于印发渡口管理办法的通知"), "渡口", False),
    "two entries changed places": (lambda i: swap(i.entries, 1, 2), "护林|竹编", False),
    "two documents changed places": (lambda i: swap(i.documents, 3, 4), "渡口|秋季", False),
    "a page of two figures turned round": (lambda i: entry(i, 3, page="51"), "秋季", False),
    "a page that runs backwards": (lambda i: entry(i, 4, page="9"), "渡口", False),
    "the last page runs backwards": (lambda i: entry(i, 5, page="7"), "运河", False),
    "another number": (
        lambda i: entry(i, 1, f"{CITY}关于印发云澜市竹编产业发展规划的通知（云澜政〔2031〕12号）"),
        "竹编",
        False,
    ),
    "another year": (
        lambda i: entry(i, 3, f"{OFFICE}关于做好秋季防火工作的通知（云澜政办〔2030〕1号）"),
        "秋季",
        False,
    ),
}


@pytest.mark.parametrize("form", range(len(FORMS)))
@pytest.mark.parametrize("name", PLANTED)
def test_planted(name: str, form: int) -> None:
    change, words, last = PLANTED[name]
    issue = Issue(**FORMS[form])
    change(issue)
    found = findings(issue.text())
    assert [each.kind for each in found] == [FindingKind.CONTENTS], found
    assert found[0].line in {issue.line(word, last=last) for word in words.split("|")}


@pytest.mark.parametrize("form", range(len(FORMS)))
def test_clean_twin(form: int) -> None:
    assert findings(Issue(**FORMS[form]).text()) == []


def numbered(issue: Issue) -> None:
    issue.entries = [
        (f"{title}（{number}）", page)
        for (title, page), (_, number) in zip(issue.entries, issue.documents, strict=True)
    ]


def repealing(issue: Issue) -> None:
    title = f"{OFFICE}关于废止《云澜市鱼塘管理办法》（云澜政〔2019〕7号）的通知"
    issue.entries.append((title, "30"))
    issue.documents.append((title, "云澜政办〔2031〕4号"))


def same_title_twice(issue: Issue) -> None:
    issue.entries.append((issue.entries[3][0], "31"))
    issue.documents.append((issue.documents[3][0], "云澜政办〔2031〕9号"))


def quoted(issue: Issue) -> None:
    entry(issue, 1, f"{CITY}关于印发《云澜市竹编产业发展规划》的通知")


def same_page(issue: Issue) -> None:
    entry(issue, 5, page="19")


@pytest.mark.parametrize("change", [numbered, repealing, same_title_twice, quoted, same_page])
def test_clean(change: Change) -> None:
    issue = Issue()
    change(issue)
    assert findings(issue.text()) == []


def test_headings_among_the_entries() -> None:
    lines = Issue().text().split("\n")
    lines.insert(6, "市政府文件")
    lines.insert(10, "市政府办公室文件")
    assert findings("\n".join(lines)) == []


def test_an_entry_over_two_lines() -> None:
    text = (
        Issue()
        .text()
        .replace("关于印发云澜市渡口安全管理办法的通知 ......", "关于印发云澜市渡口\n安全管理办法的通知 ......")
    )
    assert findings(text) == []


def test_a_chronicle_is_announced_and_is_no_document() -> None:
    text = Issue().text()
    text = text.replace(
        "工作专班的通知 ...... 27", "工作专班的通知 ...... 27\n云澜市2031年1月大事记关于要事的通报 ...... 30"
    )
    assert findings(text + "\n云澜市2031年1月大事记关于要事的通报\n\n1月3日，市政府召开会议。\n") == []


def test_a_single_document_has_no_contents() -> None:
    assert findings("云澜市防汛预案\n目录\n1 总则\n2 组织\n1 总则\n统一领导。\n2 组织\n分级负责。\n") == []


def test_the_message_names_the_characters() -> None:
    issue = Issue()
    entry(issue, 2, f"{CITY}关于表扬护林先进单位的决定")
    (found,) = findings(issue.text())
    assert "“扬”" in found.message and "“彰”" in found.message
    assert found.document == "云澜政〔2031〕3号"
    assert len(found.places) == 2


@pytest.mark.gazettes
def test_real_issues(gazettes: Path) -> None:
    told = {
        name: [(each.document, each.line, each.kind.value) for each in findings(text)]
        for name in ("02", "05")
        for text in [(gazettes / f"xuchang-2022-{name}.txt").read_text(encoding="utf-8")]
    }
    assert told == {"02": [], "05": [("许政办〔2022〕43号", 27, "contents")]}


OWN = """云岭市人民政府办公室关于印发云岭市灯会规划的通知
云岭政办〔2026〕9号
各县人民政府：
现将《云岭市灯会规划》印发给你们。
云岭市人民政府办公室
2026年3月1日
云岭市灯会规划
目 录
第一章 规划背景 ...... 1
第二章 总体思路 ...... 3
第三章 布展任务 ...... 6
第一章 规划背景
灯会办得不错。
第二章 总体思路
办得更好。
第三章 布展任务
多布展。
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("第三章 布展任务\n多布展。", "第三章 布展工作\n多布展。", 16),
        ("第二章 总体思路\n办", "第二章 总体构想\n办", 14),
        ("第三章 布展任务\n多布展。\n", "多布展。\n", 11),
    ],
)
def test_the_contents_of_a_plan_against_its_chapters(right: str, wrong: str, line: int) -> None:
    assert right in OWN
    (finding,) = [one for one in check(OWN.replace(right, wrong)) if one.kind is FindingKind.CONTENTS]
    assert finding.line == line
    assert not [one for one in check(OWN) if one.kind is FindingKind.CONTENTS]
