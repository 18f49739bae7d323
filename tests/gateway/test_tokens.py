"""Only a token that a believed issuer signed for this platform, and that is valid now, says who asks."""

import base64
import hashlib
import hmac
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis.identity import Caller, Verifier, Voucher
from chassis.problems import IdentityInvalid, Unauthenticated
from gateway.problems import TokenExpired, TokenInvalid, TokenMissing, TokenUseless
from tests.gateway import provider as oidc
from tests.gateway.doors import PRIVATE_KEY, PUBLIC_KEY
from tests.gateway.setting import DASHBOARD, Setting, segment


@pytest.mark.parametrize(("key", "algorithm"), [("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")])
async def test_the_providers_tokens_are_believed(at: Setting, key: str, algorithm: str) -> None:
    caller = await at.caller(at.provider.token(key, algorithm))
    assert caller.subject == "oidc:ada"
    assert caller.may("finance:charge:read")
    assert not caller.may("finance:charge:write")


async def test_the_platforms_own_tokens_are_believed(at: Setting) -> None:
    caller = await at.caller(at.own.issue(DASHBOARD, ["strategist"]))
    assert caller.subject == "dashboard"
    assert caller.may("strategy:need:write")
    assert not caller.may("portfolio:service:write")


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"iss": "https://evil.example.org"}, TokenInvalid),
        ({"iss": oidc.ISSUER + "/"}, TokenInvalid),
        ({"iss": "steward"}, TokenInvalid),
        ({"iss": ["steward"]}, TokenInvalid),
        ({"iss": None}, TokenInvalid),
        ({"aud": "somebody-else"}, TokenInvalid),
        ({"aud": None}, TokenInvalid),
        ({"aud": []}, TokenInvalid),
        ({"exp": None}, TokenInvalid),
        ({"exp": 1_700_000_000}, TokenExpired),
        ({"exp": "tomorrow"}, TokenInvalid),
        ({"exp": float("nan")}, TokenInvalid),
        ({"exp": 10**400}, TokenInvalid),
        ({"nbf": 1_900_000_000}, TokenInvalid),
        ({"nbf": "now"}, TokenInvalid),
        ({"sub": None}, TokenInvalid),
        ({"sub": ""}, TokenInvalid),
        ({"sub": "x" * 300}, TokenInvalid),
        ({"roles": None}, TokenUseless),
        ({"roles": ["root"]}, TokenUseless),
        ({"roles": [["administrator"], {"a": 1}, None]}, TokenUseless),
        ({"roles": {"administrator": True}}, TokenUseless),
        ({"roles": ["consumer"]}, TokenUseless),
        ({"roles": ["consumer"], "unit": "everything"}, TokenInvalid),
        ({"roles": ["auditor"], "unit": 7}, TokenInvalid),
    ],
)
async def test_claims_that_are_not_meant_for_here_are_refused(
    at: Setting, changed: dict[str, Any], problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        await at.verify(at.provider.token(**changed))


def test_an_expired_token_is_told_apart_from_a_forged_one() -> None:
    assert not issubclass(TokenExpired, TokenInvalid)
    assert issubclass(TokenExpired, Unauthenticated)


async def test_clocks_may_differ_by_half_a_minute(at: Setting) -> None:
    token = at.provider.token()
    at.clock.advance(seconds=329)
    await at.verify(token)
    at.clock.advance(seconds=1)
    with pytest.raises(TokenExpired):
        await at.verify(token)


async def test_a_signature_by_nobody_is_refused(at: Setting) -> None:
    payload = segment(at.provider.claims())
    for algorithm in ("none", "None", "NONE", "", "HS256", "RS512", "PS256", None, ["EdDSA"]):
        with pytest.raises(TokenInvalid):
            await at.verify(f"{segment({'alg': algorithm, 'kid': 'ed', 'typ': 'JWT'})}.{payload}.")


@pytest.mark.parametrize("key", ["rsa", "ed"])
async def test_a_public_key_is_no_shared_secret(at: Setting, key: str) -> None:
    public = oidc.KEYS[key].public_key()
    for form in (public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), segment(key).encode()):
        for algorithm in ("HS256", "RS256", "EdDSA"):
            signed = f"{segment({'alg': algorithm, 'kid': key})}.{segment(at.provider.claims())}"
            mac = hmac.new(form, signed.encode(), hashlib.sha256).digest()
            with pytest.raises(TokenInvalid):
                await at.verify(f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")


async def test_a_key_verifies_its_own_algorithm_only(at: Setting) -> None:
    for key, algorithm, claimed in (("ed", "EdDSA", "rsa"), ("ec", "ES256", "ed"), ("rsa", "RS256", "ec")):
        with pytest.raises(TokenInvalid):
            await at.verify(at.provider.token(key, algorithm, headers={"kid": claimed}))


async def test_a_key_that_the_issuer_does_not_publish_is_refused(at: Setting) -> None:
    for kid in ("unpublished", "ed", "../../keys/ed", "' or 1=1 --", ""):
        with pytest.raises(TokenInvalid):
            await at.verify(at.provider.token("unpublished", headers={"kid": kid}))


@pytest.mark.parametrize(
    "headers", [{"jku": "https://evil.example.org"}, {"x5u": "https://evil.example.org"}, {"jwk": {"kty": "OKP"}}]
)
async def test_a_token_cannot_bring_its_own_key(at: Setting, headers: dict[str, Any]) -> None:
    with pytest.raises(TokenInvalid):
        await at.verify(at.provider.token("unpublished", headers=headers))
    assert not any("evil" in address for address in at.provider.asked)


async def test_extensions_that_must_be_understood_are_refused(at: Setting) -> None:
    several: list[dict[str, Any]] = [{"crit": ["exp"]}, {"crit": ["b64"], "b64": False}, {"crit": []}]
    for headers in several:
        with pytest.raises(TokenInvalid):
            await at.verify(at.provider.token(headers=headers))


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits long")
async def test_weak_symmetric_and_strange_keys_are_left_out(at: Setting) -> None:
    secret = {"kty": "oct", "k": segment("secret"), "kid": "oct", "alg": "HS256"}
    at.provider.keys = [
        *[oidc.published("weak"), secret, oidc.published("ec384"), oidc.published("rsa", kid="enc", use="enc")],
        *[oidc.published("rsa", kid="other", alg="PS256"), {"kty": "RSA", "kid": "half"}, {}, oidc.published("ed")],
    ]
    await at.verify(at.provider.token())
    for key, algorithm, kid in (("weak", "RS256", "weak"), ("rsa", "RS256", "enc"), ("rsa", "RS256", "other")):
        with pytest.raises(TokenInvalid):
            await at.verify(at.provider.token(key, algorithm, headers={"kid": kid}))


@pytest.mark.parametrize(
    "authorization",
    [
        *[b"", b"Bearer", b"Basic YTpi", b"Token x", b"bearer", b"Bearer \xff\xfe"],
        *[b"Bearer ", b"Bearer x", b"Bearer a.b", b"Bearer a.b.c", b"Bearer ...", b"Bearer a.b.c.d.e"],
        b"Bearer " + b"a" * 8200,
        b"Bearer " + segment({"alg": "EdDSA"}).encode() + b"." + segment([1]).encode() + b".x",
        b"Bearer " + segment([1]).encode() + b"." + segment({}).encode() + b".x",
        b"Bearer " + b"e30.e30.e30",
    ],
)
async def test_what_is_no_token_is_refused(at: Setting, authorization: bytes) -> None:
    with pytest.raises((TokenMissing, TokenInvalid)):
        await at.tokens.verify(authorization)
    assert at.provider.asked == []


async def test_a_deep_token_is_refused_without_harm(at: Setting) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 5000).rstrip(b"=").decode()
    for token in (f"{deep}.{deep}.x"[:8000], f"{segment({'alg': 'EdDSA'})}.{deep}"[:8000] + ".x"):
        with pytest.raises(TokenInvalid):
            await at.verify(token)


async def test_a_changed_token_is_refused(at: Setting) -> None:
    header, _, signature = at.own.issue(DASHBOARD, ["auditor"]).split(".")
    claims = jwt.decode(at.own.issue(DASHBOARD, ["auditor"]), options={"verify_signature": False})
    with pytest.raises(TokenInvalid):
        await at.verify(f"{header}.{segment({**claims, 'roles': ['administrator']})}.{signature}")


async def test_what_vouches_inward_is_no_token_for_callers_nor_the_reverse(at: Setting) -> None:
    with pytest.raises(TokenInvalid):
        await at.verify(Voucher(PRIVATE_KEY).vouch(Caller("x", frozenset({"*:*:*"}))))
    with pytest.raises(IdentityInvalid):
        Verifier(PUBLIC_KEY).caller(at.own.issue(DASHBOARD, ["administrator"]))
