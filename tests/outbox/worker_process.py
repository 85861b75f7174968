"""Workers in processes of their own that do what is due at a time and end; or one that ends itself at a step, without
a word.

    python -m tests.outbox.worker_process DATABASE PORT NOW [STEP]

Without a step there are two of them at once. A step is one of gongbao.office.outbox.delivery, or "half a letter"; with
the word STOP before it the process is only stopped there, and goes on when somebody tells it to. One that is ALONE
comes to its end.
"""

import os
import signal
import smtplib
import sys
from datetime import datetime

import django
from django.conf import settings

from tests import forked


def end(stop: bool) -> None:
    os.kill(os.getpid(), signal.SIGSTOP if stop else signal.SIGKILL)


def half_a_letter(self: smtplib.SMTP, message: bytes) -> tuple[int, bytes]:
    code, _ = self.docmd("DATA")
    assert code == 354
    self.send(message[: len(message) // 2])
    end(stop=False)
    raise AssertionError


def main(database: str, port: str, now: str, step: str = "") -> None:
    settings.DATABASES["default"]["NAME"] = database
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(port)
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "云岭市 <noreply@yunling.example>"
    settings.GONGBAO_SMS = "file"
    django.setup()
    from gongbao.office import worker
    from gongbao.office.outbox import delivery

    stop, step = step.startswith("STOP "), step.removeprefix("STOP ")
    if step == "half a letter":
        smtplib.SMTP.data = half_a_letter  # type: ignore[method-assign,assignment]
    delivery.reached = lambda reached: end(stop) if reached == step else None
    jobs = [job for job in worker.registered() if job.name.startswith("outbox.")]

    def work() -> int:
        result = worker.run_once(datetime.fromisoformat(now), jobs=jobs)
        while result.done:
            result = worker.run_once(datetime.fromisoformat(now), jobs=jobs)
        return 1 if result.failed else 0

    if not step:
        forked.two_at_once(work)
    sys.exit(work())


main(*sys.argv[1:])
