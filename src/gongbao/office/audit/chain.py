"""Walking the chain: what was changed, removed, inserted or moved since it was written, in words.

Each entry's hash is computed again, under its number and, where it does not fit, under others: an entry that was moved
fits under the number that it had. What whoever changed the log did besides (numbers made to run on, the head set
anew) is then told apart. What nobody can find here: an end that was cut off together with the head, and a log that was
written anew from some entry on, with all hashes. A checkpoint that was kept elsewhere finds both.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import connection
from django.db.models import Max, Subquery

from gongbao.core.hash_chain import START
from gongbao.office.audit import triggers
from gongbao.office.audit.checkpoints import Checkpoint
from gongbao.office.audit.models import Entry, Head

Progress = Callable[[str, int, int], None]
"""Called with "verifying", how many entries are done, and how many there are."""

MOST_TOLD = 100
_BATCH = 1000
_NEAR = 50  # numbers on each side under which a hash is tried
_MOST_SOUGHT = 1000  # entries for which that is done: a log that is wrong throughout need not be told in detail


class Kind(StrEnum):
    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    HEAD = "head"
    CHECKPOINT = "checkpoint"
    TRIGGER = "trigger"


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that is not as it was written. `first` and `last` are numbers of entries, 0 where it is about none."""

    kind: Kind
    first: int
    last: int
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a walk over `count` entries. `untold` is how many breaks there are beyond those that are told."""

    count: int
    head: str
    breaks: list[Break]
    untold: int = 0

    @property
    def holds(self) -> bool:
        return not self.breaks


@dataclass(slots=True)
class _Run:
    """Entries in a row, each of which fits under its number plus `shift`."""

    first: int
    last: int
    shift: int

    @property
    def was_first(self) -> int:
        return self.first + self.shift

    @property
    def was_last(self) -> int:
        return self.last + self.shift


@dataclass(slots=True)
class _Walk:
    runs: list[_Run] = field(default_factory=list)
    changed: list[tuple[int, int, str]] = field(default_factory=list)  # first, last, the words about one of them
    untold: int = 0
    below: list[int] = field(default_factory=list)  # first and last of the numbers that no entry has
    sought: int = 0
    last: int = 0
    last_hash: str = START
    last_is_sound: bool = True


def verify(checkpoints: Iterable[Checkpoint] = (), *, progress: Progress | None = None) -> Verdict:
    """Walk the whole log, in batches, and hold it against the checkpoints, whose signatures the caller has looked at.

    Entries that are added meanwhile are left out.
    """
    # One statement: an entry that is added between two would seem to stand beyond the head.
    newest = Subquery(Entry.objects.order_by("-number").values("number")[:1])
    row = Head.objects.annotate(stands=newest).values_list("count", "hash", "stands").first()
    if row is None:
        count, head, stands = 0, START, Entry.objects.aggregate(last=Max("number"))["last"] or 0
    else:
        count, head, stands = row[0], row[1], row[2] or 0
    wanted: dict[int, list[Checkpoint]] = {}
    for one in checkpoints:
        wanted.setdefault(one.count, []).append(one)

    walk = _Walk()
    breaks: list[Break] = []
    head_breaks: list[Break] = []
    for done, entry in enumerate(_entries(stands), 1):
        if progress is not None and done % _BATCH == 0:
            progress("verifying", done, stands)
        _look_at(walk, entry)
        shift = walk.runs[-1].shift if walk.runs else 0
        if entry.number > 0 and entry.number + shift == count and entry.hash != head:
            head_breaks.append(Break(Kind.HEAD, count, count, f"the head does not fit entry {count}"))
        for checkpoint in wanted.pop(entry.number, ()):
            if checkpoint.hash != entry.hash:
                breaks.append(_does_not_fit(checkpoint))

    found = [*_changed(walk), *_moved(walk, count)]
    if row is None and stands:
        head_breaks.append(Break(Kind.HEAD, 0, 0, "the head is gone"))
    elif stands > count and (not walk.runs or walk.runs[-1].shift == 0):
        found.append(_told(Kind.INSERTED, count + 1, stands, "{} beyond the head", "stands", "stand"))
    elif walk.last != count:
        head_breaks.append(Break(Kind.HEAD, 0, 0, f"the head says {count} entries, the last is {walk.last}"))
    elif not count and head != START:
        head_breaks.append(Break(Kind.HEAD, 0, 0, "the head has a hash and no entry"))
    for number, left in wanted.items():
        for checkpoint in left:
            if number > stands:
                breaks.append(_is_cut_off(checkpoint, stands))
            elif number or checkpoint.hash != START:
                breaks.append(_does_not_fit(checkpoint))
    told = [
        *sorted(found, key=lambda one: (one.first, one.kind)),
        *head_breaks,
        *breaks,
        *(Break(Kind.TRIGGER, 0, 0, words) for words in triggers.missing(connection)),
    ]
    return Verdict(stands, walk.last_hash, told[:MOST_TOLD], walk.untold + max(0, len(told) - MOST_TOLD))


def _entries(until: int) -> Iterator[Entry]:
    """In the order of their numbers, a batch at a time."""
    rows = Entry.objects.filter(number__lte=until).order_by("number")
    batch = list(rows[:_BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(number__gt=batch[-1].number)[:_BATCH])


def _look_at(walk: _Walk, entry: Entry) -> None:
    if entry.number < 1:
        walk.below = [min([*walk.below, entry.number]), max([*walk.below, entry.number])]
        return
    run = walk.runs[-1] if walk.runs else None
    shift = run.shift if run else 0
    sound, before = True, walk.last_is_sound
    if entry.hash_as(entry.number) == entry.hash:
        shift = 0
    elif shift and entry.hash_as(entry.number + shift) == entry.hash:
        pass
    elif (found := _sought(walk, entry)) is not None:
        shift = found
    else:
        sound = False
        _add_changed(walk, entry.number, "")
    follows = run is not None and run.last == entry.number - 1
    if run is not None and follows and run.shift == shift:
        run.last = entry.number
    elif run is None or len(walk.runs) < _MOST_SOUGHT:
        walk.runs.append(_Run(entry.number, entry.number, shift))
    else:
        # Enough is told of such a log; what is kept of it while walking stays small.
        run.last = entry.number
        walk.untold += 1
    # Where numbers are missing, or were made anew, the one before is not the one that was.
    beside = sound and before and (follows or entry.number == 1) and (run is None or run.shift == shift)
    if beside and entry.previous != walk.last_hash:
        _add_changed(walk, entry.number, "with its hash made anew, it or the one before: they do not follow")
    walk.last, walk.last_hash, walk.last_is_sound = entry.number, entry.hash, sound


def _sought(walk: _Walk, entry: Entry) -> int | None:
    """How far from the number under which its hash fits an entry stands; None where it fits under none."""
    if walk.sought >= _MOST_SOUGHT:
        return None
    walk.sought += 1
    before = Entry.objects.filter(hash=entry.previous).values_list("number", flat=True).first()
    near = sorted(range(-_NEAR, _NEAR + 1), key=abs)
    for shift in [*([before + 1 - entry.number] if before is not None else []), *near]:
        if entry.number + shift >= 1 and entry.hash_as(entry.number + shift) == entry.hash:
            return shift
    return None


def _add_changed(walk: _Walk, number: int, words: str) -> None:
    if walk.changed and walk.changed[-1][1] == number - 1 and walk.changed[-1][2] == words:
        walk.changed[-1] = (walk.changed[-1][0], number, words)
    elif len(walk.changed) < _MOST_SOUGHT:
        walk.changed.append((number, number, words))
    else:
        walk.untold += 1


# --- in words


def _told(kind: Kind, first: int, last: int, words: str, one: str, more: str) -> Break:
    """`words` have {} for the verb, in the form for one or for more."""
    which = f"entry {first}" if first == last else f"entries {first} to {last}"
    return Break(kind, first, last, f"{which} {words.format(one if first == last else more)}".strip())


def _changed(walk: _Walk) -> Iterator[Break]:
    for first, last, words in walk.changed:
        yield _told(Kind.CHANGED, first, last, "{} changed" + (f" {words}" if words else ""), "was", "were")


def _moved(walk: _Walk, count: int) -> Iterator[Break]:
    """What the numbers under which entries fit say: which are not there, which were put between, which were moved."""
    runs = walk.runs
    if walk.below:
        yield _told(Kind.INSERTED, min(walk.below), max(walk.below), "{} inserted", "was", "were")
    by_number = sorted(runs, key=lambda run: run.was_first)
    end = 0
    for run in by_number:
        if run.was_first > end + 1:
            yield _told(Kind.MISSING, end + 1, run.was_first - 1, "{} missing", "is", "are")
        if (twice := min(run.was_last, end) - run.was_first + 1) > 0:
            # Of two that fit under one number the one that others do not follow was put in: it stands before them.
            later = max((one for one in runs if one.was_first <= end and one.was_last >= run.was_first), key=_first)
            last = later.first - 1 if later.first > twice else later.last
            yield _told(Kind.INSERTED, last - twice + 1, last, "{} inserted", "was", "were")
        end = max(end, run.was_last)
    if end < count:
        yield _told(Kind.MISSING, end + 1, count, "{} missing at the end", "is", "are")
    for place, run in enumerate(runs):
        backwards = any(one.was_first > run.was_first for one in runs[max(place - 1, 0) : place]) or any(
            one.was_first < run.was_first for one in runs[place + 1 : place + 2]
        )
        if run.shift:
            was = f"{run.was_first}" if run.first == run.last else f"{run.was_first} to {run.was_last}"
            words = "moved" if backwards else "numbered anew"
            yield _told(Kind.REORDERED, run.first, run.last, f"{{}} {words}: written as {was}", "was", "were")


def _first(run: _Run) -> int:
    return run.first


def _does_not_fit(checkpoint: Checkpoint) -> Break:
    words = f"the checkpoint of {checkpoint.day} does not fit: up to entry {checkpoint.count} the log was another"
    return Break(Kind.CHECKPOINT, checkpoint.count, checkpoint.count, words)


def _is_cut_off(checkpoint: Checkpoint, stands: int) -> Break:
    words = (
        f"the checkpoint of {checkpoint.day} knows {checkpoint.count} entries, the last is {stands}: the end is gone"
    )
    return Break(Kind.CHECKPOINT, stands + 1, checkpoint.count, words)
