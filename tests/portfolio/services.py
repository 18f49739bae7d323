"""Services, customers and what belongs to them, made through the operations as an organization would."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest

TO_LAUNCH = ("definition", "analysis", "approval", "charter", "development", "launch")
WAIVER = {"reason": "Ordered by law", "approver": "Chief information officer"}
EVIDENCE: dict[str, dict[str, Any]] = {"approval": {"waiver": WAIVER}, "charter": {"waiver": WAIVER}}
LEVEL = {
    "name": "Available",
    "metric": "availability",
    "target": "99.9",
    "unit": "percent",
    "window": "month",
    "direction": "at_least",
}


@dataclass
class Services:
    portfolio: ServiceUnderTest

    async def proposed(self, code: str, **described: Any) -> dict[str, Any]:
        described = {"name": code.title(), "kind": "customer_facing", "owner": "Ada", **described}
        return made(await self.portfolio.client.post("/v1/services", json={"code": code, **described}))

    async def step(self, service: dict[str, Any], step: str, **given: Any) -> httpx.Response:
        """Takes a step at the version that is current now."""
        version = (await self.read(service["id"]))["version"]
        return await self.portfolio.client.post(
            f"/v1/services/{service['id']}/{step}",
            json={"reason": f"Time for {step}", **EVIDENCE.get(step, {}), **given},
            headers={"If-Match": f'"{version}"'},
        )

    async def up_to(self, service: dict[str, Any], last: str) -> dict[str, Any]:
        """Takes all steps of the pipeline up to the last one."""
        for step in TO_LAUNCH[: TO_LAUNCH.index(last) + 1]:
            service = made(await self.step(service, step))
        return service

    async def operational(self, code: str, **described: Any) -> dict[str, Any]:
        service = await self.proposed(code, **described)
        await self.level(service)
        return await self.up_to(service, "launch")

    async def retiring(self, code: str, *, retires_on: str = "2026-03-01") -> dict[str, Any]:
        service = await self.operational(code)
        return made(await self.step(service, "retirement-notice", retires_on=retires_on))

    async def read(self, id: str, **query: str) -> dict[str, Any]:
        return made(await self.portfolio.client.get(f"/v1/services/{id}", params=query))

    async def level(self, service: dict[str, Any], **stated: Any) -> dict[str, Any]:
        command = {**LEVEL, "service_id": service["id"], **stated}
        return made(await self.portfolio.client.post("/v1/service-levels", json=command))

    async def use(self, service: dict[str, Any], uses: dict[str, Any]) -> httpx.Response:
        command = {"service_id": service["id"], "uses_id": uses["id"]}
        return await self.portfolio.client.post("/v1/dependencies", json=command)

    async def customer(self, code: str = "cra", *, id: UUID | None = None, sequence: int = 1) -> UUID:
        """Strategy announces a customer."""
        id = id or uuid7()
        fact = {"customer_id": str(id), "code": code, "name": code.upper(), "kind": "internal_unit", "parent_id": None}
        await self.portfolio.deliver("strategy.customer-registered.v1", fact, subject=id, sequence=sequence)
        return id

    async def merge(self, merged: UUID, into: UUID, *, sequence: int = 2) -> None:
        fact = {"merged_id": str(merged), "survivor_id": str(into)}
        await self.portfolio.deliver("strategy.customers-merged.v1", fact, subject=merged, sequence=sequence)

    async def subscribe(self, service: dict[str, Any], customer: UUID, **terms: Any) -> httpx.Response:
        command = {"service_id": service["id"], "customer_id": str(customer), "quantity": "1", **terms}
        return await self.portfolio.client.post("/v1/subscriptions", json={"starts_on": "2026-01-01", **command})


def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    return body
