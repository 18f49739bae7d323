"""What is kept of a service beside the service itself: each step of its life, and its names in other systems."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import uuid7
from portfolio.db import Base
from portfolio.service.terms import Status, Step


class ExternalId(Base):
    """The id under which another system (the source) knows a service. `absent_since` it is missing from the complete
    list of that source."""

    __tablename__ = "external_ids"

    source: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"), index=True)
    absent_since: Mapped[datetime | None]


class Transition(Base):
    """One step of a service's life. Ids rise with time, so that steps of one instant stay in order.

    `ended` are sentences about the relations that ended with it. A service that loses a relation because the other one
    goes takes no step of its own: its status is then as it was seen at that moment."""

    __tablename__ = "transitions"
    __table_args__ = (Index("ix_transitions_service_id_at_id", "service_id", "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    step: Mapped[Step]
    from_status: Mapped[Status | None]
    to_status: Mapped[Status]
    at: Mapped[datetime]
    by: Mapped[str]
    reason: Mapped[str]
    evidence: Mapped[str | None]
    waived_by: Mapped[str | None]
    ended: Mapped[list[str]] = mapped_column(ARRAY(Text))
