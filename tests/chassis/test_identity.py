"""Who is asking: only what the gateway's key has signed for the services, and only as long as it holds."""

import time
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from chassis import identity
from chassis.identity import AUDIENCE, ISSUER, Caller, Verifier, Voucher, new_key_pair
from chassis.problems import IdentityInvalid, PermissionMissing

PRIVATE, PUBLIC = new_key_pair()
part = st.sampled_from(["portfolio", "finance", "service", "charge", "read", "retire"])


def token(*, key: Any = None, algorithm: str = "EdDSA", without: str = "", **claims: Any) -> str:
    now = int(time.time())
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "clerk", "iat": now, "exp": now + 60, **claims}
    said.pop(without, None)
    own: Any = None if algorithm == "none" else load_pem_private_key(PRIVATE.encode(), None)
    return jwt.encode(said, key or own, algorithm=algorithm)


def test_what_the_gateway_vouched_for_is_read_back() -> None:
    caller = Caller("clerk", frozenset({"finance:charge:read"}), uuid4())
    assert Verifier(PUBLIC).caller(Voucher(PRIVATE).vouch(caller)) == caller


@pytest.mark.parametrize(
    "forged",
    [
        token(exp=int(time.time()) - 30),
        token(iss="somebody"),
        token(aud="somebody"),
        token(unit="no id"),
        token(without="exp"),
        token(without="sub"),
        token(key=load_pem_private_key(new_key_pair()[0].encode(), None)),
        token(algorithm="none"),
        token(key="secret" * 8, algorithm="HS256"),
        "",
        "a.b.c",
        "ey" + "A" * 10_000,
    ],
)
def test_whatever_else_is_refused(forged: str) -> None:
    with pytest.raises(IdentityInvalid):
        Verifier(PUBLIC).caller(forged)


def test_while_one_key_follows_another_both_are_believed() -> None:
    later_private, later_public = new_key_pair()
    clerk, both = Caller("clerk"), Verifier(f"{later_public}\n{PUBLIC}")
    assert both.caller(Voucher(PRIVATE).vouch(clerk)) == both.caller(Voucher(later_private).vouch(clerk)) == clerk
    with pytest.raises(IdentityInvalid):
        both.caller(Voucher(new_key_pair()[0]).vouch(clerk))
    with pytest.raises(IdentityInvalid):
        Verifier(later_public).caller(Voucher(PRIVATE).vouch(clerk))


def test_a_token_that_is_known_is_believed_until_it_expires_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    verifier, short, long = Verifier(PUBLIC), token(exp=int(time.time()) - 2), token()
    assert verifier.caller(short) == verifier.caller(long)
    monkeypatch.setattr(identity, "LEEWAY_SECONDS", 0)
    assert verifier.caller(long).subject == "clerk"
    with pytest.raises(IdentityInvalid):
        verifier.caller(short)


def test_not_more_tokens_are_known_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "MOST_KNOWN", 3)
    verifier = Verifier(PUBLIC)
    for number in range(10):
        assert verifier.caller(token(sub=f"clerk {number}")).subject == f"clerk {number}"
        assert len(verifier._known) <= 3


@pytest.mark.parametrize("pem", ["", "no key", PRIVATE])
def test_what_is_no_public_key_is_refused_at_the_start(pem: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        Verifier(pem)


def test_the_public_key_is_no_secret_to_sign_with() -> None:
    with pytest.raises(jwt.InvalidKeyError):
        token(key=PUBLIC, algorithm="HS256")


@given(st.lists(part, min_size=3, max_size=3), st.lists(part, min_size=3, max_size=3))
def test_a_pattern_covers_just_the_permissions_that_agree_with_it_part_by_part(
    granted: list[str], asked: list[str]
) -> None:
    caller = Caller("clerk", frozenset({":".join(granted)}))
    assert caller.may(":".join(asked)) == (granted == asked)
    assert Caller("clerk", frozenset({f"{granted[0]}:*:*"})).may(":".join(asked)) == (granted[0] == asked[0])


@pytest.mark.parametrize("pattern", ["*", "*:*", "*:*:*:*", "finance:*", ""])
def test_a_pattern_of_another_length_covers_nothing(pattern: str) -> None:
    with pytest.raises(PermissionMissing):
        Caller("clerk", frozenset({pattern})).require("finance:charge:read")
