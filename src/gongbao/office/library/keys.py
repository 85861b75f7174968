"""The forms under which documents, titles and locators are looked up and held to be the same.

All are at most KEY_LENGTH characters, because a database index takes no longer ones and a file may hold anything.
"""

import re
import unicodedata
from hashlib import sha256

from gongbao.core.citations import normal_locator
from gongbao.core.numerals import chinese_to_int, int_to_chinese, read_int

KEY_LENGTH = 200


def bounded(text: str) -> str:
    """`text` itself, or, where it is too long for an index, its beginning and its digest."""
    if len(text) <= KEY_LENGTH:
        return text
    return f"{text[: KEY_LENGTH - 33]}~{sha256(text.encode()).hexdigest()[:32]}"


def title_key(title: str) -> str:
    """A title without what printers vary: width, white space, quotation and title marks, the form of brackets."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return bounded(re.sub(r"[\s《》〈〉“”\"‘’'「」]+", "", folded))


def locator_key(locator: str) -> str:
    return bounded(normal_locator(locator))


def document_key(number: str, issuer: str, title: str) -> str:
    """The number, or issuer and title where none is printed, so written that it can stand in an address as one step."""
    words = re.sub(r"[\s\x00-\x1f\x7f]+", " ", number or f"{issuer} {title}").strip()
    return bounded(words.replace("/", "／").replace("\\", "＼")) or "无题"


def numbered_key(key: str, place: int) -> str:
    """The key of the second, third... document of the same key: 许政办〔2022〕27号_2."""
    return bounded(f"{key}_{place}")


_TOKEN = re.compile(
    r"附件\d*|附\d*"
    r"|《[^《》]{0,300}》"
    r"|第[一二三四五六七八九十百千零〇\d]{1,9}(?:[编章节条款项目段]|部分)(?:之[一二三四五六七八九十]{1,3})?"
    r"|第?\([^()]{0,12}\)[项目]?"
    r"|第\d{1,4}目"
    r"|\d{1,6}(?:\.\d{1,6})*"
    r"|[①-⑳]"
    r"|[一二三四五六七八九十百]{1,7}"
    r"|[^\s\d()《①-⑳第]+?(?=[\s\d()《①-⑳第]|$)"
    r"|\S"
)


def locator_steps(locator: str, *, bracketed: bool = False) -> list[str]:
    """A locator cut into its steps, each in normal form: 四（三）1 -> 四, (三), 1. White space always cuts.

    Where `bracketed`, 第一项 is read as people often mean it: 第（一）项.
    """
    kept = "".join(c if "①" <= c <= "⑳" else unicodedata.normalize("NFKC", c) for c in locator).replace("、", " ")
    kept = re.sub(r"(?<![第\d.一二三四五六七八九十百千])(\d+)\s*([条款])", r"第\1\2", kept)
    kept = re.sub(r"第\s*([一二三四五六七八九十百千零〇\d]+)\s*([编章节条款项目段])", r"第\1\2", kept)
    if bracketed:
        kept = re.sub(r"第([一二三四五六七八九十百]+|\d{1,3})项", lambda found: f"第({_chinese(found[1])})项", kept)
    steps = (_figure(normal_locator(step)) for step in _TOKEN.findall(kept))
    return [step for step in steps if step]


def _chinese(figure: str) -> str:
    return int_to_chinese(int(figure)) if figure.isdecimal() and int(figure) else figure


def step_number(step: str) -> tuple[str, int]:
    """What kind of step it is, and its number: (三) -> ("(一)", 3), 第三条 -> ("第一条", 3), 引言 -> ("引言", 0)."""
    if found := re.search(r"[一二三四五六七八九十百千]+|\d+", step):
        number = read_int(found[0])
        # A decimal number is one of its kind only with all but its last figure.
        if "." in step:
            before, _dot, last = step.rpartition(".")
            return before, read_int(last) or 0
        return step[: found.start()] + ("" if found[0].isdecimal() else "一") + step[found.end() :], number or 0
    return step, 0


def _figure(step: str) -> str:
    """第（一）项 and （一） are one step, and so are 第1目 and 1: the word that names the level may be left out."""
    if found := re.fullmatch(r"(\([^()]*\))[项目]", step):
        return found[1]
    if found := re.fullmatch(r"第([^第]+)[项目]", step):
        number = chinese_to_int(found[1])
        return str(number) if number is not None else step
    return step
