"""gongbao's own columns: NumPy and Numba, for what is asked alone, and with every value in between."""

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.population import data
from gongbao import __version__
from gongbao.rules.columns import Batch, Records, in_numpy, program_of
from gongbao.rules.columns.batch import PLACE
from gongbao.rules.run import Labels
from gongbao.rules.what_if import Population, Reform, compare
from gongbao.rules.what_if.population import alike_together
from gongbao.systems import policies


def columns_folder(folder: Path) -> Path:
    """Where what is compiled stays, for all the engines of a run."""
    (folder / "columns").mkdir(exist_ok=True)
    return folder / "columns"


def persons(columns: data.Columns) -> Batch:
    """The facts of medical assistance, in the smallest integers that hold them."""
    second = np.where(columns["second"] == data.NONE, 0, 1 << np.maximum(columns["second"], 0))
    return Batch(
        len(second),
        {
            "categories": ((1 << columns["first"]) | second).astype(np.uint8),
            "inpatient_self_pay": columns["inpatient"].astype(np.int32),
            "outpatient_self_pay": columns["outpatient"].astype(np.int32),
            "standard_referral": columns["referred"],
            "in_province": columns["in_province"],
            "on": columns["on"],
        },
    )


def visits(columns: data.Columns, insured: data.Columns) -> Batch:
    """The facts of the pooling of outpatient costs; the visits stand by person and day."""
    people = len(insured["status"])
    starts = np.searchsorted(columns["person"], np.arange(people + 1, dtype=columns["person"].dtype))
    given = insured["retired_on"] != data.NONE
    place = np.arange(len(columns["person"])) - starts[columns["person"]]
    held = {
        "date": columns["date"],
        "institution": columns["institution"],
        "level": columns["level"],
        "in_scope_cost": columns["cost"].astype(np.int32),
        **{name: columns[name] for name in ("designated", "settled_directly", "during_inpatient_stay", "suspended")},
        PLACE: place.astype(np.int32),
    }
    return Batch(
        people,
        {
            "year": np.full(people, data.YEAR, np.int32),
            "status": insured["status"],
            "retired_on": np.where(given, insured["retired_on"], 0),
            "retired_on?": given,
        },
        {"visits": Records(starts, held)},
    )


def batch_of(folder: Path, policy: str) -> Batch:
    if policy == data.AID:
        return persons(data.read(folder / "persons"))
    return visits(data.read(folder / "visits"), data.read(folder / "insured"))


class _Engine:
    version = f"gongbao {__version__}"
    keeps = True
    policy, value = data.AID, "total_aid"
    names: tuple[str, ...] | None = ("total_aid",)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def build(self) -> None:
        self.batch = self.read()
        self.program = program_of(policies()[self.policy])
        self.settings = self.program.settings(self.program.policy.figure_table)

    def read(self) -> Batch:
        return batch_of(self.folder, self.policy)

    def run(self) -> Any:
        return in_numpy.compute(self.program, self.settings, self.batch, self.names)

    def result(self, found: Any) -> Any:
        if found.doubtful.any():
            raise ValueError(f"{int(found.doubtful.sum())} cases are left to compute")
        return found.of[self.value]


class _InNumba(_Engine):
    def build(self) -> None:
        super().build()
        self.run()  # compiles, unless another engine has

    def run(self) -> Any:
        from gongbao.rules.columns import in_numba

        folder = columns_folder(self.folder)
        return in_numba.compute(self.program, self.settings, self.batch, self.names, folder=folder)


class _OfVisits(_Engine):
    policy, value = data.POOLING, "pooled_fund_pays"
    names = ("pooled_fund_pays",)


class _All(_Engine):
    names = None


class _Persons(_Engine):
    pass


class _PersonsInNumba(_InNumba):
    pass


class _AllOfPersonsInNumba(_All, _InNumba):
    pass


class _VisitsInNumba(_OfVisits, _InNumba):
    pass


class _AllOfVisitsInNumba(_All, _OfVisits, _InNumba):
    pass


class _VisitsAsTheyCome(_VisitsInNumba):
    """Visits in the order of their days, as a year's files bring them: put into order by person first."""

    def read(self) -> Batch:
        columns = data.read(self.folder / "visits")
        arrived = np.argsort(columns["date"], kind="stable")
        self.columns = {name: column[arrived] for name, column in columns.items()}
        self.insured = data.read(self.folder / "insured")
        return self.in_order()

    def in_order(self) -> Batch:
        person, day = self.columns["person"].astype(np.int64), self.columns["date"]
        # Person, day and arrival as one number of 62 bits at most: numbers are sorted faster than their places.
        width = max(len(person) - 1, 1).bit_length()
        key = ((person << 9 | (day - day.min())) << width) | np.arange(len(person))
        key.sort()
        order = key & ((1 << width) - 1)
        return visits({name: column[order] for name, column in self.columns.items()}, self.insured)

    def run(self) -> Any:
        self.batch = self.in_order()
        return super().run()


class _WhatIf(_Engine):
    """Another rate each time, as if somebody moved a slider: who gains and who loses, in all and by dimensions."""

    by = ("category", "district", "inpatient_self_pay")

    def engine(self) -> Any:
        return None

    def build(self) -> None:
        super().build()
        districts = data.read(self.folder / "persons")["district"].astype(np.int32)
        labels = Labels(districts, [f"district {number}" for number in range(data.DISTRICTS)])
        policy = self.program.policy
        self.population = Population(
            policy, *alike_together(policy, self.batch, {"district": labels}), engine=self.engine()
        )
        self.moves = 0
        self.run()  # what they come to today, and what they are told apart by

    def run(self) -> Any:
        self.moves += 1
        reform = Reform(figures={"inpatient_rate[subsistence_allowance]": f"{70 + self.moves / 4:.2f}%"})
        return compare(self.population, reform, self.value, by=self.by)

    def result(self, found: Any) -> Any:
        """The sum of what all come to today."""
        return np.array([found.outcome.total.before])


class _WhatIfInNumba(_WhatIf):
    def engine(self) -> Any:
        from gongbao.rules.columns import in_numba

        folder = columns_folder(self.folder)
        calls = {name: partial(getattr(in_numba, name), folder=folder) for name in ("compute", "tally")}
        return SimpleNamespace(**calls)


ENGINES = {
    "persons": _Persons,
    "persons in Numba": _PersonsInNumba,
    "persons, a what-if": _WhatIf,
    "persons in Numba, a what-if": _WhatIfInNumba,
    "persons in Numba, all": _AllOfPersonsInNumba,
    "visits": _OfVisits,
    "visits in Numba": _VisitsInNumba,
    "visits in Numba, all": _AllOfVisitsInNumba,
    "visits as they come": _VisitsAsTheyCome,
}
