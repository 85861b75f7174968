"""The log as an auditor reads it: by number, without personal data, and quick however long it is."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from gongbao.office.audit import checkpoints, queries, triggers
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE, Actor, ActorKind
from gongbao.office.audit.models import Entry
from gongbao.office.audit.queries import Wanted, page
from gongbao.office.audit.words import ACTIONS
from gongbao.office.people.models import Account, Post, Unit
from gongbao.office.people.roles import Role
from tests.rig import ROOT
from tests.site.html import read

NOW = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
CLERK = Actor(ActorKind.ACCOUNT, id="0000", role="clerk", unit="market")
GROUND = "许政办〔2022〕27号 第三十六条"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path) -> None:
    settings.GONGBAO_HOME = tmp_path
    settings.GONGBAO_CHECKPOINTS = tmp_path / "checkpoints"
    settings.GONGBAO_AUDIT_KEY_FILE = ""


@pytest.fixture
def auditor(client: Client) -> Client:
    account = Account.objects.create(username="auditor")
    with recorded("tests.set_up", actor=KEEPER, ground=OUR_RULE, at=NOW - timedelta(days=30)) as record:
        unit = Unit.objects.create(key="market", zh="市场局", en="Market Office", kind="department")
        Post.objects.create(account=account, unit=unit, role=Role.AUDITOR, since=date(2020, 1, 1))
        record("unit:market")
    client.force_login(account)
    client.cookies["django_language"] = "en"
    return client


def write(number: int, *, actor: Actor = CLERK, action: str = "cases.take_step", at: datetime = NOW) -> None:
    with recorded(action, actor=actor, ground=GROUND, at=at) as record:
        for step in range(number):
            record(f"case:{step % 3}", step=step)


def numbers(found: queries.Page) -> list[int]:
    return [one.number for one in found.entries]


# --- finding


def test_pages_go_from_the_newest_to_the_oldest_and_back() -> None:
    write(120)
    first = page(Wanted())
    second = page(Wanted(), before=first.before)
    third = page(Wanted(), before=second.before)
    assert numbers(first) + numbers(second) + numbers(third) == list(range(120, 0, -1))
    assert (first.after, third.before) == (None, None)
    assert numbers(page(Wanted(), after=third.after)) == numbers(second)
    assert numbers(page(Wanted(), after=second.after)) == numbers(first)
    assert page(Wanted(), after=second.after).after is None


def test_entries_are_found_by_what_they_say() -> None:
    write(3)
    write(2, actor=KEEPER, action="library.ingest", at=NOW + timedelta(days=1))
    assert numbers(page(Wanted(action="library.ingest"))) == [5, 4]
    assert numbers(page(Wanted(subject="case:0"))) == [4, 1]
    assert numbers(page(Wanted(subject="case:0", action="library.ingest"))) == [4]
    assert numbers(page(Wanted(unit="market"))) == [3, 2, 1]
    assert numbers(page(Wanted(unit="market", action="library.ingest"))) == []
    assert numbers(page(Wanted(day=date(2026, 3, 2)))) == [3, 2, 1]
    assert numbers(page(Wanted(day=date(2026, 3, 4)))) == []
    assert (queries.actions(), queries.units()) == (["cases.take_step", "library.ingest"], ["market"])


def test_a_day_is_one_of_shanghai() -> None:
    write(1, at=datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC))
    write(1, at=datetime(2026, 3, 2, 16, tzinfo=UTC))
    assert numbers(page(Wanted(day=date(2026, 3, 2)))) == [1]
    assert numbers(page(Wanted(day=date(2026, 3, 3)))) == [2]


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(action="a"),
        Wanted(subject="case:1"),
        Wanted(unit="u"),
        Wanted(unit="u", action="a"),
    ],
)
def test_no_page_reads_the_log_through(wanted: Wanted) -> None:
    """What is asked of the database is a piece of an index, in its order: a million entries make no difference."""
    write(60)
    rows = queries._found(wanted).filter(number__lt=1000).order_by("-number")[:51]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = rows.explain()
    assert "SCAN audit_entry" not in plan
    assert "Seq Scan" not in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


# --- the pages


def test_the_log_says_who_did_what_on_what_ground(auditor: Client) -> None:
    write(1)
    shown = read(auditor.get("/log/"))
    row = shown.all("tr")[1].text()
    for words in (
        "2026-03-02 09:02:03",
        "Step taken",
        "cases.take_step",
        "Account · Clerk · Market Office",
        "case:0",
        GROUND,
    ):
        assert words in row
    assert "this program’s own rule" in shown.all("tr")[2].text()


def test_the_log_is_turned_and_filtered(auditor: Client) -> None:
    write(60)
    shown = read(auditor.get("/log/?action=cases.take_step&unit=market"))
    assert len(shown.all("tr")) == 51
    older = shown.one("a", rel="next").attributes["href"]
    assert older == "/log/?action=cases.take_step&unit=market&before=12"
    assert len(read(auditor.get(older)).all("tr")) == 11
    assert "No entry answers" in auditor.get("/log/?action=cases.other").content.decode()


@pytest.mark.parametrize("asked", ["day=2026-02-30", "before=x", "after=-1", "before=" + "9" * 20, "before=²"])
def test_what_cannot_be_understood_is_told(auditor: Client, asked: str) -> None:
    assert auditor.get(f"/log/?{asked}").status_code == 400


def test_numbers_beyond_those_of_a_database_find_nothing(auditor: Client) -> None:
    assert auditor.get("/log/?after=" + "9" * 19).status_code == 200
    assert auditor.get(f"/log/{2**63}/").status_code == 404
    assert auditor.get("/log/0/").status_code == 404


def test_one_entry_with_its_hash(auditor: Client) -> None:
    write(2)
    last = Entry.objects.order_by("-number")[0]
    shown = read(auditor.get(f"/log/{last.number}/"))
    for words in (last.hash, last.previous, "case:1", "step", "0000", GROUND):
        assert words in shown.text()
    assert "The hash fits" in shown.text()


def test_an_entry_that_was_changed_is_shown_as_such(auditor: Client) -> None:
    write(2)
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET content = '<b>' WHERE number = 2")
    shown = read(auditor.get("/log/2/"))
    assert "The hash does not fit" in shown.text()
    assert not shown.all("b")


def test_what_is_written_is_not_obeyed(auditor: Client) -> None:
    with recorded("tests.act", actor=CLERK, ground="<i>x</i>", at=NOW) as record:
        record("case:<i>x</i>", text="<i>x</i>")
    number = Entry.objects.count()
    for url in ("/log/", f"/log/{number}/", "/log/?subject=%3Ci%3E&action=%22%3E%3Ci%3E"):
        assert not read(auditor.get(url)).all("i")


def test_checkpoints_are_shown_and_handed_out(auditor: Client) -> None:
    assert "no checkpoint yet" in auditor.get("/log/checkpoints/").content.decode()
    write(1)
    checkpoints.export_daily(NOW)
    checkpoints.path_of(date(2026, 3, 3)).write_text("x")
    shown = read(auditor.get("/log/checkpoints/"))
    assert Entry.objects.order_by("-number")[0].hash in shown.text()
    assert "is this site’s" in shown.text()
    assert "cannot be read" in shown.text()
    for link in shown.all("a", download=""):
        url = link.attributes["href"]
        if url.startswith("/log/checkpoints/"):
            answer = auditor.get(url)
            assert answer.status_code == 200
            assert answer["Content-Disposition"].endswith(f'"checkpoint-{url.rpartition("/")[2]}"')
    for name in ("2026-03-03.pdf", "2026-03-04.pdf", "2026-03-02.exe", "..json", "x"):
        assert auditor.get(f"/log/checkpoints/{name}").status_code == 404


@pytest.mark.parametrize("url", ["/log/", "/log/1/", "/log/checkpoints/", "/log/checkpoints/2026-03-02.pdf"])
def test_nobody_else_reads_it(client: Client, url: str) -> None:
    assert client.get(url).status_code == 302
    client.force_login(Account.objects.create(username="visitor", is_superuser=False))
    assert client.get(url).status_code == 403


def test_every_action_of_the_program_has_words() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "gongbao").rglob("*.py"))
    recorded = set(re.findall(r"recorded\(\s*\"([a-z_.]+)\"", source))
    assert {"cases.take_step", "people.give_post"} <= recorded
    assert recorded - ACTIONS.keys() == set()
