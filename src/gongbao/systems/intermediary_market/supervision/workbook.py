"""Fees and credit records as workbooks (.xlsx)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from gongbao.core.labels import Label
from gongbao.gazette.tables import Kind
from gongbao.office.papers.workbook import Heads, sheet_of, to_workbook
from gongbao.systems.intermediary_market.purchases.prices import price_told
from gongbao.systems.intermediary_market.supervision.fees import Charge
from gongbao.systems.intermediary_market.supervision.government_prices import figure_told

Cell = str | date | None

_AGENCY = (Label("中介机构", "Agency"), Kind.TEXT)
_USCC = (Label("统一社会信用代码", "Unified social credit code"), Kind.TEXT)
_FEES: Heads = (
    (Label("事项编码", "Code"), Kind.TEXT), (Label("服务事项", "Service"), Kind.TEXT),
    (Label("项目业主", "Owner"), Kind.TEXT), _AGENCY, _USCC, (Label("中选公告日期", "Award published on"), Kind.DATE),
    (Label("中选价格", "Award"), Kind.TEXT), (Label("签订日期", "Signed on"), Kind.DATE),
    (Label("签订金额", "Signed at"), Kind.MONEY), (Label("现合同金额", "Stands at"), Kind.MONEY),
    (Label("政府定价", "Government price"), Kind.TEXT), (Label("机构公布的收费", "Published fee"), Kind.TEXT),
    (Label("需要核对", "To be looked at"), Kind.TEXT),
)  # fmt: skip
_GRADES: Heads = (
    _USCC, _AGENCY, (Label("年度", "Year"), Kind.INTEGER), (Label("等级", "Grade"), Kind.TEXT),
    (Label("B级次数", "Number of B"), Kind.INTEGER), (Label("C级次数", "Number of C"), Kind.INTEGER),
    (Label("年度未结束", "Year not over"), Kind.TEXT),
)  # fmt: skip
_CONDUCT: Heads = (
    _USCC, _AGENCY, (Label("行为", "Conduct"), Kind.TEXT), (Label("条款", "Clause"), Kind.TEXT),
    (Label("发生日期", "Happened on"), Kind.DATE), (Label("认定日期", "Decided on"), Kind.DATE),
    (Label("尚可申诉", "May still be appealed"), Kind.TEXT),
)  # fmt: skip
_PUNISHMENTS: Heads = (
    _USCC, _AGENCY, (Label("事由", "Reason"), Kind.TEXT), (Label("决定机关", "Decided by"), Kind.TEXT),
    (Label("文书", "Document"), Kind.TEXT), (Label("自", "From"), Kind.DATE), (Label("至", "Until"), Kind.DATE),
    (Label("依法排除的规定", "Excluded by"), Kind.TEXT),
)  # fmt: skip
_CORRECTIONS: Heads = (
    _USCC, _AGENCY, (Label("类别", "Of"), Kind.TEXT), (Label("原移交批次", "Handed over in"), Kind.INTEGER),
    (Label("原内容", "Was"), Kind.TEXT), (Label("现内容", "Is"), Kind.TEXT),
)  # fmt: skip
OF = {
    "grade": Label("等级", "grade"),
    "conduct": Label("行为", "conduct"),
    "punishment": Label("联合惩戒", "joint punishment"),
}


def of_fees(year: int, found: Iterable[Charge], language: str, made_at: datetime) -> bytes:
    """What is charged in a year."""
    rows: list[list[Cell]] = [
        [
            one.item.code,
            one.purchase.item.name,
            one.purchase.owner.name,
            one.agency.name,
            one.agency.uscc,
            one.awarded_on,
            _told(price_told(one.award), language),
            one.signed_on,
            None if one.signed_sum is None else str(one.signed_sum),
            None if one.amount is None else str(one.amount),
            _told(figure_told(one.standard) if one.standard else None, language),
            one.published,
            "；".join(mark.label.in_language(language) for mark in one.marks),
        ]
        for one in found
    ]
    title = Label(f"{year}年中介服务收费", f"Fees of {year}")
    return to_workbook([sheet_of(title, _FEES, rows, language)], title=title.in_language(language), made_at=made_at)


def _told(label: Label | None, language: str) -> str:
    return label.in_language(language) if label is not None else ""


def of_credit(content: Mapping[str, Any], language: str, made_at: datetime) -> bytes:
    """A hand-over, or what one would be: grades, conduct, punishments and corrections, each on a sheet."""
    yes = Label("是", "yes").in_language(language)
    grades: list[list[Cell]] = []
    conduct: list[list[Cell]] = []
    punishments: list[list[Cell]] = []
    for agency in content["agencies"]:
        who: list[Cell] = [agency["uscc"], agency["name"]]
        grades += [
            [
                *who,
                str(one["year"]),
                one["grade"],
                str(one["times_b"]),
                str(one["times_c"]),
                yes if one["so_far"] else "",
            ]
            for one in agency["grades"]
        ]
        conduct += [
            [
                *who, one["words"], one["clause"], _day(one["happened_on"]), _day(one["decided_on"]),
                yes if one["may_change"] else "",
            ]
            for one in agency["conduct"]
        ]  # fmt: skip
        punishments += [
            [
                *who, one["reason"], one["decided_by"], one["document"], _day(one["since"]),
                _day(one["until"]) if one["until"] else None, one["excluded_by"],
            ]
            for one in agency["punishments"]
        ]  # fmt: skip
    corrections: list[list[Cell]] = [
        [
            one["uscc"], one["name"], OF[one["of"]].in_language(language), str(one["handed_over_in"]),
            facts_told(one["of"], one["was"]).in_language(language),
            facts_told(one["of"], one["is"]).in_language(language),
        ]
        for one in content["corrections"]
    ]  # fmt: skip
    title = Label(f"信用记录移交第{content['number']}批", f"Credit records, hand-over {content['number']}")
    sheets = [
        sheet_of(Label("年度等级", "Grades"), _GRADES, grades, language),
        sheet_of(Label("经核实的行为", "Verified conduct"), _CONDUCT, conduct, language),
        sheet_of(Label("联合惩戒", "Joint punishments"), _PUNISHMENTS, punishments, language),
        sheet_of(Label("更正", "Corrections"), _CORRECTIONS, corrections, language),
    ]
    return to_workbook(sheets, title=title.in_language(language), made_at=made_at)


def facts_told(of: str, facts: Mapping[str, Any] | None) -> Label:
    """What was or is handed over, in a line."""
    if facts is None:
        return Label("不再成立", "stands no more")
    if of == "grade":
        counts = f"B×{facts['times_b']} C×{facts['times_c']}"
        return Label(f"{facts['year']}年 {facts['grade']}（{counts}）", f"{facts['year']}: {facts['grade']} ({counts})")
    if of == "conduct":
        told = f"{facts['happened_on']} {facts['clause']}"
        return Label(f"{told} {facts['words']}", told)
    told = f"{facts['document']} {facts['since']} – {facts['until'] or ''}".rstrip(" –")
    return Label(told, told)


def _day(text: str) -> date:
    return date.fromisoformat(text)
