"""`gongbao worker` as it is installed."""

import json
import signal
import subprocess

import pytest

from gongbao import SCHEMA_VERSION
from tests.program import PATIENCE, PROGRAM, environment, get, gongbao, ready, serving


def test_once_says_what_was_done(tmp_path):
    done = gongbao(ready(tmp_path), "worker", "--once")
    # The checkpoint of the day, and then no more today.
    assert (done.returncode, done.stdout) == (0, "audit.checkpoint: 1 done\n"), done.stderr
    done = gongbao(tmp_path, "worker", "--once")
    assert (done.returncode, done.stdout) == (0, "nothing is due\n"), done.stderr
    done = gongbao(tmp_path, "worker", "--once", "--json")
    assert json.loads(done.stdout) == {"schema_version": SCHEMA_VERSION, "done": {}, "failed": []}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_manager_ends_it_in_order(tmp_path, number):
    ready(tmp_path)
    process = subprocess.Popen(
        [PROGRAM, "worker"],
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline().startswith("gongbao does what comes due")
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert (process.returncode, err) == (0, "the worker has ended\n")


def test_the_site_has_one_along_with_it(tmp_path):
    with serving(ready(tmp_path / "home")) as (port, process):
        seen = "from gongbao.office.worker.models import Seen; print(Seen.objects.count())"
        for _ in range(100):
            done = gongbao(tmp_path / "home", "django", "shell", "-v", "0", "-c", seen)
            if done.stdout.strip() == "1":
                break
        assert done.stdout.strip() == "1", done.stderr
        assert get(port, "/healthz")[2] == "well\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
