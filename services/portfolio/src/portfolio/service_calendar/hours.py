"""The hours in which a service is meant to work, by the clock on its wall, as spans of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portfolio.service_level.spans import merged
from portfolio.service_level.windows import A_DAY, Span, change


@dataclass(frozen=True)
class Opening:
    """On these weekdays, Monday being 0, from one time of the day up to another; `until` None is the end of the day."""

    weekdays: frozenset[int]
    opens: time
    closes: time | None


@dataclass(frozen=True)
class Hours:
    """An instant is within the hours when the clock on the wall then shows a time of an opening, on no holiday.

    So an hour that clocks skip is no hour of service, and one that they repeat counts twice.
    """

    zone: ZoneInfo
    openings: tuple[Opening, ...]
    holidays: frozenset[date]

    def within(self, span: Span) -> list[Span]:
        """The spans of service, in order and merged."""
        found = [part for piece, offset in _pieces(self.zone, span) for part in self._by_wall(piece, offset)]
        return merged(found)

    def _by_wall(self, piece: Span, offset: timedelta) -> Iterator[Span]:
        """While the offset stays, time on the wall is UTC moved by it."""
        first, last = (at.replace(tzinfo=None) + offset for at in piece)
        day = first.date()
        while datetime.combine(day, time()) < last:
            for opening in self.openings if day not in self.holidays else ():
                if day.weekday() in opening.weekdays:
                    opens, closes = _on(day, opening)
                    if (start := max(opens, first)) < (end := min(closes, last)):
                        yield Span((start - offset).replace(tzinfo=UTC), (end - offset).replace(tzinfo=UTC))
            day += A_DAY


def _on(day: date, opening: Opening) -> tuple[datetime, datetime]:
    closes = datetime.combine(day, opening.closes) if opening.closes else datetime.combine(day + A_DAY, time())
    return datetime.combine(day, opening.opens), closes


def _pieces(zone: ZoneInfo, span: Span) -> Iterator[tuple[Span, timedelta]]:
    """The span cut where the zone changes its offset."""
    start, at = span.start, span.start
    while at < span.end:
        following = min(at + A_DAY, span.end)
        if _offset(zone, following) != (offset := _offset(zone, at)):
            at = change(zone, at, following)
            yield Span(start, at), offset
            start = at
        else:
            at = following
    if start < span.end:
        yield Span(start, span.end), _offset(zone, start)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
