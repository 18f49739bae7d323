"""The strategy service on a clean database, and the first steps that many tests share."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.manifest import Manifest
from chassis.testing import ServiceUnderTest, StoppedClock, service_under_test
from strategy.app import manifest
from tests.databases import clean

Made = dict[str, Any]


@pytest.fixture(scope="session")
async def running_strategy(service_dsn: Callable[[str | Manifest], str]) -> AsyncIterator[ServiceUnderTest]:
    async with service_under_test(manifest, service_dsn("strategy")) as service:
        yield service


@pytest.fixture
async def strategy(running_strategy: ServiceUnderTest) -> ServiceUnderTest:
    """Each test begins with nothing, on January 15."""
    await clean(running_strategy.database.engine, "strategy")
    running_strategy.clock.now = StoppedClock.now
    return running_strategy


class Steps:
    """What a strategist does; each step must succeed."""

    def __init__(self, service: ServiceUnderTest) -> None:
        self.service = service

    async def post(self, path: str, body: Made | None = None, *, of: Made | None = None) -> Made:
        """`of` is what the caller has read before, whose version goes along."""
        headers = {"If-Match": f'"{of["version"]}"'} if of else {}
        answer = await self.service.client.post(f"/v1{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        made: Made = answer.json()
        return made

    async def put(self, path: str, body: Made, *, of: Made | None = None) -> Made:
        headers = {"If-Match": f'"{of["version"]}"'} if of else {}
        answer = await self.service.client.put(f"/v1{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        made: Made = answer.json()
        return made

    async def get(self, path: str, **query: Any) -> Made:
        answer = await self.service.client.get(f"/v1{path}", params=query)
        assert answer.is_success, answer.text
        made: Made = answer.json()
        return made

    async def listed(self, path: str, name: str, **query: Any) -> list[Any]:
        return [item[name] for item in (await self.get(path, **query))["items"]]

    async def space(self, code: str, **more: Any) -> Made:
        return await self.post("/market-spaces", {"code": code, "name": code, "owner": "Strategist", **more})

    async def customer(self, code: str, **more: Any) -> Made:
        return await self.post("/customers", {"code": code, "name": code, "kind": "internal_unit", **more})

    async def need(self, customer: Made, **more: Any) -> Made:
        stated = {"statement": "Answers within a day", "asked_by": "Head of service", "importance": 8}
        return await self.post("/needs", {**stated, "customer_id": customer["id"], **more})

    async def objective(self, code: str, **more: Any) -> Made:
        said = {
            "name": code,
            "perspective": "customer",
            "owner": "Strategist",
            "weight": "1",
            "starts_on": "2025-01-01",
        }
        return await self.post("/objectives", {"code": code, **said, **more})

    async def measure(self, objective: Made, name: str = "Answered", **more: Any) -> Made:
        way = {"unit": "percent", "direction": "increase", "baseline": "60", "target": "80", "weight": "1"}
        return await self.post(f"/objectives/{objective['id']}/measures", {"name": name, **way, **more})

    async def aligned(self, objective: Made, strength: str = "1", **more: Any) -> Made:
        said = {"objective_id": objective["id"], "strength": strength, "starts_on": "2025-01-01"}
        return await self.post("/alignments", {**said, **{name: str(value) for name, value in more.items()}})

    async def asset(self, code: str, **more: Any) -> Made:
        said = {"name": code, "owner": "Head of platforms", "kind": "capability", "type": "processes", "weight": "1"}
        return await self.post("/assets", {"code": code, **said, **more})

    async def initiative(self, code: str, **more: Any) -> Made:
        return await self.post("/initiatives", {"code": code, "name": code, "owner": "Head of digital", **more})

    async def step(self, initiative: Made, noun: str, **more: Any) -> Made:
        read = await self.get(f"/initiatives/{initiative['id']}")
        return await self.post(f"/initiatives/{initiative['id']}/{noun}", {"reason": "Agreed.", **more}, of=read)

    async def service_known(self, code: str, *, launched: bool = True) -> UUID:
        """The portfolio announces a service."""
        id = uuid7()
        fact = {"service_id": str(id), "code": code, "name": code, "kind": "customer_facing"}
        day = {"chartered_on": "2025-01-01", "launched_on": "2025-02-01"}
        await self.service.deliver("portfolio.service-chartered.v1", {**fact, **day}, subject=id)
        if launched:
            await self.service.deliver("portfolio.service-launched.v1", {**fact, **day}, subject=id)
        return id

    async def service_retired(self, id: UUID, code: str) -> None:
        fact = {"service_id": str(id), "code": code, "name": code, "kind": "customer_facing"}
        retired = {**fact, "retired_on": "2026-01-10", "replacement_id": None}
        await self.service.deliver("portfolio.service-retired.v1", retired, subject=id)

    async def drafted(self, code: str, *, services: list[UUID], needs: list[Made], **more: Any) -> Made:
        parts = {"service_ids": [str(id) for id in services], "need_ids": [need["id"] for need in needs]}
        return await self.post("/offerings", {"code": code, "name": code, "utility": "Works", **parts, **more})

    async def approved(self, draft: Made) -> Made:
        proposed = await self.post(f"/offerings/{draft['id']}/proposal", of=draft)
        return await self.post(f"/offerings/{draft['id']}/approval", of=proposed)

    async def launched(self, code: str, *, services: list[UUID], needs: list[Made]) -> Made:
        approved = await self.approved(await self.drafted(code, services=services, needs=needs))
        return await self.post(f"/offerings/{approved['id']}/launch", of=approved)


@pytest.fixture
def steps(strategy: ServiceUnderTest) -> Steps:
    return Steps(strategy)
