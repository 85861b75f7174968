"""Workers in processes of their own that tend the cases that are due at a time.

    python -m tests.cases.worker_process DATABASE NOW           two at once
    python -m tests.cases.worker_process DATABASE NOW FIRST STEP    one after the other

At the FIRST statement that the first would send to the database it is killed, without a word; the next goes STEP
statements further, and so on until one comes to its end. The last line that is printed is how many were killed.
"""

import os
import signal
import sys
from datetime import datetime
from typing import Any

import django
from django.conf import settings

from tests import forked

sent = 0


def main(database: str, now: str, first: str = "0", step: str = "0") -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.db import connection

    from gongbao.office import worker

    def work(last: int) -> int:
        def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            global sent
            sent += 1
            if sent == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)

        jobs = [job for job in worker.registered() if job.name.startswith("cases.")]
        connection.ensure_connection()
        with connection.execute_wrapper(count):
            result = worker.run_once(datetime.fromisoformat(now), jobs=jobs)
        return 1 if result.failed else 0

    if int(step):
        forked.again_until_it_ends(lambda number: work(int(first) + number * int(step)))
    else:
        forked.two_at_once(lambda: work(0))


main(*sys.argv[1:])
