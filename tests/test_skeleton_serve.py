"""`gongbao serve`: from an empty folder to a page, and an orderly end."""

import signal
import socket
import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from tests.program import PATIENCE, get, gongbao, ready, serving


def test_an_empty_home_becomes_a_site_that_answers_and_ends_in_order(tmp_path):
    home = tmp_path / "home"
    with serving(home) as (port, process):
        status, headers, body = get(port, "/")
        assert status == 200
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert "</html>" in body
        assert "default-src 'self'" in headers["content-security-policy"]
        status, _, _ = get(port, "/nowhere/?name=%E5%BC%A0")
        assert status == 404
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    # Neither an address that is none of ours nor the question is told: people search for names.
    assert sum("GET /…/ 404" in line for line in log.splitlines()) == 1
    assert "nowhere" not in log
    assert "%E5" not in log
    assert "name=" not in log


def test_a_service_manager_ends_it_in_order(tmp_path):
    with serving(ready(tmp_path / "home")) as (_, process):
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_a_port_in_use_is_told_before_anything_is_read(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = gongbao(tmp_path, "serve", "--port", port, "--sample")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"gongbao: cannot listen on 127.0.0.1 port {port}: Address already in use; choose another port with --port\n"
    )


def test_two_first_runs_at_once_share_one_home(tmp_path):
    (tmp_path / "one").mkdir()
    answers = []
    together = [
        threading.Thread(target=lambda: answers.append(gongbao(tmp_path / "home", "migrate"))) for _ in range(2)
    ]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert [(done.returncode, done.stderr) for done in answers] == [(0, ""), (0, "")]


@pytest.mark.django_db
def test_an_answer_carries_its_language_and_the_switch_changes_it(client):
    assert client.get("/").headers["Content-Language"] == "zh-hans"
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/").headers["Content-Language"] == "en"


@pytest.mark.django_db(transaction=True)
def test_two_that_read_and_then_write_wait_for_each_other():
    """SQLite fails at once, whatever its patience, when a transaction that began by reading has to wait to write."""
    users = get_user_model().objects
    users.create(username="clerk")
    faults = []

    def work():
        try:
            for _ in range(20):
                with transaction.atomic():
                    clerk = users.select_for_update().get(username="clerk")
                    clerk.first_name = str(int(clerk.first_name or 0) + 1)
                    clerk.save()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    together = [threading.Thread(target=work) for _ in range(2)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    assert faults == []
    assert users.get(username="clerk").first_name == "40"
