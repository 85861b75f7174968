"""Ratings, conduct and the traces of forbidden acts as workbooks."""

from collections.abc import Iterable
from datetime import date, datetime

from gongbao.core.labels import Label
from gongbao.gazette.tables import Kind
from gongbao.office.papers.workbook import Heads, Sheet, sheet_of, to_workbook
from gongbao.procedures.fields import SHANGHAI
from gongbao.systems.intermediary_market.ratings.liabilities import Filled
from gongbao.systems.intermediary_market.ratings.queries import ASPECTS, GRADES, AgencyRow, Proposal, ShownRating

Cell = str | date | None

_AGENCY = (Label("中介机构", "Agency"), Kind.TEXT)
_YEAR: Heads = (
    _AGENCY, (Label("统一社会信用代码", "Unified social credit code"), Kind.TEXT), (Label("等级", "Grade"), Kind.TEXT),
    (Label("B级次数", "Number of B"), Kind.INTEGER), (Label("C级次数", "Number of C"), Kind.INTEGER),
    (Label("评价数", "Ratings"), Kind.INTEGER), (Label("平均分", "Mean"), Kind.DECIMAL),
)  # fmt: skip
_RATINGS: Heads = (
    (Label("评价日期", "Date"), Kind.DATE), _AGENCY, (Label("项目业主", "Owner"), Kind.TEXT),
    (Label("服务事项", "Service"), Kind.TEXT), *((label, Kind.INTEGER) for _key, label in ASPECTS),
    (Label("总分", "Total"), Kind.DECIMAL), (Label("评价意见", "Words"), Kind.TEXT),
)  # fmt: skip
_CONDUCT: Heads = (
    _AGENCY, (Label("行为", "Conduct"), Kind.TEXT), (Label("条款", "Clause"), Kind.TEXT),
    (Label("发生日期", "Happened on"), Kind.DATE), (Label("状态", "State"), Kind.TEXT),
    (Label("系统比对", "Found by a check"), Kind.TEXT), (Label("编号", "Receipt number"), Kind.TEXT),
)  # fmt: skip
_TRACES: Heads = (
    (Label("清单", "Report"), Kind.TEXT), (Label("日期", "Date"), Kind.DATE), (Label("事项", "What"), Kind.TEXT),
    (Label("涉及", "About"), Kind.TEXT), (Label("条款", "Clauses"), Kind.TEXT),
)  # fmt: skip


def of_year(
    year: int, rows: Iterable[AgencyRow], ratings: Iterable[ShownRating], language: str, made_at: datetime
) -> bytes:
    """The agencies of a year, and each rating of it."""
    sheets = sheets_of_year(year, rows, ratings, language)
    return to_workbook(sheets, title=sheets[0].title, made_at=made_at)


def sheets_of_year(year: int, rows: Iterable[AgencyRow], ratings: Iterable[ShownRating], language: str) -> list[Sheet]:
    agencies: list[list[Cell]] = [
        [
            one.agency.name,
            one.agency.uscc,
            GRADES[one.grade.grade].in_language(language),
            str(one.grade.times_b),
            str(one.grade.times_c),
            str(one.ratings),
            None if one.mean is None else str(one.mean),
        ]
        for one in rows
    ]
    given: list[list[Cell]] = [
        [one.on, one.agency, one.owner, one.service, *(str(each) for each in one.points), str(one.total), one.words]
        for one in ratings
    ]
    return [
        sheet_of(Label(f"{year}年综合评价", f"Grades of {year}"), _YEAR, agencies, language),
        sheet_of(Label("满意度评价", "Ratings"), _RATINGS, given, language),
    ]


def of_conduct(rows: Iterable[Proposal], language: str, made_at: datetime) -> bytes:
    """The operator's list."""
    told: list[list[Cell]] = [
        [
            one.finding.conduct.organisation.name,
            one.finding.kind.label.in_language(language) if one.finding.kind else "",
            one.finding.kind.clause if one.finding.kind else "",
            one.finding.happened_on,
            one.finding.state_label.in_language(language),
            "；".join(sorted({str(clue.get_check_name_display()) for clue in one.clues})),
            one.finding.conduct.case.receipt,
        ]
        for one in rows
    ]
    title = Label("行为核实", "Conduct")
    sheet = sheet_of(title, _CONDUCT, told, language)
    return to_workbook([sheet], title=title.in_language(language), made_at=made_at)


def of_liabilities(reports: Iterable[Filled], language: str, made_at: datetime) -> bytes:
    """All traces of a year."""
    told: list[list[Cell]] = [
        [
            one.report.label.in_language(language),
            trace.at.astimezone(SHANGHAI).date(),
            trace.what.in_language(language),
            trace.about,
            "；".join(act.clause for act in one.acts),
        ]
        for one in reports
        for trace in one.traces
    ]
    title = Label("责任追究线索", "Traces of forbidden acts")
    sheet = sheet_of(title, _TRACES, told, language)
    return to_workbook([sheet], title=title.in_language(language), made_at=made_at)
