"""Price books over HTTP, in short words."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.finance.books import Books

PER_GB = {"model": "per_unit", "unit_price": "0.10"}


def item(code: str = "GB", cost_object: str = "HOSTING", meter: str | None = "gb", **more: Any) -> dict[str, Any]:
    named = {"code": code, "name": code.title(), "unit": meter or "seat", "cost_object": cost_object}
    return {**named, "meter": meter, "price": PER_GB, **more}


@dataclass
class PriceList:
    """One price book and what is done with it."""

    books: Books
    id: str

    @classmethod
    async def opened(cls, books: Books, code: str = "standard", currency: str = "CAD") -> "PriceList":
        made = await books.make("/v1/price-books", {"code": code, "name": code.title(), "currency": currency})
        return cls(books, made["id"])

    @property
    def client(self) -> httpx.AsyncClient:
        return self.books.client

    async def draft(self, starts_on: str, *items: dict[str, Any], ends_on: str | None = None) -> dict[str, Any]:
        body = {"starts_on": starts_on, "ends_on": ends_on, "items": list(items) or [item()]}
        return await self.books.make(f"/v1/price-books/{self.id}/versions", body)

    async def do(self, version: dict[str, Any], verb: str, **body: Any) -> httpx.Response:
        """`do(version, "publication")` at the version that it was read at."""
        match = {"If-Match": f'"{version["version"]}"'}
        return await self.client.post(f"/v1/price-versions/{version['id']}/{verb}", json=body, headers=match)

    async def publish(self, version: dict[str, Any], **body: Any) -> dict[str, Any]:
        answer = await self.do(version, "publication", **{"reason": "As agreed", **body})
        assert answer.status_code == 200, answer.text
        published: dict[str, Any] = answer.json()
        return published

    async def published(self, starts_on: str, *items: dict[str, Any], ends_on: str | None = None) -> dict[str, Any]:
        return await self.publish(await self.draft(starts_on, *items, ends_on=ends_on))

    async def preview(self, **body: Any) -> httpx.Response:
        return await self.client.post("/v1/price-previews", json={"price_book": "standard", **body})
