"""The value chain as callers see it. What is not known is null or an empty list, and named in `missing`; never zero.

Amounts in different currencies are never added. Links are addresses at the gateway.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency, Money, NonNegativeAmount
from chassis.text import Day, Schema
from strategy.alignment.schemas import Target
from strategy.evidence.kept import DecisionKind, DecisionState
from strategy.initiative.lifecycle import InitiativeStatus
from strategy.need.model import NeedState
from strategy.offering.lifecycle import OfferingStatus


class ChainPart(StrEnum):
    NEEDS = "needs"
    SATISFACTION = "satisfaction"
    OFFERINGS = "offerings"
    SERVICES = "services"
    COST = "cost"
    FULL_COST = "full_cost"
    RECOVERY = "recovery"
    PERFORMANCE = "performance"
    OBJECTIVES = "objectives"
    INITIATIVES = "initiatives"
    DECISIONS = "decisions"


class MissingPart(Schema):
    part: ChainPart
    reason: str


class Beneficiary(StrEnum):
    CUSTOMER = "customer"
    SEGMENT = "segment"
    MARKET_SPACE = "market_space"


class ChainNeed(Schema):
    id: UUID
    statement: str
    asked_by: str
    beneficiary: Beneficiary = Field(description="Whose need it is.")
    beneficiary_id: UUID
    beneficiary_name: str
    state: NeedState
    importance: int
    satisfaction: int | None
    opportunity_score: int | None
    as_of: Day = Field(description="The day of the latest assessment.")
    link: str


class ChainOffering(Schema):
    id: UUID
    code: str
    revision: int
    name: str
    status: OfferingStatus
    launched_on: Day | None
    withdrawn_on: Day | None
    need_ids: list[UUID] = Field(description="Of the needs of this chain.")
    service_ids: list[UUID] = Field(description="Also those of launched offerings that it bundles.")
    link: str


class PeriodOfCost(Schema):
    """A fiscal period by its first day; net = cost − income."""

    starts_on: date
    cost: Amount
    income: Amount
    net: Amount


class ChainCost(Schema):
    """Posted expenses and income, both as positive amounts, of the fiscal periods that begin in the range."""

    currency: Currency
    cost: Amount
    income: Amount
    net: Amount
    periods: list[PeriodOfCost]
    as_of: datetime


class ChainFullCost(Schema):
    """By the newest allocation within the range; different models look at the same cost and are never added."""

    model_code: str
    starts_on: date
    ends_on: date
    currency: Currency
    full_cost: Amount
    as_of: datetime
    link: str


class CostBasis(StrEnum):
    FULL_COST = "full_cost"
    POSTED_COST = "posted_cost"


class ChainRecovery(Schema):
    """What customers were charged within the range; `ratio` = `recovered` / `cost`, a fraction to four decimals."""

    currency: Currency
    recovered: Amount
    cost: Amount | None = Field(description="What the charged days cost.")
    basis: CostBasis | None = Field(description="Full cost where one allocation covers just the charged range.")
    ratio: Amount | None
    as_of: datetime


class ChainPerformance(Schema):
    """The newest window of its kind that was assessed; health = weight of met / of measured service levels."""

    window: str
    starts_on: date
    ends_on: date
    levels: int
    measured: int
    met: int
    attainment: Amount | None
    coverage: Amount | None = Field(description="The share of the weight that was measured.")
    health: Amount | None
    as_of: datetime


class ChainDecision(Schema):
    """`outcome` is what an open review recommends and a decided one decided; `due_on` is the first day without the
    service, or the day on which the effect is looked at again."""

    kind: DecisionKind
    id: UUID
    state: DecisionState
    pending: bool
    code: str | None
    title: str | None
    outcome: str | None
    funding: Money | None = Field(description="Requested by a business case, approved by an investment plan.")
    stated_on: date
    due_on: date | None
    as_of: datetime
    link: str


class ChainStage(StrEnum):
    PLANNED = "planned"
    CHARTERED = "chartered"
    OPERATIONAL = "operational"
    RETIRED = "retired"


class ChainService(Schema):
    """Each service once, however many offerings it is in; code, name and stage are null while it is not announced."""

    id: UUID
    code: str | None
    name: str | None
    stage: ChainStage | None
    counted: bool = Field(description="In the totals; of a need those in launched offerings are.")
    costs: list[ChainCost] = Field(description="One for each currency.")
    full_cost: ChainFullCost | None
    recoveries: list[ChainRecovery] = Field(description="One for each currency.")
    performances: list[ChainPerformance] = Field(description="One for each kind of window, the latest first.")
    alignment_score: NonNegativeAmount | None = Field(description="Σ weight·strength / Σ weight, as announced last.")
    decisions: list[ChainDecision] = Field(description="Those that are pending, then those made since the range began.")
    missing: list[MissingPart]
    link: str
    evidence_link: str
    cost_link: str | None
    recovery_link: str
    performance_link: str


class SpentMoney(Schema):
    """Expenses alone."""

    currency: Currency
    amount: Amount
    as_of: datetime


class ChainInitiative(Schema):
    id: UUID
    code: str
    name: str
    status: InitiativeStatus
    funding: str | None
    service_ids: list[UUID] = Field(description="What it builds or changes, of the services of this chain.")
    spent: list[SpentMoney] = Field(description="Under its own code, in the range; one for each currency.")
    missing: list[MissingPart]
    link: str
    cost_link: str


class ServedBy(Schema):
    kind: Target
    id: UUID
    strength: NonNegativeAmount


class ChainObjective(Schema):
    """Served on the day of the answer, by what is in this chain."""

    id: UUID
    code: str
    name: str
    parent_id: UUID | None
    weight: NonNegativeAmount
    served_by: list[ServedBy]
    link: str


class ChainTotal(Schema):
    """Of one currency: services that are counted, each once, and beside them what was spent on initiatives."""

    currency: Currency
    cost: Amount
    income: Amount
    net: Amount
    recovered: Amount
    recovery_ratio: Amount | None = Field(description="Over the services whose charged days have a known cost.")
    spent_on_initiatives: Amount
    services: int = Field(description="How many of those counted have cost in this currency.")


class ValueChainView(Schema):
    starts_on: date
    ends_on: date
    as_of: datetime
    needs: list[ChainNeed] = Field(max_length=500)
    offerings: list[ChainOffering] = Field(max_length=200)
    services: list[ChainService] = Field(max_length=1000)
    initiatives: list[ChainInitiative] = Field(max_length=500)
    objectives: list[ChainObjective] = Field(max_length=500)
    totals: list[ChainTotal]
    missing: list[MissingPart]


class SummaryOfCost(Schema):
    currency: Currency
    cost: Amount
    income: Amount
    recovered: Amount


class ValueChainSummary(Schema):
    """A need with its launched offerings and their services, each service once."""

    need_id: UUID
    statement: str
    asked_by: str
    state: NeedState
    importance: int
    satisfaction: int | None
    opportunity_score: int | None
    offerings: int
    services: int
    costs: list[SummaryOfCost] = Field(description="One for each currency.")
    worst_health: Amount | None = Field(description="Of the newest window of each service; null: none was measured.")
    services_without_cost: int
    services_without_health: int
    pending_decisions: int
    missing: list[MissingPart]
    link: str
