"""The keys of an identity provider: fetched when needed, kept for a while, not asked for more often than is polite."""

import asyncio
import json
import logging
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from chassis.clock import Clock
from gateway.problems import IssuerUnreachable, TokenInvalid
from gateway.settings import LOOPBACK

log = logging.getLogger("gateway.key_set")

# The algorithms that are believed, by type and curve of the key: a key verifies one of them and no other.
ALGORITHMS = {("RSA", None): "RS256", ("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "EdDSA"}
MIN_RSA_BITS, MAX_KEYS, MAX_BYTES = 2048, 100, 1_000_000
KEPT_SECONDS, PAUSE_SECONDS, RETRY_SECONDS, FETCH_SECONDS = 3600, 30, 2, 5


class KeySet:
    """`key` gives the key with this id; one that is unknown is looked for anew, at most every 30 seconds.

    Keys that could be read once stay in use while the provider does not answer.
    """

    def __init__(self, issuer: str, http: httpx.AsyncClient, clock: Clock) -> None:
        self.issuer = issuer
        self._http, self._clock = http, clock
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def key(self, key_id: str | None, algorithm: str) -> jwt.PyJWK:
        """Raises TokenInvalid if the issuer has no such key for the algorithm, IssuerUnreachable if nobody can tell."""
        if not self._knows(key_id):
            async with self._fetching:
                if not self._knows(key_id):  # those who waited for another's fetch may find it done
                    await self._refresh()
        if not self._keys:
            raise IssuerUnreachable(retry_after_seconds=RETRY_SECONDS)
        found = self._keys.get(key_id)
        if found is None:
            raise TokenInvalid("The token names a key that its issuer does not publish.")
        if found.algorithm_name != algorithm:
            raise TokenInvalid("The token's algorithm is not that of its key.")
        return found

    def _now(self) -> float:
        return self._clock().timestamp()

    def _knows(self, key_id: str | None) -> bool:
        return key_id in self._keys and self._now() - self._fetched_at <= KEPT_SECONDS

    async def _refresh(self) -> None:
        now = self._now()
        if now - self._tried_at < (PAUSE_SECONDS if self._keys else RETRY_SECONDS):
            return
        self._tried_at = now
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                self._keys = _usable(await self._published())
            self._fetched_at = now
        except (httpx.HTTPError, ValueError, LookupError, TypeError, AttributeError, TimeoutError) as error:
            log.warning("the keys of the identity provider cannot be read", exc_info=error)

    async def _published(self) -> dict[str, Any]:
        about = await self._document(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if about["issuer"] != self.issuer:
            raise ValueError("the provider's configuration names another issuer")
        address = urlsplit(about["jwks_uri"])
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            raise ValueError("the provider publishes its keys in the clear")
        return await self._document(about["jwks_uri"])

    async def _document(self, url: str) -> dict[str, Any]:
        raw = bytearray()
        async with self._http.stream("GET", url, follow_redirects=False) as answer:
            answer.raise_for_status()
            async for chunk in answer.aiter_bytes():
                raw += chunk
                if len(raw) > MAX_BYTES:
                    raise ValueError("the provider's document is too large")
        document: dict[str, Any] = json.loads(raw)
        return document


def _usable(document: dict[str, Any]) -> dict[str | None, jwt.PyJWK]:
    """The signing keys by id. A symmetric, weak or strange one is left out, whatever it says of itself."""
    keys: dict[str | None, jwt.PyJWK] = {}
    for entry in document["keys"][:MAX_KEYS]:
        algorithm = ALGORITHMS.get((entry.get("kty"), entry.get("crv")))
        if algorithm is None or entry.get("alg", algorithm) != algorithm or entry.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(entry, algorithm)
        except jwt.PyJWTError as error:
            log.warning("a key of the identity provider is left out: %s", error)
            continue
        if not isinstance(key.key, RSAPublicKey) or key.key.key_size >= MIN_RSA_BITS:
            keys[entry.get("kid")] = key
    return keys
