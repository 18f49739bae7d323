"""What the portfolio announces about opportunities."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from portfolio.opportunity.terms import SubjectKind


class OpportunityFound(Event, type="portfolio.opportunity-found.v1"):
    """A rule found it; `again` after it had lapsed, or was decided on evidence that has changed since."""

    opportunity_id: UUID
    rule: str
    rule_version: int
    subject_kind: SubjectKind
    subject_id: UUID
    subject_label: str
    sentence: str
    found_on: date
    again: bool


class OpportunityAccepted(Event, type="portfolio.opportunity-accepted.v1"):
    """It has become the proposal of a service."""

    opportunity_id: UUID
    rule: str
    subject_kind: SubjectKind
    subject_id: UUID
    service_id: UUID
    service_code: str
    accepted_on: date


class OpportunityDismissed(Event, type="portfolio.opportunity-dismissed.v1"):
    """Nothing comes of it while its evidence stays."""

    opportunity_id: UUID
    rule: str
    subject_kind: SubjectKind
    subject_id: UUID
    reason: str
    dismissed_on: date


class OpportunityLapsed(Event, type="portfolio.opportunity-lapsed.v1"):
    """It was open, and its rule does not find it any more."""

    opportunity_id: UUID
    rule: str
    subject_kind: SubjectKind
    subject_id: UUID
    lapsed_on: date
