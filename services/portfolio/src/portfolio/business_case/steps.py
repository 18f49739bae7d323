"""The operations that move a business case: submission, decisions step by step, withdrawal."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session
from portfolio.approval_policy.thresholds import NoThresholds
from portfolio.business_case import actions, queries
from portfolio.business_case.model import (
    BusinessCase,
    Incomplete,
    NotAppraised,
    NotDraft,
    NotInPipeline,
    NotPending,
    NotSubmitted,
    NotYourStep,
    OwnSubmission,
)
from portfolio.business_case.schemas import BusinessCaseView
from portfolio.business_case.showing import shown
from portfolio.business_case.submission import DecidedBefore
from portfolio.business_case.terms import Ruling
from portfolio.service.gates import Act
from portfolio.service.schemas import GiveReason

router = Router("business-cases")

SUBMIT, DECIDE = "portfolio:business-case:submit", "portfolio:business-case:decide"
REASON = {"reason": "Discussed with the regions on 12 May."}
DECIDING = [NotSubmitted, OwnSubmission, DecidedBefore, NotYourStep]


async def held(business_case_id: UUID, version: ExpectedVersion, session: Session) -> BusinessCase:
    return await queries.held(session, business_case_id, version=version)


def reasoned(command: GiveReason, caller: CurrentCaller, now: Now) -> Act:
    return command.act(caller, now)


Held = Annotated[BusinessCase, Depends(held)]
Reasoned = Annotated[Act, Depends(reasoned)]


@router.operation(
    "POST",
    "/business-cases/{business_case_id}/submission",
    permission=SUBMIT,
    problems=[NotDraft, NotInPipeline, Incomplete, NoThresholds],
    example=REASON,
)
async def submit_business_case(case: Held, act: Reasoned, session: Session) -> BusinessCaseView:
    """Submit a draft: what it says is frozen, with the steps that its money needs today, and finance appraises it."""
    await actions.submit(session, case, act)
    return await shown(session, case)


@router.operation(
    "POST",
    "/business-cases/{business_case_id}/approval",
    permission=DECIDE,
    problems=[*DECIDING, NotAppraised],
    example=REASON,
)
async def approve_business_case(case: Held, act: Reasoned, session: Session, caller: CurrentCaller) -> BusinessCaseView:
    """Agree to a submission as the step that comes next; the last step approves the case."""
    await actions.decide(session, case, Ruling.APPROVED, act, caller)
    return await shown(session, case)


@router.operation(
    "POST",
    "/business-cases/{business_case_id}/rejection",
    permission=DECIDE,
    problems=DECIDING,
    example=REASON,
)
async def reject_business_case(case: Held, act: Reasoned, session: Session, caller: CurrentCaller) -> BusinessCaseView:
    """Reject a submission as the step that comes next, for good."""
    await actions.decide(session, case, Ruling.REJECTED, act, caller)
    return await shown(session, case)


@router.operation(
    "POST",
    "/business-cases/{business_case_id}/return",
    permission=DECIDE,
    problems=DECIDING,
    example=REASON,
)
async def return_business_case(case: Held, act: Reasoned, session: Session, caller: CurrentCaller) -> BusinessCaseView:
    """Return a submission as the step that comes next: it is a draft again, and what was submitted stays readable."""
    await actions.decide(session, case, Ruling.RETURNED, act, caller)
    return await shown(session, case)


@router.operation(
    "POST",
    "/business-cases/{business_case_id}/withdrawal",
    permission=SUBMIT,
    problems=[NotPending],
    example=REASON,
)
async def withdraw_business_case(case: Held, act: Reasoned, session: Session) -> BusinessCaseView:
    """Withdraw a business case that has not been decided."""
    case.withdraw(act)
    await session.flush()
    return await shown(session, case)
