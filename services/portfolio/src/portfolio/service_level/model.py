"""A service level: a promise about a service that can be measured."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from portfolio.db import Base
from portfolio.service.model import Service
from portfolio.service.terms import GONE, Stage


class ExternalIdTaken(
    Conflict, code="portfolio.service-level.external-id-taken", constraint="uq_service_levels_source_external_id"
):
    """Another service level has this external id."""


class NameTaken(Conflict, code="portfolio.service-level.name-taken", constraint="uq_service_levels_service_id_name"):
    """The service already has a service level of this name."""


class ImpossibleTarget(Invalid, code="portfolio.service-level.impossible-target"):
    """The metric can never reach this target."""


class HalfIdentified(Invalid, code="portfolio.service-level.half-identified"):
    """An external id needs its source, and a source the id there."""


class LastPromise(Conflict, code="portfolio.service-level.last-promise"):
    """A service in the catalog keeps at least one service level."""


class Ended(Conflict, code="portfolio.service-level.ended"):
    """A service that is gone promises nothing any more."""


class Metric(StrEnum):
    AVAILABILITY = "availability"
    RESPONSE_TIME = "response_time"
    RESOLUTION_TIME = "resolution_time"
    FULFILMENT_TIME = "fulfilment_time"
    THROUGHPUT = "throughput"
    OTHER = "other"


class Window(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Direction(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class ServiceLevel(Aggregate, Base):
    """`target` is in `unit`, measured over each `window`; `direction` says on which side of it the promise is kept.

    A promise without a number so far has no target: it can be neither kept nor broken. `ended_on` is the first day
    without its service."""

    __tablename__ = "service_levels"
    __table_args__ = (
        UniqueConstraint("service_id", "name"),
        UniqueConstraint("source", "external_id"),
        CheckConstraint("target <> 'NaN'", name="target"),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="external_id"),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    name: Mapped[str]
    metric: Mapped[Metric]
    target: Mapped[Decimal | None]
    unit: Mapped[str]
    window: Mapped[Window]
    direction: Mapped[Direction]
    source: Mapped[str | None]
    external_id: Mapped[str | None]
    ended_on: Mapped[date | None]

    @classmethod
    def promise(
        cls,
        *,
        service: Service,
        source: str | None = None,
        external_id: str | None = None,
        name: str,
        metric: Metric,
        target: Decimal | None,
        unit: str,
        window: Window,
        direction: Direction,
    ) -> "ServiceLevel":
        if (source is None) != (external_id is None):
            raise HalfIdentified
        if service.status in GONE:
            raise Ended(f"{service.code} is {service.status}.")
        level = cls(service_id=service.id, source=source, external_id=external_id)
        level.restate(name=name, metric=metric, target=target, unit=unit, window=window, direction=direction)
        return level

    def restate(
        self, *, name: str, metric: Metric, target: Decimal | None, unit: str, window: Window, direction: Direction
    ) -> None:
        if self.ended_on:
            raise Ended(f"{self.name} ended on {self.ended_on}.")
        share = metric is Metric.AVAILABILITY and unit == "percent"
        if target is not None and (target < 0 or (share and target > 100)):
            raise ImpossibleTarget(f"{target} {unit} is no target for {metric}.")
        self.name, self.metric, self.target, self.unit = name, metric, target, unit
        self.window, self.direction = window, direction

    def may_go(self, service: Service, *, levels: int) -> None:
        """`levels` counts those of its service, this one among them."""
        if service.stage is Stage.CATALOG and levels == 1:
            raise LastPromise(f"{self.name} is the only service level of {service.code}.")
