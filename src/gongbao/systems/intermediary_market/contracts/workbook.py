"""Contracts as a workbook: the list that everybody sees, and that of the parties and the operator."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from gongbao.core.labels import Label
from gongbao.gazette.tables import Kind
from gongbao.office.papers.workbook import Sheet, SheetColumn, to_workbook
from gongbao.systems.intermediary_market.contracts.queries import Published, Row
from gongbao.systems.intermediary_market.purchases.models import Fund

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_SERVICE, _STATE = (Label("服务事项", "Service"), Kind.TEXT), (Label("状态", "State"), Kind.TEXT)
_OWNER, _AGENCY = (Label("项目业主", "Owner"), Kind.TEXT), (Label("中介机构", "Agency"), Kind.TEXT)
_FUND, _AMOUNT = (Label("资金来源", "Funds"), Kind.TEXT), (Label("合同金额", "Sum"), Kind.MONEY)
_SIGNED, _FILED = (Label("签订日期", "Signed on"), Kind.DATE), (Label("备案日期", "Filed on"), Kind.DATE)
_DELIVER = (Label("约定完成日期", "To be delivered by"), Kind.DATE)

PUBLISHED = (
    _SERVICE, _OWNER, _AGENCY, _FUND, _AMOUNT, _SIGNED, _FILED, _DELIVER,
    (Label("变更次数", "Amendments"), Kind.INTEGER), _STATE,
)  # fmt: skip
ROWS = (
    _SERVICE, _OWNER, _AGENCY, _FUND, (Label("中选金额", "Award"), Kind.MONEY), _AMOUNT, _SIGNED, _FILED, _DELIVER,
    (Label("已付金额", "Paid"), Kind.MONEY), (Label("尚欠金额", "Owed"), Kind.MONEY),
    (Label("付款期限", "To be paid by"), Kind.DATE), _STATE, (Label("逾期事项", "Overdue"), Kind.TEXT),
    (Label("逾期完成事项", "Done late"), Kind.TEXT),
)  # fmt: skip


def of_published(found: Sequence[Published], language: str, made_at: datetime) -> bytes:
    """The published contracts."""
    rows: list[list[str | date | None]] = [
        [
            one.service,
            one.owner_name,
            one.agency_name,
            str(Fund(one.fund).label),
            str(one.amount),
            one.signed_on,
            one.filed_on,
            one.deliver_by,
            str(len(one.amendments)),
            one.state.in_language(language),
        ]
        for one in found
    ]
    return _book(Label("公示的合同", "Published contracts"), PUBLISHED, rows, language, made_at)


def of_rows(found: Sequence[Row], language: str, made_at: datetime) -> bytes:
    """Contracts with their payments, for whoever is concerned."""
    rows: list[list[str | date | None]] = [
        [
            one.service,
            one.owner_name,
            one.agency_name,
            str(Fund(one.contract.purchase.fund).label),
            _plain(one.award),
            _plain(one.amount),
            one.signed_on,
            one.filed_on,
            one.deliver_by,
            _plain(one.paid),
            _plain(one.owed),
            one.pay_by,
            one.state.in_language(language),
            "；".join(run.clock.label.in_language(language) for run in one.overdue),
            "；".join(run.clock.label.in_language(language) for run in one.late),
        ]
        for one in found
    ]
    return _book(Label("中介服务合同", "Contracts"), ROWS, rows, language, made_at)


def _book(
    title: Label,
    heads: Sequence[tuple[Label, Kind]],
    rows: Sequence[Sequence[str | date | None]],
    language: str,
    made_at: datetime,
) -> bytes:
    yuan = Label("元", "yuan").in_language(language)
    columns = [
        SheetColumn(label.in_language(language), kind, yuan if kind == Kind.MONEY else "") for label, kind in heads
    ]
    told = title.in_language(language)
    return to_workbook([Sheet(told, columns, rows)], title=told, made_at=made_at)


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
