"""Cost imports into open books."""

import pytest

from tests.finance.books import Books
from tests.finance.cost_import.files import Imports


@pytest.fixture
def imports(books: Books) -> Imports:
    return Imports(books)
