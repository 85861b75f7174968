"""A mail server, and a site that writes to it. All names are invented."""

from datetime import UTC, datetime, timedelta

import pytest

from gongbao.core.labels import Label
from tests.outbox.mail_server import MailServer

NOW = datetime(2026, 5, 6, 1, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def mail(settings):
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.DEFAULT_FROM_EMAIL = "云岭市 <noreply@yunling.example>"
        yield server


@pytest.fixture(autouse=True)
def nothing_leaves(settings):
    """Whatever the shell of a developer says, no test writes to anybody but a server of its own."""
    settings.EMAIL_HOST = settings.DEFAULT_FROM_EMAIL = settings.GONGBAO_SMS = ""


def write(*addresses: str, at: datetime = NOW, about: str = "case:7", **more):
    """Letters, sent as an action sends them."""
    from gongbao.office.audit.actions import recorded
    from gongbao.office.audit.actors import OUR_RULE, SYSTEM
    from gongbao.office.outbox.actions import ToEmail, ToPhone, send

    with recorded("tests.write", actor=SYSTEM, ground=OUR_RULE, at=at) as record:
        letters = [
            send(
                ToEmail(address) if "@" in address else ToPhone(address),
                subject=Label("投诉已受理", "Your complaint was accepted"),
                text=Label(
                    "您的投诉已受理。\n.\n办理期限为15个工作日。", "We accepted it.\n.\nIt takes 15 working days."
                ),
                about=about,
                at=at,
                **more,
            )
            for address in addresses
        ]
        record(about, letters=len(letters))
    return letters


def put_up(to, number=1, **more):
    """A message, as an action sends it."""
    from gongbao.office.audit.actions import recorded
    from gongbao.office.audit.actors import OUR_RULE, SYSTEM
    from gongbao.office.outbox.actions import send

    with recorded("tests.tell", actor=SYSTEM, ground=OUR_RULE, at=NOW) as record:
        message = send(
            to,
            subject=Label(f"第{number}件", f"Matter {number}"),
            text=Label("限今日办理。", "Due today."),
            about=f"case:{number}",
            at=NOW,
            **more,
        )
        record(f"case:{number}")
    return message
