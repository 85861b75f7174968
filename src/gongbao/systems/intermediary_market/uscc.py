"""Unified social credit codes (统一社会信用代码, GB 32100)."""

import unicodedata

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from gongbao.core.errors import GongbaoError


def checked_uscc(given: str) -> str:
    """The code, 18 signs without spaces, in capital letters. Raises GongbaoError."""
    try:
        return str(uscc.validate(unicodedata.normalize("NFKC", given)))
    except ValidationError as error:
        raise GongbaoError(
            "this is no unified social credit code: it has 18 figures and letters, the last of which is a check",
            where="uscc",
        ) from error
