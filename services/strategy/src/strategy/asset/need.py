"""What services and offerings need of an asset, month by month."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from strategy.db import Base


class NotOneInNeed(Invalid, code="strategy.asset-need.not-one-in-need"):
    """A need of an asset is that of either one service or one offering."""


class NeedEndsBeforeItStarts(Invalid, code="strategy.asset-need.ends-before-it-starts"):
    """A need ends after the month in which it starts."""


class NeedOverlaps(Conflict, code="strategy.asset-need.overlaps"):
    """What the same service or offering needs of this asset in some of these months is known already."""


class AssetNeed(Aggregate, Base):
    """`quantity` per month, in the unit of the asset, in the months of `[starts_on, ends_on)`."""

    __tablename__ = "asset_needs"
    __table_args__ = (
        CheckConstraint("num_nonnulls(service_id, offering_id) = 1", name="one_in_need"),
        CheckConstraint("quantity >= 0 AND quantity <> 'NaN'", name="quantity"),
        CheckConstraint("ends_on > starts_on", name="range"),
    )

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("assets.id"), index=True)
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("known_services.id"), index=True)
    offering_id: Mapped[UUID | None] = mapped_column(ForeignKey("offerings.id"), index=True)
    quantity: Mapped[Decimal]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    @classmethod
    def state(
        cls,
        *,
        asset_id: UUID,
        service_id: UUID | None,
        offering_id: UUID | None,
        quantity: Decimal,
        starts_on: date,
        ends_on: date | None,
    ) -> "AssetNeed":
        if (service_id is None) == (offering_id is None):
            raise NotOneInNeed("Name either the service or the offering that needs it.")
        need = cls(asset_id=asset_id, service_id=service_id, offering_id=offering_id, starts_on=starts_on)
        need.change(quantity=quantity, ends_on=ends_on)
        return need

    def change(self, *, quantity: Decimal, ends_on: date | None) -> None:
        if ends_on and ends_on <= self.starts_on:
            raise NeedEndsBeforeItStarts(f"{ends_on} is not after {self.starts_on}.")
        self.quantity, self.ends_on = quantity, ends_on
