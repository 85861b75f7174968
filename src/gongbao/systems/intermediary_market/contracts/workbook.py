"""Contracts as a workbook: the list that everybody sees, and that of the parties and the operator."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from gongbao.core.labels import Label
from gongbao.gazette.tables import Kind
from gongbao.office.papers.workbook import Sheet, sheet_of, to_workbook
from gongbao.systems.intermediary_market.contracts.instalments import invoices_of
from gongbao.systems.intermediary_market.contracts.queries import Published, Row
from gongbao.systems.intermediary_market.purchases.models import Fund

Cell: TypeAlias = str | date | None

_SERVICE, _STATE = (Label("服务事项", "Service"), Kind.TEXT), (Label("状态", "State"), Kind.TEXT)
_OWNER, _AGENCY = (Label("项目业主", "Owner"), Kind.TEXT), (Label("中介机构", "Agency"), Kind.TEXT)
_FUND, _AMOUNT = (Label("资金来源", "Funds"), Kind.TEXT), (Label("合同金额", "Sum"), Kind.MONEY)
_SIGNED, _FILED = (Label("签订日期", "Signed on"), Kind.DATE), (Label("备案日期", "Filed on"), Kind.DATE)
_RECEIPT = (Label("编号", "Receipt number"), Kind.TEXT)
_DELIVER = (Label("约定完成日期", "To be delivered by"), Kind.DATE)
_INVOICED, _PAID = (Label("已开票金额", "Invoiced"), Kind.MONEY), (Label("已付金额", "Paid"), Kind.MONEY)
_CONFIRMED, _OWED = (Label("已确认收款金额", "Confirmed"), Kind.MONEY), (Label("尚欠金额", "Owed"), Kind.MONEY)
_PAY_BY = (Label("付款期限", "To be paid by"), Kind.DATE)

PUBLISHED = (
    _SERVICE, _OWNER, _AGENCY, _FUND, _AMOUNT, _SIGNED, _FILED, _DELIVER,
    (Label("变更次数", "Amendments"), Kind.INTEGER), _STATE,
)  # fmt: skip
ROWS = (
    _SERVICE, _OWNER, _AGENCY, _FUND, (Label("中选金额", "Award"), Kind.MONEY), _AMOUNT, _SIGNED, _FILED, _DELIVER,
    (Label("期数", "Instalments"), Kind.INTEGER), (Label("已验收期数", "Accepted"), Kind.INTEGER),
    _INVOICED, _PAID, _CONFIRMED, _OWED, _PAY_BY, _STATE, (Label("逾期事项", "Overdue"), Kind.TEXT),
    (Label("逾期完成事项", "Done late"), Kind.TEXT), _RECEIPT,
)  # fmt: skip
PARTS = (
    _RECEIPT, _SERVICE, _OWNER, _AGENCY, (Label("期次", "Instalment"), Kind.INTEGER),
    (Label("名称", "Name"), Kind.TEXT), (Label("付款条件", "Paid for"), Kind.TEXT),
    (Label("本期金额", "Sum"), Kind.MONEY), _DELIVER, (Label("验收日期", "Accepted on"), Kind.DATE),
    _INVOICED, _PAID, _CONFIRMED, _OWED, _STATE,
)  # fmt: skip
INVOICES = (
    _RECEIPT, _SERVICE, _OWNER, _AGENCY, (Label("期次", "Instalment"), Kind.INTEGER),
    (Label("发票号码", "Invoice"), Kind.TEXT), (Label("开票日期", "Invoiced on"), Kind.DATE),
    (Label("发票金额", "Sum"), Kind.MONEY), _PAY_BY, _OWED, (Label("付款日期", "Paid on"), Kind.DATE),
    (Label("付款金额", "Payment"), Kind.MONEY), (Label("付款状态", "State of the payment"), Kind.TEXT),
)  # fmt: skip
"""A line for each payment, one for an invoice without any."""


def of_published(found: Sequence[Published], language: str, made_at: datetime) -> bytes:
    """The published contracts."""
    sheet = published_sheet(found, language)
    return to_workbook([sheet], title=sheet.title, made_at=made_at)


def published_sheet(found: Sequence[Published], language: str) -> Sheet:
    rows: list[list[Cell]] = [
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
    return sheet_of(Label("公示的合同", "Published contracts"), PUBLISHED, rows, language)


def of_rows(found: Sequence[Row], language: str, made_at: datetime) -> bytes:
    """Contracts with their payments, for whoever is concerned."""
    sheets = sheets_of_rows(found, language)
    return to_workbook(sheets, title=sheets[0].title, made_at=made_at)


def sheets_of_rows(found: Sequence[Row], language: str) -> list[Sheet]:
    rows: list[list[Cell]] = [
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
            str(len(one.parts)),
            str(one.accepted),
            _plain(one.invoiced),
            _plain(one.paid),
            _plain(one.confirmed),
            _plain(one.owed),
            one.pay_by,
            one.state.in_language(language),
            "；".join(run.label.in_language(language) for run in one.overdue),
            "；".join(run.label.in_language(language) for run in one.late),
            one.contract.case.receipt,
        ]
        for one in found
    ]
    return [
        sheet_of(Label("中介服务合同", "Contracts"), ROWS, rows, language),
        sheet_of(Label("分期", "Instalments"), PARTS, _parts(found, language), language),
        sheet_of(Label("发票和付款", "Invoices and payments"), INVOICES, _invoices(found, language), language),
    ]


def _whose(one: Row) -> list[Cell]:
    return [one.contract.case.receipt, one.service, one.owner_name, one.agency_name]


def _parts(found: Sequence[Row], language: str) -> list[list[Cell]]:
    return [
        [
            *_whose(one),
            str(part.number),
            part.title,
            part.waits_for.in_language(language),
            str(part.amount),
            part.deliver_by,
            part.accepted_on,
            str(part.invoiced),
            str(part.paid),
            str(part.confirmed),
            str(part.owed),
            part.label.in_language(language),
        ]
        for one in found
        for part in one.parts
    ]


def _invoices(found: Sequence[Row], language: str) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for one in found:
        for invoice in invoices_of(one.parts):
            told = [
                *_whose(one), str(invoice.part), invoice.number, invoice.on, str(invoice.amount), invoice.pay_by,
                str(invoice.owed),
            ]  # fmt: skip
            rows += [
                [*told, each.on, str(each.amount), each.label.in_language(language)] for each in invoice.payments
            ] or [[*told, None, None, ""]]
    return rows


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
