"""What callers send and see of assets, their maturity and capacity, what needs them, and entitlements."""

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chassis.money import Amount, NonNegativeAmount
from chassis.text import Code, Day, Line, Prose, Schema
from strategy.asset.terms import AssetKind, AssetType
from strategy.figures import Maturity, Volume, Weight

MONTH = r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-01$"


def _first_day(day: date) -> date:
    if not re.fullmatch(MONTH, day.isoformat()):
        raise PydanticCustomError("month", "write the first day of a month, such as 2026-04-01")
    return day


Month = Annotated[Day, AfterValidator(_first_day), Field(json_schema_extra={"pattern": MONTH})]
Seats = Annotated[int, Field(ge=1, le=10**9, strict=True)]


class DescribeAsset(Schema):
    name: Line
    description: Prose = ""
    owner: Line
    target_maturity: Maturity | None = Field(default=None, description="From 0 to 5; null: none is aimed at.")
    weight: Weight = Field(description="How much a shortfall matters, against other assets.")
    unit: Line | None = Field(default=None, description="In which its capacity is counted, such as days or seats.")


class RecordAsset(DescribeAsset):
    code: Code
    kind: AssetKind
    type: AssetType
    parent_id: UUID | None = None


class MoveAsset(Schema):
    under: UUID | None = Field(description="The new parent; null makes it a root.")


class AssetView(Schema):
    id: UUID
    code: str
    name: str
    description: str
    owner: str
    kind: AssetKind
    type: AssetType
    target_maturity: NonNegativeAmount | None
    weight: NonNegativeAmount
    unit: str | None
    parent_id: UUID | None
    version: int


class AssessAsset(Schema):
    maturity: Maturity
    note: Prose = ""


class AssetAssessmentView(Schema):
    asset_id: UUID
    assessed_on: Day
    maturity: NonNegativeAmount
    assessed_by: str
    note: str


class MaturityView(Schema):
    """With assets below it, the mean of those that are assessed; without, what was assessed. Null: nothing was."""

    asset_id: UUID
    code: str
    name: str
    as_of: Day
    maturity: NonNegativeAmount | None = Field(description="To six decimals.")
    own_maturity: NonNegativeAmount | None = Field(description="As assessed itself; does not count with assets below.")
    target_maturity: NonNegativeAmount | None
    shortfall: NonNegativeAmount | None = Field(description="Target less maturity, not below zero.")
    leaves: int = Field(description="Assets at the ends of the tree below it.")
    assessed: int
    coverage: NonNegativeAmount = Field(description="assessed / leaves, to six decimals.")


class MaturityTreeView(MaturityView):
    children: list[MaturityView] = Field(description="The first 500 by code; all of them count.")


class AssetGapView(Schema):
    """`gap` = weight · (target − maturity); ranked by gap, then shortfall, then code."""

    rank: int
    asset_id: UUID
    code: str
    name: str
    kind: AssetKind
    type: AssetType
    maturity: NonNegativeAmount
    target_maturity: NonNegativeAmount
    shortfall: NonNegativeAmount
    weight: NonNegativeAmount
    gap: NonNegativeAmount


class HoldCapacity(Schema):
    available: Volume
    used: Volume | None = Field(default=None, description="May be more than is available; null: not known.")


class CapacityView(Schema):
    asset_id: UUID
    starts_on: Day
    available: NonNegativeAmount
    used: NonNegativeAmount | None


class CapacityLimitView(Schema):
    asset_id: UUID
    code: str
    name: str
    kind: AssetKind
    type: AssetType
    unit: str
    starts_on: Day
    ends_on: Day
    available: NonNegativeAmount
    used: NonNegativeAmount | None
    over_use: NonNegativeAmount | None = Field(description="Used beyond what is available; null: use not known.")
    needed: NonNegativeAmount = Field(description="By services and offerings together.")
    free: Amount = Field(description="Available less needed: what new work may ask for. Below zero it lacks already.")


class ChangeNeed(Schema):
    quantity: Volume = Field(description="Per month, in the unit of the asset.")
    ends_on: Month | None = Field(default=None, description="The first month in which it is not needed any more.")


class StateNeed(ChangeNeed):
    asset_id: UUID
    service_id: UUID | None = Field(default=None, description="Either this or an offering.")
    offering_id: UUID | None = None
    starts_on: Month


class AssetNeedView(Schema):
    id: UUID
    asset_id: UUID
    service_id: UUID | None
    offering_id: UUID | None
    quantity: NonNegativeAmount
    starts_on: Day
    ends_on: Day | None
    version: int


class ChangeEntitlement(Schema):
    seats: Seats
    starts_on: Day
    ends_on: Day | None = Field(default=None, description="The first day on which it does not hold any more.")


class AcquireEntitlement(ChangeEntitlement):
    reference: Code = Field(description="Of the contract or purchase: what it names is counted once.")


class EntitlementView(Schema):
    id: UUID
    asset_id: UUID
    reference: str
    seats: int
    starts_on: Day
    ends_on: Day | None
    version: int


class AllocateSeats(Schema):
    seats: Seats
    shared: bool = Field(default=False, description="With the other services that share, on the same seats.")


class SeatAllocationView(Schema):
    entitlement_id: UUID
    service_id: UUID
    seats: int
    shared: bool


class SeatsView(Schema):
    """Of all entitlements to an asset that hold on the day, each counted once."""

    asset_id: UUID
    on: Day
    entitlements: int
    seats: int
    allocated: int = Field(description="Seats of their own add up; shared ones count once.")
    free: int
    services: int
