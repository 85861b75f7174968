"""Signing in by OpenID Connect: authorization code with PKCE, state and nonce. Authlib does the protocol.

A provider says who somebody is, and nothing else: which account that is was settled here beforehand, what it may is
settled here, and its second factor is asked for here whatever the provider asked for (`amr` and `acr` mean with each
provider what it likes).
"""

from typing import Any
from uuid import uuid4

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from joserfc.errors import JoseError
from requests import RequestException

from gongbao.core.errors import GongbaoError

SECONDS = 10  # that the provider has for each answer
LEEWAY = 60  # seconds by which its clock may be wrong
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""By a private key of the provider alone: with a shared secret we could have signed it ourselves."""

_FAULTS = (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, TypeError, RuntimeError)


class NotSignedIn(GongbaoError):
    """The provider did not answer, or what it answered does not hold. The message is for the log, not for the page."""


def _client(provider: Any) -> Any:
    """Made anew each time: nothing that a provider said once is believed for ever."""
    client = OAuth().register(
        f"oidc_{uuid4().hex}",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=provider.issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "default_timeout": SECONDS},
    )
    # What is kept of a way out in the session is found by this name on the way back.
    client.name = client.framework.name = "oidc"
    metadata = client.load_server_metadata()
    if metadata.get("issuer") != provider.issuer:
        raise NotSignedIn("the provider calls itself otherwise than GONGBAO_OIDC_ISSUER")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [one for one in offered if one in SIGNATURES]
    return client


def to_provider(request: HttpRequest) -> HttpResponse:
    """Sends the browser to the provider. Raises NotSignedIn."""
    try:
        back = request.build_absolute_uri(reverse("oidc_back"))
        response: HttpResponse = _client(settings.GONGBAO_OIDC).authorize_redirect(request, back)
    except _FAULTS as error:
        raise NotSignedIn(f"the provider cannot be asked: {type(error).__name__}") from error
    return response


def from_provider(request: HttpRequest) -> tuple[str, str]:
    """Subject and preferred_username of whom the provider signed in. Raises NotSignedIn.

    What has to hold: the answer belongs to a question of this browser (state), the token is signed by a key of the
    issuer, made by it, for us, for this question (nonce), and not over.
    """
    provider: Any = settings.GONGBAO_OIDC
    try:
        token = _client(provider).authorize_access_token(
            request,
            claims_cls=CodeIDToken,
            claims_options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "sub": {"essential": True},
                "nonce": {"essential": True},
            },
            leeway=LEEWAY,
        )
    except _FAULTS as error:
        # The error may quote what the caller wrote.
        raise NotSignedIn(f"what the provider answered does not hold: {type(error).__name__}") from error
    told = token.get("userinfo")
    subject = told.get("sub") if told else None
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise NotSignedIn("the provider told no subject")
    username = told.get("preferred_username")
    return subject, username if isinstance(username, str) else ""
