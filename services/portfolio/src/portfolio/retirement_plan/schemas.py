"""What callers send and see of retirement plans, their checklists, and the customers to move."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.identity import Caller
from chassis.money import Amount, PositiveAmount
from chassis.text import Day, Line, Schema
from portfolio.retirement_plan.terms import ItemState, MoveEffect, RetirementStatus, Whereabouts
from portfolio.service.gates import Act, Blocker
from portfolio.service.schemas import GiveReason, PassGate, Reason, Waiver

Count = Annotated[int, Field(ge=0)]
MOST_MOVES = 500
EndsOn = Annotated[Day, Field(description="The first day without the service.")]


class RetireService(PassGate):
    waiver: Waiver | None = Field(default=None, description="Of what has been used and is not charged.")

    def act(self, caller: Caller, now: datetime) -> Act:
        return self.passing(super().act(caller, now), None)


class GiveRetirementNotice(GiveReason):
    retires_on: EndsOn
    replacement_id: UUID | None = None


class BlockedRetirement(Schema):
    service_id: UUID
    code: str
    blockers: list[Blocker]


class RetirementsView(Schema):
    """Ids of the services that retired, and what keeps the others whose notice has run out."""

    retired: list[UUID]
    blocked: list[BlockedRetirement]


class AddChecklistItem(Schema):
    title: Line
    owner: Line = Field(description="Who sees to it.")
    due_on: Day
    required: bool = Field(default=True, description="Whether the service stays until it is done or waived.")


class SettleChecklistItem(Schema):
    evidence: Reason = Field(description="What shows that it is done, or why it need not be.")


class ChecklistItemView(Schema):
    id: UUID
    plan_id: UUID
    title: str
    owner: str
    due_on: date
    required: bool
    state: ItemState
    stated_by: str = Field(description="Who put it on the list or changed it last.")
    settled_at: datetime | None
    settled_by: str | None
    evidence: str | None = Field(description="What shows that it is done, or why it was waived.")
    version: int


class OpenRetirementPlan(GiveReason):
    service_id: UUID
    ends_on: EndsOn
    notice_days: int = Field(
        default=1, ge=1, le=3650, description="The notice that customers have at least, however the end is moved."
    )
    replacement_id: UUID | None = Field(default=None, description="A service that is neither gone nor goes itself.")
    checklist: list[AddChecklistItem] = Field(default=[], max_length=100)


class ReviseRetirementPlan(GiveReason):
    ends_on: EndsOn
    replacement_id: UUID | None


class RetirementRevisionView(Schema):
    at: datetime
    by: str
    reason: str
    ends_on: date
    replacement_id: UUID | None


class CustomersCount(Schema):
    """Who has several subscriptions may be counted in several states."""

    customers: Count
    subscriptions: Count
    quantity: Amount


class CustomersProgress(Schema):
    to_move: CustomersCount
    moving: CustomersCount
    leaving: CustomersCount


class ChecklistProgress(Schema):
    open: Count
    open_required: Count
    done: Count
    waived: Count


class RetirementPlanView(Schema):
    id: UUID
    service_id: UUID
    review_id: UUID | None = Field(description="The decision that opened it.")
    given_on: date = Field(description="When the notice was given.")
    notice_days: Count
    ends_on: date = Field(description="The first day without the service.")
    replacement_id: UUID | None
    status: RetirementStatus
    overdue: bool = Field(description="The end has come, and something keeps the service.")
    reason: str
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None = Field(description="When it was completed or called off.")
    closed_by: str | None
    closing_reason: str | None
    customers: CustomersProgress
    checklist: ChecklistProgress
    blockers: list[Blocker] = Field(description="What would keep the service from retiring today.")
    version: int


class RetirementCustomer(Schema):
    """A subscription that ends with the service: moving with a successor, leaving without, or still to move."""

    subscription_id: UUID
    customer_id: UUID
    customer_code: str | None
    customer_name: str | None
    quantity: PositiveAmount
    option: str | None
    starts_on: date
    ends_on: date | None
    state: Whereabouts
    successor_id: UUID | None = Field(description="Their subscription to the replacement.")
    moved_at: datetime | None
    moved_by: str | None


class OptionMapping(Schema):
    """Null: no option."""

    option: Line | None
    becomes: Line | None


class MoveCustomers(Schema):
    on: Day = Field(description="The last day is the one before; what is still to start starts with the replacement.")
    subscription_ids: list[UUID] = Field(min_length=1, max_length=MOST_MOVES)
    options: list[OptionMapping] = Field(default=[], max_length=100, description="Others keep the option they have.")

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len(set(self.subscription_ids)) < len(self.subscription_ids):
            raise ValueError("name each subscription once")
        if len({mapping.option for mapping in self.options}) < len(self.options):
            raise ValueError("map each option once")
        return self


class CustomerMoveResult(Schema):
    subscription_id: UUID
    effect: MoveEffect
    successor_id: UUID | None
    code: str | None = Field(description="Of the problem, where the move is refused.")
    reason: str | None


class CustomerMovesView(Schema):
    moved: Count
    unchanged: Count
    refused: Count
    results: list[CustomerMoveResult]
