"""What flows of money at different times are worth today; pure, in decimals of 50 digits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from enum import StrEnum

from chassis.money import DECIMALS, EXACT, WHOLE_DIGITS, exact_sum, minor_unit, round_to
from chassis.problems import Invalid

CONTEXT = Context(prec=50, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])

DAYS_OF_YEAR = 365
# Counting the internal rates of so many flows takes less than a second, whatever their signs.
MOST_PERIODS = 60


class OutOfRange(Invalid, code="finance.investment.out-of-range"):
    """A figure has 20 digits or more before the point."""


class Convention(StrEnum):
    """When a flow counts: that of period p after p periods, or after p + 1; a dated one after its days / 365 years."""

    FIRST_FLOW_NOW = "first_flow_now"
    PERIOD_END = "period_end"
    DATED = "dated"


@dataclass(frozen=True)
class Flows:
    """Net amounts by tick, ascending; received is positive, paid is negative. The rate is that of `ticks_per_period`
    ticks: 1 where flows come by period, 365 where they are dated. Ticks without a flow may be missing."""

    amounts: Mapping[int, Decimal]
    ticks_per_period: int = 1

    @classmethod
    def of(cls, flows: Iterable[tuple[int, Decimal]], ticks_per_period: int = 1) -> "Flows":
        by_tick: dict[int, list[Decimal]] = defaultdict(list)
        for tick, amount in flows:
            by_tick[tick].append(amount)
        return cls({tick: exact_sum(by_tick[tick]) for tick in sorted(by_tick)}, ticks_per_period)

    @classmethod
    def series(cls, amounts: Sequence[Decimal], convention: Convention = Convention.FIRST_FLOW_NOW) -> "Flows":
        """One flow per period, in order."""
        return cls.of((tick_of(convention, period=period), amount) for period, amount in enumerate(amounts))

    @classmethod
    def dated(cls, flows: Sequence[tuple[date, Decimal]]) -> "Flows":
        """Counted from the earliest of them."""
        start = min((on for on, _ in flows), default=None)
        return cls.of(((tick_of(Convention.DATED, on=on, start=start), amount) for on, amount in flows), DAYS_OF_YEAR)

    @property
    def life(self) -> Decimal:
        """Periods from now to the last flow."""
        return CONTEXT.divide(Decimal(max(self.amounts, default=0)), Decimal(self.ticks_per_period))

    @property
    def total(self) -> Decimal:
        return exact_sum(self.amounts.values())


def tick_of(
    convention: Convention, *, period: int | None = None, on: date | None = None, start: date | None = None
) -> int:
    """A dated flow counts from `start`; ValueError for a flow that lacks what the convention needs."""
    if convention == Convention.DATED:
        if on is None or start is None:
            raise ValueError("a dated flow needs a day")
        return (on - start).days
    if period is None:
        raise ValueError("a flow by period needs a period")
    return period + (convention == Convention.PERIOD_END)


def ticks_per_period(convention: Convention) -> int:
    return DAYS_OF_YEAR if convention == Convention.DATED else 1


def checked_rate(rate: Decimal) -> Decimal:
    """ValueError unless it is above −100 %, where discounting ends."""
    if not rate > -1:
        raise ValueError("a rate must be above -1, which is -100 %")
    return rate


def factors(ticks: Iterable[int], rate: Decimal, ticks_per_period: int) -> dict[int, Decimal]:
    """Tick → (1 + rate)^(−tick / ticks per period); `ticks` ascend from 0 or later."""
    with localcontext(CONTEXT):
        step = tick_factor(rate, ticks_per_period)
        factor, last, found = Decimal(1), 0, {}
        for tick in ticks:
            factor *= step ** (tick - last)
            found[tick], last = factor, tick
        return found


def present_values(flows: Flows, rate: Decimal) -> dict[int, Decimal]:
    """Tick → its amount times its factor."""
    found = factors(flows.amounts, rate, flows.ticks_per_period)
    return {tick: CONTEXT.multiply(amount, found[tick]) for tick, amount in flows.amounts.items()}


def tick_factor(rate: Decimal, ticks: int) -> Decimal:
    """What is due one tick later is worth this much now."""
    with localcontext(CONTEXT):
        growth = 1 + checked_rate(rate)
        return 1 / growth if ticks == 1 else (-growth.ln() / ticks).exp()


def net_present_value(flows: Flows, rate: Decimal) -> Decimal:
    """NPV and, of dated flows, XNPV (actual/365)."""
    with localcontext(CONTEXT):
        return sum(present_values(flows, rate).values(), Decimal(0))


def annuity_factor(rate: Decimal, periods: Decimal) -> Decimal:
    """Present value of 1 at the end of each period: (1 − (1 + rate)^−periods) / rate, or `periods` at a rate of 0."""
    with localcontext(CONTEXT):
        growth = 1 + checked_rate(rate)
        return (1 - growth**-periods) / rate if rate else periods


def equivalent_annual_value(flows: Flows, rate: Decimal) -> Decimal | None:
    """The NPV as an even flow at each period's end over the life, which makes unequal lives comparable.
    None when all of it happens now."""
    if not flows.life:
        return None
    with localcontext(CONTEXT):
        return net_present_value(flows, rate) / annuity_factor(rate, flows.life)


def stated(figure: Decimal) -> Decimal:
    """A rate, a ratio or a time as it is shown: to 12 decimals, without zeros at its end."""
    rounded = _rounded(figure, DECIMALS)
    return rounded.normalize(EXACT) if rounded else Decimal(0)


def stated_money(figure: Decimal, currency: str) -> Decimal:
    """To the minor unit of the currency."""
    return _rounded(figure, minor_unit(currency))


def _rounded(figure: Decimal, decimals: int) -> Decimal:
    """Half away from zero. OutOfRange beyond what an answer can carry."""
    if not figure.is_finite() or figure.adjusted() >= WHOLE_DIGITS - 1:
        raise OutOfRange("The rate is too near to -100 %, or a figure is a share of next to nothing.")
    # Digits that are nothing but the rest of a subtraction lie far behind those that are shown.
    return round_to(figure if figure.adjusted() > -2 * DECIMALS else Decimal(0), decimals)
