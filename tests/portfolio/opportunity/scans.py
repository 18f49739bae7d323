"""Facts that opportunities come of, scans, and decisions."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.portfolio.services import made

PROPOSAL = {"code": "answers", "name": "Answers", "kind": "customer_facing", "owner": "Ada", "reason": "It is wanted."}


@dataclass
class Scans:
    portfolio: ServiceUnderTest

    async def scan(self) -> dict[str, dict[str, int]]:
        """What was made of each rule, by its name, without what is none."""
        told = made(await self.portfolio.client.post("/v1/opportunity-scans"))["rules"]
        counted = {it.pop("rule"): {name: count for name, count in it.items() if count} for it in told}
        return {rule: counts for rule, counts in counted.items() if counts}

    async def listed(self, **query: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = made(await self.portfolio.client.get("/v1/opportunities", params=query))["items"]
        return items

    async def the_one(self, **query: str) -> dict[str, Any]:
        [opportunity] = await self.listed(**query)
        return opportunity

    async def steps(self, opportunity: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.portfolio.client.get(f"/v1/opportunities/{opportunity['id']}/history")
        steps: list[dict[str, Any]] = made(answer)["items"]
        return steps

    async def dismiss(self, opportunity: dict[str, Any], reason: str = "It is meant to be so.") -> httpx.Response:
        return await self._decide(opportunity, "dismissal", {"reason": reason})

    async def accept(self, opportunity: dict[str, Any], **proposal: Any) -> httpx.Response:
        return await self._decide(opportunity, "acceptance", {**PROPOSAL, **proposal})

    async def _decide(self, opportunity: dict[str, Any], how: str, command: dict[str, Any]) -> httpx.Response:
        headers = {"If-Match": f'"{opportunity["version"]}"'}
        path = f"/v1/opportunities/{opportunity['id']}/{how}"
        return await self.portfolio.client.post(path, json=command, headers=headers)

    async def need(self, id: UUID, importance: int, *, sequence: int = 1, score: int | None = None) -> None:
        fact = {
            "need_id": str(id),
            "importance": importance,
            "satisfaction": None,
            "opportunity_score": score,
            "assessed_on": "2026-01-15",
        }
        await self.portfolio.deliver("strategy.need-assessed.v1", fact, subject=id, sequence=sequence)

    async def covered(self, id: UUID, coverage_class: str = "white_space", *, sequence: int = 1, **said: Any) -> None:
        told = {
            "subject_kind": "need",
            "subject_id": str(id),
            "label": "Answers within a day",
            "service_kind": None,
            "coverage_class": coverage_class,
            "before": None,
            "offerings": 0,
            "weight": 8,
            "changed_on": "2026-01-10",
        }
        fact = {**told, **said}
        await self.portfolio.deliver("strategy.coverage-changed.v1", fact, subject=id, sequence=sequence)

    async def white_space(self, importance: int = 8) -> UUID:
        id = uuid7()
        await self.need(id, importance)
        await self.covered(id)
        return id

    async def capacity(
        self, asset: UUID, month: str, available: str, used: str | None, *, sequence: int = 1, **said: Any
    ) -> None:
        year, number = (int(part) for part in month.split("-"))
        after = f"{year + number // 12}-{number % 12 + 1:02}-01"
        told = {
            "asset_id": str(asset),
            "code": "engineers",
            "name": "Engineers",
            "kind": "resource",
            "asset_type": "people",
            "unit": "days",
            "starts_on": f"{month}-01",
            "ends_on": after,
            "available": available,
        }
        fact = {**told, **({} if used is None else {"used": used}), **said}
        await self.portfolio.deliver("strategy.capacity-changed.v1", fact, subject=asset, sequence=sequence)

    async def review(self, service: dict[str, Any]) -> None:
        """Opened by one, decided by another: it goes on."""
        opened = {"starts_on": "2025-04-01", "ends_on": "2026-04-01", "service_id": service["id"]}
        review = made(await self.portfolio.client.post("/v1/reviews", json=opened))
        async with self.portfolio.as_caller("portfolio:*:*", subject="board") as board:
            headers, decision = {"If-Match": f'"{review["version"]}"'}, {"decision": "continue", "reason": "Fine."}
            made(await board.post(f"/v1/reviews/{review['id']}/decision", json=decision, headers=headers))
