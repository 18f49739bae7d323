"""The availability of a service over a span, from its outages: interval arithmetic, exact to the microsecond.

agreed time = hours of service − planned outages; downtime = agreed time ∩ unplanned outages, each instant once;
availability = (agreed − downtime) / agreed. So an unplanned outage counts only outside planned ones and within the
hours of service. What still runs is down until now, and time to come is neither up nor down.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from chassis.money import EXACT
from portfolio.service_level.spans import common, merged, total, without
from portfolio.service_level.windows import Span

MICROSECOND = timedelta(microseconds=1)

HoursWithin = Callable[[Span], list[Span]]


@dataclass(frozen=True)
class Down:
    """`end` None: it still runs."""

    planned: bool
    start: datetime
    end: datetime | None

    def until(self, now: datetime) -> Span:
        return Span(self.start, self.end if self.end is not None else max(self.start, now))


@dataclass(frozen=True)
class Availability:
    """`agreed` is the whole span's, `elapsed` of it has passed; planned outages took `excluded` from it."""

    agreed: timedelta
    elapsed: timedelta
    excluded: timedelta
    downtime: timedelta

    @property
    def share(self) -> Fraction | None:
        """None while no agreed time has passed."""
        return Fraction(self.up // MICROSECOND, self.elapsed // MICROSECOND) if self.elapsed else None

    @property
    def up(self) -> timedelta:
        return self.elapsed - self.downtime


def always(span: Span) -> list[Span]:
    """The hours of a service that works around the clock."""
    return merged([span])


def availability(span: Span, hours: HoursWithin, outages: Sequence[Down], *, now: datetime) -> Availability:
    service = hours(span)
    planned = merged([it.until(now) for it in outages if it.planned])
    agreed = without(service, planned)
    past = Span(span.start, max(span.start, min(span.end, now)))
    elapsed = common(agreed, merged([past]))
    down = common(elapsed, merged([it.until(now) for it in outages if not it.planned]))
    return Availability(total(agreed), total(elapsed), total(common(service, planned)), total(down))


def counted(span: Span, hours: HoursWithin, outages: Sequence[Down], *, now: datetime) -> list[timedelta]:
    """Of each outage alone, the agreed or service time that it took; overlapping ones together took less."""
    service = hours(span)
    agreed = without(service, merged([it.until(now) for it in outages if it.planned]))
    past = merged([Span(span.start, max(span.start, min(span.end, now)))])
    return [total(common(service if it.planned else common(agreed, past), merged([it.until(now)]))) for it in outages]


def seconds(length: timedelta) -> Decimal:
    """Exact, with up to six decimals."""
    return EXACT.normalize(Decimal(length // MICROSECOND).scaleb(-6, EXACT))
