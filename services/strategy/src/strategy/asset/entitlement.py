"""Licences and seats: an entitlement counts once, however many services are allowed to use it."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from strategy.db import Base


class ReferenceTaken(Conflict, code="strategy.entitlement.reference-taken", constraint="uq_entitlements_reference"):
    """An entitlement with this reference is counted already."""


class EntitlementEndsBeforeItStarts(Invalid, code="strategy.entitlement.ends-before-it-starts"):
    """An entitlement ends after the day on which it starts."""


class TooFewSeats(Conflict, code="strategy.entitlement.too-few-seats"):
    """More seats would be allocated than the entitlement has."""


class SeatAllocation(Base):
    """Seats that a service may use: of its own, or `shared` with the other services that share."""

    __tablename__ = "seat_allocations"
    __table_args__ = (CheckConstraint("seats > 0", name="seats"),)

    entitlement_id: Mapped[UUID] = mapped_column(ForeignKey("entitlements.id"), primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("known_services.id"), primary_key=True, index=True)
    seats: Mapped[int]
    shared: Mapped[bool]


def taken(allocations: Collection[SeatAllocation]) -> int:
    """Seats of one's own add up. Those who share sit on the same seats: as many as the one that may use the most."""
    own = sum(allocation.seats for allocation in allocations if not allocation.shared)
    return own + max((allocation.seats for allocation in allocations if allocation.shared), default=0)


class Entitlement(Aggregate, Base):
    """The right to use so many seats of an asset on the days of `[starts_on, ends_on)`; `reference` is that of its
    contract or purchase, by which it is counted once."""

    __tablename__ = "entitlements"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("seats >= 0", name="seats"),
        CheckConstraint("ends_on > starts_on", name="range"),
    )

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("assets.id"), index=True)
    reference: Mapped[str]
    seats: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    @classmethod
    def acquire(
        cls, *, asset_id: UUID, reference: str, seats: int, starts_on: date, ends_on: date | None
    ) -> "Entitlement":
        acquired = cls(asset_id=asset_id, reference=reference)
        acquired.change(seats=seats, starts_on=starts_on, ends_on=ends_on, allocations=())
        return acquired

    def change(
        self, *, seats: int, starts_on: date, ends_on: date | None, allocations: Collection[SeatAllocation]
    ) -> None:
        """`allocations` are all that there are: what services may use is not taken from under them."""
        if ends_on and ends_on <= starts_on:
            raise EntitlementEndsBeforeItStarts(f"{ends_on} is not after {starts_on}.")
        self._must_seat(allocations, of=seats)
        self.seats, self.starts_on, self.ends_on = seats, starts_on, ends_on

    def allocate(
        self, *, service_id: UUID, seats: int, shared: bool, others: Collection[SeatAllocation]
    ) -> SeatAllocation:
        """`others` are the allocations to other services."""
        allocation = SeatAllocation(entitlement_id=self.id, service_id=service_id, seats=seats, shared=shared)
        self._must_seat([*others, allocation], of=self.seats)
        return allocation

    def _must_seat(self, allocations: Collection[SeatAllocation], *, of: int) -> None:
        if (needed := taken(allocations)) > of:
            raise TooFewSeats(f"{needed} seats would be allocated, {of} are there.", seats=of, allocated=needed)
