"""Records that only an action may change.

A model that derives from `KeptModel` refuses to be saved, deleted or altered, one by one or in bulk, by a fixture or
behind the manager's back, unless the code runs inside `action(...)`, which is also the transaction. This keeps honest
code honest: it is no defence against raw SQL.

A model that derives from `RegulatedModel` asks for more: an action that leaves an entry in the log
(gongbao.office.audit.actions.recorded), and the database itself refuses any other write, raw SQL too
(gongbao.office.audit.triggers).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar
from zlib import crc32

from django.db import connection, models, transaction

_acting: ContextVar[str] = ContextVar("gongbao_acting", default="")


@dataclass(slots=True)
class Writes:
    """What a recorded action has written: whether a regulated record was among it."""

    regulated: bool = False


_recording: ContextVar[tuple[Writes, ...]] = ContextVar("gongbao_recording", default=())


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


@contextmanager
def recording(writes: Writes) -> Iterator[None]:
    """Regulated records may be written, which `writes` then says. For gongbao.office.audit.actions.recorded alone."""
    token = _recording.set((*_recording.get(), writes))
    try:
        yield
    finally:
        _recording.reset(token)


def one_at_a_time(name: str, *, beside_others: bool = False) -> None:
    """Wait until no other action that called this with the same name is under way; held to the end of the transaction.

    Those that call it with `beside_others` wait for none of their kind, only for one that is to be alone.

    On SQLite the transaction itself is that lock, because ours take the write lock when they begin (see settings).
    """
    if not connection.in_atomic_block:
        raise WriteOutsideAction(f"{name}: a lock outside a transaction would end at once")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            lock = "pg_advisory_xact_lock_shared" if beside_others else "pg_advisory_xact_lock"
            cursor.execute(f"SELECT {lock}(%s)", [crc32(f"gongbao.{name}".encode())])


def _check(what: str) -> None:
    if not _acting.get():
        raise WriteOutsideAction(f"{what} is written outside an action; see actions.py")


def refuse_outside_action(what: str) -> None:
    """For what is kept in tables of its own, beside the models. Raises WriteOutsideAction."""
    _check(what)


class KeptQuerySet(models.QuerySet):
    """Refuses every way in which a queryset writes. The asynchronous ways and get_or_create end in these."""

    def _refuse(self) -> None:
        self.model.refuse_outside_action()  # type: ignore[attr-defined]

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

    @classmethod
    def refuse_outside_action(cls) -> None:
        """Raises WriteOutsideAction."""
        _check(cls.__name__)

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        # Fixtures call this and not save().
        self.refuse_outside_action()
        super().save_base(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.refuse_outside_action()
        return super().delete(*args, **kwargs)


class RegulatedModel(KeptModel):
    """Base of what only actions that stand in the log write. A Meta of its own derives from RegulatedModel.Meta.

    With `append_only`, the database lets rows be added and never changed or removed.
    """

    append_only: ClassVar[bool] = False

    class Meta(KeptModel.Meta):
        abstract = True

    @classmethod
    def refuse_outside_action(cls) -> None:
        super().refuse_outside_action()
        blocks = _recording.get()
        if not blocks:
            raise WriteOutsideAction(f"{cls.__name__} is written outside a recorded action; see audit/actions.py")
        for writes in blocks:
            writes.regulated = True
