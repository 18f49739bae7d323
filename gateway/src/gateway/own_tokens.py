"""The gateway's own access tokens for registered clients, where no identity provider exists."""

import base64
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chassis.clock import Clock
from chassis.ids import uuid7
from gateway.clients import Client

ISSUER, AUDIENCE, ALGORITHM, TYPE = "steward", "steward", "EdDSA", "at+jwt"


class OwnTokens:
    """Its key follows from the identity key (so there is one secret to keep, and replicas agree), yet is another one:
    a token for callers never passes for one that vouches inward, nor the reverse."""

    def __init__(self, identity_key_pem: str, *, lifetime_seconds: int, clock: Clock) -> None:
        identity = load_pem_private_key(identity_key_pem.encode(), password=None)
        if not isinstance(identity, Ed25519PrivateKey):
            raise TypeError("the identity key must be an Ed25519 private key in PEM")
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"steward access tokens")
        self._key = Ed25519PrivateKey.from_private_bytes(derive.derive(identity.private_bytes_raw()))
        self._clock, self.lifetime_seconds = clock, lifetime_seconds
        self.key_id = _fingerprint(self.public_key)

    @property
    def public_key(self) -> Ed25519PublicKey:
        return self._key.public_key()

    def issue(self, client: Client, roles: list[str]) -> str:
        """A JWT as RFC 9068 describes access tokens."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": client.client_id,
            "client_id": client.client_id,
            "iat": now,
            "exp": now + self.lifetime_seconds,
            "jti": str(uuid7()),
            "roles": roles,
            "unit": str(client.unit) if client.unit else None,
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self.key_id, "typ": TYPE})

    def key_set(self) -> dict[str, Any]:
        """RFC 7517, so that others can verify these tokens too."""
        x = _base64(self.public_key.public_bytes_raw())
        key = {"kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "alg": ALGORITHM, "kid": self.key_id}
        return {"keys": [key]}


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _fingerprint(key: Ed25519PublicKey) -> str:
    digest = Hash(SHA256())
    digest.update(key.public_bytes_raw())
    return _base64(digest.finalize())[:16]
