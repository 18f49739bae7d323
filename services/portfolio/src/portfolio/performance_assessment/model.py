"""A performance assessment: what the promises of a service came to in one window that is over."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import round_to
from portfolio.db import Base
from portfolio.performance_assessment.events import PerformanceAssessed
from portfolio.service_level.terms import Window

DECIMALS = 4


@dataclass(frozen=True)
class Figures:
    """Of the service levels that are measured over this kind of window: how many, and what they weigh."""

    levels: int = 0
    measured: int = 0
    met: int = 0
    weight: Decimal = Decimal(0)
    weight_measured: Decimal = Decimal(0)
    weight_met: Decimal = Decimal(0)


class PerformanceAssessment(Aggregate, Base):
    """`number` counts the changes of its figures, each announced; 0 until it has been assessed for the first time."""

    __tablename__ = "performance_assessments"
    __table_args__ = (
        UniqueConstraint("service_id", "window", "starts_on"),
        Index("ix_performance_assessments_starts_on", "starts_on"),
        CheckConstraint("met <= measured AND measured <= levels", name="counts"),
        CheckConstraint("weight_met <= weight_measured AND weight_measured <= weight", name="weights"),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    window: Mapped[Window]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    number: Mapped[int]
    levels: Mapped[int]
    measured: Mapped[int]
    met: Mapped[int]
    weight: Mapped[Decimal]
    weight_measured: Mapped[Decimal]
    weight_met: Mapped[Decimal]
    assessed_at: Mapped[datetime]

    @property
    def attainment(self) -> Decimal | None:
        return _share(self.met, self.measured)

    @property
    def coverage(self) -> Decimal | None:
        return _share(self.weight_measured, self.weight)

    @property
    def health(self) -> Decimal | None:
        return _share(self.weight_met, self.weight_measured)

    def assess(self, found: Figures, *, code: str, at: datetime) -> bool:
        """Whether it says something new, which is announced; `code` is that of the service."""
        if self.number and all(getattr(self, name) == value for name, value in vars(found).items()):
            return False
        for name, value in vars(found).items():
            setattr(self, name, value)
        self.number += 1
        self.assessed_at = at
        fact = {name: getattr(self, name) for name in PerformanceAssessed.model_fields if name != "code"}
        self.record(PerformanceAssessed(code=code, **fact))
        return True


def _share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return round_to(Decimal(part) / Decimal(whole), DECIMALS) if whole else None
