"""An outage: a span of time in which a service does not work, planned or not."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from portfolio.db import Base
from portfolio.outage.availability import Down


class ExternalIdTaken(Conflict, code="portfolio.outage.external-id-taken", constraint="uq_outages_source_external_id"):
    """Another outage has this external id."""


class HalfIdentified(Invalid, code="portfolio.outage.half-identified"):
    """An external id needs its source, and a source the id there."""


class ImpossibleSpan(Invalid, code="portfolio.outage.impossible-span"):
    """An outage ends after it begins; a planned one has an end, and one that was not planned has begun."""


class AlreadyRetracted(Conflict, code="portfolio.outage.already-retracted"):
    """The outage has been retracted."""


class OutageKind(StrEnum):
    PLANNED = "planned"
    UNPLANNED = "unplanned"


class Outage(Aggregate, Base):
    """`ends_at` null: it still runs. One that was retracted is kept, and counts nowhere."""

    __tablename__ = "outages"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        Index("ix_outages_service_id_starts_at", "service_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="span"),
        CheckConstraint("kind = 'unplanned' OR ends_at IS NOT NULL", name="planned"),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="external_id"),
        CheckConstraint("(retracted_at IS NULL) = (retracted_reason IS NULL)", name="retracted"),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    kind: Mapped[OutageKind]
    summary: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    source: Mapped[str | None]
    external_id: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    retracted_at: Mapped[datetime | None]
    retracted_by: Mapped[str | None]
    retracted_reason: Mapped[str | None]

    @classmethod
    def begin(
        cls,
        *,
        service_id: UUID,
        kind: OutageKind,
        starts_at: datetime,
        ends_at: datetime | None,
        summary: str,
        by: str,
        at: datetime,
        source: str | None = None,
        external_id: str | None = None,
    ) -> "Outage":
        if (source is None) != (external_id is None):
            raise HalfIdentified
        outage = cls(service_id=service_id, source=source, external_id=external_id)
        outage.correct(kind=kind, starts_at=starts_at, ends_at=ends_at, summary=summary, by=by, at=at)
        return outage

    def correct(
        self, *, kind: OutageKind, starts_at: datetime, ends_at: datetime | None, summary: str, by: str, at: datetime
    ) -> None:
        """What is said of it now, such as its end once it is over."""
        if self.retracted_at:
            raise AlreadyRetracted(f"By {self.retracted_by}: {self.retracted_reason}")
        if ends_at is not None and ends_at <= starts_at:
            raise ImpossibleSpan(f"It ends at {ends_at.isoformat()}, not after {starts_at.isoformat()}.")
        if kind is OutageKind.PLANNED and ends_at is None:
            raise ImpossibleSpan("A planned outage says when it ends; what lasts longer is one that was not planned.")
        if kind is OutageKind.UNPLANNED and max(starts_at, ends_at or starts_at) > at:
            raise ImpossibleSpan("An outage that was not planned neither begins nor ends in the future.")
        self.kind, self.starts_at, self.ends_at, self.summary = kind, starts_at, ends_at, summary
        self.recorded_at, self.recorded_by = at, by

    def retract(self, *, reason: str, by: str, at: datetime) -> None:
        """It was none."""
        if self.retracted_at:
            raise AlreadyRetracted(f"By {self.retracted_by}: {self.retracted_reason}")
        self.retracted_at, self.retracted_by, self.retracted_reason = at, by, reason

    @property
    def down(self) -> Down:
        return Down(self.kind is OutageKind.PLANNED, self.starts_at, self.ends_at)
