"""Short messages by telephone: a port, and a stand-in that writes them into a file.

A live one is not part of this program: a gateway is whoever the office has a contract with. Its Python module names a
class that does what SmsPort says, and GONGBAO_SMS names the class, as package.module:Class.
"""

import fcntl
import json
import os
from importlib import import_module
from pathlib import Path
from typing import Protocol

from django.conf import settings

from gongbao.core.errors import GongbaoError
from gongbao.office.outbox.carriers import Away, Outgoing

FILE = "file"


class SmsPort(Protocol):
    """A way by which short messages leave the house."""

    def send(self, number: str, text: str, reference: str) -> None:
        """Hand one over. The same `reference` is the same message, given again because its end was not known: a
        gateway that knows references sends it once.

        Raises Refused, NotNow, EndUnknown or Away (see carriers.py).
        """


class SmsFile:
    """The stand-in: a line of JSON for each, in `sms.jsonl` of the home, for this account's eyes alone."""

    def __init__(self) -> None:
        self.path = Path(settings.GONGBAO_HOME) / "sms.jsonl"

    def send(self, number: str, text: str, reference: str) -> None:
        line = json.dumps({"reference": reference, "number": number, "text": text}, ensure_ascii=False) + "\n"
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                held = file.read()
                # What a process that was killed left of a line is no line.
                whole = held[: held.rfind(b"\n") + 1]
                if any(json.loads(one)["reference"] == reference for one in whole.splitlines()):
                    return
                file.truncate(len(whole))
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Away(f"the file for short messages cannot be written: {error.strerror}") from error


def port() -> SmsPort:
    """The port that GONGBAO_SMS names. Raises GongbaoError."""
    name: str = settings.GONGBAO_SMS
    if name == FILE:
        return SmsFile()
    module, _, member = name.partition(":")
    try:
        made: SmsPort = getattr(import_module(module), member)()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise GongbaoError(f"GONGBAO_SMS names no port: {name}; it is `file` or package.module:Class") from error
    return made


class Sms:
    """The port as a carrier."""

    def open(self) -> None:
        try:
            self._port = port()
        except GongbaoError as error:
            raise Away(error.message) from error

    def carry(self, letter: Outgoing) -> None:
        self._port.send(letter.address, letter.text, letter.uuid)

    def close(self) -> None:
        pass
