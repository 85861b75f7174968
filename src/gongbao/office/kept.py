"""Records that only an action may change.

A model that derives from `KeptModel` refuses to be saved, deleted or altered, one by one or in bulk, by a fixture or
behind the manager's back, unless the code runs inside `action(...)`, which is also the transaction. This keeps honest
code honest: it is no defence against raw SQL, which a database trigger would have to refuse.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from zlib import crc32

from django.db import connection, models, transaction

_acting: ContextVar[str] = ContextVar("gongbao_acting", default="")


class WriteOutsideAction(Exception):
    """The programmer wrote to a kept record outside an action. Not for the person who reads errors: it is a fault."""


@contextmanager
def action(name: str) -> Iterator[None]:
    """One transaction in which kept records may be written. `name` says what is done, for instance library.ingest."""
    with transaction.atomic():
        token = _acting.set(name)
        try:
            yield
        finally:
            _acting.reset(token)


def one_at_a_time(name: str) -> None:
    """Wait until no other action that called this with the same name is under way; held to the end of the transaction.

    On SQLite the transaction itself is that lock, because ours take the write lock when they begin (see settings).
    """
    if not connection.in_atomic_block:
        raise WriteOutsideAction(f"{name}: a lock outside a transaction would end at once")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [crc32(f"gongbao.{name}".encode())])


def _check(what: str) -> None:
    if not _acting.get():
        raise WriteOutsideAction(f"{what} is written outside an action; see actions.py")


def refuse_outside_action(what: str) -> None:
    """For what is kept in tables of its own, beside the models. Raises WriteOutsideAction."""
    _check(what)


class KeptQuerySet(models.QuerySet):
    """Refuses every way in which a queryset writes. The asynchronous ways and get_or_create end in these."""

    def _refuse(self) -> None:
        _check(self.model.__name__)

    def update(self, **values: Any) -> int:
        self._refuse()
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def _update(self, values: Any) -> int:
        self._refuse()
        return super()._update(values)  # type: ignore[misc]

    def _insert(self, *args: Any, **kwargs: Any) -> Any:
        self._refuse()
        return super()._insert(*args, **kwargs)  # type: ignore[misc]

    def bulk_create(self, *args: Any, **kwargs: Any) -> Any:
        self._refuse()
        return super().bulk_create(*args, **kwargs)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        self._refuse()
        return super().bulk_update(*args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _raw_delete(self, using: str | None) -> int:
        self._refuse()
        return super()._raw_delete(using)


class KeptManager(models.Manager):
    """All that a manager does it does through its queryset, so this is all it takes."""

    def get_queryset(self) -> KeptQuerySet:
        return KeptQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]


class KeptModel(models.Model):
    """Base of what only actions write. A model with a Meta of its own derives it from KeptModel.Meta."""

    objects = KeptManager()

    class Meta:
        abstract = True
        # Relations and cascades go through the base manager; it has to refuse like the other.
        base_manager_name = "objects"

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        # Fixtures call this and not save().
        _check(type(self).__name__)
        super().save_base(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _check(type(self).__name__)
        return super().delete(*args, **kwargs)
