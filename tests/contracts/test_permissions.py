"""Every operation asks for its own permission, and for nothing else."""

from collections.abc import Iterator
from typing import Any

from chassis.identity import Caller
from chassis.testing import ServiceUnderTest
from tests.contracts.test_bad_input import JSON, described, is_refusal, stored

MISSING = "request.permission-missing"


def all_but(permission: str) -> Iterator[str]:
    """Patterns that cover everything but what the permission names: another service, noun or verb."""
    service, noun, verb = permission.split(":")
    yield from (f"another:{noun}:{verb}", f"{service}:another:{verb}", f"{service}:{noun}:another")
    yield from (f"{service}:{noun}", f"{service}:*:{verb}x", permission.upper(), f"{permission}:*", "")


async def test_no_operation_lets_in_who_lacks_its_permission(
    service: ServiceUnderTest, contract: dict[str, Any]
) -> None:
    before = await stored(service)
    for method, path, operation in described(contract):
        others = Caller("somebody", frozenset(all_but(operation["x-permission"])))
        headers = JSON | {"Authorization": f"Bearer {service.voucher.vouch(others)}"}
        answer = await service.client.request(method, path, content=b"{}", headers=headers)
        assert is_refusal(answer, 403), f"{method} {path}: {answer.text}"
        assert answer.json()["code"] == MISSING
    assert await stored(service) == before


async def test_its_permission_alone_lets_in(service: ServiceUnderTest, contract: dict[str, Any]) -> None:
    for method, path, operation in described(contract):
        alone = Caller("somebody", frozenset({operation["x-permission"]}))
        headers = JSON | {"Authorization": f"Bearer {service.voucher.vouch(alone)}"}
        answer = await service.client.request(method, path, content=b"{}", headers=headers)
        assert answer.status_code not in (401, 403), f"{method} {path}: {answer.text}"
