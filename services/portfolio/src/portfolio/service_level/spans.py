"""Arithmetic of half-open spans of time: together, in common, without; exact to the microsecond."""

from collections.abc import Sequence
from datetime import timedelta

from portfolio.service_level.windows import Span


def merged(spans: Sequence[Span]) -> list[Span]:
    """In order, without overlaps; spans that touch become one, and those without length go."""
    result: list[Span] = []
    for span in sorted(spans):
        if span.end <= span.start:
            continue
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


def common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What both hold; both are merged."""
    result: list[Span] = []
    at = other = 0
    while at < len(some) and other < len(others):
        start, end = max(some[at].start, others[other].start), min(some[at].end, others[other].end)
        if start < end:
            result.append(Span(start, end))
        if some[at].end <= others[other].end:
            at += 1
        else:
            other += 1
    return result


def without(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What the first hold and the second do not; both are merged."""
    result: list[Span] = []
    other = 0
    for start, end in some:
        while other < len(others) and others[other].end <= start:
            other += 1
        at, rest = start, other
        while rest < len(others) and others[rest].start < end:
            if at < others[rest].start:
                result.append(Span(at, others[rest].start))
            at = max(at, others[rest].end)
            rest += 1
        if at < end:
            result.append(Span(at, end))
    return result


def total(spans: Sequence[Span]) -> timedelta:
    return sum((span.length for span in spans), timedelta())
