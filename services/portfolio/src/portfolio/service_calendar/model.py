"""A service calendar: in which hours of the week a service is meant to work, and on which days not."""

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from portfolio.db import Base
from portfolio.service_calendar.hours import Hours, Opening


class CodeTaken(Conflict, code="portfolio.service-calendar.code-taken", constraint="uq_service_calendars_code"):
    """Another service calendar has this code."""


class ServiceCalendar(Aggregate, Base):
    """`openings` are weekdays (Monday is 1) with a time of the day to open and one to close, 24:00 being the end of the
    day; `holidays` are days without service, with the name of each."""

    __tablename__ = "service_calendars"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    time_zone: Mapped[str]
    openings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    holidays: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    @classmethod
    def draw_up(cls, **stated: Any) -> "ServiceCalendar":
        """`stated` is what `restate` takes."""
        calendar = cls()
        calendar.restate(**stated)
        return calendar

    def restate(
        self,
        *,
        code: str,
        name: str,
        time_zone: str,
        openings: list[dict[str, Any]],
        holidays: list[dict[str, Any]],
    ) -> None:
        self.code, self.name, self.time_zone = code, name, time_zone
        self.openings, self.holidays = openings, sorted(holidays, key=lambda holiday: str(holiday["on"]))

    @property
    def hours(self) -> Hours:
        openings = tuple(
            Opening(frozenset(day - 1 for day in it["weekdays"]), _time(it["opens"]) or time(), _time(it["closes"]))
            for it in self.openings
        )
        return Hours(
            ZoneInfo(self.time_zone), openings, frozenset(date.fromisoformat(it["on"]) for it in self.holidays)
        )


def _time(text: str) -> time | None:
    return None if text == "24:00" else time.fromisoformat(text)
