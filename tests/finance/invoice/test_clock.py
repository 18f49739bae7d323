"""Drafts become final by themselves once their days of grace are over."""

from sqlalchemy import func, select, text

from chassis.chores import carry_out
from finance.app import manifest
from tests.finance.billing import FINALIZE, Billing


async def drafted(billing: Billing) -> None:
    await billing.cost("mail", "90.00")
    await billing.charge()
    await billing.draft()


async def states(billing: Billing) -> dict[str, str]:
    return {each["consumer_name"]: each["state"] for each in await billing.invoices()}


async def test_drafts_become_final_in_the_order_of_their_numbers_after_their_days_of_grace(billing: Billing) -> None:
    await drafted(billing)
    billing.books.finance.clock.advance(days=9)
    await billing.clock()
    assert set((await states(billing)).values()) == {"draft"}
    billing.books.finance.clock.advance(days=1)
    await billing.clock()
    found = await billing.invoices()
    assert sorted(each["number"] for each in found) == [f"INV-2025-26-00000{number}" for number in (1, 2, 3)]
    assert {each["issued_on"] for each in found} == {"2026-01-25"}
    facts = await billing.books.finance.announced("finance.invoice-finalized.v1")
    assert {fact.actor for fact in facts} == {"clock"}


async def test_a_disputed_draft_waits_until_the_dispute_is_resolved(billing: Billing) -> None:
    await drafted(billing)
    harbour = await billing.invoice("Harbour")
    dispute = await billing.books.make(f"/v1/invoices/{harbour['id']}/disputes", {"reason": "Not ours"})
    billing.books.finance.clock.advance(days=10)
    await billing.clock()
    assert await states(billing) == {"Harbour": "draft", "Transit": "final", "Water": "final"}
    resolved = await billing.client.post(
        f"/v1/disputes/{dispute['id']}/resolution",
        json={"upheld": False, "words": "It is yours."},
        headers={"If-Match": '"1"'},
    )
    assert resolved.status_code == 200, resolved.text
    await billing.clock()
    assert (await states(billing))["Harbour"] == "final"


async def test_an_outdated_draft_is_recomputed_and_gets_days_of_grace_again(billing: Billing) -> None:
    await drafted(billing)
    await billing.cost("late", "30.00")
    await billing.charge()
    billing.books.finance.clock.advance(days=10)
    await billing.clock()
    harbour = await billing.invoice("Harbour")
    assert (harbour["state"], harbour["total"], harbour["finalize_at"][:10]) == ("draft", "40.00", "2026-02-04")
    billing.books.finance.clock.advance(days=10)
    await billing.clock()
    assert (await billing.invoice("Harbour"))["state"] == "final"


async def test_what_the_ledger_refuses_is_put_off_with_the_reason_and_holds_up_nobody_else(billing: Billing) -> None:
    await drafted(billing)
    async with billing.books.finance.database.transaction() as session:
        await session.execute(text("UPDATE accounts SET is_leaf = false WHERE code = '4100'"))
    billing.books.finance.clock.advance(days=10)
    await billing.clock()
    found = await billing.invoices()
    assert {each["state"] for each in found} == {"draft"}
    assert {each["hold_reason"].partition(": ")[2] for each in found} == {
        "The account 4100 has accounts below it: post to one of those."
    }
    async with billing.books.finance.database.transaction() as session:
        await session.execute(text("UPDATE accounts SET is_leaf = true WHERE code = '4100'"))
    await billing.clock()
    assert set((await states(billing)).values()) == {"draft"}
    billing.books.finance.clock.advance(hours=1)
    await billing.clock()
    found = await billing.invoices()
    assert {(each["state"], each["hold_reason"]) for each in found} == {("final", None)}
    assert sorted(each["number"][-1] for each in found) == ["1", "2", "3"]


async def test_one_worker_at_a_time_makes_invoices_final(billing: Billing) -> None:
    await drafted(billing)
    billing.books.finance.clock.advance(days=10)
    database, at = billing.books.finance.database, billing.books.finance.clock()
    lock = func.hashtextextended(f"chore {FINALIZE.name} of {manifest.name}", 0)
    async with database.transaction() as session:
        await session.execute(select(func.pg_advisory_xact_lock(lock)))
        assert not await carry_out(FINALIZE, database, at)
    assert set((await states(billing)).values()) == {"draft"}
    assert await carry_out(FINALIZE, database, at)
    assert sorted((await states(billing)).values()) == ["draft", "draft", "final"]
