"""A letter of a case: acceptance, correction, refusal, decision, and whatever else a procedure declares.

    wording = wordings.wording("refusal", "zh", folder_of_the_system)
    letter_docx(CaseLetter(authority, letter.label, "云市监投不〔2026〕3号", "某某", wording, {"reason": "…"}, …))
    letter_pdf(…)                                         the same to be printed

Laid out after GB/T 9704-2012, as far as it goes for a letter: 3号 characters, 28 a line, the date four characters from
the right with the unit above it, and room for the seal over both. Red head and seal are left to the authority. On a
page of its own stands the proof of service (送达回证), whose day starts the remedies.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.gazette.model import gap
from gongbao.office.papers.official_docx import width
from gongbao.office.papers.paper import (
    Authority as Authority,
)
from gongbao.office.papers.paper import (
    Block,
    Cell,
    Line,
    NewPage,
    Paper,
    Row,
    Table,
    colon,
    day_in_words,
    printable,
    required,
)
from gongbao.office.papers.pdf import pdf_of
from gongbao.office.papers.word import docx_of
from gongbao.office.papers.wordings import Wording, filled
from gongbao.procedures.declare import Remedy

SIZE, LEADING, CHARACTERS = 16, 28, 28
_MARGINS = (37, 23.8, 35, 28)
_SEAL = 2 * LEADING
"""Free above the signature: a seal of 42 mm over unit and date then ends within a line of the text (7.3.5.1)."""

_TEXTS = {
    "remedies": Label(
        "如对本文书不服，可以依法通过下列途径寻求救济：", "The law offers the following remedies against this letter:"
    ),
    "contact": Label("联系部门", "contact"),
    "telephone": Label("联系电话", "telephone"),
    "address": Label("地址", "address"),
    "hours": Label("办公时间", "office hours"),
    "translation": Label(
        "本文书以中文文本为准。", "This is a translation for information; the Chinese text alone has legal effect."
    ),
    "no_day": Label("　　　　年　　月　　日", "(date)"),
    "proof": Label("送达回证", "Proof of service"),
    "letter": Label("送达文书", "Letter served"),
    "number": Label("文书编号", "Its number"),
    "addressee": Label("受送达人", "Addressee"),
    "place": Label("送达地点", "Place of service"),
    "manner": Label("送达方式", "Manner of service"),
    "served": Label("送达日期", "Day of service"),
    "recipient": Label("受送达人\n签名或者盖章", "Signature or seal\nof the addressee"),
    "other": Label("代收人签名、\n与受送达人关系", "Signature of another\nrecipient, relation"),
    "witness": Label("见证人签名", "Signature of a witness"),
    "server": Label("送达人签名\n（不少于两人）", "Signatures of those\nwho served it (two)"),
    "note": Label("备注", "Notes"),
    "day": Label("　　　　年　　月　　日　　时　　分", "date and time:"),
    "manners": Label(
        "□直接　□留置　□邮寄　□电子　□委托　□公告",
        "□ handed over  □ left at the place  □ by post  □ electronically  □ by another body  □ by public notice",
    ),
    "how": Label(
        "说明：受送达人拒收或者拒签的，由送达人在备注栏写明事由和日期，并由见证人签名。",
        "If the addressee refuses, whoever serves writes reason and date into the notes, and a witness signs.",
    ),
}


@dataclass(frozen=True, slots=True)
class RemedyTold:
    """A remedy; `last_day` once the letter was served, `where` in place of the declared body where it is known.

    `provisional`: the days off of that year are not known yet.
    """

    remedy: Remedy
    where: str = ""
    last_day: date | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """That the letter was served."""

    day: date
    manner: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class CaseLetter:
    """A letter; its language is that of the wording.

    `values` fill the gaps of the wording; of themselves are filled `authority`, `addressee`, `title`, `number`, `day`,
    `clauses`, `contact` and `telephone`, and the places `to_correct` and `remedies`. `clauses` have their document
    before them (Procedure.cite). `day` None leaves the date to be written by hand. `place_of_service`: where it is to
    be served.
    """

    authority: Authority
    title: Label
    number: str
    addressee: str
    wording: Wording
    values: Mapping[str, str | date] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    to_correct: tuple[str, ...] = ()
    remedies: tuple[RemedyTold, ...] = ()
    day: date | None = None
    unit: str = ""
    """Who signs, where that is not the authority by its name."""
    salutation: str = ""
    place_of_service: str = ""
    served: Service | None = None
    with_proof: bool = True


def letter_docx(letter: CaseLetter) -> bytes:
    """The letter as a Word file. Raises GongbaoError where a gap of its wording is not filled."""
    return docx_of(letter_paper(letter))


def letter_pdf(letter: CaseLetter) -> bytes:
    """The letter as a PDF, to be printed. Raises GongbaoError where a gap of its wording is not filled."""
    return pdf_of(letter_paper(letter))


def items(text: str) -> tuple[str, ...]:
    """The lines of a text as items of a list, without the numbers that somebody set before them."""
    mark = re.compile(r"\s*(?:[（(]?[\d一二三四五六七八九十]{1,3}[）)、．]|\d{1,2}\.(?!\d)|[-•·])\s*")
    bare = (mark.sub("", line, count=1).strip() for line in printable(text).splitlines())
    return tuple(one for one in bare if one)


def clause_in_words(clause: str, language: str) -> str:
    """As a letter cites it: 行政复议法 第二十条 -> 《行政复议法》第二十条."""
    if not language.startswith("zh"):
        return clause
    document, _, place = clause.rpartition(" ")
    if not document:
        return clause
    return f"{document}{place}" if "〔" in document or document.startswith("《") else f"《{document}》{place}"


def letter_paper(letter: CaseLetter) -> Paper:
    """The content of the letter."""
    language = letter.wording.language
    say = {name: label.in_language(language) for name, label in _TEXTS.items()}
    title = _title(letter)
    size = 22 if language.startswith("zh") else 18
    name = required(letter.authority.name, "the name of the authority")
    blocks: list[Block] = [
        Line(name, size=size, face="title", align="center", leading=size + 12, after=0, keep=True),
        Line(title, size=size, face="title", align="center", leading=size + 12, after=4, keep=True),
    ]
    if letter.number.strip():
        blocks.append(_line(letter.number, language, align="center", keep=True))
    to = letter.salutation or f"{required(letter.addressee, 'an addressee')}{colon(language).strip()}"
    blocks.append(_line(to, language, before=LEADING, keep=True))
    body = list(_body(letter, language, say))
    # The signature never stands alone on a page, nor with 特此通知 alone.
    last = 2 if width(body[-1].text) < CHARACTERS else 1
    blocks += [*body[:-last], *(replace(one, keep=True) for one in body[-last:]), *_signature(letter, language, say)]
    if not language.startswith("zh"):
        blocks.append(Line(say["translation"], size=10.5, before=8))
    if letter.with_proof:
        blocks += [NewPage(), *_proof(letter, title, language, say)]
    return Paper(title, language, tuple(blocks), margins=_MARGINS, day=letter.day)


def _title(letter: CaseLetter) -> str:
    title = letter.title.in_language(letter.wording.language)
    return title[:1].upper() + title[1:]


def _line(text: str, language: str, **form: Any) -> Line:
    size, leading = (SIZE, LEADING) if language.startswith("zh") else (12, 18)
    return Line(text, **{"size": size, "leading": leading, "after": 0} | form)


def _text(text: str, language: str, **form: Any) -> Line:
    """A paragraph of the body, its first line two characters in; in English, with room above it instead."""
    if language.startswith("zh"):
        return _line(text, language, first=2 * SIZE, align="both", **form)
    return _line(text, language, **{"before": 6} | form)


def _numbered(texts: Sequence[str], language: str) -> Iterator[Line]:
    for number, text in enumerate(texts, start=1):
        if len(texts) == 1:
            yield _text(text, language)
        elif language.startswith("zh"):
            yield _text(f"{number}.{gap(f'{number}.', text)}{text}", language)
        else:
            yield _text(text, language, mark=f"{number}.", hanging=24, before=3)


def _body(letter: CaseLetter, language: str, say: dict[str, str]) -> Iterator[Line]:
    asked = [one for one in letter.to_correct if printable(one).strip()]
    remedies = [_remedy(one, letter, language) for one in letter.remedies]
    values = {key: day_in_words(one, language) if isinstance(one, date) else one for key, one in letter.values.items()}
    values |= {
        "authority": letter.authority.name,
        "addressee": letter.addressee,
        "title": _title(letter),
        "number": letter.number,
        "day": day_in_words(letter.day, language) if letter.day else "",
        "clauses": ("、" if language.startswith("zh") else ", ").join(
            clause_in_words(one, language) for one in letter.clauses
        ),
        "contact": letter.authority.contact,
        "telephone": letter.authority.telephone,
        "to_correct": "\n".join(asked),
        "remedies": "\n".join(remedies),
    }
    for place, words in filled(letter.wording, {key: printable(one) for key, one in values.items()}):
        if place == "to_correct":
            yield from _numbered(asked, language)
        elif place == "remedies":
            yield _text(say["remedies"], language, keep=True)
            yield from _numbered(remedies, language)
        else:
            yield _text(words, language)


def _remedy(told: RemedyTold, letter: CaseLetter, language: str) -> str:
    remedy = told.remedy
    label, period = remedy.label.in_language(language), remedy.period.label.in_language(language)
    where = told.where or remedy.where.in_language(language)
    clause = clause_in_words(remedy.clause, language)
    if told.last_day and not letter.served:
        raise GongbaoError(f"the last day of the remedy {remedy.key} is told, and no service of the letter")
    if told.last_day and letter.served:
        served, last = day_in_words(letter.served.day, language), day_in_words(told.last_day, language)
        if language.startswith("zh"):
            doubt = "（节假日安排尚未公布，暂定）" if told.provisional else ""
            return f"{label}：自{served}送达之日起{period}内，即最迟于{last}{doubt}，向{where}提出（{clause}）。"
        doubt = " (provisional: the days off of that year are not known yet)" if told.provisional else ""
        return (
            f"{label}: within {period} of service on {served}, by {last} at the latest{doubt}, at {where} ({clause})."
        )
    if language.startswith("zh"):
        return f"{label}：自本文书送达之日起{period}内，向{where}提出（{clause}）。"
    return f"{label}: within {period} of service of this letter, at {where} ({clause})."


def _signature(letter: CaseLetter, language: str, say: dict[str, str]) -> list[Line]:
    """The date four characters from the right and the unit in the middle above it (7.3.5.1), if there is room."""
    unit = printable(letter.unit.strip() or letter.authority.name)
    day = day_in_words(letter.day, language) if letter.day else say["no_day"]
    day_right = 4.0
    unit_right = day_right + (width(day) - width(unit)) / 2
    if unit_right < 0:
        unit_right, day_right = 0.0, min((width(unit) - width(day)) / 2, CHARACTERS - width(day))
    size = _line("", language).size
    contact = _contact(letter.authority, language, say)
    return [
        _line(unit, language, align="right", before=_SEAL, right=unit_right * size, keep=True),
        _line(day, language, align="right", right=max(day_right, 0) * size, keep=bool(contact)),
        *contact,
    ]


def _contact(authority: Authority, language: str, say: dict[str, str]) -> list[Line]:
    """Below the date and the seal, in brackets, as the note of 7.3.6."""
    told = [(name, getattr(authority, name)) for name in ("contact", "telephone", "address", "hours")]
    words = [f"{say[name]}{colon(language)}{value.strip()}" for name, value in told if value.strip()]
    if not words:
        return []
    text = f"（{'；'.join(words)}）" if language.startswith("zh") else f"({'; '.join(words)})"
    return [Line(text, size=12, leading=20, first=24, before=LEADING - 4, after=0, align="both")]


def _proof(letter: CaseLetter, title: str, language: str, say: dict[str, str]) -> Iterator[Block]:
    served = letter.served
    yield Line(letter.authority.name, size=18, face="title", align="center", leading=28, after=0, keep=True)
    yield Line(say["proof"], size=20, face="title", align="center", leading=32, after=10, keep=True)
    rows = [
        ("letter", title, 14),
        ("number", letter.number, 14),
        ("addressee", letter.addressee, 14),
        ("place", served.place if served and served.place else letter.place_of_service, 16),
        ("manner", served.manner if served else say["manners"], 14),
        ("served", day_in_words(served.day, language) if served else say["day"], 14),
        ("recipient", "", 20),
        ("other", "", 20),
        ("server", "", 20),
        ("witness", "", 18),
        ("note", "", 22),
    ]
    yield Table(
        (1.0, 2.6),
        tuple(
            Row((Cell(say[name], label=True, align="center"), Cell(words)), height=high) for name, words, high in rows
        ),
        size=12,
    )
    yield Line(say["how"], size=10, before=6, align="both")
