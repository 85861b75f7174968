"""What the database itself refuses, whoever asks: made from the models, and put in place again after each migrate.

    a regulated table     no INSERT, UPDATE, DELETE or TRUNCATE unless an action is under way on that connection
    an append-only one    no UPDATE, DELETE or TRUNCATE at all

Under way is an action: on PostgreSQL while the setting gongbao.action is not empty, which `lifted` sets for the
transaction alone; on SQLite while a function that only our connections have says so, so that any other program meets
a function it does not know. Both are a fence for honest hands. Whoever may change the database's form can take a
trigger away: `missing` tells, and what they then write the chain of the log tells.

SQLite loses the triggers of a table that a migration makes anew; until the end of that migrate the table has none.

A data migration that writes to regulated records says so:

    def forwards(apps, schema_editor):
        with triggers.lifted(schema_editor.connection, "cases.0007_states"):
            apps.get_model("cases", "Case").objects.filter(...).update(...)

and one that must change an append-only table takes its triggers away first, `remove(connection, ["audit_entry"])`.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from gongbao.office.kept import RegulatedModel, WriteOutsideAction

OUTSIDE = "is written outside an action"
APPEND_ONLY = "is append-only"

_SETTING = "gongbao.action"
_UNDER_WAY = "gongbao_action_under_way"
_PREFIX = "gongbao_"
_NAME = "_gongbao_action"  # of what a connection to SQLite carries


class Guarded(NamedTuple):
    """A table that triggers guard."""

    table: str
    append_only: bool


def guarded() -> list[Guarded]:
    """The tables of all regulated models, and those that join two of their records."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        # Of a table that joins two, Django says for which model it made it.
        made_for = model._meta.auto_created
        owner = made_for if isinstance(made_for, type) else model
        if issubclass(owner, RegulatedModel) and not model._meta.proxy and model._meta.managed:
            table = model._meta.db_table
            found[table] = Guarded(table, owner.append_only)
    return [found[table] for table in sorted(found)]


@contextmanager
def lifted(connection: BaseDatabaseWrapper, name: str) -> Iterator[None]:
    """Regulated tables may be written on this connection until the block, or its transaction, ends.

    For audit.actions.recorded and for data migrations. `name` is that of the action or the migration.
    """
    if not connection.in_atomic_block:
        raise WriteOutsideAction(f"{name}: an action is a transaction")
    before = _current(connection)
    _set(connection, name)
    try:
        yield
    except BaseException:
        # PostgreSQL's setting goes back with the transaction or savepoint, which now takes nothing more.
        if connection.vendor == "sqlite":
            _set(connection, before)
        raise
    _set(connection, before)


def _current(connection: BaseDatabaseWrapper) -> str:
    if connection.vendor == "sqlite":
        return getattr(connection, _NAME, "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [_SETTING])
        return cursor.fetchone()[0]


def _set(connection: BaseDatabaseWrapper, name: str) -> None:
    if connection.vendor == "sqlite":
        setattr(connection, _NAME, name)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [_SETTING, name])


def teach(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Give a new connection to SQLite the function that its triggers ask. Called by Django for each connection."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(_UNDER_WAY, 0, lambda: bool(getattr(connection, _NAME, "")))


# --- putting them in place


def install(connection: BaseDatabaseWrapper) -> list[str]:
    """Put in place whatever `missing` would tell; what was told."""
    lacks = missing(connection)
    if lacks:
        remove(connection)
        with connection.cursor() as cursor:
            for statement in _statements(connection, _present(connection)):
                cursor.execute(statement)
    return lacks


def remove(connection: BaseDatabaseWrapper, tables: Collection[str] | None = None) -> None:
    """Take the triggers away, of these tables or of all."""
    with connection.cursor() as cursor:
        for name, table in _held(cursor, connection.vendor):
            if tables is None or table in tables:
                quote = connection.ops.quote_name
                on = f" ON {quote(table)}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER {quote(name)}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables whose triggers are not there, are switched off or are others than these; in words, one line each.

    Only tables that exist are told of.
    """
    tables = _present(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return _missing_on_sqlite(cursor, tables)
        return _missing_on_postgresql(cursor, tables)


def _present(connection: BaseDatabaseWrapper) -> list[Guarded]:
    names = set(connection.introspection.table_names())
    return [one for one in guarded() if one.table in names]


def _statements(connection: BaseDatabaseWrapper, tables: list[Guarded]) -> list[str]:
    if connection.vendor == "sqlite":
        return [sql for one in tables for sql in _on_sqlite(one).values()]
    return [
        *(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $gongbao${body}$gongbao$"
            for name, body in _FUNCTIONS.items()
        ),
        *(
            f"CREATE TRIGGER {name} BEFORE {' OR '.join(_EVENTS[bit] for bit in _EVENTS if bit & kind)} "
            f"ON {connection.ops.quote_name(one.table)} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            for one in tables
            for name, kind in _on_postgresql(one).items()
        ),
    ]


def _held(cursor: Any, vendor: str) -> list[tuple[str, str]]:
    """Name and table of each trigger of ours, wanted or left over."""
    if vendor == "sqlite":
        cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        return [(name, table) for name, table in cursor.fetchall() if name.startswith(_PREFIX)]
    cursor.execute(
        "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal AND tgname = ANY(%s) AND pg_table_is_visible(pg_class.oid)",
        [list(_FUNCTIONS)],
    )
    return list(cursor.fetchall())


# --- SQLite: for each row


def _on_sqlite(one: Guarded) -> dict[str, str]:
    """The statements by the names of their triggers."""
    found = {}
    for event in ("INSERT", "UPDATE", "DELETE"):
        name = f"{_PREFIX}{one.table}_{event.lower()}"
        never = one.append_only and event != "INSERT"
        when, words = ("", APPEND_ONLY) if never else (f"WHEN NOT {_UNDER_WAY}() ", OUTSIDE)
        found[name] = (
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{one.table}" {when}'
            f"BEGIN SELECT RAISE(ABORT, '{one.table} {words}'); END"
        )
    return found


def _missing_on_sqlite(cursor: Any, tables: list[Guarded]) -> list[str]:
    cursor.execute("PRAGMA recursive_triggers")
    lacks = [] if cursor.fetchone()[0] else ["this connection lets REPLACE pass by the triggers (recursive_triggers)"]
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    held = dict(cursor.fetchall())
    wanted = {name: (one, sql) for one in tables for name, sql in _on_sqlite(one).items()}
    wrong = {one.table for name, (one, sql) in wanted.items() if held.get(name) != sql}
    over = sorted(name for name in held if name.startswith(_PREFIX) and name not in wanted)
    return [*lacks, *map(_lacks, sorted(wrong)), *(f"the trigger {name} is not ours any more" for name in over)]


def _lacks(table: str) -> str:
    return f"the table {table} lacks its triggers"


# --- PostgreSQL: for each statement, so that TRUNCATE is met too

# The bits of pg_trigger.tgtype; 2 says BEFORE, and 1 would say FOR EACH ROW.
_EVENTS = {4: "INSERT", 8: "DELETE", 16: "UPDATE", 32: "TRUNCATE"}
_BEFORE = 2
_INSERT = 4
_ALL = sum(_EVENTS)

_OUTSIDE_FUNCTION = f"{_PREFIX}outside_action"
_APPEND_FUNCTION = f"{_PREFIX}append_only"
_RAISE = "RAISE EXCEPTION '% {words}', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';"
# The triggers have the names of their functions.
_FUNCTIONS = {
    _OUTSIDE_FUNCTION: (
        f" BEGIN IF coalesce(pg_catalog.current_setting('{_SETTING}', true), '') = '' THEN "
        f"{_RAISE.format(words=OUTSIDE)} END IF; RETURN NULL; END "
    ),
    _APPEND_FUNCTION: f" BEGIN {_RAISE.format(words=APPEND_ONLY)} END ",
}


def _on_postgresql(one: Guarded) -> dict[str, int]:
    """The events, as bits, by the names of their triggers."""
    if one.append_only:
        return {_OUTSIDE_FUNCTION: _INSERT, _APPEND_FUNCTION: _ALL - _INSERT}
    return {_OUTSIDE_FUNCTION: _ALL}


def _missing_on_postgresql(cursor: Any, tables: list[Guarded]) -> list[str]:
    cursor.execute(
        "SELECT relname, tgname, tgtype, proname, prosrc FROM pg_trigger "
        "JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid "
        "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgqual IS NULL AND tgname = ANY(%s) "
        "AND pg_table_is_visible(pg_class.oid)",
        [list(_FUNCTIONS)],
    )
    held = {(table, name): (kind, function, source) for table, name, kind, function, source in cursor.fetchall()}
    wanted = {
        (one.table, name): (_BEFORE | kind, name, _FUNCTIONS[name])
        for one in tables
        for name, kind in _on_postgresql(one).items()
    }
    wrong = {table for (table, name), what in wanted.items() if held.get((table, name)) != what}
    over = sorted(key for key in held if key not in wanted)
    return [
        *map(_lacks, sorted(wrong)),
        *(f"the trigger {name} of the table {table} is not ours any more" for table, name in over),
    ]


def after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """Called by Django when the tables have the form of this version."""
    install(connections[using])
