"""A service that is charged by prices: its usage, subscriptions and runs, in short words."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from tests.finance.books import Books
from tests.finance.price_book.price_lists import PriceList
from tests.finance.usage_record.meters import Meters

APRIL = {"starts_on": "2025-04-01", "ends_on": "2025-05-01"}
SPRING = {"starts_on": "2025-04-01", "ends_on": "2025-06-01"}
PLAN = {
    "code": "hosting",
    "name": "Hosting at prices",
    "mode": "chargeback",
    "cost_objects": {"codes": ["HOSTING"]},
    "basis": "prices",
    "price_book": "standard",
}


@dataclass
class PricedService:
    """HOSTING, launched, with two customers, an empty price book and a plan."""

    books: Books
    meters: Meters
    prices: PriceList
    service_id: UUID

    @classmethod
    async def launched(cls, books: Books, **plan: Any) -> "PricedService":
        meters, prices, id = Meters(books), await PriceList.opened(books), uuid4()
        for name in ("Harbour", "Water"):
            await meters.know(name)
        made = cls(books, meters, prices, id)
        await books.finance.deliver(
            "portfolio.service-launched.v1", {**made.service, "launched_on": "2025-04-01"}, subject=id
        )
        await books.make("/v1/charge-plans", {**PLAN, **plan})
        return made

    @property
    def service(self) -> dict[str, Any]:
        return {"service_id": str(self.service_id), "code": "HOSTING", "name": "Hosting", "kind": "customer_facing"}

    async def retire(self, on: str) -> None:
        fact = {**self.service, "retired_on": on}
        await self.books.finance.deliver("portfolio.service-retired.v1", fact, subject=self.service_id, sequence=9)

    async def subscribe(self, consumer: str, quantity: str, starts_on: str, ends_on: str | None = None) -> None:
        id = uuid4()
        of = {
            "subscription_id": str(id),
            "service_id": str(self.service_id),
            "customer_id": self.meters.consumers[consumer],
        }
        started = {**of, "quantity": quantity, "option": None, "starts_on": starts_on}
        await self.books.finance.deliver("portfolio.subscription-started.v1", started, subject=id)
        if ends_on:
            await self.books.finance.deliver("portfolio.subscription-ended.v1", {**of, "ended_on": ends_on}, subject=id)

    async def subscribe_new(self, consumer: str) -> None:
        await self.meters.know(consumer)
        await self.subscribe(consumer, "1", "2025-04-01")

    async def run(self, **changes: Any) -> dict[str, Any]:
        return await self.books.make("/v1/charge-runs", {"plan": "hosting", **APRIL, **changes})

    async def previewed(self, **changes: Any) -> dict[str, Any]:
        body = {"plan": "hosting", **APRIL, **changes}
        answer = await self.books.client.post("/v1/charge-run-previews", json=body)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def charge(self, consumer: str = "Harbour") -> dict[str, Any]:
        found = await self.books.client.get("/v1/charges", params={"consumer_id": self.meters.consumers[consumer]})
        (charge,) = found.json()["items"]
        shown: dict[str, Any] = charge
        return shown

    async def lines(self, consumer: str = "Harbour") -> list[tuple[str, str, str]]:
        """(item, quantity, amount) of each line of the current charge."""
        charge = await self.charge(consumer)
        found = (await self.books.client.get(f"/v1/charges/{charge['id']}/lines")).json()["items"]
        found.sort(key=lambda line: (line["starts_on"], line["item_code"]))
        return [(line["item_code"], line["quantity"], line["amount"]) for line in found]

    async def explained(self, consumer: str = "Harbour") -> list[dict[str, Any]]:
        charge = await self.charge(consumer)
        told = (await self.books.client.get(f"/v1/charges/{charge['id']}/explanation")).json()
        assert told["lines"] == []
        priced: list[dict[str, Any]] = told["priced_lines"]
        return priced
