"""What is done to the log behind its back, by somebody with rights over the database: each is found, and named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection

from gongbao.core.hash_chain import START
from gongbao.office.audit import chain, checkpoints, triggers
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.audit.models import Entry, Head
from gongbao.office.audit.queries import verify

NOW = datetime(2026, 3, 2, tzinfo=UTC)
COLUMNS = [field.column for field in Entry._meta.fields if field.column != "number"]

pytestmark = pytest.mark.django_db


@contextmanager
def attack() -> Iterator[None]:
    """The triggers are off, and are put back so that nobody notices."""
    triggers.remove(connection)
    yield
    triggers.install(connection)


def run(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture(autouse=True)
def written() -> None:
    """Ten entries."""
    for number in range(1, 11):
        with recorded("tests.act", actor=KEEPER, ground=OUR_RULE, at=NOW) as record:
            record(f"thing:{number}", step=number)


def renumber(start: int, by: int) -> None:
    """Numbers are moved out of the way first, so that they do not meet."""
    run("UPDATE audit_entry SET number = number + 1000 WHERE number >= %s", start)
    run("UPDATE audit_entry SET number = number - 1000 + %s WHERE number >= 1000", by)


def swap(one: int, other: int) -> None:
    for old, new in ((one, 1000), (other, one), (1000, other)):
        run("UPDATE audit_entry SET number = %s WHERE number = %s", new, old)


def forge(number: int, previous: str) -> str:
    """An entry that fits in itself; its hash."""
    entry = Entry.objects.get(number=1)
    entry.number, entry.previous, entry.subject = number, previous, "thing:forged"
    entry.hash = entry.hash_as(number)
    names = ", ".join(["number", *COLUMNS])
    marks = ", ".join(["%s"] * (len(COLUMNS) + 1))
    values = [entry.number, *(getattr(entry, field.attname) for field in Entry._meta.fields if field.name != "number")]
    values = [
        value if not isinstance(value, datetime) else connection.ops.adapt_datetimefield_value(value)
        for value in values
    ]
    run(f"INSERT INTO audit_entry ({names}) VALUES ({marks})", *values)
    return entry.hash


def hash_of(number: int) -> str:
    return Entry.objects.get(number=number).hash


def set_head() -> None:
    """As an attacker would who knows of it."""
    last = Entry.objects.order_by("-number").first()
    run("UPDATE audit_head SET count = %s, hash = %s", last.number if last else 0, last.hash if last else START)


def write_anew(start: int) -> None:
    """All hashes from this entry on, and the head."""
    previous = hash_of(start - 1) if start > 1 else START
    for entry in Entry.objects.filter(number__gte=start).order_by("number"):
        entry.previous = previous
        previous = entry.hash_as(entry.number)
        run("UPDATE audit_entry SET previous = %s, hash = %s WHERE number = %s", entry.previous, previous, entry.number)
    set_head()


def told() -> list[str]:
    verdict = verify()
    assert not verdict.holds
    return [one.words for one in verdict.breaks]


def test_a_log_that_nobody_touched_holds() -> None:
    verdict = verify()
    assert (verdict.holds, verdict.count, verdict.head) == (True, 10, hash_of(10))


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("hash", "previous", "at")])
def test_a_changed_column_is_found(column: str) -> None:
    with attack():
        run(f"UPDATE audit_entry SET {column} = 'x' WHERE number = 5")
    assert told() == ["entry 5 was changed"]


def test_a_changed_moment_is_found() -> None:
    moment = connection.ops.adapt_datetimefield_value(datetime(2026, 3, 2, 0, 0, 0, 1, tzinfo=UTC))
    with attack():
        run("UPDATE audit_entry SET at = %s WHERE number = 5", moment)
    assert told() == ["entry 5 was changed"]


def test_changed_hashes_are_found() -> None:
    with attack():
        run("UPDATE audit_entry SET hash = %s WHERE number = 5", "0" * 64)
    assert told() == ["entry 5 was changed"]
    with attack():
        run("UPDATE audit_entry SET previous = %s WHERE number = 8", "0" * 64)
    assert told() == ["entry 5 was changed", "entry 8 was changed"]


def test_entries_in_a_row_are_told_as_one() -> None:
    with attack():
        run("UPDATE audit_entry SET action = 'x' WHERE number IN (3, 4, 5, 7)")
    assert told() == ["entries 3 to 5 were changed", "entry 7 was changed"]


def test_a_changed_entry_with_its_hash_made_anew_is_found() -> None:
    with attack():
        entry = Entry.objects.get(number=5)
        entry.action = "x"
        run("UPDATE audit_entry SET action = 'x', hash = %s WHERE number = 5", entry.hash_as(5))
    (words,) = told()
    assert words.startswith("entry 6 was changed with its hash made anew, it or the one before")


def test_removed_entries_are_found() -> None:
    with attack():
        run("DELETE FROM audit_entry WHERE number IN (1, 4, 5, 6)")
    assert told() == ["entry 1 is missing", "entries 4 to 6 are missing"]


def test_removed_entries_are_found_though_the_numbers_run_on() -> None:
    with attack():
        run("DELETE FROM audit_entry WHERE number = 5")
        renumber(6, -1)
        set_head()
    assert "entry 5 is missing" in told()
    assert "entries 5 to 9 were numbered anew: written as 6 to 10" in told()


def test_an_end_that_was_cut_off_is_found_by_the_head() -> None:
    with attack():
        run("DELETE FROM audit_entry WHERE number > 8")
    assert told() == ["entries 9 to 10 are missing at the end", "the head says 10 entries, the last is 8"]


def test_everything_removed_is_found_by_the_head() -> None:
    with attack():
        run("DELETE FROM audit_entry")
    assert "entries 1 to 10 are missing at the end" in told()


def test_an_entry_put_in_is_found() -> None:
    with attack():
        renumber(5, 1)
        forge(5, hash_of(4))
        set_head()
    assert "entry 5 was inserted" in told()
    assert "entries 6 to 11 were numbered anew: written as 5 to 10" in told()


def test_several_entries_put_in_are_found() -> None:
    with attack():
        renumber(5, 3)
        forge(7, forge(6, forge(5, hash_of(4))))
    assert "entries 5 to 7 were inserted" in told()


def test_an_entry_put_in_at_the_beginning_is_found() -> None:
    with attack():
        forge(0, START)
    assert told() == ["entry 0 was inserted"]


def test_entries_beyond_the_head_are_found() -> None:
    with attack():
        forge(12, forge(11, hash_of(10)))
    assert told() == ["entries 11 to 12 stand beyond the head"]


def test_an_entry_put_in_the_place_of_another_is_found() -> None:
    with attack():
        run("DELETE FROM audit_entry WHERE number = 5")
        forge(5, hash_of(4))
    (words,) = told()
    assert words.startswith("entry 6 was changed with its hash made anew, it or the one before")


@pytest.mark.parametrize(("one", "other"), [(4, 5), (2, 9), (9, 10)])
def test_exchanged_entries_are_found(one: int, other: int) -> None:
    with attack():
        swap(one, other)
        set_head()
    assert f"entry {one} was moved: written as {other}" in told()
    assert f"entry {other} was moved: written as {one}" in told()
    assert not any("missing" in words or "inserted" in words for words in told())


def test_a_moved_entry_is_found() -> None:
    with attack():
        run("UPDATE audit_entry SET number = 1000 WHERE number = 3")
        for number in range(4, 8):
            run("UPDATE audit_entry SET number = %s WHERE number = %s", number - 1, number)
        run("UPDATE audit_entry SET number = 7 WHERE number = 1000")
    assert "entry 7 was moved: written as 3" in told()


def test_an_entry_moved_far_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the numbers that are tried one by one, by the one that it followed."""
    monkeypatch.setattr(chain, "_NEAR", 2)
    with attack():
        swap(2, 9)
    assert {"entry 2 was moved: written as 9", "entry 9 was moved: written as 2"} <= set(told())


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE audit_head SET count = 9", "the head"),
        ("UPDATE audit_head SET hash = 'x'", "the head does not fit entry 10"),
        ("DELETE FROM audit_head", "the head is gone"),
    ],
)
def test_a_changed_head_is_found(sql: str, words: str) -> None:
    with attack():
        run(sql)
    assert any(words in one for one in told())


def test_a_missing_trigger_is_told() -> None:
    triggers.remove(connection, ["audit_entry"])
    assert told() == ["the table audit_entry lacks its triggers"]


def test_batches_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "_BATCH", 3)
    seen: list[tuple[str, int, int]] = []
    assert chain.verify(progress=lambda *one: seen.append(one)).holds
    assert seen == [("verifying", 3, 10), ("verifying", 6, 10), ("verifying", 9, 10)]
    with attack():
        run("UPDATE audit_entry SET action = 'x' WHERE number = 4")
    assert told() == ["entry 4 was changed"]


def test_what_is_told_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "MOST_TOLD", 2)
    with attack():
        run("UPDATE audit_entry SET action = 'x' WHERE number IN (1, 3, 5, 7, 9)")
    verdict = verify()
    assert ([one.first for one in verdict.breaks], verdict.untold) == ([1, 3], 3)


# --- what a checkpoint finds

ATTACKS: dict[str, Callable[[], None]] = {
    "the end is cut off, and the head with it": lambda: run("DELETE FROM audit_entry WHERE number > 8"),
    "all is removed": lambda: run("DELETE FROM audit_entry"),
    "an entry is changed": lambda: run("UPDATE audit_entry SET action = 'x' WHERE number = 5"),
    "the last is changed": lambda: run("UPDATE audit_entry SET action = 'x' WHERE number = 10"),
}


@pytest.mark.parametrize("change", ATTACKS.values(), ids=list(ATTACKS))
def test_a_log_written_anew_is_found_by_a_checkpoint_alone(change: Callable[[], None]) -> None:
    taken = checkpoints.take(NOW)
    with attack():
        change()
        write_anew(1)
    assert verify().holds
    verdict = verify([taken])
    assert [one.kind for one in verdict.breaks] == [chain.Kind.CHECKPOINT]
    assert "checkpoint of 2026-03-02" in verdict.breaks[0].words


def test_a_log_that_grew_fits_its_checkpoints() -> None:
    first = checkpoints.take(NOW)
    with recorded("tests.act", actor=KEEPER, ground=OUR_RULE, at=NOW) as record:
        record("thing:11")
    assert verify([first, checkpoints.take(NOW)]).holds


def test_the_checkpoint_of_another_log_does_not_fit() -> None:
    other = checkpoints.Checkpoint("other", 0, "1" * 64, "2026-03-02T00:00:00.000000Z", "", "")
    assert not verify([other]).holds


def test_an_empty_log_fits_its_checkpoint() -> None:
    with attack():
        run("DELETE FROM audit_entry")
        run("DELETE FROM audit_head")
    assert verify([checkpoints.take(NOW)]).holds
    assert Head.objects.count() == 0
