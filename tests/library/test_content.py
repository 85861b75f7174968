"""What documents hold: tables, duties, indicators; who sees what of them; feeds. All texts and people are invented."""

from datetime import date

import pytest
from django.utils import timezone

from gongbao.core.errors import GongbaoError
from gongbao.gazette import read_bytes
from gongbao.office.library import actions, queries
from gongbao.office.library.models import (
    Duty,
    DutyUnit,
    Feed,
    Finding,
    Indicator,
    PersonalMark,
    Revision,
    Source,
)
from gongbao.office.library.queries import DutyFilter
from gongbao.office.people.readers import KEEPER, VISITOR

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 1)

PLAN = """云岭市人民政府关于印发云岭市2026年重点工作方案的通知
云岭政〔2026〕11号
各县人民政府：
现将《云岭市2026年重点工作方案》印发给你们。
云岭市人民政府
2026年1月5日
云岭市2026年重点工作方案
一、任务
1. 新建口袋公园12个。（市园林局牵头，市财政局配合，2026年6月30日前完成）
2. 改造旧桥梁3座。（市水利局牵头，市园林局配合，2026年9月30日前完成）
3. 市财政局应于每月25日前报送进度。
4. 市林业局负责养护。
附件
联系表
单位\t联系人\t电话
市园林局\t钱多多\t0000-2965071
市水利局\t孙小满\t0000-2965072
"""
NAMES = ("钱多多", "孙小满", "2965071", "2965072")
REPEAL = """云岭市人民政府关于废止重点工作方案的通知
云岭政〔2026〕12号
各县人民政府：
云岭政〔2026〕11号自即日起废止。
云岭市人民政府
2026年2月1日
"""


def ingest(text: str) -> None:
    actions.ingest_source(read_bytes(text.encode()), "plan.txt")


def found(**asked: object) -> list[str]:
    rows = queries.in_reading_order(queries.duties(DutyFilter(**({"on": ON} | asked))))  # type: ignore[arg-type]
    return [row.clause.locator for row in rows]


# --- duties


def test_duties_by_unit_day_and_kind() -> None:
    ingest(PLAN)
    assert found() == ["一1", "一2", "一3", "一4"]
    assert found(unit="市园林局") == ["一1", "一2"]
    assert found(unit="园林") == ["一1", "一2"]
    assert found(unit="市园林局", leads=True) == ["一1"]
    assert found(unit="市邮政局") == []
    assert found(first=date(2026, 7, 1)) == ["一2"]
    assert found(last=date(2026, 6, 30)) == ["一1"]
    assert found(first=date(2026, 6, 30), last=date(2026, 9, 30)) == ["一1", "一2"]
    assert found(kind="recurring") == ["一3"]
    assert found(kind=queries.NO_DEADLINE) == ["一4"]
    assert found(key="云岭政〔2026〕11号", kind="hours") == []


def test_units_are_counted_once_for_each_duty() -> None:
    ingest(PLAN)
    counted = queries.units_of(queries.duties(DutyFilter(on=ON)))
    assert [(one.value, one.count) for one in counted] == [
        ("市园林局", 2),
        ("市财政局", 2),
        ("市林业局", 1),
        ("市水利局", 1),
    ]


def test_duties_of_a_repealed_document_are_left_out_unless_it_is_asked_for() -> None:
    ingest(PLAN)
    ingest(REPEAL)
    assert found(on=date(2026, 1, 31)) == ["一1", "一2", "一3", "一4"]
    assert found(on=date(2026, 2, 1)) == []
    assert found(on=date(2026, 2, 1), key="云岭政〔2026〕11号") == ["一1", "一2", "一3", "一4"]


def test_only_the_current_revision_counts() -> None:
    ingest(PLAN)
    ingest(PLAN.replace("4. 市林业局负责养护。\n", ""))
    assert found() == ["一1", "一2", "一3"]
    assert Duty.objects.count() == 7
    assert [one.value for one in queries.indicators()] == ["12", "3"]
    assert Indicator.objects.count() == 4


def test_a_unit_that_may_be_several_is_asked_back() -> None:
    ingest(PLAN)
    assert queries.unit_meant("市水利局") == "市水利局"
    assert queries.unit_meant("水利") == "市水利局"
    with pytest.raises(GongbaoError, match="one of several units: 市园林局, 市林业局"):
        queries.unit_meant("林")
    with pytest.raises(GongbaoError, match="no duty names a unit"):
        queries.unit_meant("邮政")


# --- derived again


def test_what_an_older_version_derived_is_derived_again() -> None:
    ingest(PLAN)
    before = [
        list(model.objects.order_by("revision", "order").values_list("line", "quote")) for model in (Duty, Indicator)
    ]
    marks = list(PersonalMark.objects.values_list("kind", "value"))
    assert marks
    assert actions.derive_outdated() == 0
    with actions.kept.action("test"):
        Revision.objects.update(derived_by=0, masked_text=None)
        DutyUnit.objects.all().delete()
        Duty.objects.filter(order=0).delete()
        PersonalMark.objects.all().delete()
    told: list[tuple[str, int, int]] = []
    assert actions.derive_outdated(lambda *step: told.append(step)) == 1
    assert told == [("deriving", 0, 1)]
    after = [
        list(model.objects.order_by("revision", "order").values_list("line", "quote")) for model in (Duty, Indicator)
    ]
    assert after == before
    assert list(PersonalMark.objects.values_list("kind", "value")) == marks
    assert found(unit="市园林局") == ["一1", "一2"]
    assert not queries.outdated(actions.DERIVATION).exists()


# --- who sees what


def shown(revision: Revision, reader: object) -> str:
    """Everything that the queries hand out of a revision, as one text."""
    clauses = queries.clauses(revision, reader)  # type: ignore[arg-type]
    return repr(
        [
            [(one.text, one.heading, one.locator) for one in clauses],
            queries.outline(revision, reader),  # type: ignore[arg-type]
            queries.as_read(revision, reader),  # type: ignore[arg-type]
            queries.text(revision, reader),  # type: ignore[arg-type]
            queries.raw_text(revision, reader),  # type: ignore[arg-type]
            queries.tables(revision, reader),  # type: ignore[arg-type]
            [(one.before, one.after) for one in queries.cleanings(revision, 1, 10_000, reader)],  # type: ignore[arg-type]
            [
                (one.duty, one.quote, one.lead, one.deadline)
                for one in queries.seen_duties(queries.duties(DutyFilter(on=ON)), reader)  # type: ignore[arg-type]
            ],
            [one.quote for one in queries.seen_indicators(queries.indicators(), reader)],  # type: ignore[arg-type]
        ]
    )


def test_a_visitor_sees_no_personal_data_and_the_keeper_all() -> None:
    ingest(PLAN)
    revision = queries.get_revision("云岭政〔2026〕11号")
    for name in NAMES:
        assert name in shown(revision, KEEPER)
        assert name not in shown(revision, VISITOR)
    assert "市水利局" in shown(revision, VISITOR)


def test_a_visitor_does_not_find_by_what_is_masked() -> None:
    ingest(PLAN)
    for word in (*NAMES, "钱多", "29650"):
        assert queries.list_documents(text=word, reader=KEEPER).count() == 1
        assert queries.list_documents(text=word).count() == 0
        assert not any(queries.facets(text=word)["issuer"])
    assert queries.list_documents(text="市园林局 联系人").count() == 1


def test_a_record_of_personal_data_does_not_print_it() -> None:
    ingest(PLAN)
    assert not any(name in f"{mark} {mark!r}" for mark in PersonalMark.objects.all() for name in NAMES)


# --- feeds


def test_a_feed_answers_until_it_is_revoked() -> None:
    ingest(PLAN)
    feed, token = actions.open_feed("  值班室 ", "水利")
    assert (feed.name, feed.unit) == ("值班室", "市水利局")
    assert token not in repr(Feed.objects.values())
    assert queries.open_feed(token) == feed
    assert queries.open_feed(token + "x") is None
    assert [one.clause.locator for one in queries.duties_of_feed(feed, ON)] == ["一2"]
    actions.revoke_feed(feed.pk)
    assert queries.open_feed(token) is None
    for number, words in ((feed.pk, "was revoked on"), (99, "there is no feed 99"), (0, "no feed"), (2**70, "no feed")):
        with pytest.raises(GongbaoError, match=words):
            actions.revoke_feed(number)
    assert Feed.objects.get().revoked_at <= timezone.now()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "unit", "words"), [("", "", "needs a name"), ("x" * 300, "", "longer"), ("a", "b", "no duty")]
)
def test_a_feed_that_cannot_be_opened(name: str, unit: str, words: str) -> None:
    with pytest.raises(GongbaoError, match=words):
        actions.open_feed(name, unit)
    assert not Feed.objects.exists()


# --- findings

WRONG = PLAN.replace("2. 改造旧桥梁3座。", "4. 改造旧桥梁3座。")


def test_what_a_check_tells_is_kept_with_its_clause() -> None:
    ingest(WRONG)
    (one,) = queries.findings()
    assert (one.kind, one.line, one.clause and one.clause.locator) == ("numbering", 10, "一4")
    assert one.places and one.message and one.message_en
    assert list(queries.findings(key="云岭政〔2026〕11号", kind="numbering", severity=one.severity)) == [one]
    assert not queries.findings(kind="sum") and not queries.findings(key="云岭政〔2026〕12号")
    assert queries.counts(one.revision)["findings"] == 1  # type: ignore[arg-type]
    ingest(PLAN)
    assert not queries.findings()


def test_the_same_text_in_another_file_is_told_once() -> None:
    ingest(WRONG)
    ingest(WRONG + REPEAL)
    assert len(queries.findings()) == 1
    assert Finding.objects.count() == 2


def test_sources_that_an_older_version_checked_are_checked_again() -> None:
    ingest(WRONG)
    before = list(Finding.objects.values_list("order", "line", "message", "clause"))
    with actions.kept.action("test"):
        Finding.objects.all().delete()
        Source.objects.update(checked_by=0)
    told: list[tuple[str, int, int]] = []
    actions.derive_outdated(lambda *step: told.append(step))
    assert told == [("checking", 0, 1)]
    assert list(Finding.objects.values_list("order", "line", "message", "clause")) == before
    assert not queries.unchecked(actions.CHECKS).exists()


def test_a_finding_quotes_no_name_to_a_visitor() -> None:
    ingest(PLAN.replace("2. 改造旧桥梁3座。", "2. 联系人钱多多，，改造旧桥梁3座。"))
    (one,) = queries.seen_findings(queries.findings(), KEEPER)
    assert NAMES[0] in repr(one.places)
    (one,) = queries.seen_findings(queries.findings())
    assert NAMES[0] not in repr((one.places, one.message, one.message_en))
