"""The portfolio service on a clean database, and a small portfolio to begin with."""

from collections.abc import AsyncIterator, Callable

import pytest

from chassis.testing import ServiceUnderTest, service_under_test
from portfolio.app import manifest
from tests.databases import clean
from tests.portfolio.services import Services


@pytest.fixture
async def portfolio(service_dsn: Callable[[str], str]) -> AsyncIterator[ServiceUnderTest]:
    async with service_under_test(manifest, service_dsn("portfolio")) as service:
        await clean(service.database.engine, "portfolio")
        yield service


@pytest.fixture
def services(portfolio: ServiceUnderTest) -> Services:
    """Services as tests need them, made through the operations."""
    return Services(portfolio)
