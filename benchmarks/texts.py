"""Invented texts to measure with: gazettes of any size made from the sample, and shapes that are hard to read.

The same seed gives the same text. Sizes are in bytes of UTF-8; 1 MB is 1 000 000 bytes.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from gongbao.gazette import read_gazette
from gongbao.sample import GAZETTE

MB = 1_000_000

# Cities that no map has: one character of each, chosen so that pairs are no real names.
_FIRST = "云岚澄沐翠霁岫霖泠汀沚潋滟蔚苒莞棠榕槿桦枫杉柏梓栖鹭雁鹤麓峤岑嵘"
_SECOND = "澜岫溆浔湄滢泽澍湉渚洵漪淙沁渌澧溱洮湟沅汭浈洧滦沭泗沔沣圃垣埔坞垌坂埂墅坪垭岩岗岔屏"
_FIGURE = re.compile(r"\d+(?=(?:万元|户|家|名|公里|个|套))")
_YEAR = re.compile(r"20\d\d(?=年)")
_NUMBER = re.compile(r"云政(?P<office>办)?〔(?P<year>\d{4})〕(?P<serial>\d+)号")


@dataclass(frozen=True, slots=True)
class Made:
    """A document of the generator: its title and its text, from the title's line to the last."""

    title: str
    text: str


@cache
def _models() -> list[Made]:
    """The documents of the sample gazette."""
    text = GAZETTE.read_text(encoding="utf-8")
    lines = text.split("\n")
    read = read_gazette(text).documents
    begins = [document.first_line - 1 for document in read] + [len(lines)]
    return [
        Made(document.title, "\n".join(lines[begin:end]).strip("\n"))
        for document, (begin, end) in zip(read, pairwise(begins), strict=True)
    ]


def documents(seed: int, cities: int = 1000) -> Iterator[Made]:
    """Documents without end: those of the sample again and again, each time of the next city, another year and figures.

    No two have the same number; with as many cities as rounds no two have the same title.
    """
    chance = random.Random(seed)
    turn = 0
    while True:
        round_, place = divmod(turn, min(cities, len(_FIRST) * len(_SECOND)))
        column, row = divmod(place, len(_FIRST))
        yield from _of_city(_FIRST[row], _SECOND[column], 10 * (round_ * len(_SECOND) + column), chance)
        turn += 1


def _of_city(first: str, second: str, before: int, chance: random.Random) -> Iterator[Made]:
    """The sample's documents as those of a city, their numbers `before` higher, their years earlier by chance."""
    earlier = chance.randint(0, 20)

    def number(found: re.Match[str]) -> str:
        serial = before + int(found["serial"])
        return f"{first}政{found['office'] or ''}〔{int(found['year']) - earlier}〕{serial}号"

    def varied(text: str) -> str:
        text = _YEAR.sub(lambda found: str(int(found[0]) - earlier), _NUMBER.sub(number, text))
        return text.replace("云澜", first + second)

    for model in _models():
        text = _FIGURE.sub(lambda found: str(chance.randint(1, 10 ** len(found[0]))), model.text)
        yield Made(varied(model.title), varied(text))


def issue(made: list[Made], number: int, year: int = 2026) -> str:
    """An issue of a gazette with these documents and the table of contents that announces them."""
    contents = "\n".join(f"{one.title} .....\t{page}" for page, one in enumerate(made, 1))
    head = f"云澜市人民政府公报\n\n云澜市人民政府办公室\n\n{year}年第{number}期\n\n目 录\n\n{contents}\n\n"
    return head + "\n\n".join(one.text for one in made) + "\n"


def gazette(size: int, seed: int = 1) -> str:
    """An issue of about `size` bytes (at most; at least one document)."""
    made: list[Made] = []
    room = size - 200
    for one in documents(seed):
        room -= len(one.text.encode()) + len(one.title.encode()) + 16
        if room < 0 and made:
            break
        made.append(one)
    return issue(made, 1)


def _filled(size: int, pieces: Iterator[str]) -> str:
    out: list[str] = []
    room = size
    while room > 0:
        out.append(next(pieces))
        room -= len(out[-1].encode())
    return "".join(out).encode()[:size].decode(errors="ignore")


HEAD = "云澜市人民政府关于若干事项的通知\n云政〔2026〕1号\n各县（市、区）人民政府：\n"


def _endless(size: int, chance: random.Random) -> str:
    """One line: the documents with every line break and tab taken out."""
    text = gazette(size, chance.randrange(1000))
    return re.sub(r"\s*\n\s*", "", text.replace("\t", "，"))


def _rows(size: int, chance: random.Random) -> str:
    """One document that is all one table."""

    def pieces() -> Iterator[str]:
        row = 0
        yield HEAD + "一、名单如下：\n"
        while True:
            row += 1
            yield f"{row}\t省级绿色工厂\t云澜第{chance.randint(1, 999)}机械有限公司\t{chance.randint(1, 99)}\n"

    return _filled(size, pieces())


def _deep(size: int, chance: random.Random) -> str:
    """One document of clauses of a few words, down to the deepest level and up again at random."""
    styles: list[Callable[[int], str]] = [
        lambda n: f"第{_chinese(n)}章 总则{n}",
        lambda n: f"第{_chinese(n)}条 事项{n}如下：",
        lambda n: f"（{_chinese(n)}）事项如下：",
        lambda n: f"{n}. 事项如下：",
        lambda n: f"（{n}）事项如下：",
        lambda n: f"{chr(0x2460 + (n - 1) % 20)}事项；",
    ]

    def pieces() -> Iterator[str]:
        counts = [0] * len(styles)
        level = 0
        yield HEAD
        while True:
            counts[level] += 1
            counts[level + 1 :] = [0] * (len(styles) - level - 1)
            yield styles[level](counts[level]) + "\n"
            level = level + 1 if level + 1 < len(styles) and chance.random() < 0.8 else chance.randint(0, level)

    return _filled(size, pieces())


def _chinese(number: int) -> str:
    figures = "〇一二三四五六七八九"
    if number < 100:
        tens, ones = divmod(number, 10)
        return ((figures[tens] if tens > 1 else "") + "十" if tens else "") + (figures[ones] if ones else "")
    return "".join(figures[int(figure)] for figure in str(number))


def _brackets(size: int, chance: random.Random) -> str:
    """Brackets of all kinds, opened and closed at random, with a word now and then."""
    signs = "（）()《》〔〕“”【】[]" * 4 + "甲乙，。\n"

    def pieces() -> Iterator[str]:
        while True:
            # Round brackets of half width are mended one by one, and each is recorded: the most memory for a byte.
            yield "".join(chance.choices(signs, k=500)) + "(甲)" * 200 + "\n"

    return _filled(size, pieces())


def _sentence(size: int, chance: random.Random) -> str:
    """One sentence that names document after document and never ends."""

    def pieces() -> Iterator[str]:
        yield HEAD.replace("关于", "关于印发") + "一、按照"
        while True:
            serial = chance.randint(1, 9999)
            yield f"《云澜市第{serial}号办法》（云政〔2020〕{serial}号，以下简称《办法》）第一条、"

    return _filled(size, pieces())


def _blanks(size: int, chance: random.Random) -> str:
    """White space, with a beginning of a document number now and then."""

    def pieces() -> Iterator[str]:
        while True:
            yield chance.choice(("云政〔2026〕", "第一条", "甲", "1.", "2026年")) + chance.choice(" \n\t\u3000") * 5_000

    return _filled(size, pieces())


SHAPES: dict[str, Callable[[int, random.Random], str]] = {
    "one line without breaks": _endless,
    "all table rows": _rows,
    "deep numbering": _deep,
    "all brackets": _brackets,
    "one sentence of citations": _sentence,
    "white space": _blanks,
}


def shape(name: str, size: int, seed: int = 1) -> str:
    """A text of about `size` bytes in one of SHAPES."""
    return SHAPES[name](size, random.Random(seed))
