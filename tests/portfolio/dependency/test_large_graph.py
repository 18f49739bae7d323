"""Ten thousand services and fifty thousand links, the densest kind: every path that can cross does.

A walk along paths rather than services would be cut off by the limit of a statement.
"""

import random

import pytest
from sqlalchemy import event, insert, text

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from portfolio.dependency.model import Dependency
from portfolio.service.gates import Act
from portfolio.service.model import Service
from portfolio.service.terms import Kind
from tests.portfolio.services import Services, made, refused

SERVICES, LINKS = 10_000, 50_000


@pytest.fixture
async def graph(portfolio: ServiceUnderTest) -> list[Service]:
    """Each uses some that come before it, most of them shortly before: so there are very many long paths."""
    act = Act(by="tester", at=portfolio.clock(), reason="A large portfolio")
    made_ones = [
        Service.propose(act, code=f"s{number}", name=f"Service {number}", kind=Kind.SUPPORTING)
        for number in range(SERVICES)
    ]
    chance = random.Random(7)
    links: set[tuple[int, int]] = {(number, number - 1) for number in range(1, SERVICES)}
    while len(links) < LINKS:
        user = chance.randrange(1, SERVICES)
        links.add((user, chance.randrange(max(0, user - 50), user)))
    async with portfolio.database.transaction() as session:
        await session.execute(text("ANALYZE dependencies"))  # what the planner knows then is that there are none
        session.add_all(made_ones)
        await session.flush()
        rows = [
            {"id": uuid7(), "version": 1, "sequence": 0, "service_id": made_ones[a].id, "uses_id": made_ones[b].id}
            for a, b in sorted(links)
        ]
        for start in range(0, LINKS, 5_000):
            await session.execute(insert(Dependency).values(rows[start : start + 5_000]))
    return made_ones


async def test_all_dependants_are_found_by_a_statement_and_one_for_the_page(
    portfolio: ServiceUnderTest, services: Services, graph: list[Service]
) -> None:
    asked: list[str] = []
    listening = portfolio.database.engine.sync_engine, "before_cursor_execute", lambda *seen: asked.append(seen[2])
    event.listen(*listening)
    try:
        impact = made(await portfolio.client.get(f"/v1/services/{graph[0].id}/impact", params={"limit": "500"}))
    finally:
        event.remove(*listening)
    assert len([statement for statement in asked if "FROM dependencies" in statement]) == 1
    assert len([statement for statement in asked if "FROM services" in statement]) == 2  # the service, and the page
    assert impact["total"] == SERVICES - 1
    assert len({user["service_id"] for user in impact["dependants"]}) == 500

    made(await services.use(as_read(graph[-1]), as_read(graph[0])))
    refused(await services.use(as_read(graph[0]), as_read(graph[-1])), 409, "portfolio.dependency.closes-loop")


def as_read(service: Service) -> dict[str, str]:
    return {"id": str(service.id)}
