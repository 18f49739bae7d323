"""What callers send and see of opportunities, of the rules that find them and of scans."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from chassis.money import Amount
from chassis.text import Schema
from portfolio.opportunity.finding import OpportunityEvidence
from portfolio.opportunity.terms import OpportunityStatus, OpportunityStepKind, SubjectKind
from portfolio.service.schemas import ProposeService, Reason


class DismissOpportunity(Schema):
    reason: Reason


class AcceptOpportunity(ProposeService):
    """The proposal that it becomes."""

    reason: Reason


class OpportunityView(Schema):
    """Decided ones show the evidence that was decided on."""

    id: UUID
    rule: str
    rule_version: int
    subject_kind: SubjectKind
    subject_id: UUID
    subject_label: str
    sentence: str
    magnitude: Amount = Field(description="As the rule says; the larger, the graver.")
    evidence: OpportunityEvidence
    status: OpportunityStatus
    found_at: datetime
    last_seen_at: datetime = Field(description="Being seen again makes no new version.")
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    service_id: UUID | None = Field(description="The proposal that it became last.")
    version: int


class OpportunityStepView(Schema):
    step: OpportunityStepKind
    at: datetime
    by: str
    reason: str | None
    rule_version: int
    sentence: str
    magnitude: Amount
    evidence: OpportunityEvidence


class OpportunityRuleView(Schema):
    """`step`: by how much the magnitude has to grow until what was decided is open again."""

    name: str
    version: int
    subject_kind: SubjectKind
    fires_when: str
    magnitude: str
    step: Amount


class OpportunityRulesView(Schema):
    rules: list[OpportunityRuleView] = Field(max_length=100)


Count = Annotated[int, Field(ge=0)]


class RuleSightingsView(Schema):
    """`changed`: open before, on other evidence now. `reopened`: had lapsed, or was decided on other evidence."""

    rule: str
    found: Count
    reopened: Count
    changed: Count
    unchanged: Count
    still_dismissed: Count
    still_accepted: Count
    lapsed: Count


class OpportunityScanView(Schema):
    """What a scan made of each rule."""

    scanned_at: datetime
    rules: list[RuleSightingsView] = Field(max_length=100)
