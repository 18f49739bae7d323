"""Two customers whose use is recorded, in books whose periods are open."""

import pytest

from tests.finance.books import Books
from tests.finance.usage_record.meters import Meters


@pytest.fixture
async def meters(books: Books) -> Meters:
    made = Meters(books)
    for name in ("Harbour", "Water"):
        await made.know(name)
    return made
