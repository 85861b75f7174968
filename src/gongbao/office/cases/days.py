"""Days as people list them: one a line or with commas, ranges with 至 or two dots: 2027-01-01..2027-01-03."""

import re
from datetime import date

from gongbao.core.dates import ONE_DAY, read_date
from gongbao.core.errors import GongbaoError

_LONGEST = 31
_BETWEEN = re.compile(r"\s*(?:\.\.|至|—|～|~|\bto\b)\s*")


def read_days(text: str, where: str = "") -> list[date]:
    """The days in their order, each once. Raises GongbaoError, naming what cannot be read."""
    found: set[date] = set()
    for piece in re.split(r"[\n,，、;；]+", text):
        if piece.strip():
            found.update(_days(piece.strip(), where))
    return sorted(found)


def _days(piece: str, where: str) -> list[date]:
    ends = [_day(one, piece, where) for one in _BETWEEN.split(piece)]
    first, last = ends[0], ends[-1]
    if len(ends) > 2 or last < first or (last - first).days >= _LONGEST:
        raise GongbaoError(f"“{piece[:40]}” is no range of days", where=where)
    return [first + ONE_DAY * passed for passed in range((last - first).days + 1)]


def _day(text: str, piece: str, where: str) -> date:
    try:
        found = read_date(text) or date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None:
        raise GongbaoError(f"“{piece[:40]}” is no day; write it like 2027-01-01", where=where)
    return found
