"""A planted document and its clean twin, written as one text: 期限为⟨2021年¦2023年⟩3月底前.

What stands before ¦ is the error, what stands behind it is right; ⟨ ⟩ may stand once and in one line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gongbao.gazette import read_gazette
from gongbao.gazette.findings import Manuscript

_CHOICE = re.compile("⟨(?P<wrong>[^¦⟩]*)¦(?P<right>[^⟩]*)⟩")


@dataclass(frozen=True, slots=True)
class Twins:
    wrong: str
    right: str
    line: int


def twins(text: str) -> Twins:
    """The two documents, and the line of the file on which they differ."""
    found = _CHOICE.search(text)
    assert found is not None, text
    assert len(_CHOICE.findall(text)) == 1, text
    line = text.count("\n", 0, found.start()) + 1
    return Twins(_CHOICE.sub(lambda one: one["wrong"], text), _CHOICE.sub(lambda one: one["right"], text), line)


def manuscript(text: str, repealed: Mapping[str, date] | None = None) -> Manuscript:
    return Manuscript(read_gazette(text), text, repealed or {})


def issued(title: str, number: str, body: str, day: str = "2023年3月10日", issuer: str = "云澜市人民政府办公室") -> str:
    """A covering notice and what it issues."""
    return (
        f"{issuer}\n关于印发《{title}》的通知\n\n{number}\n\n各区县政府，市直各单位：\n\n"
        f"现将《{title}》印发给你们，望遵照执行。\n\n{issuer}\n\n{day}\n\n{title}\n\n{body}\n"
    )


def marked(title: str, number: str, body: str, day: str = "2023年3月10日", issuer: str = "青屿县人民政府") -> str:
    """The same with Markdown headings."""
    return (
        f"# {issuer} 关于印发{title}的通知\n\n{number}\n\n各乡镇人民政府，县政府各部门：\n\n"
        f"《{title}》已由县政府审定，现予印发，望抓好落实。\n\n{issuer}\n\n{day}\n\n## {title}\n\n{body}\n"
    )


def notice(title: str, number: str, body: str, day: str = "2023年3月10日", issuer: str = "云澜市人民政府办公室") -> str:
    """A notice that issues nothing."""
    return f"{issuer}\n关于{title}的通知\n\n{number}\n\n各有关单位：\n\n{body}\n\n{issuer}\n\n{day}\n"
