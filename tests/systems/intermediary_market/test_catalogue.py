"""The catalogue of services: versions, who may change it, too few agencies, the workbook."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongbao.core.errors import GongbaoError
from gongbao.office.audit.actors import KEEPER
from gongbao.office.outbox.models import Message
from gongbao.systems.intermediary_market.catalogue import actions, queries, workbook
from gongbao.systems.intermediary_market.catalogue.actions import ItemContent, ItemRow
from gongbao.systems.intermediary_market.catalogue.models import ItemVersion, Recommendation, ServiceItem
from gongbao.systems.intermediary_market.organisations import actions as organisations
from tests.systems.intermediary_market.parties import START, Parties, open_market, uscc

NOW = START + timedelta(days=60)
TODAY = NOW.date()
CONTENT = ItemContent(
    name="节能报告编制", legal_ground="某法第三条", time_limit="十个工作日", process="委托、编制、交付",
    conditions="项目已备案", fee_standard="双方约定",
)  # fmt: skip


def keep(
    market: Parties,
    code: str,
    *,
    at: datetime = START,
    since: date | None = None,
    unit: str = "housing",
    **changed: Any,
) -> ServiceItem:
    version, _new = actions.keep_item(
        code, replace(CONTENT, **changed), authority=market.units[unit], since=since or at.date(), actor=KEEPER, at=at
    )
    return version.item


@pytest.fixture
def market(db: None) -> Parties:
    return open_market()


def where(error: pytest.ExceptionInfo[GongbaoError]) -> str:
    return error.value.where


# --- versions


def test_what_was_published_stays_and_the_version_of_a_day_is_found(market: Parties) -> None:
    item = keep(market, "A-1")
    keep(market, "A-1", at=NOW, since=TODAY + timedelta(days=5), name="新名称")
    on_the_eve, on_the_day = TODAY + timedelta(days=4), TODAY + timedelta(days=5)
    assert [getattr(queries.version_on(item, day), "name", None) for day in (START.date(), on_the_eve, on_the_day)] == [
        CONTENT.name, CONTENT.name, "新名称",
    ]  # fmt: skip
    assert queries.version_on(item, START.date() - timedelta(days=1)) is None
    assert [one.name for one in queries.services(on_the_eve)] == [CONTENT.name]
    assert [one.name for one in queries.services(on_the_day)] == ["新名称"]
    assert [one.name for one in queries.services(on_the_day, words="新名")] == ["新名称"]


def test_the_same_content_is_no_new_version(market: Parties) -> None:
    item = keep(market, "A-1")
    _version, new = actions.keep_item(
        "A-1", CONTENT, authority=market.units["housing"], since=TODAY, actor=KEEPER, at=NOW
    )
    assert not new and item.versions.count() == 1


def test_days_that_are_over_and_versions_that_are_there_are_not_changed(market: Parties) -> None:
    keep(market, "A-1")
    with pytest.raises(GongbaoError) as error:
        keep(market, "A-1", at=NOW, since=TODAY - timedelta(days=1), name="新名称")
    assert where(error) == "since"
    keep(market, "A-1", at=NOW, since=TODAY + timedelta(days=9), name="将来")
    with pytest.raises(GongbaoError) as error:
        keep(market, "A-1", at=NOW, since=TODAY, name="其间")
    assert where(error) == "since" and ItemVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("code", "changed", "place"),
    [
        ("A 1", {}, "code"),
        ("", {}, "code"),
        ("A-1", {"name": " "}, "name"),
        ("A-1", {"legal_ground": ""}, "legal_ground"),
        ("A-1", {"pricing": "whatever"}, "pricing"),
        ("A-1", {"supply": "whatever"}, "supply"),
        ("A-1", {"process": "长" * 2001}, "process"),
    ],
)
def test_a_service_of_which_something_is_not_told_is_refused(
    market: Parties, code: str, changed: dict[str, Any], place: str
) -> None:
    with pytest.raises(GongbaoError) as error:
        keep(market, code, **changed)
    assert where(error) == place and not ServiceItem.objects.exists()


def test_another_authority_changes_and_ends_nothing(market: Parties) -> None:
    item = keep(market, "A-1")
    finance = market.units["finance"]
    with pytest.raises(GongbaoError):
        keep(market, "A-1", at=NOW, unit="finance", name="新名称")
    with pytest.raises(GongbaoError):
        actions.end_item(item, authority=finance, actor=KEEPER, at=NOW)
    with pytest.raises(GongbaoError):
        actions.recommend(item, "甲", "因为", unit=finance, actor=KEEPER, at=NOW)
    actions.end_item(item, authority=market.units["housing"], actor=KEEPER, at=NOW)
    assert not queries.services(TODAY).exists() and queries.version_on(item, TODAY) is not None


# --- too few


def enter(market: Parties, number: int, item: ServiceItem, **more: Any) -> Any:
    offered = organisations.Offered("服务", "要求", "十日", "面议")
    return organisations.enter_item(market.agencies[number], item, offered, actor=KEEPER, at=NOW, **more)


def test_fewer_than_three_tells_the_authority_and_bars_nothing(market: Parties) -> None:
    item = keep(market, "A-1")
    housing = market.units["housing"]
    told = Message.objects.filter(unit=housing, role="clerk", about=item.subject)
    assert told.count() == 1  # there is nobody under a new one
    listings = [enter(market, number, item) for number in range(3)]
    assert told.count() == 1 and not queries.with_few(TODAY).exists()
    organisations.leave_item(listings[0], actor=KEEPER, at=NOW)
    assert told.count() == 2 and "2家" in told.latest("pk").text_zh
    assert list(queries.with_few(TODAY, [housing.pk]).values_list("item", "agencies")) == [(item.pk, 2)]
    assert not queries.with_few(TODAY, [market.operator.pk]).exists()
    # It stands in the catalogue like any other, so that notices may be written of it.
    assert [one.item for one in queries.services(TODAY)] == [item]


def test_a_qualification_that_runs_out_tells_the_authority_once(market: Parties) -> None:
    item = keep(market, "A-1", qualification="甲级")
    until = TODAY + timedelta(days=10)
    for number in range(3):
        held = organisations.Held("甲级", "甲-7", "某局", TODAY, until if number == 0 else None)
        qualification = organisations.add_qualification(market.agencies[number], held, actor=KEEPER, at=NOW)
        enter(market, number, item, qualification=qualification)
    told = Message.objects.filter(role="clerk", about=item.subject)
    before = told.count()
    assert actions.tell_of_run_out(NOW + timedelta(days=10)) == 0 and told.count() == before
    assert actions.tell_of_run_out(NOW + timedelta(days=11)) == 1 and told.count() == before + 1
    assert actions.tell_of_run_out(NOW + timedelta(days=12)) == 0 and told.count() == before + 1


def test_a_recommendation_is_kept_and_shows_when_who_was_named_comes(market: Parties) -> None:
    item, housing = keep(market, "A-1"), market.units["housing"]
    agency = market.agencies[0]
    actions.recommend(item, agency.name, "有经验", uscc=agency.uscc, unit=housing, actor=KEEPER, at=NOW)
    with pytest.raises(GongbaoError) as error:
        actions.recommend(item, "乙", "有经验", uscc="12", unit=housing, actor=KEEPER, at=NOW)
    assert where(error) == "uscc"
    assert [one.entered for one in queries.recommendations(item, TODAY)] == [False]
    enter(market, 0, item)
    assert [one.entered for one in queries.recommendations(item, TODAY)] == [True]


# --- the workbook


def test_what_is_exported_comes_back_as_it_was_in_both_languages(market: Parties) -> None:
    keep(market, "A-1", qualification="甲级；乙级", pricing="government", fee_standard="=1+1\n第二行")
    keep(market, "0012", supply="agreement", name="2022-06")
    for language in ("zh-hans", "en"):
        rows = workbook.read(workbook.export(queries.services(TODAY), language, NOW))
        assert actions.keep_items(rows, authority=market.units["housing"], since=TODAY, actor=KEEPER, at=NOW) == (
            0,
            0,
            2,
        )
    assert ItemVersion.objects.count() == 2


def book(*rows: tuple[Any, ...], heads: tuple[str, ...] | None = None) -> bytes:
    made = openpyxl.Workbook()
    made.active.append(heads or tuple(label.zh for label in workbook.HEADS.values()))
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


ROW = ("A-1", "测绘", "某法", "", "十日", "流程", "条件", "面议", "市场调节价", "公开选取")


def test_a_file_is_read_in_whole_or_not_at_all_and_the_row_is_named(market: Parties) -> None:
    rows = workbook.read(book(ROW, ("A-2", *ROW[1:8], "随意定价", "公开选取")))
    with pytest.raises(GongbaoError) as error:
        actions.keep_items(rows, authority=market.units["housing"], since=TODAY, actor=KEEPER, at=NOW)
    assert where(error) == "3 pricing" and not ServiceItem.objects.exists()
    twice = workbook.read(book(ROW, ROW))
    with pytest.raises(GongbaoError) as error:
        actions.keep_items(twice, authority=market.units["housing"], since=TODAY, actor=KEEPER, at=NOW)
    assert where(error) == "3 code"


@pytest.mark.parametrize(
    "content",
    [
        lambda: b"",
        lambda: b"no workbook",
        lambda: b"PK\x03\x04 nor this",
        lambda: book(heads=("事项编码", "事项名称")),
        lambda: book(*[ROW] * 2100),
    ],
    ids=["empty", "text", "broken", "other heads", "too many rows"],
)
def test_what_is_no_catalogue_is_told(content: Callable[[], bytes]) -> None:
    with pytest.raises(GongbaoError):
        workbook.read(content())


def test_an_empty_catalogue_is_exported_and_read_again(market: Parties) -> None:
    assert workbook.read(workbook.export([], "zh-hans", NOW)) == []


# --- pages


@pytest.mark.one_database
def test_an_authority_publishes_changes_and_recommends(market: Parties, client: Client) -> None:
    client.force_login(market.people["housing-clerk"])
    given = {"code": "A-1", "qualification": "", "pricing": "market", "supply": "open", "since": "2199-01-01"}
    given |= {name: getattr(CONTENT, name) for name in ("name", "legal_ground", "time_limit", "process")}
    given |= {name: getattr(CONTENT, name) for name in ("conditions", "fee_standard")}
    sent = {f"v-{key}": value for key, value in given.items()}
    answer = client.post("/market/desk/services/new/", {**sent, "v-since": "gestern"})
    assert answer.status_code == 400 and CONTENT.legal_ground in answer.content.decode()
    assert client.post("/market/desk/services/new/", sent).status_code == 302
    item = ServiceItem.objects.get()
    assert item.authority.key == "housing"
    assert client.get(f"/market/services/{item.uuid}/").status_code == 404  # from 2199 on
    assert client.post("/market/desk/services/new/", sent).status_code == 400
    change = f"/market/desk/services/{item.uuid}/"
    assert CONTENT.legal_ground in client.get(change).content.decode()
    named = {**sent, "v-name": "新名称"}
    named.pop("v-code")
    assert client.post(change, named).status_code == 302 and item.versions.count() == 2
    recommended = {"v-name": "甲公司", "v-uscc": uscc(5), "v-reason": "有经验"}
    assert client.post(f"{change}recommend/", recommended).status_code == 302
    assert Recommendation.objects.get().name == "甲公司"
    client.force_login(market.people["finance-clerk"])
    for address in ("", "recommend/", "end/"):
        assert client.post(change + address, named).status_code == 404
    client.force_login(market.people["housing-head"])
    assert client.post(f"{change}end/").status_code == 302
    item.refresh_from_db()
    assert item.ended_at is not None


@pytest.mark.one_database
def test_a_workbook_is_read_in_on_the_page_and_what_is_wrong_names_row_and_column(
    market: Parties, client: Client
) -> None:
    client.force_login(market.people["housing-clerk"])
    page = "/market/desk/services/import/"
    wrong = SimpleUploadedFile("catalogue.xlsx", book((*ROW[:8], "随意", ROW[9])))
    answer = client.post(page, {"v-workbook": wrong, "v-since": "2199-01-01"})
    assert answer.status_code == 400 and "第2行" in answer.content.decode() and "定价方式" in answer.content.decode()
    right = SimpleUploadedFile("catalogue.xlsx", book(ROW))
    assert client.post(page, {"v-workbook": right, "v-since": "2199-01-01"}).status_code == 302
    assert ServiceItem.objects.get().code == "A-1"
    exported = Client().get("/market/services.xlsx")
    assert exported.status_code == 200 and workbook.read(exported.content) == []


def test_rows_know_where_they_stand() -> None:
    rows = workbook.read(book(ROW))
    assert rows == [ItemRow("2", "A-1", ItemContent("测绘", "某法", "十日", "流程", "条件", "面议"))]
