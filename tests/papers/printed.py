"""Papers read back from their files."""

import io
import re
from collections.abc import Callable
from typing import Any

import pypdfium2
from docx import Document


def docx_of(content: bytes) -> Any:
    return Document(io.BytesIO(content))


def docx_text(content: bytes) -> str:
    """Paragraphs, then the cells of all tables."""
    word = docx_of(content)
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in word.paragraphs), *cells])


def pdf_pages(content: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range().replace("\r", "") for page in pdf]


def pdf_text(content: bytes) -> str:
    return "\n".join(pdf_pages(content))


def bare(text: str) -> str:
    """Without blanks and line ends: where a line is broken is no matter of what it says."""
    return re.sub(r"\s", "", text)


TEXTS: dict[str, Callable[[bytes], str]] = {"docx": docx_text, "pdf": pdf_text}

NONSENSE = {
    "control": "甲\x00\x0b\x1b\x7f乙",
    "xml": "<b>甲</b> & ]]> <br/> &amp; 乙",
    "emoji": "甲😀👨‍👩‍👧乙",
    "hebrew": "甲שלום乙",
    "turned": "甲\u202e12345\u202c乙",
    "surrogate": "甲\ud800乙",
    "lines": "甲\r\n\r\n\n乙",
    "separators": "甲\u2028\u2029乙",
    "rare": "甲𠮷\ue000㐂乙",
    "wide": "W" * 300 + "甲乙",
    "long": "甲" + "很长的一段话，" * 1_430 + "乙",
    "blanks": "甲" + " " * 500 + "\u3000" * 100 + "乙",
    "braces": "甲{reason}{0}{{乙",
}
"""What people type and paste, between 甲 and 乙."""


def check_nonsense(name: str, kind: str, content: bytes) -> None:
    """What was given between 甲 and 乙 is there, without what nobody reads; what the PDF cannot print is marked."""
    text = TEXTS[kind](content)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]", text.replace("\x02", ""))
    said = bare(text)
    expected = {
        "control": "甲乙",
        "xml": "<b>甲</b>&]]><br/>&amp;乙",
        "turned": "甲12345乙",
        "surrogate": "甲乙",
        "long": "甲" + "很长的一段话，" * 1_430 + "乙",
        "wide": "W" * 300 + "甲乙",
        "braces": "甲{reason}{0}{{乙",
    }
    if kind == "docx":
        expected |= {"emoji": "甲😀👨👩👧乙", "hebrew": "甲שלום乙", "rare": "甲𠮷\ue000㐂乙", "blanks": "甲乙"}
    else:
        expected |= {"emoji": "甲〓〓〓〓乙", "hebrew": "甲〓〓〓〓乙", "rare": "甲〓〓㐂乙"}
        assert ("以Word文本为准" in said) == (name in ("emoji", "hebrew", "rare"))
    if name in expected:
        # Page numbers and repeated heads may stand between the lines of what is long.
        if name == "long" and kind == "pdf":
            assert said.count("很长的一段话，") > 1_400
        else:
            assert expected[name] in said
