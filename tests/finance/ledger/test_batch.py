"""A batch is posted as a whole or not at all."""

import json
from decimal import Decimal
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.finance.books import Books, entry, line

JSON, NDJSON = "application/json", "application/x-ndjson"


async def post_batch(books: Books, entries: list[dict[str, Any]], media: str = JSON) -> httpx.Response:
    body = json.dumps(entries) if media == JSON else "\n".join(map(json.dumps, entries)) + "\n"
    return await books.client.post("/v1/journal-entry-batches", content=body, headers={"Content-Type": media})


async def test_a_batch_is_one_posting_and_one_fact(books: Books) -> None:
    answer = await post_batch(books, [entry(str(number)) for number in range(300)])
    assert answer.status_code == 201, answer.text
    batch = answer.json()
    assert (batch["posted"], batch["already_posted"]) == (300, 0)
    [fact] = await books.finance.announced("finance.cost-posted.v1")
    assert fact.subject == batch["posting_id"]
    assert [total["amount"] for total in fact.data["totals"]] == ["30000.00"]
    listed = await books.client.get(f"/v1/journal-entries?posting_id={batch['posting_id']}&include=total")
    assert listed.json()["total"] == 300


async def test_a_batch_sent_again_posts_only_what_is_new(books: Books) -> None:
    await post_batch(books, [entry("1"), entry("2")], NDJSON)
    again = (await post_batch(books, [entry("2"), entry("3")], NDJSON)).json()
    assert (again["posted"], again["already_posted"]) == (1, 1)
    nothing = (await post_batch(books, [entry("1"), entry("1")])).json()
    assert nothing == {"posting_id": None, "posted": 0, "already_posted": 2}
    assert (await books.verified("2025-26-P01"))["intact"]


async def test_one_bad_entry_keeps_the_whole_batch_out_and_is_named(books: Books) -> None:
    good = entry("1")
    for bad, status in (
        (entry("2", lines=[line("5200", "1"), line("2000", "-2")]), 422),
        (entry("2", posted_on="2031-01-01"), 422),
        (entry("2", amount="NaN"), 422),
        (entry("2", lines=[line("9999", "1"), line("2000", "-1")]), 422),
        (entry("1", amount="7"), 409),
    ):
        for media in (JSON, NDJSON):
            answer = await post_batch(books, [good, bad], media)
            assert (answer.status_code, answer.json()["entry"]) == (status, 1), answer.text
    assert (await books.verified("2025-26-P01"))["entry_count"] == 0


async def test_what_is_no_batch_is_refused(books: Books) -> None:
    for body, media, status in (
        ("[]", JSON, 422),
        ("", NDJSON, 422),
        ("{}", JSON, 422),
        ("[", JSON, 400),
        ('{"a": 1, "a": 2}', NDJSON, 400),
        ("[NaN]", JSON, 400),
        ("a;b", "text/csv", 415),
        ("[" + ",".join(["{}"] * 3) + "]", JSON, 422),
    ):
        headers = {"Content-Type": media}
        answer = await books.client.post("/v1/journal-entry-batches", content=body, headers=headers)
        assert answer.status_code == status, answer.text


async def test_a_batch_has_at_most_ten_thousand_entries(books: Books) -> None:
    answer = await post_batch(books, [entry(str(number)) for number in range(10_001)], NDJSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "finance.ledger.batch-size")


amounts = st.decimals(min_value=-(10**14), max_value=10**14, places=6, allow_nan=False, allow_infinity=False)
parts = st.lists(
    st.tuples(
        st.sampled_from(["1000", "2000", "4000", "5100", "5200"]),
        amounts,
        st.sampled_from([None, "MAIL", "HOSTING"]),
        st.sampled_from([("CAD", None), ("USD", "1.3701"), ("JPY", "0.009")]),
        st.integers(1, 12),
    ),
    min_size=1,
    max_size=20,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=parts)
async def test_balances_are_the_sums_of_lines_whatever_was_posted(books: Books, parts: list[Any]) -> None:
    listed = await books.client.get("/v1/journal-entries?include=total&limit=1")
    before = listed.json()["total"]
    batch = []
    for number, (account, amount, cost_object, (currency, rate), month) in enumerate(parts):
        day = f"{2025 + (month + 3) // 13}-{(month + 2) % 12 + 1:02}-01"
        more = {"currency": currency, "rate": rate, "cost_object": cost_object}
        lines = [line(account, f"{amount:f}", **more), line("2000", f"{-amount:f}", **more)]
        batch.append(entry(f"{before}-{number}", posted_on=day, lines=lines))
    answer = await post_batch(books, batch)
    assert answer.status_code == 201, answer.text
    for code in books.periods:
        assert (await books.verified(code))["balances_match"]
    balance = (await books.client.get("/v1/trial-balance?fiscal_year=2025-26")).json()
    assert {Decimal(total["balance"]) for total in [*balance["totals"], balance["base_total"]]} == {Decimal(0)}
