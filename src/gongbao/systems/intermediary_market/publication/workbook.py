"""Selections, and their figures, as workbooks."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from gongbao.core.labels import Label
from gongbao.gazette.tables import Kind
from gongbao.office.papers.workbook import Sheet, sheet_of, to_workbook
from gongbao.procedures import OUR_RULE
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.publication.queries import STATES, WAYS, Figures, Selection, Stage
from gongbao.systems.intermediary_market.purchases import procedure

Cells = list[str | date | None]
_FUNDS = {one.key: one.label for one in procedure.FUNDS}
_SELECTIONS = (
    (Label("发布日期", "Published on"), Kind.DATE),
    (Label("项目业主", "Owner"), Kind.TEXT),
    (Label("项目名称", "Project"), Kind.TEXT),
    (Label("中介服务事项", "Service"), Kind.TEXT),
    (Label("资金来源", "Source of funds"), Kind.TEXT),
    (Label("预算金额", "Budget"), Kind.MONEY),
    (Label("选取方式", "Way to select"), Kind.TEXT),
    (Label("状态", "State"), Kind.TEXT),
    (Label("报名家数", "Registered"), Kind.INTEGER),
    (Label("回避家数", "Stood aside"), Kind.INTEGER),
    (Label("符合条件家数", "Admitted"), Kind.INTEGER),
    (Label("中选机构", "Agency selected"), Kind.TEXT),
    (Label("中选价格", "Price of the award"), Kind.MONEY),
    (Label("合同金额", "Sum of the contract"), Kind.MONEY),
)
_WAYS = (
    (Label("选取方式", "Way to select"), Kind.TEXT),
    (Label("公告数", "Notices"), Kind.INTEGER),
    (Label("已结束", "Over"), Kind.INTEGER),
    (Label("废标", "Failed"), Kind.INTEGER),
)
_REGISTERED = (
    (Label("报名家数", "Registered"), Kind.INTEGER),
    (Label("公告数", "Notices"), Kind.INTEGER),
)
_SHARES = (
    (Label("中介机构", "Agency"), Kind.TEXT),
    (Label("中选次数", "Awards"), Kind.INTEGER),
    (Label("中选总价", "Sum of the awards"), Kind.MONEY),
)
_STAGES = (
    (Label("环节", "Stage"), Kind.TEXT),
    (Label("时限", "Limit"), Kind.TEXT),
    (Label("条款", "Clause"), Kind.TEXT),
    (Label("按期", "In time"), Kind.INTEGER),
    (Label("逾期完成", "Late"), Kind.INTEGER),
    (Label("现已逾期", "Overdue now"), Kind.INTEGER),
    (Label("在办", "Running"), Kind.INTEGER),
    (Label("所用日历日中位数", "Median of days"), Kind.INTEGER),
)


def of_selections(found: Sequence[Selection], language: str, made_at: datetime) -> bytes:
    sheet = selections_sheet(found, language)
    return to_workbook([sheet], title=sheet.title, made_at=made_at)


def selections_sheet(found: Sequence[Selection], language: str) -> Sheet:
    rows: list[Cells] = [
        [
            one.published_at.astimezone(SHANGHAI).date(),
            one.purchase.owner.name,
            str(one.content["project_name"]),
            one.purchase.item.name,
            _FUNDS[one.purchase.fund].in_language(language),
            str(one.content["budget"]),
            WAYS[str(one.content["way"])].in_language(language),
            STATES[one.state].in_language(language),
            *(
                [str(one.registered.number), str(one.registered.excluded), str(one.registered.admitted)]
                if one.registered is not None
                else [None, None, None]
            ),
            one.award.agency.name if one.award is not None else None,
            _plain(one.award.price) if one.award is not None else None,
            _plain(one.contracts[0].published.amount) if one.contracts else None,
        ]
        for one in found
    ]
    return sheet_of(Label("选取情况", "Selections"), _SELECTIONS, rows, language)


def of_figures(found: Figures, language: str, made_at: datetime) -> bytes:
    tables = (
        (Label("选取方式", "Ways to select"), _WAYS, way_rows(found, language)),
        (Label("报名家数", "Registered"), _REGISTERED, registered_rows(found)),
        (Label("中选集中度", "Concentration of awards"), _SHARES, share_rows(found)),
        (Label("各环节时限", "Stages and limits"), _STAGES, stage_rows(found, language)),
    )
    sheets = [sheet_of(title, heads, rows, language) for title, heads, rows in tables]
    return to_workbook(
        sheets,
        title=Label(f"{found.year}年选取统计", f"Selections of {found.year}").in_language(language),
        made_at=made_at,
    )


def way_rows(found: Figures, language: str) -> list[Cells]:
    return [[WAYS[way].in_language(language), *map(str, counts)] for way, *counts in found.by_way]


def registered_rows(found: Figures) -> list[Cells]:
    return [[str(number), str(notices)] for number, notices in found.registered]


def share_rows(found: Figures) -> list[Cells]:
    return [[one.name, str(one.awards), str(one.amount)] for one in found.shares]


def stage_rows(found: Figures, language: str) -> list[Cells]:
    return [
        [
            one.clock.label.in_language(language),
            one.clock.period.label.in_language(language),
            clause_of(one) or None,
            *map(str, (one.met, one.late, one.overdue, one.waiting)),
            None if one.days is None else str(one.days),
        ]
        for one in found.stages
    ]


def clause_of(stage: Stage) -> str:
    """The clause of the document that sets the limit; "" where it is our own."""
    return "" if stage.clock.clause == OUR_RULE else stage.clock.clause


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
