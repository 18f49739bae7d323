"""Investment plans as tests need them, made through the operations, and a worker that solves them."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from chassis.chores import carry_out
from chassis.manifest import Chore
from chassis.testing import ServiceUnderTest
from portfolio.investment_plan.running import Solvers
from tests.portfolio.services import made

JSON = dict[str, Any]

YEARS = [
    {"code": "2026-27", "starts_on": "2026-04-01", "ends_on": "2027-04-01"},
    {"code": "2027-28", "starts_on": "2027-04-01", "ends_on": "2028-04-01"},
]
ENDED = ("done", "cancelled", "failed")


def candidate(code: str, npv: str | None, cost: str = "0", **said: Any) -> JSON:
    costs = [{"period": "2026-27", "kind": "capital", "amount": cost}]
    return {"code": code, "name": code, "npv": npv, "costs": costs, **said}


THREE = [candidate("a", "60", "10"), candidate("b", "100", "20"), candidate("c", "120", "30")]
FIFTY = {"objective": {"npv": "1"}, "budgets": [{"period": "2026-27", "amount": "50"}]}


def worker(solvers: Solvers) -> Chore:
    return Chore("solve investment plans", solvers.beat, 0)


@dataclass
class Plans:
    portfolio: ServiceUnderTest
    solvers: Solvers

    @property
    def client(self) -> httpx.AsyncClient:
        return self.portfolio.client

    async def begun(self, code: str = "P-1", **said: Any) -> JSON:
        command = {"code": code, "name": code, "currency": "CAD", "periods": YEARS, **said}
        return made(await self.client.post("/v1/investment-plans", json=command))

    async def read(self, plan: JSON) -> JSON:
        return made(await self.client.get(f"/v1/investment-plans/{plan['id']}"))

    async def send(self, method: str, plan: JSON, part: str, said: JSON | None = None, **by: Any) -> httpx.Response:
        """At the version that is current now."""
        client = by.pop("client", self.client)
        headers = {"If-Match": f'"{(await self.read(plan))["version"]}"'}
        path = f"/v1/investment-plans/{plan['id']}{part}"
        answer: httpx.Response = await client.request(method, path, json=said, headers=headers)
        return answer

    async def candidates(self, plan: JSON, candidates: list[JSON]) -> httpx.Response:
        return await self.send("PUT", plan, "/candidates", {"candidates": candidates})

    async def scenario(self, plan: JSON, said: JSON, code: str = "base") -> httpx.Response:
        return await self.send("PUT", plan, f"/scenarios/{code}", said)

    async def drafted(self, code: str = "P-1", candidates: list[JSON] = THREE, scenario: JSON = FIFTY) -> JSON:
        plan = await self.begun(code)
        made(await self.candidates(plan, candidates))
        made(await self.scenario(plan, scenario))
        return await self.read(plan)

    async def ask(self, plan: JSON, scenario: str = "base", what: str = "solutions", **asked: Any) -> JSON:
        command = {"scenario": scenario, **asked}
        answer = await self.client.post(f"/v1/investment-plans/{plan['id']}/{what}", json=command)
        assert answer.status_code == 202, answer.text
        return made(answer)

    async def solution(self, solution: JSON) -> JSON:
        path = f"/v1/investment-plans/{solution['investment_plan_id']}/solutions/{solution['id']}"
        return made(await self.client.get(path))

    async def beat(self, solvers: Solvers | None = None) -> None:
        await carry_out(worker(solvers or self.solvers), self.portfolio.database, self.portfolio.clock())

    async def until(self, solution: JSON, *states: str, solvers: Solvers | None = None) -> JSON:
        for _ in range(2_000):
            await self.beat(solvers)
            solution = await self.solution(solution)
            if solution["state"] in (states or ENDED):
                return solution
            await asyncio.sleep(0.03)
        raise AssertionError(f"still {solution['state']}")

    async def solved(self, plan: JSON, scenario: str = "base", **asked: Any) -> JSON:
        """The solution with its selection."""
        solution = await self.until(await self.ask(plan, scenario, **asked))
        assert solution["state"] == "done", solution["reason"]
        return solution

    async def submitted(self, plan: JSON, **asked: Any) -> JSON:
        """By `tester`."""
        solution = await self.solved(plan, **asked)
        said = {"solution_id": solution["id"], "reason": "The best that we can do"}
        return made(await self.send("POST", plan, "/submission", said))

    async def approved(self, plan: JSON) -> JSON:
        await self.submitted(plan)
        async with self.portfolio.as_caller("*:*:*", subject="ada") as ada:
            return made(await self.send("POST", plan, "/approval", {"reason": "Agreed"}, client=ada))
