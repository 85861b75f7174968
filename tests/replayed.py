"""What many tests begin with is worked out once, and its statements are sent again for each test."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import connection, transaction

from gongbao.office.audit import triggers
from gongbao.office.library import search

Given = ParamSpec("Given")
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


_under_way: list[_Recording] = []


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


def replayed(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """`make`, which writes to the database and for the same arguments always the same, played once and then replayed.

    Replayed only into a database that is as empty as the one it was played in: elsewhere, and within another that is
    played, it is played. What it gives back is the object that it gave the first time.
    """
    played: dict[Any, tuple[_Recording, Made]] = {}

    @wraps(make)
    def play(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        beginning = None if _under_way else _beginning()
        if beginning is None:
            return make(*args, **kwargs)
        key = beginning, args, tuple(kwargs.items())
        if key not in played:
            recording = _Recording()
            _from_the_first_number()
            _under_way.append(recording)
            try:
                with connection.execute_wrapper(recording.note):
                    made = make(*args, **kwargs)
            finally:
                _under_way.remove(recording)
            played[key] = recording, made
        else:
            recording, made = played[key]
            _from_the_first_number()
            recording.send()
        return made

    return play
