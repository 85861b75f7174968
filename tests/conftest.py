"""The rig of all tests: a home of their own, a database, and what each needs of the machine.

This file is read before Django's settings are, so it decides what they will be.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings

from tests import rig

# What the developer's shell says about their own site must not reach the tests, nor the tests their data. Those whose
# names begin with GONGBAO_TEST, and two more, say how and on what the tests run.
_OURS = ("GONGBAO_CHROMIUM", "GONGBAO_GAZETTES")

if "PYTEST_XDIST_WORKER" not in os.environ:
    for name in [name for name in os.environ if name.startswith("GONGBAO_")]:
        if not name.startswith("GONGBAO_TEST") and name not in _OURS:
            del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    os.environ["GONGBAO_TEST_HOME"] = tempfile.mkdtemp(prefix="gongbao-test-")
    if rig.RUNS_ON == "postgres" and rig.postgres_url():
        os.environ["DATABASE_URL"] = rig.postgres_url()

# The tests start the program hundreds of times: it is compiled once, even where the shell wants no compiled files.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

os.environ["GONGBAO_HOME"] = str(Path(os.environ["GONGBAO_TEST_HOME"]) / os.environ.get("PYTEST_XDIST_WORKER", "main"))
os.environ["DJANGO_SETTINGS_MODULE"] = "gongbao.site.settings"
# pytest-django readies the apps only if the settings have been read by the time this file has.
assert settings.SECRET_KEY
# The site hashes passwords slowly on purpose, and the tests set many.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# How long an example takes is the machine's affair: nothing fails for being slow.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

# Each holds a test that takes as long as hundreds of others: begun last, everybody would wait for it.
LONG = (
    "tests/backup/",
    "tests/browser/test_contracts_browser.py",
    "tests/browser/test_direct_choice_browser.py",
    "tests/browser/test_draw_browser.py",
    "tests/browser/test_market_browser.py",
    "tests/browser/test_pictures.py",
    "tests/procedures/test_walks.py",
    "tests/site/test_sign_in.py",
    "tests/systems/intermediary_market/test_demo.py",
    "tests/test_docs.py",
    "tests/upgrade/",
)

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server", "admin_client", "admin_user"}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    # A process that finds this set reads the settings before this file, and would share one home with the others.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_unconfigure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["GONGBAO_TEST_HOME"], ignore_errors=True)


def _uses_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))


def _is_of_one_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("browser") or item.get_closest_marker("one_database"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "browser" in fixtures:
            item.add_marker(pytest.mark.browser)
        if "gazettes" in fixtures:
            item.add_marker(pytest.mark.gazettes)

    if rig.RUNS_ON == "postgres":
        # Pages in a browser look the same on both databases; what differs is met below them.
        kept = [item for item in items if _uses_database(item) and not _is_of_one_database(item)]
    else:
        kept = [item for item in items if not item.get_closest_marker("postgres")]
    among = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in among])
    # The browser last: what is quick to fail fails first. Before it and in it, what is long comes first.
    items[:] = sorted(
        kept, key=lambda item: (item.get_closest_marker("browser") is not None, not item.nodeid.startswith(LONG))
    )


@pytest.fixture(autouse=True, scope="session")
def _database_of_this_run() -> None:
    if rig.RUNS_ON == "postgres":
        rig.need("postgres")


@pytest.fixture(autouse=True, scope="session")
def _tables_that_tests_empty() -> None:
    rig.let_tests_empty_tables()


@pytest.fixture(scope="session")
def gazettes() -> Path:
    """The folder of the two real issues."""
    rig.need("gazettes")
    return rig.GAZETTES
