"""What is compiled is kept where nobody else can put something else to be run."""

import os
from pathlib import Path

import numpy as np
import pytest

from gongbao.rules.columns import Batch, program_of
from gongbao.rules.columns.engine import Engine
from tests.rules.country.heating.rules import policy as heating

pytest.importorskip("numba")


@pytest.mark.parametrize("whose", ["writable", "of another"])
def test_a_folder_that_others_write_into_is_not_used(
    whose: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "columns"
    folder.mkdir()
    if whose == "writable":
        folder.chmod(0o777)
    else:
        owner = folder.stat().st_uid
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    program = program_of(heating)
    names = [name for name in ("subsidy",) if name in program.steps]
    batch = Batch(1, {name: np.zeros(1, np.int64) for records, name in program.columns if not records})
    engine = Engine(folder)
    for _ in range(2):
        engine.compute(program, program.settings(heating.figure_table, {}), batch, names)
        assert not engine.wait(60)
    assert "others could put programs into" in caplog.text
    assert list(folder.iterdir()) == []
