"""pandas: columns of int64 fen, figures picked by place."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.population import data


class Persons:
    version = f"pandas {pd.__version__}"
    keeps = True

    def __init__(self, folder: Path) -> None:
        self.columns, self.figures = data.read(folder / "persons"), data.figures(folder, data.AID)

    def build(self) -> None:
        self.frame = pd.DataFrame(self.columns)

    def run(self) -> Any:
        total = self._aid(self.frame, "first")
        several = self.frame[self.frame["second"] != data.NONE]
        total.loc[several.index] = np.maximum(total.loc[several.index], self._aid(several, "second"))
        return total

    def _aid(self, frame: pd.DataFrame, category: str) -> Any:
        """The aid for one of the categories."""
        of = {
            name: np.take(np.array(self.figures[name]), frame[category])
            for name in ("threshold", "inpatient_rate", "outpatient_rate", "limit")
        }
        inpatient = ((frame["inpatient"] - of["threshold"]).clip(lower=0) * of["inpatient_rate"] + 50) // 100
        outpatient = (frame["outpatient"] * of["outpatient_rate"] + 50) // 100
        basic = np.minimum(inpatient + outpatient, of["limit"])
        beyond = frame["inpatient"] + frame["outpatient"] - basic - self.figures["supplementary_line"]
        more = (beyond.clip(lower=0) * self.figures["supplementary_rate"] + 50) // 100
        more = more.clip(upper=self.figures["supplementary_limit"])
        return basic + more.where((basic == of["limit"]) & frame["referred"] & frame["in_province"], 0)

    def result(self, found: Any) -> Any:
        return found.to_numpy()


class Visits:
    """Limits by running sums: those of the employed end at retirement, and what they came to is used from then on."""

    version = f"pandas {pd.__version__}"
    keeps = True

    def __init__(self, folder: Path) -> None:
        self.columns, self.figures = data.read(folder / "visits"), data.figures(folder, data.POOLING)
        self.insured = data.read(folder / "insured")

    def build(self) -> None:
        self.frame = pd.DataFrame(self.columns)
        self.people = pd.DataFrame(self.insured)

    def run(self) -> Any:
        frame, figures = self.frame, self.figures
        status = self.people["status"].to_numpy()[frame["person"]]
        retired_on = self.people["retired_on"].to_numpy().astype("datetime64[D]")
        from_then = (retired_on.astype("datetime64[M]") + 1).astype("datetime64[D]").astype(np.int64)
        from_then = np.where(self.people["retired_on"] == data.NONE, 2**40, from_then)
        retired = (status == 1) | (frame["date"].to_numpy() >= from_then[frame["person"]])
        covered = (
            (status != 4)
            & frame["designated"]
            & frame["settled_directly"]
            & ~frame["during_inpatient_stay"]
            & ~frame["suspended"]
        )
        cost = frame["cost"].where(covered, 0)
        most = pd.Series(np.take(np.array(figures["deductible"]), frame["level"]), frame.index)
        so_far = cost.groupby([frame["person"], frame["date"], frame["institution"]], sort=False).cumsum()
        deducted = np.minimum(so_far, most) - np.minimum(so_far - cost, most)
        rate = np.array(figures["rate"])[frame["level"] * 2 + retired]
        share = ((cost - deducted) * rate + 50) // 100
        limits = np.array(figures["limit"]) * figures["limit_share"] // 100
        by_person = pd.DataFrame({"employed": share.where(~retired, 0), "all": share}).groupby(
            frame["person"], sort=False
        )
        running = by_person.cumsum()
        employed = np.minimum(running["employed"], limits[0])
        used = (employed + running["all"] - running["employed"]).where(retired, running["employed"])
        limit = limits[retired.astype(np.int8)]
        return np.minimum(used, limit) - np.minimum(used - share, limit)

    def result(self, found: Any) -> Any:
        return found.to_numpy()


ENGINES = {"persons": Persons, "visits": Visits}
