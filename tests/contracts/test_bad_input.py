"""Bad input, tried on every operation: refused with a reason that has a code, never our fault, nothing stored."""

import base64
import copy
import gzip
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, literal, select, table, text, union_all

from chassis.contracts import checked_in
from chassis.identity import ALGORITHM, AUDIENCE, ISSUER, new_key_pair
from chassis.testing import ServiceUnderTest
from standalone.contracts import FOLDER

CODES = checked_in(FOLDER)["problems.json"]
SOME_ID = "0198c0de-0000-7000-8000-00000000000f"
KEPT_BESIDE = {"audit_trail", "idempotency_keys", "platform_version", "service_version"}
JSON = {"Content-Type": "application/json", "If-Match": '"1"'}
NOT_UNDERSTOOD = {"request.invalid", "request.malformed", "request.unsupported-media-type"}

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

Described = tuple[str, str, dict[str, Any]]


def described(contract: dict[str, Any]) -> Iterator[Described]:
    """(method, a path that fits its template, what the contract says) of every operation."""
    for address, item in contract["paths"].items():
        for method, operation in item.items():
            path = address
            for variable in [it for it in operation.get("parameters", ()) if it.get("in") == "path"]:
                some = "2026-01-01" if variable["schema"].get("format") == "date" else SOME_ID
                path = path.replace(f"{{{variable['name']}}}", some)
            yield method.upper(), path, operation


def writes(contract: dict[str, Any]) -> Iterator[Described]:
    """Those that take JSON."""
    return (it for it in described(contract) if "example" in content(it[2]))


def uploads(contract: dict[str, Any]) -> Iterator[Described]:
    """Those that take files."""
    return (it for it in described(contract) if it[2].get("x-streams"))


def content(operation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return found


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
    """Rows of every table that holds what an organization keeps, and of the facts to be announced."""
    async with service.database.transaction() as session:
        schema = {"schema": service.manifest.name}
        names = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = :schema"), schema)
        counts = (select(literal(name), func.count()).select_from(table(name)) for name in set(names) - KEPT_BESIDE)
        return dict(map(tuple, await session.execute(union_all(*counts))))


def is_refusal(answer: httpx.Response, status: int | None = None) -> bool:
    """A 4xx with a problem document whose code is known."""
    return (
        400 <= answer.status_code < 500
        and status in (None, answer.status_code)
        and answer.headers["Content-Type"] == "application/problem+json"
        and CODES[answer.json()["code"]]["status"] == answer.status_code
    )


async def test_what_is_refused_for_a_wrong_value_in_its_body_is_not_stored(
    service: ServiceUnderTest, contract: dict[str, Any]
) -> None:
    """Some values are wrong only in most places: a text may say "NaN"."""
    before, refused = await stored(service), 0
    for method, path, operation in writes(contract):
        for body in spoiled(content(operation)["example"]):
            answer = await service.client.request(method, path, content=body, headers=JSON)
            assert answer.is_success or is_refusal(answer), f"{method} {path} {body[:300]}: {answer.text}"
            after = await stored(service)
            assert answer.is_success or after == before, f"{method} {path} {body[:300]}: {answer.text}"
            before, refused = after, refused + answer.is_client_error
    assert refused > 100


async def test_every_example_is_a_body_that_its_operation_understands(
    service: ServiceUnderTest, contract: dict[str, Any]
) -> None:
    """What it names does not exist here, but nothing in it is of the wrong kind."""
    for method, path, operation in writes(contract):
        answer = await service.client.request(method, path, json=content(operation)["example"], headers=JSON)
        assert answer.is_success or answer.json()["code"] not in NOT_UNDERSTOOD, f"{method} {path}: {answer.text}"


BODIES: dict[str, tuple[bytes, int | None]] = {
    "broken": (b'{"a": ', 400),
    "not utf-8": (b'{"a": "\xff"}', 400),
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
    for method, path, operation in writes(contract):
        bodies = BODIES | ({"empty": (b"", None)} if operation["requestBody"].get("required") else {})
        for name, (body, status) in bodies.items():
            answer = await service.client.request(method, path, content=body, headers=JSON)
            assert is_refusal(answer, status), f"{method} {path} {name}: {answer.status_code} {answer.text}"
        answer = await service.client.request(method, path, content=b"{}", headers={"Content-Type": "text/plain"})
        assert is_refusal(answer, 415), f"{method} {path}: {answer.text}"
        too_long = b" " * (operation["x-max-body-bytes"] + 1)
        answer = await service.client.request(method, path, content=too_long, headers=JSON)
        assert is_refusal(answer, 413), f"{method} {path}: {answer.text}"
    assert await stored(service) == before


CSV, GZIP = "text/csv", "application/gzip"
UNREADABLE = {
    "empty": (CSV, b""),
    "nothing but ends of lines": (CSV, b"\n" * 1000),
    "not utf-8": (CSV, b"code,name\nA\xff,b\n"),
    "another encoding": (CSV, "code,name\na,b\n".encode("utf-16")),
    "a picture": (CSV, bytes(range(256)) * 50),
    "unknown columns": (CSV, b"zz,yy\n1,2\n"),
    "the same column twice": (CSV, b"code,code\na,b\n"),
    "endless columns": (CSV, b"," * 200_000),
    "damaged": (GZIP, b"\x1f\x8b\x08damaged"),
    "cut off": (GZIP, gzip.compress(b"code,name\na,b\n")[:-9]),
    "endless when unpacked": (GZIP, gzip.compress(b"0" * 20_000_000)),
}
IMPORT_PARAMETERS = {"source": "erp", "period": "2023-24-P01", "balancing_account": "2000"}


async def test_no_file_of_the_wrong_kind_is_taken_and_nothing_is_stored(
    service: ServiceUnderTest, contract: dict[str, Any]
) -> None:
    before = await stored(service)
    for method, path, operation in uploads(contract):
        known = {it.get("name") for it in operation.get("parameters", ())}
        asked = {name: value for name, value in IMPORT_PARAMETERS.items() if name in known}
        for name, (media, body) in UNREADABLE.items():
            answer = await service.client.request(
                method, path, params=asked, content=body, headers={"Content-Type": media}
            )
            assert is_refusal(answer), f"{path} {name}: {answer.text}"
        answer = await service.client.request(
            method, path, params=asked, content=b"x", headers={"Content-Type": "image/png"}
        )
        assert is_refusal(answer, 415), f"{path}: {answer.text}"
        (media, *_) = operation["requestBody"]["content"]
        declared = {"Content-Type": media, "Content-Length": str(operation["x-max-body-bytes"] + 1)}
        answer = await service.client.request(method, path, params=asked, content=b"x", headers=declared)
        assert is_refusal(answer, 413), f"{path}: {answer.text}"
    assert await stored(service) == before


async def test_no_unknown_parameter_is_passed_over(service: ServiceUnderTest, contract: dict[str, Any]) -> None:
    for method, path, _ in described(contract):
        answer = await service.client.request(method, path, params={"zz": "1"}, headers=JSON)
        assert is_refusal(answer, 422), f"{method} {path}: {answer.text}"
        assert answer.json()["code"] == "request.unknown-parameter", f"{method} {path}: {answer.text}"


UNFIT = ["\x00", "x" * 20_000, "9" * 400]


async def test_no_parameter_takes_a_nul_or_what_has_no_end(service: ServiceUnderTest, contract: dict[str, Any]) -> None:
    for method, path, operation in described(contract):
        for name in [it["name"] for it in operation.get("parameters", ()) if it.get("in") == "query"]:
            for value in UNFIT:
                answer = await service.client.request(method, path, params={name: value}, headers=JSON)
                assert is_refusal(answer), f"{method} {path}?{name}={value[:9]!r}: {answer.text}"


def segment(part: bytes | dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(part if isinstance(part, bytes) else json.dumps(part).encode()).decode().rstrip("=")


def forged(service: ServiceUnderTest) -> dict[str, str]:
    now, key = int(time.time()), service.voucher._key
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "iat": now, "exp": now + 60, "permissions": ["*:*:*"]}
    private, _ = new_key_pair()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    shared = f"{segment({'alg': 'HS256', 'typ': 'JWT'})}.{segment(claims)}"
    return {
        "nothing": "",
        "another scheme": "Basic eDp5",
        "garbage": "Bearer abc",
        "unsigned": f"Bearer {segment({'alg': 'none', 'typ': 'JWT'})}.{segment(claims)}.",
        "expired": f"Bearer {jwt.encode(claims | {'exp': now - 60}, key, algorithm=ALGORITHM)}",
        "for another audience": f"Bearer {jwt.encode(claims | {'aud': 'others'}, key, algorithm=ALGORITHM)}",
        "signed by another key": f"Bearer {jwt.encode(claims, private, algorithm='EdDSA')}",
        "signed by the public key": f"Bearer {shared}.{segment(hmac.digest(public, shared.encode(), hashlib.sha256))}",
    }


async def test_no_operation_is_open_to_a_forged_identity(service: ServiceUnderTest, contract: dict[str, Any]) -> None:
    before = await stored(service)
    for name, value in forged(service).items():
        for method, path, _ in described(contract):
            answer = await service.client.request(method, path, headers={"Authorization": value})
            assert is_refusal(answer, 401), f"{name}: {method} {path}: {answer.text}"
    assert await stored(service) == before
