"""A move of a customer: one subscription ends, and one to the replacement starts on the same day."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.ids import uuid7
from chassis.problems import Conflict
from portfolio.db import Base
from portfolio.retirement_plan.model import RetirementPlan
from portfolio.service.gates import Act
from portfolio.service.model import Service
from portfolio.subscription.model import AlreadyEnded, Subscription


class NoReplacement(Conflict, code="portfolio.customer-move.no-replacement"):
    """The plan names no service that customers could move to."""


class NotYetLaunched(Conflict, code="portfolio.customer-move.not-yet-launched"):
    """The replacement has been launched after the day of the move."""


class AfterTheEnd(Conflict, code="portfolio.customer-move.after-the-end"):
    """Customers move by the day on which the service retires."""


class AlreadyMoved(Conflict, code="portfolio.customer-move.already-moved"):
    """The subscription has a successor, from another day on or with another option."""


class NotOfThisService(Conflict, code="portfolio.customer-move.not-of-this-service"):
    """The service that retires has no such subscription."""


class CustomerMove(Base):
    """`subscription_id` ended on `moved_on`, and `successor_id` started."""

    __tablename__ = "customer_moves"
    __table_args__ = (
        UniqueConstraint("subscription_id"),
        UniqueConstraint("successor_id"),
        Index("ix_customer_moves_plan_id", "plan_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("retirement_plans.id"))
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("subscriptions.id"))
    successor_id: Mapped[UUID] = mapped_column(ForeignKey("subscriptions.id"))
    moved_on: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[str]


def succeed(
    subscription: Subscription,
    *,
    plan: RetirementPlan,
    replacement: Service,
    on: date,
    today: date,
    option: str | None,
    others: Iterable[Subscription],
) -> Subscription:
    """The successor: as much, and as long where the subscription had a later end. One that is still to start starts
    with the replacement instead. `others` are those of the customer to the replacement.

    Raises what `Subscription.start` does, AlreadyEnded, AfterTheEnd, NotYetLaunched.
    """
    day, end = max(on, subscription.starts_on), subscription.ends_on
    if end and (end < day or end == subscription.starts_on):
        raise AlreadyEnded(f"It ends on {end} already.")
    if day > plan.last_day(today):
        raise AfterTheEnd(f"{day} is after {plan.last_day(today)}.")
    if replacement.launched_on and day < replacement.launched_on:
        raise NotYetLaunched(f"{replacement.code} is there from {replacement.launched_on} on.")
    successor = Subscription.start(
        service=replacement,
        customer_id=subscription.customer_id,
        quantity=subscription.quantity,
        option=option,
        starts_on=day,
        ends_on=end if end and end > day else None,
        others=others,
    )
    if end != day:
        subscription.end(on=day)
    return successor


def moved(act: Act, plan: RetirementPlan, subscription: Subscription, successor: Subscription) -> CustomerMove:
    return CustomerMove(
        plan_id=plan.id,
        subscription_id=subscription.id,
        successor_id=successor.id,
        moved_on=successor.starts_on,
        at=act.at,
        by=act.by,
    )
