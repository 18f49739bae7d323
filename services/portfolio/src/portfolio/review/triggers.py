"""What opens a review that nobody has asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from chassis.text import Schema
from portfolio.review.due import due_on
from portfolio.review.terms import Trigger
from portfolio.wording import money


class TriggerCause(Schema):
    """Why a review was opened; `event_id` is the fact that was heard, if it was one."""

    sentence: str
    link: str | None = Field(description="Where to look, at the gateway's address.")
    event_id: UUID | None


@dataclass(frozen=True)
class Occasion:
    """`key` says what happened: for the same, a service is not reviewed twice."""

    trigger: Trigger
    key: str
    cause: TriggerCause


def calendar(*, launched_on: date, decided_on: date | None, today: date) -> Occasion | None:
    """None while the review is not due."""
    due = due_on(launched_on=launched_on, decided_on=decided_on)
    if today < due:
        return None
    last = f"the last decision on {decided_on}" if decided_on else f"its launch on {launched_on}"
    sentence = f"It is due since {due}: twelve months after {last}."
    cause = TriggerCause(sentence=sentence, link=None, event_id=None)
    return Occasion(Trigger.CALENDAR, f"due:{due}", cause)


@dataclass(frozen=True)
class Exceeded:
    """More than a line of a budget holds is spent in its year, or expected to be (`expected`)."""

    event_id: UUID
    budget_id: UUID
    code: str
    fiscal_year: str
    line: str
    expected: bool
    budgeted: Decimal
    amount: Decimal
    currency: str


def budget_exceeded(said: Exceeded) -> Occasion:
    """Once per budget and fiscal year, whether it was expected first or not, and of which line."""
    is_spent = "is expected to be spent" if said.expected else "was spent"
    sentence = (
        f"In {said.fiscal_year}, {money(said.amount, said.currency)} {is_spent} of the "
        f"{money(said.budgeted, said.currency)} that the budget {said.code} holds for “{said.line}”."
    )
    cause = TriggerCause(sentence=sentence, link=f"/finance/v1/budgets/{said.budget_id}", event_id=said.event_id)
    return Occasion(Trigger.RULE, f"budget:{said.budget_id}:{said.fiscal_year}", cause)


def breach_key(today: date) -> str:
    """Once per service and calendar year."""
    return f"repeated-breach:{today.year}"


def repeated_breach(
    service_id: UUID, key: str, *, window: str, starts_on: date, missed: Sequence[int], measured: Sequence[int]
) -> Occasion:
    """`missed` of how many `measured` promises, in its two latest windows that were measured, the newer one first."""
    newer, older = (f"{few} of {all_}" for few, all_ in zip(missed, measured, strict=True))
    sentence = (
        f"It missed {newer} promises in the {window} that began on {starts_on}, and {older} in the last one before "
        "that was measured."
    )
    link = f"/portfolio/v1/performance-assessments?service_id={service_id}"
    cause = TriggerCause(sentence=sentence, link=link, event_id=None)
    return Occasion(Trigger.RULE, key, cause)
