"""The evidence about a service, as callers see it and as a review freezes it. What is not known is null, never zero.

Ratios and changes are fractions, rounded to four decimals.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import Amount, Currency
from chassis.text import Schema
from portfolio.evidence.trend import Trend
from portfolio.measurement.schemas import Attainment
from portfolio.service.terms import Criticality, Kind, Status


class PeriodCost(Schema):
    starts_on: date
    cost: Amount = Field(description="Expenses.")
    income: Amount = Field(description="Income, as a positive amount.")
    net: Amount = Field(description="Cost less income.")
    quantity: Amount | None = Field(description="What customers subscribed to on the first day; null if nothing.")


class CostEvidence(Schema):
    """Posted cost. `trend` is that of the cost per period, `unit_cost` that of the cost per subscribed unit."""

    currency: Currency
    cost: Amount
    income: Amount
    net: Amount
    periods: list[PeriodCost]
    trend: Trend | None
    unit_cost: Trend | None
    as_of: datetime


class FullCostEvidence(Schema):
    """Cost after an allocation. Different models look at the same cost, so they are never added."""

    model_code: str
    starts_on: date
    ends_on: date
    currency: Currency
    direct: Amount
    received: Amount
    full_cost: Amount
    as_of: datetime


class Charged(Schema):
    starts_on: date
    ends_on: date
    amount: Amount


class Basis(StrEnum):
    FULL_COST = "full_cost"
    POSTED_COST = "posted_cost"


class RecoveryEvidence(Schema):
    """What customers were charged against what it cost on the charged days: `ratio` = `recovered` / `cost`."""

    currency: Currency
    recovered: Amount
    cost: Amount | None
    basis: Basis | None = Field(description="Full cost where one allocation covers just the charged range.")
    ratio: Amount | None
    charged: list[Charged]
    as_of: datetime


class Subscribed(Schema):
    on: date
    subscriptions: int
    quantity: Amount


class DemandEvidence(Schema):
    now: Subscribed
    at_start: Subscribed
    change: Amount | None = Field(description="Of the quantity, from the start of the range until now.")
    as_of: datetime


class OfferingOf(Schema):
    offering_id: UUID
    code: str
    name: str | None
    launched_on: date


class OfferingEvidence(Schema):
    """Launched offerings made of the service; `elsewhere` means by launched offerings that are made without it."""

    count: int
    offerings: list[OfferingOf] = Field(description="The first 100 by code.")
    needs_served: int
    needs_served_elsewhere: int
    highest_importance: int | None = Field(description="Of the needs served, from 1 to 10.")
    as_of: datetime


class AlignmentEvidence(Schema):
    """How well it serves the objectives of the organization: Σ weight·strength / Σ weight over those in force."""

    score: Amount = Field(description="From 0 to 1.")
    objectives: int = Field(description="How many of them it is linked to.")
    as_of: datetime


class ForecastDemand(Schema):
    """What strategy expects of a demand pattern, by its latest forecast."""

    demand_pattern_id: UUID
    code: str
    name: str
    unit: str
    made_on: date
    change: Amount | None = Field(description="From the mean of the latest months counted to that of those expected.")


class ForecastEvidence(Schema):
    """Demand that strategy expects of the service. Patterns have units of their own, so they are never added."""

    count: int
    forecasts: list[ForecastDemand] = Field(max_length=100, description="The first 100 by code.")
    as_of: datetime


class CoverageEvidence(Schema):
    """Whether offerings are made of the service, as strategy judged it: orphan, served or overlap."""

    coverage_class: str
    offerings: int
    weight: int
    changed_on: date
    as_of: datetime


class RiskEvidence(Schema):
    """`risk` = `impact` × `probability`. Impact: criticality from 1 (low) to 4 (critical), one more where services of
    the catalog use it. Probability: the share of what was measured that missed its target, 1 − health."""

    impact: int
    probability: Amount
    risk: Amount = Field(description="From 0 to 5.")
    as_of: datetime


class DependantEvidence(Schema):
    count: int = Field(description="Services of the catalog that use it.")
    as_of: datetime


class Part(StrEnum):
    COST = "cost"
    FULL_COST = "full_cost"
    RECOVERY = "recovery"
    ATTAINMENT = "attainment"
    DEMAND = "demand"
    OFFERINGS = "offerings"
    ALIGNMENT = "alignment"
    FORECAST = "forecast"
    COVERAGE = "coverage"
    RISK = "risk"


class Missing(Schema):
    part: Part
    reason: str


class Evidence(Schema):
    service_id: UUID
    code: str
    name: str
    kind: Kind
    status: Status
    criticality: Criticality | None
    starts_on: date
    ends_on: date
    taken_at: datetime
    cost: CostEvidence | None
    full_costs: list[FullCostEvidence]
    recovery: RecoveryEvidence | None
    attainment: Attainment
    demand: DemandEvidence | None
    offerings: OfferingEvidence | None
    alignment: AlignmentEvidence | None = Field(
        description="Null: linked to no objective in force, unless it is `missing`."
    )
    forecast: ForecastEvidence | None
    coverage: CoverageEvidence | None
    risk: RiskEvidence | None
    dependants: DependantEvidence
    missing: list[Missing]

    @model_validator(mode="before")
    @classmethod
    def _as_it_was_frozen(cls, said: Any) -> Any:
        """What was not yet looked at when evidence was frozen is not among it."""
        later = dict.fromkeys(("alignment", "forecast", "coverage", "risk"))
        return {**later, **said} if isinstance(said, dict) else said

    def misses(self, part: Part) -> str | None:
        """Why that part is not known, or not all of it."""
        return next((missing.reason for missing in self.missing if missing.part is part), None)
