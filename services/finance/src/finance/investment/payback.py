"""When money that was laid out has come back."""

from collections.abc import Mapping
from decimal import Decimal, localcontext

from finance.investment.discounting import CONTEXT, Flows, present_values


def payback(flows: Flows) -> Decimal | None:
    """Periods from now until the sum of all flows so far is zero or more, and stays so; within a period as if its flow
    came evenly. 0 when the sum is never below zero, None when it ends below zero: never."""
    return _for_good(flows.amounts, flows.ticks_per_period)


def discounted_payback(flows: Flows, rate: Decimal) -> Decimal | None:
    """The same with each flow at its present value."""
    return _for_good(present_values(flows, rate), flows.ticks_per_period)


def _for_good(amounts: Mapping[int, Decimal], ticks_per_period: int) -> Decimal | None:
    with localcontext(CONTEXT):
        cumulative, at, last = Decimal(0), Decimal(0), 0
        for tick, amount in amounts.items():
            before, cumulative = cumulative, cumulative + amount
            if before < 0 <= cumulative:
                # A flow by period comes within that period, however long nothing came; a dated one since the last.
                start = tick - 1 if ticks_per_period == 1 else last
                at = start + (tick - start) * -before / amount
            last = tick
        return None if cumulative < 0 else at / ticks_per_period
