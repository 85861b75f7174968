"""A table of a PostgreSQL database, in and out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gongbao.core.errors import GongbaoError
from gongbao.rules.policy import Policy
from gongbao.rules.run import Job, case_on, load, run
from gongbao.systems import policies
from tests import rig
from tests.rules.country.ferry.rules import policy as ferry
from tests.rules.country.heating.rules import policy as heating
from tests.rules.run.tables import Drawn, drawn, expected
from tests.rules.run.test_run import compare, write_csv

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database of this test alone; it works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    server = rig.postgres_url().rpartition("/")[0]
    name = f"gongbao_run_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}")
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(f"drop database {name} with (force)")


def written(city: str, table: Drawn, kind: str = "text") -> None:
    listed = ", ".join(f'"{heading}" {kind}' for heading in table.headings)
    with psycopg.connect(city) as connection:
        connection.execute(f"create table given ({listed})")
        with connection.cursor().copy("copy given from stdin") as copy:
            for row in table.rows:
                copy.write_row(row)


def read(city: str, table: str) -> list[dict[str, str | None]]:
    with psycopg.connect(city) as connection:
        cursor = connection.execute(f"select * from {table}")
        names = [one.name for one in cursor.description or ()]
        listed = ", ".join(f'"{name}"::text' for name in names)
        return [dict(zip(names, row, strict=True)) for row in connection.execute(f"select {listed} from {table}")]


@pytest.mark.parametrize("policy", [ferry, policies()["medical-assistance"]], ids=lambda policy: policy.name)
def test_a_table_comes_to_what_its_cases_come_to(policy: Policy, city: str, tmp_path: Path) -> None:
    table = drawn(policy, 21, 60)
    told = expected(table)
    written(city, table)
    report = run(Job(policy, f"{city}#given", f"{city}#paid"))
    with psycopg.connect(city) as connection:
        rejected = connection.execute("select * from paid_rejected")
        names = [one.name for one in rejected.description or ()]
        found = Drawn(policy, names, [[None if cell is None else str(cell) for cell in row] for row in rejected])
    told.codes = {number - 1: codes for number, codes in told.codes.items()}
    compare(table, told, read(city, "paid"), report, write_csv(tmp_path / "rejected.csv", found))
    assert report.rejected_to == "paid_rejected"
    assert [path.name for path in tmp_path.iterdir()] == ["rejected.csv"]


def test_types_stay_what_they_are(city: str) -> None:
    with psycopg.connect(city) as connection:
        connection.execute(
            'create table given (id bigint, groups text[], cost numeric(12,2), clean boolean, "on" date, weight real, '
            "share numeric(5,2), tags text[], note varchar(40), at timestamp, whole numeric, big double precision)"
        )
        connection.execute(
            "insert into given values (1, '{alone,large}', 1333.33, true, '2026-03-01', 0.1, 12.50, "
            "'{\"a \\\"b\\\" \\\\\",c}', '', '2026-03-01 10:00', 1e30, 0.1), "
            "(2, '{large}', 20, false, '2026-03-02', null, null, null, null, null, null, 'NaN')"
        )
    run(Job(heating, f"{city}#public.given", f"{city}#public.paid", values=("subsidy",)))
    with psycopg.connect(city) as connection:
        types = connection.execute(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = 'paid'::regclass and attnum > 0 order by attnum"
        ).fetchall()
        kept = "id, weight, share, tags, note, at, whole::numeric, big::text"
        same = connection.execute(f"select {kept} from paid except select {kept} from given").fetchall()
        count = connection.execute("select count(*), count(subsidy) from paid").fetchall()
    assert dict(types) | {"subsidy": "numeric(18,2)", "tags": "text[]", "share": "numeric(5,2)"} == dict(types)
    assert dict(types)["at"] == "timestamp without time zone" and dict(types)["weight"] == "real"
    assert not same and count == [(2, 2)]
    loaded = load(heating, f"{city}#given")
    assert loaded.batch.columns["cost"].tolist() == [133333, 2000]
    assert case_on(heating, f"{city}#given", 2).given["cost"] == "20.00"


def test_nothing_is_replaced_unless_it_is_said(city: str, tmp_path: Path) -> None:
    written(city, drawn(heating, 22, 5, odd=0))
    source = f"{city}#given"
    with psycopg.connect(city) as connection:
        connection.execute("create table paid as select 1 as one")
    for target, words in (
        ("paid", "--replace"),
        ("given", "place of the input"),
        ("none.paid", "no schema none"),
    ):
        with pytest.raises(GongbaoError, match=words):
            run(Job(heating, source, f"{city}#{target}"))
    with pytest.raises(GongbaoError, match="no such table"):
        run(Job(heating, f"{city}#nobody", str(tmp_path / "out.csv")))
    assert read(city, "paid") == [{"one": "1"}]
    run(Job(heating, source, f"{city}#paid", replace=True))
    assert len(read(city, "paid")) == 5
    assert not list(tmp_path.iterdir())


def test_a_password_is_never_told(city: str) -> None:
    user = "nobody_at_all"
    host = city.partition("//")[2].rpartition("@")[2] or "/city"
    address = f"postgresql://{user}:top%20secret@{host.lstrip('/') or 'localhost'}" if host[0] != "/" else ""
    address = address or f"postgresql://{user}:topsecret@127.0.0.1:1/city"
    with pytest.raises(GongbaoError) as wrong:
        load(heating, f"{address}#given")
    assert "secret" not in str(wrong.value) and user in str(wrong.value)
