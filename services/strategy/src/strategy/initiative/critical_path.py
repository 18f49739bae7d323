"""The critical path method: how early and how late each part of a network can be, and where there is no slack.

Forward pass: earliest start = greatest earliest finish of what it needs, else 0. Backward pass: latest finish = least
latest start of what needs it, else the length of the network (Kelley and Walker 1959). Times are whole days from the
start; a part that takes three days from day 0 finishes at 3.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Loop(ValueError):
    """The parts need one another in a circle, so none of them can ever begin."""


@dataclass(frozen=True)
class Timing:
    """`free_slack`: days that it can be late without moving what comes after; `total_slack`: without moving the end."""

    earliest_start: int
    earliest_finish: int
    latest_start: int
    latest_finish: int
    free_slack: int

    @property
    def total_slack(self) -> int:
        return self.latest_start - self.earliest_start

    @property
    def is_critical(self) -> bool:
        return self.total_slack == 0


@dataclass(frozen=True)
class Schedule(Generic[K]):
    """`timings` in an order in which the parts can be done."""

    length: int
    timings: Mapping[K, Timing]


def schedule(durations: Mapping[K, int], needs: Collection[tuple[K, K]]) -> Schedule[K]:
    """`needs` are pairs: the first begins when the second has finished; both have a duration of 0 or more. Loop."""
    before: dict[K, set[K]] = {part: set() for part in durations}
    after: dict[K, set[K]] = defaultdict(set)
    for part, needed in needs:
        before[part].add(needed)
        after[needed].add(part)
    try:
        order = list(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise Loop("The parts need one another in a circle.") from error
    starts: dict[K, int] = {}
    for part in order:
        starts[part] = max((starts[needed] + durations[needed] for needed in before[part]), default=0)
    length = max((starts[part] + durations[part] for part in order), default=0)
    latest: dict[K, int] = {}
    for part in reversed(order):
        latest[part] = min((latest[later] - durations[later] for later in after[part]), default=length)
    return Schedule(
        length,
        {
            part: Timing(
                earliest_start=starts[part],
                earliest_finish=(finish := starts[part] + durations[part]),
                latest_start=latest[part] - durations[part],
                latest_finish=latest[part],
                free_slack=min((starts[later] for later in after[part]), default=length) - finish,
            )
            for part in order
        },
    )
