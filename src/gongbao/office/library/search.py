"""The search index of the library: in which documents words stand, and in which clauses of them.

A text is folded (width, case: see `fold`) and cut at white space; what is indexed is its grams. A document has a row
with all its grams of one to four characters, so a word of up to four characters, in Chinese nearly every word, is
answered exactly and no text is read. Of a longer word the grams are looked up, and the word is confirmed on the texts
that hold them all. A clause has a row with its grams of one and two characters, which tells where in a document to
look; what is found there is confirmed on its words. Marks count like letters: 100%, PM2.5 and 〔2026〕 are words.

Only the current revision of a document is indexed, as a visitor sees it. One that holds personal data has a second set
of rows for whoever may see it. Which rows count is told by the model SearchEntry: what has no entry is never found,
even if its grams are still there.

There is one interface, `Index`, with an implementation for each database. Whoever alters what `grams` or `fold` answers
raises DERIVATION in derivation.py: the index is then made again.
"""

import json
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import islice
from typing import Any

from django.db import connection, models
from django.db.models import F, Func, Value

from gongbao.office import kept
from gongbao.office.library.models import SearchEntry

DOCUMENT_GRAM = 4
"""Words of up to so many characters are answered exactly by the rows of documents."""
CLAUSE_GRAM = 2
MOST_PLACES = 1 << 22
"""Clauses of a document beyond this many have no row of their own; the row of the document has their words too."""
_MOST_GRAMS = 12  # of one word that are looked up: more find hardly less, and the word is confirmed anyway
_AT_ONCE = 60  # grams in one question: FTS5 bounds the depth of an expression
_BATCH = 500


# --- words and grams


class _Folding(dict[int, str]):
    """What each character is folded to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        self[code] = folded
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text without differences of width and case: each character by itself, so that places can be found again."""
    return text.casefold() if text.isascii() else text.translate(_FOLDING)


def words(text: str) -> list[str]:
    """The words that are looked for, folded, each once."""
    return list(dict.fromkeys(fold(text).split()))


def grams(text: str, longest: int = DOCUMENT_GRAM) -> set[str]:
    """All pieces of one to `longest` characters that stand between white space in the folded text."""
    found: set[str] = set()
    for run in fold(text).split():
        found.update(run)
        for size in range(2, min(longest, len(run)) + 1):
            found.update(run[at : at + size] for at in range(len(run) - size + 1))
    return found


def grams_of_word(word: str, longest: int = DOCUMENT_GRAM, most: int = _MOST_GRAMS) -> list[str]:
    """The grams by which a folded word is looked up: itself, or the longest ones there are, spread over the word."""
    last = len(word) - longest
    if last <= 0:
        return [word]
    steps = min(last, most - 1)
    places = sorted({round(last * step / steps) for step in range(steps + 1)})
    return list(dict.fromkeys(word[at : at + longest] for at in places))


# --- passages


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a passage; `hit` where it is what was looked for."""

    text: str
    hit: bool


_BEFORE = 24
_LONGEST = 110  # characters of a passage


def hits(text: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Where the folded words stand in the text, in order; what overlaps is one place."""
    folded = fold(text)
    places: Sequence[int] = range(len(text) + 1)
    if len(folded) != len(text):
        # … is three points when folded: each of these is the place of the one character.
        places = [at for at, sign in enumerate(text) for _ in fold(sign)] + [len(text)]
    found = sorted(
        (places[match.start()], places[match.end() - 1] + 1)
        for word in wanted
        for match in re.finditer(re.escape(word), folded)
    )
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def holds(text: str, wanted: Sequence[str]) -> bool:
    """Whether each of the folded words stands in the text. Folding takes longest, and mostly is not needed."""
    missing = [word for word in wanted if not any(form in text for form in _forms(word))]
    if not missing:
        return True
    folded = fold(text)
    return all(word in folded for word in missing)


_WIDE = str.maketrans("(),:;?!", "（），：；？！")


@lru_cache(maxsize=1000)
def _forms(word: str) -> tuple[str, ...]:
    """How a folded word is mostly printed."""
    return tuple({form.translate(table): None for table in ({}, _WIDE) for form in (word, word.upper())})


def marked(text: str, wanted: Sequence[str], *, longest: int = 0) -> list[Piece]:
    """The text in pieces with the words marked; of a text over `longest` characters (0: never) what is around them."""
    places = hits(text, wanted)
    start, end = 0, len(text)
    if longest and end > longest:
        start = max(0, min(places[0][0] - _BEFORE, end - longest)) if places else 0
        end = max(start + longest, places[0][1] if places else 0)
    pieces: list[Piece] = [Piece("…", False)] if start else []
    at = start
    for begin, stop in places:
        if begin >= end:
            break
        stop = min(stop, end)
        pieces += [Piece(text[at:begin], False), Piece(text[begin:stop], True)]
        at = stop
    pieces += [Piece(text[at:end], False)]
    if end < len(text):
        pieces.append(Piece("…", False))
    return [piece for piece in pieces if piece.text]


def passage(text: str, wanted: Sequence[str]) -> list[Piece]:
    """Words of a clause around the first of the words looked for, in one line."""
    return marked(" ".join(text.split()), wanted, longest=_LONGEST)


# --- the index


@dataclass(frozen=True, slots=True)
class Found:
    """The current revisions whose row holds all grams asked for, and among them those whose title and number do."""

    texts: set[int]
    titles: set[int]


class Index(ABC):
    """Where words stand. Written inside an action only.

    A row is named by the id of its SearchEntry, that of a clause also by its place in the document.
    """

    def write(self, entries: Iterable[tuple[int, str]], clauses: Iterable[tuple[int, int, str]]) -> None:
        """Rows for new entries, each with its words, and for clauses: entry, place, words."""
        kept.refuse_outside_action("the search index")
        for batch in _batches(entries):
            self._write_documents([(entry, grams(text)) for entry, text in batch])
        for batch in _batches(one for one in clauses if one[1] < MOST_PLACES):
            self._write_clauses([(entry, place, grams(text, CLAUSE_GRAM)) for entry, place, text in batch])

    def forget(self, revisions: Sequence[int]) -> None:
        """Nothing of these revisions is found any more."""
        kept.refuse_outside_action("the search index")
        for batch in _batches(revisions):
            gone = SearchEntry.objects.filter(revision__in=batch)
            self._forget(list(gone.values_list("pk", flat=True)))
            gone.delete()

    def clear(self) -> None:
        """Nothing is found any more."""
        kept.refuse_outside_action("the search index")
        SearchEntry.objects.all().delete()
        self._clear()

    def documents(self, wanted: Sequence[str], *, sees_personal_data: bool) -> Found:
        """The revisions that hold all these grams, as far as the reader may see them."""
        found: Found | None = None
        title = int(SearchEntry.Part.TITLE)
        for start in range(0, len(wanted), _AT_ONCE):
            rows = self._documents(wanted[start : start + _AT_ONCE], _parts(sees_personal_data))
            # What holds the words in its title has a row that holds them in title or text.
            here = Found({revision for revision, _part in rows}, {revision for revision, part in rows if part == title})
            found = Found(found.texts & here.texts, found.titles & here.titles) if found else here
            if not found.texts:
                break
        return found or Found(set(), set())

    def clauses(self, entries: Sequence[int], wanted: Sequence[str]) -> Sequence[tuple[int, int, int]]:
        """The clauses that may hold some of the folded words: entry, place, and how many of them. One query."""
        if not entries or not wanted:
            return []
        # Beginning and end of a word will do: frequent grams are slow to intersect, and what is found is confirmed.
        return self._clauses(entries, [grams_of_word(word, CLAUSE_GRAM, 2) for word in wanted])

    @abstractmethod
    def among(self, field: str, ids: Iterable[int]) -> Func:
        """The condition that a field is one of these, of which there may be too many to be parameters each."""

    @abstractmethod
    def _write_documents(self, rows: Sequence[tuple[int, set[str]]]) -> None: ...

    @abstractmethod
    def _write_clauses(self, rows: Sequence[tuple[int, int, set[str]]]) -> None: ...

    @abstractmethod
    def _forget(self, entries: Sequence[int]) -> None: ...

    @abstractmethod
    def _clear(self) -> None: ...

    @abstractmethod
    def _documents(self, wanted: Sequence[str], parts: Sequence[int]) -> Sequence[tuple[int, int]]:
        """Each revision with the first of the parts that holds all grams."""

    @abstractmethod
    def _clauses(self, entries: Sequence[int], wanted: Sequence[list[str]]) -> Sequence[tuple[int, int, int]]: ...


DOCUMENTS = "library_search_documents"
CLAUSES = "library_search_clauses"
HOLDING = "library_search_holding"


def _parts(sees_personal_data: bool) -> tuple[int, int, int]:
    part = SearchEntry.Part
    return int(part.TITLE), int(part.TEXT), int(part.UNMASKED if sees_personal_data else part.MASKED)


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        yield batch


class SqliteIndex(Index):
    """Full-text tables (FTS5) that keep no texts: a gram is written in hexadecimal figures, as one word of them.

    Such a table forgets a row only if it is told once more what stood in it. So it is not asked to: a row without an
    entry is not found, and takes its room until the index is made again.
    """

    def among(self, field: str, ids: Iterable[int]) -> Func:
        listed = Value(f"[{','.join(map(str, ids))}]")
        within = " IN (SELECT value FROM json_each("
        return Func(
            F(field), listed, template="%(expressions)s))", arg_joiner=within, output_field=models.BooleanField()
        )

    def _write_documents(self, rows: Sequence[tuple[int, set[str]]]) -> None:
        self._insert(DOCUMENTS, ((entry, _hexadecimal(found)) for entry, found in rows))

    def _write_clauses(self, rows: Sequence[tuple[int, int, set[str]]]) -> None:
        self._insert(CLAUSES, ((entry * MOST_PLACES + place, _hexadecimal(found)) for entry, place, found in rows))

    def _insert(self, table: str, rows: Iterable[tuple[int, str]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} (rowid, grams) VALUES (%s, %s)", list(rows))

    def _forget(self, entries: Sequence[int]) -> None:
        pass

    def _clear(self) -> None:
        with connection.cursor() as cursor:
            for table in (DOCUMENTS, CLAUSES):
                cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")

    def _documents(self, wanted: Sequence[str], parts: Sequence[int]) -> Sequence[tuple[int, int]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT entry.revision_id, min(entry.part) FROM {DOCUMENTS} JOIN library_searchentry AS entry "
                f"ON entry.id = {DOCUMENTS}.rowid WHERE {DOCUMENTS} MATCH %s AND entry.part IN (%s, %s, %s) "
                "GROUP BY entry.revision_id",
                [_all_of(wanted), *parts],
            )
            return cursor.fetchall()

    def _clauses(self, entries: Sequence[int], wanted: Sequence[list[str]]) -> Sequence[tuple[int, int, int]]:
        asked, words = json.dumps(list(entries)), json.dumps([_all_of(grams) for grams in wanted])
        with connection.cursor() as cursor:
            # CROSS JOIN: in this order, so that the table is asked for the rows of one entry at a time.
            cursor.execute(
                f"SELECT asked.value, {CLAUSES}.rowid - asked.value * %s, count(*) FROM json_each(%s) AS asked "
                f"CROSS JOIN json_each(%s) AS word CROSS JOIN {CLAUSES} WHERE {CLAUSES} MATCH word.value "
                f"AND {CLAUSES}.rowid BETWEEN asked.value * %s AND asked.value * %s + %s GROUP BY {CLAUSES}.rowid",
                [MOST_PLACES, asked, words, MOST_PLACES, MOST_PLACES, MOST_PLACES - 1],
            )
            return cursor.fetchall()


def _hexadecimal(found: Iterable[str]) -> str:
    return " ".join(gram.encode("utf-16-be", "surrogatepass").hex() for gram in found)


def _all_of(wanted: Sequence[str]) -> str:
    """Nothing that was typed stands in this expression, only figures of it."""
    return " AND ".join(f'"{_hexadecimal([gram])}"' for gram in wanted)


class PostgresIndex(Index):
    """Arrays of whole numbers under an inverted index (GIN): a gram is a number, so rows may be of any length.

    The rows of documents are asked through a function that may use this index only: a planner that does not know what
    it costs to unpack a long array would rather look through all of them.
    """

    def among(self, field: str, ids: Iterable[int]) -> Func:
        listed = Value(f"{{{','.join(map(str, ids))}}}")
        return Func(
            F(field),
            listed,
            template="%(expressions)s::bigint[])",
            arg_joiner=" = ANY (",
            output_field=models.BooleanField(),
        )

    def _write_documents(self, rows: Sequence[tuple[int, set[str]]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {DOCUMENTS} (entry, grams) VALUES (%s, %s::bigint[])",
                [(entry, _numbers(found)) for entry, found in rows],
            )

    def _write_clauses(self, rows: Sequence[tuple[int, int, set[str]]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {CLAUSES} (entry, place, grams) VALUES (%s, %s, %s::bigint[])",
                [(entry, place, _numbers(found)) for entry, place, found in rows],
            )

    def _forget(self, entries: Sequence[int]) -> None:
        with connection.cursor() as cursor:
            for table in (DOCUMENTS, CLAUSES):
                cursor.execute(f"DELETE FROM {table} WHERE entry = ANY(%s)", [list(entries)])

    def _clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {DOCUMENTS}, {CLAUSES}")

    def _documents(self, wanted: Sequence[str], parts: Sequence[int]) -> Sequence[tuple[int, int]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT entry.revision_id, min(entry.part) FROM {HOLDING}(%s::bigint[]) AS held "
                "JOIN library_searchentry AS entry ON entry.id = held WHERE entry.part = ANY(%s) "
                "GROUP BY entry.revision_id",
                [_numbers(wanted), list(parts)],
            )
            return cursor.fetchall()

    def _clauses(self, entries: Sequence[int], wanted: Sequence[list[str]]) -> Sequence[tuple[int, int, int]]:
        held = " + ".join(["(grams @> %s::bigint[])::integer"] * len(wanted))
        with connection.cursor() as cursor:
            # LATERAL with both bounds of the place is a small question to every planner, also before the table was
            # analyzed. Otherwise it calls on other processes or compiles, which takes longer than to look.
            cursor.execute(
                "SELECT entry, place, held FROM unnest(%s::bigint[]) AS entry CROSS JOIN LATERAL "
                f"(SELECT place, {held} AS held FROM {CLAUSES} WHERE {CLAUSES}.entry = entry.entry "
                f"AND place BETWEEN 0 AND {MOST_PLACES} OFFSET 0) AS clause WHERE held > 0",
                [list(entries), *(_numbers(grams) for grams in wanted)],
            )
            return cursor.fetchall()


def _numbers(found: Iterable[str]) -> list[int]:
    return [_number(gram) for gram in found]


def _number(gram: str) -> int:
    """The number of a gram: of up to three characters these themselves; of four a digest, which no other one has."""
    if len(gram) > 3:
        digest = blake2b(gram.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)
    number = 0
    for sign in gram:
        number = number << 21 | ord(sign)
    return number


@cache
def _of_vendor(vendor: str) -> Index:
    return PostgresIndex() if vendor == "postgresql" else SqliteIndex()


def index() -> Index:
    """The index of the database that this site works on."""
    return _of_vendor(connection.vendor)
