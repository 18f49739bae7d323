"""Books to post into, and short words for what tests do with them."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from chassis.testing import ServiceUnderTest

ACCOUNTS = (
    ("1000", "Bank", "asset", None),
    ("2000", "Payables", "liability", None),
    ("4000", "Recoveries", "income", "Recovery"),
    ("5100", "Salaries", "expense", "Labour"),
    ("5200", "Licences", "expense", "Software"),
)


@dataclass
class Books:
    finance: ServiceUnderTest
    periods: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def client(self) -> httpx.AsyncClient:
        return self.finance.client

    async def opened(self) -> "Books":
        year = await self.make("/v1/fiscal-years", {"code": "2025-26", "starts_on": "2025-04-01"})
        assert (await self.client.post(f"/v1/fiscal-years/{year['id']}/opening")).status_code == 200
        for code, name, kind, nature in ACCOUNTS:
            await self.make("/v1/accounts", {"code": code, "name": name, "type": kind, "nature": nature})
        for code in ("MAIL", "HOSTING"):
            await self.make("/v1/cost-objects", {"code": code, "name": code.title(), "kind": "service"})
        await self.read_periods()
        return self

    async def read_periods(self) -> None:
        found = (await self.client.get("/v1/fiscal-periods?limit=100")).json()["items"]
        self.periods = {period["code"]: period for period in found}

    async def make(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.post(path, json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def move(self, code: str, verb: str, **body: Any) -> httpx.Response:
        """`move("2025-26-P01", "closing")` at the version that the period has now."""
        await self.read_periods()
        period = self.periods[code]
        version = {"If-Match": f'"{period["version"]}"'}
        path = f"/v1/fiscal-periods/{period['id']}/{verb}"
        return await self.client.post(path, json=body or None, headers=version)

    async def value_at(self, rate_source: str) -> None:
        """From now on amounts that bring no rate are valued at those of a source."""
        (year,) = (await self.client.get("/v1/fiscal-years")).json()["items"]
        version = {"If-Match": f'"{year["version"]}"'}
        path = f"/v1/fiscal-years/{year['id']}"
        answer = await self.client.put(
            path, json={"rate_source": rate_source, "unbudgeted": year["unbudgeted"]}, headers=version
        )
        assert answer.status_code == 200, answer.text

    async def post(self, entry: dict[str, Any]) -> httpx.Response:
        return await self.client.post("/v1/journal-entries", json=entry)

    async def verified(self, code: str) -> dict[str, Any]:
        answer = await self.client.get(f"/v1/fiscal-periods/{self.periods[code]['id']}/verification")
        verification: dict[str, Any] = answer.json()
        return verification


def line(account: str, amount: str, **more: Any) -> dict[str, Any]:
    return {"account": account, "amount": amount, "currency": "CAD", **more}


def entry(reference: str = "1", amount: str = "100.00", posted_on: str = "2025-04-15", **more: Any) -> dict[str, Any]:
    """A cost of MAIL, owed to a supplier."""
    return {
        "posted_on": posted_on,
        "description": "Licences",
        "source": "test",
        "reference": reference,
        "lines": [line("5200", amount, cost_object="MAIL"), line("2000", f"-{amount}")],
        **more,
    }
