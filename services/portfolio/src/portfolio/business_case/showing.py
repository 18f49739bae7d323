"""A business case as callers see it, put together of the case, its submissions, decisions and figures."""

from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.business_case import queries
from portfolio.business_case.model import BusinessCase
from portfolio.business_case.schemas import (
    AppraisalView,
    ApprovalView,
    BusinessCaseView,
    ContentView,
    DecisionView,
    SubmissionSummary,
    SubmissionView,
)
from portfolio.business_case.submission import BusinessCaseDecision, BusinessCaseSubmission
from portfolio.business_case.terms import CaseStatus


async def shown(session: AsyncSession, case: BusinessCase) -> BusinessCaseView:
    last = await queries.last_submission(session, case.id)
    answered = case.answered_number and await queries.submission_with(session, case.id, case.answered_number)
    return BusinessCaseView(
        **dict(ContentView.model_validate(case.content)),
        id=case.id,
        code=case.code,
        service_id=case.service_id,
        status=case.status,
        number=case.number,
        approval=_approval(case, last, await queries.decisions_on(session, last)) if last else None,
        appraisal=appraisal(case, answered) if answered else None,
        version=case.version,
    )


async def submission_shown(
    session: AsyncSession, case: BusinessCase, submission: BusinessCaseSubmission
) -> SubmissionView:
    return SubmissionView(
        **dict(SubmissionSummary.model_validate(submission)),
        content=ContentView.model_validate(submission.content),
        decisions=_decisions(await queries.decisions_on(session, submission)),
        appraisal=appraisal(case, submission),
    )


def appraisal(case: BusinessCase, submission: BusinessCaseSubmission) -> AppraisalView | None:
    if submission.answered_at is None:
        return None
    investment = submission.investment_id
    return AppraisalView.model_validate(
        {
            "number": submission.number,
            "current": submission.number == case.number,
            "appraised_at": submission.answered_at,
            "investment_id": investment,
            "refused_reason": submission.refused_reason,
            "options": submission.figures or [],
            "benefits": f"/finance/v1/investments/{investment}/benefits" if investment else None,
        }
    )


def _approval(
    case: BusinessCase, submission: BusinessCaseSubmission, decisions: list[BusinessCaseDecision]
) -> ApprovalView:
    steps = submission.chain
    return ApprovalView(
        number=submission.number,
        submitted_by=submission.submitted_by,
        submitted_at=submission.submitted_at,
        policy_version=submission.policy_version,
        steps=steps,
        decisions=_decisions(decisions),
        next_step=steps[case.approved_steps] if case.status is CaseStatus.SUBMITTED else None,
    )


def _decisions(decisions: list[BusinessCaseDecision]) -> list[DecisionView]:
    return [DecisionView.model_validate(decision) for decision in decisions]
