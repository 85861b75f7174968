"""How long what is personal in the files of conduct, purchases and contracts is kept at least: erasing it before is
refused (CaseType.kept_until). Ratings and conduct themselves are never removed, and grades follow from them.

The record of a yearly grade is kept for ten years (第三十四条). The files of a purchase from public funds are kept for
fifteen (政府采购法 第四十二条); that the files of all other purchases, contracts and conduct are kept as long is our rule.
"""

from datetime import date

from gongbao.office.cases.models import Case
from gongbao.procedures.fields import SHANGHAI

YEARS_OF_GRADES = 10
"""What conduct, ratings and clues are kept for at least: as no code removes them and the database refuses to, longer."""
YEARS_OF_FILES = 15


def files_kept_until(case: Case) -> date | None:
    """The first day on which what is personal in the case may be erased; None while the case is open."""
    if case.closed_at is None:
        return None
    closed = case.closed_at.astimezone(SHANGHAI).date()
    try:
        return closed.replace(year=closed.year + YEARS_OF_FILES)
    except ValueError:  # 29 February
        return date(closed.year + YEARS_OF_FILES, 3, 1)
