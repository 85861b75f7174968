"""Letters by e-mail, through one server that takes them all (a submission server or a relay)."""

import smtplib
from email.charset import BASE64, Charset
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from gongbao.office.outbox.carriers import Away, EndUnknown, NotNow, Outgoing, Refused

PATIENCE = 30  # seconds for each answer of the server
PATIENCE_AT_THE_END = 300  # a server may look through a letter before it takes it, and whoever leaves early sends twice


class Smtp:
    """Django's way of connecting (TLS, certificate, name and password), with the sending in our own hands.

    Django's own sending does not tell a letter that was refused from one whose end is not known.
    """

    def __init__(self) -> None:
        self._backend = EmailBackend(timeout=PATIENCE, fail_silently=False)

    def open(self) -> None:
        try:
            self._backend.open()
        except smtplib.SMTPResponseException as error:
            raise Away(f"the mail server answered {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            # An OSError may hold the address of the server, never one of a letter.
            raise Away(f"the mail server cannot be reached: {type(error).__name__}") from error

    def carry(self, letter: Outgoing) -> None:
        server: smtplib.SMTP | None = self._backend.connection
        if server is None or server.sock is None:
            raise Away("the mail server ended the connection")
        message = written(letter)
        try:
            server.sock.settimeout(PATIENCE)
            server.ehlo_or_helo_if_needed()
            code, _ = server.mail(_bare(settings.DEFAULT_FROM_EMAIL))
            if code != OK:
                # It takes nothing from us, whoever it is for.
                raise Away(f"the mail server answered {code} to the sender")
            code, _ = server.rcpt(letter.address)
            if code not in (OK, WILL_FORWARD):
                server.rset()
                raise _refusal(code)
        except (smtplib.SMTPException, OSError) as error:
            raise Away(f"the mail server ended the connection: {type(error).__name__}") from error
        try:
            server.sock.settimeout(PATIENCE_AT_THE_END)
            code, _ = server.data(message)
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            raise EndUnknown from error
        if code != OK:
            raise _refusal(code)

    def close(self) -> None:
        self._backend.close()


OK = 250
WILL_FORWARD = 251


def _refusal(code: int) -> Refused:
    return Refused(str(code)) if 500 <= code < 600 else NotNow(str(code))


def written(letter: Outgoing) -> bytes:
    """The letter as it goes out: the same bytes in every try."""
    in_seven_bits = Charset("utf-8")
    in_seven_bits.body_encoding = BASE64
    message = EmailMessage(
        subject=letter.subject,
        body=letter.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.address],
        headers={
            "Message-ID": letter.message_id,
            "Date": format_datetime(letter.written_at),
            "Content-Language": letter.language,
            # No machine is to answer that somebody is on leave.
            "Auto-Submitted": "auto-generated",
        },
    )
    message.encoding = in_seven_bits
    whole: Any = message.message()
    return bytes(whole.as_bytes(linesep="\r\n"))


def _bare(address: str) -> str:
    return address.rpartition("<")[2].rstrip("> ")
