"""A mail server of our own on the loopback, and what it took. All names are invented."""

from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope


class _Controller(Controller):
    def _trigger_server(self) -> None:
        # It knocks at the port it was given; ours takes any that is free.
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailServer:
    """Takes letters, or answers to an address, or at the end of a letter, what the test says."""

    def __init__(self, **options: Any) -> None:
        self.taken: list[tuple[str, bytes]] = []  # address, bytes
        self.to_address: dict[str, str] = {}  # address -> answer instead of 250
        self.at_the_end: Callable[[str], str | None] = lambda address: None  # address -> answer, after it was taken
        self.users: list[tuple[bytes, bytes]] = []
        self._controller = _Controller(self, hostname="127.0.0.1", port=0, **options)

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._controller.server:
            self._controller.stop()

    @property
    def port(self) -> int:
        return self._controller.port

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if answer := self.to_address.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        (address,) = envelope.rcpt_tos
        assert isinstance(envelope.content, bytes)
        self.taken.append((address, envelope.content))
        return self.at_the_end(address) or "250 taken"

    def login(self, server: SMTP, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        self.users.append((given.login, given.password))
        return AuthResult(success=given.password == b"a @ b", handled=False)

    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for _, content in self.taken]  # type: ignore[misc]

    def addresses(self) -> list[str]:
        return sorted(address for address, _ in self.taken)
