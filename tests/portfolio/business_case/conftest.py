"""Business cases on a clean portfolio."""

from collections.abc import AsyncIterator

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.business_case.cases import Cases
from tests.portfolio.services import Services


@pytest.fixture
async def cases(portfolio: ServiceUnderTest, services: Services) -> AsyncIterator[Cases]:
    made = Cases(portfolio, services)
    yield made
    await made.close()
