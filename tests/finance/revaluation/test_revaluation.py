"""Foreign balances are brought to the rate of a day by the difference alone."""

from typing import Any

import httpx
import pytest

from tests.finance.books import Books, line


@pytest.fixture
async def owing(books: Books) -> Books:
    """100 USD owed at 1.30; the bank account has had 50 USD come and go at different rates."""
    await books.make("/v1/accounts", {"code": "4900", "name": "Exchange differences", "type": "income"})
    usd = {"currency": "USD"}
    for reference, day, lines in (
        ("1", "2025-04-10", [line("5200", "100", rate="1.30", **usd), line("2000", "-100", rate="1.30", **usd)]),
        ("2", "2025-04-11", [line("1000", "50", rate="1.30", **usd), line("4000", "-50", rate="1.30", **usd)]),
        ("3", "2025-04-12", [line("5100", "50", rate="1.40", **usd), line("1000", "-50", rate="1.40", **usd)]),
    ):
        entry = {"posted_on": day, "description": "x", "source": "test", "reference": reference, "lines": lines}
        assert (await books.post(entry)).status_code == 201
    for day, rate in (("2025-04-30", "1.35"), ("2025-05-31", "1.25")):
        said = {"source": "bank", "from_currency": "USD", "to_currency": "CAD", "rate_on": day, "rate": rate}
        await books.make("/v1/exchange-rates", said)
    return books


async def revalue(books: Books, as_of: str, **more: str) -> httpx.Response:
    said = {"as_of": as_of, "rate_source": "bank", "gain_or_loss": "4900", **more}
    return await books.client.post("/v1/revaluations", json=said)


async def base_balances(books: Books, as_of: str) -> dict[Any, str]:
    shown = (await books.client.get(f"/v1/trial-balance?as_of={as_of}")).json()
    assert float(shown["base_total"]["balance"]) == 0
    return {(it["account"], it["currency"]): it["base_balance"] for it in shown["rows"]}


async def test_only_the_difference_is_posted_and_a_zero_balance_is_worth_zero(owing: Books) -> None:
    made = (await revalue(owing, "2025-04-30")).json()
    # 100 USD owed at 1.30 are worth 135.00: a loss of 5. The bank holds 0 USD, worth -5 in the books: a gain of 5.
    assert [(it["account"], it["balance"], it["base_balance"], it["difference"]) for it in made["differences"]] == [
        ("1000", "0", "-5.00", "5.00"),
        ("2000", "-100", "-130.00", "-5.00"),
    ]
    assert made["total"] == "0.00"
    held = await base_balances(owing, "2025-04-30")
    assert (held["1000", "USD"], held["2000", "USD"]) == ("0.00", "-135.00")


async def test_done_again_it_posts_nothing(owing: Books) -> None:
    await revalue(owing, "2025-04-30")
    again = (await revalue(owing, "2025-04-30")).json()
    assert (again["differences"], again["total"], again["entry_id"]) == ([], "0", None)


async def test_the_next_one_posts_the_difference_to_the_last(owing: Books) -> None:
    await revalue(owing, "2025-04-30")
    made = (await revalue(owing, "2025-05-31")).json()
    assert [(it["account"], it["base_balance"], it["revalued"]) for it in made["differences"]] == [
        ("2000", "-135.00", "-125.00")
    ]
    assert made["total"] == "10.00"
    entry = (await owing.client.get(f"/v1/journal-entries/{made['entry_id']}")).json()
    assert [(it["account"], it["amount"], it["base_amount"]) for it in entry["lines"]] == [
        ("2000", "0", "10.00"),
        ("4900", "0", "-10.00"),
    ]
    assert entry["kind"] == "revaluation"


async def test_an_earlier_day_is_not_revalued_after_a_later_one(owing: Books) -> None:
    await revalue(owing, "2025-05-31")
    assert (await revalue(owing, "2025-04-30")).json()["code"] == "finance.revaluation.revalued-later"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"as_of": "2025-07-31"}, "finance.exchange-rate.unknown"),
        ({"gain_or_loss": "2000"}, "finance.revaluation.not-of-result"),
        ({"gain_or_loss": "9999"}, "finance.revaluation.not-of-result"),
        ({"as_of": "2031-01-01"}, "finance.ledger.unknown-reference"),
    ],
)
async def test_what_cannot_be_revalued_says_why(owing: Books, more: dict[str, str], code: str) -> None:
    answer = await revalue(owing, **{"as_of": "2025-04-30", **more})
    assert (answer.status_code // 100, answer.json()["code"]) == (4, code)


async def test_a_closed_period_takes_no_revaluation(owing: Books) -> None:
    await owing.move("2025-26-P01", "closing")
    assert (await revalue(owing, "2025-04-30")).json()["code"] == "finance.fiscal-period.not-open"
