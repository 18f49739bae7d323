"""Once a day each budget in force is held against what the year is expected to cost."""

from datetime import date
from typing import Any

import pytest

from finance.budget.expected import look_ahead
from tests.finance.books import Books, entry, line
from tests.finance.budget.plans import approve, drafted, headers, in_force, move

MAIL: dict[str, Any] = {
    "code": "mail",
    "name": "Mail",
    "cost_object": "MAIL",
    "total": "1000.00",
    "thresholds": [80, 100],
}
REST: dict[str, Any] = {"code": "rest", "name": "All else", "total": "5000.00", "thresholds": [20]}


@pytest.fixture
async def steady(books: Books) -> Books:
    """MAIL cost 100.00 a month from April to December 2025; today is the 15th of January 2026."""
    entries = [entry(f"{month}", "100.00", posted_on=f"2025-{month:02}-20") for month in range(4, 13)]
    assert (await books.client.post("/v1/journal-entry-batches", json=entries)).status_code == 201
    return books


async def look(books: Books) -> int:
    """How many budgets there were to look at."""
    for count in range(5):
        async with books.finance.database.transaction() as session:
            if not await look_ahead(session, books.finance.clock()):
                return count
    raise AssertionError("it looks at the same budget again and again")


async def said(books: Books) -> list[tuple[str, int, str]]:
    facts = await books.finance.announced("finance.budget-threshold-reached.v1")
    return [(it.data["line"], it.data["percent"], it.data["amount"]) for it in facts if it.data["of"] == "forecast"]


async def test_a_line_that_will_not_suffice_is_announced_before_it_is_overspent(steady: Books) -> None:
    await in_force(steady, MAIL)
    assert await look(steady) == 1
    assert await said(steady) == [("mail", 80, "1200.00"), ("mail", 100, "1200.00")]
    [exceeded] = await steady.finance.announced("finance.budget-exceeded.v1")
    assert (exceeded.data["of"], exceeded.data["budgeted"], exceeded.data["amount"]) == (
        "forecast",
        "1000.00",
        "1200.00",
    )


async def test_each_budget_is_looked_at_once_a_day_and_each_crossing_said_once(steady: Books) -> None:
    await in_force(steady, MAIL)
    assert [await look(steady), await look(steady)] == [1, 0]
    steady.finance.clock.advance(days=1)
    assert await look(steady) == 1
    assert len(await said(steady)) == 2


async def test_looking_ahead_without_a_crossing_is_no_change_of_the_budget(steady: Books) -> None:
    budget_id = await in_force(steady, MAIL)
    await look(steady)
    number = await drafted(steady, budget_id, {**MAIL, "total": "2000.00"})
    read = await headers(steady, budget_id)
    steady.finance.clock.advance(days=1)
    assert await look(steady) == 1
    assert await headers(steady, budget_id) == read
    await move(steady, budget_id, number, "submission")
    assert (await approve(steady, budget_id, number)).status_code == 200


async def test_a_crossing_taken_back_by_a_revision_is_said_again_when_it_comes_again(steady: Books) -> None:
    budget_id = await in_force(steady, {**MAIL, "thresholds": [100]})
    await look(steady)
    for total in ("2000.00", "1000.00"):
        number = await drafted(steady, budget_id, {**MAIL, "total": total, "thresholds": [100]})
        await move(steady, budget_id, number, "submission")
        await approve(steady, budget_id, number)
        steady.finance.clock.advance(days=1)
        await look(steady)
    assert len(await said(steady)) == 2


async def test_a_line_above_goes_by_the_spending_of_all_below_it(steady: Books) -> None:
    lines = [line("5200", "100.00", cost_object="HOSTING"), line("2000", "-100.00")]
    assert (await steady.post(entry("hosting", posted_on="2025-12-20", lines=lines))).status_code == 201
    top = {"code": "all", "name": "All", "thresholds": [25]}
    await in_force(steady, top, {**MAIL, "parent": "all"}, {**REST, "parent": "all", "thresholds": []})
    await look(steady)
    [(name, percent, amount)] = [it for it in await said(steady) if it[0] == "all"]
    assert (name, percent) == ("all", 25)
    assert float(amount) > 1500


async def test_of_a_line_without_any_spending_nothing_is_expected(steady: Books) -> None:
    await in_force(steady, {**REST, "cost_object": "HOSTING"})
    assert (await look(steady), await said(steady)) == (1, [])


@pytest.mark.parametrize("day", [date(2025, 3, 31), date(2026, 4, 1)])
async def test_only_a_running_year_is_looked_at(steady: Books, day: date) -> None:
    await in_force(steady, MAIL)
    steady.finance.clock.now = steady.finance.clock.now.replace(year=day.year, month=day.month, day=day.day)
    assert await look(steady) == 0
