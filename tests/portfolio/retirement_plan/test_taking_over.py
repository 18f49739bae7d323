"""Notices that were given before there were plans become plans, by the statement of the migration itself."""

import importlib
import pkgutil

from sqlalchemy import text

import portfolio.migrations
from chassis.testing import ServiceUnderTest
from tests.portfolio.retirement_plan.conftest import END, Retiring
from tests.portfolio.services import Services, made

(NAME,) = [it.name for it in pkgutil.iter_modules(portfolio.migrations.__path__) if it.name.endswith("retirement_plan")]
RUNNING = importlib.import_module(f"portfolio.migrations.{NAME}").RUNNING


async def test_each_notice_that_runs_becomes_a_plan_with_its_reason_and_its_decision(
    portfolio: ServiceUnderTest, retiring: Retiring, services: Services
) -> None:
    mail, cloud = retiring.mail, retiring.cloud
    made(await services.step(mail, "retirement-notice", retires_on="2026-02-01", reason="The first time"))
    made(await services.step(mail, "retirement-notice/cancellation"))
    asked = {"service_id": mail["id"], "starts_on": "2025-04-01", "ends_on": "2026-04-01"}
    review = made(await retiring.client.post("/v1/reviews", json=asked))
    notice = {"retires_on": END, "replacement_id": cloud["id"]}
    decision = {"decision": "retire", "reason": "Two of a kind.", "retirement": notice}
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        path = f"/v1/reviews/{review['id']}/decision"
        made(await board.post(path, json=decision, headers={"If-Match": '"1"'}))
    fax = await services.retiring("fax", retires_on="2026-12-01")
    gone = await services.retiring("gone", retires_on="2026-01-16")
    portfolio.clock.advance(days=1)
    made(await services.step(gone, "retirement"))
    async with portfolio.database.transaction() as session:
        await session.execute(text("DELETE FROM retirement_revisions"))
        await session.execute(text("DELETE FROM retirement_plans"))
        await session.execute(text(RUNNING))

    plans = made(await retiring.client.get("/v1/retirement-plans"))["items"]
    assert [(it["service_id"], it["ends_on"], it["review_id"]) for it in plans] == [
        (mail["id"], END, review["id"]),
        (fax["id"], "2026-12-01", None),
    ]
    told = plans[0]
    assert (told["given_on"], told["opened_by"], told["reason"]) == ("2026-01-15", "board", "Two of a kind.")
    assert told["replacement_id"] == cloud["id"]
    (first,) = made(await retiring.client.get(f"/v1/retirement-plans/{told['id']}/revisions"))["items"]
    assert (first["ends_on"], first["replacement_id"], first["by"]) == (END, cloud["id"], "board")
    assert made(await retiring.changed(told, "cancellation", reason="It stays."))["status"] == "called_off"
