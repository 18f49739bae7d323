"""What callers send and see of rules that are tried on stored rows, and of cost that they move."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from chassis.money import Amount
from chassis.text import Code, Schema
from finance.assignment_rule.schemas import Assignment
from finance.cost_import.model import CostView
from finance.cost_import.rule_preview import SAMPLES, SHOWN_BEFORE

SOURCE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
SourceName = Annotated[str, StringConstraints(max_length=40, pattern=SOURCE)]
MOST_RULES = 1_000


class PreviewAssignmentRules(Schema):
    """One rule to be put at a position of the list in force, or a whole list in its place."""

    period: Code = Field(description="The code of a fiscal year or of a fiscal period.")
    source: SourceName | None = Field(default=None, description="Of all sources when none is named.")
    view: CostView = CostView.BILLED
    rule: Assignment | None = None
    position: int | None = Field(default=None, ge=1, le=MOST_RULES, description="Behind all others when not given.")
    rules: list[Assignment] | None = Field(default=None, max_length=MOST_RULES)

    @model_validator(mode="after")
    def _proposes_one_thing(self) -> Self:
        if (self.rule is None) == (self.rules is None):
            raise ValueError("give either a rule or rules")
        if self.position and self.rules is not None:
            raise ValueError("a position is that of a single rule")
        return self


class CurrencyAmount(Schema):
    currency: str
    amount: Amount


class Caught(Schema):
    row_count: int
    amounts: list[CurrencyAmount]


class CaughtNow(Caught):
    rule: int | None = Field(description="The position of the rule in force; null where no rule is.")


class SampleRow(Schema):
    cost_import_id: UUID
    source: str
    line: int
    posted_on: date
    amount: Amount
    currency: str
    description: str | None


class CatchView(Caught):
    now: list[CaughtNow] = Field(max_length=SHOWN_BEFORE, description="What catches these rows today, the most first.")
    samples: list[SampleRow] = Field(max_length=SAMPLES)


class RulePreview(Schema):
    position: int
    cost_object: CatchView | None = Field(description="The rows that would get it; null when the rule gives none.")
    account: CatchView | None = Field(description="The rows that would get it; null when the rule gives none.")


class AssignmentRulesPreview(Schema):
    rules_version: int = Field(description="The version of the rules in force; 0 when there are none.")
    row_count: int = Field(description="Stored rows that were looked at: those that the ledger holds.")
    rules: list[RulePreview]
    unassigned_now: Caught = Field(description="What the rules in force leave without a cost object.")
    unassigned_then: Caught


class ReassignCost(Schema):
    source: SourceName
    period: Code = Field(description="The code of a fiscal year or of a fiscal period.")
    view: CostView = CostView.BILLED
    adjustment: bool = Field(default=False, description="Soft-closed periods take it too.")


class CostReassignmentView(Schema):
    id: UUID
    cost_import_id: UUID
    period: str
    rules_version: int
    row_count: int = Field(description="Rows that got a cost object.")
    posting_id: UUID | None = Field(description="The correction; null where the rows amount to nothing.")
    actor: str
    reassigned_at: datetime


class ReassignmentResult(Schema):
    rules_version: int
    changed: bool
    reassignments: list[CostReassignmentView] = Field(description="One per import; none when there is nothing to do.")
