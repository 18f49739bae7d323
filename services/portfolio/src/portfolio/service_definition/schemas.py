"""What callers send and see of service definitions."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from portfolio.service.schemas import DescribeService
from portfolio.service_definition.model import DefinitionStatus


class DraftServiceDefinition(DescribeService):
    service_id: UUID


class ServiceDefinitionView(DraftServiceDefinition):
    """`active_until` is null while it is active."""

    id: UUID
    number: int | None = Field(description="In the order in which definitions became active; null for a draft.")
    status: DefinitionStatus
    based_on: int = Field(
        description="The number of the definition that it superseded or, as a draft, is to supersede."
    )
    drafted_at: datetime
    drafted_by: str
    active_from: datetime | None
    active_until: datetime | None
    activated_by: str | None
    reason: str | None
    version: int
