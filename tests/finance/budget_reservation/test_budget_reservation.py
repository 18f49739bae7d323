"""Money is set aside before it is spent, and no race takes more than there is."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.finance.books import Books, entry
from tests.finance.budget.plans import approve, drafted, in_force, move, positions

MAIL: dict[str, Any] = {"code": "mail", "name": "Mail", "cost_object": "MAIL", "total": "1200.00"}


async def reserve(books: Books, reference: str, amount: str = "100.00", **more: Any) -> httpx.Response:
    said = {
        "source": "procurement",
        "reference": reference,
        "reserved_on": "2025-05-04",
        "cost_object": "MAIL",
        "amount": amount,
        "currency": "CAD",
        **more,
    }
    return await books.client.post("/v1/budget-reservations", json=said)


async def act(books: Books, made: dict[str, Any], verb: str, **body: Any) -> httpx.Response:
    now = (await books.client.get(f"/v1/budget-reservations/{made['id']}")).json()
    path = f"/v1/budget-reservations/{made['id']}/{verb}"
    return await books.client.post(path, json=body or None, headers={"If-Match": f'"{now["version"]}"'})


async def sums(books: Books, budget_id: str) -> tuple[str, str, str, str]:
    held = (await positions(books, budget_id))["mail"]
    return held["requested"], held["committed"], held["actual"], held["available"]


async def test_a_request_becomes_an_order_then_cost_and_the_rest_is_released(books: Books) -> None:
    budget_id = await in_force(books, MAIL)
    made = (await reserve(books, "1")).json()
    assert (made["line"], made["stage"], await sums(books, budget_id)) == (
        "mail",
        "requested",
        ("100.00", "0", "0", "1100.00"),
    )
    assert (await act(books, made, "commitment")).json()["stage"] == "committed"
    assert await sums(books, budget_id) == ("0.00", "100.00", "0", "1100.00")
    spent = (await act(books, made, "actual", entry=entry("inv", "70.00"), amount="70.00")).json()
    assert (spent["reservation"]["open_amount"], spent["entry"]["reference"]) == ("30.00", "inv")
    assert await sums(books, budget_id) == ("0.00", "30.00", "70.00", "1100.00")
    released = (await act(books, made, "release")).json()
    assert (released["stage"], released["spent"], released["released"]) == ("settled", "70.00", "30.00")
    assert await sums(books, budget_id) == ("0.00", "0.00", "70.00", "1130.00")


async def test_a_thousand_reservations_at_once_never_overshoot_the_budget(books: Books) -> None:
    budget_id = await in_force(books, MAIL)
    at_once = asyncio.Semaphore(20)  # as many as have a connection to the database; the others queue

    async def asked(number: int) -> httpx.Response:
        async with at_once:
            day = f"2025-{number % 9 + 4:02}-04"  # of many months, whose positions are rows of their own
            return await reserve(books, str(number), "7.00", reserved_on=day)

    answers = await asyncio.gather(*(asked(number) for number in range(1_000)))
    made = [answer for answer in answers if answer.status_code == 201]
    refused = {(answer.status_code, answer.json()["code"]) for answer in answers if answer.status_code != 201}
    assert (len(made), refused) == (171, {(409, "finance.budget.overspent")})
    assert await sums(books, budget_id) == ("1197.00", "0", "0", "3.00")


async def test_sent_again_it_is_the_one_that_is_there_and_counts_once(books: Books) -> None:
    budget_id = await in_force(books, MAIL)
    answers = await asyncio.gather(*(reserve(books, "1") for _ in range(20)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await reserve(books, "1", "101.00")
    assert (other.status_code, other.json()["code"]) == (409, "finance.budget-reservation.reference-taken")
    assert (await sums(books, budget_id))[0] == "100.00"


async def test_an_actual_sent_again_settles_once(books: Books) -> None:
    budget_id = await in_force(books, MAIL)
    made = (await reserve(books, "1", kind="commitment")).json()
    for _ in range(2):
        assert (await act(books, made, "actual", entry=entry("inv", "60.00"), amount="60.00")).status_code == 201
    assert await sums(books, budget_id) == ("0", "40.00", "60.00", "1100.00")


async def test_more_than_is_open_is_neither_spent_nor_released_twice(books: Books) -> None:
    await in_force(books, MAIL)
    made = (await reserve(books, "1")).json()
    over = await act(books, made, "actual", entry=entry("inv", "100.01"), amount="100.01")
    assert (over.status_code, over.json()["code"]) == (409, "finance.budget-reservation.nothing-open")
    assert (await act(books, made, "release")).status_code == 200
    assert (await act(books, made, "release")).json()["code"] == "finance.budget-reservation.nothing-open"


@pytest.mark.parametrize(("control", "status", "warnings"), [("warn", 201, ["mail"]), ("ignore", 201, [])])
async def test_a_line_may_warn_or_keep_quiet(books: Books, control: str, status: int, warnings: list[str]) -> None:
    await in_force(books, {**MAIL, "controls": {"request": control}})
    answer = await reserve(books, "1", "1200.01")
    assert (answer.status_code, answer.json()["warnings"]) == (status, warnings)


async def test_a_line_above_may_stop_what_the_line_itself_allows(books: Books) -> None:
    top = {"code": "all", "name": "All", "controls": {"request": "stop"}}
    below = {**MAIL, "parent": "all", "controls": {"request": "ignore"}}
    await in_force(books, top, below)
    assert (await reserve(books, "1", "1200.01")).json()["line"] == "all"


async def test_what_no_line_covers_is_warned_of(books: Books) -> None:
    made = (await reserve(books, "1")).json()
    assert (made["line"], made["warnings"]) == (None, ["unbudgeted"])


async def test_an_unknown_scope_is_an_error(books: Books) -> None:
    answer = await reserve(books, "1", cost_object="NOWHERE")
    assert (answer.status_code, answer.json()["code"]) == (422, "finance.ledger.unknown-reference")


async def test_a_foreign_amount_is_reserved_at_its_recorded_rate(books: Books) -> None:
    assert (await reserve(books, "1", currency="USD")).json()["code"] == "finance.exchange-rate.unknown"
    said = {"source": "bank", "from_currency": "USD", "to_currency": "CAD", "rate_on": "2025-05-01", "rate": "1.3525"}
    await books.make("/v1/exchange-rates", said)
    await books.value_at("bank")
    made = (await reserve(books, "1", "10.01", currency="USD")).json()
    assert (made["base_amount"], made["base_currency"]) == ("13.54", "CAD")


async def test_a_line_with_open_reservations_stays_in_the_budget(books: Books) -> None:
    budget_id = await in_force(books, MAIL)
    made = (await reserve(books, "1")).json()
    number = await drafted(books, budget_id, {"code": "rest", "name": "Rest", "total": "1"})
    await move(books, budget_id, number, "submission")
    assert (await approve(books, budget_id, number)).json()["code"] == "finance.budget.line-in-use"
    await act(books, made, "release")
    assert (await approve(books, budget_id, number)).status_code == 200


async def test_nothing_is_reserved_in_a_closed_period(books: Books) -> None:
    await in_force(books, MAIL)
    await books.move("2025-26-P02", "closing")
    assert (await reserve(books, "1")).json()["code"] == "finance.fiscal-period.not-open"


async def test_a_retired_service_gives_back_what_was_reserved_for_later_days(books: Books) -> None:
    service = uuid4()
    fact = {"service_id": str(service), "code": "MAIL", "name": "Mail", "kind": "customer_facing"}
    await books.finance.deliver("portfolio.service-launched.v1", {**fact, "launched_on": "2025-04-01"}, subject=service)
    budget_id = await in_force(books, MAIL)
    await reserve(books, "before", reserved_on="2025-05-31")
    await reserve(books, "after", "30.00", reserved_on="2025-06-01", kind="commitment")
    retired = {**fact, "retired_on": "2025-06-01", "replacement_id": None}
    await books.finance.deliver("portfolio.service-retired.v1", retired, subject=service)
    assert await sums(books, budget_id) == ("100.00", "0.00", "0", "1100.00")
    refused = await reserve(books, "late", reserved_on="2025-06-01")
    assert refused.json()["code"] == "finance.ledger.cost-object-closed"
