"""How a failure or an end spreads through the services: each once, by a shortest path."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)


@dataclass(frozen=True)
class Reached(Generic[N]):
    """`via` is the one before it on a shortest path, or what was asked about."""

    distance: int
    via: N


def spread(start: N, neighbours: Mapping[N, Sequence[N]], *, within: int) -> dict[N, Reached[N]]:
    """Everything that is reached from `start` in at most `within` steps, the nearest first. Each edge is looked at
    once; of several shortest paths the one through the neighbour that comes first is taken."""
    found: dict[N, Reached[N]] = {}
    edge: Iterable[N] = [start]
    for distance in range(1, within + 1):
        reached: list[N] = []
        for one in edge:
            for neighbour in neighbours.get(one, ()):
                if neighbour not in found and neighbour != start:
                    found[neighbour] = Reached(distance, one)
                    reached.append(neighbour)
        if not reached:
            break
        edge = reached
    return found


def path(found: Mapping[N, Reached[N]], to: N) -> list[N]:
    """From the first step to `to` itself."""
    steps = [to]
    while (before := found[steps[-1]].via) in found:
        steps.append(before)
    return steps[::-1]
