"""Workers of a test, forked from one process that has loaded the site: loading takes longer than what they do.

For a module that is run as a program. Nothing has spoken to the database before the fork.
"""

import os
import signal
import sys
from collections.abc import Callable


def two_at_once(work: Callable[[], int]) -> None:
    """Does the work in two processes at once, and ends with the exit status of the worse."""
    children = [_fork(work) for _ in range(2)]
    sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) % 256 for child in children))


def again_until_it_ends(work: Callable[[int], int]) -> None:
    """Does work(0), work(1)... each in a process of its own, until one is not killed; ends with its exit status.

    The last line that it prints is how many were killed.
    """
    killed = 0
    while True:
        number = killed
        child = _fork(lambda number=number: work(number))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status != -signal.SIGKILL:
            print(killed)
            sys.exit(status % 256)
        killed += 1


def _fork(work: Callable[[], int]) -> int:
    child = os.fork()
    if child:
        return child
    status = 70
    try:
        status = work()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        # Without what a program does at its end: that is the parent's.
        os._exit(status)
