"""The provider of OpenID Connect that the environment names, if it names one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gongbao.core.errors import GongbaoError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Provider:
    """`issuer` is spelled as the provider spells it; the secret is shown by nothing."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


def read(environ: Mapping[str, str], *, production: bool) -> Provider | None:
    """None where no issuer is named. Raises GongbaoError for half of what is needed, and for an unsafe address."""
    issuer, client = (environ.get(f"GONGBAO_OIDC_{name}", "").strip() for name in ("ISSUER", "CLIENT_ID"))
    secret = _secret(environ)
    if not (issuer or client or secret):
        return None
    for name, value in (("ISSUER", issuer), ("CLIENT_ID", client), ("CLIENT_SECRET", secret)):
        if not value:
            raise GongbaoError(f"OpenID Connect needs GONGBAO_OIDC_{name} too")
    try:
        parts = urlsplit(issuer)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("https", "http") or parts.query or parts.fragment or "@" in parts.netloc:
        raise GongbaoError("GONGBAO_OIDC_ISSUER is no address like https://id.example.gov.cn/realms/city")
    if parts.scheme == "http" and (production or host not in _LOOPBACK):
        raise GongbaoError("GONGBAO_OIDC_ISSUER begins with https://: what it says decides who is signed in")
    return Provider(issuer, client, secret)


def _secret(environ: Mapping[str, str]) -> str:
    if path := environ.get("GONGBAO_OIDC_CLIENT_SECRET_FILE", "").strip():
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise GongbaoError(
                f"GONGBAO_OIDC_CLIENT_SECRET_FILE cannot be read: {error.strerror}", where=path
            ) from error
    return environ.get("GONGBAO_OIDC_CLIENT_SECRET", "").strip()
