"""A small OpenID Connect provider on the loopback, after OpenID Connect Core 1.0: enough of it for the code flow.

It signs in whoever comes, as `subject`, and may be told to answer wrongly. It checks what a provider checks: the
client's secret, the address to come back to, and that the verifier of the code (PKCE) is that of the challenge.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "gongbao", "of nobody's business"


def _key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, parameters={"kid": name, "use": "sig", "alg": "RS256"}, private=True)


KEY, FOREIGN_KEY = _key("one"), _key("one")  # of one name, so that only the signature tells them apart


@dataclass
class Provider:
    """Whom it signs in, and how it answers. `claims` are put over those of a right token; None takes one out."""

    issuer: str = ""
    subject: str = "7f3a"
    username: str = "yan.shu"
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    announced: str = ""  # another issuer than its own, in what it says of itself
    with_id_token: bool = True
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.announced or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser of whoever was signed in is sent back to."""
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT_ID
        assert "openid" in asked["scope"].split() and asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token(self, given: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The tokens for a code, once; None where something about it is wrong."""
        wanted = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        asked = self.codes.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if asked is None or authorization.split(" ")[1:] not in ([wanted], [_quoted(wanted)]):
            self.refusals.append("code or client")
            return None
        if given.get("redirect_uri") != asked["redirect_uri"]:
            self.refusals.append("address")
            return None
        if challenge.rstrip(b"=").decode() != asked["code_challenge"]:
            self.refusals.append("verifier")
            return None
        told: dict[str, Any] = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 60}
        if self.with_id_token:
            told["id_token"] = self.id_token(asked["nonce"])
        return told

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "preferred_username": self.username,
        } | self.claims
        header = {"alg": self.algorithm, "kid": "one"}
        claims = {name: value for name, value in claims.items() if value is not None}
        if isinstance(self.key, bytes):
            # By hand: no library makes a token that is not signed, or by HMAC with a public key.
            body = ".".join(_unpadded(json.dumps(one).encode()) for one in (header, claims))
            signature = hmac.digest(self.key, body.encode(), "sha256") if self.key else b""
            return f"{body}.{_unpadded(signature)}"
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


def _unpadded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _quoted(value: str) -> str:
    """Some clients quote the two parts before they join them (RFC 6749 2.3.1)."""
    from urllib.parse import quote_plus

    return base64.b64encode(f"{quote_plus(CLIENT_ID)}:{quote_plus(CLIENT_SECRET)}".encode()).decode()


@contextmanager
def serving() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/.well-known/openid-configuration":
                self.answer(provider.metadata())
            elif path == "/keys":
                self.answer({"keys": [KEY.as_dict(private=False)]})
            else:
                self.answer(None)

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            given = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            self.answer(provider.token(given, self.headers.get("Authorization", "")))

        def answer(self, told: Any) -> None:
            body = json.dumps(told if told is not None else {"error": "invalid_grant"}).encode()
            self.send_response(200 if told is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
