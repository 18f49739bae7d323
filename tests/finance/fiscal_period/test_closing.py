"""A closed period refuses every way in, and shows it when somebody found another one."""

import asyncio
import json

import pytest
from sqlalchemy import text

from tests.finance.books import Books, entry, line

PERIOD = "2025-26-P01"


async def test_a_closed_period_takes_neither_entries_nor_batches_nor_adjustments(books: Books) -> None:
    first = (await books.post(entry("0"))).json()
    assert (await books.move(PERIOD, "closing")).status_code == 200
    batch = json.dumps([entry("2", posted_on="2025-05-01"), entry("3")])
    json_media = {"Content-Type": "application/json"}
    answers = [
        await books.post(entry("1")),
        await books.post(entry("1", adjustment=True)),
        await books.client.post("/v1/journal-entry-batches", content=batch, headers=json_media),
        await books.client.post(
            f"/v1/journal-entries/{first['id']}/reversal", json={"reason": "x", "posted_on": "2025-04-15"}
        ),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (409, "finance.fiscal-period.not-open")
    }
    assert (await books.verified(PERIOD))["entry_count"] == 1
    assert (await books.verified("2025-26-P02"))["entry_count"] == 0


async def test_a_soft_closed_period_takes_adjustments_only(books: Books) -> None:
    assert (await books.move(PERIOD, "soft-closing")).status_code == 200
    assert (await books.post(entry("1"))).status_code == 409
    assert (await books.post(entry("2", adjustment=True))).status_code == 201


async def test_closing_while_entries_arrive_leaves_none_between_inside_and_refused(books: Books) -> None:
    posts = [asyncio.create_task(books.post(entry(str(number)))) for number in range(20)]
    await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
    closed = (await books.move(PERIOD, "closing")).json()
    answers = await asyncio.gather(*posts)
    posted = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert closed["entry_count"] == len(posted)
    verification = await books.verified(PERIOD)
    assert verification["intact"]
    assert verification["digest"] == closed["digest"]


async def test_closing_is_announced_with_its_days(books: Books) -> None:
    await books.move(PERIOD, "closing")
    [fact] = await books.finance.announced("finance.period-closed.v1")
    assert fact.data == {
        "fiscal_period_id": books.periods[PERIOD]["id"],
        "code": PERIOD,
        "starts_on": "2025-04-01",
        "ends_on": "2025-05-01",
        "closed_on": "2026-01-15",
    }


async def test_closing_keeps_what_the_period_held(books: Books) -> None:
    await books.post(entry("1"))
    await books.post(entry("2", lines=[line("5100", "0.50"), line("2000", "-0.50")]))
    closed = (await books.move(PERIOD, "closing")).json()
    assert (closed["entry_count"], closed["debit_total"], closed["closed_on"]) == (2, "100.50", "2026-01-15")


TAMPERING = {
    "an amount": "UPDATE journal_lines SET amount = amount * 2, base_amount = base_amount * 2",
    "an account": "UPDATE journal_lines SET account_id = (SELECT id FROM accounts WHERE code = '1000')",
    "a dimension": "UPDATE journal_lines SET dimension_ids = ARRAY[gen_random_uuid()]",
    "a tag": "UPDATE journal_lines SET tags = jsonb_build_object('a', 'b')",
    "a description": "UPDATE journal_entries SET description = 'Something else'",
    "a day": "UPDATE journal_entries SET posted_on = posted_on + 1",
    "a removed entry": "DELETE FROM journal_lines; DELETE FROM journal_entries",
    "a kept balance": "UPDATE period_balances SET debit = debit + 1",
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_tampering_past_the_triggers_is_detected(books: Books, what: str) -> None:
    await books.post(entry())
    await books.move(PERIOD, "closing")
    assert (await books.verified(PERIOD))["intact"]
    async with books.finance.database.transaction() as session:
        for statement in ("SET LOCAL session_replication_role = replica", *TAMPERING[what].split(";")):
            await session.execute(text(statement))
    assert not (await books.verified(PERIOD))["intact"]


async def test_reopening_needs_its_own_permission_and_a_reason_and_stays_in_the_history(books: Books) -> None:
    closed = (await books.move(PERIOD, "closing")).json()
    path, version = f"/v1/fiscal-periods/{closed['id']}/reopening", {"If-Match": f'"{closed["version"]}"'}
    async with books.finance.as_caller("finance:fiscal-period:close") as closer:
        refused = await closer.post(path, json={"reason": "x"}, headers=version)
    assert (refused.status_code, refused.json()["permission"]) == (403, "finance:fiscal-period:reopen")
    assert (await books.move(PERIOD, "reopening", to="soft_closed")).status_code == 422
    reopened = await books.move(PERIOD, "reopening", to="soft_closed", reason="The audit asks for an accrual")
    assert (reopened.json()["state"], reopened.json()["digest"]) == ("soft_closed", None)
    changes = (await books.client.get(f"/v1/fiscal-periods/{closed['id']}/changes")).json()["items"]
    assert [(it["state"], it["reason"], it["digest"]) for it in changes] == [
        ("open", "", None),
        ("closed", "", closed["digest"]),
        ("soft_closed", "The audit asks for an accrual", None),
    ]


async def test_years_do_not_overlap(books: Books) -> None:
    answer = await books.client.post("/v1/fiscal-years", json={"code": "2025", "starts_on": "2025-01-01"})
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.fiscal-year.overlap")
    assert len((await books.client.get("/v1/fiscal-periods?fiscal_year=2025-26")).json()["items"]) == 12


async def test_a_stale_version_closes_nothing(books: Books) -> None:
    period = books.periods[PERIOD]
    stale = {"If-Match": f'"{period["version"] - 1}"'}
    answer = await books.client.post(f"/v1/fiscal-periods/{period['id']}/closing", headers=stale)
    assert answer.status_code == 412
