"""A worker in a process of its own that tends the cases that are due at a time, and ends itself at a statement.

    python -m tests.cases.worker_process DATABASE NOW [N]

At the N-th statement that it would send to the database it is killed, without a word. The last line that it prints is
how many it sent.
"""

import os
import signal
import sys
from datetime import datetime
from typing import Any

import django
from django.conf import settings

sent = 0


def main(database: str, now: str, last: str = "0") -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.db import connection

    from gongbao.office import worker

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        global sent
        sent += 1
        if sent == int(last):
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    jobs = [job for job in worker.registered() if job.name.startswith("cases.")]
    connection.ensure_connection()
    with connection.execute_wrapper(count):
        result = worker.run_once(datetime.fromisoformat(now), jobs=jobs)
    print(sent)
    sys.exit(1 if result.failed else 0)


main(*sys.argv[1:])
