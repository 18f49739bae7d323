"""When a service of the catalog is to be reviewed."""

from datetime import date


def due_on(*, launched_on: date, decided_on: date | None, follow_up_on: date | None) -> date:
    """The last day on which its next review can be decided in time: a year after the last decision, or after the launch
    where there was none; earlier if the effect of that decision is to be looked at before."""
    yearly = _year_after(decided_on or launched_on)
    return min(yearly, follow_up_on) if follow_up_on else yearly


def _year_after(day: date) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, 2, 28) if leap_day else day.replace(year=day.year + 1)
