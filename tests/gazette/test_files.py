"""Reading files: what is kept of each kind, and that whatever is thrown at it ends in a text or in one sentence."""

import hashlib
import io
import os
import struct
import threading
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_BREAK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from gongbao.gazette import docx as docx_module
from gongbao.gazette import pdf as pdf_module
from gongbao.gazette.docx_numbering import format_number
from gongbao.gazette.files import DOCX, MARKDOWN, PDF, PLAIN, SourceText, UnreadableFile, read_bytes, read_file

CHINESE = "清溪市人民政府办公室关于印发城市绿地管理办法的通知\n第一条 为了规范城市绿地的管理，制定本办法。\n"


def refused(data: bytes, name: str = "", **options: int) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_bytes(data, name=name, **options)
    assert "\n" not in str(caught.value)
    return caught.value.message


# -- text --


@pytest.mark.parametrize(
    ("encoding", "mark", "named"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("gb18030", b"", "gb18030"),
        ("gb18030", b"\x84\x31\x95\x33", "gb18030"),
        ("gb2312", b"", "gb18030"),
    ],
)
def test_encodings_of_chinese_text(encoding: str, mark: bytes, named: str) -> None:
    data = mark + CHINESE.encode(encoding)
    source = read_bytes(data, name="a.txt")
    assert source == SourceText(CHINESE, PLAIN, named, hashlib.sha256(data).hexdigest(), len(data))


def test_utf_16_without_mark_line_break_or_latin_letter() -> None:
    title = "清溪市人民政府关于加强城市绿地管理工作的通知"
    for encoding in ("utf-16-le", "utf-16-be"):
        assert b"\0" not in title.encode(encoding)
        assert read_bytes(title.encode(encoding)).text == title


def test_latin_text_in_utf_16_without_mark() -> None:
    assert read_bytes("Article 1\nScope\n".encode("utf-16-be")).text == "Article 1\nScope\n"


def test_rare_characters_of_names_survive_gb18030() -> None:
    text = CHINESE + "获奖人员：李𬭚、王喆、张祎。\n"
    assert read_bytes(text.encode("gb18030")).text == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_lines_end_in_line_feeds(encoding: str) -> None:
    assert (
        read_bytes(f"{CHINESE}第二条\r\n第三条\r第四条\f".encode(encoding)).text == f"{CHINESE}第二条\n第三条\n第四条\f"
    )


def test_markdown_is_told_by_its_name() -> None:
    assert read_bytes(b"# 1", name="A.MD").media_type == MARKDOWN
    assert read_bytes(b"# 1", name="a.markdown").media_type == MARKDOWN
    assert read_bytes(b"# 1", name="a.pdf").media_type == PLAIN


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("big5", "第一條 為規範城市綠地管理，依據有關法律規定，制定本辦法。"),
        ("shift_jis", "第一条 この法律は、都市の緑地の管理について必要な事項を定める。"),
        ("euc_jp", "第一条 この法律は、都市の緑地の管理について必要な事項を定める。"),
        ("euc_kr", "제1조 이 법은 도시의 녹지를 관리하는 데 필요한 사항을 정함을 목적으로 한다."),
        ("latin-1", "Les espaces verts créés à Orléans relèvent du maire délégué."),
        ("cp037", "The mayor looks after the parks of the city."),
        ("koi8-r", "Настоящий закон устанавливает порядок содержания парков."),
    ],
)
def test_other_encodings_are_refused_with_advice(encoding: str, text: str) -> None:
    assert "save it as UTF-8" in refused(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be"])
def test_utf_32_is_named(encoding: str) -> None:
    assert "UTF-32" in refused(CHINESE.encode(encoding))


def test_iso_2022_is_named() -> None:
    assert "ISO-2022" in refused("緑地の管理".encode("iso2022_jp"))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_text_cut_off_within_a_character_is_called_damaged(encoding: str) -> None:
    message = refused((CHINESE + "第二条 绿地").encode(encoding)[:-1])
    assert "damaged" in message
    assert "line 3" in message
    assert encoding.upper() in message


def test_marked_utf_16_that_is_cut_off() -> None:
    assert "damaged" in refused(b"\xff\xfe" + CHINESE.encode("utf-16-le")[:-1])


def test_a_text_in_two_encodings_is_refused() -> None:
    japanese = "第一条 この法律は、都市の緑地の管理について必要な事項を定める。".encode("shift_jis")
    assert (CHINESE.encode("gb18030") + japanese).decode("gb18030")
    refused(CHINESE.encode("gb18030") + japanese)


def test_lone_surrogates_are_refused() -> None:
    assert "damaged" in refused(b"\xff\xfe" + CHINESE.encode("utf-16-le") + b"\x00\xd8\x41\x00")
    refused("\ud800".encode("utf-8", "surrogatepass"))


def test_a_few_stray_controls_stay_where_they_are() -> None:
    text = CHINESE + "第二条\x0b 绿地\x1a"
    assert read_bytes(text.encode()).text == text


def test_many_controls_or_one_nul_are_binary() -> None:
    assert "binary" in refused(b"\x01\x02\x03\x04\x05" + CHINESE.encode())
    assert "binary" in refused(CHINESE.encode() + b"\0")
    assert "binary" in refused(bytes(range(256)) * 8)


def test_characters_lost_before_are_told() -> None:
    assert "lost" in refused(("第一条 " + "\ufffd" * 60).encode())


@pytest.mark.parametrize("data", [b"", b" \r\n\t\f", b"\xef\xbb\xbf", b"\xff\xfe", "\u3000\u200b\ufeff\n".encode()])
def test_nothing_but_white_space_is_empty(data: bytes) -> None:
    assert "empty" in refused(data)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "picture"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "picture"),
        (b"GIF89a" + bytes(40), "picture"),
        (b"BM\x00\x10\x00\x00\0\0\0\0" + bytes(40), "picture"),
        (b"\x1f\x8b\x08" + bytes(40), "unpack"),
        (b"Rar!\x1a\x07\x00" + bytes(40), "unpack"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "unpack"),
        (b"{\\rtf1\\ansi text}", "RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "WordDocument".encode("utf-16-le"), ".doc"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old office"),
        (b"<!DOCTYPE html><html><body>text", "web page"),
        (b"\r\n <HTML lang='zh'>text", "web page"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "web page"),
        (b"\x7fELF" + bytes(40), "program"),
        (b"PK\x05\x06" + bytes(18), "zip file"),
        (b"PK\x03\x04 and then nothing", "damaged"),
    ],
)
def test_binaries_are_named(data: bytes, word: str) -> None:
    assert word in refused(data, name="公报.txt")


def test_the_file_is_named_before_the_message() -> None:
    with pytest.raises(UnreadableFile, match=r"^一期\.txt: this file is empty$"):
        read_bytes(b"", name="一期.txt")


# -- files --


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "一期.md"
    path.write_bytes(CHINESE.encode())
    assert read_file(path) == read_file(str(path)) == read_bytes(CHINESE.encode(), name="a.md")


def test_a_file_over_the_limit_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a" * 11)
    assert read_file(path, limit=11).size == 11
    monkeypatch.setattr("builtins.open", lambda *_: pytest.fail("was opened"))
    with pytest.raises(UnreadableFile, match="larger than the limit of 10 bytes"):
        read_file(path, limit=10)


def test_a_hole_of_many_gigabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UnreadableFile, match="larger than the limit of 64 MiB"):
        read_file(path)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs /dev/zero")
def test_a_device_without_end_is_read_no_further_than_the_limit() -> None:
    with pytest.raises(UnreadableFile, match="larger than the limit"):
        read_file("/dev/zero", limit=100_000)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_read_and_bounded(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    for size, fits in ((1000, True), (1001, False)):
        writer = threading.Thread(target=path.write_bytes, args=(b"a" * size,))
        writer.start()
        if fits:
            assert read_file(path, limit=1000).size == 1000
        else:
            with pytest.raises(UnreadableFile, match="larger"):
                read_file(path, limit=1000)
        writer.join()


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, word in (
        (tmp_path, "folder"),
        (tmp_path / "none.txt", "no such file"),
        (tmp_path / "loop", "cannot be read"),
        (tmp_path / ("x" * 300), "cannot be read"),
        ("a\0b", "cannot be read"),
        ("\ud800", "file"),
    ):
        with pytest.raises(UnreadableFile, match=word) as caught:
            read_file(path)
        str(caught.value).encode()


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"text")

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", denied)
    with pytest.raises(UnreadableFile, match="may not read"):
        read_file(path)


# -- .docx --

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_MORE = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'


def members(body: str, **parts: str) -> dict[str, str | bytes]:
    """The members of a document by hand; `parts` are numbering, styles, footnotes and endnotes."""
    relations = "".join(
        f'<Relationship Id="r{kind}" Type="{_OFFICE}/{kind}" Target="{kind}.xml"/>' for kind in sorted(parts)
    )
    main = f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    return {
        "_rels/.rels": _RELATIONS.format(main),
        "word/document.xml": f"<w:document {W} {_MORE}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": _RELATIONS.format(relations),
        **{f"word/{kind}.xml": f"<w:{kind} {W}>{content}</w:{kind}>" for kind, content in parts.items()},
    }


def packed(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def words(body: str, **parts: str) -> str:
    return read_bytes(packed(members(body, **parts))).text


def p(text: str = "", properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def numbered(text: str, number_id: int, level: int = 0) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number_id}"/></w:numPr>')


def lvl(level: int, style: str, pattern: str, more: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{level}"><w:start w:val="{start}"/><w:numFmt w:val="{style}"/>{more}'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
    )


def numbering(*lists: str, nums: str = "") -> str:
    """Abstract lists 0, 1, ... each with a list 1, 2, ...; or those of `nums`."""
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{i}">{levels}</w:abstractNum>' for i, levels in enumerate(lists)
    )
    each = "".join(f'<w:num w:numId="{i + 1}"><w:abstractNumId w:val="{i}"/></w:num>' for i in range(len(lists)))
    return abstract + (nums or each)


def test_a_document_of_python_docx() -> None:
    document = docx.Document()
    document.add_heading("清溪市绿地管理办法", 1)
    document.add_paragraph("第一条 为了规范管理。")
    table = document.add_table(2, 3)
    for place, text in enumerate(("单位", "面积", "备注", "甲区", "12.5", "")):
        table.cell(place // 3, place % 3).text = text
    last = document.add_paragraph("第二条 上半")
    last.add_run().add_break()
    last.add_run("下半")
    last.add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("第二页")
    buffer = io.BytesIO()
    document.save(buffer)
    source = read_bytes(buffer.getvalue(), name="a.txt")
    assert source.text == (
        "清溪市绿地管理办法\n第一条 为了规范管理。\n单位\t面积\t备注\n甲区\t12.5\t\n第二条 上半\n下半\n\f第二页"
    )
    assert (source.media_type, source.encoding, source.notes) == (DOCX, "", ())


def test_lists_of_words_own_template() -> None:
    document = docx.Document()
    for text, style in (("甲", "List Number"), ("乙", "List Number"), ("丙", "List Bullet"), ("丁", "List Number 2")):
        document.add_paragraph(text, style)
    buffer = io.BytesIO()
    document.save(buffer)
    assert read_bytes(buffer.getvalue()).text == "1. 甲\n2. 乙\n• 丙\n1. 丁"


def test_automatic_numbers_are_written_out() -> None:
    levels = (
        lvl(0, "chineseCountingThousand", "第%1章")
        + lvl(1, "chineseCountingThousand", "第%2条", '<w:lvlRestart w:val="0"/>')
        + lvl(2, "chineseCountingThousand", "（%3）")
        + lvl(3, "decimal", "%4.", '<w:suff w:val="nothing"/>')
    )
    body = (
        numbered("总则", 1) + numbered("目的", 1, 1) + numbered("范围", 1, 1) + numbered("公园", 1, 2)
        + numbered("道路", 1, 2) + numbered("树", 1, 3) + numbered("草", 1, 3) + numbered("管理", 1)
        + numbered("职责", 1, 1) + numbered("市", 1, 2)
    )  # fmt: skip
    assert words(body, numbering=numbering(levels)).split("\n") == [
        "第一章 总则", "第一条 目的", "第二条 范围", "（一）公园", "（二）道路", "1.树", "2.草",
        "第二章 管理", "第三条 职责", "（一）市",
    ]  # fmt: skip


def test_decimal_numbers_of_several_levels_and_legal_ones() -> None:
    levels = (
        lvl(0, "chineseCounting", "%1、")
        + lvl(1, "decimal", "%1.%2", "<w:isLgl/>")
        + lvl(2, "decimal", "%1.%2.%3", "<w:isLgl/>", start=0)
    )
    body = numbered("甲", 1) + numbered("乙", 1, 1) + numbered("丙", 1, 2) + numbered("丁", 1, 2) + numbered("戊", 1, 1)
    assert words(body, numbering=numbering(levels)).split("\n") == [
        "一、甲",
        "1.1 乙",
        "1.1.0 丙",
        "1.1.1 丁",
        "1.2 戊",
    ]


def test_a_level_whose_higher_level_was_not_used_shows_its_first_number() -> None:
    levels = lvl(0, "decimal", "%1") + lvl(1, "decimal", "%1.%2")
    assert words(numbered("甲", 1, 1) + numbered("乙", 1), numbering=numbering(levels)) == "1.1 甲\n1 乙"


def test_a_level_begins_again_below_each_higher_one() -> None:
    levels = (
        lvl(0, "decimal", "%1") + lvl(1, "decimal", "%1.%2") + lvl(2, "lowerLetter", "%3)", '<w:lvlRestart w:val="1"/>')
    )
    body = "".join(numbered("", 1, level) for level in (0, 1, 1, 2, 1, 2, 0, 1, 2))
    assert words(body, numbering=numbering(levels)).split(" \n") == [
        *("1", "1.1", "1.2", "a)", "1.3", "b)", "2", "2.1", "a) ")
    ]


def test_lists_go_on_restart_and_start_elsewhere() -> None:
    nums = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
        '</w:lvlOverride></w:num><w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        + lvl(0, "decimalEnclosedCircle", "%1", start=7)
        + "</w:lvlOverride></w:num>"
    )
    body = numbered("a", 1) + numbered("b", 2) + numbered("c", 3) + numbered("d", 1) + numbered("e", 3)
    text = words(body + numbered("f", 4), numbering=numbering(lvl(0, "decimal", "%1."), nums=nums))
    # One list, counted on by another of the same kind; the third restarts it once; the fourth prints it otherwise.
    assert text.split("\n") == ["1. a", "2. b", "1. c", "2. d", "3. e", "④ f"]


def test_numbers_that_come_from_styles() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="H1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="H2"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        '</w:pPr></w:style><w:style w:type="paragraph" w:styleId="Child"><w:basedOn w:val="H2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>'
        '<w:style w:type="numbering" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    levels = lvl(0, "chineseCounting", "%1、", '<w:pStyle w:val="H1"/>') + lvl(
        1, "chineseCounting", "（%2）", '<w:pStyle w:val="H2"/>'
    )
    body = (
        p("甲", '<w:pStyle w:val="H1"/>') + p("乙", '<w:pStyle w:val="H2"/>') + p("丙", '<w:pStyle w:val="Child"/>')
        + p("丁", '<w:pStyle w:val="H2"/><w:numPr><w:numId w:val="0"/></w:numPr>') + p("戊", '<w:pStyle w:val="Loop"/>')
        + numbered("己", 2, 1)
    )  # fmt: skip
    text = words(body, styles=styles, numbering=numbering(levels, '<w:numStyleLink w:val="L"/>'))
    assert text.split("\n") == ["一、甲", "（一）乙", "（二）丙", "丁", "戊", "（三）己"]


def test_the_default_style_may_number() -> None:
    style = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        "</w:pPr></w:style>"
    )
    assert words(p("甲"), styles=style, numbering=numbering(lvl(0, "decimal", "%1)"))) == "1) 甲"


def test_bullets_of_symbol_fonts_are_not_letters() -> None:
    lists = (lvl(0, "bullet", "l"), lvl(0, "bullet", "\uf06c"), lvl(0, "bullet", "—"), lvl(0, "none", ""))
    body = numbered("a", 1) + numbered("b", 2) + numbered("c", 3) + numbered("d", 4) + numbered("e", 9)
    assert words(body, numbering=numbering(*lists)) == "• a\n• b\n— c\nd\ne"


def test_a_format_younger_than_word_2010_has_a_fallback() -> None:
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="3"/><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/'
        'markup-compatibility/2006"><mc:Choice Requires="w14"><w:numFmt w:val="custom" w:format="001"/></mc:Choice>'
        '<mc:Fallback><w:numFmt w:val="decimalZero"/></mc:Fallback></mc:AlternateContent>'
        '<w:lvlText w:val="%1"/></w:lvl>'
    )
    assert words(numbered("a", 1), numbering=numbering(level)) == "03 a"


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("chineseCountingThousand", "一 十 十一 二十 三十六 一百 一百零一 一百一十 二千零二十"),
        ("chineseCounting", "一 十 十一 二十 三十六 一○○ 一○一 一一○ 二○二○"),
        ("japaneseCounting", "一 十 十一 二十 三十六 百 百一 百十 二千二十"),
        ("ideographDigital", "一 一〇 一一 二〇 三六 一〇〇 一〇一 一一〇 二〇二〇"),
        ("chineseLegalSimplified", "壹 壹拾 壹拾壹 贰拾 叁拾陆 壹佰 壹佰零壹 壹佰壹拾 贰仟零贰拾"),
        ("decimalEnclosedCircle", "① ⑩ ⑪ ⑳ ㊱ 100 101 110 2020"),
        ("decimalEnclosedParen", "⑴ ⑽ ⑾ ⒇ 36 100 101 110 2020"),
        ("decimalFullWidth", "１ １０ １１ ２０ ３６ １００ １０１ １１０ ２０２０"),
        ("upperRoman", "I X XI XX XXXVI C CI CX MMXX"),
        ("lowerLetter", "a j k t jj vvvv wwww fffff 2020"),
        ("ideographTraditional", "甲 癸 11 20 36 100 101 110 2020"),
        ("ordinal", "1st 10th 11th 20th 36th 100th 101st 110th 2020th"),
        ("hebrew1", "1 10 11 20 36 100 101 110 2020"),
    ],
)
def test_styles_of_numbers(style: str, expected: str) -> None:
    assert " ".join(format_number(n, style) for n in (1, 10, 11, 20, 36, 100, 101, 110, 2020)) == expected


def test_numbers_out_of_any_range_are_digits() -> None:
    styles = ("chineseCountingThousand", "upperRoman", "lowerLetter", "decimalZero", "decimalFullWidth", "ordinal")
    assert all(format_number(-3, style).lstrip("-0") == "3" for style in styles)
    assert format_number(123_456, "chineseCountingThousand") == "123456"


def test_tracked_changes_as_if_accepted() -> None:
    body = (
        "<w:p><w:r><w:t>绿地</w:t></w:r><w:del><w:r><w:delText>应当</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>可以</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom>"
        "<w:moveTo><w:r><w:t>新</w:t></w:r></w:moveTo></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>上</w:t></w:r></w:p>" + p("下")
        + '<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p/></w:tc></w:tr>'
        f"<w:tr><w:tc>{p('行')}</w:tc></w:tr></w:tbl>"
    )  # fmt: skip
    assert words(body) == "绿地可以新\n上下\n行"


def test_a_deleted_paragraph_is_not_counted() -> None:
    deleted = (
        '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:rPr><w:del/></w:rPr></w:pPr>'
        "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p>"
    )
    body = numbered("甲", 1) + deleted + numbered("乙", 1)
    assert words(body, numbering=numbering(lvl(0, "decimal", "第%1条"))) == "第1条 甲\n第2条 乙"


def test_many_deleted_paragraphs_run_together() -> None:
    deleted = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>上</w:t></w:r></w:p>"
    assert words(deleted * 500) == "上" * 500


def test_what_stands_inside_a_line() -> None:
    body = (
        '<w:p><w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t xml:space="preserve"> a\nb </w:t>'
        "<w:noBreakHyphen/><w:cr/><w:br/></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>显</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>7</w:t></w:r><w:sdt><w:sdtPr/><w:sdtContent>'
        "<w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt><w:r><w:ruby><w:rt><w:r><w:t>qing</w:t></w:r></w:rt>"
        "<w:rubyBase><w:r><w:t>清</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:sym w:font="X" w:char="D800"/><w:sym w:char="zz"/></w:r>'
        "<w:r><w:lastRenderedPageBreak/><w:t>&amp;&lt;</w:t></w:r><!-- remark --><w:bookmarkStart/></w:p>"
    )
    assert words(body) == "链接\t a b -\n\n显7控件清☑&<"


def test_formulas_in_one_line() -> None:
    run = "<m:r><m:t>{}</m:t></m:r>".format
    body = (
        f"<w:p><m:oMath>{run('K=')}<m:f><m:num>{run('a+b')}</m:num><m:den>{run('2')}</m:den></m:f>"
        f"<m:sSup><m:e>{run('c')}</m:e><m:sup>{run('2')}</m:sup></m:sSup></m:oMath></w:p>"
    )
    source = read_bytes(packed(members(body)))
    assert source.text == "K=(a+b)/2c^2"
    assert source.notes == ("Formulas were written in one line each: 1.",)


def test_page_and_section_breaks() -> None:
    page = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    section = '<w:sectPr><w:type w:val="{}"/></w:sectPr>'.format
    body = (
        p("一") + page + p("二") + p("三", "<w:pageBreakBefore/>") + p("四", section("continuous"))
        + p("五", section("continuous")) + p("六") + section("nextPage")
    )  # fmt: skip
    assert words(body) == "一\n\n\f二\n\f三\n四\n五\n\f六"


def test_footnotes_stand_at_the_end_of_the_paragraph() -> None:
    body = (
        '<w:p><w:r><w:t>绿地</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>管理。</w:t></w:r></w:p>'
        '<w:p><w:r><w:t>施行</w:t><w:endnoteReference w:id="2"/><w:footnoteReference w:id="9"/></w:r></w:p>'
    )
    # A note that refers to itself must end.
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    text = words(
        body,
        footnotes=f'<w:footnote w:id="2">{p("含公园")}<w:p>{note}</w:p>{p("和街头")}</w:footnote>',
        endnotes=f'<w:endnote w:id="2">{p("试行")}</w:endnote>',
    )
    assert text == "绿地［注1］管理。［注1：含公园 和街头］\n施行［尾注1］［尾注1：试行］"


def test_text_boxes_follow_their_paragraph_once() -> None:
    box = f"<w:txbxContent>{p('框一')}{p('框二')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>正文</w:t><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        "<w:p><w:r><w:drawing/></w:r></w:p>"
    )
    source = read_bytes(packed(members(body)))
    assert source.text == "正文\n框一\n框二\n"
    assert source.notes == ("Pictures and drawings without text were left out: 1.",)


def test_text_boxes_of_a_group_are_not_repeated_in_its_older_spelling() -> None:
    box = f"<w:txbxContent>{p('框')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:drawing><mc:AlternateContent>"
        f'<mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>'
        "</w:drawing></w:r></w:p>"
    )
    assert words(body) == "框"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(p(line) for line in text.split('|'))}</w:tc>"


def test_merged_cells_are_printed_once_and_leave_their_places() -> None:
    body = (
        "<w:tbl><w:tr>" + cell("表头", '<w:gridSpan w:val="2"/>') + cell("备注") + "</w:tr>"
        "<w:tr>" + cell("甲|乙", '<w:vMerge w:val="restart"/>') + cell("1") + cell("") + "</w:tr>"
        "<w:tr>" + cell("", "<w:vMerge/>") + cell("2") + cell("3") + "</w:tr>"
        '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>' + cell("4", '<w:gridSpan w:val="999999999"/>')
        + "</w:tr></w:tbl>"
    )  # fmt: skip
    assert words(body).split("\n") == ["表头\t\t备注", "甲 乙\t1\t", "\t2\t3", "\t4" + "\t" * 62]


def test_a_frame_around_a_text_is_no_row() -> None:
    body = f"<w:tbl><w:tr>{cell('第一条 甲|（一）乙|（二）丙')}</w:tr></w:tbl>"
    assert words(body) == "第一条 甲\n（一）乙\n（二）丙"


def test_a_table_in_a_cell_follows_the_row() -> None:
    inner = f"<w:tbl><w:tr>{cell('a')}{cell('b')}</w:tr><w:tr>{cell('c')}{cell('d')}</w:tr></w:tbl>"
    body = f"<w:tbl><w:tr><w:tc>{p('外')}{inner}{p()}</w:tc>{cell('右')}</w:tr></w:tbl>"
    assert words(body) == "外\t右\na\tb\nc\td"


def test_rows_and_cells_in_content_controls() -> None:
    body = (
        f"<w:tbl><w:sdt><w:sdtContent><w:tr><w:sdt><w:sdtContent>{cell('甲')}</w:sdtContent></w:sdt>{cell('乙')}</w:tr>"
        f"</w:sdtContent></w:sdt></w:tbl><w:sdt><w:sdtContent>{p('丙')}</w:sdtContent></w:sdt>"
    )
    assert words(body) == "甲\t乙\n丙"


def test_strict_and_macro_enabled_documents_and_dangling_relations() -> None:
    files = members(p("正文"))
    document = str(files["word/document.xml"])
    strict = document.replace(W, 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"')
    assert read_bytes(packed({**files, "word/document.xml": strict})).text == "正文"
    wide = document.replace("<w:document", "<?xml version='1.0' encoding='UTF-16'?><w:document", 1).encode("utf-16")
    assert read_bytes(packed({**files, "word/document.xml": wide})).text == "正文"
    macros = {**files, "word/vbaProject.bin": b"\0\1\2", "[Content_Types].xml": "<Types/>"}
    assert read_bytes(packed(macros)).media_type == DOCX
    dangling = _RELATIONS.format(f'<Relationship Id="x" Type="{_OFFICE}/image" Target="NULL"/>')
    assert read_bytes(packed({**files, "word/_rels/document.xml.rels": dangling})).text == "正文"
    assert read_bytes(packed({"word\\document.xml": document})).text == "正文"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("xl/workbook.xml", "spreadsheet"),
        ("ppt/presentation.xml", "presentation"),
        ("OFD.xml", "OFD"),
        ("content.xml", "OpenDocument"),
        ("META-INF/container.xml", "book"),
        ("a.txt", "zip file"),
        ("word/other.xml", "damaged"),
    ],
)
def test_other_zip_files_are_named(name: str, word: str) -> None:
    assert word in refused(packed({name: "<a/>"}))


def test_entities_are_refused_in_any_part_and_any_encoding() -> None:
    laughs = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    outer = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    files = members(p("正文"), styles="", numbering="", footnotes="")
    for prolog in (laughs, outer, "<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'>"):
        for part in ("word/document.xml", "word/styles.xml", "word/numbering.xml", "word/footnotes.xml", "_rels/.rels"):
            assert "entities" in refused(packed({**files, part: prolog + str(files[part])}))
        wide = ("<?xml version='1.0' encoding='UTF-16'?>" + prolog + str(files["word/document.xml"])).encode("utf-16")
        assert "entities" in refused(packed({**files, "word/document.xml": wide}))
    hidden = "<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE a>" + str(files["word/document.xml"])
    assert "damaged" in refused(packed({**files, "word/document.xml": hidden}))
    # The declaration of the encoding may stand far behind the beginning of the file.
    far = "<?xml version='1.0'" + " " * 300 + "encoding='UTF-7'?>+ADwAIQ-DOCTYPE a+AFsAPAAh-ENTITY b 'x'+AD4AXQA+-"
    assert refused(packed({**files, "word/document.xml": far + str(files["word/document.xml"])}))


def test_a_zip_bomb_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed({**members(""), "word/document.xml": b" " * 5_000_000})
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("was unpacked"))
    assert "larger than the limit" in refused(bomb, limit=1_000_000)


def test_a_part_that_packs_too_well_is_refused() -> None:
    assert "zip bomb" in refused(packed({**members(""), "word/document.xml": b" " * 5_000_000}))


def test_a_zip_that_lies_about_sizes() -> None:
    data = bytearray(packed({**members(""), "word/document.xml": b" " * 50_000_000}))
    directory = data.index(b"PK\x01\x02")
    entry = data.rindex(b"PK\x01\x02", directory, data.index(b"word/document.xml", directory))
    data[entry + 24 : entry + 28] = struct.pack("<I", 50)
    tracemalloc.start()
    try:
        assert "damaged" in refused(bytes(data))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_names_that_cannot_be_trusted() -> None:
    for name in ("../etc/passwd", "/etc/passwd", "C:\\a", "word/../../a"):
        assert "outside" in refused(packed({**members(p("正文")), name: "x"}))
    with pytest.warns(UserWarning, match="Duplicate name"):
        buffer = io.BytesIO(packed(members(p("一"))))
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr("word/document.xml", str(members(p("二"))["word/document.xml"]))
    assert "two parts" in refused(buffer.getvalue())


def test_an_encrypted_zip() -> None:
    data = bytearray(packed(members(p("正文"))))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in refused(bytes(data))


def test_too_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx_module, "MAX_MEMBERS", 5)
    assert "more than 5 files" in refused(packed({**members(""), **{f"{i}.xml": "" for i in range(9)}}))


def test_too_many_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx_module, "MAX_NODES", 1000)
    assert "more than 1000 elements" in refused(packed(members("<w:p/>" * 1001)))


def test_nesting_is_bounded() -> None:
    for opening, closing in (
        ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
        ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
    ):
        assert "deep" in refused(packed(members(opening * 60 + p("底") + closing * 60)))
        assert words(opening * 10 + p("底") + closing * 10) == "底"
        assert "damaged" in refused(packed(members(opening * 20_000 + closing * 20_000)))
    assert "deep" in refused(packed(members("<w:p>" + "<w:ins>" * 100 + "</w:ins>" * 100 + "</w:p>")))
    assert words("<w:p>" + "<w:r>" * 200 + "<w:t>底</w:t>" + "</w:r>" * 200 + "</w:p>") == "底"


def test_empty_cells_cannot_swell_the_text_beyond_the_limit() -> None:
    row = "<w:tr>" + '<w:tc><w:tcPr><w:gridSpan w:val="63"/></w:tcPr></w:tc>' * 20 + "</w:tr>"
    body = f"<w:tbl>{row * 100}</w:tbl>{p('正文')}"
    assert "longer than the limit" in refused(packed(members(body)), limit=len(body) + 2_000)


def test_numbers_and_notes_cannot_swell_the_text_beyond_the_limit() -> None:
    body = numbered("a", 1) * 2000
    data = packed(members(body, numbering=numbering(lvl(0, "decimal", "%1" * 120))))
    assert "longer than the limit" in refused(data, limit=len(body) + 20_000)
    assert len(read_bytes(data).text) > len(body)


def test_many_paragraphs() -> None:
    text = words("".join(numbered(str(i), 1) for i in range(20_000)), numbering=numbering(lvl(0, "decimal", "%1.")))
    assert text.count("\n") == 19_999
    assert text.endswith("\n20000. 19999")


@pytest.mark.parametrize(
    "document",
    [
        "",
        "<a/>",
        "<w:document",
        f"<w:document {W}/>",
        f"<w:document {W}><w:body>&x;</w:body></w:document>",
        "正文",
        "\0",
    ],
)
def test_a_broken_document_part(document: str) -> None:
    assert "damaged" in refused(packed({**members(""), "word/document.xml": document}))


def test_an_empty_document_and_one_of_pictures() -> None:
    assert "empty" in refused(packed(members(p(" "))))
    assert "only pictures" in refused(packed(members("<w:p><w:r><w:drawing/></w:r></w:p>")))


# -- PDF --


def pdf_of(*pages: list[str], **options: object) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, **options)
    for page in pages:
        canvas.setFont("STSong-Light", 14)
        for place, line in enumerate(page):
            canvas.drawString(72, 780 - 24 * place, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def raw_pdf(content: bytes, to_unicode: bytes = b"", pages: int = 1) -> bytes:
    """A PDF by hand: `content` is drawn with a font whose characters `to_unicode` names."""
    cmap = (
        b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 2 beginbfchar "
        + to_unicode
        + b" endbfchar endcmap"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + b"3 0 R " * pages + b"]/Count %d>>" % pages,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica" + (b"/ToUnicode 6 0 R" if to_unicode else b"") + b">>",
        b"<</Length %d>>stream\n" % len(cmap) + cmap + b"\nendstream",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out + b"xref\n0 7\n0000000000 65535 f \n" + table
        + b"trailer<</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    )  # fmt: skip


def test_the_text_of_a_pdf() -> None:
    data = pdf_of(["清溪市人民政府公报", "清政〔2024〕3号", "规划期为2021-", "2025年"], ["第二页 PM2.5", "①②㎡"])
    source = read_bytes(data, name="a.txt")
    assert source.text == "清溪市人民政府公报\n清政〔2024〕3号\n规划期为2021-\n2025年\n\f第二页 PM2.5\n①②㎡"
    assert (source.media_type, source.encoding, source.notes, source.size) == (PDF, "", (), len(data))


@pytest.mark.parametrize(
    ("cmap", "encoding"),
    [("GBK-EUC-H", "gbk"), ("GBKp-EUC-H", "gbk"), ("GB-EUC-H", "gb2312"), ("UniGB-UTF16-H", "utf-16-be")],
)
def test_the_ways_in_which_chinese_pdfs_name_characters(cmap: str, encoding: str) -> None:
    text = b"BT /F1 12 Tf 72 700 Td <" + "第一条 规范".encode(encoding).hex().encode() + b"> Tj ET"
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/" + cmap.encode() + b"/DescendantFonts[<</Type/Font"
        b"/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>]>>"
    )
    plain = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    assert read_bytes(raw_pdf(text).replace(plain, font)).text == "第一条 规范"


def test_bytes_before_the_head_of_a_pdf() -> None:
    assert read_bytes(b"\r\n" + pdf_of(["绿地"])).text == "绿地"
    assert read_bytes(b"junk\0\n" + pdf_of(["绿地"])).media_type == PDF
    assert read_bytes(b"The head of a PDF is %PDF-1.4 or the like").media_type == PLAIN


def test_characters_beyond_the_basic_plane_and_divided_words_in_a_pdf() -> None:
    named = b"<41> <D840DC0B> <42> <4E2D>"
    assert read_bytes(raw_pdf(b"BT /F1 12 Tf 72 700 Td (BABBBB) Tj ET", named)).text == "中𠀋中中中中"
    divided = b"BT /F1 12 Tf 72 700 Td (manage-) Tj 0 -14 Td (ment of parks) Tj ET"
    assert read_bytes(raw_pdf(divided)).text == "manage-\nment of parks"


def test_a_hyphen_at_the_end_of_a_line_of_a_pdf_is_kept_and_so_is_the_line() -> None:
    lines = ["甲路-", "7 乙路", "规划期2021-", "2025年", "丙路-", "丁路", "A-", "B"]
    assert read_bytes(pdf_of(lines)).text == "\n".join(lines)


def test_what_a_pdf_draws_beside_the_page_is_not_its_text() -> None:
    assert read_bytes(raw_pdf(b"BT /F1 12 Tf 72 700 Td (inside) Tj 900 0 Td (outside) Tj ET")).text.strip() == "inside"


def test_a_pdf_with_and_without_password() -> None:
    assert "password" in refused(pdf_of(["绿地"], encrypt=StandardEncryption("secret", "owner")))
    assert read_bytes(pdf_of(["绿地"], encrypt=StandardEncryption("", "owner"))).text == "绿地"


def test_a_pdf_of_pictures() -> None:
    assert "only pictures" in refused(raw_pdf(b"0 0 600 800 re f"))
    mixed = pdf_of(["绿地"], [], ["树"])
    assert read_bytes(mixed).notes == ()
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 700, "text")
    canvas.showPage()
    canvas.rect(0, 0, 600, 800, fill=1)
    canvas.save()
    assert read_bytes(buffer.getvalue()).notes == ("Pages without text were left out (pictures, or damaged): 2.",)


def test_a_pdf_that_does_not_name_its_characters() -> None:
    private = raw_pdf(b"BT /F1 12 Tf 72 700 Td (ABABABAB) Tj ET", b"<41> <E001> <42> <E002>")
    assert "does not say which they are" in refused(private)


def test_broken_pdfs() -> None:
    assert "damaged" in refused(b"%PDF-1.7\nnonsense")
    assert "damaged" in refused(pdf_of(["绿地"])[:400])


def test_a_pdf_of_one_page_repeated_without_end_is_bounded() -> None:
    data = raw_pdf(b"BT /F1 12 Tf 72 700 Td (" + b"green " * 20 + b") Tj ET", pages=2000)
    assert "longer than the limit" in refused(data, limit=len(data) + 1)


@pytest.mark.skipif(os.name == "nt", reason="the system cannot bound a process")
def test_a_pdf_that_brings_its_reader_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = pdf_of(["绿地"])
    bomb = zlib.compress(zlib.compress(b"0" * 400_000_000))
    stream = b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n" % len(bomb) + bomb + b"\nendstream"
    hostile = raw_pdf(b"").replace(b"<</Length 0>>stream\n\nendstream", stream)
    assert stream in hostile
    monkeypatch.setattr(pdf_module, "MEMORY", 256 * 1024**2)
    refused(hostile)
    worker = tmp_path / "worker.py"
    worker.write_text("import os; os.abort()")
    monkeypatch.setattr(pdf_module, "_WORKER", worker)
    assert "bounds" in refused(data)
    monkeypatch.setattr(pdf_module.sys, "executable", str(tmp_path / "none"))
    assert "could not be started" in refused(data)


def test_pdfs_in_several_threads() -> None:
    data = pdf_of(["绿地"])
    texts: list[str] = []
    threads = [threading.Thread(target=lambda: texts.append(read_bytes(data).text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == ["绿地"] * 4


# -- whatever else --

_PHRASES = [
    "人民政府",
    "管理办法",
    "第一条",
    "应当按照",
    "负责监督",
    "，",
    "。",
    "\n",
    "2024年",
    "（一）",
    "的通知",
    "县（市、区）",
]
_UNICODE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="\ufffd"), min_size=1)
_settings = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def readable_or_refused(data: bytes, name: str = "") -> None:
    try:
        source = read_bytes(data, name=name)
    except UnreadableFile as error:
        assert str(error).isprintable()
    else:
        source.text.encode("utf-8")
        assert "\0" not in source.text
        assert "\r" not in source.text
        assert source.text.strip()


@given(st.binary(), st.text())
@_settings
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    readable_or_refused(data, name)


@given(
    st.sampled_from(
        [b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x84\x31\x95\x33", CHINESE.encode("gb18030")]
    ),
    st.binary(),
)
@_settings
def test_any_bytes_after_a_known_beginning(beginning: bytes, data: bytes) -> None:
    readable_or_refused(beginning + data)


_PIECES = [
    *["<w:p>", "<w:r>", "<w:t>", "<w:tbl>", "<w:tr>", "<w:tc>", "<w:ins>", "<w:drawing>", "<w:txbxContent>"],
    *["</>"] * 12,
    *["正文", "<w:br/>", "<w:sectPr/>", "<w:pageBreakBefore/>", "<w:vMerge/>", "<m:oMath>", "<m:f>"],
    '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>',
    "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>",
    '<w:footnoteReference w:id="1"/>',
]


@given(
    st.lists(
        st.sampled_from(_PIECES),
        max_size=40,
    ),
    st.integers(),
)
@_settings
def test_any_tree_of_elements(pieces: list[str], number: int) -> None:
    level = lvl(0, "decimal", "%1.", f'<w:lvlRestart w:val="{number}"/>', start=number)
    body = ""
    opened: list[str] = []
    for piece in pieces:
        if piece == "</>":
            body += opened.pop() if opened else ""
            continue
        if piece.startswith("<") and not piece.endswith("/>") and "</" not in piece:
            opened.append("</" + piece[1:])
        body += piece
    body += "".join(reversed(opened))
    note = f'<w:footnote w:id="1">{p("注")}</w:footnote>'
    readable_or_refused(packed(members(body, numbering=numbering(level), footnotes=note)))


@given(st.data())
@_settings
def test_any_damage_to_a_document(data: st.DataObject) -> None:
    good = bytearray(packed(members(p("正文"), styles="", numbering="")))
    for _ in range(data.draw(st.integers(1, 8))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    readable_or_refused(
        bytes(good[: data.draw(st.integers(0, len(good)))]) if data.draw(st.booleans()) else bytes(good)
    )


@given(st.data())
@settings(deadline=None, max_examples=20)
def test_any_damage_to_a_pdf(data: st.DataObject) -> None:
    good = bytearray(raw_pdf(b"BT /F1 12 Tf 72 700 Td (green) Tj ET"))
    for _ in range(data.draw(st.integers(1, 8))):
        good[data.draw(st.integers(9, len(good) - 1))] = data.draw(st.integers(0, 255))
    readable_or_refused(bytes(good))


def _visible(text: str) -> bool:
    return any(char.isalnum() for char in text)


@given(_UNICODE.filter(_visible))
@_settings
def test_any_text_comes_back_from_utf_8(text: str) -> None:
    expected = "\u6e05" + text
    assert read_bytes(expected.encode()).text == expected


@given(_UNICODE.filter(_visible), st.sampled_from(["utf-16-le", "utf-16-be"]))
@_settings
def test_any_text_comes_back_from_marked_utf_16(text: str, encoding: str) -> None:
    assert read_bytes(f"\ufeff清{text}".encode(encoding)).text == "清" + text


@given(st.lists(st.sampled_from(_PHRASES), min_size=5), st.sampled_from(["gb18030", "utf-16-le", "utf-16-be"]))
@_settings
def test_chinese_text_comes_back_without_a_mark(phrases: list[str], encoding: str) -> None:
    text = "清溪市" + "".join(phrases)
    source = read_bytes(text.encode(encoding))
    assert (source.text, source.encoding) == (text, encoding)


def test_the_reader_of_pdfs_sees_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    from gongbao.gazette import pdf

    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@h/d")
    monkeypatch.setenv("GONGBAO_SECRET_KEY", "secret")
    assert not any("secret" in value for value in pdf._environment().values())
