"""Policies: how long importing them, a case, and many lines take: `python -m benchmarks.computing`."""

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from benchmarks.processes import run

_DISTRICTS = (
    ("魏都区", "建安区", "城乡一体化示范区", "经济技术开发区", "东城区"),
    ("禹州市", "长葛市", "鄢陵县", "襄城县"),
)


def cases() -> dict[str, tuple[str, dict[str, Any]]]:
    """A case of each of the three main policies, invented: what it is, and its facts."""
    visit = {"designated": True, "settled_directly": True, "during_inpatient_stay": False, "suspended": False}
    levels = ("primary", "secondary", "tertiary")
    visits = [
        {
            "date": f"2023-{1 + n // 2:02}-{3 + n % 2 * 9:02}",
            "institution": f"institution {n % 3}",
            "level": levels[n % 3],
            "in_scope_cost": f"{100 + n * 7}.35",
            **visit,
        }
        for n in range(20)
    ]
    units = [
        {
            "unit": name,
            "pm25": f"{38 + n}.4",
            "pm25_last_year": f"{41 + 2 * n}",
            "pm10": f"{80 + n}",
            "pm10_last_year": "85",
            "good_days": 20 + n % 5,
            "pm25_target": "44",
            "pm10_target": "84",
            "good_days_target": 21,
        }
        for n, name in enumerate(name for group in _DISTRICTS for name in group)
    ]
    person = {
        "categories": ["near_subsistence", "subsistence_allowance"],
        "inpatient_self_pay": "81234.56",
        "outpatient_self_pay": "12000.10",
        "standard_referral": True,
        "in_province": True,
        "on": "2022-06-01",
    }
    return {
        "medical-assistance": ("one person of two categories", person),
        "outpatient-pooling": (
            "twenty visits",
            {"year": 2023, "status": "active", "retired_on": "2023-08-15", "visits": visits},
        ),
        "air-compensation": ("nine units", {"month": "2023-01", "city_pays_province": False, "units": units}),
    }


def measured(runs: int, lines: int) -> dict[str, Any]:
    begin = time.perf_counter()
    from gongbao.rules import compute
    from gongbao.systems import policies

    found = policies()
    imported = time.perf_counter() - begin
    out = []
    for name, (about, facts) in cases().items():
        times: dict[bool, list[float]] = {False: [], True: []}
        size = 0
        for explained, kept in times.items():
            for turn in range(runs + 1):
                start = time.perf_counter()
                answer = compute(found[name], facts).as_json(explain=explained)
                if turn:  # the first puts together what is said of each rule
                    kept.append((time.perf_counter() - start) * 1000)
            size = len(json.dumps(answer, ensure_ascii=False).encode())
        out.append({"policy": name, "about": about, "plain": times[False], "explained": times[True], "bytes": size})
    return {"import": imported, "policies": len(found), "cases": out, "lines": lines, "seconds": _command(lines)}


def _command(lines: int) -> float:
    """Seconds that `gongbao compute` takes for so many cases."""
    given = (json.dumps(cases()["medical-assistance"][1]) + "\n") * lines
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "from gongbao.cli import run; run()", "compute", "medical-assistance", "-", "--json"],
        input=given.encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - begin


def of_policies(runs: int, lines: int) -> dict[str, Any]:
    """The same, in a process of its own."""
    return run("benchmarks.computing", "--runs", str(runs), "--lines", str(lines))  # type: ignore[no-any-return]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--lines", type=int, default=10_000)
    options = parser.parse_args()
    print(json.dumps(measured(options.runs, options.lines)))
