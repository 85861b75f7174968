"""The worker: what the office does by itself, when its time has come. Clocks, letters, reminders, each a job.

    from gongbao.office import worker
    worker.register(worker.Job("outbox.deliver", deliver))        # in ready() of an app

A job is called with the present time, again and again, and does what is due by then: each piece of work in one
transaction of its own, which takes its row with `select_for_update(skip_locked=True)` and looks once more whether it
is still to be done. So two workers do each piece once, and a worker that was killed leaves a piece done or not done.
`each` is the loop that most jobs are. A job for which somebody sits and waits is done `aside`, in a thread of its own.

    jobs.py       jobs, and one round of all of them
    thread.py     the worker that goes round until it is stopped
    models.py     when a worker was last seen
"""

from gongbao.office.worker.jobs import Job as Job
from gongbao.office.worker.jobs import Round as Round
from gongbao.office.worker.jobs import each as each
from gongbao.office.worker.jobs import register as register
from gongbao.office.worker.jobs import registered as registered
from gongbao.office.worker.jobs import run_once as run_once
