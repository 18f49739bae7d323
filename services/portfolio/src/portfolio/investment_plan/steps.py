"""The operations that move an investment plan: submission, approval, return, withdrawal."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session
from chassis.problems import NoSuchResource
from portfolio.investment_plan import actions, queries
from portfolio.investment_plan.model import (
    InvestmentPlan,
    NoSelection,
    NotDraft,
    NotPending,
    NotSubmitted,
    Outdated,
    OwnSubmission,
)
from portfolio.investment_plan.schemas import InvestmentPlanView, SubmitPlan
from portfolio.service.schemas import GiveReason

router = Router("investment-plans")

SUBMIT, APPROVE = "portfolio:investment-plan:submit", "portfolio:investment-plan:approve"
REASON = {"reason": "Agreed by the investment board of March."}


async def held(investment_plan_id: UUID, version: ExpectedVersion, session: Session) -> InvestmentPlan:
    return await queries.held(session, investment_plan_id, version=version)


Held = Annotated[InvestmentPlan, Depends(held)]


@router.operation(
    "POST",
    "/investment-plans/{investment_plan_id}/submission",
    permission=SUBMIT,
    problems=[NotDraft, NoSelection, Outdated, NoSuchResource],
    example={**REASON, "solution_id": "0198c0de-0000-7000-8000-000000000001"},
)
async def submit_investment_plan(
    plan: Held, command: SubmitPlan, session: Session, caller: CurrentCaller, now: Now
) -> InvestmentPlanView:
    """Submit a solution of what the plan says now."""
    solution = await queries.solution_of(session, plan.id, command.solution_id)
    await actions.submit(session, plan, solution, reason=command.reason, by=caller.subject, at=now)
    return InvestmentPlanView.model_validate(plan)


@router.operation(
    "POST",
    "/investment-plans/{investment_plan_id}/approval",
    permission=APPROVE,
    problems=[NotSubmitted, OwnSubmission],
    example=REASON,
)
async def approve_investment_plan(
    plan: Held, command: GiveReason, session: Session, caller: CurrentCaller, now: Now
) -> InvestmentPlanView:
    """Approve a submitted plan, by somebody else; it never changes from now on, and finance opens its budgets."""
    await actions.approve(session, plan, reason=command.reason, by=caller.subject, at=now)
    return InvestmentPlanView.model_validate(plan)


@router.operation(
    "POST",
    "/investment-plans/{investment_plan_id}/return",
    permission=APPROVE,
    problems=[NotSubmitted, OwnSubmission],
    example=REASON,
)
async def return_investment_plan(
    plan: Held, command: GiveReason, session: Session, caller: CurrentCaller, now: Now
) -> InvestmentPlanView:
    """Return a submitted plan, by somebody else: it is a draft again."""
    plan.send_back(reason=command.reason, by=caller.subject, at=now)
    await session.flush()
    return InvestmentPlanView.model_validate(plan)


@router.operation(
    "POST",
    "/investment-plans/{investment_plan_id}/withdrawal",
    permission=SUBMIT,
    problems=[NotPending],
    example=REASON,
)
async def withdraw_investment_plan(
    plan: Held, command: GiveReason, session: Session, caller: CurrentCaller, now: Now
) -> InvestmentPlanView:
    """Withdraw an investment plan that is not approved."""
    plan.withdraw(reason=command.reason, by=caller.subject, at=now)
    await session.flush()
    return InvestmentPlanView.model_validate(plan)
