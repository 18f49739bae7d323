"""An error is mended by posting its opposite, once."""

import asyncio

import httpx

from tests.finance.books import Books, entry


async def reverse(books: Books, id: str, **body: object) -> httpx.Response:
    return await books.client.post(f"/v1/journal-entries/{id}/reversal", json={"reason": "Wrong account", **body})


async def test_a_reversal_takes_back_every_line_and_is_linked_both_ways(books: Books) -> None:
    first = (await books.post(entry())).json()
    reversal = (await reverse(books, first["id"])).json()
    assert [(line["account"], line["amount"]) for line in reversal["lines"]] == [
        ("5200", "-100.00"),
        ("2000", "100.00"),
    ]
    assert (reversal["reversal_of"], reversal["posted_on"]) == (first["id"], first["posted_on"])
    assert (await books.client.get(f"/v1/journal-entries/{first['id']}")).json()["reversed_by"] == reversal["id"]
    facts = await books.finance.announced("finance.cost-posted.v1")
    assert [fact.data["totals"][0]["amount"] for fact in facts] == ["100.00", "-100.00"]


async def test_twenty_reversals_at_once_leave_one(books: Books) -> None:
    first = (await books.post(entry())).json()
    answers = await asyncio.gather(*(reverse(books, first["id"], reason=f"Asked by {n}") for n in range(20)))
    won = [answer for answer in answers if answer.status_code == 201]
    refused = {(answer.status_code, answer.json()["code"]) for answer in answers if answer.status_code != 201}
    assert (len(won), refused) == (1, {(409, "finance.ledger.already-reversed")})
    assert (await books.verified("2025-26-P01"))["entry_count"] == 2


async def test_the_same_reversal_again_is_the_one_that_stands(books: Books) -> None:
    first = (await books.post(entry())).json()
    assert (await reverse(books, first["id"])).json() == (await reverse(books, first["id"])).json()


async def test_an_entry_of_a_closed_period_is_reversed_in_an_open_one_and_says_so(books: Books) -> None:
    first = (await books.post(entry())).json()
    assert (await books.move("2025-26-P01", "closing")).status_code == 200
    reversal = (await reverse(books, first["id"])).json()
    assert (reversal["posted_on"], reversal["reversal_of"]) == ("2026-01-15", first["id"])
    assert (reversal["corrects_period"], first["corrects_period"]) == ("2025-26-P01", None)
    assert (await reverse(books, first["id"])).json() == reversal
    assert (await books.verified("2025-26-P01"))["intact"]


async def test_the_next_open_period_takes_the_reversal_when_that_of_today_is_not_open(books: Books) -> None:
    first = (await books.post(entry())).json()
    for closed in ("2025-26-P01", "2025-26-P02", "2025-26-P10"):
        assert (await books.move(closed, "closing")).status_code == 200
    assert (await reverse(books, first["id"])).json()["posted_on"] == "2025-06-01"


async def test_a_reversal_may_name_its_day(books: Books) -> None:
    first = (await books.post(entry())).json()
    reversal = (await reverse(books, first["id"], posted_on="2025-05-02")).json()
    assert reversal["fiscal_period_id"] == books.periods["2025-26-P02"]["id"]


async def test_what_is_not_there_cannot_be_reversed(books: Books) -> None:
    assert (await reverse(books, "01a2111e-7f38-7113-b145-5b35516bfe96")).status_code == 404


async def test_a_reversal_needs_its_own_permission(books: Books) -> None:
    first = (await books.post(entry())).json()
    async with books.finance.as_caller("finance:journal-entry:post") as poster:
        answer = await poster.post(f"/v1/journal-entries/{first['id']}/reversal", json={"reason": "x"})
    assert (answer.status_code, answer.json()["permission"]) == (403, "finance:journal-entry:reverse")
