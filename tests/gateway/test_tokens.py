"""Only a token that a believed issuer signed for this platform, and that is valid now, says who asks."""

import base64
import hashlib
import hmac
import json
from typing import Any
from uuid import UUID

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis.identity import Caller, Verifier, Voucher
from chassis.problems import IdentityInvalid, Unauthenticated
from chassis.testing import StoppedClock
from gateway.clients import Client
from gateway.key_set import KeySet
from gateway.own_tokens import OwnTokens
from gateway.problems import IssuerUnreachable, TokenExpired, TokenInvalid, TokenMissing, TokenUseless
from gateway.tokens import MAX_REMEMBERED, Identity, Provider, Tokens
from tests.gateway import provider as oidc
from tests.gateway.doors import PRIVATE_KEY, PUBLIC_KEY

UNIT = UUID("0198c0de-0000-7000-8000-000000000003")
DASHBOARD = Client(client_id="dashboard", name="A dashboard", secret_hash="", roles=("strategist", "auditor"))


class Setting:
    """The gateway's view of tokens, with an identity provider beside its own."""

    def __init__(self, **claims: str) -> None:
        self.clock = StoppedClock()
        self.provider = oidc.Provider(self.clock)
        self.own = OwnTokens(PRIVATE_KEY, lifetime_seconds=900, clock=self.clock)
        keys = KeySet(oidc.ISSUER, self.provider.http(), self.clock)
        places = {"roles_claim": "roles", "unit_claim": "unit", **claims}
        self.tokens = Tokens(self.own, Provider(keys, oidc.AUDIENCE, **places), Voucher(PRIVATE_KEY), self.clock)

    async def verify(self, token: str) -> Identity:
        return await self.tokens.verify(b"Bearer " + token.encode())

    async def caller(self, token: str) -> Caller:
        return (await self.verify(token)).caller


@pytest.fixture
def at() -> Setting:
    return Setting()


def segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


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
    for headers in ({"crit": ["exp"]}, {"crit": ["b64"], "b64": False}, {"crit": []}):
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


async def test_the_provider_cannot_speak_for_the_platforms_own_clients(at: Setting) -> None:
    own = at.own.issue(DASHBOARD, ["auditor"])
    caller = await at.caller(at.provider.token(sub="dashboard"))
    assert caller.subject != (await at.caller(own)).subject


async def test_without_a_provider_only_own_tokens_are_believed() -> None:
    at = Setting()
    tokens = Tokens(at.own, None, Voucher(PRIVATE_KEY), at.clock)
    await tokens.verify(b"Bearer " + at.own.issue(DASHBOARD, ["auditor"]).encode())
    with pytest.raises(TokenInvalid):
        await tokens.verify(b"Bearer " + at.provider.token().encode())


async def test_roles_and_unit_are_found_where_the_operator_says() -> None:
    at = Setting(roles_claim="realm_access.roles", unit_claim="https://steward.example/unit")
    claims = {"realm_access": {"roles": ["consumer", "offline_access"]}, "https://steward.example/unit": str(UNIT)}
    caller = await at.caller(at.provider.token(roles=None, **claims))
    assert caller.unit == UNIT
    assert caller.may("finance:charge:read")
    for broken in ({"realm_access": "consumer"}, {"realm_access": {"roles": 5}}, {}):
        with pytest.raises(TokenUseless):
            await at.verify(at.provider.token(roles=None, **broken))


async def test_roles_may_be_one_text(at: Setting) -> None:
    assert (await at.caller(at.provider.token(roles="strategist auditor"))).may("strategy:need:write")


async def test_a_unit_always_narrows(at: Setting) -> None:
    caller = await at.caller(at.provider.token(roles=["auditor", "consumer"], unit=str(UNIT)))
    assert caller.unit == UNIT


async def test_a_verified_token_is_remembered_until_it_expires(at: Setting) -> None:
    authorization = b"Bearer " + at.provider.token(exp=int(at.clock().timestamp()) + 60).encode()
    assert at.tokens.remembered(authorization) is None
    identity = await at.tokens.verify(authorization)
    at.clock.advance(seconds=89)
    assert at.tokens.remembered(authorization) is identity
    at.clock.advance(seconds=1)
    assert at.tokens.remembered(authorization) is None


async def test_a_long_lived_token_is_verified_anew_after_some_minutes(at: Setting) -> None:
    authorization = b"Bearer " + at.provider.token(exp=int(at.clock().timestamp()) + 86_400).encode()
    await at.tokens.verify(authorization)
    at.clock.advance(minutes=5)
    assert at.tokens.remembered(authorization) is None


async def test_not_more_tokens_are_remembered_than_fit(at: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.tokens.MAX_REMEMBERED", 3)
    assert MAX_REMEMBERED > 1000
    issued = [b"Bearer " + at.own.issue(DASHBOARD, ["auditor"]).encode() for _ in range(5)]
    for authorization in issued[:3]:
        await at.tokens.verify(authorization)
    assert at.tokens.remembered(issued[0])  # used last, so it stays
    for authorization in issued[3:]:
        await at.tokens.verify(authorization)
    assert [bool(at.tokens.remembered(authorization)) for authorization in issued] == [True, False, False, True, True]


async def test_a_service_always_gets_a_word_with_a_good_half_of_its_life_left(at: Setting) -> None:
    identity = await at.verify(at.own.issue(DASHBOARD, ["auditor"]))
    first = at.tokens.vouch(identity)
    at.clock.advance(seconds=29)
    assert at.tokens.vouch(identity) == first
    at.clock.advance(seconds=1)
    at.tokens.vouch(identity)
    assert identity.header_until == at.clock().timestamp() + 30
    assert Verifier(PUBLIC_KEY).caller(first.decode().removeprefix("Bearer ")).subject == "dashboard"


async def test_the_keys_are_read_once_for_many_tokens(at: Setting) -> None:
    for key, algorithm in (("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")):
        await at.verify(at.provider.token(key, algorithm))
    assert at.provider.asked == [f"{oidc.ISSUER}/.well-known/openid-configuration", f"{oidc.ISSUER}/keys"]


async def test_a_new_key_is_looked_for_but_not_more_often_than_every_half_minute(at: Setting) -> None:
    await at.verify(at.provider.token())
    at.provider.keys.append(oidc.published("unpublished"))
    with pytest.raises(TokenInvalid):
        await at.verify(at.provider.token("unpublished"))
    assert len(at.provider.asked) == 2
    at.clock.advance(seconds=30)
    await at.verify(at.provider.token("unpublished"))
    assert len(at.provider.asked) == 4


async def test_a_key_that_was_withdrawn_is_forgotten_within_the_hour(at: Setting) -> None:
    await at.verify(at.provider.token())
    at.provider.keys = [oidc.published("rsa")]
    at.clock.advance(seconds=3601)
    with pytest.raises(TokenInvalid):
        await at.verify(at.provider.token())


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("no"),
        httpx.ReadTimeout("late"),
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "https://evil.example.org/keys"}),
        httpx.Response(200, content=b"not json"),
        httpx.Response(200, content=b"[]"),
        httpx.Response(200, content=b" " * 1_000_001),
    ],
    ids=lambda failure: type(failure).__name__ + str(getattr(failure, "status_code", "")),
)
async def test_known_keys_stay_in_use_while_the_provider_fails(at: Setting, failure: Any) -> None:
    at.provider.fails = failure
    with pytest.raises(IssuerUnreachable):
        await at.verify(at.provider.token())
    at.provider.fails = None
    at.clock.advance(seconds=2)
    await at.verify(at.provider.token())
    at.provider.fails = failure
    at.clock.advance(seconds=3601)
    await at.verify(at.provider.token())
    assert not any("evil" in address for address in at.provider.asked)


async def test_a_provider_that_names_another_issuer_or_open_keys_is_not_believed(at: Setting) -> None:
    for changed in ({"issuer": "https://evil.example.org"}, {"jwks_uri": "http://id.example.org/keys"}):
        at = Setting()
        for name, value in changed.items():
            setattr(at.provider, name, value)
        with pytest.raises(IssuerUnreachable):
            await at.verify(at.provider.token())


async def test_replicas_and_restarts_share_the_key_that_follows_from_the_identity_key(at: Setting) -> None:
    other = OwnTokens(PRIVATE_KEY, lifetime_seconds=900, clock=at.clock)
    assert other.key_set() == at.own.key_set()
    public = at.own.key_set()["keys"][0]
    assert "d" not in public
    assert jwt.PyJWK(public).key_id == at.own.key_id
    assert PUBLIC_KEY not in json.dumps(at.own.key_set())
