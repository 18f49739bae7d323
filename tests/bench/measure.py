"""Two ways of doing the same work, measured in turns in one run, so that a noisy machine disturbs both alike."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Literal

from tests.bench.processes import cpu_seconds, peak_megabytes

ENOUGH = 1_000

By = Literal["rate", "cpu"]


class MeasuredNothing(Exception):
    """A side did so little that its figures say nothing."""


@dataclass(frozen=True)
class Side:
    """`work` goes on for about as many seconds as it is told, or does one fixed job, and returns how many operations it
    completed. `processes` are the ids of those whose CPU time and memory it costs, their ended children included."""

    name: str
    work: Callable[[float], Awaitable[int]]
    processes: Collection[int] = ()


@dataclass(frozen=True)
class Turn:
    operations: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        return self.operations / self.seconds

    def figure(self, by: By) -> float:
        """More is better: operations per second, or per second of CPU time."""
        return self.rate if by == "rate" else self.operations / self.cpu_seconds


@dataclass(frozen=True)
class Figures:
    """Of one side: median rate per second, CPU in microseconds per operation (0 if not counted), peak memory."""

    name: str
    rate: float
    cpu_microseconds: float
    peak_megabytes: float


@dataclass(frozen=True)
class Comparison:
    """`ratio` is that of the medians of what is compared, `lowest` the smallest of the pairs; `kind` is limit or peer.
    `by` cpu, twice the ratio is half the CPU time per operation."""

    work: str
    kind: str
    goal: float
    ours: Figures
    other: Figures
    ratio: float
    lowest: float
    pairs: int
    by: By = "rate"

    @property
    def is_reached(self) -> bool:
        return self.ratio >= self.goal


@dataclass(frozen=True)
class Curve:
    """Lines over a common x axis, both axes logarithmic: line → points."""

    name: str
    title: str
    x: str
    y: str
    lines: dict[str, list[tuple[float, float]]]


@dataclass
class Measured:
    comparisons: list[Comparison] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    not_installed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Effort:
    """How long a run takes: pairs of turns of so many seconds each."""

    seconds: float = 5.0
    pairs: int = 5

    async def compare(
        self,
        work: str,
        ours: Side,
        other: Side,
        *,
        kind: str,
        goal: float,
        check: Callable[[], Awaitable[None]],
        before: Callable[[], Awaitable[None]] | None = None,
        by: By = "rate",
    ) -> Comparison:
        """Warms both up, then A/B/A/B, each turn after `before`. `check` raises when what either side did is wrong, and
        then there is no figure."""

        async def turn(side: Side) -> Turn:
            if before:
                await before()
            return await _turn(side, self.seconds)

        for side in (ours, other):
            await turn(side)
        turns = [(await turn(ours), await turn(other)) for _ in range(self.pairs)]
        await check()
        sides = [_figures(side, [pair[at] for pair in turns]) for at, side in enumerate((ours, other))]
        figures = [(a.figure(by), b.figure(by)) for a, b in turns]
        return Comparison(
            work=work,
            kind=kind,
            goal=goal,
            ours=sides[0],
            other=sides[1],
            ratio=median(a for a, _ in figures) / median(b for _, b in figures),
            lowest=min(a / b for a, b in figures),
            pairs=self.pairs,
            by=by,
        )


async def _turn(side: Side, seconds: float) -> Turn:
    before, begun = cpu_seconds(side.processes), perf_counter()
    operations = await side.work(seconds)
    return Turn(operations, perf_counter() - begun, cpu_seconds(side.processes) - before)


def _figures(side: Side, turns: list[Turn]) -> Figures:
    operations = sum(turn.operations for turn in turns)
    if operations < ENOUGH:
        raise MeasuredNothing(f"{side.name} did {operations} operations in {len(turns)} turns")
    return Figures(
        name=side.name,
        rate=median(turn.rate for turn in turns),
        cpu_microseconds=sum(turn.cpu_seconds for turn in turns) / operations * 1e6,
        peak_megabytes=peak_megabytes(side.processes),
    )
