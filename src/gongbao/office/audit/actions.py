"""The only code that writes to the log. What each action does it says in one block of `recorded`."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import connection

from gongbao.core.hash_chain import canonical
from gongbao.core.hash_chain import digest as digest
from gongbao.office import kept
from gongbao.office.audit import triggers
from gongbao.office.audit.actors import Actor
from gongbao.office.audit.models import Entry, Head

HEAD = 1  # the primary key of the one row
LONGEST_CONTENT = 64 * 1024  # characters

_ACTION = re.compile(r"[a-z][a-z_0-9]*(\.[a-z][a-z_0-9]*)+")
_SUBJECT = re.compile(r"[a-z][a-z_]*:\S+")


class NotRecorded(Exception):
    """The programmer wrote regulated records and no entry of the log, or an entry that cannot be. A fault."""


class Record(Protocol):
    def __call__(self, subject: str, /, **content: Any) -> None:
        """Add an entry about the subject, "kind:id".

        `content` is what was done, in ids, codes, days, numbers and digests (see gongbao.core.hash_chain.canonical);
        personal data never.
        """


@dataclass(slots=True)
class _Block:
    """One outermost block under way: its entries to be."""

    entries: list[Entry] = field(default_factory=list)


_current: ContextVar[_Block | None] = ContextVar("gongbao_recorded", default=None)


@contextmanager
def recorded(action: str, *, actor: Actor, ground: str, at: datetime) -> Iterator[Record]:
    """One transaction in which regulated records may be written, and whose entries stand in the log when it ends.

    `action` says what is done ("cases.take_step"), `ground` the clause that has it done (or actors.OUR_RULE), `at` the
    moment. A block inside another joins it: one transaction, entries in the order in which they were recorded. An
    error that leaves a block takes back what it wrote and recorded.

    Raises NotRecorded where regulated records were written and nothing was recorded.
    """
    _refuse_unfit(action, actor, ground, at)
    outer = _current.get()
    block = outer or _Block()
    before = len(block.entries)
    writes = kept.Writes()

    def record(subject: str, /, **content: Any) -> None:
        block.entries.append(_entry(action, actor, ground, at, subject, content))

    try:
        # kept.action is a transaction, or a savepoint inside one.
        with kept.action(action), kept.recording(writes), triggers.lifted(connection, action):
            token = _current.set(block)
            try:
                yield record
            finally:
                _current.reset(token)
            if writes.regulated and len(block.entries) == before:
                raise NotRecorded(f"{action} wrote regulated records and recorded nothing")
            if outer is None and block.entries:
                _append(block.entries)
    except BaseException:
        del block.entries[before:]
        raise


def _refuse_unfit(action: str, actor: Actor, ground: str, at: datetime) -> None:
    if not _ACTION.fullmatch(action):
        raise NotRecorded(f"{action!r} is no name of an action; write it like cases.take_step")
    if not isinstance(actor, Actor):
        raise NotRecorded(f"{action}: {actor!r} is no actor")
    if not ground.strip():
        raise NotRecorded(f"{action} has no ground; one that no document asks for is OUR_RULE")
    if at.utcoffset() is None:
        raise NotRecorded(f"{action}: the moment has no time zone")


def _entry(action: str, actor: Actor, ground: str, at: datetime, subject: str, content: dict[str, Any]) -> Entry:
    if not _SUBJECT.fullmatch(subject):
        raise NotRecorded(f"{action}: {subject!r} is no subject; write it like case:UUID")
    try:
        text = canonical(content)
    except (TypeError, ValueError) as error:
        raise NotRecorded(f"{action}: the content cannot be kept: {error}") from error
    if len(text) > LONGEST_CONTENT:
        raise NotRecorded(f"{action}: the content has {len(text)} characters; keep a digest of what is so long")
    entry = Entry(
        at=at,
        action=action,
        ground=ground,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_role=actor.role,
        actor_unit=actor.unit,
        for_id=actor.for_id,
        subject=subject,
        content=text,
    )
    for one in Entry._meta.fields:
        # SQLite would take what is too long, and PostgreSQL would refuse it at the end of the block.
        if one.max_length and len(getattr(entry, one.attname)) > one.max_length:
            raise NotRecorded(f"{action}: {one.name} is longer than {one.max_length} characters")
    return entry


def _append(entries: list[Entry]) -> None:
    head = _locked_head()
    count, previous = head.count, head.hash
    for entry in entries:
        count += 1
        entry.number, entry.previous = count, previous
        entry.hash = previous = entry.hash_as(count)
    Entry.objects.bulk_create(entries)
    Head.objects.filter(pk=HEAD).update(count=count, hash=previous)


def _locked_head() -> Head:
    head = _head()
    if head is None and Entry.objects.exists():
        # The first entry of all may have come between the two questions, and its head with it.
        head = _head()
        if head is None:
            raise NotRecorded("the head of the log is gone; run: gongbao audit verify")
    if head is None:
        # Two first entries at once: one of them makes the row, both wait for it.
        Head.objects.bulk_create([Head(pk=HEAD)], ignore_conflicts=True)
        head = Head.objects.select_for_update().get(pk=HEAD)
    return head


def _head() -> Head | None:
    return Head.objects.select_for_update().filter(pk=HEAD).first()
