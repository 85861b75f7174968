"""What every .docx of ours has in common: fonts, a package without the template's leavings or a date, elements.

Fonts are named, never shipped; beside each stands the font that Windows has in its place.
"""

import io
import zipfile
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from lxml import etree

FANGSONG, HEITI, KAITI, TITLE_SONG, SONGTI = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
SUBSTITUTES = {FANGSONG: "仿宋", HEITI: "SimHei", KAITI: "楷体", TITLE_SONG: "华文中宋", SONGTI: "SimSun"}

# The stubs of lxml are no dependency of ours.
Element = Any

W = qn("w:p").removesuffix("p")
"""The namespace of Word's elements, as lxml writes it before a name."""


def undated(made: io.BytesIO) -> bytes:
    """The same package without the time of its making: one document, one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(made) as dated, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as same:
        for member in dated.infolist():
            same.writestr(zipfile.ZipInfo(member.filename), dated.read(member), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def forget_template(word: Any, font: str) -> None:
    """Take the template's picture, styles and fonts out of a new document, and give it one font and our languages."""
    for relations in (word.part.package.rels, word.part.rels):
        for name, relation in list(relations.items()):
            # A picture of the template, and its styles once more.
            if relation.reltype.endswith(("/thumbnail", "/stylesWithEffects")):
                del relations[name]
    for old in word.styles.element.findall(W + "style"):
        if not old.get(W + "default"):
            word.styles.element.remove(old)
    fonts = element_of("rFonts")
    defaults = word.styles.element.find(W + "docDefaults").find(W + "rPrDefault").find(W + "rPr")
    for name in ("rFonts", "lang"):
        for old in defaults.findall(W + name):
            defaults.remove(old)
    defaults.insert(0, fonts)
    name_font(fonts, font)
    defaults.append(element_of("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA"))
    table = next(rel.target_part for rel in word.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.FONT_TABLE)
    table._blob = _font_table()


def _font_table() -> bytes:
    table = element_of("fonts")
    for name, substitute in SUBSTITUTES.items():
        font = below(table, "font", name=name)
        below(font, "altName", val=substitute)
        below(font, "charset", val="86")
    made: bytes = etree.tostring(table, encoding="UTF-8", xml_declaration=True, standalone=True)
    return made


def name_font(fonts: Element, name: str) -> None:
    """One font for Chinese and Latin alike: a figure then takes half the room of a character."""
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(W + script, name)


def element_of(name: str, /, **attributes: str) -> Element:
    return _with(etree.Element(W + name, nsmap={"w": W[1:-1]}), attributes)


def below(parent: Element, name: str, /, **attributes: str) -> Element:
    return _with(etree.SubElement(parent, W + name), attributes)


def _with(element: Element, attributes: dict[str, str]) -> Element:
    for key, value in attributes.items():
        element.set(W + key, value)
    return element
