"""A need, and the facts of the other services, for every test of value chains."""

from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps
from tests.strategy.evidence.facts import Facts


@pytest.fixture
def facts(strategy: ServiceUnderTest) -> Facts:
    return Facts(strategy)


@pytest.fixture
async def need(steps: Steps) -> Made:
    return await steps.need(await steps.customer("tax"), importance=9, satisfaction=4)


async def chain(steps: Steps, need: Made, **asked: Any) -> Made:
    return await steps.get(f"/needs/{need['id']}/value-chain", **asked)


def missing(part: Made) -> set[str]:
    return {missing["part"] for missing in part["missing"]}
