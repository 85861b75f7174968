"""What the database refuses by itself: each way of writing to regulated records, outside a recorded action."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from django.test import Client

from gongbao.core.hash_chain import START
from gongbao.office import kept
from gongbao.office.audit import triggers
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.audit.models import Entry, Head
from gongbao.office.kept import RegulatedModel
from gongbao.site import prepare
from tests import rig

NOW = datetime(2026, 3, 2, tzinfo=UTC)

pytestmark = pytest.mark.django_db

on_sqlite = pytest.mark.skipif(rig.RUNS_ON == "postgres", reason="SQLite's own way")


def act() -> Any:
    return recorded("tests.act", actor=KEEPER, ground=OUR_RULE, at=NOW)


@pytest.fixture
def entry() -> Entry:
    with act() as record:
        record("thing:1")
    return Entry.objects.get()


def entry_of(number: int, **changed: Any) -> Entry:
    values = {"at": NOW, "action": "tests.act", "subject": "thing:1", "content": "{}", "previous": START}
    return Entry(number=number, hash=f"{number:064}", **{**values, **changed})


def change(head: Head) -> Head:
    head.count = 7
    return head


IN_CODE: dict[str, Callable[[], Any]] = {
    "save a new one": lambda: entry_of(2).save(),
    "save one that is": lambda: change(Head.objects.get()).save(),
    "save as a fixture does": lambda: change(Head.objects.get()).save_base(raw=True),
    "create": lambda: Entry.objects.create(number=2, at=NOW),
    "get_or_create": lambda: Entry.objects.get_or_create(number=2, defaults={"at": NOW}),
    "update_or_create": lambda: Head.objects.update_or_create(pk=1, defaults={"count": 7}),
    "bulk_create": lambda: Entry.objects.bulk_create([entry_of(2)]),
    "bulk_update": lambda: Head.objects.bulk_update([change(Head.objects.get())], ["count"]),
    "update": lambda: Head.objects.update(count=7),
    "delete": lambda: Head.objects.get().delete(),
    "delete what was found": lambda: Entry.objects.all().delete(),
    "delete unseen": lambda: Entry.objects.all()._raw_delete(using="default"),
    "the base manager": lambda: Entry._base_manager.update(action="tests.other"),
}


@pytest.mark.parametrize("write", IN_CODE.values(), ids=list(IN_CODE))
def test_code_outside_an_action_is_refused(entry: Entry, write: Callable[[], Any]) -> None:
    before = list(Entry.objects.values()), list(Head.objects.values())
    with pytest.raises(kept.WriteOutsideAction):
        write()
    with pytest.raises(kept.WriteOutsideAction), kept.action("tests.act"):
        write()
    assert (list(Entry.objects.values()), list(Head.objects.values())) == before


COLUMNS = "at, action, ground, actor_kind, actor_id, actor_role, actor_unit, for_id, subject, content, previous"


def insert(number: int, hash: str = "'h'", verb: str = "INSERT") -> str:
    """SQL that adds a copy of the one entry there is, under another number or hash."""
    return (
        f"{verb} INTO audit_entry ({COLUMNS}, number, hash) SELECT {COLUMNS}, {number}, {hash} FROM audit_entry LIMIT 1"
    )


RAW = {
    "insert": insert(2),
    "insert values": "INSERT INTO audit_head (id, count, hash) VALUES (1, 0, '')",
    "update": "UPDATE audit_head SET count = 0",
    "delete": "DELETE FROM audit_head",
    "delete one": "DELETE FROM audit_head WHERE id = 1",
}
# Whatever it is within.
NEVER = {"update": "UPDATE audit_entry SET action = 'tests.other'", "delete": "DELETE FROM audit_entry"}
if rig.RUNS_ON == "postgres":
    RAW["insert or update"] = "INSERT INTO audit_head VALUES (1, 0, '') ON CONFLICT (id) DO UPDATE SET count = 0"
    RAW["truncate"] = "TRUNCATE audit_head"
    RAW["merge"] = "MERGE INTO audit_head USING audit_entry ON true WHEN MATCHED THEN DELETE"
    NEVER["truncate"] = "TRUNCATE audit_entry"
    NEVER["truncate both"] = "TRUNCATE audit_head, audit_entry"
    NEVER["insert or update"] = f"{insert(1)} ON CONFLICT (number) DO UPDATE SET action = ''"
else:
    RAW["replace"] = "REPLACE INTO audit_head (id, count, hash) VALUES (1, 0, '')"
    RAW["update or replace"] = "UPDATE OR REPLACE audit_head SET count = 0"
    NEVER["update or replace"] = "UPDATE OR REPLACE audit_entry SET number = 1"
    NEVER["replace"] = insert(1, verb="REPLACE")
    NEVER["replace what is unique"] = insert(2, "hash", "INSERT OR REPLACE")


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("sql", RAW.values(), ids=list(RAW))
def test_raw_sql_outside_an_action_is_refused(entry: Entry, sql: str) -> None:
    before = list(Entry.objects.values()), list(Head.objects.values())
    with pytest.raises(IntegrityError, match="outside an action"), transaction.atomic():
        execute(sql)
    with pytest.raises(IntegrityError, match="outside an action"), kept.action("tests.act"):
        execute(sql)
    assert (list(Entry.objects.values()), list(Head.objects.values())) == before


@pytest.mark.parametrize("name", [name for name in RAW if name != "insert values"])
def test_raw_sql_within_an_action_is_taken(entry: Entry, name: str) -> None:
    with pytest.raises(LookupError), act():
        execute(RAW[name])
        raise LookupError


@pytest.mark.parametrize("sql", NEVER.values(), ids=list(NEVER))
def test_what_is_append_only_is_never_changed(entry: Entry, sql: str) -> None:
    before = Entry.objects.values().get()
    with pytest.raises(IntegrityError, match=r"append-only|outside an action"), transaction.atomic():
        execute(sql)
    with pytest.raises(IntegrityError, match="append-only"), act():
        execute(sql)
    assert Entry.objects.values().get() == before


def test_code_within_an_action_adds_and_changes_nothing(entry: Entry) -> None:
    for write in (
        lambda: Entry.objects.update(action="tests.other"),
        lambda: Entry.objects.get().delete(),
        lambda: Entry.objects.get().save(),
        lambda: Entry.objects.bulk_update([entry], ["action"]),
    ):
        with pytest.raises(IntegrityError, match="append-only"), act():
            write()


def test_an_action_ends_with_its_block(entry: Entry) -> None:
    """Also inside a transaction that goes on, and where an error ended it."""
    with transaction.atomic():
        with act() as record:
            record("thing:2")
        with pytest.raises(IntegrityError, match="outside an action"), transaction.atomic():
            execute(RAW["update"])
        with pytest.raises(LookupError), act():
            raise LookupError
        with pytest.raises(IntegrityError, match="outside an action"), transaction.atomic():
            execute(RAW["update"])
        with act() as record:
            record("thing:3")
            with pytest.raises(LookupError), act():
                raise LookupError
            execute("UPDATE audit_head SET count = count")


@pytest.mark.django_db(transaction=True)
def test_an_action_is_under_way_on_its_own_connection_alone(entry: Entry) -> None:
    other = connection.copy()
    try:
        other.connect()
        with other.cursor() as cursor, pytest.raises(DatabaseError, match="outside an action"):
            cursor.execute(RAW["update"])
        if connection.vendor == "postgresql":  # on SQLite a second one would wait for the first
            with act() as record, other.cursor() as cursor:
                record("thing:2")
                with pytest.raises(DatabaseError, match="outside an action"):
                    cursor.execute(RAW["update"])
    finally:
        other.close()


@on_sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sql", [*RAW.values(), *NEVER.values()])
def test_another_program_is_refused(entry: Entry, sql: str) -> None:
    """One that opens the file and knows nothing of us: it has no such function, whatever it sets."""
    script = "import sqlite3, sys\nsqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
    path = str(settings.DATABASES["default"]["NAME"])
    with sqlite3.connect(path) as direct:
        assert direct.execute("SELECT count(*) FROM audit_entry").fetchone() == (1,)
    direct.close()
    done = subprocess.run([sys.executable, "-c", script, path, sql], capture_output=True, text=True)
    assert done.returncode
    assert "gongbao_action_under_way" in done.stderr or "append-only" in done.stderr
    assert Entry.objects.get() == entry


# --- putting them in place


def concrete(base: type[models.Model]) -> list[type[models.Model]]:
    below = [one for child in base.__subclasses__() for one in [child, *concrete(child)]]
    return [one for one in below if not one._meta.abstract and not one._meta.proxy and one.__module__[:7] == "gongbao"]


def test_every_regulated_table_is_guarded() -> None:
    tables = {one.table for one in triggers.guarded()}
    assert {model._meta.db_table for model in concrete(RegulatedModel)} <= tables
    assert triggers.missing(connection) == []


def test_what_is_missing_is_told_and_put_back() -> None:
    triggers.remove(connection, ["audit_head"])
    assert triggers.missing(connection) == ["the table audit_head lacks its triggers"]
    execute("DELETE FROM audit_head")
    call_command("migrate", verbosity=0, interactive=False)
    assert triggers.missing(connection) == []
    with pytest.raises(IntegrityError, match="outside an action"), transaction.atomic():
        execute(RAW["insert values"])


WEAKENED = (
    [
        ["ALTER TABLE audit_head DISABLE TRIGGER gongbao_outside_action"],
        [
            "CREATE OR REPLACE FUNCTION gongbao_outside_action() RETURNS trigger LANGUAGE plpgsql "
            "AS 'BEGIN RETURN NULL; END'"
        ],
    ]
    if rig.RUNS_ON == "postgres"
    else [
        [
            "DROP TRIGGER gongbao_audit_head_update",
            "CREATE TRIGGER gongbao_audit_head_update BEFORE UPDATE ON audit_head WHEN 0 BEGIN SELECT 1; END",
        ]
    ]
)


@pytest.mark.parametrize("statements", WEAKENED)
def test_a_trigger_that_was_weakened_is_told_and_put_back(statements: list[str]) -> None:
    for sql in statements:
        execute(sql)
    assert "the table audit_head lacks its triggers" in triggers.missing(connection)
    assert triggers.install(connection)
    assert triggers.missing(connection) == []


@on_sqlite
def test_a_connection_that_lets_replace_pass_is_told() -> None:
    execute("PRAGMA recursive_triggers = OFF")
    try:
        assert any("REPLACE" in one for one in triggers.missing(connection))
    finally:
        execute("PRAGMA recursive_triggers = ON")


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_makes_a_table_anew_may_write_and_leaves_the_triggers(entry: Entry) -> None:
    """SQLite makes the table anew for a field that is changed; a data migration writes between."""
    state = ProjectState.from_apps(migrations.state.global_apps)

    def apply(operation: Any, state: ProjectState) -> ProjectState:
        after = state.clone()
        operation.state_forwards("audit", after)
        with connection.schema_editor(atomic=True) as editor:
            operation.database_forwards("audit", editor, state, after)
        return after

    def forwards(apps: Any, schema_editor: Any) -> None:
        model = apps.get_model("audit", "Head")
        with pytest.raises(IntegrityError, match="outside an action"), transaction.atomic():
            model.objects.update(count=1)
        with triggers.lifted(schema_editor.connection, "audit.0002"):
            model.objects.update(count=1)

    old = apply(migrations.RunPython(forwards), state)
    new = apply(migrations.AlterField("head", "count", models.IntegerField(default=0)), old)
    apply(migrations.AlterField("head", "count", models.PositiveBigIntegerField(default=0)), new)
    call_command("migrate", verbosity=0, interactive=False)
    assert triggers.missing(connection) == []


def test_triggers_are_lifted_in_a_transaction_only() -> None:
    class Loose:
        in_atomic_block = False

    with pytest.raises(kept.WriteOutsideAction, match="transaction"), triggers.lifted(Loose(), "x"):  # type: ignore[arg-type]
        pass


def test_a_site_whose_triggers_are_away_is_not_well_until_it_migrates(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    triggers.remove(connection, ["audit_entry"])
    answer = client.get("/healthz")
    assert (answer.status_code, b"triggers" in answer.content) == (503, True)
    prepare.migrate()
    assert client.get("/healthz").status_code == 200
