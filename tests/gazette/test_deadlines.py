"""Deadlines, on invented sentences."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.gazette.deadlines import Deadline, DeadlineKind, YearFrom, read_deadlines

ISSUED = date(2022, 6, 1)


def one(text: str, issued: date | None = ISSUED) -> Deadline:
    found = read_deadlines(text, issued)
    assert len(found) == 1, found
    assert text[found[0].start : found[0].end] == found[0].words
    return found[0]


def values(text: str, issued: date | None = ISSUED) -> dict[str, Any]:
    """The fields that say something."""
    left_out = ("start", "end", "words")
    fields = one(text, issued).as_dict().items()
    return {name: value for name, value in fields if name not in left_out and value not in (None, "", False)}


def fixed(day: str, year_from: str, relation: str = "by", **more: Any) -> dict[str, Any]:
    year, month, number = map(int, day.split("-"))
    dates = {"date": day, "year": year, "month": month, "day": number}
    return {"kind": "fixed_date", "relation": relation, "year_from": year_from, **dates, **more}


def recurring(every: str, relation: str = "by", **more: Any) -> dict[str, Any]:
    return {"kind": "recurring", "relation": relation, "every": every, **more}


def counted(kind: str, number: int, relation: str = "within", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "relation": relation, "number": number, **more}


FORMS: dict[str, dict[str, Any]] = {
    # counted
    "云岭市档案馆应在10个工作日内答复": counted("working_days", 10),
    "应当在三十日内办结": counted("calendar_days", 30),
    "应当在三十（30）日内办结": counted("calendar_days", 30),
    "两周内交还": counted("calendar_days", 14),
    "7天内取走": counted("calendar_days", 7),
    "三个月内建成": counted("months", 3),
    "半年内完成": counted("months", 6),
    "两年内建成": counted("years", 2),
    "1小时内上报": counted("hours", 1, minutes=60),
    "三十分钟内上报": {"kind": "hours", "relation": "within", "minutes": 30},
    "办理时间不超过5个工作日": counted("working_days", 5),
    "3-5个工作日内办结": counted("working_days", 5, least=3),
    "自收到来信之日起20个工作日内答复": counted("working_days", 20, event="收到来信"),
    "灯会结束后，主办单位应当于5日内清场": counted("calendar_days", 5, event="灯会结束"),
    "值班室要在接到来电后2小时内派人": counted("hours", 2, minutes=120, event="接到来电"),
    "桥梁通车后12至24个月内评估": counted("months", 24, least=12, event="桥梁通车"),
    "自然资源部门受理之日起5日内勘察": counted("calendar_days", 5, event="自然资源部门受理"),
    "大会召开5日前送达": counted("calendar_days", 5, "ahead", event="大会召开"),
    "提前3个工作日告知": counted("working_days", 3, "ahead"),
    # recurring
    "每月25日前报送": recurring("month", day=25),
    "每月底前报送": recurring("month", last_day=True),
    "每季度末月20日前报送": recurring("quarter", month=3, day=20),
    "每季度首月10日前报送": recurring("quarter", month=1, day=10),
    "每季度末报送": recurring("quarter", "at", last_day=True),
    "每年2月底前报送": recurring("year", month=2, last_day=True),
    "每年元月15日前报送": recurring("year", month=1, day=15),
    "每年12月中旬前报送": recurring("year", month=12, day=20),
    "每年3月前报送": recurring("year", month=2, last_day=True),
    "每周五17时前报送": recurring("week", day=5, time="17:00"),
    "每日16:30前报送": recurring("day", time="16:30"),
    "次年1月31日前结清": recurring("year", month=1, day=31, next_period=True),
    "次月5日前结清": recurring("month", day=5, next_period=True),
    "当年11月底前结清": recurring("year", month=11, last_day=True),
    "每半年向馆长报告一次": recurring("half_year", "at"),
    "按季度通报": recurring("quarter", "at"),
    "每年汛期前清淤": recurring("year", event="汛期"),
    # fixed
    "2022年6月底前建成": fixed("2022-06-30", "words"),
    "2024年2月底前建成": fixed("2024-02-29", "words"),
    "2022年底前建成": fixed("2022-12-31", "words"),
    "2022年年底建成": fixed("2022-12-31", "words", "at"),
    "2022年9月9日前建成": fixed("2022-09-09", "words"),
    "二〇二三年六月三十日前建成": fixed("2023-06-30", "words"),
    "9月底前建成": fixed("2022-09-30", "document"),
    "年底前建成": fixed("2022-12-31", "document"),
    "年内建成": fixed("2022-12-31", "document"),
    "明年3月底前建成": fixed("2023-03-31", "document"),
    "7月前建成": fixed("2022-06-30", "document"),
    "2025年前建成": fixed("2024-12-31", "words"),
    "2024年二季度末前建成": fixed("2024-06-30", "words"),
    "不得晚于2023年1月15日": fixed("2023-01-15", "words"),
    "截止时间为2022年8月1日18:00": fixed("2022-08-01", "words", time="18:00"),
    "到“十四五”末建成": fixed("2025-12-31", "plan", "at"),
    # events
    "汛期前清淤": {"kind": "event", "relation": "by", "event": "汛期"},
    "2023年汛前清淤": {"kind": "event", "relation": "by", "event": "汛", "year": 2023},
    "供地前完成勘察": {"kind": "event", "relation": "by", "event": "供地"},
    "即日起执行": {"kind": "event", "relation": "from", "event": "即日"},
}


@pytest.mark.parametrize("text", FORMS)
def test_forms(text: str) -> None:
    assert values(text) == FORMS[text]


def test_every_kind_is_tried() -> None:
    assert {form["kind"] for form in FORMS.values()} == set(DeadlineKind)


@pytest.mark.parametrize(
    "text",
    [
        "近三年内未受处罚",
        "逾期30日内补交",
        "连续12个月内",
        "公示不少于5个工作日",
        "7日内未答复的",
        "48小时内核酸检测证明",
        "一天内在同一馆借阅",
        "验收用时压减至9个工作日以内",
        "比“十三五”末多一座",
        "守住底线，把握末端",
        "截至8月底，已建成三座",
        "前期工作、当前任务、目前情况",
        "每月300元",
        "2022年5月至6月",
        "开工前的各项手续",
        "2030年前碳达峰行动方案",
        "汛期内涝",
    ],
)
def test_no_deadline(text: str) -> None:
    assert read_deadlines(text, ISSUED) == []


def test_of_a_list_each_day_is_a_deadline() -> None:
    found = read_deadlines("3月25日、6月25日和9月25日前报告，12月25日前总结", ISSUED)
    assert [each.date for each in found] == [date(2022, month, 25) for month in (3, 6, 9, 12)]


def test_the_year_is_that_of_the_sentence_before_that_of_the_document() -> None:
    first, second = read_deadlines("2023年3月底前立项，5月底前开工", ISSUED)
    assert (first.year_from, second.year_from) == ("words", "sentence")
    assert second.date == date(2023, 5, 31)
    _, other = read_deadlines("2023年3月底前立项。5月底前开工", ISSUED)
    assert (other.year_from, other.date) == ("document", date(2022, 5, 31))


def test_a_month_long_past_is_that_of_the_next_year() -> None:
    assert one("3月底前完成", date(2022, 11, 20)).date == date(2023, 3, 31)
    assert one("5月底前完成", date(2022, 6, 20)).date == date(2022, 5, 31)


def test_without_a_date_of_the_document_the_year_stays_open() -> None:
    deadline = one("6月底前完成", None)
    assert (deadline.date, deadline.month, deadline.day, deadline.year_from) == (None, 6, 30, None)
    assert one("2月底前完成", None).day is None
    assert one("2月30日前完成").date is None


WORDS = st.lists(st.sampled_from([*FORMS, "，", "。", "\n", "每", "前", "（", "市", "1", "十", "年", "月", "日", "后"]))


@given(WORDS.map("".join) | st.text())
def test_never_fails_and_never_overlaps(text: str) -> None:
    end = 0
    for deadline in read_deadlines(text, ISSUED):
        assert end <= deadline.start < deadline.end <= len(text)
        assert text[deadline.start : deadline.end] == deadline.words
        end = deadline.end
    assert len(read_deadlines(text, None)) == len(read_deadlines(text, ISSUED))


def test_a_past_year_in_the_sentence_is_not_that_of_the_deadline() -> None:
    (found,) = read_deadlines("对2021年度先进花灯队的奖励资金，于4月底前拨付到位。", date(2022, 1, 15))
    assert (found.date, found.year_from) == (date(2022, 4, 30), YearFrom.DOCUMENT)
