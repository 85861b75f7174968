"""Checkpoints: signed, kept outside the database, one a day; and the commands that make and compare them."""

import json
import stat
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import LazySettings
from django.db import connection

from gongbao import cli
from gongbao.core.errors import GongbaoError
from gongbao.office.audit import checkpoints, paper, triggers
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import KEEPER, OUR_RULE
from gongbao.office.audit.models import Entry

NOW = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Path:
    settings.GONGBAO_HOME = tmp_path
    settings.GONGBAO_CHECKPOINTS = tmp_path / "checkpoints"
    settings.GONGBAO_AUDIT_KEY_FILE = ""
    return tmp_path


@pytest.fixture
def run(db: None, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process; exit status, stdout and stderr."""

    def runs(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.run(["audit", *(str(argument) for argument in arguments)])
        told = capsys.readouterr()
        return ended.value.code or 0, told.out, told.err  # type: ignore[return-value]

    return runs


def write(*subjects: str) -> None:
    with recorded("tests.act", actor=KEEPER, ground=OUR_RULE, at=NOW) as record:
        for subject in subjects:
            record(subject)


def attack(sql: str) -> None:
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql)
    triggers.install(connection)


def write_anew() -> None:
    """The last entry with another action, its hash and the head made anew."""
    last = Entry.objects.order_by("-number")[0]
    last.action = "tests.other"
    made = last.hash_as(last.number)
    attack(f"UPDATE audit_entry SET action = 'tests.other', hash = '{made}' WHERE number = {last.number}")
    attack(f"UPDATE audit_head SET hash = '{made}'")


# --- signing


@pytest.mark.django_db
def test_anybody_can_check_the_signature(home: Path) -> None:
    write("thing:1", "thing:2")
    data = json.loads(checkpoints.take(NOW).as_json())
    assert (data["count"], data["hash"]) == (2, Entry.objects.get(number=2).hash)
    assert data["at"] == "2026-03-02T01:02:03.000000Z"
    signed = {name: data[name] for name in ("format", "site", "count", "hash", "at")}
    text = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(data["public_key"]))
    key.verify(bytes.fromhex(data["signature"]), text.encode())
    assert stat.S_IMODE((home / "audit_key").stat().st_mode) == 0o600


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"), [("count", 3), ("hash", "1" * 64), ("site", "x"), ("at", "2026-03-03T00:00:00Z")]
)
def test_a_changed_checkpoint_is_not_signed(field: str, value: Any) -> None:
    taken = checkpoints.take(NOW)
    assert taken.is_signed_by(taken.public_key)
    changed = {**json.loads(taken.as_json()), field: value}
    assert not checkpoints.read(json.dumps(changed), where="x").is_signed_by(taken.public_key)


@pytest.mark.django_db
def test_the_key_of_another_does_not_fit(settings: LazySettings, home: Path) -> None:
    mine = checkpoints.take(NOW)
    settings.GONGBAO_HOME = home / "other"
    settings.GONGBAO_HOME.mkdir()
    theirs = checkpoints.public_key()
    assert theirs != mine.public_key
    assert not mine.is_signed_by(theirs)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "no private key"),
        ("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n", "no private key"),
        (None, "cannot be read"),
    ],
)
def test_a_key_that_is_none_is_told(settings: LazySettings, home: Path, content: str | None, told: str) -> None:
    settings.GONGBAO_AUDIT_KEY_FILE = str(home / "given")
    if content is not None:
        (home / "given").write_text(content)
    with pytest.raises(GongbaoError, match=told):
        checkpoints.public_key()


def test_first_uses_at_once_draw_one_key() -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(checkpoints.public_key())) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"format": "other"}',
        '{"format": "gongbao-checkpoint-1", "site": "x", "count": "1"}',
        '{"format": "gongbao-checkpoint-1", "site": "x", "count": 1, "hash": "", "at": "2026-03-03", "public_key": "",'
        ' "signature": ""}',
    ],
)
def test_what_is_no_checkpoint_is_told(content: str) -> None:
    with pytest.raises(GongbaoError, match="checkpoint"):
        checkpoints.read(content, where="x")


# --- daily


@pytest.mark.django_db
def test_one_checkpoint_is_written_a_day(home: Path) -> None:
    write("thing:1")
    assert [checkpoints.export_daily(NOW), checkpoints.export_daily(NOW + timedelta(hours=1))] == [1, 0]
    # 16:00 in UTC is the next day in Shanghai.
    assert checkpoints.export_daily(datetime(2026, 3, 2, 16, tzinfo=UTC)) == 1
    assert sorted(path.name for path in (home / "checkpoints").iterdir()) == [
        "checkpoint-2026-03-02.json",
        "checkpoint-2026-03-03.json",
    ]
    assert checkpoints.read_file(checkpoints.path_of(NOW.date())).count == 1


@pytest.mark.django_db
def test_a_log_written_anew_is_not_signed_again() -> None:
    write("thing:1")
    checkpoints.export_daily(NOW)
    write_anew()
    with pytest.raises(GongbaoError, match="does not fit the checkpoint before"):
        checkpoints.export_daily(NOW + timedelta(days=1))
    assert [day.day for day, _ in checkpoints.kept()] == [2]


@pytest.mark.django_db
def test_a_head_that_does_not_fit_is_not_signed() -> None:
    write("thing:1")
    attack("UPDATE audit_head SET count = 0")
    with pytest.raises(GongbaoError, match="audit verify"):
        checkpoints.take(NOW)


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_is_told(settings: LazySettings, home: Path) -> None:
    (home / "file").touch()
    settings.GONGBAO_CHECKPOINTS = home / "file" / "checkpoints"
    with pytest.raises(GongbaoError, match="cannot be written"):
        checkpoints.export_daily(NOW)


# --- on paper


@pytest.mark.django_db
def test_a_checkpoint_is_printed_whole() -> None:
    write("thing:1")
    taken = checkpoints.take(NOW)
    text = paper.checkpoint_text(taken)
    pages = pypdfium2.PdfDocument(paper.checkpoint_pdf(taken))
    assert len(pages) == 1
    printed = pages[0].get_textpage().get_text_bounded()
    for value in (taken.hash, taken.public_key, taken.signature):
        for shown in (text, printed):
            assert value in "".join(shown.split())
    assert "日志校验点" in printed
    assert paper.checkpoint_pdf(taken) == paper.checkpoint_pdf(taken)


# --- the commands


def test_a_log_that_holds(run: Run, tmp_path: Path) -> None:
    write("thing:1", "thing:2")
    assert run("checkpoint", tmp_path / "a.json") == (0, f"{tmp_path / 'a.json'}: 2 entries\n", "")
    write("thing:3")
    code, out, err = run("verify", "--checkpoint", tmp_path / "a.json")
    assert (code, err) == (0, "")
    assert out.startswith("the log holds: 3 entries, the last with the hash ")
    assert out.endswith(", and fits 1 checkpoint\n")


def test_a_log_that_does_not_hold(run: Run) -> None:
    write("thing:1", "thing:2")
    attack("UPDATE audit_entry SET action = 'tests.other' WHERE number = 1")
    assert run("verify") == (1, "the log does not hold:\nentry 1 was changed\n", "")
    code, out, _ = run("verify", "--json")
    data = json.loads(out)
    assert (code, data["holds"], data["count"]) == (1, False, 2)
    assert data["breaks"] == [{"kind": "changed", "first": 1, "last": 1, "words": "entry 1 was changed"}]


def test_a_log_written_anew_does_not_fit_its_checkpoint(run: Run, tmp_path: Path) -> None:
    write("thing:1")
    run("checkpoint", tmp_path / "a.json")
    write_anew()
    assert run("verify")[0] == 0
    code, out, _ = run("verify", "--checkpoint", tmp_path / "a.json")
    assert code == 1
    assert "does not fit: up to entry 1 the log was another" in out


def test_a_checkpoint_that_somebody_else_signed_is_refused(run: Run, home: Path, tmp_path: Path) -> None:
    run("checkpoint", tmp_path / "a.json")
    _, key, _ = run("key")
    (home / "audit_key").unlink()
    code, _, err = run("verify", "--checkpoint", tmp_path / "a.json")
    assert code == 1
    assert "not signed with the key of this log" in err
    assert run("verify", "--checkpoint", tmp_path / "a.json", "--key", key.strip())[0] == 0


def test_a_checkpoint_goes_to_standard_output_or_on_paper(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("checkpoint")
    assert (code, json.loads(out)["count"]) == (0, 0)
    assert run("checkpoint", tmp_path / "a.pdf")[0] == run("checkpoint", tmp_path / "a.txt")[0] == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert "Checkpoint of the log" in (tmp_path / "a.txt").read_text()
