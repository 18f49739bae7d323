"""The year-end close takes the result to the balance sheet, currency by currency, and shuts the year."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.finance.books import Books, entry, line

LAST = "2025-26-P12"
YEAR_RANGE = "starts_on=2025-04-01&ends_on=2026-04-01"


@pytest.fixture
async def posted(books: Books) -> Books:
    """Expense 100 CAD and 10 USD at 1.5; income 30 CAD: a result of -85 CAD in base currency."""
    await books.make("/v1/accounts", {"code": "3000", "name": "Retained result", "type": "equity"})
    usd = {"currency": "USD", "rate": "1.5"}
    for reference, day, lines in (
        ("1", "2025-04-15", [line("5200", "100", cost_object="MAIL"), line("2000", "-100")]),
        ("2", "2025-05-01", [line("1000", "30"), line("4000", "-30", cost_object="MAIL")]),
        ("3", "2026-03-31", [line("5200", "10", **usd), line("2000", "-10", **usd)]),
    ):
        assert (await books.post(entry(reference, posted_on=day, lines=lines))).status_code == 201
    return books


async def close_all_but_the_last(books: Books) -> None:
    for number in range(1, 12):
        assert (await books.move(f"2025-26-P{number:02}", "closing")).status_code == 200


async def year(books: Books) -> dict[str, Any]:
    (found,) = (await books.client.get("/v1/fiscal-years")).json()["items"]
    known: dict[str, Any] = found
    return known


async def close_year(books: Books, account: str = "3000") -> httpx.Response:
    held = await year(books)
    version = {"If-Match": f'"{held["version"]}"'}
    path = f"/v1/fiscal-years/{held['id']}/closing"
    return await books.client.post(path, json={"retained_result": account}, headers=version)


async def trial_balance(books: Books, query: str) -> dict[tuple[str, str], tuple[str, str]]:
    shown = (await books.client.get(f"/v1/trial-balance?{query}")).json()
    return {(it["account"], it["currency"]): (it["balance"], it["base_balance"]) for it in shown["rows"]}


async def test_income_and_expense_go_to_the_retained_result_in_each_currency(posted: Books) -> None:
    await close_all_but_the_last(posted)
    closed = (await close_year(posted)).json()
    closing = (await posted.client.get(f"/v1/journal-entries/{closed['closing_entry_id']}")).json()
    assert [(it["account"], it["amount"], it["currency"], it["base_amount"]) for it in closing["lines"]] == [
        ("4000", "30", "CAD", "30"),
        ("5200", "-100", "CAD", "-100"),
        ("5200", "-10", "USD", "-15.0"),
        ("3000", "70", "CAD", "70"),
        ("3000", "10", "USD", "15.0"),
    ]
    assert (closing["posted_on"], closing["kind"]) == ("2026-03-31", "closing")
    await posted.read_periods()
    assert posted.periods[LAST]["state"] == "closed"
    assert (await posted.verified(LAST))["intact"]


async def test_the_result_stays_readable_and_is_gone_from_the_balance_sheet(posted: Books) -> None:
    before = await trial_balance(posted, YEAR_RANGE)
    costs = (await posted.client.get(f"/v1/service-costs?{YEAR_RANGE}")).json()
    facts = len(await posted.finance.announced("finance.cost-posted.v1"))
    await close_all_but_the_last(posted)
    await close_year(posted)
    assert await trial_balance(posted, YEAR_RANGE) == before
    assert (await posted.client.get(f"/v1/service-costs?{YEAR_RANGE}")).json() == costs
    assert len(await posted.finance.announced("finance.cost-posted.v1")) == facts
    after = await trial_balance(posted, "as_of=2026-03-31")
    assert after["5200", "CAD"] == ("0", "0")
    assert (after["3000", "CAD"], after["3000", "USD"]) == (("70", "70"), ("10", "15.0"))
    assert (await trial_balance(posted, f"{YEAR_RANGE}&closing_entries=true"))["4000", "CAD"] == ("0", "0")


async def test_every_earlier_period_is_closed_first(posted: Books) -> None:
    answer = await close_year(posted)
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.fiscal-year.earlier-period-open")
    assert len(answer.json()["periods"]) == 11


async def test_a_year_closes_once_however_many_ask(posted: Books) -> None:
    await close_all_but_the_last(posted)
    answers = await asyncio.gather(*(close_year(posted) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers)[:2] == [200, 409]
    again = await close_year(posted)
    assert (again.status_code, again.json()["code"]) == (409, "finance.fiscal-year.closed")


async def test_the_result_goes_to_equity_only(posted: Books) -> None:
    await close_all_but_the_last(posted)
    assert (await close_year(posted, "2000")).json()["code"] == "finance.fiscal-year.not-equity"
    assert (await close_year(posted, "3999")).json()["code"] == "finance.fiscal-year.not-equity"


async def test_reopening_the_last_period_brings_the_result_back_and_the_year_can_close_again(posted: Books) -> None:
    await close_all_but_the_last(posted)
    first = (await close_year(posted)).json()
    refused = await posted.move("2025-26-P03", "reopening", reason="Too late")
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.fiscal-year.closed")
    await posted.move(LAST, "reopening", to="soft_closed", reason="An accrual is missing")
    assert (await year(posted))["closed_on"] is None
    assert (await trial_balance(posted, "as_of=2026-03-31"))["5200", "CAD"] == ("100", "100")
    accrual = entry("late", "5.00", posted_on="2026-03-31", adjustment=True)
    assert (await posted.post(accrual)).status_code == 201
    second = (await close_year(posted)).json()
    assert second["closing_entry_id"] != first["closing_entry_id"]
    assert (await trial_balance(posted, "as_of=2026-03-31"))["3000", "CAD"] == ("75.00", "75.00")


async def test_a_year_without_a_result_closes_without_an_entry(books: Books) -> None:
    await books.make("/v1/accounts", {"code": "3000", "name": "Retained result", "type": "equity"})
    await close_all_but_the_last(books)
    closed = (await close_year(books)).json()
    assert (closed["closed_on"], closed["closing_entry_id"]) == ("2026-01-15", None)


async def test_a_closing_entry_is_not_reversed_by_hand(posted: Books) -> None:
    await close_all_but_the_last(posted)
    closed = (await close_year(posted)).json()
    path = f"/v1/journal-entries/{closed['closing_entry_id']}/reversal"
    answer = await posted.client.post(path, json={"reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.ledger.closing-entry")
