"""The web server that ships with the program: waitress, pure Python, one process with several threads."""

import ipaddress
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from copy import copy
from types import FrameType
from typing import Any

from django.db import connections
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import RequestEntityTooLarge

from gongbao.core.errors import GongbaoError
from gongbao.gazette.source import DEFAULT_LIMIT as LIMIT
from gongbao.office.intake import ticket
from gongbao.sample import CITY_KEY, UNITS
from gongbao.site.prepare import answering_database

THREADS = 8
LARGEST_FORM = 1024 * 1024  # bytes; none of ours sends as much
LARGEST_CASE = 3 * 1024 * 1024  # a case of ten thousand visits; the views take a little less, and tell how much
CASES = ("/api/policies/", "/policies/")
LARGEST_BODY = 4 * LIMIT + LARGEST_FORM  # several files at once, from a browser without script


class Request(HTTPRequestParser):
    """A request while it comes in. Only a browser that was shown where to give files over may send any."""

    adj: Any
    error: Any

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if not ticket.is_held(self.headers.get("COOKIE", ""), self.path):
            self.adj = copy(self.adj)
            self.adj.max_request_body_size = LARGEST_CASE if self.path.startswith(CASES) else LARGEST_FORM

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge):
            self.error = TooLargeForApi("") if self.path.startswith("/api/") else RequestEntityTooLarge(_too_large())
        return consumed


class TooLargeForApi(RequestEntityTooLarge):
    """In the form of all errors of the API."""

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        from gongbao.office.api import too_long

        told = too_long()
        headers = [("Content-Type", told["Content-Type"]), ("Access-Control-Allow-Origin", "*")]
        return f"{self.code} {self.reason}", headers, told.content


class Channel(HTTPChannel):
    parser_class = Request


def _too_large() -> str:
    """In both languages: nobody has looked yet which one is wanted."""
    told = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            told.append(_("This is more than can be sent at once. Give files one by one, each up to 64 MiB."))
    return "\n".join(told)


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything long is done, so that a port in use is told at once. Port 0 takes a free one."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise GongbaoError(f"{host} is not an address of this machine: {error.strerror or error}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Bound is not yet listening: another program could still take the port, and tests would not see it refused.
        listener.listen(128)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise GongbaoError(f"cannot listen on {host} port {port}: {reason}; choose another port with --port") from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def open_demo_accounts(listener: socket.socket) -> dict[str, str]:
    """The accounts that show the program, with one password drawn now: on a site that only this machine can reach.

    They hold posts in the units of the sample, which are read in where there are no units yet, act for invented
    parties of the market, and have complaints on their desks.

    None in production, on an address that others may reach, or where a proxy or a name of its own says that the site
    is meant for others: the result is then empty, and nothing is created.
    """
    from django.conf import settings

    from gongbao.office.people import actions, queries
    from gongbao.office.people.unit_files import read_units
    from gongbao.systems.intermediary_market.demo import open_demo as open_demo_market

    host = listener.getsockname()[0]
    if settings.PRODUCTION or settings.GONGBAO_PROXY or os.environ.get("GONGBAO_HOSTS", "").strip():
        return {}
    if not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        return {}
    # One for all: whoever tries a procedure out signs in as each of its parties in turn.
    passwords = dict.fromkeys(actions.DEMO_ACCOUNTS, secrets.token_urlsafe(12))
    with answering_database():
        if queries.city() is None:
            actions.keep_units(read_units(UNITS), at=timezone.now())
        # In no city but that of the sample does such an account hold a post.
        in_sample_city = queries.city_key() == CITY_KEY
        actions.open_demo_accounts(passwords, with_posts=in_sample_city)
        if in_sample_city:
            open_demo_market(timezone.now())
    connections.close_all()
    return passwords


def shut_demo_accounts() -> None:
    """What an earlier run opened for this machine alone is shut before the site serves anybody else."""
    from gongbao.office.people import actions

    with answering_database():
        actions.shut_demo_accounts()
    connections.close_all()


def serve(listener: socket.socket, announce: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is called when the first request would be answered."""
    from django.conf import settings

    from gongbao.office.intake.worker import Worker as Intake
    from gongbao.office.worker.thread import Worker
    from gongbao.site.wsgi import application

    proxy = (
        {"trusted_proxy": settings.GONGBAO_PROXY, "trusted_proxy_headers": {"x-forwarded-proto", "x-forwarded-for"}}
        if settings.GONGBAO_PROXY
        else {}
    )
    server = create_server(
        application,
        sockets=[listener],
        threads=THREADS,
        clear_untrusted_proxy_headers=True,
        ident="gongbao",
        # No address of ours comes near this; what is longer is refused before anybody looks at it.
        max_request_header_size=16 * 1024,
        # The most that anybody may send; see Request for the others. A body is on disk before a view can refuse it.
        max_request_body_size=LARGEST_BODY,
        connection_limit=1000,
        channel_timeout=30,  # seconds in which a slow caller must get on
        **proxy,
    )

    server.channel_class = Channel
    # Three threads, as neither a long gazette nor a long workbook must hold up a clock.
    workers = Intake(), Worker(), Worker(aside=True)

    def end(signum: int, frame: FrameType | None) -> None:
        sys.exit(0)

    # waitress ends in order on Ctrl-C; a service manager asks with SIGTERM and means the same.
    signal.signal(signal.SIGTERM, end)
    # A shell that starts us in the background has SIGINT ignored, and we would inherit that.
    signal.signal(signal.SIGINT, end)
    announce()
    for worker in workers:
        worker.start()
    try:
        server.run()
    finally:
        for worker in workers:
            worker.stop()
