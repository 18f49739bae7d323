"""Plans as they are shown: with their progress, and with what keeps the service today."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.retirement_plan import queries
from portfolio.retirement_plan.model import RetirementPlan
from portfolio.retirement_plan.schemas import RetirementPlanView
from portfolio.retirement_plan.terms import ItemState, RetirementStatus, Whereabouts
from portfolio.service.gates import before_retirement

NOBODY = {"customers": 0, "subscriptions": 0, "quantity": Decimal(0)}
NOTHING: dict[str, int] = {**dict.fromkeys(ItemState, 0), "open_required": 0}


async def shown(session: AsyncSession, plan: RetirementPlan, today: date) -> RetirementPlanView:
    await session.flush()
    return (await all_shown(session, [plan], today))[0]


async def all_shown(session: AsyncSession, plans: Sequence[RetirementPlan], today: date) -> list[RetirementPlanView]:
    ids = [plan.id for plan in plans]
    open_ones = [plan.service_id for plan in plans if plan.status is RetirementStatus.OPEN]
    held = await queries.held(session, open_ones, today) if open_ones else {}
    progress = await queries.progress(session, ids, today)
    checklists = await queries.checklists(session, ids)
    return [
        RetirementPlanView.model_validate(
            {
                **{name: getattr(plan, name) for name in SAID},
                "overdue": plan.is_overdue(today),
                "customers": {state: progress[plan.id].get(state, NOBODY) for state in Whereabouts},
                "checklist": checklists.get(plan.id, NOTHING),
                "blockers": before_retirement(
                    plan.service_id, held[plan.service_id], today=today, retires_on=plan.ends_on
                )
                if plan.status is RetirementStatus.OPEN
                else [],
            }
        )
        for plan in plans
    ]


SAID = RetirementPlanView.model_fields.keys() - {"overdue", "customers", "checklist", "blockers"}
