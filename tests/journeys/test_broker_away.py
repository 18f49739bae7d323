"""The broker is killed while people work: nothing is lost, nothing counts twice, order is kept."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.journeys.conftest import journey
from tests.journeys.organization import customer
from tests.rabbitmq import Node

CUSTOMERS = 60


async def test_facts_written_while_the_broker_is_away_arrive_once_after_it_is_back(
    fresh_database: Callable[[str], str], private_broker: Node, tmp_path: Path
) -> None:
    async with journey(fresh_database, private_broker.url(), tmp_path) as story:
        codes = [f"unit-{number:03}" for number in range(CUSTOMERS)]
        for code in codes[:20]:
            await customer(story.manager, code)
        await asyncio.sleep(3)  # RabbitMQ 3.10 may lose a quorum queue whose node dies right after it was declared
        await private_broker.kill()
        for code in codes[20:40]:
            made = await customer(story.manager, code)
            path, changed = f"/strategy/v1/customers/{made['id']}", {"name": f"{code} II", "kind": "internal_unit"}
            await story.manager.put(path, changed, version=made["version"])
        await private_broker.start()
        await asyncio.gather(*(customer(story.manager, code) for code in codes[40:]))
        await story.manager.until(lambda page: page["total"] == CUSTOMERS, "/finance/v1/consumers", include="total")
        await story.manager.until(
            lambda page: page["items"][0]["name"] == "unit-039 II", "/finance/v1/consumers", code="unit-039"
        )
        known = await story.manager.every("/finance/v1/consumers")
        assert sorted(each["code"] for each in known) == codes
        assert all(each["name"].endswith(" II") for each in known if "unit-020" <= each["code"] < "unit-040")
        for service in ("finance", "portfolio"):
            assert await story.manager.every(f"/{service}/v1/parked-events") == []
