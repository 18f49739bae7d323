"""An empty price book; today is 2026-01-15."""

import pytest

from tests.finance.books import Books
from tests.finance.price_book.price_lists import PriceList


@pytest.fixture
async def prices(books: Books) -> PriceList:
    return await PriceList.opened(books)
