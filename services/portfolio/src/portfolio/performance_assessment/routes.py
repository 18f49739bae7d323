"""The operations on performance assessments."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from chassis.application import Now
from chassis.operations import Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.text import Day
from portfolio.performance_assessment.closed_windows import assess_closed
from portfolio.performance_assessment.model import PerformanceAssessment
from portfolio.performance_assessment.schemas import AssessmentRunView, PerformanceAssessmentView
from portfolio.service_level.terms import Window

router = Router("performance-assessments")

READ, WRITE = "portfolio:performance-assessment:read", "portfolio:performance-assessment:write"
P = PerformanceAssessment


@router.operation("POST", "/performance-assessments", permission=WRITE)
async def assess_performance(session: Session, now: Now) -> AssessmentRunView:
    """Calculate availabilities and assess services for the windows that have closed, before the clock does so."""
    return AssessmentRunView.model_validate(await assess_closed(session, now))


@router.operation("GET", "/performance-assessments", permission=READ)
async def list_performance_assessments(
    session: Session,
    asked: AskedPage,
    service_id: UUID | None = None,
    window: Window | None = None,
    starting_from: Annotated[Day | None, Query(description="Windows that begin on this day or later.")] = None,
    starting_before: Annotated[Day | None, Query(description="Windows that begin before this day.")] = None,
) -> Page[PerformanceAssessmentView]:
    """List what services came to, window by window."""
    query = select(P).where(P.number > 0)
    if service_id:
        query = query.where(P.service_id == service_id)
    if window:
        query = query.where(P.window == window)
    if starting_from:
        query = query.where(P.starts_on >= starting_from)
    if starting_before:
        query = query.where(P.starts_on < starting_before)
    return await page(session, query, asked, sorts={"starts_on": P.starts_on}, tie=P.id)
