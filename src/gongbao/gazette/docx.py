"""The text of a Word document (.docx), in the order in which it is read.

What is printed is what counts: automatic numbers are written out, deleted and hidden text is left out, inserted
text is kept. A paragraph is a line; a row of a table is a line with a tab between cells; a page break is a "\\f" at
the beginning of the next line. Text boxes follow the paragraph they hang on, footnotes stand at its end in brackets.
Headers, footers, comments and pictures are left out.

The package is opened and checked here, because it may be hostile; the parser and the names of the XML are those of
python-docx.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from docx.oxml.parser import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement

from gongbao.gazette.docx_numbering import Numbering, W, integer
from gongbao.gazette.source import UnreadableFile

MAX_MEMBERS = 10_000
"""A document of 5 000 pictures has about as many members; Word writes a dozen."""

MAX_RATIO = 250
"""Unpacked to packed, of a part over 1 MiB. The XML of a real document packs to a tenth, of a monotonous one to a
hundredth."""

MAX_NODES = 4_000_000
"""Elements and attributes of one part. They take about 200 bytes of memory each, some twenty times their text."""

MAX_DEPTH = 40
"""Tables, text boxes and insertions within each other."""

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_R = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": W[1:-1].encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/math": _M[1:-1].encode(),
}

# What holds paragraphs, rows, cells or runs without being printed itself.
_WRAPPERS = frozenset(
    [W + name for name in ("sdtContent", "sdt", "customXml", "smartTag", "ins", "moveTo", "hyperlink", "fldSimple")]
    + [W + name for name in ("bdo", "dir", "r", "rubyBase")]
)
_BREAKS = {W + "cr": "\n", W + "tab": "\t", W + "ptab": "\t", W + "noBreakHyphen": "-"}
_SYMBOLS = {
    ("wingdings", 0xFE): "☑",
    ("wingdings", 0xFC): "✓",
    ("wingdings", 0xFD): "☒",
    ("wingdings", 0xA8): "□",
    ("wingdings", 0x6F): "□",
    ("wingdings", 0x6C): "●",
    ("wingdings 2", 0x52): "☑",
    ("wingdings 2", 0x54): "☒",
    ("wingdings 2", 0xA3): "□",
    ("wingdings 2", 0x50): "✓",
}

_BROKEN = (
    "this Word document is damaged and cannot be opened; open it in Word or WPS, save it again as .docx, and try that"
)
_ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError),
    *(RuntimeError, ValueError, IndexError, OverflowError),
)
_NOT_TEXT = "open it in the program it belongs to and save the text as .docx or as a text file in UTF-8"


def _broken() -> UnreadableFile:
    return UnreadableFile(_BROKEN)


# -- the package --


class _Package:
    """A zip file whose directory has been checked. Nothing is written to disk, whatever its names say."""

    def __init__(self, data: bytes, limit: int) -> None:
        # The directory is read whole by zipfile, so its length is bounded before.
        if data.count(b"PK\x01\x02") > MAX_MEMBERS:
            raise UnreadableFile(f"this zip file holds more than {MAX_MEMBERS} files and is not a Word document")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except _ZIP_ERRORS as error:
            raise UnreadableFile(
                "this begins like a zip file (.docx, .xlsx, .zip) but is damaged or cut off; copy or download it again"
            ) from error
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            name = member.filename.replace("\\", "/")
            if member.flag_bits & 0x1:
                raise UnreadableFile("this zip file is encrypted with a password; remove the password and try again")
            if name.startswith("/") or ":" in name or ".." in name.split("/"):
                raise UnreadableFile("this zip file holds names that point outside it and is not read")
            if name.lower() in self._members:
                raise UnreadableFile(
                    "this zip file holds two parts of one name, so that it is not certain which one is the document; "
                    "open it in Word or WPS and save it again as .docx"
                )
            self._members[name.lower()] = member
        if sum(member.file_size for member in members) > limit:
            raise UnreadableFile(
                f"unpacked, this document is larger than the limit of {_megabytes(limit)}; split it, or raise the limit"
            )

    def names(self) -> list[str]:
        return list(self._members)

    def read(self, name: str) -> bytes | None:
        """The bytes of a part; None where there is no such part."""
        member = self._members.get(name.lower().lstrip("/"))
        if member is None:
            return None
        if member.file_size > 1024 * 1024 and member.file_size > MAX_RATIO * max(member.compress_size, 1):
            raise UnreadableFile(
                f"a part of this document unpacks to more than {MAX_RATIO} times its size, as a zip bomb does; "
                "it is not read"
            )
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _broken()
        try:
            with self._zip.open(member) as stream:
                # The directory may lie about the size: without a bound, zipfile unpacks all there is and cuts then.
                return stream.read(member.file_size + 1)
        except _ZIP_ERRORS as error:
            raise _broken() from error

    def xml(self, name: str) -> BaseOxmlElement | None:
        """The root of an XML part; None where there is no such part."""
        data = self.read(name)
        return None if data is None else _parse(data)

    def related(self, name: str) -> dict[str, str]:
        """Kind of relation (the last word of its type) -> part, of the part `name` ("" for the package)."""
        folder, file = posixpath.split(name)
        root = self.xml(posixpath.join(folder, "_rels", file + ".rels"))
        found: dict[str, str] = {}
        for relation in () if root is None else root.findall(_R + "Relationship"):
            if relation.get("TargetMode") == "External":
                continue
            target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
            found.setdefault(relation.get("Type", "").rpartition("/")[2], target.lstrip("/"))
        return found


def _megabytes(size: int) -> str:
    return f"{size / (1024 * 1024):.3g} MiB"


_ENTITIES = (
    "this document declares XML entities, which Word never does and which can draw in other files; it is not read"
)


def _parse(data: bytes) -> BaseOxmlElement:
    """Parse a part that must have no document type: without one there are no entities, inner or outer, to expand."""
    # Without its NULs, ASCII reads the same in UTF-8, UTF-16 and UTF-32.
    narrow = data.replace(b"\0", b"") if b"\0" in data else data
    start = narrow[:200].removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip()
    declared = re.match(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", start)
    if not start.startswith(b"<") or (declared and declared[1].lower() not in (b"utf-8", b"utf-16", b"us-ascii")):
        raise _broken()
    if b"<!DOCTYPE" in narrow or b"<!ENTITY" in narrow:
        raise UnreadableFile(_ENTITIES)
    if narrow.count(b"<") - narrow.count(b"</") + narrow.count(b"=") > MAX_NODES:
        raise UnreadableFile(
            f"this document has more than {MAX_NODES} elements in one part; split it into several documents"
        )
    for strict, usual in _STRICT.items():
        data = data.replace(strict, usual)
    try:
        root = parse_xml(data)
    except (SyntaxError, ValueError, LookupError) as error:  # lxml's own error is a SyntaxError
        raise _broken() from error
    # What the bytes did not show, in some odd encoding: the parser knows which it took, and whether it met a DOCTYPE.
    told = root.getroottree().docinfo
    if told.doctype or told.internalDTD is not None:
        raise UnreadableFile(_ENTITIES)
    if (told.encoding or "UTF-8").upper() not in ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII", "ASCII"):
        raise _broken()
    return root


def _what_zip(names: list[str]) -> str:
    """What a zip file without a Word document seems to be, and what to do."""
    kinds = {
        "xl/": f"this is a spreadsheet (.xlsx), not a document; {_NOT_TEXT}",
        "ppt/": f"this is a presentation (.pptx), not a document; {_NOT_TEXT}",
        "ofd.xml": "this is an OFD file; open it in an OFD reader and export it as a PDF with its text, or as .docx",
        "content.xml": f"this is an OpenDocument file (.odt, .ods); {_NOT_TEXT}",
        "meta-inf/container.xml": f"this is an electronic book (.epub); {_NOT_TEXT}",
        "meta-inf/manifest.mf": "this is a Java program, not a document",
        "word/": _BROKEN,
    }
    for start, message in kinds.items():
        if any(name.startswith(start) for name in names):
            return message
    return "this is a zip file, not a document; unpack it and give the documents inside"


# -- the document --


class _Reader:
    def __init__(self, package: _Package, document: str, limit: int) -> None:
        root = package.xml(document)
        body = None if root is None or root.tag != W + "document" else root.find(W + "body")
        if body is None:
            raise _broken()
        parts = package.related(document)
        self._body = body
        self._numbers = Numbering(
            package.xml(parts.get("numbering", "")) if "numbering" in parts else None,
            package.xml(parts.get("styles", "")) if "styles" in parts else None,
        )
        self._footnotes = {
            kind: {note.get(W + "id", ""): note for note in ([] if part is None else part.findall(W + kind))}
            for kind, part in (
                (kind, package.xml(parts[kind + "s"]) if kind + "s" in parts else None)
                for kind in ("footnote", "endnote")
            )
        }
        self._footnote_count = {"footnote": 0, "endnote": 0}
        self._room = limit
        self._pending: list[str] = []  # words of paragraphs whose end was deleted: they run on into the next one
        self._new_page = False
        # A section says how it begins, but at its end.
        self._sections = [
            kind.get(W + "val", "nextPage") if (kind := section.find(W + "type")) is not None else "nextPage"
            for section in body.iter(W + "sectPr")
            if section.getparent().tag in (W + "pPr", W + "body")  # not what a tracked change keeps of an older one
        ]
        self._section = 0
        self.pictures = 0
        self.formulas = 0
        self.embedded = 0

    def text(self) -> str:
        lines = [line for _, block in self._blocks(self._body, 0) for line in block]
        if self._pending:
            lines.append("".join(self._pending))
        return "\n".join(lines)

    def _spend(self, text: str) -> None:
        # Numbers and notes add to what the file holds, so the text is bounded by itself.
        self._room -= len(text) + 1
        if self._room < 0:
            raise UnreadableFile("the text of this document is longer than the limit; split it, or raise the limit")

    def _blocks(self, container: BaseOxmlElement, depth: int) -> Iterator[tuple[bool, list[str]]]:
        """The lines of each paragraph and table (then True) in a body, a cell, a text box or a note."""
        if depth > MAX_DEPTH:
            raise UnreadableFile(f"tables or text boxes of this document lie more than {MAX_DEPTH} deep in each other")
        for child in container:
            if child.tag == W + "p":
                yield False, self._paragraph(child, depth)
            elif child.tag == W + "tbl":
                yield True, self._table(child, depth)
            elif child.tag in _WRAPPERS:
                yield from self._blocks(child, depth + 1)
            elif child.tag == _MC + "AlternateContent":
                yield from self._blocks(_alternative(child), depth + 1)
            elif child.tag == W + "altChunk":
                self.embedded += 1

    def _paragraph(self, paragraph: BaseOxmlElement, depth: int) -> list[str]:
        properties = paragraph.find(W + "pPr")
        words: list[str] = []
        boxes: list[list[str]] = []
        notes: list[str] = []
        self._inline(paragraph, depth, words, boxes, notes)
        text = "".join(words)
        mark = None if properties is None else properties.find(W + "rPr")
        if mark is not None and (mark.find(W + "del") is not None or mark.find(W + "moveFrom") is not None):
            self._pending += [text, *notes]
            self._spend(text)
            return [line for box in boxes for line in box]
        if properties is not None and _is_on(properties.find(W + "pageBreakBefore")):
            self._new_page = True
        text = "".join([self._numbers.label(properties), *self._pending, text, *notes])
        self._pending = []
        self._spend(text)
        lines = text.split("\n")
        if self._new_page:
            lines[0] = "\f" + lines[0].lstrip("\f")
            self._new_page = False
        if lines[-1] == "\f":
            # A break at the end of a paragraph begins the next one's page, it is no line of its own.
            lines.pop()
            self._new_page = True
        elif lines == [""] and boxes:
            lines = []
        if properties is not None and properties.find(W + "sectPr") is not None:
            self._section += 1
            following = self._sections[self._section : self._section + 1]
            self._new_page = self._new_page or following not in ([], ["continuous"], ["nextColumn"])
        return lines + [line for box in boxes for line in box]

    def _inline(
        self, parent: BaseOxmlElement, depth: int, words: list[str], boxes: list[list[str]], notes: list[str]
    ) -> None:
        if depth > MAX_DEPTH:
            raise UnreadableFile(f"parts of a paragraph of this document lie more than {MAX_DEPTH} deep in each other")
        if parent.tag == W + "r" and _is_on(parent.find(f"{W}rPr/{W}vanish")):
            return
        for child in parent:
            tag = child.tag
            if tag == W + "t":
                words.append((child.text or "").replace("\n", " ").replace("\r", " "))
            elif tag in _WRAPPERS:
                self._inline(child, depth + (tag != W + "r"), words, boxes, notes)
            elif tag in _BREAKS:
                words.append(_BREAKS[tag])
            elif tag == W + "br":
                words.append("\n\f" if child.get(W + "type") == "page" else "\n")
            elif tag == W + "sym":
                words.append(_symbol(child))
            elif tag == W + "ruby":
                self._inline(child, depth + 1, words, boxes, notes)
            elif tag in (W + "footnoteReference", W + "endnoteReference"):
                self._note(child, tag[len(W) : -len("Reference")], depth, words, notes)
            elif tag in (_M + "oMath", _M + "oMathPara"):
                self.formulas += tag == _M + "oMath" or len(child.findall(_M + "oMath"))
                words.append(_formula(child, depth))
            elif tag == _MC + "AlternateContent":
                self._inline(_alternative(child), depth + 1, words, boxes, notes)
            elif tag in (W + "drawing", W + "pict", W + "object"):
                self._drawing(child, depth, boxes)

    def _drawing(self, drawing: BaseOxmlElement, depth: int, boxes: list[list[str]]) -> None:
        found = [each for each in drawing.iter(W + "txbxContent") if _outermost(each, drawing)]
        if not found:
            self.pictures += 1
        for box in found:
            boxes.append([line for _, block in self._blocks(box, depth + 1) for line in block])

    def _note(self, reference: BaseOxmlElement, kind: str, depth: int, words: list[str], notes: list[str]) -> None:
        # Taken out when it is read: a note that refers to itself ends there.
        note = self._footnotes[kind].pop(reference.get(W + "id", ""), None)
        if note is None:
            return
        self._footnote_count[kind] += 1
        name = f"{'注' if kind == 'footnote' else '尾注'}{self._footnote_count[kind]}"
        pending, self._pending = self._pending, []
        lines = [line.strip() for _, block in self._blocks(note, depth + 1) for line in block]
        self._pending = pending
        words.append(f"［{name}］")
        notes.append(f"［{name}：{' '.join(line for line in lines if line)}］")

    # -- tables --

    def _table(self, table: BaseOxmlElement, depth: int) -> list[str]:
        lines: list[str] = []
        for row in _members(table, W + "tr"):
            properties = row.find(W + "trPr")
            if properties is None or properties.find(W + "del") is None:
                lines += self._row(row, depth)
        return lines

    def _row(self, row: BaseOxmlElement, depth: int) -> list[str]:
        """A line with a tab between cells; what is merged stands in its first place and leaves the others empty."""
        places: list[str] = [""] * _columns(row, "trPr/gridBefore")
        frames: list[list[str]] = []
        nested: list[str] = []
        for cell in _members(row, W + "tc"):
            if cell.find(f"{W}tcPr/{W}cellDel") is not None:
                continue
            own: list[str] = []
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            if merged is None or merged.get(W + "val") == "restart":
                blocks = list(self._blocks(cell, depth + 1))
                frame = [line for _, block in blocks for line in block if line.strip()]
                if frame:
                    frames.append(frame)
                own = [line.strip() for is_table, block in blocks if not is_table for line in block if line.strip()]
                nested += [line for is_table, block in blocks if is_table for line in block]
            places.append(re.sub(r"[\t\f]+", " ", " ".join(own)))
            places += [""] * (_columns(cell, "tcPr/gridSpan", 1) - 1)
        places += [""] * _columns(row, "trPr/gridAfter")
        self._room -= len(places)
        if len(frames) == 1 and len(frames[0]) > 1:
            # A frame around a text and not a row of figures: its lines stay lines.
            return frames[0]
        return (["\t".join(places)] if any(places) or not nested else []) + nested


def _is_on(element: BaseOxmlElement | None) -> bool:
    """A property is on when it is there and does not say that it is off."""
    return element is not None and element.get(W + "val") not in ("0", "false", "off")


def _alternative(element: BaseOxmlElement) -> BaseOxmlElement:
    """Of two spellings of one thing the newer; the other repeats it."""
    choice: BaseOxmlElement | None = element.find(_MC + "Choice")
    fallback: BaseOxmlElement | None = element.find(_MC + "Fallback")
    if choice is not None and (len(choice) or fallback is None):
        return choice
    return element if fallback is None else fallback


def _outermost(box: BaseOxmlElement, drawing: BaseOxmlElement) -> bool:
    for ancestor in box.iterancestors():
        if ancestor is drawing:
            return True
        if ancestor.tag in (W + "txbxContent", _MC + "Fallback"):
            return False
    return True


def _members(parent: BaseOxmlElement, tag: str) -> Iterator[BaseOxmlElement]:
    """The rows of a table or the cells of a row, those inside content controls too."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _members(child, tag)


def _columns(element: BaseOxmlElement, path: str, default: int = 0) -> int:
    found = element.find("/".join(W + name for name in path.split("/")))
    count = default if found is None else integer(found.get(W + "val"), default)
    return max(0, min(count or 0, 63))  # Word's own bound for the columns of a table


def _symbol(element: BaseOxmlElement) -> str:
    """The character of a symbol font: as Unicode where it is one of the ticks and boxes of forms, else as it is."""
    try:
        code = int(element.get(W + "char", ""), 16)
    except ValueError:
        return ""
    known = _SYMBOLS.get((element.get(W + "font", "").lower(), code & 0xFF))
    if known:
        return known
    return chr(code) if 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE else ""


def _formula(element: BaseOxmlElement, depth: int) -> str:
    """A formula in one line: a/b for a fraction, a^b and a_b for what is raised and lowered."""
    if depth > 2 * MAX_DEPTH:
        return ""

    def part(name: str) -> str:
        found = element.find(_M + name)
        text = "" if found is None else _formula(found, depth + 1)
        return text if len(text) < 2 or text.isalnum() else f"({text})"

    match element.tag.removeprefix(_M) if isinstance(element.tag, str) else "":
        case "t":
            return element.text or ""
        case "f":
            return f"{part('num')}/{part('den')}"
        case "sSup":
            return f"{part('e')}^{part('sup')}"
        case "sSub":
            return f"{part('e')}_{part('sub')}"
        case "rad":
            return f"√{part('deg')}{part('e')}"
    return "".join(_formula(child, depth + 1) for child in element)


def read_docx(data: bytes, limit: int) -> tuple[str, tuple[str, ...]]:
    """The text of a Word document of these bytes, at most `limit` characters, and what was left out, in sentences.

    Takes time and memory in proportion to the unpacked size, which is at most `limit` bytes.
    """
    package = _Package(data, limit)
    document = package.related("").get("officeDocument", "word/document.xml")
    if not document.lower().startswith("word/") or package.read(document) is None:
        # Other office programs relate their own kind of document in the same way.
        if package.read("word/document.xml") is None:
            raise UnreadableFile(_what_zip(package.names()))
        document = "word/document.xml"
    reader = _Reader(package, document, limit)
    text = reader.text()
    notes = []
    if reader.pictures:
        notes.append(f"Pictures and drawings without text were left out: {reader.pictures}.")
    if reader.formulas:
        notes.append(f"Formulas were written in one line each: {reader.formulas}.")
    if reader.embedded:
        notes.append(f"Documents embedded in this one were left out: {reader.embedded}.")
    if not text.strip() and reader.pictures:
        raise UnreadableFile("this document holds only pictures; run text recognition on it first")
    return text, tuple(notes)
