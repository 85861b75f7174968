"""What the project says of itself: locked dependencies, the install, the rooms."""

import os
import re
import shutil
import subprocess
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.rig import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {name: (ROOT / "requirements" / name).read_text(encoding="utf-8") for name in ("run.txt", "dev.txt")}


def locked(text: str) -> dict[str, str]:
    """Name -> version of every requirement; the line is the whole entry with its hashes."""
    found = {}
    joined = re.sub(r"\\\n\s*", "", text)
    for line in joined.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = re.fullmatch(r"([a-z0-9][a-z0-9.-]*)==([^\s;]+)( ; [^-]+?)?((?:\s*--hash=sha256:[0-9a-f]{64})+)", line)
        assert match, f"not a pinned requirement with its hashes: {line[:80]}"
        found[match[1]] = match[2]
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address_and_every_entry_is_pinned_and_hashed(name):
    assert not re.search(r"://|--index|--extra|--find|--trusted|@ ", LOCKS[name])
    assert len(locked(LOCKS[name])) > 10


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("run.txt", PROJECT["project"]["dependencies"]),
        ("dev.txt", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_a_lock_holds_what_the_project_asks_for(name, wanted):
    versions = locked(LOCKS[name])
    for requirement in map(Requirement, wanted):
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement} is not locked: make lock"
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}: make lock"


def test_both_locks_agree():
    both = locked(LOCKS["dev.txt"])
    assert locked(LOCKS["run.txt"]).items() <= both.items()


def test_install_does_nothing_when_nothing_changed(tmp_path):
    """Asked of make on a copy whose environment is only a stamp, so nothing is installed."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    messages = tmp_path / "src/gongbao/locale/zh_Hans/LC_MESSAGES"
    sources = [
        tmp_path / "pyproject.toml",
        tmp_path / "requirements/dev.txt",
        messages / "django.po",
    ]
    results = [tmp_path / ".venv/bin/.installed", messages / "django.mo"]

    def touch(path, time):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (time, time))

    def something_to_do():
        asked = subprocess.run(["make", "--question", "install"], cwd=tmp_path, env={"PATH": os.environ["PATH"]})
        assert asked.returncode in (0, 1)
        return asked.returncode == 1

    for path in sources:
        touch(path, 1000)
    assert something_to_do()
    for number, path in enumerate(results):
        touch(path, 2000 + number)
    assert not something_to_do()
    for path in sources:
        touch(path, 3000)
        assert something_to_do(), path
        touch(path, 1000)
    assert not something_to_do()


def test_every_lower_room_is_kept_free_of_django_and_strictly_typed():
    lower = [room for room in ("core", "gazette", "rules", "procedures") if (ROOT / "src/gongbao" / room).is_dir()]
    assert lower[:2] == ["core", "gazette"]
    contracts = {contract["type"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}
    assert {f"gongbao.{room}" for room in lower} <= set(contracts["forbidden"]["source_modules"])
    assert PROJECT["tool"]["mypy"]["strict"] is True
    for relaxed in PROJECT["tool"]["mypy"]["overrides"]:
        for room in lower:
            assert not any(module.startswith(f"gongbao.{room}") for module in relaxed["module"])


def test_what_is_drawn_at_the_first_run_is_not_kept_in_the_repository():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/var/", "/.venv/", "*.mo"} <= set(ignored)
