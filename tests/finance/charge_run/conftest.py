"""A service that is charged by prices."""

import pytest

from tests.finance.books import Books
from tests.finance.charge_run.priced import PricedService


@pytest.fixture
async def hosting(books: Books) -> PricedService:
    return await PricedService.launched(books)
