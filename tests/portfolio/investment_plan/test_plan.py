"""An investment plan over HTTP: from its draft to its approval, and what it must not become in between."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.portfolio.business_case.cases import Cases
from tests.portfolio.investment_plan.plans import FIFTY, JSON, THREE, YEARS, Plans, candidate
from tests.portfolio.services import Services, made, refused


async def test_a_plan_is_solved_and_says_what_binds_and_what_comes_next(plans: Plans) -> None:
    plan = await plans.drafted()
    solution = await plans.solved(plan, raise_percent=20)
    selection = solution["selection"]
    assert (selection["outcome"], selection["selected"], selection["value"]) == ("optimal", ["b", "c"], "220")
    assert (selection["bound"], selection["gap"], selection["cost"]) == ("220", "0", "50")
    assert selection["limits"] == [
        {
            "kind": "budget",
            "sentence": "The budget of 2026-27 is 50 CAD.",
            "amount": "50",
            "used": "50",
            "left": "0",
            "binds": True,
        }
    ]
    assert [(it["gain"], it["added"], it["dropped"]) for it in selection["raises"]] == [("60", ["a"], [])]


async def test_a_plan_without_an_answer_says_what_clashes(plans: Plans) -> None:
    links = [{"kind": "mandatory", "candidates": ["b", "c"]}, {"kind": "excludes", "candidates": ["b", "c"]}]
    plan = await plans.drafted(scenario={**FIFTY, "links": links})
    selection = (await plans.solved(plan))["selection"]
    assert (selection["outcome"], selection["value"], selection["selected"]) == ("infeasible", None, [])
    assert selection["clash"] == {
        "limits": ["b is mandatory.", "c is mandatory.", "b and c exclude each other."],
        "irreducible": True,
    }


async def test_scenarios_stand_side_by_side(plans: Plans) -> None:
    plan = await plans.drafted()
    made(await plans.scenario(plan, {**FIFTY, "budgets": [{"amount": "30"}]}, "lean"))
    made(await plans.scenario(plan, FIFTY, "unsolved"))
    for scenario in ("base", "lean"):
        await plans.solved(plan, scenario)
    compared = made(await plans.client.get(f"/v1/investment-plans/{plan['id']}/comparison"))
    assert [(it["scenario"], it["value"], it["current"]) for it in compared["scenarios"]] == [
        ("base", "220", True),
        ("lean", "160", True),
    ]
    assert compared["in_all"] == ["b"]
    assert {it["code"]: it["funded_in"] for it in compared["differing"]} == {"a": ["lean"], "c": ["base"]}
    assert compared["not_solved"] == ["unsolved"]
    made(await plans.candidates(plan, THREE[:2]))
    compared = made(await plans.client.get(f"/v1/investment-plans/{plan['id']}/comparison"))
    assert [it["current"] for it in compared["scenarios"]] == [False, False]


async def test_a_frontier_is_a_solution_too(plans: Plans) -> None:
    plan = await plans.drafted()
    asked: JSON = {"from_percent": 20, "to_percent": 100, "points": 5}
    solution = await plans.until(await plans.ask(plan, what="frontiers", **asked))
    points = solution["frontier"]["points"]
    assert [(it["budget"], it["value"], it["outcome"]) for it in points] == [
        ("10", "60", "optimal"),
        ("20", "100", "optimal"),
        ("30", "160", "optimal"),
        ("40", "180", "optimal"),
        ("50", "220", "optimal"),
    ]
    answer = await plans.send("POST", plan, "/submission", {"solution_id": solution["id"], "reason": "Looks good"})
    refused(answer, 409, "portfolio.investment-plan.no-selection")


async def test_somebody_else_approves_and_then_nothing_changes_any_more(plans: Plans) -> None:
    plan = await plans.drafted()
    submitted = await plans.submitted(plan)
    refused(
        await plans.send("POST", plan, "/approval", {"reason": "I"}), 403, "portfolio.investment-plan.own-submission"
    )
    refused(await plans.candidates(plan, []), 409, "portfolio.investment-plan.not-draft")
    async with plans.portfolio.as_caller("*:*:*", subject="ada") as ada:
        approved = made(await plans.send("POST", plan, "/approval", {"reason": "Agreed"}, client=ada))
        refused(
            await plans.send("POST", plan, "/return", {"reason": "Sorry"}, client=ada),
            409,
            "portfolio.investment-plan.not-submitted",
        )
    assert (approved["status"], approved["solution_id"]) == ("approved", submitted["solution_id"])
    refused(await plans.scenario(plan, FIFTY), 409, "portfolio.investment-plan.not-draft")
    for change in (
        "UPDATE investment_plans SET name = 'other'",
        "UPDATE plan_solutions SET result = '{}'",
        "DELETE FROM plan_solutions",
    ):
        with pytest.raises(DBAPIError, match="never changes"):
            async with plans.portfolio.database.transaction() as session:
                await session.execute(text(change))
    page = made(await plans.client.get(f"/v1/investment-plans/{plan['id']}/candidates", params={"funded": "true"}))
    assert [it["code"] for it in page["items"]] == ["b", "c"]


async def test_an_approval_announces_what_is_funded_with_its_money(plans: Plans) -> None:
    plan = await plans.approved(await plans.drafted())
    (fact,) = await plans.portfolio.announced("portfolio.investment-plan-approved.v1")
    assert (fact.data["code"], fact.data["submitted_by"], fact.data["approved_by"]) == ("P-1", "tester", "ada")
    assert fact.data["periods"] == YEARS
    assert [(it["code"], it["amounts"]) for it in fact.data["funded"]] == [
        ("b", [{"period": "2026-27", "kind": "capital", "amount": "20"}]),
        ("c", [{"period": "2026-27", "kind": "capital", "amount": "30"}]),
    ]
    assert plan["decided_by"] == "ada"


async def test_what_has_changed_since_it_was_solved_is_solved_again_before_it_is_submitted(plans: Plans) -> None:
    plan = await plans.drafted()
    solution = await plans.solved(plan)
    said = {"solution_id": solution["id"], "reason": "The best"}
    made(await plans.candidates(plan, [*THREE[:2], candidate("c", "121", "30")]))
    refused(await plans.send("POST", plan, "/submission", said), 409, "portfolio.investment-plan.outdated")
    made(await plans.candidates(plan, [candidate("c", "120.00", "30.0"), *THREE[:2]]))
    made(await plans.send("POST", plan, "/submission", said))


async def test_a_returned_plan_is_a_draft_again_and_a_withdrawn_one_is_not(plans: Plans) -> None:
    plan = await plans.drafted()
    await plans.submitted(plan)
    async with plans.portfolio.as_caller("*:*:*", subject="ada") as ada:
        draft = made(await plans.send("POST", plan, "/return", {"reason": "Too much"}, client=ada))
    assert (draft["status"], draft["solution_id"], draft["reason"]) == ("draft", None, "Too much")
    made(await plans.send("POST", plan, "/withdrawal", {"reason": "Never mind"}))
    refused(
        await plans.send("POST", plan, "/withdrawal", {"reason": "x"}), 409, "portfolio.investment-plan.not-pending"
    )


async def test_of_two_approvals_at_once_one_counts(plans: Plans) -> None:
    plan = await plans.submitted(await plans.drafted())
    path, headers = f"/v1/investment-plans/{plan['id']}/approval", {"If-Match": f'"{plan["version"]}"'}
    async with plans.portfolio.as_caller("*:*:*", subject="ada") as ada:
        both = await asyncio.gather(*(ada.post(path, json={"reason": "Yes"}, headers=headers) for _ in range(2)))
    assert sorted(it.status_code for it in both) == [200, 412]
    assert len(await plans.portfolio.announced("portfolio.investment-plan-approved.v1")) == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"links": [{"kind": "needs", "candidates": ["a", "z"]}]}, "There is no candidate z."),
        ({"budgets": [{"period": "1999", "amount": "1"}]}, "There is no period 1999."),
    ],
)
async def test_limits_name_what_is_there(plans: Plans, said: dict[str, object], reason: str) -> None:
    plan = await plans.drafted(scenario={"objective": {"npv": "1"}, **said})
    answer = await plans.client.post(f"/v1/investment-plans/{plan['id']}/solutions", json={"scenario": "base"})
    assert refused(answer, 422, "portfolio.investment-plan.unfit")["reasons"] == [reason]


async def test_costs_are_in_periods_of_the_plan(plans: Plans) -> None:
    plan = await plans.begun()
    late = candidate("a", "1", costs=[{"period": "2030-31", "kind": "capital", "amount": "1"}])
    assert "2030-31" in refused(await plans.candidates(plan, [late]), 422, "portfolio.investment-plan.unfit")["detail"]


@pytest.mark.parametrize(
    "said",
    [
        {"objective": {}},
        {"objective": {"npv": "0"}},
        {"objective": {"npv": "1"}, "budgets": [{"amount": "-1"}]},
        {"objective": {"npv": "1"}, "budgets": [{"amount": "1"}, {"amount": "2"}]},
        {"objective": {"npv": "1"}, "links": [{"kind": "needs", "candidates": ["a"]}]},
        {"objective": {"npv": "1"}, "links": [{"kind": "excludes", "candidates": ["a", "a"]}]},
        {"objective": {"npv": "1"}, "shares": [{"category": "run", "least": "0.6", "most": "0.5"}]},
        {"objective": {"npv": "1"}, "shares": [{"category": "run", "most": "1.1"}]},
    ],
)
async def test_a_scenario_that_makes_no_sense_is_refused(plans: Plans, said: dict[str, object]) -> None:
    plan = await plans.begun()
    refused(await plans.scenario(plan, said), 422, "request.invalid")


async def test_business_cases_become_candidates_with_their_current_figures(plans: Plans, cases: Cases) -> None:
    flows = [
        {"kind": "capital", "period": 0, "amount": "-40000"},
        {"kind": "operating", "period": 1, "amount": "-500"},
        {"kind": "operating", "period": 1, "amount": "200"},
        {"kind": "operating", "period": 2, "amount": "-7"},
        {"kind": "benefit_hard", "period": 1, "amount": "90000"},
    ]
    options = [{"name": "Do nothing", "does_nothing": True}, {"name": "Replace it", "preferred": True, "flows": flows}]
    demands = [{"skill": "engineer", "period": 1, "quantity": "12.5"}]
    case = await cases.appraised("BC-1", options=options, resource_demands=demands)
    await cases.drafted("BC-2")
    await cases.submitted("BC-3")
    plan = await plans.begun()
    command = {"business_cases": ["BC-1", "BC-2", "BC-3"], "category": "run"}
    done = made(await plans.send("POST", plan, "/case-imports", command))
    assert (done["created"], {it["business_case"]: it["reason"] for it in done["left_out"]}) == (
        1,
        {"BC-2": "It is draft.", "BC-3": "Finance has not appraised it yet."},
    )
    again = made(await plans.send("POST", plan, "/case-imports", {}))
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 1)
    (shown,) = made(await plans.client.get(f"/v1/investment-plans/{plan['id']}/candidates"))["items"]
    assert shown == {
        "code": "BC-1",
        "name": "Replace the mail platform",
        "category": "run",
        "npv": "3065.22",
        "score": None,
        "costs": [
            {"period": "2026-27", "kind": "capital", "amount": "40000"},
            {"period": "2027-28", "kind": "operating", "amount": "500"},
        ],
        "demands": [{"skill": "engineer", "period": "2027-28", "quantity": "12.5"}],
        "business_case_id": case["id"],
        "business_case_number": 1,
        "service_id": case["service_id"],
        "beyond": "7",
        "funded": False,
    }


async def test_candidates_get_the_scores_of_a_period(plans: Plans, cases: Cases) -> None:
    await cases.appraised("BC-1")
    model = made(
        await plans.client.post("/v1/score-models", json={"code": "w", "name": "W", "method": "wsjf_currency"})
    )
    path = f"/v1/score-models/{model['id']}"
    made(await plans.client.post(f"{path}/publication", headers={"If-Match": '"1"'}))
    values = [{"criterion": "cost_of_delay", "value": "10"}, {"criterion": "duration", "value": "4"}]
    said = {"period": "2026", "kind": "business_case", "assessments": [{"item": "BC-1", "values": values}]}
    made(await plans.client.put(f"{path}/assessments", json=said))
    plan = await plans.begun()
    made(await plans.send("POST", plan, "/case-imports", {"score_model": "w", "score_period": "2026"}))
    (shown,) = made(await plans.client.get(f"/v1/investment-plans/{plan['id']}/candidates"))["items"]
    assert shown["score"] == "2.5"


FUNDED = {"objective": {"npv": "1"}, "budgets": [{"amount": "50000"}]}


async def test_a_service_is_chartered_on_an_approved_plan_that_funds_its_case(
    plans: Plans, cases: Cases, services: Services
) -> None:
    case = await cases.approved("BC-1")
    service = await services.up_to(await services.read(case["service_id"]), "approval")
    other = await services.up_to(await services.proposed("other"), "approval")
    plan = await plans.begun("P-2026")
    made(await plans.send("POST", plan, "/case-imports", {}))
    made(await plans.scenario(plan, FUNDED))

    blocked = refused(await services.step(service, "charter", waiver=None), 409, "portfolio.service.blocked")
    assert [it["kind"] for it in blocked["blockers"]] == ["funding"]
    await plans.approved(plan)
    answer = await services.step(service, "charter", waiver=None, funding="P-2027")
    assert "P-2027" in refused(answer, 409, "portfolio.service.blocked")["detail"]
    refused(await services.step(other, "charter", waiver=None, funding="P-2026"), 409, "portfolio.service.blocked")

    made(await services.step(service, "charter", waiver=None, funding="P-2026"))
    history = made(await plans.client.get(f"/v1/services/{service['id']}/history"))
    assert history["items"][-1]["evidence"] == f"/v1/investment-plans/{plan['id']}"


async def test_a_later_change_of_a_case_does_not_alter_an_approved_plan(plans: Plans, cases: Cases) -> None:
    case = await cases.appraised("BC-1")
    plan = await plans.begun()
    made(await plans.send("POST", plan, "/case-imports", {}))
    made(await plans.scenario(plan, FUNDED))
    approved = await plans.approved(plan)
    path = f"/v1/investment-plans/{plan['id']}/solutions/{approved['solution_id']}"
    before = made(await plans.client.get(path))
    made(await cases.step(case, "return", "ada"))
    assert made(await plans.client.get(path)) == before
    (shown,) = made(await plans.client.get(f"/v1/investment-plans/{plan['id']}/candidates"))["items"]
    assert (shown["npv"], shown["business_case_number"], shown["funded"]) == ("3065.22", 1, True)
