"""What a fiscal year comes to: posted in the months that are over, forecast for the others."""

import csv
from typing import Any

import pytest

from tests.finance.books import Books
from tests.finance.forecast.conftest import spend, today_is


async def shown(books: Books, query: str = "fiscal_year=2025-26") -> dict[str, Any]:
    answer = await books.client.get(f"/v1/full-year-outlook?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def column(found: dict[str, Any], name: str) -> list[Any]:
    return [month[name] for month in found["months"]]


async def begin(books: Books, code: str, starts_on: str, *, opened: bool = True, currency: str = "CAD") -> None:
    body = {"code": code, "starts_on": starts_on, "base_currency": currency}
    year = await books.make("/v1/fiscal-years", body)
    if opened:
        assert (await books.client.post(f"/v1/fiscal-years/{year['id']}/opening")).status_code == 200


async def test_a_year_is_its_actual_months_and_a_forecast_of_the_rest(rising: Books) -> None:
    """1,260 for April to December, then 190, 200 and 210."""
    await rising.move("2025-26-P01", "closing")
    found = await shown(rising)
    assert column(found, "standing") == ["actual"] + ["provisional"] * 8 + ["running"] + ["ahead"] * 2
    assert column(found, "forecast") == [None] * 9 + ["190.00", "200.00", "210.00"]
    assert (found["method"], found["total"]) == ("straight_line", "1860.00")
    assert (found["low"], found["high"], found["last_year_total"]) == ("1860.00", "1860.00", None)


async def test_a_running_month_counts_what_was_posted_once_that_is_more(rising: Books) -> None:
    await spend(rising, "150", "2026-01-10")
    running = (await shown(rising))["months"][9]
    assert (running["posted"], running["amount"]) == ("150", "190.00")
    await spend(rising, "100", "2026-01-11")
    found = await shown(rising)
    assert (found["months"][9]["amount"], found["total"]) == ("250", "1920.00")


async def test_on_the_first_day_all_is_forecast_and_compared_with_the_year_that_is_over(rising: Books) -> None:
    await begin(rising, "2026-27", "2026-04-01")
    for month, amount in (("01", "190"), ("02", "200"), ("03", "210")):
        await spend(rising, amount, f"2026-{month}-20")
    today_is(rising, "2026-04-01")
    found = await shown(rising, "fiscal_year=2026-27&cost_object=MAIL")
    assert column(found, "standing") == ["running"] + ["ahead"] * 11
    assert (found["months"][0]["amount"], found["months"][11]["amount"]) == ("220.00", "330.00")
    assert (found["total"], found["last_year_total"]) == ("3300.00", "1860")


async def test_on_the_last_day_only_the_last_month_is_forecast(rising: Books) -> None:
    for month, amount in (("01", "190"), ("02", "200")):
        await spend(rising, amount, f"2026-{month}-20")
    today_is(rising, "2026-03-31")
    found = await shown(rising)
    assert column(found, "standing") == ["provisional"] * 11 + ["running"]
    assert found["total"] == "1860.00"


async def test_a_year_that_is_over_is_all_actual(rising: Books) -> None:
    today_is(rising, "2026-04-01")
    found = await shown(rising)
    assert set(column(found, "standing")) == {"provisional"}
    assert (found["total"], found["method"]) == ("1260", None)
    assert found["why"] == "Nothing is forecast: every month is over."


async def test_a_year_to_come_is_not_compared_with_one_that_still_runs(rising: Books) -> None:
    await begin(rising, "2026-27", "2026-04-01", opened=False)
    found = await shown(rising, "fiscal_year=2026-27")
    assert (found["total"], found["last_year_total"]) == ("3300.00", None)


async def test_a_year_kept_in_another_currency_has_no_history_yet(rising: Books) -> None:
    await begin(rising, "2026-27", "2026-04-01", currency="EUR")
    found = await shown(rising, "fiscal_year=2026-27")
    assert (found["base_currency"], found["method"], found["total"]) == ("EUR", None, None)
    assert "no history" in found["why"]


async def test_a_scope_without_postings_has_no_total_rather_than_zero(books: Books) -> None:
    found = await shown(books)
    assert column(found, "amount") == ["0"] * 9 + [None] * 3
    assert (found["total"], found["low"]) == (None, None)


async def test_an_outlook_as_csv_has_a_row_per_month(rising: Books) -> None:
    answer = await rising.client.get("/v1/full-year-outlook?fiscal_year=2025-26", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert (len(rows), rows[0]["amount"], rows[11]["amount"]) == (12, "100", "210.00")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "request.invalid"),
        ("fiscal_year=1999", 404, "request.no-such-resource"),
        ("fiscal_year=2025-26&cost_object=NOBODY", 404, "finance.forecast.unknown-scope"),
        ("fiscal_year=2025-26&driver=none", 404, "finance.driver.unknown"),
        ("fiscal_year=2035-36", 422, "finance.forecast.too-far-ahead"),
    ],
)
async def test_what_cannot_be_told_is_refused_with_a_reason(rising: Books, query: str, status: int, code: str) -> None:
    await begin(rising, "2035-36", "2035-04-01", opened=False)
    answer = await rising.client.get(f"/v1/full-year-outlook?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
