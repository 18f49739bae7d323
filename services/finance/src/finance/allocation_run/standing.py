"""What lies on each party while layer after layer is allocated: what was posted, received, and kept. Whole units."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Generic, NamedTuple

from finance.allocation_run.pool import Brought, Party


class Posted(NamedTuple):
    """The kind of a posted cost: its account's nature, and whether it is income, which counts against cost."""

    nature: str | None
    income: bool


class Standing(Generic[Party]):
    """`direct` is gross cost, less the income that pools have taken on a net basis."""

    def __init__(self, posted: Mapping[Party, Mapping[Posted, int]]) -> None:
        self._posted = {party: dict(costs) for party, costs in posted.items()}
        self._received: defaultdict[Party, int] = defaultdict(int)
        self._kept: defaultdict[Party, int] = defaultdict(int)
        self.direct: defaultdict[Party, int] = defaultdict(int)
        self.gross = {
            party: sum(cost for kind, cost in costs.items() if not kind.income) for party, costs in posted.items()
        }
        self.direct.update(self.gross)
        self.given: defaultdict[Party, int] = defaultdict(int)
        self.got: defaultdict[Party, int] = defaultdict(int)
        self.cost_in = 0

    def draw(self, source: Party, natures: Collection[str], *, net: bool) -> Brought:
        """Takes from a source what a pool with these natures (or none, for all that it has) is filled with."""
        posted = self._posted.get(source, {})
        taken = [kind for kind in posted if (net or not kind.income) and (not natures or kind.nature in natures)]
        own = 0
        for kind in taken:
            amount = posted.pop(kind)
            own += amount
            self.direct[source] += amount if kind.income else 0
        self.cost_in += own
        more = 0 if natures else self._received.pop(source, 0) + self._kept.pop(source, 0)
        return Brought(own, more)

    def receive(self, party: Party, amount: int, *, passes_on: bool) -> None:
        """What passes on within the layer belongs to the pool that hands it on, not to what lies on the party."""
        self.got[party] += amount
        if not passes_on:
            self._received[party] += amount

    def give(self, source: Party, amount: int, *, kept: int) -> None:
        self.given[source] += amount
        self._kept[source] += kept

    @property
    def unallocated(self) -> int:
        """What pools have kept and no later layer has taken up."""
        return sum(self._kept.values())

    @property
    def allocated(self) -> int:
        return sum(self._received.values())

    def bears(self, party: Party) -> int:
        """direct − given + received."""
        return self.direct.get(party, 0) - self.given.get(party, 0) + self.got.get(party, 0)
