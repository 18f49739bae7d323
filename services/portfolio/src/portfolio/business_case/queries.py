"""Questions about business cases, each answered by one statement."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import found
from chassis.problems import NoSuchResource
from portfolio.business_case.model import BusinessCase
from portfolio.business_case.submission import BusinessCaseDecision, BusinessCaseSubmission
from portfolio.business_case.terms import CaseStatus


async def held(session: AsyncSession, id: UUID, *, version: int | None = None) -> BusinessCase:
    """The case, at this version if one is given; whoever else would change it waits until the transaction ends."""
    await session.execute(select(BusinessCase.id).where(BusinessCase.id == id).with_for_update())
    return await found(session, BusinessCase, id, version=version)


def submissions_of(case_id: UUID) -> Select[BusinessCaseSubmission]:
    return select(BusinessCaseSubmission).where(BusinessCaseSubmission.business_case_id == case_id)


async def submission_with(session: AsyncSession, case_id: UUID, number: int) -> BusinessCaseSubmission:
    submission = await session.get(BusinessCaseSubmission, (case_id, number))
    if submission is None:
        raise NoSuchResource(f"The business case has no submission {number}.")
    return submission


async def last_submission(session: AsyncSession, case_id: UUID) -> BusinessCaseSubmission | None:
    newest = submissions_of(case_id).order_by(BusinessCaseSubmission.number.desc()).limit(1)
    return await session.scalar(newest)


async def decisions_on(session: AsyncSession, submission: BusinessCaseSubmission) -> list[BusinessCaseDecision]:
    decision = BusinessCaseDecision
    query = select(decision).where(
        decision.business_case_id == submission.business_case_id, decision.number == submission.number
    )
    return list(await session.scalars(query.order_by(decision.step)))


async def approved(session: AsyncSession, service_id: UUID, *, code: str | None) -> BusinessCase | None:
    """An approved case of this service: the one with the code, or without one the newest."""
    query = select(BusinessCase).where(
        BusinessCase.service_id == service_id, BusinessCase.status == CaseStatus.APPROVED
    )
    if code is not None:
        query = query.where(BusinessCase.code == code)
    return await session.scalar(query.order_by(BusinessCase.id.desc()).limit(1))
