"""A withdrawn import leaves nothing in the ledger, once, by a correction; its file may come again."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from chassis.housekeeping import tidy
from chassis.testing import ServiceUnderTest
from finance.app import manifest
from finance.cost_import import outdated
from finance.cost_import.model import CostImportPeriod, CostImportRow
from tests.finance.cost_import.files import Imports, cost_file, when

APRIL = cost_file(
    "2025-04-03,5100,MAIL,100.10,CAD,Team",
    "2025-04-20,5200,,50.00,USD,Licences",
    "2025-05-01,5200,MAIL,7.00,CAD,Licences",
)
RATES = {"rates": "USD:1.3525"}


async def withdraw(imports: Imports, id: str, **more: Any) -> httpx.Response:
    return await imports.ask(f"/v1/cost-imports/{id}/withdrawal", **{"reason": "Wrong tenant", **more})


async def test_a_withdrawn_import_leaves_nothing_in_the_ledger(imports: Imports, finance: ServiceUnderTest) -> None:
    made = await imports.done(APRIL, **RATES)
    shown = (await withdraw(imports, made["id"])).json()
    assert (shown["withdrawn_by"], shown["withdrawal_reason"]) == ("tester", "Wrong tenant")
    assert await imports.balances() == {}
    entries = await imports.items("/v1/journal-entries", posting_id=shown["withdrawal_posting_id"])
    assert [it["reference"] for it in entries] == [f"{made['id']}/withdrawal/2025-26-P{at:02}" for at in (1, 2)]
    facts = await finance.announced("finance.cost-posted.v1")
    assert sum(Decimal(total["amount"]) for fact in facts for total in fact.data["totals"]) == 0


async def test_withdrawn_again_or_by_two_at_once_it_is_withdrawn_once(imports: Imports) -> None:
    made = await imports.done(APRIL, **RATES)
    answers = await asyncio.gather(*(withdraw(imports, made["id"]) for _ in range(3)))
    assert {answer.json()["withdrawal_posting_id"] for answer in answers} == {
        answers[0].json()["withdrawal_posting_id"]
    }
    assert len(await imports.entries()) == 4


async def test_the_file_of_a_withdrawn_import_may_be_imported_again(imports: Imports) -> None:
    made = await imports.done(APRIL, **RATES)
    await withdraw(imports, made["id"])
    again = await imports.done(APRIL, **RATES)
    assert again["changed"]
    assert again["id"] != made["id"]
    assert (await imports.balances())["5100", "MAIL"] == Decimal("100.10")


async def test_a_file_that_amounts_to_nothing_is_a_new_import_after_its_withdrawal(imports: Imports) -> None:
    nothing = cost_file("2025-04-03,5100,MAIL,0,CAD,Nothing")
    made = await imports.done(nothing)
    assert (await withdraw(imports, made["id"])).json()["withdrawal_posting_id"] is None
    assert (await imports.done(nothing))["id"] != made["id"]


async def test_what_was_reassigned_is_taken_back_too(imports: Imports) -> None:
    made = await imports.done(APRIL, **RATES)
    await imports.rule(when("description", "Licences", cost_object="HOSTING"))
    await imports.ask("/v1/cost-reassignments", source="erp", period="2025-26")
    await withdraw(imports, made["id"])
    assert await imports.balances() == {}


async def test_the_other_view_may_follow_a_withdrawal(imports: Imports) -> None:
    made = await imports.done(APRIL, **RATES)
    await withdraw(imports, made["id"])
    assert (await imports.send(APRIL, view="effective", **RATES)).status_code == 200


async def test_only_what_stands_of_an_import_is_taken_back(imports: Imports) -> None:
    made = await imports.done(APRIL, **RATES)
    await imports.done(cost_file("2025-04-03,5100,MAIL,4.00,CAD,Team"), period="2025-26-P01")
    await withdraw(imports, made["id"])
    assert await imports.balances() == {("5100", "MAIL"): Decimal(4), ("2000", None): Decimal(-4)}


async def test_a_superseded_import_has_nothing_to_withdraw(imports: Imports) -> None:
    made = await imports.done(APRIL, **RATES)
    await imports.done(cost_file("2025-04-03,5100,MAIL,4.00,CAD,Team"))
    refused = await withdraw(imports, made["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.cost-import.superseded")


async def test_a_closed_period_keeps_what_was_imported(imports: Imports) -> None:
    made = await imports.done(APRIL, **RATES)
    await imports.books.move("2025-26-P01", "closing")
    before = await imports.balances()
    refused = await withdraw(imports, made["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.fiscal-period.not-open")
    assert await imports.balances() == before


@pytest.mark.parametrize("body", [{"reason": ""}, {"reason": "x", "unheard": 1}])
async def test_a_withdrawal_needs_a_reason(imports: Imports, body: dict[str, Any]) -> None:
    made = await imports.done(APRIL, **RATES)
    assert (await withdraw(imports, made["id"], **body)).status_code == 422
    assert (await imports.balances())["5100", "MAIL"] == Decimal("100.10")


async def _rows_left(finance: ServiceUnderTest) -> dict[str, int]:
    R = CostImportRow
    async with finance.database.transaction() as session:
        rows = await session.execute(select(R.cost_import_id, func.count()).group_by(R.cost_import_id))
        return {str(id): count for id, count in rows}


async def test_rows_that_no_longer_stand_go_after_a_month_in_batches(
    imports: Imports, finance: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await imports.done(APRIL, **RATES)
    later = await imports.done(cost_file("2025-04-03,5100,MAIL,4.00,CAD,Team"), period="2025-26-P01")
    async with finance.database.transaction() as session:
        superseded = update(CostImportPeriod).where(CostImportPeriod.superseded_at.is_not(None))
        await session.execute(superseded.values(superseded_at=func.now()))
    await tidy(finance.database, outbox_retention_days=90, outdated=manifest.outdated)
    assert await _rows_left(finance) == {made["id"]: 3, later["id"]: 1}
    monkeypatch.setattr(outdated, "SUPERSEDED_ROWS_KEPT", outdated.SUPERSEDED_ROWS_KEPT * 0)
    monkeypatch.setattr("chassis.housekeeping.BATCH", 1)
    assert await tidy(finance.database, outbox_retention_days=90, outdated=manifest.outdated)
    assert await _rows_left(finance) == {made["id"]: 2, later["id"]: 1}
    while await tidy(finance.database, outbox_retention_days=90, outdated=manifest.outdated):
        pass
    assert await _rows_left(finance) == {made["id"]: 1, later["id"]: 1}
    assert not (await imports.done(cost_file("2025-05-01,5200,MAIL,7.00,CAD,Licences"), period="2025-26-P02"))[
        "changed"
    ]
