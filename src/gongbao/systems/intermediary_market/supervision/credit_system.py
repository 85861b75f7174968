"""The credit system: a port, and a folder that stands in for it.

The city's public credit system (公共信用信息平台) takes credit records (第十条) and has the joint punishments of others
(第三十四条). The live one is not connected: it needs an agreement with the body that runs it, and its interface is not
public. A site names a folder (GONGBAO_CREDIT_SYSTEM) into which each hand-over is written as a file, to be carried
over; or nothing: then it is recorded, and taken from its page. What connects the live one later is a class with `name`
and `hand_over`.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings

from gongbao.core.errors import GongbaoError


class CreditSystem(Protocol):
    """Where credit records are handed over to."""

    @property
    def name(self) -> str:
        """What the record of a hand-over calls it, in up to 40 characters."""

    def hand_over(self, number: int, content: bytes, sha256: str) -> str:
        """Take the JSON of a hand-over; what it says of the receipt, in up to 200 characters. Handed over twice, the
        same number and content is taken once. Raises GongbaoError."""


@dataclass(frozen=True, slots=True)
class FolderCreditSystem:
    """A folder on this machine, with a file for each hand-over: credit-0003-<the first of its digest>.json."""

    path: Path
    name: str = "folder"

    def hand_over(self, number: int, content: bytes, sha256: str) -> str:
        file = self.path / f"credit-{number:04d}-{sha256[:16]}.json"
        whole = file.with_suffix(".part")
        try:
            whole.write_bytes(content)
            os.replace(whole, file)
        except OSError as error:
            raise GongbaoError("the credit system takes nothing now; tell whoever runs this site") from error
        return file.name


def configured() -> CreditSystem | None:
    """The one that this site was told of; None without one."""
    return FolderCreditSystem(Path(settings.GONGBAO_CREDIT_SYSTEM)) if settings.GONGBAO_CREDIT_SYSTEM else None
