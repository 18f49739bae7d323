"""The operations on business cases, but for those that move them through their life."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code
from portfolio.business_case import actions, queries
from portfolio.business_case.comparison import ComparisonView, compared
from portfolio.business_case.content import CaseContent
from portfolio.business_case.model import BusinessCase, CodeTaken, NotDraft, NotInPipeline
from portfolio.business_case.schemas import (
    BeginBusinessCase,
    BusinessCaseSummary,
    BusinessCaseView,
    DescribeBusinessCase,
    Number,
    SetAssumptions,
    SetOptions,
    SetResourceDemands,
    SetRisks,
    SubmissionSummary,
    SubmissionView,
)
from portfolio.business_case.showing import shown, submission_shown
from portfolio.business_case.submission import BusinessCaseSubmission
from portfolio.business_case.terms import CaseStatus

router = Router("business-cases")

READ, WRITE = "portfolio:business-case:read", "portfolio:business-case:write"
OPTIONS = {
    "options": [
        {"name": "Do nothing", "does_nothing": True, "flows": []},
        {
            "name": "Replace it",
            "preferred": True,
            "flows": [
                {"kind": "capital", "period": 0, "amount": "-40000"},
                {"kind": "benefit_hard", "period": 1, "amount": "5000"},
                {"kind": "benefit_hard", "period": 2, "amount": "8000"},
                {"kind": "benefit_hard", "period": 3, "amount": "12000"},
                {"kind": "benefit_hard", "period": 4, "amount": "30000"},
            ],
        },
    ]
}
RISKS = {"risks": [{"statement": "The vendor is late", "likelihood": 3, "impact": 4, "response": "Fixed price"}]}
ASSUMPTIONS = {"assumptions": [{"statement": "Prices rise by 2 % a year", "source": "Central bank"}]}
DEMANDS = {"resource_demands": [{"skill": "engineer", "period": 0, "quantity": "120", "unit": "person days"}]}
DESCRIPTION = {
    "title": "Replace the mail platform",
    "owner": "Head of workplace",
    "currency": "CAD",
    "requested_funding": "40000",
    "convention": "first_flow_now",
    "discount_rate": "0.08",
    **OPTIONS,
    **RISKS,
    **ASSUMPTIONS,
    **DEMANDS,
}


@router.operation(
    "POST",
    "/business-cases",
    permission=WRITE,
    problems=[CodeTaken, NotInPipeline],
    status=201,
    example={**DESCRIPTION, "code": "BC-2026-014", "service_id": "0198c0de-0000-7000-8000-000000000001"},
)
async def begin_business_case(command: BeginBusinessCase, session: Session) -> BusinessCaseView:
    """Begin a business case for a service of the pipeline, as a draft."""
    said = dict(command)
    code, service_id = said.pop("code"), said.pop("service_id")
    case = await actions.begin(session, CaseContent.model_construct(**said), code=code, service_id=service_id)
    return await shown(session, case)


@router.operation("GET", "/business-cases", permission=READ)
async def list_business_cases(
    session: Session,
    asked: AskedPage,
    service_id: UUID | None = None,
    status: CaseStatus | None = None,
    code: Code | None = None,
) -> Page[BusinessCaseSummary]:
    """List business cases."""
    wanted = {"service_id": service_id, "status": status, "code": code}
    query = select(BusinessCase).filter_by(**{name: value for name, value in wanted.items() if value is not None})
    return await page(session, query, asked, sorts={"code": BusinessCase.code}, tie=BusinessCase.id)


@router.operation("GET", "/business-cases/{business_case_id}", permission=READ)
async def get_business_case(business_case_id: UUID, session: Session) -> BusinessCaseView:
    """Show a business case, who has agreed so far, and the figures that finance has answered with."""
    return await shown(session, await found(session, BusinessCase, business_case_id))


@router.operation(
    "PUT", "/business-cases/{business_case_id}", permission=WRITE, problems=[NotDraft], example=DESCRIPTION
)
async def describe_business_case(
    business_case_id: UUID, command: DescribeBusinessCase, version: ExpectedVersion, session: Session
) -> BusinessCaseView:
    """Change all that a draft says."""
    case = await queries.held(session, business_case_id, version=version)
    case.describe(command)
    await session.flush()
    return await shown(session, case)


async def _change(session: Session, id: UUID, version: int, **parts: Any) -> BusinessCaseView:
    case = await queries.held(session, id, version=version)
    case.describe(case.said.with_parts(**parts))
    await session.flush()
    return await shown(session, case)


@router.operation(
    "PUT", "/business-cases/{business_case_id}/options", permission=WRITE, problems=[NotDraft], example=OPTIONS
)
async def set_options(
    business_case_id: UUID, command: SetOptions, version: ExpectedVersion, session: Session
) -> BusinessCaseView:
    """Set the options of a draft, in place of those that were there."""
    return await _change(session, business_case_id, version, options=command.options)


@router.operation(
    "PUT", "/business-cases/{business_case_id}/risks", permission=WRITE, problems=[NotDraft], example=RISKS
)
async def set_risks(
    business_case_id: UUID, command: SetRisks, version: ExpectedVersion, session: Session
) -> BusinessCaseView:
    """Set the risks of a draft, in place of those that were there."""
    return await _change(session, business_case_id, version, risks=command.risks)


@router.operation(
    "PUT", "/business-cases/{business_case_id}/assumptions", permission=WRITE, problems=[NotDraft], example=ASSUMPTIONS
)
async def set_assumptions(
    business_case_id: UUID, command: SetAssumptions, version: ExpectedVersion, session: Session
) -> BusinessCaseView:
    """Set the assumptions of a draft, in place of those that were there."""
    return await _change(session, business_case_id, version, assumptions=command.assumptions)


@router.operation(
    "PUT", "/business-cases/{business_case_id}/resource-demands", permission=WRITE, problems=[NotDraft], example=DEMANDS
)
async def set_resource_demands(
    business_case_id: UUID, command: SetResourceDemands, version: ExpectedVersion, session: Session
) -> BusinessCaseView:
    """Set how much of which skill a draft needs when, in place of what was there."""
    return await _change(session, business_case_id, version, resource_demands=command.resource_demands)


@router.operation("GET", "/business-cases/{business_case_id}/submissions", permission=READ)
async def list_submissions(business_case_id: UUID, session: Session, asked: AskedPage) -> Page[SubmissionSummary]:
    """List what was submitted, each time with the steps that it needed."""
    await found(session, BusinessCase, business_case_id)
    number = BusinessCaseSubmission.number
    return await page(session, queries.submissions_of(business_case_id), asked, sorts={"number": number}, tie=number)


@router.operation("GET", "/business-cases/{business_case_id}/submissions/{number}", permission=READ)
async def get_submission(business_case_id: UUID, number: Number, session: Session) -> SubmissionView:
    """Show a submission as it was, with what was decided on it and what finance answered."""
    case = await found(session, BusinessCase, business_case_id)
    return await submission_shown(session, case, await queries.submission_with(session, case.id, number))


@router.operation("GET", "/business-cases/{business_case_id}/comparison", permission=READ)
async def compare_options(
    business_case_id: UUID,
    session: Session,
    number: Annotated[
        Number | None, Query(description="Of an earlier submission; else what the case says now.")
    ] = None,
    soft_benefits: Annotated[bool, Query(description="Whether soft benefits count in the figures.")] = False,
) -> ComparisonView:
    """Compare the options side by side: sums by kind and period, figures, the difference to doing nothing."""
    case = await found(session, BusinessCase, business_case_id)
    submission = await session.get(BusinessCaseSubmission, (case.id, case.number if number is None else number))
    if number is not None and submission is None:
        submission = await queries.submission_with(session, case.id, number)
    return compared(case, submission, soft_benefits=soft_benefits)
