"""Recording usage over HTTP, in short words."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from chassis.ids import uuid7
from tests.finance.books import Books

COLUMNS = "source,external_id,consumer,cost_object,meter,quantity,used_on,corrects"


@dataclass
class Meters:
    """`consumers`: name → id."""

    books: Books
    consumers: dict[str, str] = field(default_factory=dict)

    @property
    def client(self) -> httpx.AsyncClient:
        return self.books.client

    async def know(self, name: str) -> str:
        id = str(uuid7())
        fact = {"customer_id": id, "code": name.lower(), "name": name, "kind": "internal_unit", "parent_id": None}
        await self.books.finance.deliver("strategy.customer-registered.v1", fact, subject=UUID(id))
        self.consumers[name] = id
        return id

    async def merge(self, name: str, into: str) -> None:
        merged, survivor = self.consumers[name], self.consumers[into]
        fact = {"merged_id": merged, "survivor_id": survivor, "reason": "one"}
        await self.books.finance.deliver("strategy.customers-merged.v1", fact, subject=UUID(merged), sequence=9)

    def said(self, external_id: str = "1", quantity: str = "10", **more: Any) -> dict[str, Any]:
        return {
            "source": "meter",
            "external_id": external_id,
            "consumer_id": self.consumers["Harbour"],
            "cost_object": "HOSTING",
            "meter": "gb",
            "quantity": quantity,
            "used_on": "2025-04-15",
            **more,
        }

    async def record(self, external_id: str = "1", quantity: str = "10", **more: Any) -> httpx.Response:
        return await self.client.post("/v1/usage-records", json=self.said(external_id, quantity, **more))

    async def recorded(self, external_id: str, quantity: str, consumer: str = "Harbour", **more: Any) -> None:
        answer = await self.record(external_id, quantity, consumer_id=self.consumers[consumer], **more)
        assert answer.status_code == 201, answer.text

    async def imported(self, rows: str) -> dict[str, Any]:
        answer = await self.client.post(
            "/v1/usage-record-imports", content=f"{COLUMNS}\n{rows}", headers={"Content-Type": "text/csv"}
        )
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    async def quantities(self, path: str = "usage-records", **filters: str) -> list[str]:
        found = (await self.client.get(f"/v1/{path}", params=filters)).json()
        return [each["quantity"] for each in found["items"]]
