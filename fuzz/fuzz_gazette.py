"""Throws damaged gazettes at gongbao.gazette.read_gazette: whatever the text, it is read and nothing in it is lost.

    python -m fuzz.fuzz_gazette --runs 1000 [--seed 1]     random texts, with nothing else installed
    python -m fuzz.fuzz_gazette [libFuzzer options]        guided by coverage, where atheris is installed

A text that breaks the rule is left in the current folder as crash-<sha256>.
"""

import random
from collections import Counter

from fuzz import harness
from gongbao.gazette import read_gazette, rebuild
from gongbao.gazette.model import Clause, Document, Gazette
from gongbao.sample import GAZETTE

# A word that is in no other piece; with its full stop it is no part of a signature, which stands in no clause.
WITNESS = "鼋。"
_SAMPLE = GAZETTE.read_text(encoding="utf-8")
_FIGURES = ("一", "二", "三", "四", "十", "十一", "二十", "百", "〇", "1", "2", "3", "10", "99", "0")
_MARKS = (
    *(
        "第{}编 ",
        "第{}章 ",
        "第{}节 ",
        "第{}条 ",
        "第{}条",
        "第{}条之一 ",
        "{}、",
        "（{}）",
        "({})",
        "{}. ",
        "{}．",
        "{}）",
    ),
    *("{}.1 ", "{}.2 ", "{}. 1. 2 ", "{}.1.1.1.1 ", "专栏{} ", "附件{}", "附 件 {}", "附件：{}. ", "表{} ", "{} "),
)
_PIECES = (
    *(WITNESS, "\n", "\n", "\n\n", " ", "\u3000", "\t", "\f", "\r\n", "\ufeff", "\u200b", "\x00", "\U00020000"),
    *(
        "甲",
        "乙丙",
        "事项如下：",
        "按照规定，",
        "的；",
        "市办法",
        "总 则",
        "目 录",
        "目录",
        "政府 and 部门",
        "动动物物",
    ),
    *(
        "云岭市人民政府",
        "云岭市人民政府办公室",
        "云岭市人民政府公报",
        "云岭市人民政府令",
        "2021年第3期",
        "市局",
        "局" * 30,
    ),
    *(
        "云岭市人民政府关于印发甲办法的通知",
        "关于废止乙规定的决定",
        "云岭政〔2021〕1号",
        "云岭政办[2021] 12 号",
        "第8号",
    ),
    *(
        "各县（市、区）人民政府：",
        "2021年3月4日",
        "二〇二一年三月四日",
        "2021",
        "年9月30日",
        "12",
        "— 3 —",
        "- 4 -",
        "第5页",
    ),
    *(
        "《甲办法》（云岭政〔2011〕7号）",
        "同时废止",
        "（以下简称《办法》）",
        "《",
        "》",
        "（",
        "）",
        "〔",
        "修改为",
        "现予公布",
    ),
    *("自2021年5月1日起施行", "自印发之日起施行，有效期三年", "有效期至2024年2月30日", "有效期", "自", "满30日后施行"),
    *("# ", "## ", "###### ", "**", "- ", "|", "|---|---|", "<b>", "<br/>", "&nbsp;", "$PM_{2.5}$", "PM₂.₅", "..... 3"),
    *("①", "⑳", "Ⅰ.", "A. ", "2.5微克", "1. 20家", "100%", "⻔", "１２", "\u2028", "\x85"),
)


def check(data: bytes) -> None:
    """The rule."""
    text = data.decode("utf-8", "replace")
    gazette = read_gazette(text)
    if rebuild(gazette.text, gazette.changes) != text:
        raise AssertionError("the raw text cannot be rebuilt")
    if any(entry.document is not None and entry.document >= len(gazette.documents) for entry in gazette.contents):
        raise AssertionError("the contents announce a document that is not there")
    if text.strip() and not gazette.documents and any(word.isalnum() for word in gazette.text):
        raise AssertionError("words, and no document")
    lines = text.count("\n") + text.count("\r") + text.count("\u2028") + text.count("\u2029") + text.count("\x85") + 1
    for document in gazette.documents:
        _check_document(document, lines + text.count("\x0b"))
    _check_order(gazette)


def _check_document(document: Document, lines: int) -> None:
    if not 1 <= document.first_line <= document.last_line <= lines:
        raise AssertionError(f"lines {document.first_line} to {document.last_line} of {lines}")
    clauses = list(document.walk())
    for name in ("locator", "eid"):
        counted = Counter(getattr(clause, name) for clause in clauses)
        if any(count > 1 or not value.strip() for value, count in counted.items()):
            raise AssertionError(f"not one {name} for each clause: {counted.most_common(3)}")
    # The head of a text without a number may be any line; it is held as the title.
    heads = [document.title, document.addressees, *(part.title for part in document.parts[1:])]
    held = sum(head.count(WITNESS) for head in heads) + sum(_witnesses(clause) for clause in clauses)
    if held < document.text.count(WITNESS):
        raise AssertionError(f"{document.text.count(WITNESS)} in the document, {held} in its title and clauses")
    eids = {clause.eid for clause in clauses}
    validity = document.validity
    pointed = {reference.eid for reference in document.references} | {validity.from_clause, validity.until_clause}
    if pointed - eids - {""}:
        raise AssertionError(f"no such clause: {pointed - eids}")


def _witnesses(clause: Clause) -> int:
    return clause.text.count(WITNESS) + clause.heading.count(WITNESS)


def _check_order(gazette: Gazette) -> None:
    starts = [change.start for change in gazette.changes]
    if starts != sorted(starts):
        raise AssertionError("the changes are out of order")
    firsts = [document.first_line for document in gazette.documents]
    if firsts != sorted(firsts):
        raise AssertionError("the documents are out of order")


def example(chance: random.Random) -> bytes:
    """Pieces in any order, a stretch of the sample gazette damaged here and there, or one piece again and again."""
    kind = chance.randrange(10)
    if kind < 5:
        text = "".join(_piece(chance) for _ in range(chance.randint(1, 120)))
    elif kind < 9:
        start = chance.randrange(len(_SAMPLE))
        text = _damage(_SAMPLE[start : start + chance.choice((100, 1000, 4000))], chance)
    else:
        text = "".join(_piece(chance) for _ in range(chance.randint(1, 3))) * chance.choice((10, 100, 500))
    return text.encode("utf-8")


def _piece(chance: random.Random) -> str:
    if chance.random() < 0.4:
        return chance.choice(("\n", "\n", "")) + chance.choice(_MARKS).format(chance.choice(_FIGURES))
    return chance.choice(_PIECES)


def _damage(text: str, chance: random.Random) -> str:
    """Stretches taken out, doubled, moved, and pieces put between."""
    for _ in range(chance.randint(1, 20)):
        place = chance.randrange(len(text) + 1)
        stretch = text[place : place + chance.choice((1, 1, 2, 10, 100))]
        match chance.randrange(5):
            case 0:
                text = text[:place] + text[place + len(stretch) :]
            case 1:
                text = text[:place] + stretch + text[place:]
            case 2:
                other = chance.randrange(len(text) + 1)
                text = text[:other] + stretch + text[other:]
            case 3:
                text = text[:place] + _piece(chance) + text[place:]
            case 4:
                text = text.replace("\n", chance.choice(("", " ", "\n\n")), chance.choice((1, 10, -1)))
    return text


def main() -> None:
    harness.main(__doc__ or "", check, example)


if __name__ == "__main__":
    main()
