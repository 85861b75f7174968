"""The commands that save all a site keeps in one file, and make a site of it again."""

import signal
import sys
from pathlib import Path
from types import FrameType

import click

from gongbao.cli.printing import EXIT_REFUSED, Progress, answer, json_option


def register(cli: click.Group) -> None:
    """Add the commands to the `gongbao` command."""
    from gongbao.cli import SERVING

    for name, command in (("backup", backup), ("restore", restore)):
        cli.command(name, section=SERVING)(command)


KEYS = "not in a backup: the secret key, the key of the log, the environment; keep them apart"


def _end_in_order() -> None:
    """Whoever asks us to end gets what was begun cleared away, as with Ctrl-C."""

    def end(signum: int, frame: FrameType | None) -> None:
        sys.exit(128 + signum)

    signal.signal(signal.SIGTERM, end)
    # A shell that starts us in the background has SIGINT ignored, and we would inherit that.
    signal.signal(signal.SIGINT, end)


@click.argument("file", type=click.Path(path_type=Path))
@json_option
def backup(file: Path, as_json: bool) -> None:
    """Save the database and the files of the site in FILE, while it runs.

    FILE must not be there yet; it is whole when it appears. It holds personal data unmasked: encrypt it where it goes.
    The keys and the environment are not in it.
    """
    from gongbao.site import backup as saving
    from gongbao.site.prepare import set_up

    set_up()
    from django.utils import timezone

    _end_in_order()
    progress = Progress(str(file))
    try:
        made = saving.save(file, timezone.now(), progress)
    finally:
        progress.end()
    log = f", {made.log[0]} entries in the log" if made.log else ""
    text = f"{file}: {sum(made.rows.values())} rows{log}\n{KEYS}"
    answer(as_json, saving.as_data(made), text)


@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Though the target holds something, which is then gone.")
@json_option
def restore(file: Path, replace: bool, as_json: bool) -> int:
    """Make the database and the files of the site what FILE holds.

    Stop the site before. A database that is not empty is refused without --replace, and a backup of a newer version
    always; all is then as it was. What an older version saved is brought to this version's form, and the log is
    verified: the exit status is 1 where it does not hold.
    """
    from gongbao.site import backup as saving
    from gongbao.site.prepare import set_up

    set_up()
    _end_in_order()
    progress = Progress(str(file))
    try:
        done = saving.restore(file, replacing=replace, progress=progress)
    finally:
        progress.end()
    holds = not done.log_breaks
    data = {
        "backup": saving.as_data(done.backup),
        "files": done.files,
        "migrations": done.migrations,
        "log": {"holds": holds, "count": done.log_count, "breaks": done.log_breaks},
    }
    lines = [
        f"restored what gongbao {done.backup.version} saved at {done.backup.made_at}: "
        f"{sum(done.backup.rows.values())} rows, {done.files} files",
        f"{len(done.migrations)} changes of the database's form made"
        if done.migrations
        else "the form was this version's",
        f"the log holds: {done.log_count} entries" if holds else "the log does not hold:",
        *done.log_breaks,
        KEYS,
    ]
    answer(as_json, data, "\n".join(lines))
    return 0 if holds else EXIT_REFUSED
