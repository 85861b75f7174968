"""One file that holds all a site keeps, made while the site runs, and a site made of it again.

A backup is a tar, compressed with gzip, whose members are in this order:

    backup.json         what it is: versions, the migrations, rows of each table, the head of the log
    database.sqlite3    the database as one moment found it; or database.dump, the custom format of pg_dump
    files/...           the files of the home, without what was waiting to be read in
    digests.json        SHA-256 of each member above

The database comes first: a file is put in its place before the transaction that names it ends, so the files that are
there later hold all that the database names. Not in it: the keys (GONGBAO_SECRET_KEY, that of the log), the
environment, the daily checkpoints of the log; what is drawn anew, static/ and cache/.

A digest finds what was altered by accident. Whoever alters a backup on purpose can make the digests anew: what then
tells are the chain of the log and its checkpoints, which are kept elsewhere.
"""

import gzip
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.db import connection, connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from gongbao import __version__
from gongbao.core.errors import GongbaoError
from gongbao.site import prepare

FORMAT = 1
HEAD = "backup.json"
DIGESTS = "digests.json"
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
FILES = "files"
LEFT_OUT = ("uploads", "exports")  # folders of files/ that hold what is under way
_CHUNK = 1024 * 1024
_LARGEST_JSON = 100 * 1024 * 1024  # bytes

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself. `rows` are those of each table, `log` the length of the log and its last hash,
    `files` how many there were when it was begun."""

    format: int
    version: str
    made_at: str
    database: str  # sqlite or postgresql
    migrations: list[str]  # app.name
    rows: dict[str, int]
    log: tuple[int, str] | None
    files: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the backup it took, the changes of the database since then, and how the log stands."""

    backup: Backup
    files: int
    migrations: list[str]
    log_count: int
    log_breaks: list[str]


# --- saving


def save(path: Path, at: datetime, progress: Progress) -> Backup:
    """Write a backup to a new file. Raises GongbaoError, and then there is none."""
    path = path.absolute()
    if path.exists():
        raise GongbaoError("there is such a file already; a backup is written to a new one", where=str(path))
    try:
        # Beside the file, where there has to be room for it, and for this account alone.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            draft = Path(folder) / "draft"
            database = Path(folder) / "database"
            saved = _save_database(database, at)
            files = list(_files(Path(settings.MEDIA_ROOT)))
            made = replace(saved, files=len(files))
            with open(draft, "xb") as file:
                _write(file, made, database, files, progress)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, path)
            except FileExistsError as error:
                raise GongbaoError("such a file came up meanwhile; nothing was written", where=str(path)) from error
    except OSError as error:
        raise GongbaoError(f"the backup cannot be written: {error.strerror or error}", where=str(path)) from error
    return made


def _write(file: IO[bytes], made: Backup, database: Path, files: list[tuple[str, Path]], progress: Progress) -> None:
    digests: dict[str, str] = {}
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6, format=tarfile.PAX_FORMAT) as tar:
        _add(tar, HEAD, json.dumps(asdict(made), ensure_ascii=False, indent=1).encode(), digests)
        with open(database, "rb") as part:
            _add_file(tar, DATABASES[made.database], part, digests)
        for number, (name, path) in enumerate(files):
            progress("saving", number, len(files))
            try:
                part = open(path, "rb")  # noqa: SIM115
            except FileNotFoundError:
                continue  # erased since the folder was read, and the database names it no more
            with part:
                _add_file(tar, name, part, digests)
        _add(tar, DIGESTS, json.dumps(digests, ensure_ascii=False, indent=1).encode(), {})


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """The files of the home that are kept, each with its name in a backup."""
    for folder, folders, names in os.walk(root):
        inside = Path(folder).relative_to(root)
        folders[:] = sorted(one for one in folders if not (inside == Path() and one in LEFT_OUT))
        for name in sorted(names):
            path = Path(folder) / name
            # What begins with a dot is being written, or was left by a process that was killed.
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield str(PurePosixPath(FILES, *inside.parts, name)), path


def _add(tar: tarfile.TarFile, name: str, content: bytes, digests: dict[str, str]) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, BytesIO(content))
    digests[name] = sha256(content).hexdigest()


def _add_file(tar: tarfile.TarFile, name: str, part: IO[bytes], digests: dict[str, str]) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = os.fstat(part.fileno()).st_size, 0o600
    digest = sha256()

    class Hashed:
        def read(self, size: int) -> bytes:
            chunk = part.read(size)
            digest.update(chunk)
            return chunk

    tar.addfile(info, Hashed())  # type: ignore[arg-type]
    digests[name] = digest.hexdigest()


def _save_database(target: Path, at: datetime) -> Backup:
    save = _save_sqlite if connection.vendor == "sqlite" else _save_postgresql
    try:
        with prepare.answering_database():
            migrations, rows, log = save(target)
    finally:
        connections.close_all()
    return Backup(FORMAT, __version__, at.isoformat(), connection.vendor, migrations, rows, log, files=0)


Facts = tuple[list[str], dict[str, int], tuple[int, str] | None]
Ask = Callable[[str], list[tuple[Any, ...]]]


def _facts(tables: list[str], quote: Callable[[str], str], ask: Ask) -> Facts:
    if "django_migrations" not in tables:
        raise GongbaoError("there is nothing to save: this database was never prepared; see gongbao migrate")
    migrations = [f"{app}.{name}" for app, name in ask("SELECT app, name FROM django_migrations ORDER BY id")]
    rows = {table: ask(f"SELECT count(*) FROM {quote(table)}")[0][0] for table in tables}
    head = ask("SELECT count, hash FROM audit_head") if "audit_head" in tables else []
    return migrations, rows, (head[0][0], head[0][1]) if head else None


def _save_sqlite(target: Path) -> Facts:
    source = connection.settings_dict["NAME"]
    if not Path(source).exists():
        raise GongbaoError("there is nothing to save: this home has no database yet")
    # In one step: who reads keeps nobody from writing (WAL), and copied piece by piece it would begin anew each time.
    with closing(sqlite3.connect(f"{Path(source).as_uri()}?mode=ro", uri=True)) as held:
        held.execute("PRAGMA busy_timeout = 20000")
        with closing(sqlite3.connect(target)) as copy:
            held.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            return _sqlite_facts(copy)


def _sqlite_facts(copy: sqlite3.Connection) -> Facts:
    tables = [name for (name,) in copy.execute(_SQLITE_TABLES)]
    return _facts(
        tables, lambda name: '"' + name.replace('"', '""') + '"', lambda query: copy.execute(query).fetchall()
    )


# Not the tables in which an index of words keeps itself, nor the index, which has no rows of its own to count.
_SQLITE_TABLES = (
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' "
    "ORDER BY name"
)


def _save_postgresql(target: Path) -> Facts:
    dump = _program("pg_dump")
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        _refuse_older(dump, cursor.fetchone()[0])
        # The same moment for the dump and for what is said of it.
        cursor.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            _run(
                [
                    dump,
                    "--format=custom",
                    "--no-owner",
                    "--no-privileges",
                    f"--snapshot={snapshot}",
                    f"--file={target}",
                ],
                "save",
            )

            def ask(query: str) -> list[tuple[Any, ...]]:
                cursor.execute(query)
                return list(cursor.fetchall())

            tables = [name for (name,) in ask(_POSTGRESQL_TABLES)]
            return _facts(tables, connection.ops.quote_name, ask)
        finally:
            cursor.execute("ROLLBACK")


_POSTGRESQL_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"


# --- the programs of PostgreSQL


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise GongbaoError(f"{name} is not on this machine; install the client programs of PostgreSQL")
    return found


def _refuse_older(program: str, server: str) -> None:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"(\d+)(?:\.\d+)?", told)
    own, of_server = int(match[1]) if match else 0, int(server) // 10000
    if own < of_server:
        name = Path(program).name
        raise GongbaoError(f"{name} is of PostgreSQL {own} and the server of {of_server}; install the newer programs")


def _address() -> tuple[str, dict[str, str]]:
    """How the programs find the database: the address without the password, and an environment that has it."""
    given = connection.get_connection_params()
    password = given.get("password")
    known = {
        name: value
        for name, value in given.items()
        if name in ("dbname", "user", "host", "port", "options", "service", "passfile", "target_session_attrs")
        or name.startswith("ssl")
    }
    return make_conninfo(**known), os.environ | ({"PGPASSWORD": str(password)} if password else {})


def _run(command: list[str], what: str, *, stdin: int | IO[bytes] | None = None) -> None:
    address, environment = _address()
    done = subprocess.run(
        [*command, f"--dbname={address}"],
        env=environment,
        stdin=stdin if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    if done.returncode:
        raise GongbaoError(f"{Path(command[0]).name} could not {what} the database: {_first_line(done.stderr)}")


def _first_line(told: bytes) -> str:
    lines = [line.strip() for line in told.decode(errors="replace").splitlines() if line.strip()]
    # What it quotes of the data (DETAIL, CONTEXT) stands in lines of their own, behind.
    return next((line for line in lines if "error" in line.lower()), lines[0] if lines else "no reason given")[:300]


# --- restoring


def restore(path: Path, *, replacing: bool, progress: Progress) -> Restored:
    """Make database and files what the backup holds, and bring them to this version's form.

    Raises GongbaoError where the backup cannot be used, or the target holds something and `replacing` is not given:
    all is then as it was. The site does not run meanwhile; a database is taken over in one transaction.
    """
    with prepare.answering_database(), _opened(path) as (tar, plain):
        first = _next(tar, path)
        if first.name != HEAD:
            raise GongbaoError("this is no backup of gongbao", where=str(path))
        head = _content(tar, first, path)
        backup = _read_head(head, path)
        if not replacing:
            _refuse_full_target()
        if backup.database == "postgresql":
            for program in ("pg_restore", "psql"):
                _program(program)
        home = Path(settings.GONGBAO_HOME)
        with tempfile.TemporaryDirectory(dir=home, prefix=".restore.") as folder:
            staged = Path(folder)
            names = _unpack(tar, plain, {HEAD: sha256(head).hexdigest()}, staged, backup, path, progress)
            database = staged / DATABASES[backup.database]
            if backup.database == "sqlite":
                _restore_sqlite(database, backup, path, lambda: _put_files(staged, names))
            else:
                _restore_postgresql(database, backup, staged, lambda: _put_files(staged, names))
        _remove_others(names)
    connections.close_all()
    made = prepare.migrate()
    verdict = _verified(progress)
    return Restored(backup, len(names), made, verdict.count, [one.words for one in verdict.breaks])


def _verified(progress: Progress) -> Any:
    from gongbao.office.audit.queries import verify

    with prepare.answering_database():
        try:
            return verify([], progress=progress)
        finally:
            connections.close_all()


@contextmanager
def _opened(path: Path) -> Iterator[tuple[tarfile.TarFile, gzip.GzipFile]]:
    """The members, and what they are read from: who reads that to its end has gzip look at the sum of the whole."""
    try:
        with open(path, "rb") as file, gzip.open(file) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
            yield tar, plain
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise GongbaoError("this file is no backup, or is damaged; nothing was restored", where=str(path)) from error
    except OSError as error:
        where = error.filename if isinstance(error.filename, str) else str(path)
        raise GongbaoError(f"the backup cannot be restored: {error.strerror or error}", where=where) from error


def _damaged(path: Path, what: str) -> GongbaoError:
    return GongbaoError(f"this backup is damaged ({what}); nothing was restored", where=str(path))


def _next(tar: tarfile.TarFile, path: Path) -> tarfile.TarInfo:
    member = tar.next()
    if member is None:
        raise _damaged(path, "it ends too early")
    return member


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> bytes:
    part = tar.extractfile(member) if member.isreg() and member.size <= _LARGEST_JSON else None
    if part is None:
        raise _damaged(path, member.name)
    return part.read()


def _read_head(content: bytes, path: Path) -> Backup:
    try:
        told = json.loads(content)
        number, version = told["format"], told["version"]
        if number != FORMAT:
            raise GongbaoError(
                f"this backup was made by gongbao {version}, a newer version; install it", where=str(path)
            )
        told["log"] = tuple(told["log"]) if told["log"] else None
        backup = Backup(**told)
        applied = {tuple(one.split(".", 1)) for one in backup.migrations}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, HEAD) from error
    if unknown := sorted(applied - prepare.own_migrations()):
        raise GongbaoError(
            f"this backup was made by gongbao {version}, and this version, {__version__}, does not know the form of "
            f"its database ({'.'.join(unknown[0])}); install the version that made it, or a newer one",
            where=str(path),
        )
    if backup.database != connection.vendor:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise GongbaoError(
            f"this backup is of a database on {names.get(backup.database, '?')}, and this site keeps its own on "
            f"{names[connection.vendor]}; see DATABASE_URL",
            where=str(path),
        )
    return backup


def _refuse_full_target() -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    held = [name for name, _ in _files(Path(settings.MEDIA_ROOT))]
    if tables or held:
        what = "database" if tables else "folder files/ of the home"
        raise GongbaoError(
            f"the {what} is not empty; restore into an empty one, or give --replace, and what is there is gone"
        )


def _unpack(
    tar: tarfile.TarFile,
    plain: gzip.GzipFile,
    digests: dict[str, str],
    staged: Path,
    backup: Backup,
    path: Path,
    progress: Progress,
) -> list[str]:
    """Lay all that the backup holds beside its place, and hold it against the digests; the names of its files."""
    database = DATABASES[backup.database]
    while (member := _next(tar, path)).name != DIGESTS:
        place = staged / _safe(member, database, path)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = tar.extractfile(member)
        assert part is not None  # it is a regular file
        progress("unpacking", len(digests), backup.files)
        digest = sha256()
        with open(place, "xb") as file:
            while chunk := part.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
        digests[member.name] = digest.hexdigest()
    try:
        told = json.loads(_content(tar, member, path))
    except ValueError as error:
        raise _damaged(path, DIGESTS) from error
    ends = tar.next() is None
    while plain.read(_CHUNK):
        pass
    if not ends or told.keys() != digests.keys() or database not in digests:
        raise _damaged(path, "it does not hold what it says")
    for name, found in digests.items():
        if told[name] != found:
            raise _damaged(path, name)
    return [name for name in digests if name.startswith(f"{FILES}/")]


def _safe(member: tarfile.TarInfo, database: str, path: Path) -> PurePosixPath:
    name = PurePosixPath(member.name)
    inside = name.parts[:1] == (FILES,) and len(name.parts) > 1 and ".." not in name.parts
    if not member.isreg() or not (inside or member.name == database):
        raise _damaged(path, member.name)
    return name


def _put_files(staged: Path, names: list[str]) -> None:
    """Before the database, which is not to name what is not there."""
    home = Path(settings.MEDIA_ROOT)
    for name in names:
        place = home.joinpath(*PurePosixPath(name).parts[1:])
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged / name, place)


def _remove_others(names: list[str]) -> None:
    """What the home held and the backup does not; after the database, which names it no more."""
    kept = set(names)
    for name, path in _files(Path(settings.MEDIA_ROOT)):
        if name not in kept:
            path.unlink(missing_ok=True)


def _restore_sqlite(database: Path, backup: Backup, path: Path, put_files: Callable[[], None]) -> None:
    with closing(sqlite3.connect(database)) as held:
        try:
            sound = held.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        except sqlite3.DatabaseError as error:
            raise _damaged(path, database.name) from error
        _refuse_other_rows(backup, _sqlite_facts(held) if sound else None, path)
        put_files()
        connections.close_all()
        try:
            with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as target:
                held.backup(target)
        except sqlite3.Error as error:
            raise GongbaoError(f"the database cannot be written: {error}; is the site still running?") from error


def _refuse_other_rows(backup: Backup, facts: Facts | None, path: Path) -> None:
    if facts is None or facts != (backup.migrations, backup.rows, backup.log):
        raise _damaged(path, "the database does not hold what was saved")


# All that is in the schema goes, and what extensions own stays. In the transaction that makes it anew.
_EMPTY = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT c.oid::regclass AS name, c.relkind FROM pg_class c
        WHERE c.relnamespace = {schema}::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'a', 'i'))
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', CASE one.relkind WHEN 'v' THEN 'VIEW'
            WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
            one.name);
    END LOOP;
    FOR one IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = {schema}::regnamespace AND p.prokind = 'f'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', one.name);
    END LOOP;
END
$$;
"""


def _restore_postgresql(database: Path, backup: Backup, staged: Path, put_files: Callable[[], None]) -> None:
    restore, psql = _program("pg_restore"), _program("psql")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = cursor.fetchone()[0]
        empty = sql.SQL(_EMPTY).format(schema=sql.Literal(schema)).as_string(cursor.connection)
    connections.close_all()
    script = staged / "restore.sql"
    with open(script, "xb") as file:
        file.write(empty.encode())
        file.flush()
        command = [restore, "--no-owner", "--no-privileges", "--file=-", str(database)]
        told = subprocess.run(command, stdout=file, stderr=subprocess.PIPE)
    if told.returncode:
        raise GongbaoError(f"pg_restore could not read the backup: {_first_line(told.stderr)}; nothing was restored")
    put_files()
    with open(script, "rb") as whole:
        options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse"]
        _run([psql, *options], "restore", stdin=whole)

    def ask(query: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    facts = _facts([name for (name,) in ask(_POSTGRESQL_TABLES)], connection.ops.quote_name, ask)
    if facts != (backup.migrations, backup.rows, backup.log):
        raise GongbaoError("the database was restored and does not hold what was saved; restore another backup")


def as_data(backup: Backup) -> Mapping[str, Any]:
    """What a command prints of a backup."""
    return {
        "version": backup.version,
        "made_at": backup.made_at,
        "database": backup.database,
        "rows": sum(backup.rows.values()),
        "log": {"count": backup.log[0], "hash": backup.log[1]} if backup.log else None,
    }
