"""How long the files of the market are kept: erasing what is personal in them before is refused (CaseType.kept_until).

The record of a yearly grade is kept for ten years at least (第三十四条): ratings and conduct are never removed, which
the database refuses, and grades follow from them. The files of a purchase from public funds are kept for fifteen
(政府采购法 第四十二条); that those of all other purchases, of contracts, conduct and complaints are kept as long is our
rule. A complaint is part of what 第三十条 has the operator keep, and who complained counts (第三十二条第（八）项).
"""

from datetime import date

from gongbao.office.cases.models import Case
from gongbao.procedures.fields import SHANGHAI

YEARS = 15


def files_kept_until(case: Case) -> date | None:
    """The first day on which what is personal in the case may be erased; None while the case is open."""
    if case.closed_at is None:
        return None
    closed = case.closed_at.astimezone(SHANGHAI).date()
    try:
        return closed.replace(year=closed.year + YEARS)
    except ValueError:  # 29 February
        return date(closed.year + YEARS, 3, 1)
