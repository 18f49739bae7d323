"""What the portfolio announces about services. Dates are the first day on which the fact holds."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from portfolio.service.terms import Kind


class ServiceProposed(Event, type="portfolio.service-proposed.v1"):
    service_id: UUID
    code: str
    name: str
    kind: Kind


class ServiceChanged(Event, type="portfolio.service-changed.v1"):
    service_id: UUID
    code: str
    name: str
    kind: Kind
    owner: str | None


class ServiceApproved(Event, type="portfolio.service-approved.v1"):
    service_id: UUID
    code: str
    approved_on: date


class ServiceChartered(Event, type="portfolio.service-chartered.v1"):
    service_id: UUID
    code: str
    name: str
    kind: Kind
    chartered_on: date


class ServiceLaunched(Event, type="portfolio.service-launched.v1"):
    service_id: UUID
    code: str
    name: str
    kind: Kind
    launched_on: date


class ServiceRejected(Event, type="portfolio.service-rejected.v1"):
    service_id: UUID
    code: str
    name: str
    kind: Kind
    rejected_on: date


class ServiceWithdrawn(Event, type="portfolio.service-withdrawn.v1"):
    """It leaves the pipeline without having been launched."""

    service_id: UUID
    code: str
    name: str
    kind: Kind
    withdrawn_on: date


class ServiceRetiring(Event, type="portfolio.service-retiring.v1"):
    """`retires_on` is the first day without the service. A later fact may put it off or bring it nearer."""

    service_id: UUID
    code: str
    retires_on: date
    replacement_id: UUID | None


class ServiceRetirementCancelled(Event, type="portfolio.service-retirement-cancelled.v1"):
    service_id: UUID
    code: str


class ServiceRetired(Event, type="portfolio.service-retired.v1"):
    service_id: UUID
    code: str
    name: str
    kind: Kind
    retired_on: date
    replacement_id: UUID | None
