"""Posting journal entries over HTTP: what gets in, what is kept beside it, what is announced."""

import asyncio
from typing import Any

import pytest

from tests.finance.books import Books, entry, line


async def test_an_entry_is_shown_as_it_was_posted(books: Books) -> None:
    lines = [line("5200", "0.10", cost_object="MAIL", tags={"contract": "=C1"}), line("2000", "-0.10")]
    posted = (await books.post(entry(lines=lines))).json()
    shown = (await books.client.get(f"/v1/journal-entries/{posted['id']}")).json()
    assert shown == posted
    assert [(it["account"], it["amount"], it["cost_object"], it["tags"]) for it in shown["lines"]] == [
        ("5200", "0.10", "MAIL", {"contract": "=C1"}),
        ("2000", "-0.10", None, {}),
    ]
    assert (shown["actor"], shown["fiscal_period_id"]) == ("tester", books.periods["2025-26-P01"]["id"])


async def test_one_fact_tells_the_net_cost_by_cost_object_period_and_nature(books: Books) -> None:
    income = line("4000", "-30.00", cost_object="HOSTING")
    lines = [line("5200", "100.00", cost_object="MAIL"), income, line("1000", "-70.00")]
    await books.post(entry(lines=lines))
    [fact] = await books.finance.announced("finance.cost-posted.v1")
    assert (fact.data["source"], fact.data["reference"]) == ("test", fact.subject)
    told = {it["cost_object_code"]: (it["nature"], it["income"], it["amount"]) for it in fact.data["totals"]}
    assert told == {"MAIL": ("Software", False, "100.00"), "HOSTING": ("Recovery", True, "-30.00")}
    assert {(it["period_code"], it["period_starts_on"], it["currency"]) for it in fact.data["totals"]} == {
        ("2025-26-P01", "2025-04-01", "CAD")
    }


async def test_an_entry_of_the_balance_sheet_is_no_cost(books: Books) -> None:
    await books.post(entry(lines=[line("1000", "5"), line("2000", "-5")]))
    assert await books.finance.announced("finance.cost-posted.v1") == []


async def test_the_same_entry_again_is_the_one_that_is_there(books: Books) -> None:
    first, second = await books.post(entry()), await books.post(entry(amount="100.000"))
    assert first.json() == second.json()
    assert len(await books.finance.announced("finance.cost-posted.v1")) == 1


async def test_another_entry_under_the_same_reference_is_refused(books: Books) -> None:
    await books.post(entry())
    other = await books.post(entry(amount="101"))
    assert (other.status_code, other.json()["code"]) == (409, "finance.ledger.reference-taken")


async def test_the_same_entry_from_many_at_once_is_posted_once(books: Books) -> None:
    answers = await asyncio.gather(*(books.post(entry()) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await books.verified("2025-26-P01"))["entry_count"] == 1


BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "unbalanced": (entry(lines=[line("5200", "1"), line("2000", "-2")]), 422, "finance.ledger.unbalanced"),
    "one line": (entry(lines=[line("5200", "0")]), 422, "request.invalid"),
    "NaN": (entry(amount="NaN"), 422, "request.invalid"),
    "infinity": (entry(amount="Infinity"), 422, "request.invalid"),
    "exponent": (entry(amount="1e3"), 422, "request.invalid"),
    "a JSON number": (entry(lines=[{**line("5200", ""), "amount": 1.5}]), 422, "request.invalid"),
    "huge": (entry(amount="1000000000000000"), 422, "finance.ledger.amount-out-of-range"),
    "far too huge": (entry(amount="9" * 500), 422, "request.invalid"),
    "unknown currency": (entry(lines=[{**line("5200", "1"), "currency": "ZZZ"}] * 2), 422, "request.invalid"),
    "no rate": (
        entry(lines=[{**line(it, a), "currency": "USD"} for it, a in (("5200", "1"), ("2000", "-1"))]),
        422,
        "finance.ledger.rate-missing",
    ),
    "unknown account": (
        entry(lines=[line("9999", "1"), line("2000", "-1")]),
        422,
        "finance.ledger.unknown-reference",
    ),
    "unknown cost object": (
        entry(lines=[line("5200", "1", cost_object="NONE"), line("2000", "-1")]),
        422,
        "finance.ledger.unknown-reference",
    ),
    "unknown customer": (
        entry(lines=[line("5200", "1", consumer="NOBODY"), line("2000", "-1")]),
        422,
        "finance.ledger.unknown-reference",
    ),
    "no fiscal year": (entry(posted_on="2031-01-01"), 422, "finance.ledger.unknown-reference"),
    "no such day": (entry(posted_on="2025-02-31"), 422, "request.invalid"),
    "an instant without offset": (entry(posted_on="2025-04-15T12:00:00"), 422, "request.invalid"),
    "NUL": (entry(description="a\x00b"), 422, "request.invalid"),
    "no description": (entry(description=""), 422, "request.invalid"),
    "an unknown field": (entry(state="posted"), 422, "request.invalid"),
    "too many tags": (
        entry(lines=[line("5200", "1", tags={str(n): "x" for n in range(21)}), line("2000", "-1")]),
        422,
        "request.invalid",
    ),
}


@pytest.mark.parametrize("case", BAD)
async def test_bad_input_is_refused_with_a_reason_and_stores_nothing(books: Books, case: str) -> None:
    body, status, code = BAD[case]
    answer = await books.post(body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["detail"]
    assert (await books.verified("2025-26-P01"))["entry_count"] == 0


async def test_entries_are_found_by_what_they_say(books: Books) -> None:
    await books.post(entry("1"))
    hosting = [line("5100", "7", cost_object="HOSTING"), line("2000", "-7")]
    await books.post(entry("2", posted_on="2025-05-01", lines=hosting))
    period = books.periods["2025-26-P02"]["id"]
    for filters, references in {
        "": ["1", "2"],
        "account=5100": ["2"],
        "account=2000&cost_object=MAIL": ["1"],
        "cost_object=NONE": [],
        f"fiscal_period_id={period}": ["2"],
        "source=test&reference=1": ["1"],
        "posted_from=2025-04-15&posted_before=2025-05-01": ["1"],
    }.items():
        found = (await books.client.get(f"/v1/journal-entries?{filters}")).json()["items"]
        assert [it["reference"] for it in found] == references, filters


async def test_amounts_in_two_currencies_balance_at_a_rate_that_is_given(books: Books) -> None:
    lines = [
        line("5200", "100.00", currency="USD", rate="1.3701", cost_object="MAIL"),
        line("2000", "-100.00", currency="USD", rate="1.3701"),
    ]
    posted = (await books.post(entry(lines=lines))).json()
    assert [it["base_amount"] for it in posted["lines"]] == ["137.010000", "-137.010000"]
    assert (await books.verified("2025-26-P01"))["intact"]


async def test_a_nature_is_looked_for_on_the_line_of_the_cost_object(books: Books) -> None:
    split = [line("5200", "1", cost_object="MAIL"), line("5100", "2", cost_object="HOSTING"), line("2000", "-3")]
    await books.post(entry("split", lines=split))
    for query, found in (
        ("nature=Software", ["split"]),
        ("nature=Labour&cost_object=HOSTING", ["split"]),
        ("nature=Labour&cost_object=MAIL", []),
        ("nature=Labour&cost_object=NONE", []),
    ):
        items = (await books.client.get(f"/v1/journal-entries?{query}")).json()["items"]
        assert [it["reference"] for it in items] == found, query


async def test_a_cost_object_is_looked_for_with_all_below_it(books: Books) -> None:
    await books.make("/v1/cost-objects", {"code": "SMTP", "name": "Smtp", "kind": "service", "parent": "MAIL"})
    await books.post(entry("below", lines=[line("5200", "1", cost_object="SMTP"), line("2000", "-1")]))
    for query, count in (("", 0), ("&with_below=true", 1), ("&with_below=true&nature=Labour", 0)):
        items = (await books.client.get(f"/v1/journal-entries?cost_object=MAIL{query}")).json()["items"]
        assert len(items) == count, query


async def test_a_balance_that_would_not_fit_is_refused_and_nothing_is_posted(books: Books) -> None:
    many = [line("5200", "999999999999999"), line("2000", "-999999999999999")] * 4_000
    entries = [entry(reference, lines=many) for reference in ("1", "2", "3")]
    answer = await books.client.post("/v1/journal-entry-batches", json=entries)
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.ledger.balance-too-large")
    assert (await books.client.get("/v1/journal-entries")).json()["items"] == []
