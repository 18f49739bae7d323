"""Investment plans on a clean portfolio, with a worker of their own."""

from collections.abc import AsyncIterator

import pytest

from chassis.testing import ServiceUnderTest
from portfolio.investment_plan.running import Solvers
from tests.portfolio.business_case.cases import Cases
from tests.portfolio.investment_plan.plans import Plans
from tests.portfolio.services import Services


@pytest.fixture
def plans(portfolio: ServiceUnderTest) -> Plans:
    return Plans(portfolio, Solvers())


@pytest.fixture
async def cases(portfolio: ServiceUnderTest, services: Services) -> AsyncIterator[Cases]:
    made = Cases(portfolio, services)
    yield made
    await made.close()
