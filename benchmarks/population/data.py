"""Persons and visits, invented: the same each time for a seed. Amounts are whole fen, days are counted from 1970.

`persons` for medical assistance: one row each. `visits` for the pooling of outpatient costs: one row each, person by
person and day by day, and a table of the insured. `figures` writes the figures of both policies for those who cannot
ask gongbao.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

Columns = dict[str, np.ndarray[Any, Any]]

AID, POOLING = "medical-assistance", "outpatient-pooling"
NONE = -1
YEAR = 2023
DISTRICTS = 9
_JANUARY = 19358  # 2023-01-01
_INSTITUTIONS = 240
_A_PERSONS_VISITS = 9  # on average


def persons(count: int, seed: int = 1) -> Columns:
    """`first` and `second` (or NONE) are places in the class of categories; one in twelve has a second."""
    draw = np.random.default_rng(seed)
    first = draw.choice(6, count, p=(0.1, 0.42, 0.14, 0.12, 0.12, 0.1)).astype(np.int8)
    other = ((first + draw.integers(1, 6, count)) % 6).astype(np.int8)
    second = np.where(draw.random(count) < 1 / 12, other, np.int8(NONE)).astype(np.int8)
    return {
        "first": first,
        "second": second,
        "inpatient": _costs(draw, count, 0.45, 12_000),
        "outpatient": _costs(draw, count, 0.6, 1_500),
        "referred": draw.random(count) < 0.8,
        "in_province": draw.random(count) < 0.9,
        "on": (_JANUARY + draw.integers(0, 365, count)).astype(np.int32),
        "district": draw.integers(0, DISTRICTS, count).astype(np.int8),
    }


def _costs(draw: np.random.Generator, count: int, share: float, middle: int) -> np.ndarray[Any, Any]:
    """Fen: nought for those without costs, else spread widely around the middle (yuan)."""
    yuan = middle * np.exp(draw.standard_normal(count, np.float32) * np.float32(1.1))
    return np.where(draw.random(count, np.float32) < share, np.minimum(yuan * 100, 1e8), 0).astype(np.int64)


def visits(count: int, seed: int = 1) -> tuple[Columns, Columns]:
    """The visits, and the insured: `status` is a place in the class of statuses, `retired_on` a day or NONE."""
    draw = np.random.default_rng(seed)
    people = max(count // _A_PERSONS_VISITS, 1)
    person = np.sort(draw.integers(0, people, count).astype(np.int32))
    day = (_JANUARY + draw.integers(0, 365, count)).astype(np.int32)
    # A code for each person and day, sorted: days then go up within a person.
    day = (np.sort(person.astype(np.int64) * 100_000 + day) % 100_000).astype(np.int32)
    institution = ((person * np.int32(7) + draw.integers(0, 3, count, np.int32) ** 2 * 31) % _INSTITUTIONS).astype(
        np.int32
    )
    # One in fifteen goes on from the visit before: the deductible of that institution and day is shared.
    again = np.nonzero(draw.random(count, np.float32) < 1 / 15)[0]
    again = again[(again > 0) & (person[again] == person[again - 1])]
    day[again], institution[again] = day[again - 1], institution[again - 1]
    status = draw.choice(5, people, p=(0.62, 0.28, 0.05, 0.03, 0.02)).astype(np.int8)
    retires = (status == 0) & (draw.random(people) < 0.04)
    costs = 260 * np.exp(draw.standard_normal(count, np.float32) * np.float32(0.9))
    return (
        {
            "person": person,
            "date": day,
            "institution": institution,
            "level": (institution % 3).astype(np.int8),
            "cost": np.minimum(costs * 100, 1e8).astype(np.int64),
            "designated": draw.random(count, np.float32) < 0.97,
            "settled_directly": draw.random(count, np.float32) < 0.97,
            "during_inpatient_stay": draw.random(count, np.float32) < 0.01,
            "suspended": draw.random(count, np.float32) < 0.01,
        },
        {
            "status": status,
            "retired_on": np.where(retires, _JANUARY + draw.integers(0, 365, people), NONE).astype(np.int32),
        },
    )


def write(folder: Path, columns: Columns) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, column in columns.items():
        np.save(folder / f"{name}.npy", column)


def write_persons(folder: Path, count: int) -> None:
    write(folder / "persons", persons(count))
    write_figures(folder)


def write_visits(folder: Path, count: int) -> None:
    of_each, insured = visits(count)
    write(folder / "visits", of_each)
    write(folder / "insured", insured)
    write_figures(folder)


def read(folder: Path) -> Columns:
    """All columns of a folder, in memory."""
    return {path.stem: np.load(path) for path in sorted(folder.glob("*.npy"))}


def write_figures(folder: Path) -> None:
    """The figures of both policies on the last day of the year, amounts in fen, shares in whole per cent."""
    from datetime import date

    from gongbao.systems import policies

    found: dict[str, Any] = {}
    for name in (AID, POOLING):
        table = policies()[name].figure_table.at(date(YEAR, 12, 31))
        found[name] = {key: _plain(getattr(table, key)) for key in policies()[name].figures.declared()}
    (folder / "figures.json").write_text(json.dumps(found), encoding="utf-8")


def figures(folder: Path, policy: str) -> dict[str, Any]:
    """What `write_figures` wrote of a policy: a number for each key, of two keys the last changes first."""
    written = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    return written[policy]  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    from gongbao.rules import Money

    if isinstance(value, dict):
        return [_plain(one) for one in value.values()]
    number = value.exact * 100 if isinstance(value, Money) else value.exact
    if number % 1:
        raise ValueError(f"{value!r} is not whole")
    return int(number)
