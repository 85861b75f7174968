"""DuckDB: the same SQL over BIGINT fen and over DECIMAL yuan; only how a share is taken and rounded differs."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.population import data

_AID = """
CREATE OR REPLACE TABLE found AS
WITH basic AS (
    SELECT p.*, referred AND in_province AS may_have_more, f.most, s.most AS other_most,
        least(share(greatest(inpatient - f.threshold, 0), f.inpatient_rate) + share(outpatient, f.outpatient_rate),
            f.most) AS paid,
        least(share(greatest(inpatient - s.threshold, 0), s.inpatient_rate) + share(outpatient, s.outpatient_rate),
            s.most) AS other_paid
    FROM persons p
        JOIN terms f ON f.category = p.first
        LEFT JOIN terms s ON s.category = p.second
), total AS (
    SELECT n,
        paid + CASE WHEN paid = most AND may_have_more
            THEN least(share(greatest(inpatient + outpatient - paid - {line}, 0), {rate}), {most})
            ELSE 0 END AS paid,
        other_paid + CASE WHEN other_paid = other_most AND may_have_more
            THEN least(share(greatest(inpatient + outpatient - other_paid - {line}, 0), {rate}), {most})
            ELSE 0 END AS other
    FROM basic
)
SELECT n, coalesce(greatest(paid, other), paid) AS total FROM total
"""
_VISITS = """
CREATE OR REPLACE TABLE found AS
WITH told AS (
    SELECT v.*, i.status = 1 OR coalesce(v.date >= i.retired_from, false) AS retired,
        CASE WHEN i.status <> 4 AND designated AND settled_directly AND NOT during_inpatient_stay AND NOT suspended
        THEN cost ELSE 0 END AS covered
    FROM visits v JOIN insured i USING (person)
), of_the_day AS (
    SELECT *, sum(covered) OVER (PARTITION BY person, date, institution ORDER BY n ROWS UNBOUNDED PRECEDING)::{kind}
        AS so_far
    FROM told
), shared AS (
    SELECT n, person, retired,
        share(covered - (least(so_far, d.most) - least(so_far - covered, d.most)), r.rate) AS share
    FROM of_the_day JOIN deductibles d USING (level) JOIN rates r USING (level, retired)
), running AS (
    SELECT n, retired, share,
        sum(CASE WHEN retired THEN 0 ELSE share END) OVER w::{kind} AS employed,
        sum(CASE WHEN retired THEN share ELSE 0 END) OVER w::{kind} AS after
    FROM shared WINDOW w AS (PARTITION BY person ORDER BY n ROWS UNBOUNDED PRECEDING)
)
SELECT n, CASE WHEN retired THEN least(used, {retired}) - least(used - share, {retired})
    ELSE least(used, {employed}) - least(used - share, {employed}) END AS paid
FROM (SELECT *, CASE WHEN retired THEN least(employed, {employed}) + after ELSE employed END AS used FROM running)
"""


class _Engine:
    version = f"DuckDB {duckdb.__version__}"
    keeps = True
    kind = "BIGINT"
    policy = data.AID

    def __init__(self, folder: Path) -> None:
        self.folder, self.figures = folder, data.figures(folder, self.policy)

    def build(self) -> None:
        self.database = duckdb.connect()
        self.database.execute(f"CREATE MACRO share(amount, rate) AS {self._share()}")
        self.tables()

    def tables(self) -> None:
        raise NotImplementedError

    def _share(self) -> str:
        return "(amount * rate + 50) // 100" if self.kind == "BIGINT" else "round(amount * rate, 2)"

    def amount(self, fen: int | str) -> str:
        """Fen as the kind of number that is computed with."""
        return f"({fen})::BIGINT" if self.kind == "BIGINT" else f"(({fen})::DECIMAL(18, 0) / 100)::{self.kind}"

    def rate(self, hundredths: int) -> str:
        return f"{hundredths}::BIGINT" if self.kind == "BIGINT" else f"({hundredths / 100:.2f})::DECIMAL(3, 2)"

    def take(self, name: str, columns: data.Columns, amounts: tuple[str, ...]) -> None:
        """A table of these columns, the amounts among them as the kind that is computed with."""
        self.database.register("given", {key: np.ascontiguousarray(column) for key, column in columns.items()})
        as_kind = ", ".join(f"{self.amount(one)} AS {one}" for one in amounts)
        all_of_it = f"* REPLACE ({as_kind})" if amounts else "*"
        self.database.execute(f"CREATE TABLE {name} AS SELECT {all_of_it} FROM given")
        self.database.unregister("given")

    def run(self) -> Any:
        self.database.execute(self.query)

    query = ""


class Persons(_Engine):
    def tables(self) -> None:
        columns = data.read(self.folder / "persons")
        # A join gives rows in any order: n says whose they are.
        self.take("persons", columns | {"n": np.arange(len(columns["inpatient"]))}, ("inpatient", "outpatient"))
        of = self.figures
        rows = ", ".join(
            f"({n}, {self.amount(of['threshold'][n])}, {self.rate(of['inpatient_rate'][n])},"
            f" {self.rate(of['outpatient_rate'][n])}, {self.amount(of['limit'][n])})"
            for n in range(6)
        )
        self.database.execute(
            f"CREATE TABLE terms AS FROM (VALUES {rows}) t(category, threshold, inpatient_rate, outpatient_rate, most)"
        )
        self.query = _AID.format(
            line=self.amount(of["supplementary_line"]),
            rate=self.rate(of["supplementary_rate"]),
            most=self.amount(of["supplementary_limit"]),
        )

    def result(self, found: Any) -> Any:
        hundredths = "total" if self.kind == "BIGINT" else "(total * 100)::BIGINT"
        return self.database.execute(f"SELECT {hundredths} AS total FROM found ORDER BY n").fetchnumpy()["total"]


class Visits(_Engine):
    policy = data.POOLING

    def tables(self) -> None:
        columns = data.read(self.folder / "visits")
        self.take("visits", columns | {"n": np.arange(len(columns["cost"]))}, ("cost",))
        insured = data.read(self.folder / "insured")
        self.take("people", insured | {"person": np.arange(len(insured["status"]))}, ())
        self.database.execute(
            "CREATE TABLE insured AS SELECT person, status, CASE WHEN retired_on >= 0 THEN date_diff('day', "
            "DATE '1970-01-01', date_trunc('month', DATE '1970-01-01' + retired_on) + INTERVAL 1 MONTH) END "
            "AS retired_from FROM people"
        )
        of = self.figures
        deductibles = ", ".join(f"({level}, {self.amount(most)})" for level, most in enumerate(of["deductible"]))
        rates = ", ".join(f"({n // 2}, {n % 2 == 1}, {self.rate(rate)})" for n, rate in enumerate(of["rate"]))
        self.database.execute(f"CREATE TABLE deductibles AS FROM (VALUES {deductibles}) t(level, most)")
        self.database.execute(f"CREATE TABLE rates AS FROM (VALUES {rates}) t(level, retired, rate)")
        employed, retired = (self.amount(most * of["limit_share"] // 100) for most in of["limit"])
        self.query = _VISITS.format(kind=self.kind, employed=employed, retired=retired)

    def result(self, found: Any) -> Any:
        hundredths = "paid" if self.kind == "BIGINT" else "(paid * 100)::BIGINT"
        return self.database.execute(f"SELECT {hundredths} AS paid FROM found ORDER BY n").fetchnumpy()["paid"]


class PersonsInDecimal(Persons):
    kind = "DECIMAL(12, 2)"


ENGINES = {
    "persons": Persons,
    "visits": Visits,
    "persons in DECIMAL": PersonsInDecimal,
}
