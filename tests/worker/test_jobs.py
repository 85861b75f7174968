"""Jobs and their rounds: what one meets does not keep the others from their work, and nothing personal is logged."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from gongbao.office import worker
from gongbao.office.worker import actions, jobs
from gongbao.office.worker.models import Seen
from gongbao.office.worker.thread import Worker

NOW = datetime(2026, 5, 6, 1, 30, tzinfo=UTC)
SECRET = "lan.ting@example.org"


@pytest.fixture(autouse=True)
def no_jobs(monkeypatch, db):
    # A round looks at the connections that are open, whoever opened them.
    monkeypatch.setattr(jobs, "_jobs", {})


def fail(error):
    def run(now):
        raise error

    return run


def test_a_job_is_given_the_time_and_counted():
    times = []
    worker.register(worker.Job("a", lambda now: times.append(now) or 3))
    worker.register(worker.Job("b", lambda now: 0))
    assert worker.run_once(NOW).done == {"a": 3}
    assert times == [NOW]


def test_a_job_is_registered_once():
    job = worker.Job("a", fail(ValueError()))
    worker.register(job)
    worker.register(job)
    assert worker.registered() == [job]
    with pytest.raises(ValueError, match="another job a"):
        worker.register(worker.Job("a", lambda now: 0))


def test_a_fault_is_logged_by_its_kind_and_place_and_the_others_work(caplog):
    worker.register(worker.Job("bad", fail(ValueError(f"cannot reach {SECRET}"))))
    worker.register(worker.Job("good", lambda now: 1))
    result = worker.run_once(NOW)
    assert (result.done, result.failed) == ({"good": 1}, ["bad"])
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert line.startswith("bad: ValueError at run in test_jobs.py:")
    assert SECRET not in caplog.text


def test_a_piece_that_fails_does_not_keep_the_others(caplog):
    caplog.set_level(logging.INFO)
    done = []

    def do(key):
        if key == 2:
            raise ValueError(SECRET)
        if key == 3:
            return None
        done.append(key)
        return "fired"

    assert worker.each("clocks", [1, 2, 3, 4], do) == 2
    assert done == [1, 4]
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0] == "clocks 1: fired"
    assert lines[1].startswith("clocks 2: ValueError at do in ")
    assert lines[2] == "clocks 4: fired"
    assert SECRET not in caplog.text


def test_a_database_that_is_away_ends_the_loop():
    tried = []

    def do(key):
        tried.append(key)
        raise OperationalError("away")

    with pytest.raises(OperationalError):
        worker.each("clocks", [1, 2], do)
    assert tried == [1]


@pytest.mark.django_db
def test_a_job_that_fails_rests_longer_each_time_and_the_others_go_on(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("gongbao.office.worker.thread.time.monotonic", lambda: clock[0])
    tried, good = [], []

    def bad(now):
        tried.append(clock[0])
        if len(tried) < 5:
            raise ValueError

        return 0

    worker.register(worker.Job("bad", bad))
    worker.register(worker.Job("good", lambda now: good.append(clock[0]) or 0))
    running = Worker(clock=lambda: NOW)
    for second in range(0, 120):
        clock[0] = float(second)
        running.go_round()
    # After 5, 10, 20 and 40 seconds; then it is well, and rests no more.
    assert tried[:5] == [0, 5, 15, 35, 75]
    assert tried[5:8] == [76, 77, 78]
    assert len(good) == 120


@pytest.mark.django_db
def test_a_worker_is_seen_and_missed():
    assert actions.missed_since(NOW) is None, "a site that never had one lacks nothing"
    Worker(clock=lambda: NOW).go_round()
    assert Seen.objects.get().at == NOW
    assert actions.missed_since(NOW + timedelta(minutes=10)) is None
    assert actions.missed_since(NOW + timedelta(minutes=11)) == NOW
    actions.seen(NOW + timedelta(minutes=11))
    assert actions.missed_since(NOW + timedelta(minutes=12)) is None


@pytest.mark.django_db
def test_what_is_done_aside_has_its_own_worker_which_says_nothing_of_the_clocks():
    done = []
    worker.register(worker.Job("a", lambda now: done.append("a") or 0))
    worker.register(worker.Job("b", lambda now: done.append("b") or 0, aside=True))
    Worker(aside=True, clock=lambda: NOW).go_round()
    assert done == ["b"] and not Seen.objects.exists()
    Worker(clock=lambda: NOW).go_round()
    assert done == ["b", "a"] and Seen.objects.get().at == NOW


def test_health_tells_that_no_worker_is_seen_and_stays_well(client):
    assert client.get("/healthz").content == b"well\n"
    actions.seen(datetime.now(UTC) - timedelta(minutes=12))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"well\nno worker has been seen for 12 minutes\n")


@pytest.mark.django_db(transaction=True)
def test_it_ends_the_piece_it_is_at_and_begins_no_other():
    began, may_end, ended = threading.Event(), threading.Event(), []

    def slow(now):
        began.set()
        may_end.wait(60)
        ended.append(now)
        return 1

    worker.register(worker.Job("slow", slow))
    worker.register(worker.Job("later", lambda now: ended.append("later") or 1))
    running = Worker(every=0.01, clock=lambda: NOW)
    running.start()
    assert began.wait(60)
    running.ask_to_stop()
    may_end.set()
    running.stop(60)
    assert ended == [NOW]
    connection.close()
