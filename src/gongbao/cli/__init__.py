"""The `gongbao` command.

A command is added with `@main.command("name", section=SECTION)`; it raises GongbaoError for what the person can mend,
calls `with_django()` if it needs the database, and prints through `answer()`. Nothing heavy is imported above the
commands, so that `gongbao --help` answers at once.
"""

import os
import sys
import textwrap
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from gongbao import __version__
from gongbao.cli import (
    audit,
    backup,
    cases,
    content,
    draws,
    library,
    market,
    people,
    population,
    procedures,
    rules,
    running,
    whatif,
    worker,
)
from gongbao.cli.printing import EXIT_REFUSED, answer, json_option
from gongbao.core.errors import GongbaoError
from gongbao.sample import GAZETTE

READING = "Reading a gazette"
ASKING = "Asking what it says"
HANDING_OUT = "Handing out"
COMPUTING = "Computing"
DECIDING = "Deciding"
SERVING = "Serving the site"
DEVELOPING = "Developing"
SECTIONS = (READING, ASKING, HANDING_OUT, COMPUTING, DECIDING, SERVING, DEVELOPING)

ENVIRONMENT = (
    ("GONGBAO_HOME", "folder of the embedded database, uploaded files and the secret key (default: var)"),
    ("DATABASE_URL", "a PostgreSQL database instead: postgresql://user:password@host:5432/name"),
    ("GONGBAO_ENV", "`production` turns on the rules of a site that people rely on"),
    ("GONGBAO_SECRET_KEY", "the key that signs sessions; production needs it (or GONGBAO_SECRET_KEY_FILE)"),
    ("GONGBAO_HOSTS", "the names the site answers to, separated by commas; production needs them"),
    ("GONGBAO_PROXY", "address of the proxy in front of the site, if there is one"),
    ("GONGBAO_CACHE", "where counts of requests stand; several processes need a shared one: redis:// or a folder"),
    ("GONGBAO_API_LIMIT", "requests to /api that one address may make in a minute (default: 120)"),
    ("GONGBAO_IDLE_MINUTES", "after how many minutes without a request staff is signed out (default: 30)"),
    ("GONGBAO_OIDC_ISSUER", "a provider of OpenID Connect, with GONGBAO_OIDC_CLIENT_ID and _CLIENT_SECRET(_FILE)"),
    ("GONGBAO_SYSTEMS", "a folder of further policies and procedures, those of another city"),
    ("GONGBAO_CHECKPOINTS", "a folder for the daily checkpoints of the log (default: in the home)"),
    ("GONGBAO_AUDIT_KEY_FILE", "a file with the key that signs them (default: one is drawn into the home)"),
    ("GONGBAO_SMTP_URL", "the server that takes letters (with GONGBAO_MAIL_FROM); without one they wait"),
    ("GONGBAO_LOG_LEVEL", "DEBUG, INFO (default), WARNING or ERROR"),
)

EXIT_USAGE = 2
EXIT_INTERNAL = 70
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 1


class Command(click.Command):
    """A command that says in which part of the help page it stands."""

    def __init__(self, *args: Any, section: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section


class Gongbao(click.Group):
    """The help page: the commands by purpose, in the order they are written, then the environment and examples."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section in SECTIONS:
            rows = [
                (name, command.get_short_help_str(limit=formatter.width))
                for name, command in self.commands.items()
                if getattr(command, "section", DEVELOPING) == section
            ]
            if rows:
                with formatter.section(section):
                    formatter.write_dl(rows)
        with formatter.section("Environment"):
            formatter.write_dl(ENVIRONMENT)


EXAMPLES = """\b
Examples:
  gongbao serve --sample
  gongbao serve --port 8001 issue.txt
  gongbao COMMAND --help
"""


@click.group(
    cls=Gongbao,
    invoke_without_command=True,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option("--debug", is_flag=True, help="Show where an error arose. May stand anywhere in the line.")
@click.version_option(__version__, message="gongbao %(version)s")
@click.pass_context
def main(ctx: click.Context, debug: bool) -> None:
    """gongbao (公报) turns a city's government gazette into running systems.

    A gazette goes in as text; out come its documents, clause by clause, and a site where they are read.
    Every command that prints takes --json. Exit status: 0 done, 1 refused with a reason, 2 a mistake in
    the command line, 70 a fault of the program.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def tell(text: str) -> None:
    """Say on stderr what long work is doing, so that stdout holds the result alone."""
    click.echo(text, err=True)


# --- serving


@main.command("serve", section=SERVING)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on; 0 takes any."
)
@click.option("--sample", is_flag=True, help="Read the sample gazette of an imaginary city first.")
@json_option
def serve(files: Sequence[Path], host: str, port: int, sample: bool, as_json: bool) -> None:
    """Serve the site, after reading FILES into the library.

    The embedded database is created at the first run. Ctrl-C ends the site.
    """
    from gongbao.site import server
    from gongbao.site.prepare import collect_static, ready_to_serve, set_up

    set_up()
    from django.conf import settings

    listener = server.listen(host, port)
    if settings.PRODUCTION:
        collect_static()
    ready_to_serve()
    demo = server.open_demo_accounts(listener) if sample else {}
    if not demo:
        server.shut_demo_accounts()
    if sample or files:
        from gongbao.office.library.actions import ingest_file

        for path in [*([GAZETTE] if sample else []), *files]:
            tell(f"reading {path}")
            ingest_file(path)
    address = server.address_of(listener)
    data = {
        "address": address,
        "demo_accounts": [{"name": name, "password": password} for name, password in demo.items()],
    }
    # On standard output, which is the terminal's; the log goes elsewhere and never holds a password.
    text = "\n".join(
        [
            *_demo_told(demo),
            f"gongbao is at {address} (Ctrl-C ends it)",
        ]
    )
    server.serve(listener, lambda: answer(as_json, data, text))


def _demo_told(demo: dict[str, str]) -> list[str]:
    """What whoever tries the program out needs; they all have one password."""
    if not demo:
        return []
    from gongbao.systems.intermediary_market.sealing.demo import PASSPHRASE, folder

    accounts = textwrap.wrap(f"accounts to try it with: {', '.join(demo)}", 100, break_on_hyphens=False)
    told = [*accounts, f"the password of them all: {next(iter(demo.values()))}"]
    if folder().is_dir():
        told.append(f"the demo custodians' key files, for their page in the browser: {folder()}")
        told.append(f"the pass phrase of these files, which protect nothing but the demonstration: {PASSPHRASE}")
    return told


@main.command("migrate", section=SERVING)
@json_option
def migrate(as_json: bool) -> None:
    """Bring the database to this version's form.

    In production the style sheets and scripts too.
    """
    from gongbao.site import prepare

    prepare.set_up()
    from django.conf import settings

    made = prepare.migrate()
    if settings.PRODUCTION:
        prepare.collect_static()
    text = "\n".join([*made, f"{len(made)} changes made"]) if made else "the database is up to date"
    answer(as_json, {"migrations": made}, text)


@main.command("check-production", section=SERVING)
@json_option
def check_production(as_json: bool) -> None:
    """Say whether this environment may serve people; nothing is changed.

    It reads the environment as `gongbao serve` would with GONGBAO_ENV=production.
    """
    os.environ["GONGBAO_ENV"] = "production"
    from gongbao.site import prepare, production

    prepare.set_up()
    from django.core import checks

    with prepare.answering_database():
        if prepare.pending_migrations():
            raise GongbaoError("the database is not in the form this version needs; run: gongbao migrate")
        production.refuse_demo_accounts()
    prepare.refuse_missing_style_sheets()
    found = [
        f"{message.msg} ({message.id})"
        for message in checks.run_checks(include_deployment_checks=True)
        if message.level >= checks.WARNING and not message.is_silenced()
    ]
    if found:
        raise GongbaoError("; ".join(found))
    answer(as_json, {"production": True}, "this environment may serve people")


# --- developing


@main.command(
    "django",
    section=DEVELOPING,
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def django_command(arguments: Sequence[str]) -> None:
    """Run a management command of Django.

    For instance: gongbao django makemigrations library
    """
    from django.core.management import ManagementUtility

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongbao.site.settings")
    ManagementUtility(["gongbao django", *arguments]).execute()


library.register(main)
content.register(main)
people.register(main)
market.register(main)
audit.register(main)
rules.register(main)
running.register(main)
whatif.register(main)
population.register(main)
procedures.register(main)
worker.register(main)
cases.register(main)
draws.register(main)
backup.register(main)

# --- the one place where errors end


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """The `gongbao` program: runs one command line and exits; whatever goes wrong is one line on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug, rest = _take_debug(given)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a sign is no reason to fail.
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")
    sys.exit(_run(rest, debug))


def _run(arguments: list[str], debug: bool) -> int:
    try:
        code = main.main(arguments, prog_name="gongbao", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (KeyboardInterrupt, click.Abort):
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return _pipe_closed()
    except click.UsageError as error:
        where = f" (see {error.ctx.command_path} --help)" if error.ctx else ""
        return _complain(_one_line(error.format_message()).rstrip(".") + where, EXIT_USAGE, debug)
    except click.ClickException as error:
        return _complain(_one_line(error.format_message()), EXIT_REFUSED, debug)
    except GongbaoError as error:
        return _complain(_one_line(str(error)), EXIT_REFUSED, debug)
    except Exception as error:
        return _fault(error, debug)


def _take_debug(arguments: list[str]) -> tuple[bool, list[str]]:
    """--debug may stand anywhere before a lone `--`, after which everything is a name."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    head = [argument for argument in arguments[:end] if argument != "--debug"]
    return len(head) < end, [*head, *arguments[end:]]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _complain(text: str, code: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    # What was typed comes back in it, and no terminal shall obey that.
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    print(f"gongbao: {shown}", file=sys.stderr)
    return code


def _fault(error: Exception, debug: bool) -> int:
    told = _one_line(f"{type(error).__name__}: {error}")
    hint = "" if debug else " (run again with --debug to see where)"
    return _complain(f"internal error: {told}{hint}", EXIT_INTERNAL, debug)


def _pipe_closed() -> int:
    """The reader went away (`gongbao ... | head`): that is its right. Python must not try to write the rest at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_BROKEN_PIPE
