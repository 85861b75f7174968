"""The second factor: a code of six figures that changes every 30 seconds (TOTP, RFC 6238), and how its secret is kept.

The secret is encrypted under a key that is derived from the secret key of the site (HKDF), so that a copy of the
database alone gives no codes. Whoever has the key of the site has them; another key makes all of them useless, unless
the old one stands in SECRET_KEY_FALLBACKS.
"""

import base64
import hmac
import secrets
from datetime import datetime

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes

from gongbao.core.errors import GongbaoError

STEP = 30  # seconds
WINDOW = 1  # steps by which a clock may be wrong, either way
RECOVERY_CODES = 10
_ISSUER = "gongbao"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is taken for another: i, l, o, 0, 1
_GROUPS, _GROUP = 4, 4  # 79 bits


def new_secret() -> str:
    return pyotp.random_base32()


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = [
        HKDF(algorithm=SHA256(), length=32, salt=None, info=b"gongbao.people.second_factor").derive(force_bytes(key))
        for key in keys
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(one)) for one in derived])


def encrypted(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode()


def decrypted(kept: str) -> str:
    """Raises GongbaoError where the site has another key now."""
    try:
        return _fernet().decrypt(kept.encode()).decode()
    except InvalidToken as error:
        raise GongbaoError(
            "this second factor was set up under another secret key of the site; reset it: "
            "gongbao account NAME --reset-second-factor"
        ) from error


def step_of(code: str, secret: str, at: datetime, after: int) -> int | None:
    """The step whose code this is, of those about the moment that come after the step `after`; None for none."""
    now = int(at.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        right = hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
        if right and step > after:
            found = step
    return found


def qr(name: str, secret: str) -> str:
    """What an authenticator app reads with the camera, as inline SVG."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)
    # Sizes and colours by attributes: nothing inline is allowed to style anything.
    return segno.make(uri, error="m").svg_inline(scale=5, border=4, dark="#172124", light="#ffffff", omitsize=False)


# --- recovery codes


def new_recovery_codes() -> list[str]:
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    ]


def recovery_digest(account_id: str, code: str) -> str:
    plain = "".join(sign for sign in code.casefold() if sign.isalnum())
    return salted_hmac("gongbao.people.recovery", f"{account_id} {plain}", algorithm="sha256").hexdigest()


def looks_like_a_code(typed: str) -> bool:
    return len(typed) == 6 and typed.isascii() and typed.isdecimal()
