"""Documents with an error planted in them, written once with their clean twin.

`{{right→wrong}}` stands where the error is: the clean twin has what is right, the planted one what is wrong. The line
on which it is to be found is that of the mark, or the one that begins with ☞.
"""

import re
from dataclasses import dataclass

_MARK = re.compile(r"\{\{(?P<right>[^{}→]*)→(?P<wrong>[^{}→]*)\}\}")


@dataclass(frozen=True, slots=True)
class Twins:
    clean: str
    planted: str
    line: int


def twins(text: str) -> Twins:
    lines = text.strip("\n").split("\n")
    pointed = [number for number, line in enumerate(lines, 1) if line.startswith("☞")]
    marked = [number for number, line in enumerate(lines, 1) if _MARK.search(line)]
    whole = "\n".join(line.removeprefix("☞") for line in lines)
    return Twins(
        _MARK.sub(lambda found: found["right"], whole),
        _MARK.sub(lambda found: found["wrong"], whole),
        (pointed or marked)[0],
    )


def notice(number: str, subject: str, body: str, *, day: str = "2023年4月12日", markdown: bool = False) -> str:
    """A document of an invented city around a text."""
    title = f"云澜市人民政府关于{subject}"
    return (
        f"{'## ' if markdown else ''}{title}\n\n云澜政〔2023〕{number}号\n\n各县（市、区）人民政府，市人民政府各部门：\n\n"
        f"{body.strip()}\n\n云澜市人民政府\n{day}\n"
    )


def annexed(number: str, subject: str, body: str, annex: str, text: str, *, markdown: bool = False) -> str:
    """A document with one annex behind the signature."""
    head = notice(number, subject, f"{body.strip()}\n\n附件：{annex}", markdown=markdown)
    return f"{head}\n{'## ' if markdown else ''}附件\n\n{annex}\n\n{text.strip()}\n"


def tabs(*rows: str) -> str:
    """A table as rows with tabs; cells stand between |."""
    return "\n".join("\t".join(row.split("|")) for row in rows)


def pipes(*rows: str) -> str:
    """A table of Markdown, the first row being its head."""
    width = rows[0].count("|") + 1
    body = [f"| {' | '.join(row.split('|'))} |" for row in rows]
    return "\n".join([body[0], f"|{' --- |' * width}", *body[1:]])


def html(*rows: str) -> str:
    """A table of HTML, a row on each line."""
    body = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row.split("|")) + "</tr>" for row in rows]
    return "\n".join(["<table>", *body, "</table>"])
