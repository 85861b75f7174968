"""Where letters leave the house: the mail server and the port for short messages, as the environment names them."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from gongbao.core.errors import GongbaoError

FORM = "smtp://name@mail.example.org:587?tls=starttls"
PORTS = {"starttls": 587, "yes": 465, "no": 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """`host` is "" where none is set: letters then wait."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    tls: bool = False
    sender: str = ""


def mail_server(environ: Mapping[str, str], *, production: bool) -> MailServer:
    """The server of GONGBAO_SMTP_URL. Raises GongbaoError, which never repeats a password."""
    url = environ.get("GONGBAO_SMTP_URL", "").strip()
    sender = environ.get("GONGBAO_MAIL_FROM", "").strip()
    if not url:
        return MailServer(sender=sender)
    try:
        parts = urlsplit(url)
        port, query = parts.port, parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise GongbaoError(f"GONGBAO_SMTP_URL is not an address like {FORM}") from error
    if parts.scheme != "smtp" or not parts.hostname or parts.path not in ("", "/") or set(query) - {"tls"}:
        raise GongbaoError(f"GONGBAO_SMTP_URL is not an address like {FORM}")
    tls = query.get("tls", ["starttls"])[-1]
    if tls not in PORTS:
        raise GongbaoError(
            "GONGBAO_SMTP_URL: tls is starttls (the default), yes (from the first byte) or no (on this machine alone)"
        )
    if tls == "no" and production and not _is_loopback(parts.hostname):
        raise GongbaoError(
            "production refuses a mail server without TLS on another machine: what is written to people would travel "
            "in the open; write ?tls=starttls or ?tls=yes in GONGBAO_SMTP_URL"
        )
    if not parseaddr(sender)[1].rpartition("@")[0]:
        raise GongbaoError("a mail server needs a sender: set GONGBAO_MAIL_FROM, for instance noreply@example.gov.cn")
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[tls],
        user=unquote(parts.username or ""),
        password=_password(parts, environ),
        starttls=tls == "starttls",
        tls=tls == "yes",
        sender=sender,
    )


def _password(parts: SplitResult, environ: Mapping[str, str]) -> str:
    path = environ.get("GONGBAO_SMTP_PASSWORD_FILE", "").strip()
    if not path:
        return unquote(parts.password or "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "it is not text"
        raise GongbaoError(f"GONGBAO_SMTP_PASSWORD_FILE cannot be read: {told}", where=path) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def sms_port(environ: Mapping[str, str], *, production: bool) -> str:
    """What GONGBAO_SMS names: "" for none, `file`, or package.module:Class."""
    name = environ.get("GONGBAO_SMS", "").strip()
    if name == "file" and production:
        raise GongbaoError("production refuses GONGBAO_SMS=file: nobody would get what the log says was handed over")
    if name and name != "file" and not all(part.isidentifier() for part in name.replace(":", ".", 1).split(".")):
        raise GongbaoError(f"GONGBAO_SMS is {name!r}; it is `file` or package.module:Class")
    if name and name != "file" and ":" not in name:
        raise GongbaoError(f"GONGBAO_SMS is {name!r}; it is `file` or package.module:Class")
    return name
