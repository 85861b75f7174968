"""A worker is killed at each step of a delivery, and two take up what it left: each letter arrives once.

Where SMTP leaves it open whether the server took a letter, it arrives once more, under the same Message-ID.
"""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from gongbao.office.audit.models import Entry
from gongbao.office.outbox.models import Envelope, Letter, Stage
from tests import rig
from tests.outbox.conftest import MINUTE, NOW, write
from tests.program import PATIENCE

ADDRESSES = ["an@example.org", "bo@example.org", "chen@example.org"]

pytestmark = pytest.mark.django_db(transaction=True)


def start(server, at, step=""):
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.outbox.worker_process",
            str(connection.settings_dict["NAME"]),
            str(server.port),
            at.isoformat(),
            *([step] if step else []),
        ],
        cwd=rig.ROOT,
        env={**os.environ, "GONGBAO_HOME": str(settings.GONGBAO_HOME)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed(server, at, step):
    worker = start(server, at, step)
    _, err = worker.communicate(timeout=PATIENCE)
    assert worker.returncode == -signal.SIGKILL, err


def two_at_once(server, at):
    workers = start(server, at)
    _, err = workers.communicate(timeout=PATIENCE)
    assert workers.returncode == 0, err
    assert "@example.org" not in err


def later(server):
    """What the killed worker held, others take up when its time is over."""
    two_at_once(server, NOW + MINUTE)
    assert set(Letter.objects.values_list("outcome", "envelope__stage")) <= {
        ("delivered", Stage.ENDED),
        ("", Stage.HELD),
        ("", Stage.HANDING_OVER),
    }
    two_at_once(server, NOW + 11 * MINUTE)
    assert set(Letter.objects.values_list("outcome", "envelope__stage")) == {("delivered", Stage.ENDED)}


@pytest.mark.parametrize("step", ["held", "handing over", "half a letter", "ended"])
def test_killed_before_the_server_took_it_or_after_it_was_written_down(mail, step):
    letters = write(*ADDRESSES)
    killed(mail, NOW, step)
    assert len(mail.taken) == (step == "ended")
    later(mail)
    assert mail.addresses() == ADDRESSES
    assert sorted(one["Message-ID"] for one in mail.letters()) == sorted(
        f"<letter.{letter.uuid}@yunling.example>" for letter in letters
    )
    assert Entry.objects.filter(action="outbox.delivered").count() == 3


def test_killed_after_the_server_took_it(mail):
    """The one window that SMTP leaves: the letter arrives again, the same to the last byte."""
    letters = write(*ADDRESSES)
    killed(mail, NOW, "handed over")
    again_and_the_same(mail, letters)


def test_killed_before_the_answer_of_the_server_was_read(mail):
    letters = write(*ADDRESSES)
    workers = []

    def at_the_end(address):
        workers[0].kill()
        workers[0].wait(PATIENCE)
        mail.at_the_end = lambda address: None

    mail.at_the_end = at_the_end
    workers.append(start(mail, NOW, "ALONE"))
    workers[0].communicate(timeout=PATIENCE)
    assert workers[0].returncode == -signal.SIGKILL
    again_and_the_same(mail, letters)


def again_and_the_same(mail, letters):
    assert len(mail.taken) == 1
    later(mail)
    assert len(mail.taken) == 4
    assert len(set(mail.taken)) == 3
    assert mail.addresses() == sorted([mail.taken[0][0], *ADDRESSES])
    unsure = {str(letter.uuid): letter.unsure for letter in Letter.objects.all()}
    first = mail.letters()[0]["Message-ID"].split(".")[1].partition("@")[0]
    assert unsure == {str(letter.uuid): int(str(letter.uuid) == first) for letter in letters}
    assert '"unsure":1' in Entry.objects.get(action="outbox.delivered", subject=f"letter:{first}").content


def test_whose_end_is_never_known_is_not_sent_for_ever(mail):
    write("an@example.org")
    for number in range(6):
        worker = start(mail, NOW + number * 11 * MINUTE, "handed over")
        worker.communicate(timeout=PATIENCE)
    letter = Letter.objects.get()
    assert (letter.outcome, letter.unsure) == ("given_up", 4)
    assert len(mail.taken) == 4


def test_one_that_was_stopped_for_too_long_sends_nothing(mail):
    write("an@example.org")
    slow = start(mail, NOW, "STOP held")
    try:
        os.waitid(os.P_PID, slow.pid, os.WSTOPPED)
        two_at_once(mail, NOW + 11 * MINUTE)
        slow.send_signal(signal.SIGCONT)
        _, err = slow.communicate(timeout=PATIENCE)
    finally:
        slow.kill()
    assert slow.returncode == 0, err
    assert mail.addresses() == ["an@example.org"]
    assert Letter.objects.get().outcome == "delivered"


def test_two_workers_share_many(mail):
    addresses = sorted(f"no{number}@example.org" for number in range(60))
    write(*addresses)
    two_at_once(mail, NOW)
    assert mail.addresses() == addresses


def test_a_short_message_is_written_once_even_then(mail, settings):
    path = settings.GONGBAO_HOME / "sms.jsonl"
    path.unlink(missing_ok=True)
    write("+86 139 0000 0001")
    killed(mail, NOW, "handed over")
    later(mail)
    assert path.read_text(encoding="utf-8").count("+8613900000001") == 1
    assert Envelope.objects.get().unsure == 1
    path.unlink()
