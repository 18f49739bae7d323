"""Entries that arrive at one moment are written together, and each is as if it had come alone."""

import asyncio
from collections import Counter
from typing import Any

import httpx
from sqlalchemy import text

from tests.finance.books import Books, entry


async def rows(books: Books, query: str) -> list[Any]:
    async with books.finance.database.transaction() as session:
        return list((await session.execute(text(query))).all())


async def at_once(books: Books, *requests: tuple[dict[str, Any], dict[str, str]]) -> list[httpx.Response]:
    sent = (books.client.post("/v1/journal-entries", json=body, headers=headers) for body, headers in requests)
    return await asyncio.gather(*sent)


async def test_many_share_transactions_and_each_has_its_own_posting_fact_and_audit_entry(books: Books) -> None:
    asked = [(entry(str(number)), {"X-Correlation-Id": f"talk-{number}"}) for number in range(40)]
    answers = await at_once(books, *asked)
    assert [answer.status_code for answer in answers] == [201] * 40
    assert [answer.json()["reference"] for answer in answers] == [str(number) for number in range(40)]
    assert len({answer.json()["posting_id"] for answer in answers}) == 40
    ((transactions,),) = await rows(books, "SELECT count(DISTINCT xmin::text) FROM journal_entries")
    assert transactions < 10
    facts = await books.finance.announced("finance.cost-posted.v1")
    assert {fact.subject for fact in facts} == {answer.json()["posting_id"] for answer in answers}
    assert len({fact.correlationid for fact in facts}) == 40
    ((audited,),) = await rows(
        books, "SELECT count(DISTINCT request_id) FROM audit_trail WHERE operation = 'post_journal_entry'"
    )
    assert audited == 40


async def test_one_that_breaks_a_rule_is_told_so_and_the_others_are_posted(books: Books) -> None:
    bodies = [entry(str(number)) for number in range(20)]
    bodies[7]["lines"][0]["amount"] = "99.00"
    bodies[13]["lines"][0]["account"] = "nowhere"
    answers = await at_once(books, *((body, {}) for body in bodies))
    refused = {number: answer.json() for number, answer in enumerate(answers) if answer.status_code != 201}
    assert {number: problem["code"] for number, problem in refused.items()} == {
        7: "finance.ledger.unbalanced",
        13: "finance.ledger.unknown-reference",
    }
    assert all(problem["entry"] == 0 for problem in refused.values())
    assert await rows(books, "SELECT count(*) FROM journal_entries") == [(18,)]


async def test_the_same_entry_many_times_at_once_is_one_entry(books: Books) -> None:
    answers = await at_once(books, *((entry("1"), {}) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len({answer.json()["posting_id"] for answer in answers}) == 1
    assert len(await books.finance.announced("finance.cost-posted.v1")) == 1


async def test_two_entries_under_one_name_at_once_are_not_both_posted(books: Books) -> None:
    answers = await at_once(books, (entry("1", "5.00"), {}), (entry("1", "6.00"), {}))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_one_key_many_times_at_once_has_one_effect(books: Books) -> None:
    answers = await at_once(books, *((entry("1"), {"Idempotency-Key": "k"}) for _ in range(5)))
    codes = Counter(answer.status_code for answer in answers)
    assert codes[201] >= 1
    assert codes[201] + codes[409] == 5
    again = await books.client.post("/v1/journal-entries", json=entry("1"), headers={"Idempotency-Key": "k"})
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await rows(books, "SELECT count(*) FROM idempotency_keys") == [(1,)]


async def test_a_key_that_was_used_for_something_else_is_refused_among_others(books: Books) -> None:
    await at_once(books, (entry("1"), {"Idempotency-Key": "k"}))
    answers = await at_once(books, (entry("2"), {"Idempotency-Key": "k"}), (entry("3"), {}), (entry("4"), {}))
    assert [answer.status_code for answer in answers] == [409, 201, 201]
    assert answers[0].json()["code"] == "request.idempotency-key-reused"
