"""What a strategy review freezes. What was not measured is null, never zero; every list says what it left out."""

from typing import Generic, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency, Money, NonNegativeAmount
from chassis.text import Day, Instant, Schema
from strategy.asset.terms import AssetKind, AssetType
from strategy.coverage.model import CoverageClass, SubjectKind
from strategy.customer.model import CustomerKind
from strategy.initiative.following import FactorState
from strategy.initiative.lifecycle import InitiativeStatus
from strategy.known_service.model import KnownStage
from strategy.need.model import NeedState
from strategy.objective.measure import Direction
from strategy.offering.lifecycle import OfferingStatus
from strategy.strategy_review.terms import NotTold, Success

SHAPE: Literal[1] = 1

Item = TypeVar("Item")


class Listed(Schema, Generic[Item]):
    """The first of all, in the order that the part names; `left_out` counts the others."""

    items: list[Item]
    left_out: int


class ReviewedMeasure(Schema):
    measure_id: UUID
    name: str
    unit: str
    direction: Direction
    baseline: Amount
    target: Amount
    value: Amount | None
    read_on: Day | None
    source: str | None
    progress: Amount | None


class ReviewedObjective(Schema):
    """Of all its measures `progress` and `coverage` are those of objective progress; the counts those of objective
    coverage: what serves it or anything below it."""

    objective_id: UUID
    code: str
    name: str
    perspective: str
    weight: NonNegativeAmount
    progress: Amount | None
    coverage: NonNegativeAmount | None = Field(description="Share of the weight of its measures that was read.")
    word: Success = Field(description="Of all its measures together, from their baselines.")
    measures: Listed[ReviewedMeasure] = Field(description="The first 20 by name; all of them count.")
    services: int
    offerings: int
    initiatives: int
    active: int
    funded: int
    invested: list[Money] = Field(
        description="Posted for all initiatives that serve it and have begun; for others these may count as well."
    )


class ReviewedSubject(Schema):
    subject_id: UUID
    label: str = Field(description="The first 200 characters of the statement of a need; the code of a service.")
    state: NeedState | KnownStage
    coverage_class: CoverageClass
    coverage_weight: int = Field(description="How much that matters: as in `strategy.coverage-changed.v1`.")
    offerings: int
    since: Day | None = Field(description="When it came into this class; null: not announced yet.")
    assessed_on: Day | None = Field(description="The latest assessment of a need.")


class ClassTotal(Schema):
    """Over all needs or services, also those that are not listed."""

    subject_kind: SubjectKind
    coverage_class: CoverageClass
    count: int
    weight: int


class ReviewedCoverage(Schema):
    totals: list[ClassTotal]
    needs: Listed[ReviewedSubject] = Field(description="The first 2,000, the weightiest first.")
    services: Listed[ReviewedSubject] = Field(description="The first 1,000, the weightiest first.")


class ReviewedOffering(Schema):
    offering_id: UUID
    code: str
    revision: int
    name: str
    launched_on: Day | None


class ReviewedMarket(Schema):
    customers: dict[CustomerKind, int] = Field(description="Without those that were merged into others.")
    needs: dict[NeedState, int]
    offerings: dict[OfferingStatus, int]
    services: dict[KnownStage, int]
    demand_patterns: int
    launched: Listed[ReviewedOffering] = Field(description="The first 1,000 by code.")


class ReviewedCapacity(Schema):
    """Of the month of the review."""

    starts_on: Day
    unit: str
    available: NonNegativeAmount
    used: NonNegativeAmount | None
    needed: NonNegativeAmount
    use: NonNegativeAmount | None = Field(description="used / available, to six decimals; null while not known.")


class ReviewedAsset(Schema):
    asset_id: UUID
    code: str
    name: str
    kind: AssetKind
    type: AssetType
    maturity: NonNegativeAmount | None = Field(description="With assets below it, the mean of those assessed.")
    assessed_on: Day | None = Field(description="The latest assessment of it or of anything below it.")
    target_maturity: NonNegativeAmount | None
    gap: NonNegativeAmount | None = Field(description="weight · (target − maturity), of assets without others below.")
    leaves: int
    assessed: int
    capacity: ReviewedCapacity | None


class ReviewedInitiative(Schema):
    """Late: not reached, and planned for a day that is over or expected after its plan."""

    initiative_id: UUID
    code: str
    name: str
    status: InitiativeStatus
    funding: str | None
    invested: list[Money] = Field(description="Expenses posted for it so far, by currency; empty: none are known.")
    started_on: Day | None
    ended_on: Day | None
    milestones: int
    reached: int
    late: int
    planned_end_on: Day | None
    forecast_end_on: Day | None = Field(description="The last day of all that was reached, is expected or planned.")
    critical_path_end_on: Day | None = Field(description="The planned start and the length of the critical path.")
    slack_days: int | None = Field(description="From the end of the critical path to the planned end.")
    conditions: int = Field(description="Mandatory readiness conditions.")
    unmet_conditions: int = Field(description="Neither met nor waived.")
    open_risks: int
    exposure: list[Money] = Field(description="Of the risks that are not closed, one sum per currency.")
    success_factors: dict[FactorState, int]


class MeasuredSuccess(Schema):
    """A measure since an initiative began."""

    measure_id: UUID
    name: str
    unit: str
    started_at: Amount = Field(description="What was read last when the initiative began; else its baseline.")
    start_read_on: Day | None = Field(description="Null: nothing was read until then, and the baseline counts.")
    target: Amount
    value: Amount | None = Field(description="What was read last after the initiative began.")
    read_on: Day | None
    gained: Amount | None = Field(description="(value − started_at) / (target − baseline), to six decimals.")
    word: Success
    gained_per_thousand: Amount | None = Field(description="gained · 1000 / invested, to six decimals.")
    not_told: NotTold | None = Field(description="Why the gain is not set against what was invested.")


class ReviewedSuccess(Schema):
    """An initiative that has begun, for an objective that it serves on the day of the review."""

    initiative_id: UUID
    initiative_code: str
    objective_id: UUID
    objective_code: str
    strength: NonNegativeAmount
    started_on: Day
    invested: list[Money]
    word: Success = Field(description="Of all measures together.")
    measures: list[MeasuredSuccess]


class ReviewedCost(Schema):
    """Posted for a service in one currency; null: nothing was posted or charged, or more than 20 digits can tell."""

    service_id: UUID
    code: str
    currency: Currency
    cost: Amount | None = Field(description="Expenses.")
    income: Amount | None = Field(description="As a positive amount.")
    recovered: Amount | None = Field(description="What charges for days within these months ask for.")


class CostTotal(Schema):
    """Over all services, also those that are not listed."""

    currency: Currency
    cost: Amount | None
    income: Amount | None
    recovered: Amount | None


class ReviewedCosts(Schema):
    """Of the twelve whole months before the review, `[starts_on, ends_on)`."""

    starts_on: Day
    ends_on: Day
    heard_at: Instant | None = Field(description="When finance posted last; null: never.")
    totals: list[CostTotal]
    services: Listed[ReviewedCost] = Field(description="The first 1,000 by currency, the dearest first.")


class ReviewSnapshot(Schema):
    shape: Literal[1]
    taken_at: Instant
    as_of: Day = Field(description="The day whose readings, assessments and alignments count.")
    objectives: Listed[ReviewedObjective] = Field(description="In force; the first 500, the weightiest first.")
    coverage: ReviewedCoverage
    market: ReviewedMarket
    assets: Listed[ReviewedAsset] = Field(description="The first 500, the widest gap first, then by code.")
    initiatives: Listed[ReviewedInitiative] = Field(
        description="The first 500, those that have not ended first, then the latest ended first."
    )
    costs: ReviewedCosts
    success: Listed[ReviewedSuccess] = Field(description="The first 1,000 by the codes of initiative and objective.")
