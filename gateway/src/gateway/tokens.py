"""Who is asking: bearer tokens of the identity provider and of the gateway, verified once and vouched for inward."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from jwt.types import Options

from chassis.clock import Clock
from chassis.identity import LIFETIME_SECONDS, Caller, Voucher
from gateway import own_tokens
from gateway.key_set import ALGORITHMS, KeySet
from gateway.own_tokens import OwnTokens
from gateway.problems import TokenExpired, TokenInvalid, TokenMissing, TokenUseless
from gateway.roles import permissions

MAX_TOKEN_BYTES, MAX_SUBJECT, MAX_REMEMBERED = 8192, 255, 10_000
LEEWAY_SECONDS, REMEMBERED_SECONDS = 30, 300
VOUCHED_SECONDS = LIFETIME_SECONDS / 2  # then signed anew, so that a service always sees a good half of its lifetime


@dataclass(slots=True)
class Identity:
    """A verified caller and the header that vouches for it; valid until `expires_at`, on the gateway's clock."""

    caller: Caller
    expires_at: float
    header: bytes = b""
    header_until: float = 0.0


class Tokens:
    """Verifies what callers present. Issuers may sign claims wrongly typed, so nothing in them is taken as given."""

    def __init__(self, own: OwnTokens, provider: "Provider | None", voucher: Voucher, clock: Clock) -> None:
        self._own, self._provider, self._voucher, self._clock = own, provider, voucher, clock
        self._verified: OrderedDict[bytes, Identity] = OrderedDict()

    def remembered(self, authorization: bytes) -> Identity | None:
        """The identity that this header has proved a moment ago."""
        identity = self._verified.get(authorization)
        if identity is None:
            return None
        now = self._clock().timestamp()
        if identity.expires_at <= now:
            del self._verified[authorization]
            return None
        self._verified.move_to_end(authorization)
        return self._vouched(identity, now)

    async def verify(self, authorization: bytes | None) -> Identity:
        """Raises TokenMissing, TokenInvalid, TokenUseless, or IssuerUnreachable."""
        token = _bearer(authorization)
        claims = await self._claims(token)
        now = self._clock().timestamp()
        expires_at = _checked_times(claims, now)
        identity = Identity(self._caller(claims), min(expires_at, now + REMEMBERED_SECONDS))
        self._verified[authorization or b""] = identity
        if len(self._verified) > MAX_REMEMBERED:
            self._verified.popitem(last=False)
        return self._vouched(identity, now)

    def _vouched(self, identity: Identity, now: float) -> Identity:
        """With a header for the services that is signed anew twice in its lifetime, not with every request."""
        if identity.header_until <= now:
            identity.header = b"Bearer " + self._voucher.vouch(identity.caller).encode()
            identity.header_until = now + VOUCHED_SECONDS
        return identity

    async def _claims(self, token: str) -> dict[str, Any]:
        header, issuer = _unverified(token)
        if issuer == own_tokens.ISSUER:
            if header["alg"] != own_tokens.ALGORITHM or header.get("kid") != self._own.key_id:
                raise TokenInvalid("The token was not signed with the key of this platform.")
            return _signed(token, self._own.public_key, header["alg"], issuer=issuer, audience=own_tokens.AUDIENCE)
        if self._provider is None or issuer != self._provider.keys.issuer:
            raise TokenInvalid("The token comes from an issuer that is not believed here.")
        key = await self._provider.keys.key(header.get("kid"), header["alg"])
        return _signed(token, key.key, header["alg"], issuer=issuer, audience=self._provider.audience)

    def _caller(self, claims: dict[str, Any]) -> Caller:
        subject = claims["sub"]
        if claims["iss"] == own_tokens.ISSUER or self._provider is None:
            roles, unit = claims["roles"], claims["unit"]
        else:
            subject = f"oidc:{subject}"  # else somebody there could be named like a client here
            roles, unit = _at(claims, self._provider.roles_claim), _at(claims, self._provider.unit_claim)
        roles = roles.split() if isinstance(roles, str) else roles if isinstance(roles, list) else []
        unit = _unit(unit)
        granted = permissions((role for role in roles if isinstance(role, str)), has_unit=unit is not None)
        if not granted:
            raise TokenUseless
        return Caller(subject, granted, unit)


@dataclass(frozen=True)
class Provider:
    """An OIDC identity provider, and where in its tokens the roles and the unit are."""

    keys: KeySet
    audience: str
    roles_claim: str
    unit_claim: str


def _bearer(authorization: bytes | None) -> str:
    if authorization is None:
        raise TokenMissing("Send an access token as Authorization: Bearer …; POST /oauth/token gives one.")
    if len(authorization) > MAX_TOKEN_BYTES:
        raise TokenInvalid(f"A token has at most {MAX_TOKEN_BYTES} bytes.")
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer" or not token.isascii():
        raise TokenMissing("Send an access token as Authorization: Bearer …; POST /oauth/token gives one.")
    return token.decode("ascii")


def _unverified(token: str) -> tuple[dict[str, Any], Any]:
    """The header, of an allowed algorithm and without extensions that we would have to understand, and the issuer."""
    try:
        header: dict[str, Any] = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise TokenInvalid("The token is not a signed JWT.") from error
    if header.get("alg") not in ALGORITHMS.values() or "crit" in header or "b64" in header:
        raise TokenInvalid(f"Tokens are signed with one of {', '.join(ALGORITHMS.values())}, without extensions.")
    return header, claims.get("iss")


def _signed(token: str, key: Any, algorithm: str, *, issuer: Any, audience: str) -> dict[str, Any]:
    options: Options = {
        "require": ["exp", "iss", "aud", "sub"],
        "verify_exp": False,  # the times are checked against the gateway's clock
        "verify_nbf": False,
        "verify_iat": False,
    }
    try:
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=[algorithm], audience=audience, issuer=str(issuer), options=options
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenInvalid(f"The token is refused: {error}.") from error
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= MAX_SUBJECT:
        raise TokenInvalid(f"The token's subject is no text of at most {MAX_SUBJECT} characters.")
    return claims


def _checked_times(claims: dict[str, Any], now: float) -> float:
    """When the token expires, in seconds since 1970."""
    expires_at, not_before = claims["exp"], claims.get("nbf", 0)
    if not all(isinstance(at, int | float) and abs(at) < 1e12 for at in (expires_at, not_before)):
        raise TokenInvalid("The token's times are no numbers of seconds.")
    if expires_at + LEEWAY_SECONDS <= now:
        raise TokenExpired
    if not_before - LEEWAY_SECONDS > now:
        raise TokenInvalid("The token is not valid yet.")
    return float(expires_at + LEEWAY_SECONDS)


def _at(claims: dict[str, Any], path: str) -> Any:
    """`realm_access.roles` leads into an object; a claim may also be named so, as it stands."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _unit(value: Any) -> UUID | None:
    """A unit that cannot be read must not become no unit, which would mean every unit."""
    if value is None:
        return None
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise TokenInvalid("The token's unit is no customer id.") from None
