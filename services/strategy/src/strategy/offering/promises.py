"""What of a warranty can be measured: availability, capacity, continuity and security, each promised or not."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from chassis.money import NonNegativeAmount, PositiveAmount
from chassis.text import Line, Schema


def _percentage(percent: Decimal) -> Decimal:
    if percent > 100:
        raise ValueError("a percentage is at most 100")
    return percent


class Window(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class AvailabilityPromise(Schema):
    percent: Annotated[NonNegativeAmount, AfterValidator(_percentage)] = Field(description="Of the agreed hours.")
    hours: Line = Field(description="The agreed hours, such as 24x7 or weekdays 8 to 18.")
    window: Window


class CapacityPromise(Schema):
    quantity: PositiveAmount = Field(description="As much as will be carried at least.")
    unit: Line = Field(description="Such as: seats, transactions a second.")


class ContinuityPromise(Schema):
    """After a disaster."""

    recovery_time_hours: NonNegativeAmount | None = Field(default=None, description="Until it works again, at most.")
    recovery_point_hours: NonNegativeAmount | None = Field(default=None, description="Of work that is lost, at most.")

    @model_validator(mode="after")
    def _promises_something(self) -> Self:
        if self.recovery_time_hours is None and self.recovery_point_hours is None:
            raise ValueError("give recovery_time_hours, recovery_point_hours, or both")
        return self


class SecurityPromise(Schema):
    classification: Line = Field(description="The highest class of information that it is made for.")
    measures: list[Line] = Field(default=[], max_length=50)


class Promises(Schema):
    """Null where nothing measurable is promised."""

    availability: AvailabilityPromise | None = None
    capacity: list[CapacityPromise] = Field(default=[], max_length=20)
    continuity: ContinuityPromise | None = None
    security: SecurityPromise | None = None
