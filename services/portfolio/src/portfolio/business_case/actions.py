"""Steps of a business case that look at its surroundings first, and what comes of the answers of finance."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.identity import Caller
from chassis.problems import NoSuchResource
from portfolio.approval_policy.queries import in_force
from portfolio.business_case import queries
from portfolio.business_case.content import CaseContent
from portfolio.business_case.model import BusinessCase, Chain, NotSubmitted
from portfolio.business_case.submission import BusinessCaseSubmission
from portfolio.business_case.terms import Ruling
from portfolio.service.gates import Act
from portfolio.service.model import Service
from portfolio.service.terms import Status

MOVES = {
    Ruling.APPROVED: BusinessCase.approve,
    Ruling.REJECTED: BusinessCase.reject,
    Ruling.RETURNED: BusinessCase.send_back,
}


async def begin(session: AsyncSession, content: CaseContent, *, code: str, service_id: UUID) -> BusinessCase:
    status = await _service_status(session, service_id)
    case = BusinessCase.begin(content, code=code, service_id=service_id, service_status=status)
    session.add(case)
    await session.flush()
    return case


async def submit(session: AsyncSession, case: BusinessCase, act: Act) -> None:
    status = await _service_status(session, case.service_id)
    submission = case.submit(act, policy=await in_force(session), service_status=status)
    await session.flush()
    session.add(submission)
    await session.flush()


async def decide(session: AsyncSession, case: BusinessCase, outcome: Ruling, act: Act, caller: Caller) -> None:
    """`act` is that of `caller`."""
    submission = await queries.last_submission(session, case.id)
    if submission is None:
        raise NotSubmitted(f"{case.code} has never been submitted.")
    deciders = {decision.decided_by for decision in await queries.decisions_on(session, submission)}
    decision = MOVES[outcome](case, act, Chain(submission, deciders, caller.may))
    session.add(decision)
    await session.flush()


async def hear(session: AsyncSession, id: UUID, number: int, *, at: datetime, **answer: Any) -> None:
    """Finance has answered a submission, with what `BusinessCaseSubmission.answer` takes. Answers to what is not known
    here are nobody's; each submission keeps its own, so that none overwrites that of a newer one."""
    submission = await session.get(BusinessCaseSubmission, (id, number))
    if submission is None:
        return
    case = await queries.held(session, id)
    await session.refresh(submission)
    if submission.answer(at, **answer):
        case.hear(number)
    await session.flush()


async def _service_status(session: AsyncSession, id: UUID) -> Status:
    """Which stays as it is until the transaction ends."""
    query = select(Service.status).where(Service.id == id).with_for_update(read=True)
    status = await session.scalar(query)
    if status is None:
        raise NoSuchResource(f"There is no Service with the id {id}.")
    return status
