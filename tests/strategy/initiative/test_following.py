"""Risks are worth what they expose, and a status report keeps what it showed."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps
from tests.strategy.initiative.test_gate import condition, prepared
from tests.strategy.initiative.test_planning import milestone

RISK: dict[str, Any] = {
    "name": "Late supplier",
    "owner": "Procurement",
    "probability": "0.35",
    "impact": {"amount": "50000.05", "currency": "CAD"},
    "response": "reduce",
}


async def risk(steps: Steps, initiative: Made, **more: Any) -> Made:
    return await steps.post(f"/initiatives/{initiative['id']}/risks", {**RISK, **more})


async def test_exposure_is_probability_by_impact_to_the_last_digit(steps: Steps) -> None:
    initiative = await steps.initiative("portal")
    made = await risk(steps, initiative)
    assert made["exposure"] == {"amount": "17500.0175", "currency": "CAD"}
    small = await risk(steps, initiative, probability="0.01")
    assert await steps.listed("/risks", "id", sort="-exposure") == [made["id"], small["id"]]
    page = await steps.get("/risks", sort="-exposure", limit=1)
    assert await steps.listed("/risks", "id", sort="-exposure", cursor=page["next_cursor"], limit=1) == [small["id"]]
    closed = await steps.put(f"/risks/{made['id']}", {**RISK, "state": "closed"}, of=made)
    assert closed["exposure"]["amount"] == "0"
    assert await steps.listed("/risks", "id", state="open") == [small["id"]]


@pytest.mark.parametrize(
    "bad",
    [
        {"probability": "1.01"},
        {"probability": 0.5},
        {"impact": {"amount": "-1", "currency": "CAD"}},
        {"impact": {"amount": "0.001", "currency": "CAD"}},
        {"impact": {"amount": "1" * 16, "currency": "CAD"}},
        {"response": "hope"},
    ],
)
async def test_a_risk_that_cannot_be_is_refused(strategy: ServiceUnderTest, steps: Steps, bad: dict[str, Any]) -> None:
    initiative = await steps.initiative("portal")
    answer = await strategy.client.post(f"/v1/initiatives/{initiative['id']}/risks", json={**RISK, **bad})
    assert answer.status_code == 422
    assert await steps.listed("/risks", "id") == []


async def test_success_factors_are_assessed_over_time(strategy: ServiceUnderTest, steps: Steps) -> None:
    initiative = await steps.initiative("portal")
    body = {"name": "Agents use it", "told_by": "Nine in ten sign in"}
    made = await steps.post(f"/initiatives/{initiative['id']}/success-factors", body)
    assert made["state"] == "not_assessed"
    await steps.put(f"/success-factors/{made['id']}", {**body, "state": "at_risk"}, of=made)
    assert await steps.listed("/success-factors", "id", state="at_risk") == [made["id"]]
    twin = await strategy.client.post(f"/v1/initiatives/{initiative['id']}/success-factors", json=body)
    assert (twin.status_code, twin.json()["code"]) == (409, "strategy.success-factor.name-taken")


@pytest.fixture
async def late(steps: Steps) -> tuple[Made, Made]:
    """An initiative in preparation whose only milestone is expected two days late; three risks; one condition."""
    initiative = await prepared(steps)
    await condition(steps, initiative, "Training")
    pilot = await milestone(steps, initiative, "pilot", 30)
    for amount, currency in (("100.00", "CAD"), ("50.00", "CAD"), ("10.00", "USD")):
        await risk(steps, initiative, probability="0.5", impact={"amount": amount, "currency": currency})
    return initiative, await moved(steps, pilot, "2026-07-02")


async def moved(steps: Steps, pilot: Made, day: str) -> Made:
    dates = {"planned_on": "2026-06-30", "forecast_on": day, "reason": "The supplier is late."}
    return await steps.put(f"/milestones/{pilot['id']}/dates", dates, of=pilot)


async def reported(steps: Steps, initiative: Made) -> Made:
    body = {"light": "amber", "reason": "The supplier is late."}
    return await steps.post(f"/initiatives/{initiative['id']}/status-reports", body)


async def test_a_report_shows_milestones_and_figures(steps: Steps, late: tuple[Made, Made]) -> None:
    snapshot = (await reported(steps, late[0]))["snapshot"]
    assert snapshot == {
        "status": "in_preparation",
        "milestones": [
            {
                "code": "pilot",
                "name": "pilot",
                "planned_on": "2026-06-30",
                "forecast_on": "2026-07-02",
                "actual_on": None,
                "slip_days": 2,
                "critical": True,
                "total_slack": 0,
            }
        ],
        "slipped": 1,
        "reached": 0,
        "length_days": 30,
        "open_risks": 3,
        "exposure": [{"amount": "75.000", "currency": "CAD"}, {"amount": "5.000", "currency": "USD"}],
        "success_factors": {},
        "conditions": 1,
        "unmet": ["Training"],
    }


async def test_a_report_keeps_what_it_showed(strategy: ServiceUnderTest, steps: Steps, late: tuple[Made, Made]) -> None:
    initiative, pilot = late
    report = await reported(steps, initiative)
    await moved(steps, pilot, "2026-12-31")
    assert (await steps.get(f"/status-reports/{report['id']}"))["snapshot"] == report["snapshot"]
    for statement in ("UPDATE status_reports SET light = 'green'", "DELETE FROM status_reports"):
        with pytest.raises(IntegrityError, match="never changes"):
            async with strategy.database.transaction() as session:
                await session.execute(text(statement))


async def test_one_report_a_day_and_no_bad_light_without_a_reason(strategy: ServiceUnderTest, steps: Steps) -> None:
    initiative = await steps.initiative("portal")
    path = f"/v1/initiatives/{initiative['id']}/status-reports"
    unsaid = await strategy.client.post(path, json={"light": "red", "reason": " "})
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "strategy.status-report.reason-missing")
    assert (await strategy.client.post(path, json={"light": "green"})).status_code == 201
    again = await strategy.client.post(path, json={"light": "green"})
    assert (again.status_code, again.json()["code"]) == (409, "strategy.status-report.already-reported")
    assert await steps.listed("/status-reports", "light", latest="true") == ["green"]
