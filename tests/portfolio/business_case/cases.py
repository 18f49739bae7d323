"""Business cases as tests need them, made through the operations, and the answers that finance would give."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services, made

JSON = dict[str, Any]

OWNER = {"name": "Portfolio owner", "permission": "portfolio:business-case:approve"}
CONTROLLER = {"name": "Finance controller", "permission": "finance:budget:approve"}
BOARD = {"name": "Investment board", "permission": "portfolio:business-case:endorse"}
TIERS = [
    {"up_to": "50000", "steps": [OWNER]},
    {"up_to": "1000000", "steps": [OWNER, CONTROLLER]},
    {"up_to": None, "steps": [OWNER, CONTROLLER, BOARD]},
]
POLICY = {"reason": "Delegation of authority", "scales": [{"currency": "CAD", "tiers": TIERS}]}
NOTHING: JSON = {"name": "Do nothing", "does_nothing": True}
REPLACE: JSON = {
    "name": "Replace it",
    "preferred": True,
    "flows": [
        {"kind": "capital", "period": 0, "amount": "-40000"},
        *(
            {"kind": "benefit_hard", "period": period, "amount": amount}
            for period, amount in enumerate(("5000", "8000", "12000", "30000"), 1)
        ),
    ],
}
SAID: JSON = {
    "title": "Replace the mail platform",
    "owner": "Head of workplace",
    "currency": "CAD",
    "requested_funding": "40000",
    "discount_rate": "0.08",
    "options": [NOTHING, REPLACE],
}
VALUE = {"npv": "3065.22", "irr_state": "one", "irrs": ["0.105822598409"]}
FIGURES = {
    **VALUE,
    "mirr": None,
    "payback": "3.5",
    "discounted_payback": None,
    "profitability_index": "1.076630566704",
    "return_on_investment": None,
    "equivalent_annual_value": "925.45",
    "life": "4",
}
ZERO: JSON = dict.fromkeys(FIGURES) | {"npv": "0.00", "irr_state": "none", "irrs": [], "life": "0"}


def answered(number: int, name: str, figures: JSON, hard: JSON | None = None) -> JSON:
    """One option as finance announces it; doing nothing is the first."""
    hard = hard or figures
    value = {key: figures[key] for key in VALUE}
    increment = {**value, "without_soft_benefits": {key: hard[key] for key in VALUE}}
    said = {"number": number, "name": name, "does_nothing": number == 1, "npv_without_soft_benefits": hard["npv"]}
    return {**said, **figures, "without_soft_benefits": hard, "increment": None if number == 1 else increment}


ANSWERED = [answered(1, "Do nothing", ZERO), answered(2, "Replace it", FIGURES)]


@dataclass
class Cases:
    portfolio: ServiceUnderTest
    services: Services
    _clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def policy(self, **stated: Any) -> JSON:
        version = made(await self.portfolio.client.get("/v1/approval-policy"))["version"]
        return made(await self.set_policy({**POLICY, **stated}, version=version))

    async def set_policy(self, policy: JSON, *, version: int) -> httpx.Response:
        headers = {"If-Match": f'"{version}"'}
        return await self.portfolio.client.put("/v1/approval-policy", json=policy, headers=headers)

    def by(self, subject: str, *permissions: str) -> httpx.AsyncClient:
        """Somebody who may do everything, or just what is named."""
        name = f"{subject} {permissions}"
        if name not in self._clients:
            self._clients[name] = self.portfolio.as_caller(*(permissions or ("*:*:*",)), subject=subject)
        return self._clients[name]

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def drafted(self, code: str = "BC-1", *, service: JSON | None = None, **said: Any) -> JSON:
        service = service or await self.services.proposed(f"service-of-{code}")
        command = {**SAID, "code": code, "service_id": service["id"], **said}
        return made(await self.portfolio.client.post("/v1/business-cases", json=command))

    async def read(self, case: JSON) -> JSON:
        return made(await self.portfolio.client.get(f"/v1/business-cases/{case['id']}"))

    async def step(
        self, case: JSON, step: str, by: str = "tester", *permissions: str, version: int | None = None
    ) -> httpx.Response:
        """At the version that is current now, unless another is given."""
        version = version or (await self.read(case))["version"]
        return await self.by(by, *permissions).post(
            f"/v1/business-cases/{case['id']}/{step}",
            json={"reason": f"Time for {step}"},
            headers={"If-Match": f'"{version}"'},
        )

    async def change(self, case: JSON, part: str, said: JSON, *, version: int | None = None) -> httpx.Response:
        return await self.portfolio.client.put(
            f"/v1/business-cases/{case['id']}{part}",
            json=said,
            headers={"If-Match": f'"{version or case["version"]}"'},
        )

    async def submitted(self, code: str = "BC-1", **said: Any) -> JSON:
        """By `tester`, under the policy that is there or else the usual one."""
        if not made(await self.portfolio.client.get("/v1/approval-policy"))["version"]:
            await self.policy()
        return made(await self.step(await self.drafted(code, **said), "submission"))

    async def answer(self, case: JSON, *, number: int = 1, options: list[JSON] | None = None) -> str:
        """Finance answers with figures; the id of its investment."""
        id = uuid7()
        fact = {
            "investment_id": str(id),
            "case_reference": None,
            "business_case_id": case["id"],
            "business_case_number": number,
            "currency": "CAD",
            "convention": "first_flow_now",
            "discount_rate": "0.08",
            "options": ANSWERED if options is None else options,
        }
        await self.portfolio.deliver("finance.investment-appraised.v1", fact, subject=id)
        return str(id)

    async def refuse(self, case: JSON, reason: str, *, number: int = 1) -> None:
        fact = {"business_case_id": case["id"], "business_case_number": number, "reason": reason}
        await self.portfolio.deliver("finance.appraisal-refused.v1", fact)

    async def appraised(self, code: str = "BC-1", **said: Any) -> JSON:
        case = await self.submitted(code, **said)
        await self.answer(case)
        return await self.read(case)

    async def approved(self, code: str = "BC-1", **said: Any) -> JSON:
        return made(await self.step(await self.appraised(code, **said), "approval", "ada"))
