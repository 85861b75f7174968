"""What was bought from public funds as a workbook."""

from collections.abc import Iterable
from datetime import date, datetime

from gongbao.core.labels import Label
from gongbao.gazette.tables import Kind
from gongbao.office.papers.workbook import Sheet, SheetColumn, to_workbook
from gongbao.systems.intermediary_market.purchases.models import ProcurementLimit
from gongbao.systems.intermediary_market.purchases.spending import Spent

_SPENT = (
    (Label("项目业主", "Owner"), Kind.TEXT),
    (Label("统一社会信用代码", "Unified social credit code"), Kind.TEXT),
    (Label("事项编码", "Code of the service"), Kind.TEXT),
    (Label("服务事项", "Service"), Kind.TEXT),
    (Label("采购数", "Purchases"), Kind.INTEGER),
    (Label("金额（元）", "Sum (yuan)"), Kind.MONEY),
    (Label("计入限额的累计（元）", "Counted against the limit (yuan)"), Kind.MONEY),
    (Label("采购限额标准（元）", "Limit (yuan)"), Kind.MONEY),
    (Label("与限额相比", "Against the limit"), Kind.TEXT),
)


def of_spending(
    budget_year: int, rows: Iterable[Spent], figure: ProcurementLimit | None, language: str, made_at: datetime
) -> bytes:
    """All rows of a budget year."""
    told: list[list[str | date | None]] = [
        [
            one.owner.name,
            one.owner.uscc,
            one.item_code,
            one.item_name,
            str(one.number),
            str(one.amount),
            None if one.total is None else str(one.total),
            None if figure is None else str(figure.amount),
            one.label.in_language(language),
        ]
        for one in rows
    ]
    title = Label(f"{budget_year}年财政性资金采购", f"Bought from public funds in {budget_year}").in_language(language)
    columns = [SheetColumn(label.in_language(language), kind) for label, kind in _SPENT]
    return to_workbook([Sheet(title, columns, told)], title=title, made_at=made_at)
