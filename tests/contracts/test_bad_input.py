"""Bad input, tried on every operation: refused with a reason that has a code, never our fault, nothing stored."""

import base64
import copy
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
from sqlalchemy import text

from chassis.contracts import checked_in
from chassis.identity import AUDIENCE, ISSUER, new_key_pair
from chassis.testing import ServiceUnderTest
from standalone.contracts import FOLDER

CODES = checked_in(FOLDER)["problems.json"]
SOME_ID = "0198c0de-0000-7000-8000-00000000000f"
KEPT_BESIDE = {"audit_trail", "idempotency_keys", "platform_version", "service_version"}
JSON = {"Content-Type": "application/json"}

# What is put in the place of every value of an example, one at a time, as JSON text.
WRONG = [
    "null",
    "true",
    "[]",
    "{}",
    "-1",
    '"\\u0000"',
    '"\\ud800"',
    f'"{"x" * 20_000}"',
    '"1e999999"',
    '"NaN"',
    "NaN",
    "1e400",
    str(10**400),
    '"2026-01-01T00:00:00"',
    '"2026-02-30"',
]


def writes(contract: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], int]]:
    """(method, path, example, most bytes) of every operation that takes JSON."""
    for address, item in contract["paths"].items():
        path = "/".join(SOME_ID if part.startswith("{") else part for part in address.split("/"))
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            if "example" in content:
                yield method.upper(), path, content["example"], operation["x-max-body-bytes"]


def spoiled(example: Any) -> Iterator[str]:
    """The example with one value replaced, as text."""
    for place in places(example):
        for wrong in WRONG:
            broken = copy.deepcopy(example)
            inner = broken
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = "@@"
            yield json.dumps(broken).replace('"@@"', wrong)


def places(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*at, key)
        yield from places(value, (*at, key))


async def stored(service: ServiceUnderTest) -> dict[str, int]:
    """Rows of every table that holds what an organization keeps."""
    async with service.database.transaction() as session:
        schema = {"schema": service.manifest.name}
        names = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = :schema"), schema)
        tables = sorted(set(names) - KEPT_BESIDE)
        return {name: (await session.scalar(text(f'SELECT count(*) FROM "{name}"'))) or 0 for name in tables}


def is_refusal(answer: httpx.Response, *statuses: int) -> bool:
    """A 4xx with a problem document whose code is known."""
    return (
        400 <= answer.status_code < 500
        and (not statuses or answer.status_code in statuses)
        and answer.headers["Content-Type"] == "application/problem+json"
        and CODES[answer.json()["code"]]["status"] == answer.status_code
    )


async def test_no_wrong_value_in_any_body_is_our_fault(service: ServiceUnderTest, contract: dict[str, Any]) -> None:
    tried = 0
    for method, path, example, _ in writes(contract):
        for body in spoiled(example):
            tried += 1
            headers = {**JSON, "If-Match": '"1"'}
            answer = await service.client.request(method, path, content=body, headers=headers)
            assert answer.status_code < 500, f"{method} {path} {body[:300]}: {answer.text}"
            assert answer.is_success or is_refusal(answer), f"{method} {path} {body[:300]}"
    assert tried > 100


BODIES = {
    "broken": (b'{"a": ', 400),
    "not utf-8": (b'{"a": "\xff"}', 400),
    "empty": (b"", 422),
    "a list": (b"[]", 422),
    "a number": (b"5", 422),
    "deep": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    "twice the same key": (b'{"zz": 1, "zz": 2}', 400),
    "an unknown field": (b'{"zz": 1}', 422),
}


async def test_no_body_of_the_wrong_kind_is_taken_and_nothing_is_stored(
    service: ServiceUnderTest, contract: dict[str, Any]
) -> None:
    before = await stored(service)
    for method, path, _, most in writes(contract):
        for name, (body, status) in BODIES.items():
            headers = {**JSON, "If-Match": '"1"'}
            answer = await service.client.request(method, path, content=body, headers=headers)
            assert is_refusal(answer, status, 400, 404, 422), (
                f"{method} {path} {name}: {answer.status_code} {answer.text}"
            )
        answer = await service.client.request(method, path, content=b"{}", headers={"Content-Type": "text/plain"})
        assert is_refusal(answer, 415), f"{method} {path}: {answer.text}"
        answer = await service.client.request(method, path, content=b" " * (most + 1), headers=JSON)
        assert is_refusal(answer, 413), f"{method} {path}: {answer.text}"
    assert await stored(service) == before


async def test_no_unknown_parameter_is_passed_over(service: ServiceUnderTest, contract: dict[str, Any]) -> None:
    for address, item in contract["paths"].items():
        path = "/".join(SOME_ID if part.startswith("{") else part for part in address.split("/"))
        for method in item:
            answer = await service.client.request(method.upper(), path, params={"zz": "1"}, headers=JSON)
            assert is_refusal(answer, 422), f"{method} {path}: {answer.text}"


def forged(service: ServiceUnderTest) -> dict[str, str]:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "iat": now, "exp": now + 60, "permissions": ["*:*:*"]}
    private, _ = new_key_pair()
    none = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none", "typ": "JWT"}, claims)
    )
    return {
        "nothing": "",
        "another scheme": "Basic eDp5",
        "garbage": "Bearer abc",
        "unsigned": f"Bearer {none}.",
        "signed by another key": f"Bearer {jwt.encode(claims, private, algorithm='EdDSA')}",
        "signed by a shared secret": f"Bearer {jwt.encode(claims, 'secret' * 8, algorithm='HS256')}",
    }


async def test_no_operation_is_open_to_a_forged_identity(service: ServiceUnderTest, contract: dict[str, Any]) -> None:
    before = await stored(service)
    for name, value in forged(service).items():
        for address, item in contract["paths"].items():
            path = "/".join(SOME_ID if part.startswith("{") else part for part in address.split("/"))
            for method in item:
                answer = await service.client.request(method.upper(), path, headers={"Authorization": value})
                assert is_refusal(answer, 401), f"{name}: {method} {path}: {answer.text}"
    assert await stored(service) == before
