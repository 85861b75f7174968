"""The command that does what has come due: clocks, letters, reminders."""

import signal
from types import FrameType

import click

from gongbao.cli.printing import EXIT_REFUSED, answer, json_option, say, with_django


def register(cli: click.Group) -> None:
    """Add the command to the `gongbao` command."""
    from gongbao.cli import SERVING

    cli.command("worker", section=SERVING)(worker)


@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@json_option
def worker(once: bool, as_json: bool) -> int:
    """Do what has come due, until stopped: clocks, letters, reminders.

    `gongbao serve` does this along with the site. This is for a site under another server, or for work that is not to
    wait for pages; several may run at once, each piece is done by one. With --once the exit status is 1 where a job
    met a fault, which stands in the log.
    """
    with_django()
    from django.utils import timezone

    from gongbao.office.worker import registered, run_once
    from gongbao.office.worker.thread import Worker

    if once:
        done: dict[str, int] = {}
        failed: list[str] = []
        waiting = registered()
        while waiting:
            result = run_once(timezone.now(), jobs=waiting)
            failed += result.failed
            for name, count in result.done.items():
                done[name] = done.get(name, 0) + count
            waiting = [job for job in waiting if job.name in result.done]
        lines = [f"{name}: {count} done" for name, count in done.items()]
        lines += [f"{name}: met a fault" for name in failed]
        answer(as_json, {"done": done, "failed": failed}, "\n".join(lines) or "nothing is due")
        return EXIT_REFUSED if failed else 0

    running, aside = Worker(), Worker(aside=True)

    def end(signum: int, frame: FrameType | None) -> None:
        running.ask_to_stop()
        aside.ask_to_stop()
        # Whoever asks twice does not want to wait for the end of a piece of work.
        signal.signal(signum, signal.SIG_DFL)

    signal.signal(signal.SIGTERM, end)
    # A shell that starts us in the background has SIGINT ignored, and we would inherit that.
    signal.signal(signal.SIGINT, end)
    names = [job.name for job in registered()]
    told = f"gongbao does what comes due (Ctrl-C ends it): {', '.join(names) or 'no jobs yet'}"
    answer(as_json, {"jobs": names}, told)
    aside.start()
    running.run()
    aside.stop()
    say("the worker has ended", err=True)
    return 0
