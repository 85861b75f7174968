"""The installed `gongbao` program, run as a person runs it: in a process of its own, with a home of its own."""

import http.client
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

PROGRAM = str(Path(sys.executable).parent / "gongbao")

# Long enough for a slow machine; nothing is measured by it.
PATIENCE = 120  # seconds


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of ours but the home: what the shell or the test run says must not reach the program."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GONGBAO_", "DJANGO_")) and name != "DATABASE_URL"
    }
    return {**kept, "GONGBAO_HOME": str(home), **more}


@cache
def _database() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="database-", dir=os.environ.get("GONGBAO_TEST_HOME")))
    done = gongbao(folder / "home", "migrate")
    assert done.returncode == 0, done.stderr
    database = folder / "home" / "db.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        # What was written last stands beside it until then.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return database


def ready(home: Path) -> Path:
    """The home, with the database that `gongbao migrate` would make there; it is made once, and copied.

    For tests that begin after the first run: what a first run does has tests of its own.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(_database(), home / "db.sqlite3")
    return home


def gongbao(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments],
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@contextmanager
def serving(
    home: Path, *arguments: str, told: list[Any] | None = None, **more: str
) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """The site on a free port of the loopback; its log is in `log` of the home's parent. Gives the port.

    What it prints when it answers is added to `told`.
    """
    log = home.parent / "log"
    with open(log, "w") as stderr:
        process = subprocess.Popen(
            [PROGRAM, "serve", "--port", "0", "--json", *arguments],
            env=environment(home, **more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        try:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if line.startswith("}"):
                    break
            assert lines, f"the site did not start: {log.read_text()}"
            printed = json.loads("".join(lines))
            if told is not None:
                told.append(printed)
            yield int(printed["address"].rsplit(":", 1)[1]), process
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers (names in lower case) and body of one answer; a redirect is not followed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        body = response.read().decode("utf-8", "replace")
        return response.status, {name.lower(): value for name, value in response.getheaders()}, body
    finally:
        connection.close()
