"""A service with customers, its replacement, and the plan that leads from one to the other."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.portfolio.services import Services, made

END = "2026-03-01"
ITEM = {"title": "Archive the mailboxes", "owner": "grace", "due_on": "2026-02-20"}


@dataclass
class Retiring:
    """What tests do with the plan to replace mail by cloud at the end of February. It is the 15th of January."""

    services: Services
    mail: dict[str, Any]
    cloud: dict[str, Any]

    @property
    def client(self) -> httpx.AsyncClient:
        return self.services.portfolio.client

    async def asked(self, **given: Any) -> httpx.Response:
        said = {"service_id": self.mail["id"], "ends_on": END, "replacement_id": self.cloud["id"], "reason": "Old."}
        return await self.client.post("/v1/retirement-plans", json={**said, **given})

    async def opened(self, **given: Any) -> dict[str, Any]:
        return made(await self.asked(**given))

    async def read(self, plan: dict[str, Any]) -> dict[str, Any]:
        return made(await self.client.get(f"/v1/retirement-plans/{plan['id']}"))

    async def changed(self, plan: dict[str, Any], what: str, **said: Any) -> httpx.Response:
        """At the version that the test has read."""
        headers = {"If-Match": f'"{plan["version"]}"'}
        return await self.client.post(f"/v1/retirement-plans/{plan['id']}/{what}", json=said, headers=headers)

    async def subscribed(self, customer: UUID, **terms: Any) -> str:
        return str(made(await self.services.subscribe(self.mail, customer, **terms))["id"])

    async def move(self, plan: dict[str, Any], *ids: str, on: str = "2026-02-01", **said: Any) -> httpx.Response:
        command = {"on": on, "subscription_ids": ids, **said}
        return await self.client.post(f"/v1/retirement-plans/{plan['id']}/customer-moves", json=command)

    async def customers(self, plan: dict[str, Any], **asked: str) -> list[dict[str, Any]]:
        path = f"/v1/retirement-plans/{plan['id']}/customers"
        items: list[dict[str, Any]] = made(await self.client.get(path, params=asked))["items"]
        return items


@pytest.fixture
async def retiring(services: Services) -> Retiring:
    return Retiring(services, await services.operational("mail"), await services.operational("cloud"))
