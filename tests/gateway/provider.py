"""An OIDC identity provider as tests need it: keys of every kind, tokens of every sort, a count of questions."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from chassis.testing import StoppedClock

ISSUER, AUDIENCE = "https://id.example.org", "steward-platform"

KEYS: dict[str, Any] = {
    "rsa": generate_rsa(public_exponent=65537, key_size=2048),
    "weak": generate_rsa(public_exponent=65537, key_size=1024),
    "ec": generate_private_key(SECP256R1()),
    "ec384": generate_private_key(SECP384R1()),
    "ed": Ed25519PrivateKey.generate(),
    "unpublished": Ed25519PrivateKey.generate(),
}
WRITERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "rsa": lambda key: RSAAlgorithm.to_jwk(key.public_key(), as_dict=True),
    "ec": lambda key: ECAlgorithm.to_jwk(key.public_key(), as_dict=True),
    "ed": lambda key: OKPAlgorithm.to_jwk(key.public_key(), as_dict=True),
}


def published(name: str, **extra: Any) -> dict[str, Any]:
    kind = {"weak": "rsa", "ec384": "ec", "unpublished": "ed"}.get(name, name)
    return {**WRITERS[kind](KEYS[name]), "kid": name, "use": "sig", **extra}


@dataclass
class Provider:
    """`asked` are the addresses that were read; `keys` what it publishes now, `fails` how it does not answer."""

    clock: StoppedClock
    keys: list[dict[str, Any]] = field(default_factory=lambda: [published("rsa"), published("ec"), published("ed")])
    issuer: str = ISSUER
    jwks_uri: str = f"{ISSUER}/keys"
    asked: list[str] = field(default_factory=list)
    fails: Exception | httpx.Response | None = None

    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if isinstance(self.fails, Exception):
            raise self.fails
        if self.fails:
            return self.fails
        if request.url.path == "/.well-known/openid-configuration":
            return httpx.Response(200, content=json.dumps({"issuer": self.issuer, "jwks_uri": self.jwks_uri}))
        return httpx.Response(200, content=json.dumps({"keys": self.keys}))

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = int(self.clock().timestamp())
        usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 300, "roles": ["auditor"]}
        return {name: value for name, value in {**usual, **changed}.items() if value is not None}

    def token(
        self, key: str = "ed", algorithm: str = "EdDSA", *, headers: dict[str, Any] | None = None, **changed: Any
    ) -> str:
        payload = json.dumps(self.claims(**changed)).encode()  # as it stands, also where a library would refuse it
        return jwt.PyJWS().encode(payload, KEYS[key], algorithm=algorithm, headers={"kid": key, **(headers or {})})
