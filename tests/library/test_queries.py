"""What the library answers: lists, facets, whether a document is in force, and which clause a citation means."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from gongbao.core.errors import GongbaoError
from gongbao.gazette import read_gazette
from gongbao.gazette.model import DocumentKind
from gongbao.office.library import queries
from gongbao.office.library.actions import ingest_file
from gongbao.office.library.keys import locator_steps
from gongbao.office.library.models import Clause, Reference, Revision
from gongbao.office.library.queries import GroundKind, Status
from tests.library.made import citation, document, gazette, put, repeal

pytestmark = pytest.mark.django_db

ISSUE_1 = "云岭市人民政府公报2021年第1期"
ISSUE_2 = "云岭市人民政府公报2022年第1期"
GOVERNMENT = "云岭市人民政府"


def found(**conditions: Any) -> list[str]:
    return [revision.document.key for revision in queries.list_documents(**conditions)]


# --- lists


@pytest.fixture
def shelf() -> None:
    put(
        gazette(
            document("云岭政办〔2021〕9号", "关于停车的通知", "停车"),
            document("云岭政办〔2021〕27号", "关于供水的通知", "供水，安全第一"),
            document("云岭政〔2021〕3号", "关于命名的决定", "命名", issuer=GOVERNMENT, kind=DocumentKind.DECISION),
            document("云岭政办〔2021〕1号", "关于供电的通知", "供电 100% 安全", day=date(2021, 5, 1)),
            title=ISSUE_1,
        ),
        "one",
    )
    put(
        gazette(
            document(
                "云岭政〔2022〕1号",
                "关于防汛的意见",
                "防汛",
                day=date(2022, 1, 1),
                issuer=GOVERNMENT,
                kind=DocumentKind.OPINIONS,
            ),
            document("", "某某条例", "条例", day=None, issuer="", kind=DocumentKind.OTHER),
            title=ISSUE_2,
        ),
        "two",
    )


@pytest.mark.usefixtures("shelf")
class TestLists:
    def test_newest_first_and_numbers_as_numbers(self) -> None:
        assert found() == [
            "云岭政〔2022〕1号",
            "云岭政办〔2021〕1号",
            "云岭政〔2021〕3号",
            "云岭政办〔2021〕27号",
            "云岭政办〔2021〕9号",
            "某某条例",
        ]

    @pytest.mark.parametrize(
        ("conditions", "keys"),
        [
            ({"gazette": ISSUE_2}, ["云岭政〔2022〕1号", "某某条例"]),
            ({"issuer": GOVERNMENT}, ["云岭政〔2022〕1号", "云岭政〔2021〕3号"]),
            ({"kind": "decision"}, ["云岭政〔2021〕3号"]),
            ({"year": 2022}, ["云岭政〔2022〕1号"]),
            ({"year": 1999}, []),
            ({"year": 0}, []),
            ({"year": 123456}, []),
            ({"issuer": GOVERNMENT, "year": 2021}, ["云岭政〔2021〕3号"]),
            ({"text": "安全"}, ["云岭政办〔2021〕1号", "云岭政办〔2021〕27号"]),
            ({"text": "供水 安全"}, ["云岭政办〔2021〕27号"]),
            ({"text": "云岭政办[2021]27号"}, ["云岭政办〔2021〕27号"]),
            ({"text": "云岭政办（2021） 27 号"}, ["云岭政办〔2021〕27号"]),
            ({"text": "100%"}, ["云岭政办〔2021〕1号"]),
            ({"text": "%"}, ["云岭政办〔2021〕1号"]),
            ({"text": "\x00"}, None),
            ({"gazette": "\x00' OR 1=1 --"}, []),
            ({"text": "'); DROP TABLE library_document; --"}, []),
            ({"status": "not_yet", "on": date(2021, 4, 1)}, ["云岭政〔2022〕1号", "云岭政办〔2021〕1号"]),
            ({"status": "nonsense", "on": date(2021, 4, 1)}, []),
        ],
    )
    def test_conditions(self, conditions: dict[str, Any], keys: list[str] | None) -> None:
        assert found(**conditions) == (found() if keys is None else keys)

    def test_facets_count_what_the_other_conditions_leave(self) -> None:
        facets = queries.facets(issuer=GOVERNMENT, on=date(2021, 4, 1))
        told = {name: [(item.value, item.count) for item in values] for name, values in facets.items()}
        assert told == {
            "gazette": [(ISSUE_1, 1), (ISSUE_2, 1)],
            # Its own condition does not narrow a facet: one sees what else could be chosen.
            "issuer": [("云岭市人民政府办公室", 3), (GOVERNMENT, 2)],
            "kind": [("decision", 1), ("opinions", 1)],
            "year": [("2022", 1), ("2021", 1)],
            "status": [("in_force", 1), ("not_yet", 1)],
        }

    def test_a_page_of_a_list(self) -> None:
        first = queries.page(queries.list_documents(), 1, size=4)
        assert [revision.document.key for revision in first] == found()[:4]
        assert first.paginator.count == 6
        assert len(queries.page(queries.list_documents(), "99", size=4)) == 2
        assert len(queries.page(queries.list_documents(), "nonsense", size=4)) == 4

    def test_queries_of_a_page(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(5):
            # The count, the rows, and one each for parts, annexes and repeals.
            for revision in queries.page(queries.with_details(queries.list_documents(on=date(2022, 1, 1))), 1):
                assert revision.document.key
                assert list(revision.parts.all()) and not list(revision.annexes.all())
                assert revision.repealing == []
        with django_assert_num_queries(5):
            queries.facets(on=date(2022, 1, 1), status="in_force")

    def test_a_list_does_not_carry_the_texts(self) -> None:
        assert "text" in next(iter(queries.list_documents())).get_deferred_fields()

    @pytest.mark.parametrize(
        ("typed", "value"), [("", ""), (ISSUE_1, ISSUE_1), ("2021年第1期", ISSUE_1), ("2022年 第1期", ISSUE_2)]
    )
    def test_a_part_of_an_issue_s_name_is_enough(self, typed: str, value: str) -> None:
        assert queries.facet_value("gazette", typed) == value

    @pytest.mark.parametrize(("typed", "says"), [("第1期", "several"), ("2019年", "there are")])
    def test_a_name_of_none_or_several_is_refused(self, typed: str, says: str) -> None:
        with pytest.raises(GongbaoError, match=says):
            queries.facet_value("gazette", typed)

    def test_the_whole_name_of_one_is_not_taken_for_part_of_another(self) -> None:
        assert queries.facet_value("issuer", GOVERNMENT) == GOVERNMENT


# --- status

FIRST = date(2021, 3, 1)
LAST = date(2024, 3, 1)
REPEAL = date(2022, 6, 1)


def both(number: str, day: date) -> Status:
    """The status as found for one document, and by the database for a list: they must not differ."""
    revision = queries.get_revision(number)
    one = queries.status_on(revision, day)
    listed = queries.with_status(queries.list_documents(), day).get(pk=revision.pk)
    assert listed.status == one.value
    assert number in found(status=one.value, on=day)
    return one


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (FIRST - timedelta(days=1), Status.NOT_YET),
        (FIRST, Status.IN_FORCE),
        (LAST, Status.IN_FORCE),
        (LAST + timedelta(days=1), Status.EXPIRED),
    ],
)
def test_from_the_first_day_to_the_last_both_included(day: date, status: Status) -> None:
    put(gazette(document("甲〔2021〕1号", day=date(2021, 2, 1), begins=FIRST, until=LAST)))
    assert both("甲〔2021〕1号", day) is status


def test_a_document_that_does_not_say_is_in_force_from_its_date() -> None:
    put(gazette(document("甲〔2021〕1号", day=FIRST)))
    assert both("甲〔2021〕1号", FIRST - timedelta(days=1)) is Status.NOT_YET
    assert both("甲〔2021〕1号", FIRST) is Status.IN_FORCE


def test_a_document_without_any_date_is_in_force() -> None:
    put(gazette(document("甲〔2021〕1号", day=None)))
    assert both("甲〔2021〕1号", date(1990, 1, 1)) is Status.IN_FORCE
    assert queries.standing_on(queries.get_revision("甲〔2021〕1号"), FIRST).grounds == ()


def old_and_new(*references: Reference, **more: Any) -> None:
    """甲〔2021〕1号, and 甲〔2022〕2号 of 2022-05-02 that is in force from REPEAL and holds the references."""
    put(
        gazette(
            document("甲〔2021〕1号", "关于停车的通知", "停车", day=FIRST, **more),
            document(
                "甲〔2022〕2号",
                "关于停车场的通知",
                "停车场",
                day=date(2022, 5, 2),
                begins=REPEAL,
                references=references,
            ),
        )
    )


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2022, 5, 31), Status.IN_FORCE),
        (REPEAL, Status.REPEALED),
        (date(2099, 1, 1), Status.REPEALED),
        (FIRST - timedelta(days=1), Status.NOT_YET),
    ],
)
def test_repealed_from_the_day_the_repealing_document_is_in_force(day: date, status: Status) -> None:
    old_and_new(repeal("甲〔2021〕1号", "停车办法"))  # type: ignore[arg-type]
    assert both("甲〔2021〕1号", day) is status


def test_repealed_in_part() -> None:
    old_and_new(repeal("甲〔2021〕1号", scope="partial", provisions=["第一条"]))  # type: ignore[arg-type]
    assert both("甲〔2021〕1号", REPEAL - timedelta(days=1)) is Status.IN_FORCE
    assert both("甲〔2021〕1号", REPEAL) is Status.PARTLY_REPEALED
    ground = queries.standing_on(queries.get_revision("甲〔2021〕1号"), REPEAL).grounds[0]
    assert (ground.kind, ground.scope, ground.provisions) == (GroundKind.REPEAL, "partial", ("第一条",))


def test_the_ground_of_a_repeal_is_the_document_and_the_clause() -> None:
    old_and_new(repeal("甲〔2021〕1号"))  # type: ignore[arg-type]
    standing = queries.standing_on(queries.get_revision("甲〔2021〕1号"), REPEAL)
    first = standing.grounds[0]
    assert first.clause is not None
    assert (first.kind, first.document.key, first.clause.locator, first.since) == (
        GroundKind.REPEAL,
        "甲〔2022〕2号",
        "第一条",
        REPEAL,
    )
    assert first.title == "关于停车场的通知"


def test_the_grounds_of_a_term_and_of_a_beginning() -> None:
    put(gazette(document("甲〔2021〕1号", day=date(2021, 2, 1), begins=FIRST, until=LAST)))
    revision = queries.get_revision("甲〔2021〕1号")

    def grounds(day: date) -> list[tuple[str, str, date | None]]:
        return [
            (ground.kind.value, ground.clause.locator if ground.clause else "", ground.since)
            for ground in queries.standing_on(revision, day).grounds
        ]

    begins, ends = ("commencement", "第一条", FIRST), ("term", "第一条", LAST)
    assert grounds(FIRST) == [begins, ends]
    assert grounds(LAST + timedelta(days=1)) == [ends, begins]


def test_a_repeal_outlasts_the_document_that_made_it() -> None:
    put(
        gazette(
            document("甲〔2021〕1号", day=FIRST, text="1"),
            document(
                "甲〔2022〕2号", day=REPEAL, until=date(2023, 1, 1), references=[repeal("甲〔2021〕1号")], text="2"
            ),
            document("甲〔2023〕3号", day=date(2023, 6, 1), references=[repeal("甲〔2022〕2号")], text="3"),
        )
    )
    assert both("甲〔2021〕1号", date(2024, 1, 1)) is Status.REPEALED


def test_repealed_comes_before_expired() -> None:
    old_and_new(repeal("甲〔2021〕1号"), until=date(2021, 12, 31))  # type: ignore[arg-type]
    assert both("甲〔2021〕1号", date(2022, 1, 1)) is Status.EXPIRED
    assert both("甲〔2021〕1号", REPEAL) is Status.REPEALED


def test_a_citation_repeals_nothing() -> None:
    old_and_new(citation("甲〔2021〕1号"))  # type: ignore[arg-type]
    assert both("甲〔2021〕1号", date(2023, 1, 1)) is Status.IN_FORCE


def test_a_number_of_another_series_is_another_document() -> None:
    old_and_new(repeal("甲办〔2021〕1号"))  # type: ignore[arg-type]
    assert both("甲〔2021〕1号", date(2023, 1, 1)) is Status.IN_FORCE


def test_the_number_counts_where_number_and_title_disagree() -> None:
    old_and_new(repeal("乙〔2001〕1号", "关于停车的通知"))  # type: ignore[arg-type]
    assert both("甲〔2021〕1号", date(2023, 1, 1)) is Status.IN_FORCE


@pytest.mark.parametrize("title", ["关于停车的通知", "关于“停车”的通知", "关于停车的 通知"])
def test_repealed_by_title(title: str) -> None:
    old_and_new(repeal(title=title))  # type: ignore[arg-type]
    assert both("甲〔2021〕1号", REPEAL) is Status.REPEALED


def test_repealed_by_the_title_of_its_one_instrument() -> None:
    old_and_new(repeal(title="停车办法（试行）"), instruments=["停车办法（试行）"])  # type: ignore[arg-type]
    assert both("甲〔2021〕1号", REPEAL) is Status.REPEALED


def test_one_of_several_instruments_is_a_part() -> None:
    old_and_new(repeal(title="停车办法"), instruments=["停车办法", "收费办法"])  # type: ignore[arg-type]
    assert both("甲〔2021〕1号", REPEAL) is Status.PARTLY_REPEALED
    ground = queries.standing_on(queries.get_revision("甲〔2021〕1号"), REPEAL).grounds[0]
    assert (ground.scope, ground.provisions) == ("partial", ("停车办法",))


def test_a_document_does_not_repeal_itself_nor_its_successor_of_the_same_title() -> None:
    title = "关于停车的通知"
    put(
        gazette(
            document("甲〔2021〕1号", title, "1", day=FIRST, instruments=["停车办法"]),
            document(
                "甲〔2022〕2号",
                title,
                "2",
                day=REPEAL,
                instruments=["停车办法"],
                references=[repeal(title=title), repeal(title="停车办法")],
            ),
            document("甲〔2023〕3号", title, "3", day=date(2023, 6, 1), instruments=["停车办法"]),
        )
    )
    on = date(2024, 1, 1)
    assert [both(f"甲〔{2020 + n}〕{n}号", on) for n in (1, 2, 3)] == [
        Status.REPEALED,
        Status.IN_FORCE,
        Status.IN_FORCE,
    ]


def test_a_document_that_names_its_own_number_is_not_repealed_by_that() -> None:
    put(gazette(document("甲〔2021〕1号", day=FIRST, references=[repeal("甲〔2021〕1号")])))
    assert both("甲〔2021〕1号", date(2023, 1, 1)) is Status.IN_FORCE
    assert queries.cited_by(queries.get_revision("甲〔2021〕1号")) == []


def test_a_title_repeals_nothing_of_the_same_day() -> None:
    put(
        gazette(
            document("甲〔2021〕1号", "关于停车的通知", "1", day=FIRST),
            document("甲〔2021〕2号", "关于废止的通知", "2", day=FIRST, references=[repeal(title="关于停车的通知")]),
        )
    )
    assert both("甲〔2021〕1号", date(2023, 1, 1)) is Status.IN_FORCE


def test_only_current_revisions_repeal() -> None:
    old = document("甲〔2021〕1号", day=FIRST)
    put(gazette(old, document("甲〔2022〕2号", day=REPEAL, text="废止", references=[repeal("甲〔2021〕1号")])), "1")
    assert both("甲〔2021〕1号", REPEAL) is Status.REPEALED
    put(gazette(old, document("甲〔2022〕2号", day=REPEAL, text="不废止")), "2")
    assert both("甲〔2021〕1号", REPEAL) is Status.IN_FORCE


def test_a_repealing_document_without_a_date_works_on_any_day() -> None:
    put(
        gazette(
            document("甲〔2021〕1号", day=FIRST),
            document("甲〔2022〕2号", day=None, references=[repeal("甲〔2021〕1号")]),
        )
    )
    assert both("甲〔2021〕1号", FIRST) is Status.REPEALED


def test_queries_of_a_status(django_assert_max_num_queries: Any) -> None:
    old_and_new(*(repeal("甲〔2021〕1号", f"第{n}", scope="partial") for n in range(20)))  # type: ignore[arg-type]
    revision = queries.get_revision("甲〔2021〕1号")
    with django_assert_max_num_queries(4):
        standing = queries.standing_on(revision, REPEAL)
        assert [ground.clause and ground.clause.locator for ground in standing.grounds[:20]] == ["第一条"] * 20
        assert {ground.document.key for ground in standing.grounds} == {"甲〔2022〕2号", "甲〔2021〕1号"}


# --- references


def test_references_both_ways() -> None:
    put(
        gazette(
            document("甲〔2021〕1号", "关于停车的通知", "1", day=FIRST, instruments=["停车办法"]),
            document(
                "甲〔2022〕2号",
                "关于收费的通知",
                "2",
                day=REPEAL,
                references=[
                    citation("甲〔2021〕1号", "关于停车的通知"),
                    citation(title="停车办法"),
                    citation(title="不在库中的办法"),
                ],
            ),
        )
    )
    first, second = queries.get_revision("甲〔2021〕1号"), queries.get_revision("甲〔2022〕2号")
    references = queries.references(second)
    targets = queries.targets(references)
    assert [targets.get(reference.pk) for reference in references] == [first.document, first.document, None]
    citing = queries.cited_by(first)
    assert [(one.revision.document.key, one.clause and one.clause.locator) for one in citing] == [
        ("甲〔2022〕2号", "第一条")
    ] * 2
    assert queries.cited_by(second) == []
    assert queries.repeals(second) == queries.repealed_by(first) == []


def test_a_title_that_two_documents_have_is_no_target() -> None:
    put(
        gazette(
            document("甲〔2021〕1号", "关于停车的通知", "1"),
            document("甲〔2021〕2号", "关于停车的通知", "2"),
            document("甲〔2021〕3号", "关于收费的通知", "3", references=[citation(title="关于停车的通知")]),
        )
    )
    assert queries.targets(queries.references(queries.get_revision("甲〔2021〕3号"))) == {}


# --- documents


@pytest.mark.usefixtures("shelf")
class TestDocuments:
    @pytest.mark.parametrize(
        "typed",
        [
            "云岭政办〔2021〕27号",
            " 云岭政办[2021]27号 ",
            "云岭政办（２０２１）２７号",
            "云岭政办【2021】第27号",
            "云岭政办 〔 2021 〕 27 号",
            "关于供水的通知",
        ],
    )
    def test_a_number_typed_in_any_way(self, typed: str) -> None:
        assert queries.get_document(typed).key == "云岭政办〔2021〕27号"

    def test_a_document_without_a_number_by_its_title(self) -> None:
        assert queries.get_document("某某条例").key == "某某条例"

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("云岭政〔2021〕27号", "near it are 云岭政办〔2021〕27号"),
            ("云岭政办〔2021〕28号", "near it are 云岭政办〔2021〕27号"),
            ("云岭政办〔2021〕28号\x00", "near it are"),
            ("", "no document is named"),
            ("某某条列", "near it are 某某条例"),
            ("zzz" * 1000, "gongbao documents lists"),
        ],
    )
    def test_what_is_not_there_is_said_with_what_is_near(self, typed: str, says: str) -> None:
        with pytest.raises(GongbaoError, match=says) as caught:
            queries.get_document(typed)
        assert len(str(caught.value)) < 300

    @pytest.mark.parametrize("sequence", [0, -1, 2, 10**30])
    def test_a_revision_that_is_not_there(self, sequence: int) -> None:
        with pytest.raises(GongbaoError, match="has no revision"):
            queries.get_revision("云岭政办〔2021〕27号", sequence)


def test_an_empty_library_says_so() -> None:
    with pytest.raises(GongbaoError, match="the library is empty"):
        queries.get_document("云岭政办〔2021〕27号")
    assert found() == []
    assert set(queries.facets(on=FIRST)) == set(queries.FACETS)


# --- citations

# Articles with and without 款, 项 and 目; 一、（一）1.; decimal numbering; several parts. All words are invented.
RULES = (
    "云岭市人民政府办公室关于印发云岭市停车办法的通知\n云岭政办〔2021〕5号\n各县人民政府：\n"
    "现将《云岭市停车办法》印发给你们。\n云岭市人民政府办公室\n2021年5月1日\n"
    "云岭市停车办法\n第一章 总则\n第一条 为了停车，制定本办法。\n"
    "第二条 停车应当：\n（一）入位；\n（二）缴费：\n1. 现金；\n2. 转账。\n"
    "第三条 白天收费。\n夜间免费，有下列情形之一的除外：\n（一）节日；\n（二）假日。\n第二章 附则\n"
    + "".join(f"第{n}条 内容。\n" for n in ("四", "五", "六", "七", "八", "九", "十", "十一", "十二"))
    + "附件1\n任务表\n一、任务\n（一）完成任务。\n（二）报告。\n二、要求\n附件2\n流程\n一、流程\n（一）受理。\n"
)
PLAN = (
    "云岭市人民政府办公室关于印发云岭市应急预案的通知\n云岭政办〔2021〕6号\n各县人民政府：\n现将预案印发给你们。\n"
    "云岭市人民政府办公室\n2021年6月1日\n云岭市应急预案\n1 总则\n1.1 目的\n为了应急。\n"
    "1.2 依据\n依据法律：\n（1）甲；\n（2）乙。\n"
    "2 组织\n2.1 机构\n设立机构。\n2.2 职责\n（1）丙。\n"
)
OPINIONS = (
    "云岭市人民政府关于供水的意见\n云岭政〔2021〕7号\n各县人民政府：\n为做好供水，提出以下意见。\n一、目标\n（一）近期。\n"
    "1. 修管。\n2. 换表。\n（二）远期。\n二、措施\n（三）检查。\n1. 巡查。\n云岭市人民政府\n2021年7月1日\n"
)


@pytest.fixture
def cited() -> None:
    for text in (RULES, PLAN, OPINIONS):
        put(read_gazette(text), text)


@pytest.mark.usefixtures("cited")
class TestCitations:
    @pytest.mark.parametrize(
        ("typed", "locator"),
        [
            # As it is written.
            ("云岭政办〔2021〕5号 第二条第（二）项第1目", "第二条第（二）项第1目"),
            ("云岭政办〔2021〕6号 1.2（2）", "1.2（2）"),
            ("云岭政〔2021〕7号 一（一）2", "一（一）2"),
            ("云岭政办〔2021〕5号 附件1 一（一）", "附件1 一（一）"),
            ("云岭政办〔2021〕5号 通知", "通知"),
            # With other brackets, widths and spaces, or none.
            ("云岭政办[2021]5号第二条第(二)项第1目", "第二条第（二）项第1目"),
            ("云岭政办（2021）5号 第二条 第（二）项 第１目", "第二条第（二）项第1目"),
            ("云岭政办〔２０２１〕６号　１．２(2)", "1.2（2）"),
            ("云岭政〔2021〕7号 一、（一）2.", "一（一）2"),
            # Arabic figures, and the small words left out.
            ("云岭政办〔2021〕5号 第2条", "第二条"),
            ("云岭政办〔2021〕5号 12条", "第十二条"),
            ("云岭政办〔2021〕5号 第 12 条", "第十二条"),
            ("云岭政办〔2021〕5号 第二条（二）1", "第二条第（二）项第1目"),
            ("云岭政办〔2021〕5号 第二条第二项", "第二条第（二）项"),
            ("云岭政办〔2021〕5号 第二条第2项第1目", "第二条第（二）项第1目"),
            # The paragraph that is the only one, and the one that is left out.
            ("云岭政办〔2021〕5号 第二条第一款", "第二条"),
            ("云岭政办〔2021〕5号 第二条第一款第（二）项", "第二条第（二）项"),
            ("云岭政办〔2021〕5号 第三条第（二）项", "第三条第二款第（二）项"),
            ("云岭政办〔2021〕5号 第三条第一款", "第三条第一款"),
            # With the chapter in which it stands left out or put in.
            ("云岭政办〔2021〕5号 第一章", "第一章"),
            ("云岭政办〔2021〕5号 第一章第二条", "第二条"),
            ("云岭政办〔2021〕5号 第一章第三条第（一）项", "第三条第二款第（一）项"),
            # The end of just one locator.
            ("云岭政〔2021〕7号 （三）1", "二（三）1"),
            # An eId.
            ("云岭政办〔2021〕5号 art_2__subpara_2__point_1", "第二条第（二）项第1目"),
            # The document by its title, with and without its number.
            ("《云岭市人民政府关于供水的意见》一（一）", "一（一）"),
            ("《云岭市停车办法》第二条", "第二条"),
            ("《云岭市停车办法》（云岭政办〔2021〕5号）第二条", "第二条"),
        ],
    )
    def test_found(self, typed: str, locator: str) -> None:
        clause = queries.get_clause(typed)
        assert clause.locator == locator
        assert clause.revision.document.key in {"云岭政办〔2021〕5号", "云岭政办〔2021〕6号", "云岭政〔2021〕7号"}

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("云岭政办〔2021〕5号 第九十条", "has no clause “第九十条”; near it are 第十条, 第十一条, 第十二条"),
            ("云岭政办〔2021〕5号 第三条第九款", "near it are 第三条第一款, 第三条第二款"),
            ("云岭政〔2021〕7号 一（一）9", "near it are 一（一）1, 一（一）2"),
            ("云岭政办〔2021〕6号 1.9", "near it are 1.1, 1.2"),
            ("云岭政办〔2021〕5号 （一）", "may be one of several clauses of 云岭政办〔2021〕5号: 第二条第（一）项"),
            ("云岭政办〔2021〕5号 二条", "has no clause"),
            # 第（二）项第2目 is not 第二项.
            ("云岭政办〔2021〕5号 第二条第三项", "has no clause"),
            ("云岭政〔2021〕7号 一1", "has no clause"),
            ("云岭政办〔2021〕5号 之乎者也", "has no clause"),
            ("云岭政办〔2021〕5号", "is a whole document; name a clause of it"),
            ("云岭政〔2021〕5号 第一条", "“云岭政〔2021〕5号” is not in the library; near it are 云岭政办〔2021〕5号"),
            ("第一条", "does not begin with a document number"),
            ("", "no clause is named"),
            ("\x00", "no clause is named"),
            ("云岭政办〔2021〕5号 " + "第一条" * 3000, "has no clause"),
            ("《》第一条", "no document is named"),
        ],
    )
    def test_not_found_is_told_with_what_could_be_meant(self, typed: str, says: str) -> None:
        with pytest.raises(GongbaoError) as caught:
            queries.get_clause(typed)
        assert says in str(caught.value)
        assert len(str(caught.value)) < 400

    def test_every_locator_and_every_eid_finds_its_clause(self) -> None:
        rows = list(Clause.objects.select_related("revision__document"))
        assert len(rows) > 40
        for row in rows:
            key = row.revision.document.key
            assert queries.get_clause(f"{key} {row.locator}").pk == row.pk
            assert queries.get_clause(f"{key}{row.locator.replace(' ', '')}").pk == row.pk
            assert queries.get_clause(f"{key} {row.eid}").pk == row.pk

    def test_queries_of_a_clause(self, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(4):
            clause = queries.get_clause("云岭政办〔2021〕5号 第二条")
            assert clause.revision.document.number and clause.part.title
            whole = queries.with_all_below(clause)
        assert whole.full_text().splitlines() == [
            "第二条 停车应当：",
            "（一）入位；",
            "（二）缴费：",
            "1.现金；",
            "2.转账。",
        ]

    def test_queries_of_an_outline(self, django_assert_num_queries: Any) -> None:
        revision = queries.get_revision("云岭政办〔2021〕5号")
        with django_assert_num_queries(3):
            parts = queries.outline(revision)
        read = read_gazette(RULES).documents[0]
        assert [(part.label, part.title, part.clauses) for part in parts] == [
            # The line is that of the file, and so is the rest.
            (part.label, part.title, part.clauses)
            for part in read.parts
        ]

    def test_a_clause_by_its_eid(self) -> None:
        revision = queries.get_revision("云岭政办〔2021〕5号")
        assert queries.clause_at(revision, "art_2").locator == "第二条"
        with pytest.raises(GongbaoError, match="no clause with the address"):
            queries.clause_at(revision, "art_99")

    def test_what_was_cleaned_and_the_raw_lines(self) -> None:
        revision = queries.get_revision("云岭政〔2021〕7号")
        assert queries.raw_text(revision) == OPINIONS.rstrip("\n")
        assert queries.cleanings(revision, 1, 1000) == list(revision.source.cleanings.order_by("start"))


def test_figures_that_run_together_without_a_space_are_told_apart() -> None:
    text = RULES.replace("一、任务\n（一）完成任务。\n（二）报告。\n二、要求\n", "1. 任务\n11. 要求\n")
    # 附件1 1 and 附件11 look alike without their space; 附件1 11 and 附件11 1 do too.
    text += "".join(f"附件{n}\n表{n}\n1. 任务\n" for n in range(3, 12))
    put(read_gazette(text), text)
    for row in Clause.objects.filter(locator__startswith="附件"):
        assert queries.get_clause(f"云岭政办〔2021〕5号 {row.locator}").pk == row.pk
    assert {"附件1 11", "附件11 1"} <= set(Clause.objects.values_list("locator", flat=True))


@pytest.mark.parametrize(
    ("locator", "steps"),
    [
        ("第四条第（一）项第1目", ["第四条", "(一)", "1"]),
        ("四（三）1", ["四", "(三)", "1"]),
        ("2.1（1）", ["2.1", "(1)"]),
        ("附件1 1.1", ["附件1", "1.1"]),
        ("《某某办法》第三条", ["《某某办法》", "第三条"]),
        ("五（一）第2段", ["五", "(一)", "第二段"]),
        ("第十二条之一", ["第十二条之一"]),
        ("三（第2处）", ["三", "(第2处)"]),
        ("第三条①", ["第三条", "①"]),
        ("", []),
    ],
)
def test_the_steps_of_a_locator(locator: str, steps: list[str]) -> None:
    assert locator_steps(locator) == steps


# --- fit for a library of a million clauses


def _plan(rows: QuerySet[Any]) -> str:
    if connection.vendor == "postgresql":
        # On tables as small as these PostgreSQL reads the whole; what counts is that it could do otherwise.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


@pytest.mark.usefixtures("cited")
@pytest.mark.parametrize("look_up", ["locator", "eid", "below", "outline", "cited_by"])
def test_look_ups_go_by_an_index(look_up: str) -> None:
    revision = queries.get_revision("云岭政办〔2021〕5号")
    # SQLite gives the indexes of constraints names of its own.
    place, eid = "one_clause_per_place", "one_clause_per_eid"
    if connection.vendor == "sqlite":
        place, eid = "sqlite_autoindex_library_clause_1", "sqlite_autoindex_library_clause_2"
    rows: dict[str, tuple[QuerySet[Any], Sequence[str]]] = {
        # In a table of a few rows PostgreSQL may take any index that begins with the revision; it must not read it all.
        "locator": (
            revision.clauses.filter(locator_key="第二条").order_by(),
            ["Index"] if connection.vendor == "postgresql" else ["clause_locator"],
        ),
        "eid": (revision.clauses.filter(eid="art_2").order_by(), [eid]),
        "below": (
            Clause.objects.filter(revision=revision.pk, order__gte=3, order__lte=7).order_by("order"),
            [place],
        ),
        # PostgreSQL may take either index that begins with the revision.
        "outline": (
            revision.clauses.order_by("order"),
            ["one_clause_per" if connection.vendor == "postgresql" else place],
        ),
        "cited_by": (queries._naming(revision), ["reference_number", "reference_title"]),
    }
    plan = _plan(rows[look_up][0])
    for index in rows[look_up][1]:
        assert index in plan


# --- the two real issues: figures counted by hand


@pytest.mark.gazettes
def test_the_two_issues_in_the_library(gazettes: Path) -> None:
    results = [ingest_file(gazettes / name) for name in ("xuchang-2022-02.txt", "xuchang-2022-05.txt")]
    assert [len(result.documents) for result in results] == [26, 10]
    assert [(result.contents.announced, result.contents.found) for result in results] == [(26, 26), (10, 10)]
    articles = {revision.document.key: revision.articles for revision in queries.list_documents() if revision.articles}
    assert articles == {
        "许政办〔2022〕27号": 43,
        "许政办〔2022〕18号": 26,
        "许政办〔2022〕22号": 46,
        "许政办〔2022〕24号": 31,
        "许政办〔2022〕39号": 9,
        "许政办〔2022〕42号": 42,
    }
    # The two series share the serials 11 to 13 and 38 to 40.
    for serial in (11, 12, 13, 38, 39, 40):
        assert len({queries.get_document(f"{series}〔2022〕{serial}号").pk for series in ("许政", "许政办")}) == 2

    assert both("许政〔2022〕6号", date(2022, 4, 28)) is Status.NOT_YET
    assert both("许政〔2022〕6号", date(2025, 4, 29)) is Status.IN_FORCE
    assert both("许政〔2022〕6号", date(2025, 4, 30)) is Status.EXPIRED
    assert both("许政办〔2022〕27号", date(2022, 7, 23)) is Status.NOT_YET
    assert both("许政办〔2022〕27号", date(2022, 7, 24)) is Status.IN_FORCE

    for cited_as, eid in (
        ("许政办〔2022〕27号 第三十六条", "art_36"),
        ("许政办〔2022〕39号 第四条第（一）项第1目", "art_4__subpara_1__point_1"),
        ("许政办〔2022〕14号 四（三）1", "sec_4__subsec_3__para_1"),
        ("许政办〔2022〕26号 2.1（1）", "sec_2__subsec_1__subpara_1"),
    ):
        assert queries.get_clause(cited_as).eid == eid
    rows = Clause.objects.select_related("revision__document").order_by("pk")
    for row in list(rows)[::40]:
        assert queries.get_clause(f"{row.revision.document.key} {row.locator}").pk == row.pk


def test_sequences_have_no_gap() -> None:
    for n in range(4):
        put(gazette(document(text=f"第一条 {n}。")), str(n))
    sequences = list(Revision.objects.order_by("pk").values_list("sequence", flat=True))
    assert sequences[0] == 1
    assert all(later == earlier + 1 for earlier, later in pairwise(sequences))
