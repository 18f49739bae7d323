"""Who is asking and what they may do, vouched for by the gateway in a short-lived signed token."""

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from chassis.problems import IdentityInvalid, PermissionMissing

ISSUER, AUDIENCE, ALGORITHM = "steward-gateway", "steward-services", "EdDSA"
LIFETIME_SECONDS, LEEWAY_SECONDS = 60, 5
MOST_KNOWN = 4_096
PEM_BLOCK = re.compile(r"-----BEGIN [^-]+-----.+?-----END [^-]+-----", re.DOTALL)
NO_PUBLIC_KEY = "the identity key must be an Ed25519 public key in PEM"


@dataclass(frozen=True)
class Caller:
    """`permissions` are `service:noun:verb` patterns in which `*` stands for any one part.

    `unit` is the customer whose statements a consumer may see; None for callers who see every unit.
    """

    subject: str
    permissions: frozenset[str] = frozenset()
    unit: UUID | None = None

    def may(self, permission: str) -> bool:
        return any(_covers(granted, permission) for granted in self.permissions)

    def require(self, permission: str) -> None:
        if not self.may(permission):
            raise PermissionMissing(f"This needs the permission {permission}.", permission=permission)


@lru_cache(maxsize=4096)
def _covers(granted: str, needed: str) -> bool:
    parts, wanted = granted.split(":"), needed.split(":")
    return len(parts) == len(wanted) and all(part in ("*", want) for part, want in zip(parts, wanted, strict=True))


def new_key_pair() -> tuple[str, str]:
    """A fresh Ed25519 pair in PEM: private, public."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return private, public


class Voucher:
    """The gateway's side: signs who the caller is. Tokens live a minute, so that a leaked one is soon worthless."""

    def __init__(self, private_key_pem: str) -> None:
        key = load_pem_private_key(private_key_pem.encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("the identity key must be an Ed25519 private key in PEM")
        self._key = key

    def vouch(self, caller: Caller) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": caller.subject,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "permissions": sorted(caller.permissions),
            "unit": str(caller.unit) if caller.unit else None,
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)


class Verifier:
    """A service's side: accepts only what the gateway's key has signed. While one key follows another it is given both,
    one PEM block below the other."""

    def __init__(self, public_keys_pem: str) -> None:
        self._keys = [_public_key(block) for block in PEM_BLOCK.findall(public_keys_pem)]
        if not self._keys:
            raise TypeError(NO_PUBLIC_KEY)
        self._known: dict[str, tuple[Caller, float]] = {}

    def caller(self, token: str) -> Caller:
        """A token comes with many requests: once verified, it is believed until it expires."""
        caller, expires_at = self._known.get(token, (None, 0.0))
        if caller and time.time() < expires_at:
            return caller
        try:
            claims = self._claims(token)
            unit = claims.get("unit")
            caller = Caller(claims["sub"], frozenset(claims.get("permissions", ())), UUID(unit) if unit else None)
        except (jwt.InvalidTokenError, ValueError) as error:
            raise IdentityInvalid(str(error)) from error
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[token] = caller, float(claims["exp"])
        return caller

    def _claims(self, token: str) -> dict[str, Any]:
        *others, last = self._keys
        for key in others:
            with suppress(jwt.InvalidSignatureError):
                return _signed_by(key, token)
        return _signed_by(last, token)


def _public_key(pem: str) -> Ed25519PublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError(NO_PUBLIC_KEY)
    return key


def _signed_by(key: Ed25519PublicKey, token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],
        audience=AUDIENCE,
        issuer=ISSUER,
        leeway=LEEWAY_SECONDS,
        options={"require": ["exp", "iat", "sub"]},
    )
    return claims
