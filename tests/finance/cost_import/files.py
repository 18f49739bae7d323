"""Cost files and what tests do with them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from tests.finance.books import Books

HEADER = "posted_on,account,cost_object,amount,currency,description"
Body = str | bytes | AsyncIterator[bytes]


def cost_file(*rows: str) -> str:
    return "\n".join([HEADER, *rows, ""])


def when(column: str, equals: str, **gives: str) -> dict[str, Any]:
    """A rule with one condition."""
    return {"conditions": [{"column": column, "equals": equals}], **gives}


@dataclass
class Imports:
    books: Books

    async def send(self, body: Body, **query: str) -> httpx.Response:
        terms = {"source": "erp", "period": "2025-26", "balancing_account": "2000", **query}
        headers = {"Content-Type": "text/csv"}
        return await self.books.client.post("/v1/cost-imports", params=terms, content=body, headers=headers)

    async def done(self, body: Body, **query: str) -> dict[str, Any]:
        answer = await self.send(body, **query)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        assert made["read"] == made["accepted"] + made["rejected"] + made["skipped"]
        return made

    async def save(self, name: str, mapping: dict[str, Any]) -> None:
        answer = await self.books.client.put(f"/v1/import-mappings/{name}", json=mapping)
        assert answer.status_code == 200, answer.text

    async def rule(self, *rules: dict[str, Any]) -> None:
        """Puts the whole list of assignment rules."""
        version = (await self.books.client.get("/v1/assignment-rules")).headers["etag"]
        body = {"rules": list(rules)}
        answer = await self.books.client.put("/v1/assignment-rules", json=body, headers={"If-Match": version})
        assert answer.status_code == 200, answer.text

    async def ask(self, path: str, **body: Any) -> httpx.Response:
        return await self.books.client.post(path, json=body)

    async def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            asked = {"limit": "500", **query, **({"cursor": cursor} if cursor else {})}
            answer = await self.books.client.get(path, params=asked)
            assert answer.status_code == 200, answer.text
            found += answer.json()["items"]
            cursor = answer.json()["next_cursor"]
            if not cursor:
                return found

    async def entries(self) -> list[dict[str, Any]]:
        """The journal entries with their lines, oldest first."""
        entries = await self.items("/v1/journal-entries")
        return [(await self.books.client.get(f"/v1/journal-entries/{it['id']}")).json() for it in entries]

    async def balances(self) -> dict[tuple[str, str | None], Decimal]:
        """(account, cost object) → sum of the lines in base currency, without those that are zero."""
        sums: dict[tuple[str, str | None], Decimal] = {}
        for entry in await self.entries():
            for line in entry["lines"]:
                key = (line["account"], line["cost_object"])
                sums[key] = sums.get(key, Decimal(0)) + Decimal(line["base_amount"])
        return {key: amount for key, amount in sums.items() if amount}
