"""Forecasts of what was posted: figures of every method, errors, the choice, and whose spend it is."""

import csv
from typing import Any

import pytest

from chassis.ids import uuid7
from tests.finance.books import Books, entry, line
from tests.finance.forecast.conftest import RISING, cost, spend, today_is


async def shown(books: Books, query: str = "") -> dict[str, Any]:
    answer = await books.client.get(f"/v1/forecasts?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def method(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in found["methods"] if each["method"] == name)


def amounts(found: dict[str, Any]) -> list[str]:
    return [month["amount"] for month in found["history"]]


async def test_every_method_gives_its_figures_and_the_one_that_erred_least_is_chosen(rising: Books) -> None:
    found = await shown(rising, "cost_object=MAIL&months=3")
    assert (found["base_currency"], found["chosen"], amounts(found)) == ("CAD", "straight_line", RISING)
    assert found["why"] == "It erred least in the back-test: 0.00 of the error of the last month repeated."
    chosen = method(found, "straight_line")
    assert [(month["starts_on"], month["amount"]) for month in chosen["figures"]] == [
        ("2026-01-01", "190.00"),
        ("2026-02-01", "200.00"),
        ("2026-03-01", "210.00"),
    ]
    assert [month["amount"] for month in method(found, "naive")["figures"]] == ["180.00"] * 3
    assert [month["amount"] for month in method(found, "run_rate")["figures"]] == ["170.00"] * 3


async def test_errors_stand_beside_those_of_the_last_month_repeated(rising: Books) -> None:
    """From April on, 8 forecasts a month ahead are 10 too low, 7 are 20, … 1 is 80: 1,200 over 36 forecasts."""
    naive = method(await shown(rising), "naive")["accuracy"]
    assert naive == {"forecasts": 36, "mae": "33.33", "naive_mae": "33.33", "mase": "3.3333", "bias": "-33.33"}
    line = method(await shown(rising), "straight_line")["accuracy"]
    assert (line["mae"], line["bias"], line["mase"], line["forecasts"]) == ("0.00", "0.00", "0.0000", 21)


async def test_a_method_that_cannot_be_used_says_why(rising: Books) -> None:
    season = method(await shown(rising), "damped_trend_with_season")
    assert (season["figures"], season["accuracy"], season["minimum_months"]) == ([], None, 24)
    assert season["reason"] == "It needs 24 months of history; there are 9."


async def test_the_range_of_the_last_month_repeated_is_wide_enough_for_a_rising_series(rising: Books) -> None:
    """Errors over the root of their distance run from −10 to −80/√8: nothing fell below, a tenth rose by more."""
    naive = method(await shown(rising, "months=1"), "naive")["figures"][0]
    assert naive["low"] == "180.00"
    assert 200 < float(naive["high"]) < 209


async def test_provisional_months_are_marked_until_they_are_closed(rising: Books) -> None:
    await rising.move("2025-26-P01", "closing")
    await rising.move("2025-26-P02", "soft-closing")
    assert [month["provisional"] for month in (await shown(rising))["history"]] == [False] + [True] * 8


async def test_the_running_month_is_no_history(rising: Books) -> None:
    await spend(rising, "999", "2026-01-10")
    assert amounts(await shown(rising)) == RISING
    today_is(rising, "2026-02-01")
    assert amounts(await shown(rising)) == [*RISING, "999"]


async def test_an_empty_month_after_the_first_posting_cost_nothing(books: Books) -> None:
    await spend(books, "10", "2025-09-30")
    await spend(books, "30", "2025-12-01")
    assert amounts(await shown(books)) == ["10", "0", "0", "30"]


async def test_a_single_month_of_history_is_its_own_run_rate(books: Books) -> None:
    await spend(books, "42.50", "2025-12-31")
    found = await shown(books, "months=2")
    assert found["chosen"] == "run_rate"
    assert method(found, "run_rate")["figures"] == [
        {"starts_on": f"2026-{month}-01", "amount": "42.50", "low": None, "high": None} for month in ("01", "02")
    ]


async def test_without_history_nothing_is_forecast_and_it_is_said(books: Books) -> None:
    found = await shown(books)
    assert (found["history"], found["methods"], found["chosen"]) == ([], [], None)
    assert found["why"].startswith("There is no history")


async def test_a_scope_is_all_that_its_fields_name(rising: Books) -> None:
    await spend(rising, "7", "2025-12-05", account="5100", cost_object="HOSTING")
    await spend(rising, "5", "2025-12-06", cost_object=None)
    for scope, december in (
        ("", "192"),
        ("cost_object=MAIL", "180"),
        ("cost_object=HOSTING", "7"),
        ("kind=service", "187"),
        ("kind=tower", None),
        ("nature=Labour", "7"),
        ("nature=Software", "185"),
        ("nature=Unheard", None),
        ("account=5100", "7"),
        ("account=5200&kind=service", "180"),
        ("cost_object=MAIL&nature=Labour", None),
    ):
        found = amounts(await shown(rising, scope))
        assert (found[-1] if found else None) == december, scope


async def test_an_account_stands_for_all_below_it(books: Books) -> None:
    await books.make("/v1/accounts", {"code": "5300", "name": "Cloud", "type": "expense"})
    for code in ("5310", "5320"):
        await books.make("/v1/accounts", {"code": code, "name": code, "type": "expense", "parent": "5300"})
        await spend(books, "4", "2025-12-01", account=code)
    assert amounts(await shown(books, "account=5300")) == ["8"]


async def test_income_is_no_spend(rising: Books) -> None:
    lines = [line("1000", "50"), line("4000", "-50", cost_object="MAIL")]
    assert (await rising.post(entry("income", posted_on="2025-12-09", lines=lines))).status_code == 201
    assert amounts(await shown(rising, "cost_object=MAIL")) == RISING


async def test_a_driver_forecasts_by_its_coming_quantities(books: Books) -> None:
    """20 a head in November and December; 12 heads from February."""
    await books.make("/v1/drivers", {"code": "heads", "name": "Heads", "unit": "people"})
    rows = (
        "heads,MAIL,,2025-11-01,5\nheads,MAIL,,2025-12-01,7\nheads,MAIL,,2026-02-01,12\nheads,HOSTING,,2025-01-01,900\n"
    )
    body = f"driver,cost_object,consumer,valid_from,quantity\n{rows}"
    answer = await books.client.post("/v1/driver-quantity-imports", content=body, headers={"Content-Type": "text/csv"})
    assert answer.json()["accepted"] == 4
    await spend(books, "100", "2025-11-30")
    await spend(books, "140", "2025-12-30")
    by_driver = method(await shown(books, "cost_object=MAIL&driver=heads&months=3"), "driver_rate")
    assert [month["amount"] for month in by_driver["figures"]] == ["140.00", "240.00", "240.00"]
    whole = method(await shown(books, "driver=heads&months=2"), "driver_rate")  # 240 over 905 + 907
    assert [month["amount"] for month in whole["figures"]] == ["120.13", "120.79"]


async def test_a_merged_consumers_quantity_counts_once_with_its_survivor(books: Books) -> None:
    survivor, other = ids = [uuid7(), uuid7()]
    for id, name in zip(ids, ("Harbour", "Port"), strict=True):
        fact = {"customer_id": str(id), "code": name.lower(), "name": name, "kind": "internal_unit", "parent_id": None}
        await books.finance.deliver("strategy.customer-registered.v1", fact, subject=id)
        sized = {"customer_id": str(id), "measure": "heads", "quantity": "10", "valid_from": "2025-04-01"}
        await books.finance.deliver("strategy.customer-sized.v1", sized)
    merged = {"survivor_id": str(survivor), "merged_id": str(other)}
    await books.finance.deliver("strategy.customers-merged.v1", merged, subject=other)
    sized = {"customer_id": str(survivor), "measure": "heads", "quantity": "20", "valid_from": "2026-01-01"}
    await books.finance.deliver("strategy.customer-sized.v1", sized)
    await spend(books, "100", "2025-12-30")
    by_driver = method(await shown(books, "driver=heads&months=1"), "driver_rate")
    assert [month["amount"] for month in by_driver["figures"]] == ["200.00"]


async def test_three_years_of_a_trend_with_a_season_are_followed_with_a_range(books: Books) -> None:
    for code, starts_on in (("2023-24", "2023-04-01"), ("2024-25", "2024-04-01")):
        year = await books.make("/v1/fiscal-years", {"code": code, "starts_on": starts_on})
        assert (await books.client.post(f"/v1/fiscal-years/{year['id']}/opening")).status_code == 200
    months = [(2023 + (3 + at) // 12, (3 + at) % 12 + 1) for at in range(33)]
    entries = [
        cost(f"{1000 + 20 * at + (300 if month == 12 else 0) + at % 5}", f"{year}-{month:02}-15")
        for at, (year, month) in enumerate(months)
    ]
    assert (await books.client.post("/v1/journal-entry-batches", json=entries)).status_code == 201
    found = await shown(books, "months=12")
    assert (found["chosen"], len(found["history"])) == ("damped_trend_with_season", 33)
    december = method(found, found["chosen"])["figures"][11]
    assert december["starts_on"] == "2026-12-01"
    assert float(december["low"]) <= float(december["amount"]) <= float(december["high"])
    assert float(december["amount"]) == pytest.approx(1000 + 20 * 44 + 300, rel=0.05)


async def test_a_forecast_as_csv_has_a_row_per_month_and_says_why_a_method_has_none(rising: Books) -> None:
    answer = await rising.client.get("/v1/forecasts?months=2", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(answer.text.splitlines()))
    line = [row for row in rows if row["method"] == "straight_line"]
    assert [(row["chosen"], row["starts_on"], row["amount"]) for row in line] == [
        ("True", "2026-01-01", "190.00"),
        ("True", "2026-02-01", "200.00"),
    ]
    (season,) = [row for row in rows if row["method"] == "damped_trend_with_season"]
    assert (season["amount"], season["reason"]) == ("", "It needs 24 months of history; there are 9.")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("cost_object=NOBODY", 404, "finance.forecast.unknown-scope"),
        ("account=9999", 404, "finance.forecast.unknown-scope"),
        ("account=4000", 422, "finance.forecast.not-spending"),
        ("driver=none", 404, "finance.driver.unknown"),
        ("months=0", 422, "request.invalid"),
        ("months=37", 422, "request.invalid"),
        ("months=NaN", 422, "request.invalid"),
        ("nature=a%00b", 422, "request.invalid"),
        ("kind=nothing", 422, "request.invalid"),
        ("scope=all", 422, "request.unknown-parameter"),
    ],
)
async def test_what_cannot_be_forecast_is_refused_with_a_reason(
    books: Books, query: str, status: int, code: str
) -> None:
    answer = await books.client.get(f"/v1/forecasts?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_months_that_are_too_large_are_refused(books: Books) -> None:
    most = "999999999999999"  # of one line
    lines = [line(account, amount) for account, amount in (("5200", most), ("2000", f"-{most}"))] * 10
    assert (await books.post(entry(posted_on="2025-11-05", lines=lines))).status_code == 201
    assert amounts(await shown(books)) == ["9999999999999990", "0"]
    await spend(books, "10", "2025-11-05")
    answer = await books.client.get("/v1/forecasts")
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.forecast.too-large")


async def test_a_day_without_books_is_refused(books: Books) -> None:
    today_is(books, "2020-01-15")
    answer = await books.client.get("/v1/forecasts")
    assert (answer.status_code, answer.json()["code"]) == (404, "request.no-such-resource")


async def test_forecasts_need_their_permission(books: Books) -> None:
    async with books.finance.as_caller("finance:report:read") as client:
        assert (await client.get("/v1/forecasts")).status_code == 403
