"""A pool with what it holds and whom it serves, and how its cost is shared out. Amounts are whole units of 10⁻¹²."""

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Generic, NamedTuple, TypeVar

from chassis.money import EXACT
from finance.allocation_model.model import IdleCapacity

Party = TypeVar("Party")

DECIMALS = 12


def units(amount: Decimal) -> int:
    """How many times 10⁻¹² an amount is; the ledger's and the drivers' have no more decimals."""
    return int(amount.scaleb(DECIMALS, EXACT).to_integral_exact(context=EXACT))


def amount_of(number: int) -> Decimal:
    """With two decimals where those say all, otherwise with twelve."""
    hundredths, rest = divmod(number, 10 ** (DECIMALS - 2))
    return Decimal(number).scaleb(-DECIMALS, EXACT) if rest else Decimal(hundredths).scaleb(-2, EXACT)


@dataclass(frozen=True)
class Uses(Generic[Party]):
    """How much of a driver each party has, in units of 10^-`scale`: two columns, because there may be millions."""

    parties: Sequence[Party]
    quantities: Sequence[int]
    scale: int

    def quantity(self, number: int) -> Decimal:
        return Decimal(number).scaleb(-self.scale, EXACT)


class Brought(NamedTuple):
    """What a source brings into a pool: its own cost as posted, and what it holds of earlier layers."""

    own: int
    more: int


class Share(NamedTuple, Generic[Party]):
    """A party's weight in a pool, by what it uses of the driver; of the share that shows idle cost, None."""

    party: Party
    weight: int
    quantity: int | None


@dataclass(frozen=True)
class Shares(Generic[Party]):
    """Weights out of `total`; what is missing to `total` stays with the sources. `used` in units of the driver."""

    shares: list[Share[Party]]
    total: int
    used: int
    idle: Fraction


@dataclass(frozen=True)
class Pool(Generic[Party]):
    """Without `receives` it was filled before its layer began: its sources keep what comes to them later."""

    code: str
    sources: Mapping[Party, Brought]
    uses: Uses[Party]
    targets: Collection[Party]
    receives: bool = True
    capacity: Decimal | None = None
    idle: IdleCapacity = IdleCapacity.LEAVE
    idle_to: Party | None = None

    @property
    def brought(self) -> int:
        return sum(source.own + source.more for source in self.sources.values())

    def shares(self, closed: Container[Party]) -> Shares[Party]:
        """Who is served: all with some of the driver, but neither a source of this pool nor who is closed.

        Use by the closed is use all the same: only capacity that nobody uses is idle.
        """
        users = [
            (party, quantity)
            for party, quantity in zip(self.uses.parties, self.uses.quantities, strict=True)
            if quantity and party in self.targets
        ]
        used = sum(quantity for _, quantity in users)
        served = [(p, quantity) for p, quantity in users if p not in closed and p not in self.sources]
        whole = sum(quantity for _, quantity in served) or 1
        idle = self._idle(used)
        busy = Fraction(1) if self.idle == IdleCapacity.SPREAD else 1 - idle
        part, out_of = busy.numerator, busy.denominator
        shares = [Share(party, quantity * part, quantity) for party, quantity in served]
        if self.idle == IdleCapacity.SHOW and self.idle_to is not None and idle:
            shares.append(Share(self.idle_to, (out_of - part) * whole, None))
        return Shares(shares, whole * out_of, used, idle)

    @property
    def _capacity(self) -> Fraction:
        return Fraction(self.capacity or 0) * Fraction(10**self.uses.scale)

    def _idle(self, used: int) -> Fraction:
        """The part of the capacity that nobody uses; of a pool used beyond its capacity, and without one, nothing."""
        return max(Fraction(0), 1 - used / self._capacity) if self._capacity else Fraction(0)


@dataclass(frozen=True)
class Outcome(Generic[Party]):
    """What a pool held in all and to whom it went; the rest stayed."""

    pool: Pool[Party]
    cost: int
    shares: Shares[Party]
    amounts: list[int]

    @property
    def kept(self) -> int:
        return self.cost - sum(self.amounts)

    @property
    def idle(self) -> int:
        """The cost of what nobody used, wherever it went."""
        return int(self.cost * self.shares.idle)

    def parts(self) -> Iterator[tuple[Share[Party], int]]:
        return zip(self.shares.shares, self.amounts, strict=True)


def shared_out(pool: Pool[Party], cost: int, closed: Container[Party]) -> Outcome[Party]:
    shares = pool.shares(closed)
    return Outcome(pool, cost, shares, parted(cost, [share.weight for share in shares.shares], shares.total))


def parted(cost: int, weights: Sequence[int], total: int) -> list[int]:
    """cost × weight / total, each to within one unit, and exactly the cost when the weights make up the total."""
    marks = [cost * reached // total for reached in accumulate(weights, initial=0)]
    return [upper - lower for lower, upper in pairwise(marks)]
