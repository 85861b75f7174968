"""What the documents tell a reader to type works as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
GONGBAO = Path(sys.executable).with_name("gongbao")


def _blocks(page: Path, language: str) -> list[str]:
    return [
        re.sub(r"^ {3}", "", block, flags=re.M) if block.startswith("   ") else block
        for block in re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    ]


SESSIONS = [(page, block) for page in PAGES for block in _blocks(page, "console")]


@pytest.mark.parametrize(("page", "block"), SESSIONS, ids=lambda value: value.name if isinstance(value, Path) else "")
def test_commands(page: Path, block: str, tmp_path: Path) -> None:
    """Each line that begins with $ succeeds, one after the other, in an empty home."""
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "GONGBAO_ENV")}
    environment |= {"GONGBAO_HOME": str(tmp_path), "PATH": f"{GONGBAO.parent}{os.pathsep}{os.environ['PATH']}"}
    commands = re.findall(r"^\s*\$ (.+)$", block, re.M)
    assert commands
    for command in commands:
        done = subprocess.run(
            command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{page.name}: {command}: {done.stderr}"


@pytest.mark.parametrize("page", [page for page in PAGES if _blocks(page, "python")], ids=lambda page: page.name)
def test_python(page: Path) -> None:
    for block in _blocks(page, "python"):
        done = subprocess.run([sys.executable, "-c", block], cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{page.name}: {done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"
