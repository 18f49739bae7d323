"""An investment plan from appraised cases over its solution to a budget in finance and a chartered service."""

import pytest

from standalone.client import Json, Refused, Steward
from tests.journeys.conftest import Journey
from tests.journeys.organization import YEAR, open_books, service, take
from tests.journeys.test_business_case import REPLACE, answered, set_policy, submitted

PATH = "/portfolio/v1/investment-plans"


async def solved(steward: Steward, plan: Json) -> Json:
    asked = await steward.post(f"{PATH}/{plan['id']}/solutions", {"scenario": "base"})
    return await steward.until(lambda it: it["state"] == "done", f"{PATH}/{plan['id']}/solutions/{asked['id']}")


async def test_an_approved_plan_becomes_a_budget_and_opens_the_charter_of_what_it_funds(story: Journey) -> None:
    await open_books(story.manager)
    await set_policy(story.manager)
    services = {}
    for code, amounts in (("mail", REPLACE), ("wifi", ["-100", "110"])):
        services[code] = await service(story.manager, code, up_to="approval")
        await answered(story.manager, await submitted(story.manager, services[code], f"BC-{code}", amounts))

    period = {"code": "2025-26", **YEAR}
    begun = {"code": "2025", "name": "Investments", "currency": "CAD", "periods": [period]}
    plan = await story.manager.post(PATH, begun)
    done = await story.manager.post(f"{PATH}/{plan['id']}/case-imports", {"category": "run"}, version=plan["version"])
    assert (done["created"], done["left_out"]) == (2, [])
    scenario = {"objective": {"npv": "1"}, "budgets": [{"period": "2025-26", "amount": "40050"}]}
    path = f"{PATH}/{plan['id']}/scenarios/base"
    plan = await story.manager.put(path, scenario, version=done["version"])

    solution = await solved(story.manager, plan)
    assert (solution["selection"]["outcome"], solution["selection"]["selected"]) == ("optimal", ["BC-mail"])
    said = {"solution_id": solution["id"], "reason": "It is worth most"}
    plan = await story.manager.post(f"{PATH}/{plan['id']}/submission", said, version=plan["version"])
    plan = await story.board.post(f"{PATH}/{plan['id']}/approval", {"reason": "Agreed"}, version=plan["version"])

    page = await story.manager.until(
        lambda page: bool(page["items"]), "/finance/v1/plan-fundings", investment_plan_id=plan["id"]
    )
    (funding,) = page["items"]
    assert funding["state"] == "opened", funding["reason"]
    version = await story.manager.get(f"/finance/v1/budgets/{funding['budget_id']}/versions/1")
    assert [(line["code"], line["total"]) for line in version["lines"]] == [("BC-mail", "40000.00")]

    mail = await take(story.manager, services["mail"], "charter", waiver=None)
    assert mail["status"] == "chartered"
    with pytest.raises(Refused, match=r"portfolio\.service\.blocked"):
        await take(story.manager, services["wifi"], "charter", waiver=None)
    for name in ("finance", "portfolio"):
        assert await story.manager.every(f"/{name}/v1/parked-events") == []
