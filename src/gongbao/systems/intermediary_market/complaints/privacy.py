"""What of a person stands in a text that is to be published."""

import re
import unicodedata
from collections.abc import Mapping

_PARTS = r"[ .·—–_-]?"  # between the figures of a number
NUMBERS = re.compile(
    rf"(?<!\d)1[3-9]\d{_PARTS}\d{{4}}{_PARTS}\d{{4}}(?!\d)"  # a mobile number
    # an identity number
    rf"|(?<!\d)\d{{6}}{_PARTS}(?:19|20)\d{{2}}[01]\d[0-3]\d{_PARTS}\d{{3}}[\dXx](?!\d)"
    r"|[A-Za-z0-9._%+-]+[@＠][A-Za-z0-9.-]+\.[A-Za-z]{2,}"
)


def reveals(text: str, values: Mapping[str, object]) -> bool:
    """Whether the text has the complainant's name or contact in it, or the number or address of anybody."""
    plain = _plain(text)
    for key in ("complainant_name", "complainant_contact"):
        given = _plain(str(values.get(key, "")))
        if len(given) > 1 and given in plain:
            return True
    return NUMBERS.search(_shown(text)) is not None


def _shown(text: str) -> str:
    """The text as it is read: wide letters and figures as narrow ones, without signs that nobody sees."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")


def _plain(text: str) -> str:
    return "".join(_shown(text).casefold().split())
