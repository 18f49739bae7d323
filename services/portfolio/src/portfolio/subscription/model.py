"""A subscription: a customer uses a service of the catalog, so much of it, from one day until another."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from portfolio.db import Base
from portfolio.service.model import Service
from portfolio.service.terms import Status
from portfolio.subscription.events import SubscriptionEnded, SubscriptionStarted


class NotOperational(Conflict, code="portfolio.subscription.not-operational"):
    """Only an operational service can be subscribed to."""


class Overlapping(Conflict, code="portfolio.subscription.overlapping"):
    """The customer already subscribes to this option of the service on some of these days."""


class EndsBeforeStart(Invalid, code="portfolio.subscription.ends-before-start"):
    """A subscription ends on or after the day it starts on."""


class AlreadyEnded(Conflict, code="portfolio.subscription.already-ended"):
    """An end can be brought nearer, not put off."""


class ExternalIdTaken(
    Conflict, code="portfolio.subscription.external-id-taken", constraint="uq_subscriptions_source_external_id"
):
    """Another subscription has this external id."""


class HalfIdentified(Invalid, code="portfolio.subscription.half-identified"):
    """An external id needs its source, and a source the id there."""


class Subscription(Aggregate, Base):
    """Runs from `starts_on` up to, not including, `ends_on`; null is an open end, and both on one day is no day at all.

    `customer_id` is the customer that lives on; subscriptions that a merger of customers brought together may overlap.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("quantity > 0 AND quantity <> 'NaN'", name="quantity"),
        CheckConstraint("ends_on >= starts_on", name="days"),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="external_id"),
        Index("ix_subscriptions_customer_id_service_id", "customer_id", "service_id"),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"), index=True)
    customer_id: Mapped[UUID]
    quantity: Mapped[Decimal]
    option: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    source: Mapped[str | None]
    external_id: Mapped[str | None]

    @classmethod
    def start(
        cls,
        *,
        service: Service,
        customer_id: UUID,
        quantity: Decimal,
        option: str | None,
        starts_on: date,
        ends_on: date | None,
        others: Iterable["Subscription"],
        source: str | None = None,
        external_id: str | None = None,
    ) -> "Subscription":
        """`others` are those of the same customer to the same service."""
        if service.status is not Status.OPERATIONAL:
            raise NotOperational(f"{service.code} is {service.status}.")
        if (source is None) != (external_id is None):
            raise HalfIdentified
        if ends_on and ends_on < starts_on:
            raise EndsBeforeStart(f"It would start on {starts_on} and end on {ends_on}.")
        if met := next((other for other in others if other.meets(option, starts_on, ends_on)), None):
            raise Overlapping(f"Subscription {met.id} runs from {met.starts_on} to {met.ends_on or 'an open end'}.")
        subscription = cls(
            service_id=service.id,
            customer_id=customer_id,
            quantity=quantity,
            option=option,
            starts_on=starts_on,
            source=source,
            external_id=external_id,
        )
        subscription._announce()
        if ends_on:
            subscription.end(on=ends_on)
        return subscription

    def meets(self, option: str | None, starts_on: date, ends_on: date | None) -> bool:
        """Whether it has a day of the same option in common with [starts_on, ends_on)."""
        begins = max(self.starts_on, starts_on)
        ends = [end for end in (self.ends_on, ends_on) if end]
        return self.option == option and (not ends or begins < min(ends))

    def end(self, *, on: date) -> None:
        """`on` is the first day without it."""
        if on < self.starts_on:
            raise EndsBeforeStart(f"It starts on {self.starts_on}.")
        if self.ends_on and on >= self.ends_on:
            raise AlreadyEnded(f"It ends on {self.ends_on} already.")
        self.ends_on = on
        self.record(
            SubscriptionEnded(
                subscription_id=self.id, service_id=self.service_id, customer_id=self.customer_id, ended_on=on
            )
        )

    def _announce(self) -> None:
        self.record(
            SubscriptionStarted(
                subscription_id=self.id,
                service_id=self.service_id,
                customer_id=self.customer_id,
                quantity=self.quantity,
                option=self.option,
                starts_on=self.starts_on,
            )
        )
