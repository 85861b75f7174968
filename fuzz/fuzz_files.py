"""Throws damaged files at gongbao.gazette.files.read_bytes: it must give a text or one sentence, never anything else.

    python -m fuzz.fuzz_files --runs 1000 [--seed 1]     random damage to good files, with nothing else installed
    python -m fuzz.fuzz_files [libFuzzer options]        guided by coverage, where atheris is installed

A file that breaks the rule is left in the current folder as crash-<sha256>.
"""

import argparse
import hashlib
import io
import random
import sys
import zipfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from gongbao.gazette.files import UnreadableFile, read_bytes

_LIMIT = 2_000_000
_TEXT = "清溪市人民政府令\n第一条 为了规范城市绿地的管理，制定本办法。\n（一）公园；\n（二）2024年起，按照规定办理。\n"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS = {
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
    ),
    "word/_rels/document.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="{kind}" Type="{_OFFICE}/{kind}" Target="{kind}.xml"/>'
            for kind in ("numbering", "styles", "footnotes")
        )
        + "</Relationships>"
    ),
    "word/document.xml": (
        f'<w:document xmlns:w="{_W}"><w:body><w:p><w:pPr><w:pStyle w:val="a"/></w:pPr><w:r><w:t>总则</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr><w:rPr><w:del/></w:rPr></w:pPr><w:r>'
        '<w:t>目的</w:t><w:br w:type="page"/><w:footnoteReference w:id="1"/></w:r></w:p><w:tbl><w:tr><w:tc><w:tcPr>'
        '<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/></w:tcPr><w:p><w:r><w:t>表</w:t></w:r></w:p></w:tc><w:tc>'
        '<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r></w:p></w:tc></w:tr></w:tbl><w:sectPr/></w:body>'
        "</w:document>"
    ),
    "word/numbering.xml": (
        f'<w:numbering xmlns:w="{_W}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="chineseCountingThousand"/><w:pStyle w:val="a"/><w:lvlText w:val="第%1章"/></w:lvl><w:lvl '
        'w:ilvl="1"><w:start w:val="9998"/><w:numFmt w:val="upperRoman"/><w:lvlRestart w:val="0"/><w:lvlText '
        'w:val="%1.%2"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/><w:lvlOverride '
        'w:ilvl="1"><w:startOverride w:val="3"/></w:lvlOverride></w:num></w:numbering>'
    ),
    "word/styles.xml": (
        f'<w:styles xmlns:w="{_W}"><w:style w:type="paragraph" w:styleId="a"><w:pPr><w:numPr><w:numId w:val="1"/>'
        "</w:numPr></w:pPr></w:style></w:styles>"
    ),
    "word/footnotes.xml": (
        f'<w:footnotes xmlns:w="{_W}"><w:footnote w:id="1"><w:p><w:r><w:t>注</w:t></w:r></w:p></w:footnote>'
        "</w:footnotes>"
    ),
}
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj "
    b"4 0 obj<</Length 37>>stream\nBT /F 12 Tf 72 700 Td (green) Tj ET  \nendstream endobj "
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj trailer<</Size 6/Root 1 0 R>>\n%%EOF"
)


def _docx(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


_GOOD_PARTS = {name: content.encode() for name, content in _PARTS.items()}
_TEXTS = [_TEXT.encode(encoding) for encoding in ("utf-8", "utf-16", "utf-16-be", "gb18030", "utf-32")]


def check(data: bytes) -> None:
    """The rule."""
    try:
        source = read_bytes(data, name="a.txt", limit=_LIMIT)
    except UnreadableFile as error:
        if not str(error).isprintable():
            raise AssertionError(f"not a sentence: {error!r}") from error
        return
    source.text.encode("utf-8")
    if "\0" in source.text or "\r" in source.text or not source.text.strip() or len(source.text) > _LIMIT:
        raise AssertionError("not a text")


def _damage(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, doubled, taken out or moved."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(out) + 1)
        length = min(chance.choice((1, 1, 2, 8, 60)), len(out) - place)
        match chance.randrange(5):
            case 0:
                out[place : place + length] = chance.randbytes(length)
            case 1:
                del out[place : place + length]
            case 2:
                out[place:place] = out[place : place + length] * chance.choice((1, 2, 100))
            case 3:
                out[place:place] = chance.choice(
                    (b"\0", b"\xff\xfe", b"<w:p>", b"</w:p>", b"<!DOCTYPE a>", b"-1", b"%9")
                )
            case 4:
                other = chance.randrange(len(out) + 1)
                out[place:place] = out[other : other + length]
    return bytes(out)


def example(chance: random.Random) -> bytes:
    """A damaged file: a text, a package, one part of a package, or (seldom, as each starts a process) a PDF."""
    kind = chance.randrange(20)
    if kind < 8:
        return _damage(chance.choice(_TEXTS), chance)
    if kind < 11:
        return _damage(_docx(_GOOD_PARTS), chance)
    if kind < 19:
        name = chance.choice(list(_GOOD_PARTS))
        return _docx(_GOOD_PARTS | {name: _damage(_GOOD_PARTS[name], chance)})
    return b"%PDF-" + _damage(_PDF[5:], chance)


def _check_and_keep(data: bytes) -> None:
    try:
        check(data)
    except BaseException:
        path = Path(f"crash-{hashlib.sha256(data).hexdigest()}")
        path.write_bytes(data)
        print(f"left in {path}", file=sys.stderr)
        raise


def _run_at_random(runs: int, seed: int) -> None:
    for data in (*_TEXTS[:4], _docx(_GOOD_PARTS), _PDF):
        read_bytes(data)  # undamaged, they are read
    chance = random.Random(seed)
    for _ in range(runs):
        _check_and_keep(example(chance))
    print(f"{runs} damaged files were read or refused (seed {seed})")


def main() -> None:
    if "--runs" in sys.argv or find_spec("atheris") is None:
        parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--runs", type=int, default=1000)
        parser.add_argument("--seed", type=int, default=1)
        options = parser.parse_args()
        _run_at_random(options.runs, options.seed)
        return

    atheris = import_module("atheris")

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        # Bytes alone never get past a checksum: every other time begin again from a good file.
        chance = random.Random(seed)
        return (example(chance) if seed % 2 else atheris.Mutate(data, max_size))[:max_size]

    atheris.instrument_all()
    atheris.Setup(sys.argv, check, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
