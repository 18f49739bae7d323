"""A strategic asset: a capability or a resource, within a tree, with the maturity that it has and should have."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from strategy.asset.events import CapacityChanged
from strategy.asset.terms import TYPES, AssetKind, AssetType, next_month
from strategy.db import Base


class CodeTaken(Conflict, code="strategy.asset.code-taken", constraint="uq_assets_code"):
    """Another asset has this code."""


class WithinItself(Conflict, code="strategy.asset.within-itself"):
    """An asset cannot lie within itself."""


class OtherKind(Invalid, code="strategy.asset.other-kind"):
    """A capability is of another type than a resource."""


class WithoutUnit(Conflict, code="strategy.asset.without-unit"):
    """What has no unit has no capacity, and nothing needs so and so much of it."""


class InTheFuture(Invalid, code="strategy.asset.in-the-future"):
    """An asset is assessed today or before."""


class UnitInUse(Conflict, code="strategy.asset.unit-in-use"):
    """Quantities in the unit of an asset are known: another unit would turn them into other quantities."""


class Asset(Aggregate, Base):
    """Maturity from 0 to 5; `weight` says how much a shortfall matters; `unit` is that of its capacity."""

    __tablename__ = "assets"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("target_maturity BETWEEN 0 AND 5", name="target_maturity"),
        CheckConstraint("weight >= 0 AND weight <> 'NaN'", name="weight"),
    )

    code: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    owner: Mapped[str]
    kind: Mapped[AssetKind]
    type: Mapped[AssetType]
    target_maturity: Mapped[Decimal | None]
    weight: Mapped[Decimal]
    unit: Mapped[str | None]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("assets.id"), index=True)

    @classmethod
    def record_new(cls, *, code: str, kind: AssetKind, type: AssetType, parent_id: UUID | None, **said: Any) -> "Asset":
        if type not in TYPES[kind]:
            raise OtherKind(f"A {kind} is one of: {', '.join(sorted(TYPES[kind]))}.")
        asset = cls(code=code, kind=kind, type=type, parent_id=parent_id)
        asset.describe(**said, counted=False)
        return asset

    def describe(
        self,
        *,
        name: str,
        description: str,
        owner: str,
        target_maturity: Decimal | None,
        weight: Decimal,
        unit: str | None,
        counted: bool,
    ) -> None:
        """`counted`: whether quantities in its unit are known."""
        if counted and unit != self.unit:
            raise UnitInUse(f"{self.code} is counted in {self.unit}.")
        self.name, self.description, self.owner = name, description, owner
        self.target_maturity, self.weight, self.unit = target_maturity, weight, unit

    def move(self, *, under: UUID | None, ancestors_of_target: Collection[UUID]) -> None:
        """`ancestors_of_target` are the ids from `under` up to the root, `under` among them."""
        if self.id in ancestors_of_target:
            raise WithinItself(f"{self.code} cannot move below itself.")
        self.parent_id = under

    def assess(self, maturity: Decimal, *, on: date, by: str, note: str, today: date) -> "AssetAssessment":
        if on > today:
            raise InTheFuture(f"{on} has not come yet.")
        return AssetAssessment(asset_id=self.id, assessed_on=on, maturity=maturity, assessed_by=by, note=note)

    def hold_capacity(
        self, *, month: date, available: Decimal, used: Decimal | None, before: "Capacity | None"
    ) -> "Capacity":
        """`before` is what is known of that month. Announced when another quantity is available or used."""
        self.must_have_unit()
        if self.unit and (before is None or (before.available, before.used) != (available, used)):
            self.record(
                CapacityChanged(
                    asset_id=self.id,
                    code=self.code,
                    name=self.name,
                    kind=self.kind,
                    asset_type=self.type,
                    unit=self.unit,
                    starts_on=month,
                    ends_on=next_month(month),
                    available=available,
                    used=used,
                )
            )
        return Capacity(asset_id=self.id, starts_on=month, available=available, used=used)

    def must_have_unit(self) -> None:
        if self.unit is None:
            raise WithoutUnit(f"{self.code} has no unit.")


class AssetAssessment(Base):
    """How mature an asset was found on a day, and by whom."""

    __tablename__ = "asset_assessments"
    __table_args__ = (CheckConstraint("maturity BETWEEN 0 AND 5", name="maturity"),)

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    assessed_on: Mapped[date] = mapped_column(primary_key=True)
    maturity: Mapped[Decimal]
    assessed_by: Mapped[str]
    note: Mapped[str]


class Capacity(Base):
    """How much there is of an asset in the month that begins on `starts_on`, and how much of it was used, in its unit;
    `used` may be more than `available`, and is null while nobody knows it."""

    __tablename__ = "capacities"
    __table_args__ = (
        CheckConstraint("available >= 0 AND available <> 'NaN'", name="available"),
        CheckConstraint("used >= 0 AND used <> 'NaN'", name="used"),
        CheckConstraint("extract(day FROM starts_on) = 1", name="month"),
    )

    asset_id: Mapped[UUID] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True, index=True)
    available: Mapped[Decimal]
    used: Mapped[Decimal | None]
