"""What callers send and see of business cases."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from chassis.money import Amount, Currency
from chassis.text import Code, Schema
from portfolio.approval_policy.thresholds import ApprovalStep
from portfolio.business_case.content import (
    Assumptions,
    CaseContent,
    Options,
    ResourceDemands,
    Risks,
)
from portfolio.business_case.figures import OptionFigures
from portfolio.business_case.terms import CaseStatus, Convention, FlowKind, Ruling

Number = Annotated[int, Field(ge=1, le=1_000_000)]


class DescribeBusinessCase(CaseContent):
    """All that a draft says, whole."""


class BeginBusinessCase(CaseContent):
    code: Code
    service_id: UUID = Field(description="A service of the pipeline.")


class SetOptions(Schema):
    options: Options


class SetRisks(Schema):
    risks: Risks


class SetAssumptions(Schema):
    assumptions: Assumptions


class SetResourceDemands(Schema):
    resource_demands: ResourceDemands


class DecisionView(Schema):
    step: int
    outcome: Ruling
    decided_by: str
    decided_at: datetime
    reason: str


class ApprovalView(Schema):
    """The last submission on its way: `steps` as the policy of that day asks for, `decisions` so far."""

    number: int
    submitted_by: str
    submitted_at: datetime
    policy_version: int
    steps: list[ApprovalStep]
    decisions: list[DecisionView]
    next_step: ApprovalStep | None = Field(description="Null when nothing is to be decided.")


class AppraisalView(Schema):
    """The answer of finance to the submission `number`."""

    number: int
    current: bool = Field(description="Whether it is of what the case says now; false for a draft to be submitted.")
    appraised_at: datetime
    investment_id: UUID | None
    refused_reason: str | None = Field(description="Why there are no figures; null where there are.")
    options: list[OptionFigures]
    benefits: str | None = Field(description="Where finance compares what was realized with what the case expects.")


class BusinessCaseSummary(Schema):
    id: UUID
    code: str
    service_id: UUID
    status: CaseStatus
    number: int = Field(description="Of its last submission; of its next one while it is a draft.")
    title: str
    owner: str
    currency: Currency
    requested_funding: Amount
    version: int


class CaseFlowView(Schema):
    kind: FlowKind
    amount: Amount
    period: int | None
    flow_on: date | None


class CaseOptionView(Schema):
    name: str
    description: str
    does_nothing: bool
    preferred: bool
    flows: list[CaseFlowView]


class RiskView(Schema):
    """From 1, low, to 5; null: not assessed."""

    statement: str
    likelihood: int | None
    impact: int | None
    response: str


class AssumptionView(Schema):
    statement: str
    source: str | None


class ResourceDemandView(Schema):
    skill: str
    period: int
    quantity: Amount
    unit: str


class ContentView(Schema):
    title: str
    owner: str
    currency: Currency
    requested_funding: Amount
    convention: Convention
    discount_rate: Amount
    finance_rate: Amount | None
    reinvestment_rate: Amount | None
    options: list[CaseOptionView]
    risks: list[RiskView]
    assumptions: list[AssumptionView]
    resource_demands: list[ResourceDemandView]


class BusinessCaseView(ContentView):
    id: UUID
    code: str
    service_id: UUID
    status: CaseStatus
    number: int = Field(description="Of its last submission; of its next one while it is a draft.")
    approval: ApprovalView | None = Field(description="Null before the first submission.")
    appraisal: AppraisalView | None = Field(description="The newest answer of finance; null before there is one.")
    version: int


class SubmissionSummary(Schema):
    number: int
    submitted_by: str
    submitted_at: datetime
    policy_version: int
    steps: list[ApprovalStep]


class SubmissionView(SubmissionSummary):
    """As it was submitted, with what was decided and answered."""

    content: ContentView
    decisions: list[DecisionView]
    appraisal: AppraisalView | None
