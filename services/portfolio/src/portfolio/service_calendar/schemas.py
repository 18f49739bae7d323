"""What callers send and see of service calendars."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from chassis.text import Code, Day, Line, Schema
from portfolio.service_level.schemas import TimeZone

Weekday = Annotated[int, Field(ge=1, le=7)]
Opens = Annotated[str, StringConstraints(max_length=5, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Closes = Annotated[str, StringConstraints(max_length=5, pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class OpeningHours(Schema):
    """By the clock on the wall."""

    weekdays: list[Weekday] = Field(min_length=1, max_length=7, description="1 is Monday.")
    opens: Opens = Field(examples=["08:00"])
    closes: Closes = Field(examples=["18:00"], description="24:00 is the end of the day.")

    @model_validator(mode="after")
    def _opens_first(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("it closes after it opens, on the same day; hours past midnight are those of the next day")
        return self


class Holiday(Schema):
    on: Day
    name: Line


class StateServiceCalendar(Schema):
    code: Code
    name: Line
    time_zone: TimeZone
    openings: list[OpeningHours] = Field(min_length=1, max_length=50)
    holidays: list[Holiday] = Field(default=[], max_length=1_000, description="Days without service.")


class ServiceCalendarView(Schema):
    id: UUID
    version: int
    code: str
    name: str
    time_zone: str
    openings: list[OpeningHours]
    holidays: list[Holiday]
