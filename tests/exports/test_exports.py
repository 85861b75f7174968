"""Workbooks that the worker makes: offered, made little by little, taken back, begun again, and whose they are."""

import io
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import translation

from gongbao.core.errors import GongbaoError
from gongbao.core.labels import Label
from gongbao.gazette.tables import Kind as Column
from gongbao.office.exports import actions, kinds, views
from gongbao.office.exports.kinds import Asked, Kind, Making, gathered, written
from gongbao.office.exports.models import Export, State
from gongbao.office.papers.workbook import sheet_of
from gongbao.office.people.models import Account
from gongbao.office.worker.jobs import registered, run_once
from tests.people.made import open_account

NOW = datetime(2026, 5, 6, 1, 30, tzinfo=UTC)
SECRET = "lan.ting@example.org"
ROWS = 450
sees: dict[str, str] = {}


def numbers(asked: Asked) -> Making:
    rows = yield from gathered(range(ROWS), lambda some: [[str(one)] for one in some])
    heads = [(Label("序号", "Number"), Column.INTEGER)]
    sheet = sheet_of(Label("数", "Numbers"), heads, rows, asked.language)
    return (yield from written([sheet], sheet.title, asked.at))


def fault(asked: Asked) -> Making:
    yield 1
    raise ValueError(SECRET)


def scope(account: Account, on: date) -> str:
    return sees.get(account.username, "all")


OWN, OPEN, FAULTY = Kind("own", numbers, scope), Kind("open", numbers, open_to_all=True), Kind("faulty", fault)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any, db: None) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(kinds, "_kinds", {one.key: one for one in (OWN, OPEN, FAULTY)})
    monkeypatch.setattr(actions, "A_ROUND", 0.0)  # in a round then one step is taken, or none
    sees.clear()
    yield
    died()


def died() -> None:
    """As if the process had ended: nothing is written any more, and its lock is free."""
    for one in actions._at:
        one.lock.close()
    actions._at.clear()


def begun(kind: Kind = OWN, account: Account | None = None, at: datetime = NOW) -> Export:
    return actions.begin(kind, {"year": "2026"}, name="numbers.xlsx", account=account, language="zh-hans", at=at)


def again(export: Export) -> Export:
    return Export.objects.get(pk=export.pk)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step in each round."""
    ticks = iter(range(10_000_000))
    monkeypatch.setattr(actions, "A_ROUND", 1.5)
    monkeypatch.setattr(actions.time, "monotonic", lambda: float(next(ticks)))


def rounds(most: int = 1000) -> int:
    """How many the worker goes round until nothing is to be made."""
    return next(number for number in range(most) if not actions.make(NOW))


def test_it_is_made_little_by_little_and_is_what_a_request_would_give(slow: None) -> None:
    account = open_account("bai-zhi")
    export, seen = begun(account=account), [0]
    while actions.make(NOW):
        seen.append(again(export).percent)
    assert seen == sorted(seen) and len({*seen}) > 5 and seen[-1] == 100
    made = again(export)
    assert (made.state, made.ended_at) == (State.DONE, NOW)
    client = Client()
    client.force_login(account)
    page = client.get(f"/exports/{export.uuid}/").content.decode()
    assert "下载表格" in page and "hx-trigger" not in page
    answer = client.get(f"/exports/{export.uuid}/file/")
    assert answer["Content-Disposition"] == 'attachment; filename="numbers.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == list(range(ROWS))


def test_the_worker_knows_the_job() -> None:
    assert {"exports.make", "exports.sweep"} <= {one.name for one in registered()}
    assert run_once(NOW, jobs=[one for one in registered() if one.name == "exports.make"]).done == {}


def test_one_whose_process_ended_is_begun_again_three_times_and_no_more(slow: None) -> None:
    export = begun(account=open_account("bai-zhi"))
    for attempt in range(1, actions.MOST_ATTEMPTS + 1):
        for _ in range(3):
            assert actions.make(NOW) == 1
        assert (again(export).state, again(export).attempts) == (State.MAKING, attempt)
        died()
    assert actions.make(NOW) == 0
    assert again(export).state == State.FAILED
    other = begun(account=export.account)
    assert other.pk != export.pk and rounds() and again(other).state == State.DONE


def test_what_another_process_makes_is_left_to_it(slow: None) -> None:
    first, second = (begun(account=open_account(name)) for name in ("bai-zhi", "du-heng"))
    actions.make(NOW)
    (elsewhere,) = actions._at
    actions._at.clear()  # its lock is held still
    rounds()
    assert (again(first).state, again(second).state) == (State.MAKING, State.DONE)
    elsewhere.lock.close()


def test_it_is_taken_back_while_it_is_made(slow: None) -> None:
    account = open_account("bai-zhi")
    export = begun(account=account)
    actions.make(NOW)
    client = Client()
    client.force_login(account)
    assert "正在制作" in client.get(f"/exports/{export.uuid}/").content.decode()
    client.post(f"/exports/{export.uuid}/cancel/")
    rounds()
    assert again(export).state == State.CANCELLED and not actions.place_of(export).exists()
    assert client.get(f"/exports/{export.uuid}/file/").status_code == 404
    answer = client.post(f"/exports/{export.uuid}/cancel/", follow=True)  # pressed twice
    assert "已不在制作中" in answer.content.decode()


def test_it_is_of_whoever_asked_and_may_see_the_same_still() -> None:
    account, other = open_account("bai-zhi"), open_account("du-heng")
    export = begun(account=account)
    client = Client()
    for who, code in ((None, 404), (other, 404), (account, 200)):
        if who is not None:
            client.force_login(who)
        assert client.get(f"/exports/{export.uuid}/").status_code == code
    sees["bai-zhi"] = "less"
    assert client.get(f"/exports/{export.uuid}/").status_code == 404
    assert begun(account=account).pk != export.pk


def test_asked_for_twice_it_is_made_once_and_what_all_may_see_once_for_all(slow: None) -> None:
    account, other = open_account("bai-zhi"), open_account("du-heng")
    assert begun(account=account).pk == begun(account=account).pk != begun(account=other).pk
    rounds()
    first = begun(OPEN, account)
    assert first.account is None and begun(OPEN).pk == begun(OPEN, other).pk == first.pk
    rounds()
    assert again(first).state == State.DONE
    assert begun(OPEN, at=NOW + timedelta(minutes=59)).pk == first.pk
    assert begun(OPEN, at=NOW + timedelta(minutes=61)).pk != first.pk
    client = Client()
    client.force_login(account)
    assert client.get(f"/exports/{first.uuid}/").status_code == 200
    assert client.post(f"/exports/{first.uuid}/cancel/").status_code == 404


def test_no_more_are_taken_than_can_be_made_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_WAITING", 1)
    begun(account=open_account("bai-zhi"))
    with pytest.raises(GongbaoError):
        begun(account=open_account("du-heng"))


def test_a_fault_is_told_without_its_words(slow: None, caplog: pytest.LogCaptureFixture) -> None:
    account = open_account("bai-zhi")
    export = begun(FAULTY, account)
    with caplog.at_level(logging.ERROR):
        rounds()
    assert again(export).state == State.FAILED
    assert "ValueError" in caplog.text and SECRET not in caplog.text
    client = Client()
    client.force_login(account)
    assert "未能制作" in client.get(f"/exports/{export.uuid}/").content.decode()


def test_what_is_a_day_old_goes(slow: None) -> None:
    export = begun(account=open_account("bai-zhi"))
    rounds()
    assert actions.sweep(NOW + timedelta(hours=23)) == 0 and actions.place_of(export).exists()
    assert actions.sweep(NOW + timedelta(hours=25)) == 1 and not actions.place_of(export).exists()
    assert not Export.objects.exists() and not any(actions.folder().iterdir())


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "制作约需"), ("en", "To make it takes about")])
def test_a_view_offers_it_and_begins_it_when_that_is_sent(language: str, words: str) -> None:
    request: HttpRequest = RequestFactory().get("/x.xlsx")
    request.user = open_account("bai-zhi")
    with translation.override(language):
        offered = views.answer(request, "own", {"year": "2026"}, name="numbers.xlsx", rows=ROWS)
        assert words in offered.content.decode() and not Export.objects.exists()
        request.method = "POST"
        made = views.answer(request, "own", {"year": "2026"}, name="numbers.xlsx", rows=ROWS)
    export = Export.objects.get()
    assert made["Location"] == f"/exports/{export.uuid}/"
    assert (export.language, export.account, export.scope) == (language, request.user, "all")
