"""Charges to invoice, and short words for what tests do with invoices."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from chassis.chores import carry_out
from chassis.ids import uuid7
from finance.app import manifest
from tests.finance.books import Books, entry, line

APRIL = {"starts_on": "2025-04-01", "ends_on": "2025-05-01"}
MAY = {"starts_on": "2025-05-01", "ends_on": "2025-06-01"}
TERMS: dict[str, Any] = {
    "issuer_name": "City Shared Services",
    "account_name": "City",
    "is_external": False,
    "grace_days": 10,
    "payment_days": 30,
    "receivable_account": "1200",
    "recovery_account": "4100",
}
HST = {"name": "HST", "percent": "13", "valid_from": "2010-07-01"}
EXTERNAL = {**TERMS, "is_external": True, "tax_account": "2300", "tax_rates": [HST]}
FINALIZE = manifest.chores[0]


@dataclass
class Billing:
    """MAIL and HOSTING are charged back to consumers by headcount."""

    books: Books
    consumers: dict[str, str] = field(default_factory=dict)
    services: dict[str, UUID] = field(default_factory=dict)

    @property
    def client(self) -> httpx.AsyncClient:
        return self.books.client

    async def opened(self) -> "Billing":
        for code, name, kind in (
            ("1200", "Receivables", "asset"),
            ("2300", "Tax payable", "liability"),
            ("4100", "Recovery", "income"),
        ):
            await self.books.make("/v1/accounts", {"code": code, "name": name, "type": kind, "nature": None})
        await self.books.make("/v1/billing-profiles", TERMS)
        for code in ("MAIL", "HOSTING"):
            self.services[code] = await self.launch(code)
        plan = {"code": "it", "name": "IT", "mode": "chargeback", "driver": "headcount"}
        for name in ("Harbour", "Transit", "Water"):
            await self.consumer(name, "1")
        await self.books.make("/v1/charge-plans", {**plan, "cost_objects": {"codes": ["MAIL", "HOSTING"]}})
        return self

    async def launch(self, code: str) -> UUID:
        id = uuid4()
        service = {"service_id": str(id), "code": code, "name": code.title(), "kind": "customer_facing"}
        await self.deliver("portfolio.service-launched.v1", {**service, "launched_on": "2025-04-01"}, id)
        return id

    async def retire(self, code: str, on: str) -> None:
        service = {"service_id": str(self.services[code]), "code": code, "name": code.title()}
        retired = {**service, "kind": "customer_facing", "retired_on": on}
        await self.deliver("portfolio.service-retired.v1", retired, self.services[code])

    async def deliver(self, type: str, data: dict[str, Any], subject: UUID) -> None:
        await self.books.finance.deliver(type, data, subject=subject)

    async def consumer(self, name: str, headcount: str) -> str:
        id = uuid7()
        self.consumers[name] = str(id)
        known = {"customer_id": str(id), "code": name.lower(), "name": name, "kind": "internal_unit", "parent_id": None}
        await self.deliver("strategy.customer-registered.v1", known, id)
        await self.size(name, headcount)
        return str(id)

    async def size(self, name: str, headcount: str, valid_from: str = "2025-04-01") -> None:
        id = self.consumers[name]
        sized = {"customer_id": id, "measure": "headcount", "quantity": headcount, "valid_from": valid_from}
        await self.deliver("strategy.customer-sized.v1", sized, UUID(id))

    async def cost(self, reference: str, amount: str, cost_object: str = "MAIL", day: str = "2025-04-15") -> None:
        lines = [
            line("5200", amount, cost_object=cost_object),
            line("2000", f"-{amount}" if amount[0] != "-" else amount[1:]),
        ]
        answer = await self.books.post(entry(reference, posted_on=day, lines=lines))
        assert answer.status_code == 201, answer.text

    async def charge(self, plan: str = "it", **span: Any) -> dict[str, Any]:
        return await self.books.make("/v1/charge-runs", {"plan": plan, **APRIL, **span})

    async def draft(self, plan: str = "it", **changes: Any) -> dict[str, Any]:
        return await self.books.make("/v1/invoices", {"plan": plan, **APRIL, **changes})

    async def invoices(self, **asked: Any) -> list[dict[str, Any]]:
        answer = await self.client.get("/v1/invoices", params={"sort": "consumer_name", "limit": 500, **asked})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def invoice(self, consumer: str, **asked: Any) -> dict[str, Any]:
        """The only one of a consumer that is asked for, with its lines."""
        (found,) = await self.invoices(consumer_id=self.consumers[consumer], **asked)
        return await self.read(found["id"])

    async def read(self, id: str) -> dict[str, Any]:
        answer = await self.client.get(f"/v1/invoices/{id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def change(self, invoice: dict[str, Any], verb: str, **body: Any) -> httpx.Response:
        version = {"If-Match": f'"{invoice["version"]}"'}
        needs_body = verb in {"finalization", "voiding"}
        return await self.client.post(
            f"/v1/invoices/{invoice['id']}/{verb}", json=body if needs_body else None, headers=version
        )

    async def finalized(self, consumer: str, **body: Any) -> dict[str, Any]:
        answer = await self.change(await self.invoice(consumer, state="draft"), "finalization", **body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def billed(self, consumer: str = "Harbour", *costs: str) -> dict[str, Any]:
        """A final invoice over a third of the cost of MAIL in April."""
        for number, cost in enumerate(costs or ("90.00",)):
            await self.cost(f"april-{number}", cost)
        await self.charge()
        await self.draft()
        return await self.finalized(consumer)

    async def clock(self) -> None:
        """What the worker does, until there is nothing more to do."""
        while await carry_out(FINALIZE, self.books.finance.database, self.books.finance.clock()):
            pass

    async def credit(self, invoice: dict[str, Any], *lines: tuple[int, str], **more: Any) -> httpx.Response:
        named = [{"line_number": number, "amount": amount} for number, amount in lines]
        path = f"/v1/invoices/{invoice['id']}/credit-notes"
        return await self.client.post(path, json={"reason": "Mail was down", "lines": named, **more})

    async def posted(self, entry_id: str) -> Sequence[tuple[str, str, str | None]]:
        """Account, amount and cost object of each line of an entry."""
        posted = (await self.client.get(f"/v1/journal-entries/{entry_id}")).json()
        return [(each["account"], each["amount"], each["cost_object"]) for each in posted["lines"]]
