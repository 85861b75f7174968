"""What the documents tell a reader to type works as it stands there."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import psycopg
import pytest

import gongbao.site.settings as settings_of_the_site
from gongbao.cli import main
from gongbao.site import server
from tests import rig
from tests.program import ready

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PRODUCTION = ROOT / "docs" / "running-in-production.md"
GONGBAO = Path(sys.executable).with_name("gongbao")


def _blocks(page: Path, language: str) -> list[str]:
    return [
        re.sub(r"^ {3}", "", block, flags=re.M) if block.startswith("   ") else block
        for block in re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    ]


SESSIONS = [(page, block) for page in PAGES for block in _blocks(page, "console")]


@pytest.mark.parametrize(("page", "block"), SESSIONS, ids=lambda value: value.name if isinstance(value, Path) else "")
def test_commands(page: Path, block: str, tmp_path: Path) -> None:
    """Each line that begins with $ succeeds, one after the other: those of the first page in an empty home."""
    if page.name != "README.md":
        ready(tmp_path)
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


# --- what cannot be run without a server, or without the rights of its keeper

UNRUN = [
    (page, block) for page in PAGES for language in ("sh[^\n]*", "ini", "text") for block in _blocks(page, language)
]
COMMAND = re.compile(r"(?:^|[;&|(]|\bgongbao/\.venv/bin/)\s*(?:[A-Z_]+=\S+\s+)*gongbao (?P<words>[^|;&>\n]+)", re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_are_not_run_are_understood(page: Path) -> None:
    """The command and each of its options exist, in blocks for a server and within sentences."""
    text = page.read_text(encoding="utf-8")
    blocks = "\n".join(block for where, block in UNRUN if where == page)
    for words in COMMAND.findall(blocks.replace("%i", "8001")):
        name, *arguments = shlex.split(words, comments=True)
        command = main.commands.get(name)
        assert command, f"{page.name}: gongbao {words}"
        with command.make_context(name, arguments):
            pass
    for name, rest in re.findall(r"`(?:[A-Z_]+=\S+ )*gongbao ([a-z][a-z-]*)([^`]*)`", text):
        assert name in main.commands, f"{page.name}: gongbao {name}"
        command = main.commands[name]
        if isinstance(command, click.Group) and (words := rest.split()):
            command = command.commands[words[0]]
        options = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        for option in re.findall(r"(?<!\S)--[a-z-]+", rest):
            assert option in {*options, "--help", "--debug"}, f"{page.name}: gongbao {name} {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_can_do_what_is_told(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    text = page.read_text(encoding="utf-8")
    told = set(re.findall(r"`make ([a-z-]+)", text)) | set(
        re.findall(r"^make ([a-z-]+)", "\n".join(_blocks(page, "sh")))
    )
    assert told <= targets, page.name


KNOWN = set(re.findall(r"\b(?:GONGBAO_[A-Z_]+|DATABASE_URL)\b", settings_of_the_site.__doc__ or ""))
OF_TESTS = {"GONGBAO_CHROMIUM", "GONGBAO_GAZETTES", "GONGBAO_TEST_ON", "GONGBAO_TEST_DATABASE_URL"}


def test_the_environment_is_told_as_it_is() -> None:
    """Each variable that a page names is read, and each that is read stands on the page for those who keep a site."""
    for page in PAGES:
        named = set(re.findall(r"\bGONGBAO_[A-Z_]+\b", page.read_text(encoding="utf-8")))
        assert named <= KNOWN | OF_TESTS, page.name
    assert len(KNOWN) > 5
    told = PRODUCTION.read_text(encoding="utf-8")
    assert not [name for name in KNOWN if f"`{name}`" not in told]


def test_the_proxy_lets_through_what_the_server_takes() -> None:
    (block,) = _blocks(PRODUCTION, "nginx")
    sizes = [int(size) * 1024 * 1024 for size in re.findall(r"client_max_body_size (\d+)m;", block)]
    assert sizes == [server.LARGEST_FORM, server.LARGEST_CASE, server.LARGEST_BODY]


def test_the_places_that_the_threat_model_names_are_there() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    folder = ROOT / "src" / "gongbao"
    before, count = folder, 0
    for name, members in re.findall(r"`([\w/]+\.py)`((?:: `\w+`)?(?:, `\w+`)*)", text):
        path = folder / name if (folder / name).exists() else before / name
        assert path.exists(), name
        before, code = path.parent, path.read_text(encoding="utf-8")
        for member in re.findall(r"`(\w+)`", members):
            assert re.search(rf"(?:def|class) {member}\b|^{member} = ", code, re.M), f"{name}: {member}"
            count += 1
    assert count > 15
    for name in re.findall(r"tests/[\w/]+\.py", text):
        assert (ROOT / name).exists(), name


@pytest.mark.django_db
@pytest.mark.postgres
def test_a_backup_can_be_restored(tmp_path: Path) -> None:
    """The blocks for saving, restoring and proving, as they stand there, from one database into another."""
    for program in ("pg_dump", "pg_restore", "psql"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not on this machine")
    (saving,), (restoring,), (proving,) = (_blocks(PRODUCTION, f"sh {what}") for what in ("backup", "restore", "proof"))
    server_of_tests = rig.postgres_url().rpartition("/")[0]
    names = [f"gongbao_docs_{os.getpid()}_{which}" for which in ("saved", "restored")]
    (tmp_path / "backup").mkdir()

    def run(block: str, which: int, *, whole: bool = True) -> str:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GONGBAO_")}
        environment |= {
            "BACKUP": str(tmp_path / "backup"),
            "DATABASE_URL": f"{server_of_tests}/{names[which]}",
            "GONGBAO_HOME": str(tmp_path / names[which]),
            "GONGBAO_ENV": "production",
            "GONGBAO_SECRET_KEY": "".join(map(chr, range(40, 120))),
            "GONGBAO_HOSTS": "gazette.example.gov.cn",
            "PATH": f"{GONGBAO.parent}{os.pathsep}{os.environ['PATH']}",
        }
        (tmp_path / names[which]).mkdir(exist_ok=True)
        command = ["bash", "-euo" if whole else "-uo", "pipefail", "-c", block]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 or not whole, done.stderr
        return done.stdout

    with psycopg.connect(f"{server_of_tests}/postgres", autocommit=True) as connection:
        try:
            for name in names:
                connection.execute(f'create database "{name}"')
            run("gongbao migrate; gongbao ingest src/gongbao/sample/gazette.txt", 0)
            run(saving, 0)
            run(restoring, 1)
            proofs = [run(proving, which).splitlines() for which in (0, 1)]
            assert len(proofs[0]) == 1, "something is missing"
            assert proofs[0] == proofs[1]
            # And it says so where something is missing.
            (kept,) = (path for path in (tmp_path / names[1] / "files").rglob("*") if path.is_file())
            kept.rename(kept.with_name("other"))
            assert "missing: " in run(proving, 1, whole=False)
        finally:
            for name in names:
                connection.execute(f'drop database if exists "{name}" with (force)')
