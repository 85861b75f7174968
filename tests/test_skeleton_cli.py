"""The frame of the `gongbao` command: its help, and how it ends when something goes wrong."""

import json
import os
import stat
import subprocess
import sys

import click
import pytest

from gongbao import SCHEMA_VERSION, __version__, cli
from gongbao.core.errors import GongbaoError
from tests.program import PROGRAM, environment, gongbao


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs one command line in this process, with a few commands that end badly in each way."""

    def add(name, body, *parameters):
        command = cli.Command(name, callback=body, section=cli.DEVELOPING, params=list(parameters))
        monkeypatch.setitem(cli.main.commands, name, command)

    def raising(error):
        def body():
            raise error

        return body

    add("refuse", raising(GongbaoError("这份文件\n读不了", where="a.txt")))
    add("break", raising(ValueError("first\nsecond")))
    add("interrupt", raising(KeyboardInterrupt()))
    add("print", lambda name: click.echo(name), click.Argument(["name"]))

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.run(arguments)
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def test_a_refusal_is_one_line_and_exit_1(run):
    assert run("refuse") == (1, "", "gongbao: a.txt: 这份文件 读不了\n")


def test_a_fault_is_one_line_that_says_how_to_see_where(run):
    code, out, err = run("break")
    assert (code, out) == (70, "")
    assert err == "gongbao: internal error: ValueError: first second (run again with --debug to see where)\n"


@pytest.mark.parametrize("line", [["--debug", "break"], ["break", "--debug"]])
def test_debug_shows_where_wherever_it_stands(run, line):
    code, _, err = run(*line)
    assert code == 70
    assert err.startswith("Traceback (most recent call last)")
    assert err.splitlines()[-1] == "gongbao: internal error: ValueError: first second"


def test_debug_after_a_lone_dash_dash_is_a_name(run):
    assert run("print", "--", "--debug") == (0, "--debug\n", "")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["no-such-command"], "gongbao: No such command 'no-such-command' (see gongbao --help)\n"),
        (["refuse", "--wrong"], "gongbao: No such option '--wrong' (see gongbao refuse --help)\n"),
        (["print"], "gongbao: Missing argument 'NAME' (see gongbao print --help)\n"),
        (["refuse", "surplus"], "gongbao: Got unexpected extra argument (surplus) (see gongbao refuse --help)\n"),
    ],
)
def test_a_mistake_in_the_command_line_is_one_line_and_exit_2(run, line, told):
    assert run(*line) == (2, "", told)


def test_ctrl_c_is_quiet(run):
    code, out, err = run("interrupt")
    assert (code, out, err.strip()) == (130, "", "")


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    process = subprocess.Popen(
        [PROGRAM, "--help"], env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_help_says_what_it_is_and_lists_every_command_once(run):
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    assert "公报" in out
    for name, _ in cli.ENVIRONMENT:
        assert name in out
    for command in cli.main.list_commands(click.Context(cli.main)):
        assert sum(line.split()[:1] == [command] for line in out.splitlines()) == 1, command
    assert run()[1] == out


def test_every_command_has_help_and_those_that_print_take_json():
    # `django` prints what Django prints, and the others hand out a file.
    told_in_no_json = ("django", "export", "checkpoint")
    for group, name, command in every_command():
        assert command.help, (group, name)
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options or name in told_in_no_json, (group, name)


def every_command():
    """Group ("" for none), name and command, those of groups with them."""
    for name, command in cli.main.commands.items():
        if isinstance(command, click.Group):
            yield from ((name, below, one) for below, one in command.commands.items())
        else:
            yield "", name, command


def test_help_needs_no_django_and_no_home(tmp_path):
    code = (
        "import sys; from gongbao import cli\n"
        "try: cli.run(['--help'])\n"
        "except SystemExit: pass\n"
        "print('django' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path / "home"), capture_output=True, text=True
    )
    assert done.stderr == "False\n"
    assert not (tmp_path / "home").exists()


def test_version(run):
    assert run("--version") == (0, f"gongbao {__version__}\n", "")


# --- the home


def test_the_home_is_made_with_a_key_that_only_its_owner_reads(tmp_path):
    home = tmp_path / "new" / "home"
    done = gongbao(home, "migrate", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["schema_version"] == SCHEMA_VERSION
    assert any(name.startswith("auth.") for name in told["migrations"])
    assert (home / "db.sqlite3").stat().st_size > 0
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    key = (home / "secret_key").read_text()
    assert len(key.strip()) >= 50

    again = gongbao(home, "migrate", "--json")
    assert json.loads(again.stdout)["migrations"] == []
    assert (home / "secret_key").read_text() == key
    assert sorted(path.name for path in home.iterdir() if path.name.startswith("secret_key")) == ["secret_key"]


def test_the_home_is_var_when_nothing_is_said(tmp_path):
    environ = environment(tmp_path)
    del environ["GONGBAO_HOME"]
    subprocess.run([PROGRAM, "migrate"], env=environ, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "var" / "db.sqlite3").exists()


def test_a_home_that_cannot_be_made_is_told_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    done = gongbao(tmp_path / "file" / "home", "migrate")
    assert done.returncode == 1
    assert done.stderr.startswith(f"gongbao: cannot make the folder {tmp_path / 'file' / 'home'}: ")
    assert done.stderr.count("\n") == 1


def test_an_empty_key_file_is_told_in_words(tmp_path):
    (tmp_path / "secret_key").write_text("")
    done = gongbao(tmp_path, "migrate")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "secret_key is empty" in done.stderr


def test_a_database_file_that_is_none_is_told_in_words(tmp_path):
    (tmp_path / "db.sqlite3").write_text("这不是数据库" * 100)
    done = gongbao(tmp_path, "migrate")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "gongbao: the database cannot be used: file is not a database\n"
    assert (tmp_path / "db.sqlite3").read_text() == "这不是数据库" * 100


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://somebody:hidden@127.0.0.1/x", "must begin with postgresql://"),
        ("nonsense", "DATABASE_URL"),
        ("postgresql://somebody:hidden@127.0.0.1:1/x", "the database cannot be used: "),
    ],
)
def test_a_wrong_database_url_is_one_line_without_the_password(tmp_path, url, told):
    done = gongbao(tmp_path, "migrate", DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert "hidden" not in done.stderr


def test_django_commands_run_through_gongbao(tmp_path):
    done = gongbao(tmp_path, "django", "diffsettings", "--all")
    assert done.returncode == 0, done.stderr
    assert "LANGUAGE_CODE = 'zh-hans'" in done.stdout
    assert os.listdir(tmp_path) == ["secret_key"]
