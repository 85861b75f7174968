"""What the tests need of the machine, and what happens when it is not there.

On a developer's machine a test that cannot run is skipped with a message that says what to do. Under CI (the variable
CI is set) the same is a failure: a run that left out half of the tests must not look like one that passed.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import psycopg
import pytest
from playwright._impl._driver import compute_driver_executable

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT.parent / "shared" / "schemas"
GAZETTES = Path(os.environ.get("GONGBAO_GAZETTES") or ROOT.parent / "shared" / "gazettes")

# The embedded database, or `postgres`: the tests that use a database, once more on PostgreSQL.
RUNS_ON = os.environ.get("GONGBAO_TEST_ON") or "sqlite"


def under_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


def need(what: str) -> None:
    """Skip the test (under CI: fail it) unless the machine has `what`, one of the names in LACKS."""
    lack = LACKS[what]()
    if not lack:
        return
    if under_ci():
        pytest.fail(lack, pytrace=False)
    pytest.skip(lack)


def let_tests_empty_tables() -> None:
    """A test that commits empties every table when it ends, the log's too: for that moment its triggers are away.

    What Django writes after each migrate, the kinds of content and their permissions, stays and need not be written
    again.
    """
    from django.contrib.auth.models import Permission
    from django.contrib.contenttypes.models import ContentType
    from django.core.management.color import no_style
    from django.db import connections, transaction
    from django.test import TransactionTestCase

    from gongbao.office.audit import triggers

    stays = {Permission._meta.db_table, ContentType._meta.db_table}

    def empty(case: TransactionTestCase) -> None:
        for name in case._databases_names(include_mirrors=False):
            connection = connections[name]
            tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
            statements = connection.ops.sql_flush(no_style(), [table for table in tables if table not in stays])
            append_only = [one for one in triggers.guarded() if one.append_only]
            with transaction.atomic(), triggers.lifted(connection, "tests.empty"):
                triggers.remove(connection, [one.table for one in append_only])
                connection.ops.execute_sql_flush(statements)
                with connection.cursor() as cursor:
                    for statement in triggers._statements(connection, append_only):
                        cursor.execute(statement)
            # Whatever a test took away comes back.
            triggers.install(connection)

    TransactionTestCase._fixture_teardown = empty


@cache
def chromium() -> str:
    """Path of the browser, or an empty string."""
    given = os.environ.get("GONGBAO_CHROMIUM")
    names = [given] if given else ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"]
    return next((path for path in map(shutil.which, names) if path), "")


@cache
def postgres_url() -> str:
    """Address of a PostgreSQL that answers and lets us make databases, or an empty string.

    The database it names is this run's own, so that two runs on one machine do not meet; it need not exist.
    """
    own = f"gongbao_{os.getpid()}"
    given = os.environ.get("GONGBAO_TEST_DATABASE_URL")
    for address in [given] if given else ["postgresql:///postgres", "postgresql://postgres@127.0.0.1:5432/postgres"]:
        try:
            with psycopg.connect(address, connect_timeout=3) as connection:
                row = connection.execute(
                    "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
                ).fetchone()
        except psycopg.OperationalError:
            continue
        if given:
            return given
        if row and row[0]:
            return address.removesuffix("postgres") + own
    return ""


@cache
def _chromium_lacks() -> str:
    if not chromium():
        return "no Chromium on this machine; run: sudo apt-get install chromium fonts-noto-cjk"
    fonts = shutil.which("fc-list")
    if fonts and not subprocess.run([fonts, ":lang=zh"], capture_output=True, check=True).stdout.strip():
        return "no Chinese font on this machine; run: sudo apt-get install fonts-noto-cjk"
    driver, _ = compute_driver_executable()
    if subprocess.run([driver, "--version"], capture_output=True).returncode:
        return "what drives the browser does not start; run: sudo apt-get install libatomic1"
    return ""


def _gazettes_lack() -> str:
    if not list(GAZETTES.glob("*.txt")):
        return f"the two gazettes are not in {GAZETTES}; GONGBAO_GAZETTES names another folder"
    return ""


def _postgres_lacks() -> str:
    if os.environ.get("DATABASE_URL"):
        return ""
    return (
        "no PostgreSQL answers; run: sudo apt-get install postgresql && sudo -u postgres createuser --createdb $USER "
        "(or set GONGBAO_TEST_DATABASE_URL)"
    )


LACKS: dict[str, Callable[[], str]] = {
    "chromium": _chromium_lacks,
    "gazettes": _gazettes_lack,
    "postgres": _postgres_lacks,
}
