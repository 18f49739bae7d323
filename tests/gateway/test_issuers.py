"""Whose tokens are believed, what roles they give, and how long keys and tokens are remembered."""

import json
from typing import Any

import httpx
import jwt
import pytest

from chassis.identity import Verifier, Voucher
from gateway.own_tokens import OwnTokens
from gateway.problems import IssuerUnreachable, TokenInvalid, TokenUseless
from gateway.tokens import MAX_REMEMBERED, Tokens
from tests.gateway import provider as oidc
from tests.gateway.doors import PRIVATE_KEY, PUBLIC_KEY
from tests.gateway.setting import DASHBOARD, UNIT, Setting


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
    claims: dict[str, Any] = {
        "realm_access": {"roles": ["consumer", "offline_access"]},
        "https://steward.example/unit": str(UNIT),
    }
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
    authorization = b"Bearer " + at.own.issue(DASHBOARD, ["auditor"]).encode()
    identity = await at.tokens.verify(authorization)
    first = identity.header
    at.clock.advance(seconds=29)
    assert at.tokens.remembered(authorization) is identity
    assert identity.header == first
    at.clock.advance(seconds=1)
    assert at.tokens.remembered(authorization) is identity
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
