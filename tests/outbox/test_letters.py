"""Letters: what is sent, what becomes of it, what stays of it, and what is told. All names are invented."""

import json
import logging
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection

from gongbao.core.errors import GongbaoError
from gongbao.core.hash_chain import canonical, digest
from gongbao.core.labels import Label
from gongbao.office import worker
from gongbao.office.audit.actions import recorded
from gongbao.office.audit.actors import OUR_RULE, SYSTEM
from gongbao.office.audit.models import Entry
from gongbao.office.kept import WriteOutsideAction
from gongbao.office.outbox import actions, delivery, queries
from gongbao.office.outbox.carriers import Away
from gongbao.office.outbox.models import Channel, Envelope, Letter, Stage
from tests.outbox.conftest import MINUTE, NOW, write
from tests.outbox.mail_server import MailServer

pytestmark = pytest.mark.django_db

ADDRESS = "lan.ting@example.org"


# --- sending


def test_a_letter_arrives_in_the_language_of_whom_it_is_to(mail):
    write(ADDRESS)
    assert delivery.deliver(NOW) == 1
    (letter,) = mail.letters()
    assert letter["To"] == ADDRESS
    assert letter["From"] == "云岭市 <noreply@yunling.example>"
    assert letter["Subject"] == "投诉已受理"
    assert letter["Date"].datetime == NOW
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().rstrip("\n") == "您的投诉已受理。\n.\n办理期限为15个工作日。"
    assert mail.taken[0][1].isascii()
    with recorded("tests.write", actor=SYSTEM, ground=OUR_RULE, at=NOW) as record:
        actions.send(
            actions.ToEmail(ADDRESS, language="en"),
            subject=Label("题", "Your\ncomplaint"),
            text=Label("文", "Words"),
            about="case:8",
            at=NOW,
        )
        record("case:8")
    assert delivery.deliver(NOW) == 1
    assert mail.letters()[1]["Subject"] == "Your complaint"


def test_nothing_is_sent_where_the_action_does_not_happen(mail):
    with pytest.raises(ZeroDivisionError), recorded("tests.write", actor=SYSTEM, ground=OUR_RULE, at=NOW):
        write(ADDRESS)
        raise ZeroDivisionError
    assert not Letter.objects.exists()
    assert not Entry.objects.exists()
    assert delivery.deliver(NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_outside_an_action():
    with pytest.raises(WriteOutsideAction):
        actions.send(actions.ToEmail(ADDRESS), subject=Label("a", "a"), text=Label("a", "a"), about="case:1", at=NOW)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "lan",
        "lan@",
        "@example.org",
        "a@b@",
        "兰@example.org",
        "a@example.org\nBcc: b@example.org",
        "x" * 250 + "@a.example",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(bad):
    with pytest.raises(GongbaoError, match="e-mail address") as refused:
        actions.email_address(bad)
    assert not bad or bad == "@example.org" or bad not in str(refused.value)


def test_addresses_are_kept_in_the_form_that_travels():
    assert actions.email_address(" an@bücher.example ") == "an@xn--bcher-kva.example"
    assert actions.phone_number("+86 (139) 0000-0001") == "+8613900000001"
    for bad in ("12", "139x0000001", "+8613900000001234567"):
        with pytest.raises(GongbaoError, match="telephone number"):
            actions.phone_number(bad)


# --- what the log and the database hold


def test_the_log_holds_no_address_and_no_word(mail, caplog):
    caplog.set_level(logging.DEBUG)
    (letter,) = write(ADDRESS)
    envelope = Envelope.objects.get()
    entry = Entry.objects.get(action="outbox.letter")
    assert entry.subject == f"letter:{letter.uuid}"
    assert digest(envelope.salt, canonical([ADDRESS, envelope.subject, envelope.text])) in entry.content
    delivery.deliver(NOW)
    assert f"outbox.deliver {letter.pk}: handed over" in caplog.text
    ended = Entry.objects.get(action="outbox.delivered")
    told = [record.getMessage() for record in caplog.records if record.name.startswith(("gongbao", "django"))]
    for text in (*told, *Entry.objects.values_list("content", flat=True)):
        assert ADDRESS not in text
        assert "受理" not in text
    assert ended.content == canonical({"about": "case:7", "code": "", "tries": 1, "unsure": 0})


def test_a_letter_is_written_by_its_actions_alone():
    (letter,) = write(ADDRESS)
    with pytest.raises(WriteOutsideAction):
        letter.save()
    with pytest.raises(WriteOutsideAction):
        Envelope.objects.update(address="other@example.org")


def test_address_and_words_go_after_thirty_days_and_the_record_stays(mail):
    write(ADDRESS)
    delivery.deliver(NOW)
    write("bo@example.org", at=NOW + timedelta(days=1))
    assert delivery.erase(NOW + timedelta(days=29)) == 0
    assert delivery.erase(NOW + timedelta(days=31)) == 1
    assert [one.address for one in Envelope.objects.all()] == ["bo@example.org"], "what is under way stays"
    assert Letter.objects.count() == 2
    assert Entry.objects.filter(action="outbox.erase").count() == 1
    assert delivery.erase(NOW + timedelta(days=31)) == 0


# --- a server that does not take it


def test_an_address_that_is_refused_is_not_tried_again(mail):
    mail.to_address[ADDRESS] = "550 no such user lan.ting"
    write(ADDRESS, "bo@example.org")
    delivery.deliver(NOW)
    assert mail.addresses() == ["bo@example.org"]
    letter = Letter.objects.get(outcome="refused")
    assert letter.code == "550"
    assert list(queries.not_delivered(NOW.date())) == [letter]
    assert "lan.ting" not in Entry.objects.get(action="outbox.refused").content
    del mail.to_address[ADDRESS]
    assert delivery.deliver(NOW + timedelta(days=1)) == 0


def test_a_letter_refused_at_its_end_is_refused(mail):
    mail.at_the_end = lambda address: "554 looks like spam"
    write(ADDRESS)
    delivery.deliver(NOW)
    assert Letter.objects.get().code == "554"


def test_one_that_is_refused_for_the_moment_is_tried_later_and_given_up_after_days(mail):
    mail.to_address[ADDRESS] = "450 busy"
    write(ADDRESS)
    at, tries = NOW, []
    while Letter.objects.get().outcome == "":
        delivery.deliver(at)
        tries.append(at)
        assert delivery.deliver(at + MINUTE / 2) == 0, "before its time it is left alone"
        assert Envelope.objects.get().tries == len(tries)
        at = Envelope.objects.get().due_at or at
    waits = [round((later - sooner) / MINUTE) for sooner, later in pairwise(tries)]
    assert waits[:7] == [1, 5, 15, 60, 240, 240, 240]
    assert timedelta(days=4) < tries[-1] - NOW < timedelta(days=6)
    assert Letter.objects.get().outcome == "given_up"
    assert not mail.taken


def test_it_arrives_when_the_server_takes_it_again(mail):
    mail.to_address[ADDRESS] = "450 busy"
    write(ADDRESS)
    delivery.deliver(NOW)
    del mail.to_address[ADDRESS]
    assert delivery.deliver(NOW) == 0, "it waits"
    assert delivery.deliver(NOW + 2 * MINUTE) == 1
    assert mail.addresses() == [ADDRESS]


def test_a_server_that_is_away_costs_no_letter_a_try(mail, settings, caplog):
    write(ADDRESS)
    mail.__exit__()
    with pytest.raises(Away):
        delivery.deliver(NOW)
    assert Envelope.objects.get().tries == 0
    result = worker.run_once(NOW, jobs=[job for job in worker.registered() if job.name == "outbox.deliver"])
    assert result.failed == ["outbox.deliver"]
    assert "the mail server cannot be reached: ConnectionRefusedError" in caplog.text
    with MailServer() as again:
        settings.EMAIL_PORT = again.port
        assert delivery.deliver(NOW) == 1


def test_a_server_that_hangs_up_in_the_middle_of_a_letter_gets_it_again(settings):
    """It says yes to the beginning of a letter, and nothing more."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        peer, _ = listener.accept()
        with peer, peer.makefile("rwb", buffering=0) as line:
            line.write(b"220 hello\r\n")
            for command in line:
                if command.upper().startswith(b"DATA"):
                    line.write(b"354 go on\r\n")
                    return
                line.write(b"250 OK\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", listener.getsockname()[1]
    settings.EMAIL_USE_TLS, settings.DEFAULT_FROM_EMAIL = False, "noreply@yunling.example"
    write(ADDRESS, "bo@example.org")
    with pytest.raises(Away):
        delivery.deliver(NOW)
    thread.join()
    listener.close()
    first, second = Envelope.objects.order_by("pk")
    assert (first.stage, first.unsure, first.tries) == (Stage.WAITING, 1, 1)
    assert (second.stage, second.unsure, second.tries) == (Stage.WAITING, 0, 0)


def test_without_a_way_out_letters_wait_and_that_can_be_told(settings):
    write(ADDRESS, "139 0000 0001")
    assert delivery.deliver(NOW) == 0
    waiting = {one.channel: (one.is_set_up, one.count, one.oldest) for one in queries.waiting()}
    assert waiting == {Channel.EMAIL: (False, 1, NOW), Channel.SMS: (False, 1, NOW)}


def test_a_fault_with_one_letter_does_not_keep_the_others(mail, monkeypatch, caplog):
    write(ADDRESS, "bo@example.org")
    from gongbao.office.outbox import mail as way

    whole = way.written

    def written(letter):
        if letter.address == ADDRESS:
            raise ValueError(ADDRESS)
        return whole(letter)

    monkeypatch.setattr(way, "written", written)
    assert delivery.deliver(NOW) == 1
    assert mail.addresses() == ["bo@example.org"]
    assert ADDRESS not in caplog.text
    assert Envelope.objects.get(address=ADDRESS).stage == Stage.WAITING


# --- TLS, and who we are


@pytest.fixture
def certificate(tmp_path):
    """A certificate for localhost, and its key, made for this test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    day = timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - day)
        .not_valid_after(datetime.now(UTC) + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "chain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return tmp_path


@pytest.mark.parametrize("way", ["starttls", "from the first byte"])
def test_by_tls_to_a_server_whose_certificate_is_known(settings, certificate, monkeypatch, way, caplog):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "chain.pem", certificate / "key.pem")
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = way == "starttls", way != "starttls"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "clerk", "a @ b"
    settings.DEFAULT_FROM_EMAIL = "noreply@yunling.example"
    options = {"tls_context": context, "require_starttls": True} if way == "starttls" else {"ssl_context": context}
    server = MailServer(**options, auth_require_tls=way == "starttls", auth_required=way == "starttls")
    server._controller.SMTP_kwargs["authenticator"] = server.login
    write(ADDRESS)
    with server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", server.port
        with pytest.raises(Away):
            delivery.deliver(NOW)
        assert "SSLCertVerificationError" in caplog.text
        assert not server.users, "no password to a server that is not known"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "chain.pem"))
        assert delivery.deliver(NOW) == 1
        assert server.addresses() == [ADDRESS]
        assert server.users == [(b"clerk", b"a @ b")]
        settings.EMAIL_HOST_PASSWORD = "wrong"
        write("bo@example.org")
        with pytest.raises(Away):
            delivery.deliver(NOW)
    assert "the mail server answered 535" in caplog.text
    assert "wrong" not in caplog.text


# --- short messages


def test_a_short_message_goes_into_the_file_of_the_stand_in(settings):
    path = settings.GONGBAO_HOME / "sms.jsonl"
    settings.GONGBAO_SMS = "file"
    write("139 0000 0001")
    assert delivery.deliver(NOW) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open("ab") as file:
        file.write(b'{"reference": "to')  # a process was killed here
    write("139 0000 0002")
    assert delivery.deliver(NOW) == 1
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["number"] for line in lines] == ["13900000001", "13900000002"]
    path.unlink()


class Gateway:
    """What an office would have."""

    sent: list[tuple[str, str]] = []

    def send(self, number, text, reference):
        self.sent.append((number, reference))


def test_the_port_is_named_by_the_environment(settings, caplog):
    settings.GONGBAO_SMS = f"{__name__}:Gateway"
    (letter,) = write("139 0000 0001")
    assert delivery.deliver(NOW) == 1
    assert Gateway.sent == [("13900000001", str(letter.uuid))]
    settings.GONGBAO_SMS = "no.such:Port"
    write("139 0000 0002")
    with pytest.raises(Away):
        delivery.deliver(NOW)
    assert "GONGBAO_SMS names no port: no.such:Port" in caplog.text


def test_the_tables_that_hold_letters_are_the_only_ones_with_the_address():
    write(ADDRESS)
    with connection.cursor() as cursor:
        holding = []
        for table in connection.introspection.table_names():
            if table.startswith("library_search"):
                continue  # an index of words cannot be read like a table
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if any(ADDRESS in str(value) for row in cursor.fetchall() for value in row):
                holding.append(table)
    assert holding == ["outbox_envelope"]
