"""The operation on the evidence about a service."""

from uuid import UUID

from chassis.application import Now
from chassis.operations import Router, Session, found
from portfolio.asked_range import AskedRange
from portfolio.evidence.gathering import gather
from portfolio.evidence.schemas import Evidence
from portfolio.service.model import Service

router = Router("evidence")


@router.operation("GET", "/services/{service_id}/evidence", permission="portfolio:evidence:read")
async def get_evidence(service_id: UUID, within: AskedRange, session: Session, now: Now) -> Evidence:
    """Show what is known about a service in a range, part by part, and what is missing."""
    service = await found(session, Service, service_id)
    (evidence,) = await gather(session, [service], within, now)
    return evidence
