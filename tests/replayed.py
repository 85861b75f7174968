"""What many tests begin with is worked out once, and its statements are sent again for each test."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, transaction

from gongbao.office.audit import triggers
from gongbao.office.library import search

Made = TypeVar("Made")

_ALWAYS_THERE = {"auth_permission", "django_content_type", "audit_head"}


class _Recording:
    """The statements that wrote, in their order."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any, bool]] = []

    def note(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if many:
            params = list(params)
        if sql.split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE", "REPLACE"):
            self.sent.append((sql, params, many))
        return execute(sql, params, many, context)

    def send(self) -> None:
        with transaction.atomic(), triggers.lifted(connection, "tests.replayed"), connection.cursor() as cursor:
            for sql, params, many in self.sent:
                (cursor.executemany if many else cursor.execute)(sql, params)


def _beginning() -> str | None:
    """What an empty database holds at this moment; None where it is not empty."""
    models = apps.get_models(include_auto_created=True)
    tables = sorted({one._meta.db_table for one in models} - _ALWAYS_THERE)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f'SELECT EXISTS (SELECT 1 FROM "{table}")' for table in tables))
        if any(there for (there,) in cursor.fetchall()):
            return None
        cursor.execute("SELECT * FROM audit_head")
        return repr(cursor.fetchall())


def _from_the_first_number() -> None:
    """Rows are numbered from 1 again, as if none had ever been."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # The index of the search keeps what a test has written to it and committed, as no number comes twice; here
            # it does.
            search.index()._clear()
            cursor.execute("DELETE FROM sqlite_sequence")
        else:
            for table in (search.DOCUMENTS, search.CLAUSES):
                cursor.execute(f"DELETE FROM {table}")
            cursor.execute(
                "SELECT setval(format('%%I', sequencename)::regclass, 1, false) FROM pg_sequences "
                "WHERE schemaname = current_schema() AND sequencename <> ALL(%s)",
                [[f"{table}_id_seq" for table in (*_ALWAYS_THERE, "django_migrations")]],
            )


def replayed(make: Callable[[], Made]) -> Callable[[], Made]:
    """`make`, which writes to the database and always the same, played once and then replayed.

    Replayed only into a database that is as empty as the one it was played in: elsewhere it is played. What it gives
    back is the object that it gave the first time.
    """
    played: dict[str, tuple[_Recording, Made]] = {}

    @wraps(make)
    def play() -> Made:
        beginning = _beginning()
        if beginning is None:
            return make()
        if beginning not in played:
            recording = _Recording()
            _from_the_first_number()
            with connection.execute_wrapper(recording.note):
                made = make()
            played[beginning] = recording, made
        else:
            recording, made = played[beginning]
            _from_the_first_number()
            recording.send()
        return made

    return play
