"""Solutions as work of a worker: progress, cancelling, workers that are lost, and questions of real size."""

import asyncio
import csv
import json
import os
import random
import signal
from typing import Any

import pytest

from portfolio.investment_plan.running import Solvers
from portfolio.investment_plan.solution import LEASE
from tests.chassis.numbers import public
from tests.portfolio.investment_plan.plans import FIFTY, THREE, Plans, candidate
from tests.portfolio.services import made, refused

JSON = dict[str, Any]


def hard(size: int = 400) -> tuple[list[JSON], JSON]:
    """Five budgets that each candidate needs some of: the proof of an optimum takes longer than a test should."""
    numbers = random.Random(7)
    scopes = [("2026-27", "capital"), ("2026-27", "operating"), ("2027-28", "capital"), ("2027-28", "operating")]
    candidates = [
        {
            "code": f"c{at}",
            "name": f"c{at}",
            "npv": str(numbers.randint(1_000, 300_000)),
            "costs": [
                {"period": period, "kind": kind, "amount": str(numbers.randint(1_000, 100_000))}
                for period, kind in scopes
            ],
        }
        for at in range(size)
    ]
    budgets: list[JSON] = [{"period": period, "kind": kind, "amount": str(16_000 * size)} for period, kind in scopes]
    return candidates, {"objective": {"npv": "1"}, "budgets": [*budgets, {"amount": str(62_000 * size)}]}


async def test_a_solution_shows_how_far_it_is_until_it_is_cancelled(plans: Plans) -> None:
    candidates, scenario = hard()
    plan = await plans.drafted(candidates=candidates, scenario=scenario)
    solution = await plans.ask(plan, time_limit_seconds=600)
    assert (solution["state"], solution["progress"]) == ("queued", None)
    while not (solution["progress"] and solution["progress"]["bound"]):
        solution = await plans.until(solution, "running")
        plans.portfolio.clock.advance(seconds=1)
    progress = solution["progress"]
    assert progress["stage"] == "selection"
    assert float(progress["value"]) <= float(progress["bound"])
    (held,) = plans.solvers.held.values()
    path = f"/v1/investment-plans/{plan['id']}/solutions/{solution['id']}/cancellation"
    cancelled = made(await plans.client.post(path))
    assert (cancelled["state"], cancelled["reason"]) == ("cancelled", "Cancelled by tester.")
    await plans.beat()
    assert held.solver.ended
    assert not plans.solvers.held
    assert (await plans.solution(solution))["state"] == "cancelled"
    refused(await plans.client.post(path), 409, "portfolio.investment-plan.solution-ended")


async def test_an_answer_within_the_accepted_gap_says_so(plans: Plans) -> None:
    candidates, scenario = hard(1_000)
    plan = await plans.drafted(candidates=candidates, scenario=scenario)
    selection = (await plans.solved(plan, accepted_gap="0.001", explain=False))["selection"]
    assert selection["outcome"] in ("within_gap", "optimal")
    assert float(selection["gap"]) <= 0.001
    assert float(selection["value"]) <= float(selection["bound"])
    assert all(float(it["left"]) >= 0 for it in selection["limits"])


async def test_what_a_lost_worker_has_begun_another_takes_up(plans: Plans) -> None:
    candidates, scenario = hard()
    plan = await plans.drafted(candidates=candidates, scenario=scenario)
    solution = await plans.until(await plans.ask(plan, time_limit_seconds=600), "running")
    other = Solvers()
    await plans.beat(other)
    assert not other.held
    plans.portfolio.clock.advance(seconds=int(LEASE.total_seconds()) + 1)
    await plans.beat(other)
    assert list(other.held) == list(plans.solvers.held)
    await plans.beat()  # the first one wakes up and finds that it is not its own any more
    assert not plans.solvers.held
    made(await plans.client.post(f"/v1/investment-plans/{plan['id']}/solutions/{solution['id']}/cancellation"))
    await plans.beat(other)


async def test_what_loses_three_workers_has_failed(plans: Plans) -> None:
    candidates, scenario = hard()
    plan = await plans.drafted(candidates=candidates, scenario=scenario)
    solution = await plans.ask(plan, time_limit_seconds=600)
    workers = [Solvers() for _ in range(4)]
    for worker in workers:
        await plans.beat(worker)
        plans.portfolio.clock.advance(seconds=int(LEASE.total_seconds()) + 1)
    failed = await plans.solution(solution)
    assert (failed["state"], failed["reason"][:27]) == ("failed", "Its workers were lost three")
    for worker in workers:
        await plans.beat(worker)
        assert not worker.held


async def test_a_solver_that_dies_says_so_and_the_next_question_is_answered(plans: Plans) -> None:
    candidates, scenario = hard()
    plan = await plans.drafted(candidates=candidates, scenario=scenario)
    solution = await plans.until(await plans.ask(plan, time_limit_seconds=600), "running")
    (held,) = plans.solvers.held.values()
    os.kill(held.solver.pid, signal.SIGKILL)
    assert (await plans.until(solution))["state"] == "failed"
    made(await plans.candidates(plan, THREE))
    made(await plans.scenario(plan, FIFTY))
    assert (await plans.solved(plan))["selection"]["value"] == "220"


async def test_of_two_workers_at_once_one_takes_a_question_up(plans: Plans) -> None:
    plan = await plans.drafted()
    solution = await plans.ask(plan)
    both = [Solvers(), Solvers()]
    await asyncio.gather(*(plans.beat(it) for it in both))
    assert sum(len(it.held) for it in both) == 1
    for worker in both:
        if worker.held:
            await plans.until(solution, solvers=worker)


async def test_twenty_questions_of_a_plan_wait_and_not_more(plans: Plans) -> None:
    plan = await plans.drafted()
    for _ in range(20):
        await plans.ask(plan)
    answer = await plans.client.post(f"/v1/investment-plans/{plan['id']}/solutions", json={"scenario": "base"})
    refused(answer, 409, "portfolio.investment-plan.too-many-waiting")


@pytest.mark.parametrize("number", range(7))
async def test_published_capital_budgets_are_solved_to_their_optimum(plans: Plans, number: int) -> None:
    problem = json.loads(public("oracles/or-library/mknap1.json").read_text())["problems"][number]
    scopes = [(period, kind) for period in "12345" for kind in ("capital", "operating")]
    years = [
        {"code": code, "starts_on": f"{2020 + int(code)}-04-01", "ends_on": f"{2021 + int(code)}-04-01"}
        for code in "12345"
    ]
    rows = list(zip(scopes, problem["cost"], problem["budget"], strict=False))
    assert len(rows) == problem["budgets"]
    candidates = [
        {
            "code": f"p{at:03}",
            "name": f"Project {at}",
            "npv": str(benefit),
            "costs": [{"period": period, "kind": kind, "amount": str(costs[at])} for (period, kind), costs, _ in rows],
        }
        for at, benefit in enumerate(problem["benefit"])
    ]
    budgets = [{"period": period, "kind": kind, "amount": str(most)} for (period, kind), _, most in rows]
    plan = await plans.begun(problem["id"], periods=years)
    made(await plans.candidates(plan, candidates))
    made(await plans.scenario(plan, {"objective": {"npv": "1"}, "budgets": budgets}))
    selection = (await plans.solved(plan, explain=False))["selection"]
    assert (selection["outcome"], selection["value"]) == ("optimal", str(problem["published_optimum"]))


MAPPING = {
    "fields": {
        "code": {"column": "uniqueId"},
        "name": {"column": "projectName"},
        "score": {"constant": "1"},
        "period": {"constant": "2026-27"},
        "kind": {"constant": "capital"},
        "amount": {"column": "totalBudget", "kind": "number", "currency_sign": "$"},
    },
    "thousands_mark": ",",
}


async def test_of_the_projects_of_a_government_as_many_as_possible_are_funded(plans: Plans) -> None:
    """495 of 2022, each worth the same: the cheapest first is the optimum, which anybody can work out. What 14 of them
    cost nobody says: they are turned away with their lines, since what has no cost would always be funded."""
    file = public("canada-it-projects/gc-it-projects-2022.csv")
    with file.open(encoding="utf-8-sig", newline="") as rows:
        stated = [row["totalBudget"].replace("$", "").replace(",", "") for row in csv.DictReader(rows)]
    made(await plans.client.put("/v1/import-mappings/canada", json=MAPPING))
    plan = await plans.begun()
    done = made(
        await plans.client.post(
            f"/v1/investment-plans/{plan['id']}/candidate-imports",
            params={"mapping": "canada"},
            content=file.read_bytes(),
            headers={"Content-Type": "text/csv"},
        )
    )
    assert (done["read"], done["created"], done["rejected"]) == (495, 481, 14)
    budgets = [int(it) for it in stated if it]
    left, expected = 1_000_000_000, 0
    for cost in sorted(budgets):
        if cost <= left:
            left, expected = left - cost, expected + 1
    assert sum(budgets) == 7_023_336_948
    made(await plans.scenario(plan, {"objective": {"score": "1"}, "budgets": [{"amount": "1000000000"}]}))
    selection = (await plans.solved(plan))["selection"]
    assert (selection["outcome"], selection["value"]) == ("optimal", str(expected))
    assert float(selection["cost"]) <= 1_000_000_000


async def test_candidates_come_in_by_a_file_with_a_row_per_amount(plans: Plans) -> None:
    plan = await plans.begun()
    made(await plans.candidates(plan, [candidate("kept", "1")]))
    rows = [
        "code,name,category,npv,period,kind,amount,skill,quantity",
        "mail,Mail,run,12.5,2026-27,capital,10,,",
        "mail,,,,2027-28,operating,2.5,engineer,3",
        "mail,,,,2027-28,operating,1,,",
        "desk,Desk,,,2031-32,capital,1,,",
        "desk,Desk,,,,capital,1,,",
    ]
    answer = await plans.client.post(
        f"/v1/investment-plans/{plan['id']}/candidate-imports",
        content="\n".join(rows).encode(),
        headers={"Content-Type": "text/csv"},
    )
    done = made(answer)
    assert (done["accepted"], done["created"]) == (2, 1)
    assert [(it["line"], it["column"]) for it in done["rejections"]] == [(4, ""), (5, "period"), (6, "")]
    shown = made(await plans.client.get(f"/v1/investment-plans/{plan['id']}/candidates"))["items"]
    assert [it["code"] for it in shown] == ["kept", "mail"]
    assert (shown[1]["npv"], [it["amount"] for it in shown[1]["costs"]]) == ("12.5", ["10", "2.5"])
    assert shown[1]["demands"] == [{"skill": "engineer", "period": "2027-28", "quantity": "3"}]
