"""From when until when a document is in force, as its own clauses say.

Periods are counted by 民法典 第二百条 to 第二百零四条: the day of issue is not counted, and a period
of years ends on the day that corresponds to the one it began on. `until` is the last day in force.
"""

import re
from datetime import date, timedelta

from gongbao.core.dates import DATE_PATTERN, add_months, add_years, date_from_match
from gongbao.core.numerals import CHINESE_NUMERAL, read_int
from gongbao.gazette.model import Clause, Document, PartKind, Validity

_N = rf"[\d{CHINESE_NUMERAL}]{{1,4}}"
_SELF = r"(?:^|(?<=[，。；\n]))\s*(?:(?:本|以上|该)[^，。；《》\n]{1,20}?)?"
_BEGIN = r"(?:起)?(?:正式)?(?:开始)?(?:施行|实施|执行|生效|试行)"
_ISSUE = r"(?:印发|发布|公布|下发|颁布|发文|颁发|签发)"
_SECOND = re.sub(r"\?P<(\w+)>", r"?P<\g<1>2>", DATE_PATTERN.pattern)
_FROM_DATE = re.compile(
    rf"{_SELF}(?:自|从|于)\s*{DATE_PATTERN.pattern}\s*{_BEGIN}|{_SELF}(?:的)?(?:施行|实施|执行|生效)日期为\s*{_SECOND}"
)
_FROM_ISSUE = re.compile(rf"{_SELF}(?:自|从)(?:本[^，。]{{1,6}})?{_ISSUE}之日\s*{_BEGIN}")
_DAYS_AFTER = re.compile(
    rf"{_SELF}(?:自|从)(?:本[^，。]{{1,6}})?{_ISSUE}之日(?:起)?(?:满)?\s*(?P<days>{_N})\s*(?:个自然)?日(?:后|之后)?{_BEGIN}"
)
# The term must be the document's own: 有效期 at the beginning of a phrase, not 许可证有效期.
_OWN = r"(?:^|(?<=[，。；\n]))\s*(?:本[^，。；《》\n]{1,14}?|其)?(?:的)?"
_PERIOD = r"(?:有效期|试行期|执行期|实施期|暂定期)(?:限)?"
_TERM = re.compile(
    rf"{_OWN}{_PERIOD}(?:为|暂定)?\s*(?P<number>{_N})\s*(?P<unit>年|个月)|(?:试行|暂行)(?P<trial>{_N})(?P<unit2>年|个月)"
)
_FROM_UNTIL = re.compile(rf"{_OWN}{_PERIOD}(?:为|自|从)*\s*{DATE_PATTERN.pattern}起?(?:至|到|—|-)\s*{_SECOND}")
_UNTIL = re.compile(
    rf"(?:{_OWN}{_PERIOD}(?:为[^，。]{{0,20}})?|{_BEGIN}，?(?:{_PERIOD})?)(?:截?至|到)\s*{DATE_PATTERN.pattern}"
)


def find_validity(document: Document) -> Validity:
    """Read the clauses that say from when and until when; a document that says nothing holds from its date."""
    begin, begin_clause = document.date, ""
    until, until_clause = None, ""
    for clause in _candidates(document):
        words = f"{clause.heading}\n{clause.text}"
        if not begin_clause:
            found = _begin(words, document.date)
            if found is not None:
                begin, begin_clause = found, clause.eid
        # A term stands where the document says from when it holds, or names itself (本办法有效期…).
        own = clause.eid == begin_clause or re.search("本[^，。]{1,14}(?:有效期|试行期|执行期|实施期)", words)
        if not until_clause and own:
            end = _until(words, begin)
            if end is not None:
                until, until_clause = end, clause.eid
    return Validity(begin, until, begin_clause, until_clause)


def _candidates(document: Document) -> list[Clause]:
    """Clauses that may speak of the document's own force: the last ones first, since that is where they stand."""
    clauses = [clause for part in document.parts if part.kind is not PartKind.ANNEX for clause in part.walk()]
    return [clause for clause in reversed(clauses) if clause.text or clause.heading]


def _begin(words: str, issued: date | None) -> date | None:
    if found := _DAYS_AFTER.search(words):
        days = read_int(found["days"])
        return issued + timedelta(days=days) if issued and days else None
    if found := _FROM_DATE.search(words):
        return date_from_match(found) if found["year"] else _second_date(found)
    if found := _FROM_UNTIL.search(words):
        return date_from_match(found)
    if _FROM_ISSUE.search(words):
        return issued
    return None


def _until(words: str, begin: date | None) -> date | None:
    if found := _FROM_UNTIL.search(words):
        return _second_date(found)
    if found := _UNTIL.search(words):
        return date_from_match(found)
    if begin is not None and (found := _TERM.search(words)):
        number = read_int(found["number"] or found["trial"])
        if number and number < 100:
            unit = found["unit"] or found["unit2"]
            return add_months(begin, number) if unit == "个月" else add_years(begin, number)
    return None


def _second_date(found: "re.Match[str]") -> date | None:
    """The date in a pattern's second place."""
    inner = DATE_PATTERN.search(f"{found['year2']}年{found['month2']}月{found['day2']}日")
    return date_from_match(inner) if inner else None
