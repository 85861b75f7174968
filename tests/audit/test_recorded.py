"""A recorded action: its entries stand in the log with what it wrote, or neither does."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from gongbao.core.hash_chain import START
from gongbao.office import kept
from gongbao.office.audit.actions import NotRecorded, recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE, Actor, ActorKind
from gongbao.office.audit.models import Entry, Head
from gongbao.office.audit.queries import verify

NOW = datetime(2026, 3, 2, 1, 2, 3, 4, tzinfo=UTC)
CLERK = Actor(ActorKind.ACCOUNT, id="0000", role="clerk", unit="market-supervision", for_id="0001")

pytestmark = pytest.mark.django_db


def doing(action: str = "tests.act", **changed: Any) -> Any:
    return recorded(action, **{"actor": KEEPER, "ground": OUR_RULE, "at": NOW, **changed})


def numbered() -> list[tuple[int, str, str]]:
    return list(Entry.objects.values_list("number", "action", "subject"))


def test_an_entry_says_who_did_what_on_what_ground() -> None:
    with doing("cases.take_step", actor=CLERK, ground="许政办〔2022〕27号 第三十六条") as record:
        record("case:1", step="accept", number=3)
        assert not Entry.objects.exists()
    (entry,) = Entry.objects.all()
    assert (entry.number, entry.at, entry.action) == (1, NOW, "cases.take_step")
    assert (entry.actor_kind, entry.actor_id, entry.actor_role) == ("account", "0000", "clerk")
    assert (entry.actor_unit, entry.for_id, entry.subject) == ("market-supervision", "0001", "case:1")
    assert entry.content == '{"number":3,"step":"accept"}'
    assert entry.previous == START
    assert entry.hash == entry.hash_as(1)


def test_entries_follow_each_other() -> None:
    for _ in range(2):
        with doing() as record:
            record("thing:1")
            record("thing:2")
    entries = list(Entry.objects.all())
    assert [one.number for one in entries] == [1, 2, 3, 4]
    assert [one.previous for one in entries] == [START, *(one.hash for one in entries[:-1])]
    assert all(one.hash == one.hash_as(one.number) for one in entries)
    head = Head.objects.get()
    assert (head.count, head.hash) == (4, entries[-1].hash)


def test_a_block_in_a_block_joins_it() -> None:
    with doing("tests.outer") as outer:
        outer("thing:1")
        with doing("tests.inner") as inner:
            inner("thing:2")
        outer("thing:3")
        assert not Entry.objects.exists()
    assert numbered() == [(1, "tests.outer", "thing:1"), (2, "tests.inner", "thing:2"), (3, "tests.outer", "thing:3")]


def test_an_error_takes_all_of_it_back() -> None:
    with pytest.raises(LookupError), doing() as record:
        record("thing:1")
        raise LookupError
    assert not Entry.objects.exists()
    assert not Head.objects.exists()


def test_an_error_that_ends_inside_takes_back_the_inner_block_alone() -> None:
    with doing("tests.outer") as outer:
        outer("thing:1")
        with pytest.raises(LookupError), doing("tests.inner") as inner:
            inner("thing:2")
            raise LookupError
    assert numbered() == [(1, "tests.outer", "thing:1")]


def test_a_block_that_writes_regulated_records_has_to_record() -> None:
    with pytest.raises(NotRecorded, match="recorded nothing"), doing():
        Head.objects.create(pk=1)
    assert not Head.objects.exists()


def test_an_inner_block_records_for_itself() -> None:
    with doing("tests.outer") as outer:
        outer("thing:1")
        with pytest.raises(NotRecorded, match=r"tests\.inner"), doing("tests.inner"):
            Head.objects.create(pk=1)


def test_a_block_that_writes_nothing_may_record_nothing() -> None:
    with doing():
        pass
    assert not Entry.objects.exists()


def test_a_kept_action_is_not_enough_for_a_regulated_record() -> None:
    with pytest.raises(kept.WriteOutsideAction, match="recorded"), kept.action("tests.act"):
        Head.objects.create(pk=1)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"action": "act"}, "name of an action"),
        ({"action": "tests.Act"}, "name of an action"),
        ({"ground": " "}, "no ground"),
        ({"at": datetime(2026, 3, 2)}, "time zone"),
        ({"actor": "me"}, "no actor"),
    ],
)
def test_an_action_that_does_not_say_what_it_is_does_not_begin(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(NotRecorded, match=told), doing(**changed):
        raise AssertionError("it began")


@pytest.mark.parametrize(
    ("subject", "content", "told"),
    [
        ("case", {}, "subject"),
        ("case:1 2", {}, "subject"),
        ("case:1", {"share": 0.5}, "float"),
        ("case:1", {"text": "字" * 70_000}, "70"),
        ("case:" + "1" * 200, {}, "longer than 200"),
    ],
)
def test_an_entry_that_cannot_be_kept_is_refused_where_it_is_recorded(
    subject: str, content: dict[str, Any], told: str
) -> None:
    with doing() as record, pytest.raises(NotRecorded, match=told):
        record(subject, **content)


def test_a_head_that_is_gone_is_no_new_beginning() -> None:
    with doing() as record:
        record("thing:1")
    with pytest.raises(NotRecorded, match="head"), doing() as record:
        Head.objects.all().delete()
        record("thing:2")


@pytest.mark.django_db(transaction=True)
def test_actions_at_once_make_one_chain() -> None:
    """Also the first of all, which make the head."""
    start = threading.Barrier(6)
    faults: list[BaseException] = []

    def act(name: int) -> None:
        try:
            start.wait()
            for step in range(5):
                with doing() as record:
                    record(f"thing:{name}", step=step)
                    record(f"thing:{name}", step=step)
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(name,)) for name in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not faults
    assert verify().holds
    assert verify().count == 60
    # The two entries of a block stand beside each other.
    contents = list(Entry.objects.values_list("subject", "content"))
    assert contents[::2] == contents[1::2]
