"""An investment: its options as they were appraised, the one that is carried out, and the flows that came of it."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import plain
from chassis.problems import Conflict, Invalid
from finance.db import Base
from finance.investment.discounting import Convention, tick_of, ticks_per_period
from finance.investment.events import AppraisedOption, InvestmentAppraised
from finance.investment.figures import Figures, FlowKind, KindFlow, Rates
from finance.investment.increment import Appraisal
from finance.investment.internal_rate import IrrState


class CaseTaken(Conflict, code="finance.investment.case-taken", constraint="uq_investments_case_reference"):
    """Something else has already been appraised under this case reference."""


class UnknownOption(Invalid, code="finance.investment.unknown-option"):
    """The investment has no option with this number."""


class AnotherCarriedOut(Conflict, code="finance.investment.another-carried-out"):
    """Flows of another option of this investment have been realized already."""


class FlowMisfit(Invalid, code="finance.investment.flow-misfit"):
    """The flows of this investment are told by period, or by day, and this one is not."""


class ReferenceTaken(Conflict, code="finance.investment.reference-taken"):
    """Another flow of this investment has been realized under this reference."""


class Investment(Aggregate, Base):
    """Rates are per period. Dated flows are valued on `valued_on`, the earliest day of any option. `carried_out` is the
    number of the option whose flows are being realized. `fingerprint` tells whether a repeated case is the same."""

    __tablename__ = "investments"
    __table_args__ = (
        UniqueConstraint("case_reference"),
        UniqueConstraint("business_case_id", "business_case_number"),
        CheckConstraint("(business_case_id IS NULL) = (business_case_number IS NULL)", name="business_case"),
        CheckConstraint("discount_rate > -1 AND finance_rate > -1 AND reinvestment_rate > -1", name="rates"),
        Index("ix_investments_appraised_at", "appraised_at", "id"),
    )

    name: Mapped[str]
    case_reference: Mapped[str | None]
    business_case_id: Mapped[UUID | None]
    business_case_number: Mapped[int | None]
    currency: Mapped[str]
    convention: Mapped[Convention]
    discount_rate: Mapped[Decimal]
    finance_rate: Mapped[Decimal]
    reinvestment_rate: Mapped[Decimal]
    valued_on: Mapped[date | None]
    carried_out: Mapped[int | None]
    fingerprint: Mapped[str]
    actor: Mapped[str]
    appraised_at: Mapped[datetime]

    @property
    def rates(self) -> Rates:
        return Rates(self.discount_rate, self.finance_rate, self.reinvestment_rate)

    @property
    def ticks_per_period(self) -> int:
        return ticks_per_period(self.convention)

    def announce(self, options: "Sequence[InvestmentOption]") -> None:
        self.record(
            InvestmentAppraised(
                investment_id=self.id,
                case_reference=self.case_reference,
                business_case_id=self.business_case_id,
                business_case_number=self.business_case_number,
                currency=self.currency,
                convention=self.convention,
                discount_rate=self.discount_rate,
                options=[AppraisedOption(**option.said()) for option in options],
            )
        )

    def carry_out(self, *, option: int) -> None:
        """Of the options of an investment one comes true."""
        if self.carried_out not in (None, option):
            raise AnotherCarriedOut(f"Option {self.carried_out} is being carried out.")
        self.carried_out = option

    def realize(
        self,
        *,
        reference: str,
        kind: FlowKind,
        amount: Decimal,
        period: int | None,
        flow_on: date | None,
        actor: str,
        at: datetime,
    ) -> "RealizedFlow":
        if (flow_on is None) == (self.convention == Convention.DATED):
            raise FlowMisfit(f"Flows of this investment have a {'day' if flow_on is None else 'period'}: {reference}.")
        return RealizedFlow(
            investment_id=self.id,
            reference=reference,
            kind=kind,
            amount=amount,
            period=period,
            flow_on=flow_on,
            actor=actor,
            recorded_at=at,
        )


class InvestmentOption(Base):
    """With its figures, as they were announced; `irrs` are decimals. `without_soft_benefits` and `increment` in the
    words of `HardFigures` and `Increment`; None of what was appraised before there were any."""

    __tablename__ = "investment_options"

    investment_id: Mapped[UUID] = mapped_column(ForeignKey("investments.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    does_nothing: Mapped[bool]
    npv: Mapped[Decimal]
    npv_without_soft_benefits: Mapped[Decimal]
    irr_state: Mapped[IrrState]
    irrs: Mapped[list[str]]
    mirr: Mapped[Decimal | None]
    payback: Mapped[Decimal | None]
    discounted_payback: Mapped[Decimal | None]
    profitability_index: Mapped[Decimal | None]
    return_on_investment: Mapped[Decimal | None]
    equivalent_annual_value: Mapped[Decimal | None]
    life: Mapped[Decimal]
    without_soft_benefits: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    increment: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    @classmethod
    def appraised(cls, appraisal: Appraisal, **stated: Any) -> "InvestmentOption":
        figures, increment = appraisal.figures, appraisal.increment
        return cls(
            **stated,
            **{**asdict(figures), "irrs": [plain(rate) for rate in figures.irrs]},
            without_soft_benefits=appraisal.without_soft_benefits.model_dump(mode="json"),
            increment=increment.model_dump(mode="json") if increment else None,
        )

    @property
    def figures(self) -> Figures:
        kept = {field.name: getattr(self, field.name) for field in fields(Figures)}
        return Figures(**{**kept, "irrs": [Decimal(rate) for rate in self.irrs]})

    def said(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "name": self.name,
            "does_nothing": self.does_nothing,
            **asdict(self.figures),
            "without_soft_benefits": self.without_soft_benefits,
            "increment": self.increment,
        }


class InvestmentFlow(Base):
    """A flow that the case expects, of an option. Received is positive, paid is negative."""

    __tablename__ = "investment_flows"
    __table_args__ = (
        ForeignKeyConstraint(
            ["investment_id", "option_number"], ["investment_options.investment_id", "investment_options.number"]
        ),
        CheckConstraint("amount <> 'NaN'", name="amount"),
        CheckConstraint("(period IS NULL) <> (flow_on IS NULL)", name="when"),
    )

    investment_id: Mapped[UUID] = mapped_column(primary_key=True)
    option_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[FlowKind]
    amount: Mapped[Decimal]
    period: Mapped[int | None]
    flow_on: Mapped[date | None]

    def ticking(self, convention: Convention, valued_on: date | None) -> KindFlow:
        tick = tick_of(convention, period=self.period, on=self.flow_on, start=valued_on)
        return KindFlow(self.kind, tick, self.amount)


class RealizedFlow(Base):
    """A flow of the option that is carried out. A wrong one is mended by another with the difference."""

    __tablename__ = "realized_flows"
    __table_args__ = (
        CheckConstraint("amount <> 'NaN'", name="amount"),
        CheckConstraint("(period IS NULL) <> (flow_on IS NULL)", name="when"),
    )

    investment_id: Mapped[UUID] = mapped_column(ForeignKey("investments.id"), primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[FlowKind]
    amount: Mapped[Decimal]
    period: Mapped[int | None]
    flow_on: Mapped[date | None]
    actor: Mapped[str]
    recorded_at: Mapped[datetime]
