"""An import can be watched and cancelled while it runs; what its process left behind is told from what goes on."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from chassis.testing import ServiceUnderTest
from finance.cost_import import progress
from tests.finance.cost_import.files import Imports, cost_file

ROW = "2025-04-03,5100,MAIL,1.00,CAD,Row"
PART = cost_file(*[ROW] * 2_500).encode()


async def runs(imports: Imports, **query: str) -> list[dict[str, Any]]:
    return await imports.items("/v1/cost-import-runs", **query)


async def cancel(imports: Imports, id: str) -> Any:
    return await imports.books.client.post(f"/v1/cost-import-runs/{id}/cancellation")


async def test_others_see_how_far_an_import_has_come(imports: Imports) -> None:
    seen: list[dict[str, Any]] = []

    async def body() -> AsyncIterator[bytes]:
        yield PART
        seen.extend(await runs(imports, state="running"))
        yield f"{ROW}\n".encode()

    made = await imports.done(body())
    [run] = seen
    assert (run["id"], run["source"], run["state"]) == (made["run_id"], "erp", "running")
    assert 0 < run["read"] < 2_501
    assert 0 < run["received_bytes"] <= len(PART)
    after = (await imports.books.client.get(f"/v1/cost-import-runs/{made['run_id']}")).json()
    assert (after["state"], after["read"], after["cost_import_id"]) == ("done", 2_501, made["id"])
    assert after["received_bytes"] == len(PART) + len(ROW) + 1


@pytest.mark.parametrize("key", [-1, -(2**63), 2**63 - 1, 0])
async def test_locks_of_others_are_no_runs(imports: Imports, finance: ServiceUnderTest, key: int) -> None:
    made = await imports.done(PART)
    async with finance.database.engine.begin() as connection:
        await connection.execute(text("UPDATE cost_import_runs SET state = 'running'"))
    async with finance.database.engine.begin() as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({key})"))
        assert [(it["id"], it["state"]) for it in await runs(imports)] == [(made["run_id"], "interrupted")]


async def test_a_cancelled_import_keeps_nothing_and_can_be_sent_again(
    imports: Imports, finance: ServiceUnderTest
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield PART
        [run] = await runs(imports, state="running")
        assert (await cancel(imports, run["id"])).status_code == 200
        yield f"{ROW}\n".encode()

    answer = await imports.send(body())
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.cost-import.cancelled")
    [run] = await runs(imports)
    assert (run["state"], run["problem"]) == ("cancelled", "finance.cost-import.cancelled")
    assert (await cancel(imports, run["id"])).json()["state"] == "cancelled"
    assert await imports.entries() == []
    assert await finance.announced("finance.cost-posted.v1") == []
    assert (await imports.done(PART))["changed"]


async def test_an_import_that_is_done_cannot_be_cancelled(imports: Imports) -> None:
    made = await imports.done(PART)
    answer = await cancel(imports, made["run_id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.cost-import.run-ended")


async def test_a_refused_import_says_why_in_its_run(imports: Imports) -> None:
    await imports.send(cost_file("2025-04-03,5100,MAIL,1.00,USD,Row"))
    [run] = await runs(imports)
    assert (run["state"], run["problem"], run["cost_import_id"]) == ("failed", "finance.ledger.rate-missing", None)


async def test_a_run_whose_process_is_gone_is_interrupted_and_the_same_file_is_the_way_on(
    imports: Imports, finance: ServiceUnderTest
) -> None:
    """As a killed process leaves it: its session is ended from outside, and it cannot write how it ended."""
    begun = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield PART
        begun.set()
        await asyncio.sleep(60)

    sending = asyncio.create_task(imports.send(body()))
    await asyncio.wait_for(begun.wait(), 20)
    assert [run["state"] for run in await runs(imports)] == ["running"]
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    [run] = await runs(imports)
    assert (run["state"], run["cost_import_id"]) == ("interrupted", None)
    assert (await cancel(imports, run["id"])).json()["code"] == "finance.cost-import.run-ended"
    async with finance.database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM cost_import_rows")) == 0
    made = await imports.done(PART)
    assert (made["changed"], made["accepted"]) == (True, 2_500)
    assert [run["state"] for run in await runs(imports)] == ["interrupted", "done"]


async def test_an_import_goes_on_where_its_progress_cannot_be_told(
    imports: Imports, finance: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PAUSE_SECONDS", 0)
    async with finance.database.engine.begin() as connection:
        await connection.execute(
            text("ALTER TABLE cost_import_runs ADD CONSTRAINT nothing CHECK (state <> 'running' OR read = 0)")
        )
    try:
        answer = await imports.send(PART)
    finally:
        async with finance.database.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE cost_import_runs DROP CONSTRAINT nothing"))
    assert answer.status_code == 200, answer.text
    [run] = await runs(imports)
    assert (run["state"], run["read"]) == ("done", 2_500)
