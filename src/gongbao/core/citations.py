"""Document numbers (文号) and citations of a clause, as a person writes them.

A document number has a series (代字), a year and a serial: 许政办〔2022〕27号. The series 许政 and 许政办
share figures and are two different series. An order has no year: 许昌市人民政府令第8号.

A citation is a document number and a locator in that document: 许政办〔2022〕27号 第三十六条第一款. What a
locator may look like is said in docs/contract.md; here it is a string that two people write alike.
"""

import re
import unicodedata
from dataclasses import dataclass

from gongbao.core.errors import GongbaoError
from gongbao.core.numerals import int_to_chinese

# Every bracket that has been seen, or is easily typed, where 〔 〕 belongs.
OPEN, CLOSE = "〔﹝［\\[【〖（(｛{", "〕﹞］\\]】〗）)｝}"

_SERIES = r"[\u4e00-\u9fff]{1,12}"
NUMBER_PATTERN = re.compile(
    rf"(?P<series>{_SERIES}?)\s{{0,4}}[{OPEN}]\s{{0,4}}(?P<year>(?:19|20)\d{{2}})\s{{0,4}}[{CLOSE}]\s{{0,4}}第?\s{{0,4}}(?P<serial>\d{{1,5}})\s{{0,4}}号"
)
ORDER_PATTERN = re.compile(
    r"(?P<series>[\u4e00-\u9fff]{2,30}令)\s{0,4}[（(]?\s{0,4}第?\s{0,4}(?P<serial>\d{1,4})\s{0,4}号[）)]?"
)


@dataclass(frozen=True, slots=True, order=True)
class DocumentNumber:
    """A document number in its normal form. `year` is 0 for an order, which is numbered without one."""

    series: str
    year: int
    serial: int

    def __str__(self) -> str:
        if not self.year:
            return f"{self.series}第{self.serial}号"
        return f"{self.series}〔{self.year}〕{self.serial}号"


def read_number(text: str) -> DocumentNumber | None:
    """Read a text that is a document number and nothing else, in any brackets and spacing; else None."""
    text = unicodedata.normalize("NFKC", text).strip()
    if found := NUMBER_PATTERN.fullmatch(text):
        return DocumentNumber(found["series"], int(found["year"]), int(found["serial"])) if found["series"] else None
    if found := ORDER_PATTERN.fullmatch(text):
        return DocumentNumber(found["series"], 0, int(found["serial"]))
    return None


@dataclass(frozen=True, slots=True)
class Citation:
    """One clause of one document: `number` in normal form and `locator` ("" for the document as a whole)."""

    number: str
    locator: str

    def __str__(self) -> str:
        return f"{self.number} {self.locator}".strip()


def normal_locator(text: str) -> str:
    """Fold what people type differently in a locator: width, brackets, spaces, 第3条 for 第三条.

    Two locators are of the same clause when their normal forms are equal.
    """
    # NFKC turns ① into 1, which is another level of numbering.
    text = "".join(c if "①" <= c <= "⑳" else unicodedata.normalize("NFKC", c) for c in text)
    text = re.sub(r"\s+", "", text).replace("．", ".").replace("。", ".")
    text = re.sub(r"([一二三四五六七八九十百]{1,7})、", r"\1", text)
    text = re.sub(
        r"第(\d{1,4})(?=[编章节条款项目段]|部分)",
        lambda m: f"第{int_to_chinese(int(m[1]))}" if 1 <= int(m[1]) <= 9999 else m[0],
        text,
    )
    return re.sub(r"第\(([^()]{1,8})\)(?=[项目])", r"(\1)", re.sub(r"\.(?=\D|$)", "", text))


def read_citation(text: str) -> Citation:
    """Read `许政办〔2022〕27号 第三十六条`, with any brackets, the space optional.

    Raises GongbaoError, in words, where no document number stands at the beginning.
    """
    plain = unicodedata.normalize("NFKC", text.strip()) if text else ""
    for pattern in (NUMBER_PATTERN, ORDER_PATTERN):
        if found := pattern.match(plain):
            number = read_number(found[0])
            if number is not None:
                # Cut the locator from what was typed, not from its folded form: ① must stay ①.
                rest = text.strip()
                return Citation(str(number), rest[rest.index("号") + 1 :].strip())
    raise GongbaoError(
        f"“{text.strip()[:60]}” does not begin with a document number; write it like 许政办〔2022〕27号 第三十六条"
    )
