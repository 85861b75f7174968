"""A backup of a site that is written to, a site made of it, and what is refused. All names are invented."""

import gzip
import hashlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests import rig
from tests.program import PATIENCE, PROGRAM, environment, gongbao, ready

SAMPLE = rig.ROOT / "src/gongbao/sample/gazette.txt"


class Site:
    """A home, and where it wants one a database on PostgreSQL."""

    def __init__(self, home: Path, database: str = "") -> None:
        self.home = home
        self.more = {"DATABASE_URL": database} if database else {}

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return gongbao(self.home, *arguments, **self.more, **more)

    def told(self, *arguments: str) -> dict:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        told: dict = json.loads(done.stdout)
        del told["schema_version"]
        return told

    def files(self) -> dict[str, bytes]:
        root = self.home / "files"
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    @contextmanager
    def written_to(self):
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.backup.site_process"],
            cwd=rig.ROOT,
            env=environment(self.home, DJANGO_SETTINGS_MODULE="gongbao.site.settings", **self.more),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert writer.stdout
            assert writer.stdout.readline() == "writing\n"
            yield
            assert writer.poll() is None, "it wrote to the end"
        finally:
            writer.kill()
            writer.communicate()


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """The home of a site on SQLite that holds the sample gazette and an account; it stays as it is."""
    site = Site(ready(tmp_path_factory.mktemp("first") / "home"))
    fill(site)
    return site


@pytest.fixture(scope="module")
def first_on_postgresql(tmp_path_factory):
    """The same on PostgreSQL, as long as the tests of this module run; databases are copied from it."""
    server, name = rig.postgres_url().rpartition("/")[0], f"gongbao_backup_{os.getpid()}_first"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        try:
            connection.execute(f'create database "{name}"')
            site = Site(tmp_path_factory.mktemp("first") / "home", f"{server}/{name}")
            assert site.run("migrate").returncode == 0
            fill(site)
            yield site
        finally:
            connection.execute(f'drop database if exists "{name}" with (force)')


@pytest.fixture(scope="module")
def its_backup(first, tmp_path_factory):
    file = tmp_path_factory.mktemp("backup") / "site.backup"
    first.told("backup", str(file))
    return file


@pytest.fixture
def sites(request, tmp_path):
    """Two sites on the database of this run: one that is filled, one that is new."""
    if rig.RUNS_ON == "sqlite":
        shutil.copytree(request.getfixturevalue("first").home, tmp_path / "one")
        yield Site(tmp_path / "one"), Site(tmp_path / "two")
        return
    first = request.getfixturevalue("first_on_postgresql")
    server, _, template = first.more["DATABASE_URL"].rpartition("/")
    names = [f"gongbao_backup_{os.getpid()}_{which}" for which in ("one", "two")]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        try:
            connection.execute(f'create database "{names[0]}" template "{template}"')
            connection.execute(f'create database "{names[1]}"')
            one, two = (Site(tmp_path / name[-3:], f"{server}/{name}") for name in names)
            shutil.copytree(first.home, one.home)
            yield one, two
        finally:
            for name in names:
                connection.execute(f'drop database if exists "{name}" with (force)')


# The tests of PostgreSQL are chosen by what uses a database of the rig.
@pytest.fixture
def on_either(db, sites):
    return sites


def fill(site: Site) -> None:
    assert site.run("ingest", str(SAMPLE)).returncode == 0
    done = subprocess.run(
        [PROGRAM, "account", "lan.ting", "--password-stdin"],
        env=environment(site.home, **site.more),
        input="three calm herons\n",
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_site_that_is_written_to_is_saved_and_restored(on_either, tmp_path):
    one, two = on_either
    file = tmp_path / "site.backup"
    with one.written_to():
        saved = one.told("backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []
    restored = two.told("restore", str(file))
    assert restored["backup"] == saved
    assert restored["log"] == {"holds": True, "count": saved["log"]["count"], "breaks": []}
    assert restored["log"]["count"] >= 3
    assert two.told("audit", "verify")["head"] == saved["log"]["hash"]
    # Each file that the log names is there, and those of the library.
    names = "from gongbao.office.audit.models import Entry; from gongbao.office.library.models import Source; "
    names += "print(*Entry.objects.filter(action='tests.write').values_list('subject', flat=True), "
    names += "*Source.objects.values_list('stored_as', flat=True))"
    done = two.run("django", "shell", "-v", "0", "-c", names)
    held = two.files()
    for name in done.stdout.split():
        digest = name.removeprefix("file:")
        assert (f"{digest[:2]}/{digest}" if name.startswith("file:") else name) in held, done.stderr
    assert len(done.stdout.split()) > 3
    assert all(hashlib.sha256(content).hexdigest() == Path(name).stem for name, content in held.items())
    assert one.run("documents", "--json").stdout == two.run("documents", "--json").stdout
    assert "lan.ting" in two.run("accounts").stdout
    # The key is not in it.
    assert (two.home / "secret_key").read_text() != (one.home / "secret_key").read_text()


def test_a_full_target_is_refused_and_stays_and_is_replaced_when_that_is_asked(on_either, tmp_path):
    one, two = on_either
    file = tmp_path / "site.backup"
    one.told("backup", str(file))
    assert two.run("migrate").returncode == 0
    more = "from gongbao.office.people.models import Account; from gongbao.office import kept\n"
    more += "with kept.action('tests.more'): Account.objects.create(username='bo')"
    assert two.run("django", "shell", "-c", more).returncode == 0
    place = two.home / "files" / "ab" / "other"
    place.parent.mkdir(parents=True)
    place.write_text("of the other site")
    done = two.run("restore", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert "is not empty; restore into an empty one, or give --replace" in done.stderr
    assert "bo" in two.run("accounts").stdout
    assert list(two.files()) == ["ab/other"]
    two.told("restore", str(file), "--replace")
    accounts = two.run("accounts").stdout
    assert "lan.ting" in accounts
    assert "bo " not in accounts
    assert two.files() == one.files()
    # And once more over itself.
    two.told("restore", str(file), "--replace")
    assert two.files() == one.files()
    assert two.told("audit", "verify")["holds"]


# --- what is damaged


def members(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def pack(file: Path, parts: dict[str, bytes], **kinds: bytes) -> None:
    with tarfile.open(file, "w:gz") as tar:
        for name, content in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            if name in kinds:
                info.type, info.linkname, info.size = kinds[name], "/etc/passwd", 0
            tar.addfile(info, io.BytesIO(content))


class Refusals:
    """Files that cannot be restored, each with what is told of it; all are tried in one process, on a new home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[tuple[Path, str]] = []

    def bad(self, told: str) -> Path:
        """Where to write the next."""
        path = self.folder / f"bad{len(self.told)}"
        self.told.append((path, told))
        return path

    def are_refused(self) -> None:
        site = Site(self.folder / "new")
        done = subprocess.run(
            [sys.executable, "-m", "tests.backup.restore_process", *(str(path) for path, _ in self.told)],
            cwd=rig.ROOT,
            env=environment(site.home, DJANGO_SETTINGS_MODULE="gongbao.site.settings"),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        lines = done.stdout.splitlines()
        assert len(lines) == len(self.told), done.stderr
        for (path, told), line in zip(self.told, lines, strict=True):
            assert told in line, path
        assert not site.files()
        with closing(sqlite3.connect(site.home / "db.sqlite3")) as held:
            assert held.execute("select count(*) from sqlite_master").fetchone() == (0,)
        assert not list(site.home.glob(".restore*"))


@pytest.fixture
def refusals(tmp_path):
    return Refusals(tmp_path)


def test_a_flipped_byte_is_found_wherever_it_is(its_backup, refusals):
    content = its_backup.read_bytes()
    # But for the hour that gzip notes at its beginning, which nothing reads.
    for place in (0, 40, len(content) // 3, len(content) // 2, len(content) - 7, len(content) - 2):
        flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        refusals.bad("nothing was restored").write_bytes(flipped)
    refusals.bad("nothing was restored").write_bytes(content[: len(content) // 2])
    plain = gzip.decompress(content)
    refusals.bad("nothing was restored").write_bytes(gzip.compress(plain[: len(plain) // 2]))
    refusals.are_refused()


def test_a_part_that_was_altered_put_in_or_taken_out_is_found(its_backup, refusals, tmp_path):
    parts = members(its_backup)
    assert [*parts][:2] == ["backup.json", "database.sqlite3"]
    assert [*parts][-1] == "digests.json"
    a_file = next(name for name in parts if name.startswith("files/"))
    for name in ("backup.json", "database.sqlite3", a_file):
        content = bytearray(parts[name])
        content[content.index(b"2") if name == "backup.json" else len(content) // 2] ^= 1
        pack(refusals.bad("damaged" if name == "backup.json" else f"damaged ({name})"), {**parts, name: bytes(content)})
        taken_out = {one: content for one, content in parts.items() if one != name}
        pack(refusals.bad("no backup of gongbao" if name == "backup.json" else "damaged"), taken_out)
    last = parts.pop("digests.json")
    more = {**parts, "files/ab/more": b"more", "digests.json": last}
    pack(refusals.bad("damaged (it does not hold what it says)"), more)
    for name in ("files/../../escaped", "/etc/escaped", "other"):
        pack(refusals.bad(f"damaged ({name})"), {**parts, name: b"more", "digests.json": last})
    link = {**parts, "files/link": b"", "digests.json": last}
    pack(refusals.bad("damaged (files/link)"), link, **{"files/link": tarfile.SYMTYPE})
    refusals.bad("this file is no backup").write_bytes(SAMPLE.read_bytes())
    refusals.bad("No such file")
    refusals.are_refused()
    assert not (tmp_path / "escaped").exists()


def altered(file: Path, bad: Path, **told) -> None:
    parts = members(file)
    parts["backup.json"] = json.dumps(json.loads(parts["backup.json"]) | told).encode()
    digests = json.loads(parts["digests.json"]) | {"backup.json": hashlib.sha256(parts["backup.json"]).hexdigest()}
    pack(bad, {**parts, "digests.json": json.dumps(digests).encode()})


def test_a_backup_of_a_newer_version_or_of_the_other_database_is_refused_in_words(its_backup, refusals):
    migrations = json.loads(members(its_backup)["backup.json"])["migrations"]
    for told, words in (
        (
            {"version": "9.0", "migrations": [*migrations, "people.9999_of_tomorrow"]},
            "by gongbao 9.0, and this version",
        ),
        ({"version": "9.0", "format": 2}, "made by gongbao 9.0, a newer version"),
        ({"database": "postgresql"}, "is of a database on PostgreSQL, and this site keeps its own on SQLite"),
        ({"rows": {}}, "damaged (the database does not hold what was saved)"),
    ):
        altered(its_backup, refusals.bad(words), **told)
    refusals.are_refused()


def test_a_log_that_does_not_hold_is_told(its_backup, tmp_path):
    two = Site(tmp_path / "two")
    parts = members(its_backup)
    database = tmp_path / "altered.sqlite3"
    database.write_bytes(parts["database.sqlite3"])
    with closing(sqlite3.connect(database)) as held, held:
        for (name,) in held.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            held.execute(f'drop trigger "{name}"')
        held.execute("update audit_head set count = count + 1")
        (count,) = held.execute("select count from audit_head").fetchone()
    parts["database.sqlite3"] = database.read_bytes()
    told = json.loads(parts["backup.json"])
    parts["backup.json"] = json.dumps(told | {"log": [count, told["log"][1]]}).encode()
    parts["digests.json"] = json.dumps(
        {name: hashlib.sha256(content).hexdigest() for name, content in parts.items() if name != "digests.json"}
    ).encode()
    bad = tmp_path / "bad"
    pack(bad, parts)
    done = two.run("restore", str(bad))
    assert done.returncode == 1
    assert "the log does not hold:" in done.stdout


# --- what cannot be saved


def test_what_is_there_is_not_written_over(first, its_backup):
    content = its_backup.read_bytes()
    done = first.run("backup", str(its_backup))
    assert (done.returncode, "a new one" in done.stderr) == (1, True)
    assert its_backup.read_bytes() == content


def test_nothing_to_save_is_told(tmp_path):
    done = Site(tmp_path / "new").run("backup", str(tmp_path / "file"))
    assert (done.returncode, "nothing to save" in done.stderr) == (1, True)
    done = Site(tmp_path / "new").run("backup", str(tmp_path / "nowhere" / "file"))
    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == [tmp_path / "new"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_interrupted_it_leaves_nothing(first, tmp_path, number):
    shutil.copytree(first.home, tmp_path / "one")
    big = tmp_path / "one" / "files" / "zz" / "big"
    big.parent.mkdir()
    with open(big, "wb") as out:
        for _ in range(200):
            out.write(os.urandom(1024 * 1024))
    folder = tmp_path / "backups"
    folder.mkdir()
    process = subprocess.Popen(
        [PROGRAM, "backup", str(folder / "file")], env=environment(tmp_path / "one"), stdout=subprocess.PIPE, text=True
    )
    try:
        while not list(folder.glob(".file.*/draft")):
            assert process.poll() is None
        process.send_signal(number)
        assert process.wait(PATIENCE) != 0
    finally:
        process.kill()
        process.communicate()
    assert not list(folder.iterdir())


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_program_that_is_missing_or_older_than_the_server_is_told(tmp_path):
    site = Site(tmp_path / "one", rig.postgres_url().rpartition("/")[0] + "/postgres")
    (tmp_path / "bin").mkdir()
    done = site.run("backup", str(tmp_path / "file"), PATH=str(tmp_path / "bin"))
    assert (done.returncode, "pg_dump is not on this machine" in done.stderr) == (1, True), done.stderr
    (tmp_path / "bin" / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    (tmp_path / "bin" / "pg_dump").chmod(0o755)
    done = site.run("backup", str(tmp_path / "file"), PATH=f"{tmp_path / 'bin'}{os.pathsep}/bin")
    assert (done.returncode, "pg_dump is of PostgreSQL 9 and the server of" in done.stderr) == (1, True), done.stderr
    assert not (tmp_path / "file").exists()
    assert shutil.which("pg_dump")
