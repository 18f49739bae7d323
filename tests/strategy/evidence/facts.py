"""What finance and the portfolio announce about services, as strategy hears it."""

from typing import Any
from uuid import UUID

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest

YEAR = {"starts_on": "2025-02-01", "ends_on": "2026-02-01"}


def cost(code: str, month: str, amount: str, service: UUID | None = None, **more: Any) -> dict[str, Any]:
    """A total of cost in a month such as 2025-04; of income with `income=True` and a negative amount."""
    said = {"cost_object_code": code, "service_id": str(service) if service else None, "currency": "CAD", **more}
    period = {"period_code": month, "period_starts_on": f"{month}-01", "nature": "labour"}
    return {"income": False, "amount": amount, **period, **said}


class Facts:
    def __init__(self, strategy: ServiceUnderTest) -> None:
        self.deliver = strategy.deliver

    async def posted(self, *totals: dict[str, Any]) -> None:
        await self.deliver("finance.cost-posted.v1", {"source": "s", "reference": "r", "totals": list(totals)})

    async def allocated(self, code: str, service: UUID | None, full: str, **more: Any) -> UUID:
        run = uuid7()
        line = {"cost_object_code": code, "service_id": str(service) if service else None, "full": full}
        amounts = {"direct": full, "given": "0", "received": "0"}
        whole = {"cost_in": full, "allocated": full, "unallocated": "0", "currency": "CAD"}
        fact = {"allocation_run_id": str(run), "model_code": "full-cost", **YEAR, **whole, **more}
        await self.deliver("finance.allocation-completed.v1", {**fact, "objects": [{**line, **amounts}]})
        return run

    async def charged(
        self, code: str, service: UUID | None, amount: str, *, run: UUID, replaces: UUID | None = None, **more: Any
    ) -> None:
        line = {"cost_object_code": code, "service_id": str(service) if service else None, "amount": amount}
        fact = {
            "charge_run_id": str(run),
            "replaces_charge_run_id": str(replaces) if replaces else None,
            "charge_id": str(uuid7()),
            "customer_id": str(uuid7()),
            "mode": "showback",
            "currency": "CAD",
            "total": amount,
            "services": [line],
            **YEAR,
        }
        await self.deliver("finance.charge-issued.v1", {**fact, **more})

    async def assessed(self, service: UUID, health: str | None, **more: Any) -> None:
        month = {"window": "month", "starts_on": "2025-12-01", "ends_on": "2026-01-01", "number": 1}
        counts = {"levels": 4, "measured": 2, "met": 1, "weight": "4", "weight_measured": "2", "weight_met": "1"}
        shares = {"attainment": "0.5", "coverage": "0.5", "health": health, "assessed_at": "2026-01-02T00:00:00Z"}
        fact = {"service_id": str(service), "code": "mail", **month, **counts, **shares, **more}
        await self.deliver("portfolio.performance-assessed.v1", fact)

    async def of_service(self, fact: str, id: UUID, sequence: int, **more: Any) -> None:
        said = {"service_id": str(id), "code": "mail", "name": "Mail", "kind": "customer_facing"}
        await self.deliver(f"portfolio.service-{fact}.v1", {**said, **more}, subject=id, sequence=sequence)

    async def review_opened(self, review: UUID, service: UUID, sequence: int = 1, **more: Any) -> None:
        said = {"review_id": str(review), "service_id": str(service), "trigger": "calendar"}
        found = {"recommendation": "invest", "opened_on": "2026-01-10"}
        fact = {**said, **found, **more}
        await self.deliver("portfolio.review-opened.v1", fact, subject=review, sequence=sequence)

    async def reviewed(self, review: UUID, service: UUID, sequence: int = 2, **more: Any) -> None:
        said = {"review_id": str(review), "service_id": str(service), "reason": "It is missed."}
        made = {"decision": "remediate", "decided_on": "2026-01-12", "follow_up_on": "2026-07-01"}
        fact = {**said, **made, **more}
        await self.deliver("portfolio.service-reviewed.v1", fact, subject=review, sequence=sequence)

    async def business_case(self, fact: str, case: UUID, service: UUID, sequence: int, **more: Any) -> None:
        money = {"currency": "CAD", "requested_funding": "120000.00"}
        terms = {"convention": "end_of_period", "discount_rate": "0.05", "finance_rate": None}
        said = {"business_case_id": str(case), "code": "bc-1", "number": 1, "service_id": str(service)}
        submitted: dict[str, Any] = {
            "title": "A second site",
            "options": [],
            "reinvestment_rate": None,
            **terms,
            **money,
        }
        approved: dict[str, Any] = {"option": 1, "option_name": "Build", "approved_on": "2026-01-14", **money}
        parts = {"submitted": submitted, "approved": approved}.get(fact, {"reason": "Too dear."})
        data = {**said, **parts, **more}
        await self.deliver(f"portfolio.business-case-{fact}.v1", data, subject=case, sequence=sequence)

    async def funded(self, plan: UUID, *candidates: tuple[UUID | None, list[str]]) -> None:
        funded = [
            {
                "code": f"c{number}",
                "name": f"Candidate {number}",
                "business_case_id": None,
                "service_id": str(service) if service else None,
                "category": "grow",
                "amounts": [{"period": "2026", "kind": "capital", "amount": amount} for amount in amounts],
            }
            for number, (service, amounts) in enumerate(candidates)
        ]
        people = {"submitted_by": "planner", "approved_by": "board", "approved_on": "2026-01-13"}
        said = {"investment_plan_id": str(plan), "code": "plan-26", "name": "Plan 2026", "currency": "CAD"}
        periods = [{"code": "2026", "starts_on": "2026-01-01", "ends_on": "2027-01-01"}]
        fact = {**said, **people, "solution_id": str(uuid7()), "periods": periods, "funded": funded}
        await self.deliver("portfolio.investment-plan-approved.v1", fact, subject=plan)
