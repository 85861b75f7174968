"""From a file to its raw text, or to one sentence that says why it cannot be read.

The content decides what a file is; its name only tells Markdown from plain text. Nothing is guessed: an encoding is
taken when the bytes fit it strictly and what comes out is plausibly Chinese, and refused otherwise, because a text
read wrongly is worse than one that is not read.
"""

import codecs
import hashlib
import os
import re
from collections import Counter

from gongbao.gazette.docx import read_docx
from gongbao.gazette.pdf import read_pdf
from gongbao.gazette.source import DEFAULT_LIMIT, DOCX, MARKDOWN, PDF, PLAIN, SourceText, UnreadableFile

__all__ = [
    "DEFAULT_LIMIT",
    "DOCX",
    "MARKDOWN",
    "PDF",
    "PLAIN",
    "SourceText",
    "UnreadableFile",
    "read_bytes",
    "read_file",
]

_SAVE_AS_TEXT = "open it in the program it belongs to and save the text as .docx or as a text file in UTF-8"
_SAVE_AS_UTF8 = "open it in an editor, choose its encoding there, and save it as UTF-8"

_PACKED = "a packed file; unpack it and give the documents inside"
_PICTURE = "a picture; run text recognition (OCR) on it and give its text"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"II*\0", _PICTURE),
    (b"MM\0*", _PICTURE),
    (b"RIFF", "a picture, sound or film; it holds no text"),
    (b"\x1f\x8b", _PACKED),
    (b"7z\xbc\xaf\x27\x1c", _PACKED),
    (b"Rar!\x1a\x07", _PACKED),
    (b"\xfd7zXZ\0", _PACKED),
    (b"\x28\xb5\x2f\xfd", _PACKED),
    (b"BZh", _PACKED),
    (b"{\\rtf", f"an RTF file; {_SAVE_AS_TEXT}"),
    (b"%!PS", "a PostScript file; print it to a PDF and give that"),
    (b"\x7fELF", "a program, not a document"),
    (b"MZ", "a program, not a document"),
    (b"SQLite format 3\0", "a database, not a document"),
    (b"HN\x01", f"a CAJ file; {_SAVE_AS_TEXT}"),
    (b"CAJ\0", f"a CAJ file; {_SAVE_AS_TEXT}"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("EncryptedPackage", "a Word or Excel file protected with a password; save a copy without one and try again"),
    ("WordDocument", "an old Word document (.doc, .wps); open it in Word or WPS and save it as .docx"),
    ("Workbook", f"an old spreadsheet (.xls); {_SAVE_AS_TEXT}"),
    ("PowerPoint Document", f"an old presentation (.ppt); {_SAVE_AS_TEXT}"),
)
_MARKUP = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)

# What is not seen: white space, control characters, zero-width characters, what stands for a lost character.
_SEEN = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2060\ufeff\ufffd]")
# What no text is written with, though a few may stray into one.
_STRAY = re.compile(r"[\x01-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ufffe\uffff]")

_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国以要到说们出也时年得就下对生自着可地后会行能而用于方发成作当多定小所民其进分由及或使同法等"
    "主关部新本前制去应将与力产各加从化合点体高向实间机理工水区业问重此外者万家开物形条经长元公社月日之被无二三四五六七八九十百号第市"
    "县政府办通知规章管务建设安全项目资金企单位责任施保障服按照标准负组织领导情况监督检查评审核批技术文件委员局乡镇村街农城层议面推促"
    "完善强提度机构教育医疗财信息数据网络案计划总则附表期限内容根据求印省州式样事并须予请申受"
)
"""Frequent characters: a tenth of the characters that are used, and more than half of any running text."""

_LEVEL_ONE = frozenset(
    bytes((row, cell)).decode("gb2312")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF)
    if not (row == 0xD7 and cell > 0xF9)
)
"""The 3 755 usual characters of GB 2312, level 1: 99.8 % of a gazette's."""


def read_file(path: str | os.PathLike[str], *, limit: int = DEFAULT_LIMIT) -> SourceText:
    """Read a file of at most `limit` bytes; raises UnreadableFile, and nothing else, where that cannot be done.

    A larger file is refused before it is opened, and whatever hides its size (a pipe, a device, a file that grows)
    once one byte too many has come. Reading a pipe waits for its other end.
    """
    name = os.fspath(path)
    try:
        if os.path.isdir(name):
            raise UnreadableFile("this is a folder; name the files in it")
        if os.stat(name).st_size > limit:
            raise _too_large(limit)
        with open(name, "rb") as stream:
            data = stream.read(limit + 1)
    except UnreadableFile as error:
        error.where = _printable(name)
        raise
    except FileNotFoundError as error:
        raise UnreadableFile("there is no such file", where=_printable(name)) from error
    except PermissionError as error:
        raise UnreadableFile("you may not read this file; ask for the right to", where=_printable(name)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not a possible one"
        raise UnreadableFile(f"this file cannot be read: {reason}", where=_printable(name)) from error
    return read_bytes(data, name=name, limit=limit)


def read_bytes(data: bytes, *, name: str = "", limit: int = DEFAULT_LIMIT) -> SourceText:
    """Read the bytes of a file; `name` is used in messages, and tells .md from .txt.

    `limit` bounds the bytes, the unpacked size of a .docx, and the characters of the text. Raises UnreadableFile, and
    nothing else.
    """
    try:
        if len(data) > limit:
            raise _too_large(limit)
        if not data:
            raise UnreadableFile("this file is empty")
        text, media_type, encoding, notes = _read(data, name, limit)
        if not _SEEN.search(text):
            raise UnreadableFile("this file is empty: there is nothing but white space in it")
    except UnreadableFile as error:
        error.where = error.where or _printable(name)
        raise
    except MemoryError as error:
        raise UnreadableFile("this file is too large for the memory there is", where=_printable(name)) from error
    return SourceText(text, media_type, encoding, hashlib.sha256(data).hexdigest(), len(data), notes)


def _printable(name: str) -> str:
    """A name of bytes that are no text, or with line breaks in it, must not break the message."""
    plain = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return plain if plain.isprintable() else repr(plain)[1:-1]


def _too_large(limit: int) -> UnreadableFile:
    size = f"{limit / (1024 * 1024):.3g} MiB" if limit >= 100_000 else f"{limit} bytes"
    return UnreadableFile(f"this file is larger than the limit of {size}; split it, or raise the limit")


def _read(data: bytes, name: str, limit: int) -> tuple[str, str, str, tuple[str, ...]]:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        text, notes = read_docx(data, limit)
        return text, DOCX, "", notes
    # A PDF may have a few bytes before its head.
    if data.lstrip().startswith(b"%PDF-") or (b"%PDF-" in data[:1024] and b"startxref" in data[-2048:]):
        text, notes = read_pdf(data, limit)
        return text, PDF, "", notes
    if kind := _kind(data):
        raise UnreadableFile(f"this is {kind}")
    text, encoding = _decode(data)
    _refuse_other_formats(text)
    markdown = name.lower().endswith((".md", ".markdown"))
    return text.replace("\r\n", "\n").replace("\r", "\n"), MARKDOWN if markdown else PLAIN, encoding, ()


def _kind(data: bytes) -> str:
    """What a file seems to be that is no text, and what to do with it; "" where nothing is known against it."""
    if data.startswith(_OLE):
        for stream, kind in _OLE_STREAMS:
            if stream.encode("utf-16-le") in data:
                return kind
        return f"a file of an old office program; {_SAVE_AS_TEXT}"
    for signature, kind in _SIGNATURES:
        # A text may begin with the two letters of a short signature, but holds no NUL.
        if data.startswith(signature) and (len(signature) > 3 or b"\0" in data[:4096]):
            return kind
    if data.startswith(b"BM") and data[6:10] == bytes(4):
        return _PICTURE
    return ""


def _decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding."""
    # UTF-32 before UTF-16: the mark of one begins with that of the other.
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise UnreadableFile(f"this text is in UTF-32; {_SAVE_AS_UTF8}")
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"\x84\x31\x95\x33", "gb18030"),
    ):
        if data.startswith(mark):
            text = _strictly(data[len(mark) :], encoding)
            if text is None:
                raise UnreadableFile(_damaged(data, encoding))
            return _checked(text), encoding
    if b"\0" in data:
        return _decode_with_nul(data)
    text = _strictly(data, "utf-8")
    if text is not None:
        if "\x1b$" in text or "\x1b(" in text:
            raise UnreadableFile(f"this text is in an encoding of the ISO-2022 family; {_SAVE_AS_UTF8}")
        return _checked(text), "utf-8"
    # UTF-16 without a mark, and without a single line break or Latin letter, holds no NUL.
    for encoding in ("gb18030", "utf-16-le", "utf-16-be"):
        if text := _plausibly(data, encoding):
            return _checked(text), encoding
    for encoding in ("utf-8", "gb18030"):
        if _nearly(data, encoding):
            raise UnreadableFile(_damaged(data, encoding))
    head = data[:4096]
    if len(head) - len(head.translate(None, _CONTROL_BYTES)) > len(head) // 100:
        raise UnreadableFile("this is not a text but some binary file; " + _SAVE_AS_TEXT)
    raise UnreadableFile(
        "this text is not in UTF-8, UTF-16 or GB18030 (it may be in Big5, Shift-JIS, a Western encoding...), "
        f"or not Chinese; {_SAVE_AS_UTF8}"
    )


_CONTROL_BYTES = bytes(code for code in range(0x20) if code not in b"\t\n\r\f") + b"\x7f"


def _decode_with_nul(data: bytes) -> tuple[str, str]:
    """UTF-16 without a byte order mark: Latin letters, digits and line breaks put NULs between the bytes."""
    for encoding in ("utf-16-le", "utf-16-be"):
        if text := _plausibly(data, encoding):
            return _checked(text), encoding
    for encoding in ("utf-32-le", "utf-32-be"):
        if _plausibly(data, encoding):
            raise UnreadableFile(f"this text is in UTF-32; {_SAVE_AS_UTF8}")
    raise UnreadableFile(f"this is not a text but some binary file; {_SAVE_AS_TEXT}")


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _plausibly(data: bytes, encoding: str) -> str | None:
    """The text, where the bytes fit the encoding strictly and what comes out looks like Chinese (or plain Latin)."""
    text = _strictly(data, encoding)
    return text if text is not None and _looks_chinese(text) else None


def _looks_chinese(text: str) -> bool:
    """Whether a reading is a text, and not bytes of another encoding read wrongly.

    Bytes of any encoding can be read as GB18030 or UTF-16, but what comes out is then a random choice of characters:
    of Korean and Japanese the usual ones, but one in ten frequent where it should be one in two; of Big5 rare ones.
    """
    ideographs = usual = frequent = plain = other = 0
    counts = Counter(text)
    for char, count in counts.items():
        if "\u3400" <= char <= "\u9fff" or char >= "\U00020000":
            ideographs += count
            usual += count * (char in _LEVEL_ONE)
            frequent += count * (char in _COMMON)
        elif " " <= char <= "~" or char in "\t\n\r\f":
            plain += count
        elif not ("\u2000" <= char <= "\u303f" or "\u3200" <= char <= "\u33ff" or "\uff00" <= char <= "\uffef"):
            other += count
    if "\0" in counts or (other > 1 and 10 * other > len(text) - plain):
        return False
    if ideographs:
        return usual >= 0.9 * ideographs and frequent >= 0.2 * ideographs
    return plain >= 0.9 * len(text)


def _checked(text: str) -> str:
    """Refuse what decodes but is no text; a few stray control characters are left where they stand."""
    if "\0" in text:
        raise UnreadableFile(f"this is not a text but some binary file; {_SAVE_AS_TEXT}")
    strays = sum(1 for _ in _STRAY.finditer(text))
    if strays > 2 + len(text) // 200:
        if text.count("\ufffd") > strays // 2:
            raise UnreadableFile(
                "characters of this text were lost when it was converted before (each stands as \ufffd now); "
                "convert it again from the original"
            )
        raise UnreadableFile(f"this is not a text but some binary file; {_SAVE_AS_TEXT}")
    return text


def _nearly(data: bytes, encoding: str) -> bool:
    """Whether all but a few bytes are in this encoding: damaged, or cut off within a character."""
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    return lost <= max(1, len(text) // 100) and len(text) > 20 and _looks_chinese(text.replace("\ufffd", ""))


def _damaged(data: bytes, encoding: str) -> str:
    try:
        data.decode(encoding)
        place = ""
    except UnicodeDecodeError as error:
        unit = "\n".encode(encoding)
        place = f", first in line {data.count(unit, 0, error.start) + 1}"
    return (
        f"this text is in {encoding.upper()} but damaged{place}: there are bytes that are no characters; "
        "copy or download it again, or mend that line"
    )


def _refuse_other_formats(text: str) -> None:
    start = text[:4096]
    if _MARKUP.search(start):
        raise UnreadableFile("this is a web page (HTML); open it in a browser and save or copy its text as UTF-8")
    if start.lstrip().startswith("<?xml"):
        raise UnreadableFile(f"this is an XML file; {_SAVE_AS_TEXT}")
    if start.startswith("MIME-Version:") or re.match(r"From: .*\n(?:.*\n){0,8}MIME-Version:", start):
        raise UnreadableFile(f"this is a saved web page or a mail (.mht, .eml); {_SAVE_AS_TEXT}")
    if start.lstrip().startswith("{\\rtf"):
        raise UnreadableFile(f"this is an RTF file; {_SAVE_AS_TEXT}")
