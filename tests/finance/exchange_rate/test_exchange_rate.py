"""Exchange rates are recorded by source and day, and value what brings no rate of its own."""

from typing import Any

import pytest

from tests.finance.books import Books, line


def rate(from_currency: str = "USD", rate: str = "1.3525", rate_on: str = "2025-04-15", **more: str) -> dict[str, str]:
    said = {"source": "bank", "from_currency": from_currency, "to_currency": "CAD", "rate_on": rate_on, "rate": rate}
    return {**said, **more}


async def convert(books: Books, amount: str, from_currency: str, to_currency: str, on: str) -> Any:
    asked = f"source=bank&amount={amount}&from_currency={from_currency}&to_currency={to_currency}&on={on}"
    return await books.client.get(f"/v1/conversion?{asked}")


async def test_the_newest_rate_on_or_before_the_day_counts(books: Books) -> None:
    for day, said in (("2025-04-10", "1.30"), ("2025-04-15", "1.35"), ("2025-04-20", "1.40")):
        await books.make("/v1/exchange-rates", rate(rate=said, rate_on=day))
    shown = (await convert(books, "100", "USD", "CAD", "2025-04-18")).json()
    assert (shown["converted"], shown["steps"][0]["rate_on"]) == ("135.00", "2025-04-15")


async def test_a_rate_from_before_a_month_ago_is_none(books: Books) -> None:
    await books.make("/v1/exchange-rates", rate(rate_on="2025-04-15"))
    assert (await convert(books, "1", "USD", "CAD", "2025-05-16")).status_code == 200
    answer = await convert(books, "1", "USD", "CAD", "2025-05-17")
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.exchange-rate.unknown")


async def test_the_same_rate_again_is_the_one_that_is_there_and_a_corrected_one_counts(books: Books) -> None:
    first = await books.make("/v1/exchange-rates", rate())
    assert (await books.make("/v1/exchange-rates", rate()))["id"] == first["id"]
    await books.make("/v1/exchange-rates", rate(rate="1.36"))
    assert (await convert(books, "100", "USD", "CAD", "2025-04-15")).json()["converted"] == "136.00"
    assert len((await books.client.get("/v1/exchange-rates?from_currency=USD")).json()["items"]) == 2


async def test_rates_of_other_sources_do_not_count(books: Books) -> None:
    await books.make("/v1/exchange-rates", rate(source="treasury"))
    assert (await convert(books, "1", "USD", "CAD", "2025-04-15")).status_code == 409


async def test_a_file_of_rates_says_what_is_new_corrected_and_refused(books: Books) -> None:
    await books.make("/v1/exchange-rates", rate())
    file = (
        "source,from_currency,to_currency,rate_on,rate\n"
        "bank,USD,CAD,2025-04-15,1.3525\nbank,USD,CAD,2025-04-15,1.36\nbank,EUR,CAD,2025-04-15,1.50\n"
        "bank,EUR,EUR,2025-04-15,1\nbank,XXX,CAD,2025-04-15,1\nbank,GBP,CAD,2025-04-15,0\n"
    )
    result = (
        await books.client.post("/v1/exchange-rate-imports", content=file, headers={"Content-Type": "text/csv"})
    ).json()
    assert (result["created"], result["changed"], result["unchanged"], result["rejected"]) == (1, 1, 1, 3)


async def test_an_amount_without_a_rate_is_valued_by_the_rate_source_of_its_year(books: Books) -> None:
    await books.make("/v1/exchange-rates", rate())
    usd = [line("5200", "100.01", currency="USD"), line("2000", "-100.01", currency="USD")]
    entry = {"posted_on": "2025-04-20", "description": "x", "source": "test", "reference": "1", "lines": usd}
    refused = await books.post(entry)
    assert (refused.status_code, refused.json()["code"]) == (422, "finance.ledger.rate-missing")
    await books.value_at("bank")
    posted = (await books.post(entry)).json()
    assert [(it["rate"], it["base_amount"]) for it in posted["lines"]] == [
        ("1.3525", "135.263525"),
        ("1.3525", "-135.263525"),
    ]
    assert (await books.post(entry)).json()["id"] == posted["id"]


@pytest.mark.parametrize("amounts", [["10.01", "10.01", "-20.02"], ["0.01", "0.01", "0.01", "-0.03"]])
async def test_amounts_at_an_inverse_rate_balance_to_the_cent(books: Books, amounts: list[str]) -> None:
    await books.make("/v1/exchange-rates", rate("CAD", "0.7393", to_currency="USD"))
    await books.value_at("bank")
    lines = [line("5200" if amount[0] != "-" else "2000", amount, currency="USD") for amount in amounts]
    answer = await books.post(
        {"posted_on": "2025-04-20", "description": "x", "source": "test", "reference": "1", "lines": lines}
    )
    assert answer.status_code == 201, answer.text


async def test_a_currency_is_not_rated_in_itself(books: Books) -> None:
    answer = await books.client.post("/v1/exchange-rates", json=rate("CAD"))
    assert answer.status_code == 422
