"""Giving a gazette over: who may, what is refused, how it is read, and how it is handed back. Texts are invented."""

import ast
import io
import json
import re
import signal
import subprocess
import sys
import threading
import zipfile
from contextlib import suppress
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone, translation

from gongbao.core.errors import GongbaoError
from gongbao.gazette.files import read_bytes
from gongbao.office.intake import actions, handlers, ticket, worker
from gongbao.office.intake.models import State, Upload
from gongbao.office.intake.refusals import in_words
from gongbao.office.kept import WriteOutsideAction
from gongbao.office.library.models import Document, Source
from gongbao.office.people.actions import keep_account
from gongbao.office.people.models import Account
from tests.program import PATIENCE, environment, get, gongbao, ready, serving
from tests.site.html import read as read_page
from tests.site.html import said
from tests.site.test_translations import HAN

PASSWORD = "three calm herons"
NOTICE = (
    "云岭市人民政府公报\n2021年第3期\n目录\n云岭市人民政府办公室关于停车的通知\t1\n云岭市人民政府关于防汛的意见\t9\n\n"
    "云岭市人民政府办公室关于停车的通知\n云岭政办〔2021〕5号\n各县人民政府：\n一、停车 and 入位。\n"
    "二、以下单位12家：甲、乙、丙。\n附件：1. 任务表\n3. 流程图\n云岭市人民政府办公室\n2021年5月1日\n"
)
LIST = (
    "云岭市人民政府办公室关于公布值班电话的通知\n云岭政办〔2021〕6号\n各县人民政府：\n现公布值班电话。\n"
    "云岭市人民政府办公室\n2021年5月2日\n附件\n值班电话\n姓名\t电话\n钱一二\t13900001234\n"
)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def client_of(name: str, language: str = "zh-hans") -> Client:
    client = Client()
    client.login(username=name, password=PASSWORD)
    client.cookies["django_language"] = language
    return client


@pytest.fixture
def clerk(db):
    keep_account("clerk", password=PASSWORD, adds_gazettes=True)
    return client_of("clerk")


@pytest.fixture
def reader(db):
    keep_account("reader", password=PASSWORD)
    return client_of("reader")


def give(client, *contents, name="issue.txt", **headers):
    files = [SimpleUploadedFile(name, one.encode() if isinstance(one, str) else one) for one in contents]
    return client.post("/read/", {"files": files}, **headers)


def received(content=NOTICE, name="issue.txt") -> Upload:
    data = content.encode() if isinstance(content, str) else content
    # A new password would end the sessions of an account that is there.
    account = Account.objects.filter(username="clerk").first()
    account = account or keep_account("clerk", password=PASSWORD, adds_gazettes=True)[0]
    return actions.receive(account, name, [data])


def read_all() -> None:
    while taken := actions.take():
        actions.read(taken)


# --- who may


def test_a_stranger_is_led_to_signing_in_and_may_send_nothing(client, db):
    for url in ("/read/", f"/read/{uuid4()}/"):
        answer = client.get(url)
        assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={url}")
    assert give(client, NOTICE).status_code == 403
    assert give(client, NOTICE, HTTP_ACCEPT="application/json").json()["error"].startswith("您尚未登录")
    assert client.post(f"/read/{uuid4()}/cancel/").status_code == 403
    assert not Upload.objects.exists()


def test_an_account_without_the_permission_may_not(reader):
    upload = received()
    for url in ("/read/", f"/read/{upload.uuid}/", f"/read/{uuid4()}/"):
        assert reader.get(url).status_code == 403
    assert give(reader, NOTICE).status_code == 403
    assert reader.post(f"/read/{upload.uuid}/cancel/").status_code == 403
    assert Upload.objects.get().state == State.WAITING
    assert "/read/" not in reader.get("/documents/").content.decode()


def test_what_is_sent_by_whoever_may_not_is_not_even_looked_at(reader, monkeypatch):
    monkeypatch.setattr(handlers.Bounded, "new_file", lambda *args, **kwargs: pytest.fail("a file was taken in"))
    assert give(reader, NOTICE).status_code == 403


def test_whoever_gave_a_file_over_sees_what_became_of_it_without_the_permission_too(clerk):
    upload = received()
    keep_account("clerk", adds_gazettes=False)
    assert clerk.get(f"/read/{upload.uuid}/").status_code == 200
    assert clerk.get("/read/").status_code == 403


def test_the_forms_are_protected_against_forged_requests(clerk):
    strict = Client(enforce_csrf_checks=True)
    strict.login(username="clerk", password=PASSWORD)
    upload = received()
    assert give(strict, NOTICE).status_code == 403
    assert strict.post(f"/read/{upload.uuid}/cancel/").status_code == 403
    assert Upload.objects.count() == 1


# --- giving over


def test_a_file_is_received_and_then_read(clerk, files):
    answer = give(clerk, NOTICE)
    upload = Upload.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/read/{upload.uuid}/")
    assert (upload.state, upload.size, upload.name) == (State.WAITING, len(NOTICE.encode()), "issue.txt")
    assert (files / "uploads" / upload.uuid.hex).read_bytes() == NOTICE.encode()
    assert not Document.objects.exists()
    page = clerk.get(answer["Location"]).content.decode()
    assert "等待读入" in page and 'hx-trigger="every 1s"' in page
    read_all()
    page = read_page(clerk.get(answer["Location"]))
    for words in (
        "云岭市人民政府公报2021年第3期",
        "云岭政办〔2021〕5号",
        "目录所列 2 件，找到 1 件",
        "关于防汛的意见",
        "编号",
    ):
        assert words in page.text()
    assert "hx-trigger" not in clerk.get(answer["Location"]).content.decode()
    assert not list((files / "uploads").iterdir())
    source = Source.objects.get()
    assert (files / source.stored_as).read_bytes() == NOTICE.encode()
    for link in page.one("main").all("a"):
        assert clerk.get(unescape(link.attributes["href"])).status_code == 200
    assert "issue.txt" in clerk.get("/read/").content.decode()


def test_the_same_file_again_changes_nothing_and_a_changed_one_is_a_revision(clerk):
    for content, word in ((NOTICE, "新增 1"), (NOTICE, "未变 1"), (NOTICE.replace("入位", "离位"), "有修改 1")):
        url = give(clerk, content)["Location"]
        read_all()
        assert word in read_page(clerk.get(url)).text()


def test_several_files_at_once(clerk):
    assert give(clerk, NOTICE, LIST)["Location"] == "/read/"
    read_all()
    assert [one.state for one in Upload.objects.all()] == [State.DONE, State.DONE]


def test_a_script_gets_addresses_and_reasons(clerk):
    answer = give(clerk, NOTICE, HTTP_ACCEPT="application/json")
    assert (answer.status_code, answer.json()["refused"]) == (200, [])
    assert re.fullmatch(r"/read/[0-9a-f-]{36}/", answer.json()["urls"][0])
    answer = give(clerk, NOTICE, b"", HTTP_ACCEPT="application/json")
    assert answer.status_code == 400 and len(answer.json()["urls"]) == 1
    assert answer.json()["refused"] == [{"name": "issue.txt", "error": "该文件是空的"}]


def test_nothing_chosen_is_told(clerk):
    answer = clerk.post("/read/", {})
    assert answer.status_code == 400 and "没有选择文件" in answer.content.decode()


def test_a_file_over_the_limit_is_dropped_while_it_comes(clerk, monkeypatch, files):
    monkeypatch.setattr(handlers, "LIMIT", 1000)
    answer = give(clerk, b"x" * 200_000, NOTICE)
    assert answer.status_code == 400
    assert "超过 64 MiB 的上限" in answer.content.decode()
    # The other one is taken all the same.
    assert [one.size for one in Upload.objects.all()] == [len(NOTICE.encode())]


def test_the_limit_holds_below_the_form_too(db, monkeypatch, files):
    monkeypatch.setattr(actions, "LIMIT", 10)
    with pytest.raises(GongbaoError, match="larger than the limit"):
        received()
    assert not Upload.objects.exists() and not list((files / "uploads").iterdir())


def test_so_many_wait_and_no_more(db, monkeypatch, files):
    monkeypatch.setattr(actions, "MOST_WAITING", 2)
    received(), received()
    with pytest.raises(GongbaoError, match="too many files"):
        received()
    assert len(list((files / "uploads").iterdir())) == 2


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\公报\\第3期.docx", "第3期.docx"),
        ("a\x1b[31m\u202eb.txt", "a?[31m?b.txt"),
        ("", "?"),
        ("长" * 300 + ".pdf", "长" * 251 + ".pdf"),
        ("\udcff.txt", "?.txt"),
    ],
)
def test_the_name_of_a_file_is_only_a_name(db, name, kept):
    assert received(name=name).name == kept


def test_a_name_is_shown_as_text_and_never_as_markup(clerk):
    upload = received(name="<img src=x>.txt")
    for url in ("/read/", f"/read/{upload.uuid}/"):
        assert "<img src=x>" not in clerk.get(url).content.decode()


# --- what a file is, its bytes say


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", b"<a>" + b" " * (30 * 1024 * 1024) + b"</a>")
    return held.getvalue()


def huge() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(3):
            packed.writestr(f"word/{number}.xml", b" " * (30 * 1024 * 1024))
    return held.getvalue()


def lying() -> bytes:
    """The directory says that the part unpacks to a few bytes."""
    data = bytearray(bomb())
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.rindex(mark)
        data[at + place : at + place + 4] = (10).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "这是图片"),
        (b"MZ\x90\0" + b"\0" * 100, "这是程序"),
        ("<!DOCTYPE html><html><body>云岭市人民政府</body></html>".encode(), "这是网页"),
        (b"%PDF-1.7\n%%EOF", "该 PDF 已损坏"),
        (b"PK\x03\x04" + b"\0" * 50, "已损坏或不完整"),
        (bomb(), "压缩炸弹"),
        (huge(), "解压后超过 64 MiB"),
        (lying(), "已损坏"),
        (b"\x1f\x8b\x08" + b"\0" * 50, "这是压缩包"),
    ],
)
def test_what_is_no_gazette_is_refused_in_words_whatever_its_name_says(clerk, content, told, files):
    url = give(clerk, content, name="gazette.txt")["Location"]
    read_all()
    page = read_page(clerk.get(url)).text()
    assert "未能读入" in page and told in page
    assert not Document.objects.exists() and not list((files / "uploads").iterdir())


def test_a_text_called_docx_is_read_as_the_text_it_is(clerk):
    give(clerk, NOTICE, name="issue.docx")
    read_all()
    assert Source.objects.get().media_type == "text/plain"


def sentences(path: Path) -> list[str]:
    """The strings of a module that begin like a refusal or a note, with 7 for what is put into them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    shared = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            shared[node.targets[0].id] = node.value.value
    within = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    out = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            pieces = [
                part.value if isinstance(part, ast.Constant) else shared.get(getattr(part.value, "id", ""), 7)
                for part in node.values
            ]
            out.append("".join(str(piece) for piece in pieces))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within:
            out.append(node.value)
    begin = r"(this|a part|tables or|parts of|the text of this|characters of|unpacked,|the program that) .*"
    begin += r"|[A-Z]\w+ .* (left out|written in).*"
    return [words for words in out if re.fullmatch(begin, words)]


def test_every_sentence_of_the_readers_of_files_has_chinese_words():
    folder = Path(actions.__file__).parents[2] / "gazette"
    found = [words for name in ("files.py", "docx.py", "pdf.py") for words in sentences(folder / name)]
    assert len(found) > 40
    # Of files that are found by a path, and not given over; and those whose pieces are put together elsewhere.
    elsewhere = {"this is 7", "this file cannot be read: 7", "this is a folder; name the files in it"}
    for words in set(found) - elsewhere:
        # Where in the file the damage is has words of its own.
        with translation.override("zh-hans"):
            told = in_words(words.replace("damaged7", "damaged, first in line 7"))
        assert not re.search("[a-z]{4,}", re.sub(r"\.\w+|OpenDocument|Shift|Java|Word|PostScript", "", told)), words


def test_refusals_met_in_fact_are_told_in_chinese():
    for content in (
        "云岭".encode("utf-32"),
        "云岭市人民政府\x00".encode(),
        b"Rar!\x1a\x07\x00",
        "云岭市".encode("big5") * 20,
    ):
        with pytest.raises(GongbaoError) as refused:
            read_bytes(content)
        with translation.override("zh-hans"):
            assert HAN.search(in_words(refused.value.message))
        with translation.override("en"):
            assert in_words(refused.value.message) == refused.value.message


# --- reading: one reader for each upload, whatever ends in the middle


def test_uploads_are_written_by_actions_alone(db):
    upload = received()
    with pytest.raises(WriteOutsideAction):
        Upload.objects.filter(pk=upload.pk).update(state=State.DONE)


def test_cancelled_while_it_waits_and_not_afterwards(clerk, files):
    upload = received()
    assert clerk.post(f"/read/{upload.uuid}/cancel/").status_code == 302
    assert "已取消" in clerk.get(f"/read/{upload.uuid}/").content.decode()
    assert actions.take() is None and not list((files / "uploads").iterdir())
    upload = received()
    taken = actions.take()
    with pytest.raises(GongbaoError, match="not waiting"):
        actions.cancel(upload.uuid)
    actions.read(taken)
    assert clerk.post(f"/read/{upload.uuid}/cancel/").status_code == 302
    assert Upload.objects.get(pk=upload.pk).state == State.DONE


@pytest.mark.django_db(transaction=True)
def test_progress_is_written_into_the_row_and_shown(clerk, monkeypatch):
    upload = received()
    seen = []

    def reading(source, name, *, content, progress, actor):
        progress("reading", 3, 8)
        seen.append(clerk.get(f"/read/{upload.uuid}/").content.decode())
        seen.append(tuple(Upload.objects.values_list("step", "done", "total")[0]))
        raise GongbaoError("no document was found in it")

    monkeypatch.setattr(actions, "ingest_source", reading)
    read_all()
    assert seen[1] == ("reading", 3, 8)
    assert 'value="3" max="8"' in seen[0] and "正在清理文本" in seen[0]


def test_a_reader_that_is_gone_leaves_its_upload_to_the_next(db):
    upload = received()
    taken = actions.take()
    # As long as the first holds it, nobody else takes it, though it is said to be read.
    assert Upload.objects.get().state == State.READING
    assert actions.take() is None
    taken.file.close()  # what the end of a process does
    again = actions.take()
    assert again.upload.pk == upload.pk and again.upload.attempts == 2
    actions.read(again)
    assert Upload.objects.get().state == State.DONE


def test_a_file_that_ends_the_process_each_time_is_given_up(db, files):
    received()
    for _ in range(actions.MOST_ATTEMPTS):
        actions.take().file.close()
    assert actions.take() is None
    upload = Upload.objects.get()
    assert (upload.state, upload.error) == (State.REFUSED, actions.ENDED_THE_PROGRAM)
    assert not list((files / "uploads").iterdir())


def test_a_file_that_is_gone_is_told(db, files):
    upload = received()
    (files / "uploads" / upload.uuid.hex).unlink()
    assert actions.take() is None
    assert Upload.objects.get().error == actions.GONE


def test_a_fault_is_told_without_the_words_of_the_file(db, monkeypatch, caplog):
    received(LIST)

    words = "".join(["钱一", "二"])

    def fault(*args, **kwargs):
        raise KeyError(words)

    monkeypatch.setattr(actions, "ingest_source", fault)
    read_all()
    assert Upload.objects.get().error == actions.FAULT
    assert "KeyError" in caplog.text and words not in caplog.text


def test_where_the_database_is_away_the_upload_waits(db, monkeypatch, files):
    received()

    def away(*args, **kwargs):
        raise GongbaoError("the database cannot be written: gone") from DatabaseError("gone")

    monkeypatch.setattr(actions, "ingest_source", away)
    with pytest.raises(DatabaseError):
        actions.read(actions.take())
    assert Upload.objects.get().state == State.WAITING
    monkeypatch.undo()


def test_bytes_that_no_upload_waits_for_are_removed_after_a_while(db, files):
    import os
    import time

    waiting = received()
    for name, age in (("old", 7200), ("fresh", 0), (waiting.uuid.hex, 7200)):
        path = files / "uploads" / name
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    actions.sweep()
    assert {path.name for path in (files / "uploads").iterdir()} == {"fresh", waiting.uuid.hex}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_read_each_upload_once(monkeypatch):
    for number in range(6):
        received(NOTICE.replace("〔2021〕5号", f"〔2021〕{number + 10}号"))
    read_by = []
    inner = actions.ingest_source

    def counted(source, name, **more):
        read_by.append((source.sha256, threading.current_thread().name))
        return inner(source, name, **more)

    monkeypatch.setattr(actions, "ingest_source", counted)
    faults = []

    def work():
        try:
            read_all()
            read_all()
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
    assert len(read_by) == len({digest for digest, _ in read_by}) == 6
    assert {one.state for one in Upload.objects.all()} == {State.DONE}


@pytest.mark.django_db(transaction=True)
def test_the_thread_reads_what_comes_and_ends_when_it_is_told(monkeypatch):
    monkeypatch.setattr(worker, "LOOKED_EVERY", 0.05)
    thread = worker.Worker()
    thread.start()
    try:
        received()
        for _ in range(PATIENCE * 20):
            if Upload.objects.get().is_over:
                break
            threading.Event().wait(0.05)
    finally:
        thread.stop(PATIENCE)
    assert Upload.objects.get().state == State.DONE
    assert not thread._thread.is_alive()


KILLED_IN_THE_MIDDLE = """
import os, sys
from gongbao.site.prepare import set_up
set_up()
from gongbao.office.intake import actions
inner = actions.read_bytes
def killed(*args, **more):
    inner(*args, **more)
    print("reading", flush=True)
    os.kill(os.getpid(), 9)
actions.read_bytes = killed
actions.read(actions.take())
"""
RECEIVED = """
import sys
from gongbao.site.prepare import set_up
set_up()
from gongbao.office.intake import actions
from gongbao.office.people.models import Account
actions.receive(Account.objects.get(), "issue.txt", [sys.stdin.buffer.read()])
"""


def test_an_upload_left_by_a_killed_process_is_taken_up_at_the_next_start(tmp_path):
    home = ready(tmp_path / "home")

    def python(code, given=b""):
        return subprocess.run([sys.executable, "-c", code], env=environment(home), input=given, capture_output=True)

    assert (
        subprocess.run(
            [str(Path(sys.executable).parent / "gongbao"), "account", "clerk", "--adds-gazettes", "--password-stdin"],
            env=environment(home),
            input=PASSWORD.encode(),
            capture_output=True,
        ).returncode
        == 0
    )
    done = python(RECEIVED, NOTICE.encode())
    assert done.returncode == 0, done.stderr
    done = python(KILLED_IN_THE_MIDDLE)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"reading\n"), done.stderr
    assert len(list((home / "files" / "uploads").iterdir())) == 1
    with serving(home) as (port, process):
        for _ in range(PATIENCE * 10):
            _, _, body = get(port, "/documents/")
            if "云岭政办〔2021〕5号" in body:
                break
            threading.Event().wait(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    told = json.loads(gongbao(home, "documents", "--json").stdout)
    assert [one["number"] for one in told] == ["云岭政办〔2021〕5号"]
    assert not list((home / "files" / "uploads").iterdir())
    assert "Traceback" not in (tmp_path / "log").read_text()


# --- how much the server takes at all


def test_the_server_takes_more_than_a_form_only_from_whoever_was_shown_where(tmp_path):
    import http.client

    def post(port, path, size, cookie=""):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Content-Length": str(size), "Cookie": cookie, "Content-Type": "application/octet-stream"}
        connection.putrequest("POST", path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        if size < 10_000_000:
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.send(b"x" * size)
        answer = connection.getresponse()
        told = answer.status, answer.read().decode()
        connection.close()
        return told

    home = ready(tmp_path / "home")
    # The ticket is signed with the key of that home.
    made = "from gongbao.site.prepare import set_up; set_up()\nfrom django.http import HttpResponse\n"
    made += "from gongbao.office.intake import ticket\n"
    made += "print(ticket.give(HttpResponse()).cookies[ticket.COOKIE].coded_value)"
    with serving(home) as (port, _process):
        done = subprocess.run([sys.executable, "-c", made], env=environment(home), capture_output=True, text=True)
        cookie = f"{ticket.COOKIE}={done.stdout.strip()}"
        status, body = post(port, "/read/", 2_000_000)
        assert status == 413 and "Give files one by one" in body and "请逐个提交文件" in body
        assert post(port, "/read/", 2_000_000, f"{ticket.COOKIE}=/read/:forged:forged")[0] == 413
        assert post(port, "/documents/", 2_000_000, cookie)[0] == 413
        assert post(port, "/read/", 300_000_000, cookie)[0] == 413
        # Taken in; and refused by the site, as nobody is signed in.
        assert post(port, "/read/", 2_000_000, cookie)[0] == 403


def test_the_page_for_giving_files_over_hands_out_the_ticket(clerk):
    cookie = clerk.get("/read/").cookies[ticket.COOKIE]
    assert (cookie["path"], cookie["httponly"]) == ("/read/", True)
    assert ticket.is_held(f"a=b; {ticket.COOKIE}={cookie.coded_value}")
    assert not ticket.is_held("") and not ticket.is_held(f"{ticket.COOKIE}=x")


# --- the file itself


def test_the_file_is_handed_back_as_it_was_and_only_to_be_saved(client, db):
    received(NOTICE, name="第3期.html")
    read_all()
    page = client.get("/documents/云岭政办〔2021〕5号/").content.decode()
    assert "/source/" in page
    answer = client.get("/documents/云岭政办〔2021〕5号/source/")
    assert b"".join(answer.streaming_content) == NOTICE.encode()
    assert answer["Content-Disposition"].startswith("attachment;") and ".txt" in answer["Content-Disposition"]
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox;")


def test_a_file_with_personal_data_is_for_those_who_may_see_it(clerk, reader, client):
    received(LIST)
    # A later file that prints the same again holds the same.
    received(LIST + NOTICE.partition("9\n\n")[2])
    read_all()
    assert Source.objects.count() == 2
    for number in (5, 6):
        url = f"/documents/云岭政办〔2021〕{number}号/"
        for one in (client, reader, clerk):
            assert "/source/" not in one.get(url).content.decode()
            answer = one.get(url + "source/")
            assert answer.status_code == 403 and "13900001234" not in answer.content.decode()
            assert "该文件含有个人信息" in answer.content.decode()
    keep_account("clerk", sees_personal_data=True)
    answer = clerk.get("/documents/云岭政办〔2021〕6号/source/")
    assert b"13900001234" in b"".join(answer.streaming_content)


def test_there_is_no_file_where_none_was_kept(client, db, files):
    assert client.get("/documents/云岭政办〔2021〕5号/source/").status_code == 404
    received()
    read_all()
    (files / Source.objects.get().stored_as).unlink()
    assert client.get("/documents/云岭政办〔2021〕5号/source/").status_code == 404


def test_personal_data_in_findings_is_masked_on_the_page_of_an_upload(clerk):
    upload = received(LIST)
    read_all()
    assert "13900001234" not in clerk.get(f"/read/{upload.uuid}/").content.decode()


# --- the pages


def test_the_pages_speak_one_language_each(clerk):
    states = [received(), received(b"MZ\x90\0"), received(LIST)]
    read_all()
    states.append(received())
    taken = actions.take()
    urls = ["/read/", *(f"/read/{one.uuid}/" for one in states)]
    for language in ("zh-hans", "en"):
        client = client_of("clerk", language)
        for url in urls:
            page = read_page(client.get(url))
            assert len(page.all("h1")) == 1
            for words, marked, element in said(page):
                if language == "en":
                    assert marked == "zh-Hans" or not HAN.search(words), f"{url}: <{element.tag}> {words[:60]}"
                else:
                    left = set(re.findall(r"[A-Za-z]{4,}", re.sub(r"issue\.txt|\.\w+", "", words)))
                    left -= {"gongbao", "English", "Word", "clerk"}
                    assert marked in ("en", "zh-Latn") or not left, f"{url}: <{element.tag}> {words[:80]}"
    taken.file.close()
    assert timezone.now()
