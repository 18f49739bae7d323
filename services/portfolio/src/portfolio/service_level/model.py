"""A service level: a promise about a service that can be measured, and the indicator that measures it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from portfolio.db import Base
from portfolio.service.model import Service
from portfolio.service.terms import GONE, Stage
from portfolio.service_level.terms import SHARES, Aggregation, Direction, Metric, Window
from portfolio.service_level.windows import Calendar


class ExternalIdTaken(
    Conflict, code="portfolio.service-level.external-id-taken", constraint="uq_service_levels_source_external_id"
):
    """Another service level has this external id."""


class NameTaken(Conflict, code="portfolio.service-level.name-taken", constraint="uq_service_levels_service_id_name"):
    """The service already has a service level of this name."""


class CodeTaken(Conflict, code="portfolio.service-level.code-taken", constraint="uq_service_levels_service_id_code"):
    """The service already has a service level of this code."""


class ImpossibleTarget(Invalid, code="portfolio.service-level.impossible-target"):
    """The metric can never reach this target."""


class WarningTooLate(Invalid, code="portfolio.service-level.warning-too-late"):
    """A warning limit lies on the kept side of the target, so that it is crossed before the promise is broken."""


class NotFromOutages(Invalid, code="portfolio.service-level.not-from-outages"):
    """Only an availability in percent or as a fraction is calculated from outages."""


class NothingPromised(Conflict, code="portfolio.service-level.nothing-promised"):
    """A target changes on a day only where one was stated before."""


class HalfIdentified(Invalid, code="portfolio.service-level.half-identified"):
    """An external id needs its source, and a source the id there."""


class LastPromise(Conflict, code="portfolio.service-level.last-promise"):
    """A service in the catalog keeps at least one service level."""


class Ended(Conflict, code="portfolio.service-level.ended"):
    """A service that is gone promises nothing any more."""


class ServiceLevel(Aggregate, Base):
    """`target` is in `unit`, measured over each `window`; `direction` says on which side of it the promise is kept.

    A promise without a number so far has no target: it can be neither kept nor broken. `target` and `warning_limit`
    hold until the first ServiceLevelTarget. `outages_since` is the day from which on every outage of the service is
    recorded, so that its availability is calculated, up to `calculated_until` so far. `ended_on` is the first day
    without its service.
    """

    __tablename__ = "service_levels"
    __table_args__ = (
        UniqueConstraint("service_id", "name"),
        UniqueConstraint("service_id", "code"),
        UniqueConstraint("source", "external_id"),
        CheckConstraint("target <> 'NaN'", name="target"),
        CheckConstraint("warning_limit >= 0 AND warning_limit <> 'NaN'", name="warning_limit"),
        CheckConstraint("weight >= 0 AND weight <> 'NaN'", name="weight"),
        CheckConstraint("year_starts_in BETWEEN 1 AND 12", name="year_starts_in"),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="external_id"),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    code: Mapped[str | None]
    name: Mapped[str]
    description: Mapped[str]
    metric: Mapped[Metric]
    target: Mapped[Decimal | None]
    warning_limit: Mapped[Decimal | None]
    unit: Mapped[str]
    window: Mapped[Window]
    direction: Mapped[Direction]
    aggregation: Mapped[Aggregation]
    weight: Mapped[Decimal]
    year_starts_in: Mapped[int]
    time_zone: Mapped[str]
    service_calendar_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_calendars.id"), index=True)
    outages_since: Mapped[date | None]
    calculated_until: Mapped[date | None]
    source: Mapped[str | None]
    external_id: Mapped[str | None]
    ended_on: Mapped[date | None]

    @classmethod
    def promise(
        cls, *, service: Service, source: str | None = None, external_id: str | None = None, **stated: Any
    ) -> "ServiceLevel":
        """`stated` is what `restate` takes. HalfIdentified, Ended."""
        if (source is None) != (external_id is None):
            raise HalfIdentified
        if service.status in GONE:
            raise Ended(f"{service.code} is {service.status}.")
        level = cls(service_id=service.id, source=source, external_id=external_id)
        level.restate(**stated)
        return level

    def restate(
        self,
        *,
        name: str,
        metric: Metric,
        target: Decimal | None,
        unit: str,
        window: Window,
        direction: Direction,
        code: str | None = None,
        description: str = "",
        warning_limit: Decimal | None = None,
        aggregation: Aggregation = Aggregation.MEAN,
        weight: Decimal = Decimal(1),
        year_starts_in: int = 1,
        time_zone: str = "UTC",
        service_calendar_id: UUID | None = None,
        outages_since: date | None = None,
    ) -> None:
        """What is calculated from outages is calculated anew when it may have changed."""
        if self.ended_on:
            raise Ended(f"{self.name} ended on {self.ended_on}.")
        if outages_since and (metric is not Metric.AVAILABILITY or unit not in SHARES):
            raise NotFromOutages(f"This is {metric} in {unit}.")
        check(metric, unit, direction, target, warning_limit)
        before = self._calculated_by()
        self.name, self.code, self.description, self.metric = name, code, description, metric
        self.unit, self.direction, self.aggregation, self.weight = unit, direction, aggregation, weight
        self.target, self.warning_limit = target, warning_limit
        self.window, self.year_starts_in, self.time_zone = window, year_starts_in, time_zone
        self.service_calendar_id, self.outages_since = service_calendar_id, outages_since
        if self._calculated_by() != before:
            self.calculated_until = None

    def _calculated_by(self) -> tuple[Any, ...]:
        return self.calendar, self.unit, self.service_calendar_id, self.outages_since

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.window, self.year_starts_in, self.time_zone)

    def calculates(self, starts_on: date) -> bool:
        """Whether the window that begins on this day has its value from outages."""
        return self.outages_since is not None and starts_on >= self.outages_since

    def change_target(
        self, valid_from: date, *, target: Decimal, warning_limit: Decimal | None
    ) -> "ServiceLevelTarget":
        """From that day on; windows that began before keep the target that they had."""
        if self.target is None:
            raise NothingPromised("State the first target with the service level itself.")
        check(self.metric, self.unit, self.direction, target, warning_limit)
        return ServiceLevelTarget(
            service_level_id=self.id, valid_from=valid_from, target=target, warning_limit=warning_limit
        )

    def may_go(self, service: Service, *, levels: int) -> None:
        """`levels` counts those of its service, this one among them."""
        if service.stage is Stage.CATALOG and levels == 1:
            raise LastPromise(f"{self.name} is the only service level of {service.code}.")


def check(
    metric: Metric, unit: str, direction: Direction, target: Decimal | None, warning_limit: Decimal | None
) -> None:
    """Raises ImpossibleTarget, WarningTooLate."""
    share = metric is Metric.AVAILABILITY and unit == "percent"
    if target is not None and (target < 0 or (share and target > 100)):
        raise ImpossibleTarget(f"{target} {unit} is no target for {metric}.")
    if warning_limit is not None and (target is None or not kept(direction, warning_limit, target)):
        raise WarningTooLate(f"{warning_limit} {unit} warns of nothing before {target} is missed.")


def kept(direction: Direction, value: Decimal, target: Decimal) -> bool:
    return value >= target if direction is Direction.AT_LEAST else value <= target


class ServiceLevelTarget(Base):
    """The target, and the limit to warn at, of windows that begin on this day or later."""

    __tablename__ = "service_level_targets"
    __table_args__ = (
        CheckConstraint("target >= 0 AND target <> 'NaN'", name="target"),
        CheckConstraint("warning_limit >= 0 AND warning_limit <> 'NaN'", name="warning_limit"),
    )

    service_level_id: Mapped[UUID] = mapped_column(
        ForeignKey("service_levels.id", ondelete="CASCADE"), primary_key=True
    )
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    target: Mapped[Decimal]
    warning_limit: Mapped[Decimal | None]
