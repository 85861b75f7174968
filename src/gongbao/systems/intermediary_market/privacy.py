"""What of a person stands in a text that is to be published."""

import re
from collections.abc import Mapping

NUMBERS = re.compile(
    r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"  # a mobile number
    r"|(?<!\d)\d{6}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?!\d)"  # an identity number
    r"|[A-Za-z0-9._%+-]+[@＠][A-Za-z0-9.-]+\.[A-Za-z]{2,}"
)


def reveals(text: str, values: Mapping[str, object]) -> bool:
    """Whether the text has the complainant's name or contact in it, or the number or address of anybody."""
    plain = "".join(text.split())
    for key in ("complainant_name", "complainant_contact"):
        given = "".join(str(values.get(key, "")).split())
        if len(given) > 1 and given in plain:
            return True
    return NUMBERS.search(text) is not None
