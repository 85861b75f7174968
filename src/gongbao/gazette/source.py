"""What a file gives to the reader of gazettes: its text and where it came from, or the reason why it cannot be read."""

from dataclasses import dataclass

from gongbao.core.errors import GongbaoError

DEFAULT_LIMIT = 64 * 1024 * 1024
"""Bytes. A year of a city's gazette as text is under 10 MB."""

PLAIN = "text/plain"
MARKDOWN = "text/markdown"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class UnreadableFile(GongbaoError):
    """A file that cannot be taken as text: the message says what it is and what the person can do."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """The raw text of a file, before anything is cleaned.

    Lines end in "\\n", whatever the file used; nothing else of a text file is altered, a byte order mark apart. A
    new page (of a PDF; a page break of a .docx; as it stands in a text file) is a "\\f" at the beginning of a line, so
    split lines at "\\n" and not with splitlines(). There is no NUL and no lone surrogate in it, but there may be a
    stray control character that the file held.
    """

    text: str
    media_type: str  # PLAIN, MARKDOWN, PDF or DOCX
    encoding: str  # "utf-8", "utf-16-le", "utf-16-be", "gb18030"; "" for .docx and PDF
    sha256: str  # of the bytes, in hexadecimal
    size: int  # bytes
    notes: tuple[str, ...] = ()  # what the file holds that is not in `text`: a sentence each, to be shown
