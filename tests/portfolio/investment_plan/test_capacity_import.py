"""Limits of a scenario out of the capacity that strategy says there is."""

from uuid import UUID

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.portfolio.investment_plan.plans import FIFTY, JSON, Plans
from tests.portfolio.opportunity.scans import Scans
from tests.portfolio.services import made, refused

MONTHS = [*(f"2026-{month:02}" for month in range(4, 13)), *(f"2027-{month:02}" for month in range(1, 4))]


async def known(portfolio: ServiceUnderTest, months: list[str], quantity: str = "10.5", **said: str) -> UUID:
    asset = uuid7()
    for sequence, month in enumerate(months, 1):
        await Scans(portfolio).capacity(asset, month, quantity, None, sequence=sequence, **said)
    return asset


async def imported(plans: Plans, plan: JSON, **asked: object) -> JSON:
    return made(await plans.send("POST", plan, "/scenarios/base/capacity-imports", asked))


async def limits(plans: Plans, plan: JSON) -> list[tuple[str, str, str]]:
    [scenario] = made(await plans.client.get(f"/v1/investment-plans/{plan['id']}/scenarios"))["scenarios"]
    return [(it["skill"], it["period"], it["quantity"]) for it in scenario["capacities"]]


async def test_the_months_of_a_period_add_up_to_its_limit_and_other_limits_stay(
    portfolio: ServiceUnderTest, plans: Plans
) -> None:
    await known(portfolio, ["2026-03", *MONTHS, "2027-04"])
    mine = [{"skill": "engineers", "period": "2026-27", "quantity": "1"}, {"skill": "law", "quantity": "7"}]
    plan = await plans.drafted(scenario={**FIFTY, "capacities": mine})
    done = await imported(plans, plan, skills=["engineers"])
    assert done["capacities"] == [{"skill": "engineers", "period": "2026-27", "quantity": "126.0"}]
    shown = made(await plans.client.get(f"/v1/investment-plans/{plan['id']}/scenarios"))["scenarios"][0]
    assert [(it["skill"], it["period"], it["quantity"]) for it in shown["capacities"]] == [
        ("engineers", "2026-27", "126.0"),
        ("law", None, "7"),
    ]
    assert [it["amount"] for it in shown["budgets"]] == ["50"]
    solution = await plans.solved(await plans.read(plan))
    assert "Of engineers there is 126.0 in 2026-27." in [it["sentence"] for it in solution["selection"]["limits"]]


async def test_a_period_of_which_a_month_is_not_known_gets_no_limit(portfolio: ServiceUnderTest, plans: Plans) -> None:
    await known(portfolio, MONTHS[1:])
    await known(portfolio, MONTHS, "0.00001", code="seconds")
    plan = await plans.drafted()
    done = await imported(plans, plan, skills=["engineers", "law", "seconds"])
    assert done["capacities"] == []
    left_out = {(it["skill"], it["period"]): it["reason"] for it in done["left_out"]}
    assert left_out["engineers", "2026-27"] == "Of its 365 days 335 are known."
    assert left_out["law", "2026-27"] == "Nothing is known of it."
    assert left_out["seconds", "2026-27"].startswith("0.00012 is no quantity that a limit can have")
    assert await limits(plans, plan) == []


async def test_without_skills_those_that_candidates_ask_for_are_limited(
    portfolio: ServiceUnderTest, plans: Plans
) -> None:
    await known(portfolio, MONTHS)
    await known(portfolio, MONTHS, code="testers")
    needing = {
        "code": "a",
        "name": "A",
        "npv": "1",
        "demands": [{"skill": "testers", "period": "2026-27", "quantity": "3"}],
    }
    plan = await plans.drafted(candidates=[needing])
    await imported(plans, plan)
    assert await limits(plans, plan) == [("testers", "2026-27", "126.0")]


async def test_a_scenario_that_is_not_there_or_a_plan_that_has_changed_is_not_limited(plans: Plans) -> None:
    plan = await plans.drafted()
    refused(await plans.send("POST", plan, "/scenarios/none/capacity-imports", {}), 404, "request.no-such-resource")
    path = f"/v1/investment-plans/{plan['id']}/scenarios/base/capacity-imports"
    refused(await plans.client.post(path, json={}), 428, "request.if-match-missing")
    refused(await plans.client.post(path, json={}, headers={"If-Match": '"99"'}), 412, "request.version-stale")
