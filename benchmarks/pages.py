"""Pages and questions of a library: `python -m benchmarks.pages`, in a process with a scratch GONGBAO_HOME.

The pages are asked of the whole site (middleware, views, templates) by Django's test client, without a network. Time
is that of a clock on the wall, as a visitor has it.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import searching, texts
from benchmarks.processes import run

_PER_ISSUE = 250  # documents
_CITIES = 20  # each with two issuers


def of_library(folder: Path, documents: int, runs: int, limit: float = 3600) -> dict[str, Any]:
    """Measure the sample alone (`documents` 0) or a library of that many documents, in a home below `folder`."""
    home = folder / f"home-{documents}"
    return run(  # type: ignore[no-any-return]
        "benchmarks.pages", "--documents", str(documents), "--runs", str(runs), home=home, limit=limit
    )


def fill(documents: int) -> dict[str, float]:
    """Take in the sample, or invented issues with `documents` documents in all; what that took."""
    from gongbao.gazette import read_bytes
    from gongbao.office.library.actions import ingest_file, ingest_source
    from gongbao.sample import GAZETTE

    begin = time.perf_counter()
    size = 0
    if not documents:
        ingest_file(GAZETTE)
        size = GAZETTE.stat().st_size
    left, source, issues = documents, texts.documents(seed=2, cities=_CITIES), 0
    while left > 0:
        made = [next(source) for _ in range(min(left, _PER_ISSUE))]
        left -= len(made)
        issues += 1
        data = texts.issue(made, issues).encode()
        size += len(data)
        ingest_source(read_bytes(data), f"issue-{issues}.txt", content=data)
        print(f"taken in: {documents - left} of {documents} documents", file=sys.stderr, flush=True)
    return {"seconds": time.perf_counter() - begin, "bytes": size}


@contextmanager
def _counted() -> Iterator[list[int]]:
    """How many questions the database is asked."""
    from django.db import connection

    count = [0]

    def counting(execute: Callable[..., Any], *values: Any) -> Any:
        count[0] += 1
        return execute(*values)

    with connection.execute_wrapper(counting):
        yield count


def measured_page(name: str, call: Callable[[], int], runs: int) -> dict[str, Any]:
    """What `call` took, `runs` times after a first, in milliseconds; it gives the bytes of what it asked for."""
    begin = time.perf_counter()
    with _counted() as count:
        size = call()  # the first also warms what is kept between requests
    queries, first = count[0], (time.perf_counter() - begin) * 1000
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        call()
        times.append((time.perf_counter() - begin) * 1000)
    return {"name": name, "queries": queries, "bytes": size, "first": first, "milliseconds": times}


def measure(documents: int, runs: int) -> dict[str, Any]:
    """Fill the library of GONGBAO_HOME and ask it."""
    from gongbao.site.prepare import migrate, set_up

    set_up()
    migrate()

    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from gongbao.office.library import queries
    from gongbao.office.library.models import Clause, Document

    filled = fill(documents)
    client = Client(SERVER_NAME="127.0.0.1")
    today = timezone.localdate()

    def page(address: str) -> Callable[[], int]:
        def ask() -> int:
            response = client.get(address)
            if response.status_code != 200:
                raise AssertionError(f"{address} answered {response.status_code}")
            return len(response.content)

        return ask

    held = list(queries.documents())
    by_length = sorted(held, key=lambda revision: (revision.clauses.count(), revision.document.key))
    if documents:
        # Documents of one model are alike: a middling and a long one, not the very first or last.
        long, middling = by_length[-2], by_length[len(by_length) // 2]
    else:
        long, middling = by_length[-1], by_length[len(by_length) // 2]
    deepest = long.clauses.order_by("-depth", "order").first()
    heading = long.clauses.filter(depth=0).order_by("-last", "order").first()
    assert deepest is not None and heading is not None
    citation = deepest.citation(long.document)
    issuer = long.issuer
    listing = reverse("library:documents")

    def document(revision: Any) -> str:
        return reverse("library:document", args=[revision.document.key])

    def clause(one: Clause) -> str:
        return reverse("library:clause", args=[long.document.key, one.eid])

    pages = {
        "front page": reverse("front"),
        "list of documents": listing,
        "list, last page": f"{listing}?page=100000",
        "list, in force, notices": f"{listing}?status=in_force&kind=notice",
        "list, one issuer": f"{listing}?issuer={issuer}",
        "list, words in the text": f"{listing}?text=取暖",
        "document, middling": document(middling),
        "document, the longest": document(long),
        "clause, the deepest": clause(deepest),
        "clause with most below it": clause(heading),
        "text as received": reverse("library:raw", args=[long.document.key]),
        "tables of a document": reverse("library:tables", args=[long.document.key]),
        "duties": reverse("library:duties"),
        "duties of a unit, by day": f"{reverse('library:duties')}?unit=市财政局&from=2020-01-01",
        "indicators": reverse("library:indicators"),
    }

    def listed() -> int:
        return len(queries.page(queries.with_status(queries.list_documents(), today)).object_list)

    asked: dict[str, Callable[[], int]] = {
        "a page of the list with each status": listed,
        "all facets with their counts": lambda: len(queries.facets(on=today)),
        "status of a document on a day, with grounds": lambda: len(queries.standing_on(long, today).grounds),
        "a clause by its citation": lambda: len(queries.get_clause(citation).text),
        "the outline of the longest document": lambda: len(queries.outline(long)),
    }
    database = Path(settings.DATABASES["default"]["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {
        "documents": Document.objects.count(),
        "clauses": Clause.objects.count(),
        "database": database.stat().st_size,
        "ingest": filled,
        "pages": [measured_page(name, page(address), runs) for name, address in pages.items()],
        "queries": [measured_page(name, call, runs) for name, call in asked.items()],
        "searches": searching.measured(runs),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=0)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    if not os.environ.get("GONGBAO_HOME"):
        parser.error("GONGBAO_HOME must name an empty folder: the library of this installation is not for measuring")
    print(json.dumps(measure(options.documents, options.runs)))


if __name__ == "__main__":
    main()
