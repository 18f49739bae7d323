"""A fiscal period: one month of a fiscal year, which takes entries while it is open and never after it is closed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from finance.budget.lines import Control
from finance.db import Base
from finance.fiscal_period.events import PeriodClosed

MONTHS = 12


class YearCodeTaken(Conflict, code="finance.fiscal-year.code-taken", constraint="uq_fiscal_years_code"):
    """Another fiscal year has this code."""


class YearsOverlap(Conflict, code="finance.fiscal-year.overlap", constraint="ex_fiscal_years_range"):
    """Another fiscal year has some of the same days."""


class NotAMonthStart(Invalid, code="finance.fiscal-year.not-a-month-start"):
    """A fiscal year starts on the first day of a month."""


class EarlierPeriodOpen(Conflict, code="finance.fiscal-year.earlier-period-open"):
    """A year is closed with its last period, once all before it are closed."""


class YearClosed(Conflict, code="finance.fiscal-year.closed"):
    """The year was closed to its retained result: reopen its last period first."""


class NotEquity(Invalid, code="finance.fiscal-year.not-equity"):
    """The result of a year goes to a leaf account of equity."""


class TransitionRefused(Conflict, code="finance.fiscal-period.transition-refused"):
    """The period's state does not allow this."""


class NotOpen(Conflict, code="finance.fiscal-period.not-open"):
    """The period takes no such entries."""


class PeriodState(StrEnum):
    FUTURE = "future"
    OPEN = "open"
    SOFT_CLOSED = "soft_closed"
    CLOSED = "closed"


TAKING_ADJUSTMENTS = (PeriodState.OPEN, PeriodState.SOFT_CLOSED)


@dataclass(frozen=True)
class Seal:
    """What a period held when it was closed: `digest` is a SHA-256 in hex over its entries in their order of making."""

    entry_count: int
    debit_total: Decimal
    digest: str


class FiscalYear(Aggregate, Base):
    """Twelve months, half-open `[starts_on, ends_on)`, kept in one base currency.

    `rate_source` names whose recorded exchange rates hold for amounts that bring none; `unbudgeted` says what happens
    to spending that no budget line has in its scope. `closing_entry_id` is the entry
    that took the year's result to the balance sheet (null when there was none to take); `closings` counts how often
    the year was closed.
    """

    __tablename__ = "fiscal_years"
    __table_args__ = (
        UniqueConstraint("code"),
        ExcludeConstraint((text("daterange(starts_on, ends_on)"), "&&"), name="ex_fiscal_years_range"),
    )

    code: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    base_currency: Mapped[str]
    rate_source: Mapped[str | None]
    unbudgeted: Mapped[Control]
    closed_on: Mapped[date | None]
    closing_entry_id: Mapped[UUID | None]
    closings: Mapped[int]

    @classmethod
    def begin(
        cls,
        *,
        code: str,
        starts_on: date,
        base_currency: str,
        rate_source: str | None = None,
        unbudgeted: Control = Control.WARN,
    ) -> "FiscalYear":
        if starts_on.day != 1:
            raise NotAMonthStart(f"{starts_on} is not the first day of a month.")
        return cls(
            code=code,
            starts_on=starts_on,
            ends_on=months_after(starts_on, MONTHS),
            base_currency=base_currency,
            rate_source=rate_source,
            unbudgeted=unbudgeted,
            closings=0,
        )

    def steer(self, *, rate_source: str | None, unbudgeted: Control) -> None:
        self.rate_source, self.unbudgeted = rate_source, unbudgeted

    def close(self, *, on: date, periods: "Sequence[FiscalPeriod]") -> None:
        """`periods` are its own in order; the last of them is closed right after, with the closing entry in it."""
        if self.closed_on:
            raise YearClosed(f"{self.code} was closed on {self.closed_on}.")
        if waiting := [period.code for period in periods[:-1] if period.state != PeriodState.CLOSED]:
            raise EarlierPeriodOpen(f"{', '.join(waiting)}: close them first.", periods=waiting)
        if periods[-1].state not in TAKING_ADJUSTMENTS:
            raise TransitionRefused(f"{periods[-1].code} is {periods[-1].state}: it takes no closing entry.")
        self.closed_on = on
        self.closings += 1

    def reopen(self) -> None:
        """Its last period is opened again; what the closing entry took away is brought back beside this."""
        self.closed_on = self.closing_entry_id = None

    def periods(self) -> "list[FiscalPeriod]":
        """Its months, all of them still in the future."""
        return [FiscalPeriod.of(self, number=number) for number in range(1, MONTHS + 1)]


class FiscalPeriod(Aggregate, Base):
    __tablename__ = "fiscal_periods"
    __table_args__ = (UniqueConstraint("code"), UniqueConstraint("starts_on"))

    fiscal_year_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_years.id"), index=True)
    code: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[PeriodState]
    closed_on: Mapped[date | None]
    entry_count: Mapped[int | None]
    debit_total: Mapped[Decimal | None]
    digest: Mapped[str | None]

    @classmethod
    def of(cls, year: FiscalYear, *, number: int) -> "FiscalPeriod":
        return cls(
            fiscal_year_id=year.id,
            code=f"{year.code}-P{number:02}",
            starts_on=months_after(year.starts_on, number - 1),
            ends_on=months_after(year.starts_on, number),
            state=PeriodState.FUTURE,
        )

    def open(self) -> None:
        self._move(PeriodState.OPEN, only_from={PeriodState.FUTURE})

    def soft_close(self) -> None:
        """From now on only adjustments are posted."""
        self._move(PeriodState.SOFT_CLOSED, only_from={PeriodState.OPEN})

    def close(self, *, on: date, seal: Seal) -> None:
        self._move(PeriodState.CLOSED, only_from={PeriodState.OPEN, PeriodState.SOFT_CLOSED})
        self.closed_on = on
        self.entry_count, self.debit_total, self.digest = seal.entry_count, seal.debit_total, seal.digest
        self.record(
            PeriodClosed(
                fiscal_period_id=self.id, code=self.code, starts_on=self.starts_on, ends_on=self.ends_on, closed_on=on
            )
        )

    def reopen(self, *, to: PeriodState) -> None:
        """The seal goes; the history keeps the one that it had."""
        if to not in {PeriodState.OPEN, PeriodState.SOFT_CLOSED} or to == self.state:
            raise TransitionRefused(f"{self.code} is {self.state}: it cannot be reopened to {to}.", state=self.state)
        self._move(to, only_from={PeriodState.SOFT_CLOSED, PeriodState.CLOSED})
        self.closed_on = self.entry_count = self.debit_total = self.digest = None

    def _move(self, to: PeriodState, *, only_from: Collection[PeriodState]) -> None:
        if self.state not in only_from:
            raise TransitionRefused(f"{self.code} is {self.state}: it cannot become {to}.", state=self.state)
        self.state = to


class FiscalPeriodChange(Base):
    """The history of a period's state: who, when, why, and the digest of a period that was closed."""

    __tablename__ = "fiscal_period_changes"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    fiscal_period_id: Mapped[UUID] = mapped_column(ForeignKey("fiscal_periods.id"), index=True)
    state: Mapped[PeriodState]
    reason: Mapped[str]
    actor: Mapped[str]
    changed_at: Mapped[datetime]
    digest: Mapped[str | None]

    @classmethod
    def of(cls, period: FiscalPeriod, *, reason: str, actor: str, at: datetime) -> "FiscalPeriodChange":
        values: dict[str, Any] = {"state": period.state, "digest": period.digest}
        return cls(fiscal_period_id=period.id, reason=reason, actor=actor, changed_at=at, **values)


def admit(period_code: str, state: PeriodState, *, adjustment: bool) -> None:
    """Refuses an entry that the period does not take: NotOpen."""
    if state == PeriodState.OPEN or (adjustment and state in TAKING_ADJUSTMENTS):
        return
    only = " and takes only adjustments" if state == PeriodState.SOFT_CLOSED else ""
    raise NotOpen(f"The period {period_code} is {state.replace('_', ' ')}{only}.", period=period_code, state=state)


def months_after(first: date, months: int) -> date:
    """The first day of the month that many months after the one starting on `first`."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
