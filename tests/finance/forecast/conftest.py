"""Books whose spend is known month by month."""

from datetime import datetime
from typing import Any

import pytest

from tests.finance.books import Books, entry, line

RISING = [str(100 + 10 * at) for at in range(9)]  # April to December 2025


@pytest.fixture
async def rising(books: Books) -> Books:
    """MAIL cost 100 in April 2025 and 10 more each month until December; today is the 15th of January 2026."""
    months = zip([*range(4, 13)], RISING, strict=True)
    entries = [cost(amount, f"2025-{month:02}-20") for month, amount in months]
    assert (await books.client.post("/v1/journal-entry-batches", json=entries)).status_code == 201
    return books


def cost(amount: str, on: str, *, account: str = "5200", cost_object: str | None = "MAIL") -> dict[str, Any]:
    lines = [line(account, amount, cost_object=cost_object), line("2000", f"-{amount}")]
    return entry(f"{on} {amount} {account} {cost_object}", posted_on=on, lines=lines)


async def spend(books: Books, amount: str, on: str, **more: Any) -> None:
    answer = await books.post(cost(amount, on, **more))
    assert answer.status_code == 201, answer.text


def today_is(books: Books, day: str) -> None:
    books.finance.clock.now = datetime.fromisoformat(f"{day}T12:00:00+00:00")
