"""A business case from its draft to the approval of its service, with figures that finance gives and are known."""

import json
from decimal import Decimal
from typing import Any

import pytest

from chassis.money import round_to
from standalone.client import Json, Refused, Steward
from tests.chassis.numbers import public
from tests.journeys.conftest import Journey
from tests.journeys.organization import service, take

OWNER = {"name": "Portfolio owner", "permission": "portfolio:business-case:approve"}
CONTROLLER = {"name": "Finance controller", "permission": "finance:budget:approve"}
TIERS = [{"up_to": "50000", "steps": [OWNER]}, {"up_to": None, "steps": [OWNER, CONTROLLER]}]
NOTHING = {"name": "Do nothing", "does_nothing": True}
REPLACE = ["-40000", "5000", "8000", "12000", "30000"]


async def set_policy(steward: Steward) -> None:
    scales = [{"currency": "CAD", "tiers": TIERS}]
    await steward.put("/portfolio/v1/approval-policy", {"scales": scales, "reason": "Delegation"}, version=0)


async def submitted(steward: Steward, made: Json, code: str, amounts: list[Any], **stated: Any) -> Json:
    flows = [{"kind": "capital", "period": period, "amount": str(amount)} for period, amount in enumerate(amounts)]
    said = {
        "code": code,
        "service_id": made["id"],
        "title": "Replace the mail platform",
        "owner": "Head of workplace",
        "currency": "CAD",
        "requested_funding": "60000",
        "discount_rate": "0.08",
        "options": [NOTHING, {"name": "Replace it", "preferred": True, "flows": flows}],
        **stated,
    }
    case = await steward.post("/portfolio/v1/business-cases", said)
    return await step(steward, case, "submission")


async def step(steward: Steward, case: Json, name: str) -> Json:
    path = f"/portfolio/v1/business-cases/{case['id']}/{name}"
    return await steward.post(path, {"reason": f"Time for {name}"}, version=case["version"])


async def answered(steward: Steward, case: Json) -> Json:
    """The case, once finance has answered its submission."""
    return await steward.until(
        lambda it: bool(it["appraisal"] and it["appraisal"]["current"]), f"/portfolio/v1/business-cases/{case['id']}"
    )


async def test_a_case_is_appraised_and_approved_in_two_steps_and_then_its_service_can_be(story: Journey) -> None:
    await set_policy(story.manager)
    mail = await service(story.manager, "mail", up_to="analysis")
    case = await answered(story.manager, await submitted(story.manager, mail, "BC-1", REPLACE))
    replace = case["appraisal"]["options"][1]["figures"]
    assert (replace["npv"], replace["irrs"], replace["payback"]) == ("3065.22", ["0.105822598409"], "3.5")
    compared = await story.manager.get(f"/portfolio/v1/business-cases/{case['id']}/comparison")
    assert compared["best"][0]["sentence"] == "By net present value Replace it is best at 3065.22 CAD."

    with pytest.raises(Refused, match=r"portfolio\.business-case\.own-submission"):
        await step(story.manager, case, "approval")
    with pytest.raises(Refused, match=r"portfolio\.service\.blocked"):
        await take(story.manager, mail, "approval", waiver=None)
    case = await step(story.board, case, "approval")
    assert (case["status"], case["approval"]["next_step"]) == ("submitted", CONTROLLER)
    async with story.as_role("finance_controller") as controller:
        case = await step(controller, case, "approval")
    assert case["status"] == "approved"
    assert (await take(story.manager, mail, "approval", waiver=None))["status"] == "approved"

    benefits = await story.manager.get(case["appraisal"]["benefits"])
    assert (benefits["option"], benefits["periods"]) == (None, [])
    for name in ("finance", "portfolio"):
        assert await story.manager.every(f"/{name}/v1/parked-events") == []


async def test_a_returned_case_gets_the_figures_of_its_next_submission(story: Journey) -> None:
    await set_policy(story.manager)
    mail = await service(story.manager, "mail", up_to="definition")
    case = await answered(story.manager, await submitted(story.manager, mail, "BC-1", REPLACE))
    draft = await step(story.board, case, "return")
    cheaper = [NOTHING, {"name": "Rent it", "preferred": True, "flows": flows_of(["-100", "110"])}]
    path = f"/portfolio/v1/business-cases/{case['id']}/options"
    draft = await story.manager.put(path, {"options": cheaper}, version=draft["version"])
    case = await answered(story.manager, await step(story.manager, draft, "submission"))
    assert (case["appraisal"]["number"], case["appraisal"]["options"][1]["figures"]["irrs"]) == (2, ["0.1"])


def flows_of(amounts: list[str]) -> list[Json]:
    return [{"kind": "operating", "period": period, "amount": amount} for period, amount in enumerate(amounts)]


async def test_what_cannot_be_appraised_comes_back_with_the_reason_and_the_next_case_is_not_held_up(
    story: Journey,
) -> None:
    await set_policy(story.manager)
    mail = await service(story.manager, "mail", up_to="definition")
    late = [*("0" for _ in range(60)), "1"]
    hopeless = await submitted(story.manager, mail, "BC-1", late, discount_rate="-0.99")
    good = await submitted(story.manager, mail, "BC-2", REPLACE)
    assert len((await answered(story.manager, good))["appraisal"]["options"]) == 2
    refused = (await answered(story.manager, hopeless))["appraisal"]
    assert "too near to -100 %" in refused["refused_reason"]
    with pytest.raises(Refused, match=r"portfolio\.business-case\.not-appraised"):
        await step(story.board, await answered(story.manager, hopeless), "approval")


KINDS = {"irr", "irr_multiple", "npv_t0", "npv_excel", "mirr", "payback"}


def as_exact_as(published: str, figure: str) -> str:
    decimals = len(published.partition(".")[2])
    return str(round_to(Decimal(figure), decimals))


def stated(oracle: Json) -> Json:
    """Its rates and convention in the words of a case."""
    rates = {"discount_rate": oracle.get("rate", "0.08")}
    if oracle["kind"] == "mirr":
        rates |= {"finance_rate": oracle["finance_rate"], "reinvestment_rate": oracle["reinvest_rate"]}
    return rates | ({"convention": "period_end"} if oracle["kind"] == "npv_excel" else {})


def check(oracle: Json, figures: Json) -> None:
    match oracle["kind"]:
        case "irr" if oracle["expected"] is None:
            assert (figures["irr_state"], figures["irrs"]) == ("none", [])
        case "irr":
            assert [as_exact_as(oracle["expected"], rate) for rate in figures["irrs"]] == [oracle["expected"]]
        case "irr_multiple":
            assert (figures["irr_state"], figures["irrs"]) == ("several", oracle["expected"])
        case "mirr":
            assert figures["mirr"] == as_exact_as("0.000000000000", oracle["published"]).rstrip("0")
        case "payback":
            assert figures["payback"] == oracle["expected_years"]
        case _:
            assert figures["npv"] == as_exact_as("0.00", oracle["expected"])


async def test_published_answers_come_through_the_whole_chain(story: Journey) -> None:
    oracles = json.loads(public("oracles/npv_irr.json").read_text())["cases"]
    known = [oracle for oracle in oracles if oracle["kind"] in KINDS]
    assert len(known) == 14
    await set_policy(story.manager)
    mail = await service(story.manager, "mail", up_to="definition")
    for number, oracle in enumerate(known):
        case = await submitted(story.manager, mail, f"BC-{number}", oracle["cashflows"], **stated(oracle))
        option = (await answered(story.manager, case))["appraisal"]["options"][1]
        check(oracle, option["figures"])
        value = {key: option["figures"][key] for key in ("npv", "irr_state", "irrs")}
        assert option["figures"]["increment"] == value
