"""A site that an earlier version made is brought to this version's form with all that it holds: see README.md."""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests import rig
from tests.program import get, gongbao, serving

DUMPS = Path(__file__).parent
DOCUMENTS = ["云政〔2026〕2号", "云政办〔2026〕3号", "云政办〔2026〕4号"]
PASSWORD = "three calm herons"


@pytest.fixture
def on_sqlite(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    dump = gzip.decompress((DUMPS / "sqlite.sql.gz").read_bytes()).decode()
    with closing(sqlite3.connect(home / "db.sqlite3")) as database:
        database.executescript(dump)
    return home, {}


@pytest.fixture
def on_postgresql(db, tmp_path):
    if not shutil.which("psql"):
        pytest.skip("psql is not on this machine")
    server, name = rig.postgres_url().rpartition("/")[0], f"gongbao_upgrade_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
        try:
            dump = gzip.decompress((DUMPS / "postgresql.sql.gz").read_bytes())
            command = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"{server}/{name}"]
            subprocess.run(command, input=dump, check=True, capture_output=True)
            yield tmp_path / "home", {"DATABASE_URL": f"{server}/{name}"}
        finally:
            connection.execute(f'drop database if exists "{name}" with (force)')


def test_on_sqlite(on_sqlite):
    everything_is_there(*on_sqlite)


@pytest.mark.postgres
def test_on_postgresql(on_postgresql):
    everything_is_there(*on_postgresql)


def everything_is_there(home, more):
    def told(*arguments):
        done = gongbao(home, *arguments, **more)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    made = told("migrate", "--json")["migrations"]
    assert "audit.0001_initial" in made
    assert "library.0001_initial" not in made
    assert told("migrate", "--json")["migrations"] == []

    documents = told("documents", "--json")
    assert sorted(one["key"] for one in documents) == sorted(DOCUMENTS)
    counts = "from gongbao.office.library.models import Clause, Duty, PersonalMark, DocumentTable, Feed; "
    counts += "print(*(one.objects.count() for one in (Clause, Duty, PersonalMark, DocumentTable, Feed)))"
    assert shell(home, more, counts) == "74 19 12 2 1"

    accounts = {one["name"]: one for one in told("accounts", "--json")}
    assert {name: (one["open"], one["adds_gazettes"], one["sees_personal_data"]) for name, one in accounts.items()} == {
        "lan.ting": (True, True, False),
        "mu.yun": (False, False, True),
    }
    ids = "from gongbao.office.people.models import Account; "
    ids += "print(len(set(Account.objects.values_list('public_id', flat=True))))"
    assert shell(home, more, ids) == "2"
    signs_in = "from django.contrib.auth import authenticate; "
    assert shell(home, more, f"{signs_in}print(authenticate(username='lan.ting', password='{PASSWORD}'))") == "lan.ting"
    assert shell(home, more, f"{signs_in}print(authenticate(username='mu.yun', password='four slow rivers'))") == "None"

    assert told("audit", "verify", "--json")["holds"] is True

    with serving(home, **more) as (port, _):
        for path in ("/", "/documents/", "/duties/", "/findings/", "/policies/"):
            assert get(port, path)[0] == 200, path
        for key in DOCUMENTS:
            status, _, body = get(port, quote(f"/documents/{key}/"))
            assert (status, key in body) == (200, True)
        status, _, body = get(port, f"/documents/?text={quote('社区食堂运营指南')}")
        assert (status, "云政办〔2026〕4号" in body) == (200, True)
        # What was marked as personal stays masked.
        _, _, body = get(port, quote("/documents/云政办〔2026〕4号/"))
        assert "010-0000-0004" not in body


def shell(home, more, code):
    done = gongbao(home, "django", "shell", "-v", "0", "-c", code, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
