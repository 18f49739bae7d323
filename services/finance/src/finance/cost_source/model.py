"""A cost source: a system whose cost is expected period by period, so that it is noticed when it stays away."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from finance.cost_import.model import CostView
from finance.db import Base


class SourceTaken(Conflict, code="finance.cost-source.source-taken", constraint="uq_cost_sources_source"):
    """This source is expected already; change what is expected of it."""


class EndsBeforeItBegins(
    Invalid, code="finance.cost-source.ends-before-it-begins", constraint="ck_cost_sources_begins_before_it_ends"
):
    """The first day on which no cost is expected any more comes after the first one on which it is."""


class Cadence(StrEnum):
    """Whether there is cost on every day, or some in every period."""

    DAILY = "daily"
    MONTHLY = "monthly"


class CompletenessState(StrEnum):
    """Missing is what was expected and has begun; not due, what is expected and has not."""

    IMPORTED = "imported"
    DAYS_MISSING = "days_missing"
    MISSING = "missing"
    NOT_DUE = "not_due"
    NOT_EXPECTED = "not_expected"


class CostSource(Aggregate, Base):
    """`expected_until` is the first day on which nothing is expected any more."""

    __tablename__ = "cost_sources"
    __table_args__ = (
        UniqueConstraint("source"),
        CheckConstraint("expected_until > expected_from", name="begins_before_it_ends"),
    )

    source: Mapped[str] = mapped_column()
    view: Mapped[CostView]
    cadence: Mapped[Cadence]
    expected_from: Mapped[date]
    expected_until: Mapped[date | None]

    def expect(self, *, view: CostView, cadence: Cadence, expected_from: date, expected_until: date | None) -> None:
        self.view, self.cadence = view, cadence
        self.expected_from, self.expected_until = expected_from, expected_until
