"""The pictures in docs/ can be taken again."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest

from docs.pictures.make import DESK_PICTURES, FOLDER, PICTURES, WIDTH
from tests import rig
from tests.program import PATIENCE


@pytest.mark.browser
def test_the_pictures_are_made_again(tmp_path: Path) -> None:
    rig.need("chromium")
    # A process of its own: playwright's plain interface does not run twice in one.
    done = subprocess.run(
        [sys.executable, "-m", "docs.pictures.make", str(tmp_path)],
        cwd=rig.ROOT,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert {path.stem for path in tmp_path.glob("*.png")} == {*PICTURES, *DESK_PICTURES}
    for path in tmp_path.glob("*.png"):
        # Not held byte by byte against those that are kept: another machine has other fonts.
        assert _size(path) == _size(FOLDER / path.name)


def _size(path: Path) -> tuple[int, ...]:
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.png")), ids=lambda path: path.stem)
def test_a_picture_is_small_and_shown_somewhere(path: Path) -> None:
    assert path.stem in {*PICTURES, *DESK_PICTURES}, "no script makes it"
    assert _size(path)[0] == WIDTH
    assert path.stat().st_size <= 150_000
    pages = [rig.ROOT / "README.md", *(rig.ROOT / "docs").glob("*.md")]
    assert any(f"pictures/{path.name})" in page.read_text(encoding="utf-8") for page in pages), "no page shows it"
