"""Where letters leave the house, as the environment names it."""

import pytest

from gongbao.core.errors import GongbaoError
from gongbao.site.mail import MailServer, mail_server, sms_port
from tests.program import gongbao
from tests.test_skeleton_production import GOOD

SECRET = "p%40ss"


def asked(url, production=True, **more):
    return mail_server(
        {"GONGBAO_SMTP_URL": url, "GONGBAO_MAIL_FROM": "noreply@a.example", **more}, production=production
    )


def test_the_server_as_an_address_says_it(tmp_path):
    assert asked(f"smtp://clerk%40a:{SECRET}@mail.example.org") == MailServer(
        "mail.example.org", 587, "clerk@a", "p@ss", True, False, "noreply@a.example"
    )
    assert asked("smtp://mail.example.org:2465?tls=yes").port == 2465
    assert (asked("smtp://mail.example.org?tls=yes").port, asked("smtp://mail.example.org?tls=yes").tls) == (465, True)
    assert asked("smtp://127.0.0.1?tls=no").port == 25
    assert asked("") == MailServer(sender="noreply@a.example")
    (tmp_path / "password").write_text("from a file\n")
    password = asked("smtp://a@mail.example.org", GONGBAO_SMTP_PASSWORD_FILE=str(tmp_path / "password")).password
    assert password == "from a file"
    assert "from a file" not in repr(asked("smtp://a:from a file@mail.example.org"))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"http://a:{SECRET}@mail.example.org", "not an address like"),
        (f"smtp://a:{SECRET}@:25", "not an address like"),
        (f"smtp://a:{SECRET}@mail.example.org:port", "not an address like"),
        (f"smtp://a:{SECRET}@mail.example.org?tsl=no", "not an address like"),
        (f"smtp://a:{SECRET}@mail.example.org?tls=maybe", "tls is starttls"),
        (f"smtp://a:{SECRET}@mail.example.org?tls=no", "refuses a mail server without TLS"),
        (f"smtp://a:{SECRET}@127.0.0.1.example.org?tls=no", "refuses a mail server without TLS"),
    ],
)
def test_what_is_refused(url, told):
    with pytest.raises(GongbaoError, match=told) as refused:
        asked(url)
    assert SECRET not in str(refused.value)
    assert "p@ss" not in str(refused.value)


def test_a_sender_is_needed_and_a_file_that_can_be_read():
    with pytest.raises(GongbaoError, match="GONGBAO_MAIL_FROM"):
        asked("smtp://mail.example.org", GONGBAO_MAIL_FROM="")
    with pytest.raises(GongbaoError, match="cannot be read"):
        asked("smtp://mail.example.org", GONGBAO_SMTP_PASSWORD_FILE="/nowhere/password")


def test_a_developer_may_write_to_a_server_without_tls():
    assert not asked("smtp://mail.example.org?tls=no", production=False).starttls


def test_the_port_for_short_messages():
    assert sms_port({}, production=True) == ""
    assert sms_port({"GONGBAO_SMS": "office_gateway.sms:Port"}, production=True) == "office_gateway.sms:Port"
    assert sms_port({"GONGBAO_SMS": "file"}, production=False) == "file"
    with pytest.raises(GongbaoError, match="nobody would get"):
        sms_port({"GONGBAO_SMS": "file"}, production=True)
    for bad in ("files", "a b:C", "a:", "os.system('x'):C"):
        with pytest.raises(GongbaoError, match=r"package\.module:Class"):
            sms_port({"GONGBAO_SMS": bad}, production=False)


def test_production_refuses_before_it_does_anything(tmp_path):
    given = {"GONGBAO_SMTP_URL": f"smtp://a:{SECRET}@mail.example.org?tls=no", "GONGBAO_MAIL_FROM": "a@a.example"}
    done = gongbao(tmp_path, "migrate", **GOOD, **given)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "without TLS" in done.stderr
    assert SECRET not in done.stderr
