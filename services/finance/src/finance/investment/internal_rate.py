"""The internal rates of return of flows: none, one or several, and all of them said."""

from decimal import Decimal, localcontext
from enum import StrEnum
from functools import lru_cache

from chassis.money import DECIMALS, EXACT
from finance.investment.discounting import CONTEXT, Flows, checked_rate, stated, tick_factor
from finance.investment.exponential_sum import roots
from finance.investment.polynomial import MOST, positive_roots


class IrrState(StrEnum):
    NONE = "none"
    ONE = "one"
    SEVERAL = "several"


def state_of(rates: list[Decimal]) -> IrrState:
    return IrrState.SEVERAL if len(rates) > 1 else IrrState.ONE if rates else IrrState.NONE


def internal_rates(flows: Flows) -> list[Decimal]:
    """Every rate at which the NPV is zero, ascending, to 12 decimals, where 10^-12 ≤ 1 + rate ≤ 10^12.

    By period the NPV is a polynomial in 1 + rate and its roots are counted exactly; by day it is a sum of
    exponentials. Flows that are zero throughout have no rate rather than every rate.
    """
    amounts = tuple((tick, amount) for tick, amount in flows.amounts.items() if amount)
    return list(_rates_of(amounts, flows.ticks_per_period))


def modified_internal_rate(flows: Flows, finance_rate: Decimal, reinvestment_rate: Decimal) -> Decimal | None:
    """MIRR: what is paid is discounted to the first flow at the finance rate, what is received is carried to the last
    at the reinvestment rate; the rate that leads from the one to the other. None unless there are both, at two times.
    """
    checked_rate(finance_rate)
    first, last = min(flows.amounts, default=0), max(flows.amounts, default=0)
    with localcontext(CONTEXT):
        due, earned = (tick_factor(rate, flows.ticks_per_period) for rate in (finance_rate, reinvestment_rate))
        paid = -sum(
            (amount * due ** (tick - first) for tick, amount in flows.amounts.items() if amount < 0), Decimal(0)
        )
        received = sum(
            (amount / earned ** (last - tick) for tick, amount in flows.amounts.items() if amount > 0), Decimal(0)
        )
        if not paid or not received or first == last:
            return None
        periods = Decimal(last - first) / flows.ticks_per_period
        return (received / paid) ** (1 / periods) - 1


@lru_cache(maxsize=256)
def _rates_of(amounts: tuple[tuple[int, Decimal], ...], ticks_per_period: int) -> tuple[Decimal, ...]:
    """Kept, because an option without soft benefits, set against nothing, is asked for the same rates four times."""
    if not amounts:
        return ()
    return tuple(_of_periods(dict(amounts)) if ticks_per_period == 1 else _of_days(dict(amounts), ticks_per_period))


def _of_periods(amounts: dict[int, Decimal]) -> list[Decimal]:
    """Times (1 + rate)^last the NPV is a polynomial whose highest power belongs to the first flow."""
    decimals = max(0, *(-int(amount.as_tuple().exponent) for amount in amounts.values()))
    first, last = min(amounts), max(amounts)
    whole = [int(amounts.get(tick, Decimal(0)).scaleb(decimals, EXACT)) for tick in range(first, last + 1)]
    unit = Decimal(1).scaleb(-DECIMALS, EXACT)
    return [stated(EXACT.subtract(EXACT.multiply(root, unit), 1)) for root in map(Decimal, positive_roots(whole))]


def _of_days(amounts: dict[int, Decimal], ticks_per_period: int) -> list[Decimal]:
    with localcontext(CONTEXT):
        widest = Decimal(MOST).ln() / ticks_per_period
        return [stated((x * ticks_per_period).exp() - 1) for x in roots(list(amounts.items()), -widest, widest)]
