"""The finance service on a clean database, and a fiscal year with a chart of accounts to post into."""

from collections.abc import AsyncIterator, Callable

import pytest

from chassis.testing import ServiceUnderTest, service_under_test
from finance.app import manifest
from tests.databases import clean
from tests.finance.billing import Billing
from tests.finance.books import Books


@pytest.fixture
async def finance(service_dsn: Callable[[str], str]) -> AsyncIterator[ServiceUnderTest]:
    async with service_under_test(manifest, service_dsn("finance")) as service:
        await clean(service.database.engine, "finance")
        yield service


@pytest.fixture
async def books(finance: ServiceUnderTest) -> Books:
    """The fiscal year 2025-26 with all its periods open, accounts, and cost objects."""
    return await Books(finance).opened()


@pytest.fixture
async def billing(books: Books) -> Billing:
    """Two services and three consumers with one person each, who are charged back by headcount."""
    return await Billing(books).opened()
