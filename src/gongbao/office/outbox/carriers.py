"""What a way out of the house has to do, and how it says what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter as a carrier gets it. The same letter is the same in every try, its `message_id` too."""

    uuid: str
    address: str
    language: str
    subject: str
    text: str
    written_at: datetime
    message_id: str


class Refused(Exception):
    """The other side refused the letter for good; `code` is its number, and nothing of its words."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.code = code


class NotNow(Refused):
    """It refused the letter for the moment."""


class Away(Exception):
    """The other side does not answer, or not us: no fault of any letter. `reason` holds nothing that was sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class EndUnknown(Exception):
    """The connection ended after the letter may have been taken."""


class Carrier(Protocol):
    def open(self) -> None:
        """Make ready to carry. Raises Away."""

    def carry(self, letter: Outgoing) -> None:
        """Hand the letter over; returned from, it was taken. Raises Refused, NotNow, EndUnknown, Away."""

    def close(self) -> None: ...
