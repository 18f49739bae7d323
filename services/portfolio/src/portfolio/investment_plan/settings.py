"""What a solution is asked to do, and within which time."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from chassis.money import DecimalString
from chassis.text import Schema

Gap = Annotated[
    Decimal,
    DecimalString(r"^0(\.[0-9]{1,6})?$", 'write a part below 1 such as "0.001" for 0.1 %, at most 6 decimals'),
]


class Settings(Schema):
    time_limit_seconds: int = Field(default=60, ge=1, le=3_600, description="Explaining may take as long again.")
    accepted_gap: Gap = Field(default=Decimal(0), description="Enough of a proof, as a part of the value; 0: all.")
    explain: bool = Field(default=True, description="Whether to ask what raised budgets and given-up links bring.")
    raise_percent: int = Field(default=10, ge=1, le=100, description="By which limits that bind are raised.")


class FrontierSettings(Schema):
    """Points at equal distances, from and to a percent of each budget."""

    time_limit_seconds: int = Field(default=60, ge=1, le=3_600, description="Of all points together.")
    accepted_gap: Gap = Field(default=Decimal(0))
    from_percent: int = Field(default=50, ge=0, le=1_000)
    to_percent: int = Field(default=150, ge=1, le=1_000)
    points: int = Field(default=11, ge=2, le=41)

    @model_validator(mode="after")
    def rising(self) -> Self:
        if self.to_percent - self.from_percent < self.points - 1:
            raise ValueError("the percents rise by one or more from point to point")
        return self

    @property
    def percents(self) -> list[int]:
        span, steps = self.to_percent - self.from_percent, self.points - 1
        return [self.from_percent + span * step // steps for step in range(self.points)]
