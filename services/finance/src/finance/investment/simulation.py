"""Monte Carlo: what an option may be worth when its inputs are uncertain. The same seed gives the same answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from random import Random

from finance.investment.discounting import CONTEXT, Flows, OutOfRange, factors, net_present_value, stated, stated_money
from finance.investment.distribution import Distribution
from finance.investment.figures import FlowKind
from finance.investment.sensitivity import Input

MOST_TRIALS = 10_000
PERCENTILES = (5, 10, 25, 50, 75, 90, 95)
# Probabilities are odd multiples of 2^-53: never 0 or 1, where a normal distribution has no value.
PROBABILITY_BITS = 52


@dataclass(frozen=True)
class Outcome:
    """Of the NPVs of all trials: `deviation` is their standard deviation, `percentiles` those of PERCENTILES by
    nearest rank (the smallest that so many percent of the trials do not exceed)."""

    mean: Decimal
    deviation: Decimal
    lowest: Decimal
    highest: Decimal
    percentiles: list[tuple[int, Decimal]]
    probability_of_loss: Decimal


def simulated(
    kinds: Mapping[FlowKind, Flows],
    rate: Decimal,
    uncertain: Mapping[Input, Distribution],
    *,
    seed: int,
    trials: int,
    currency: str,
) -> Outcome:
    """Inputs are drawn independently of one another; those that are not uncertain stay as the case says.

    OutOfRange when a rate of −100 % or less is drawn, or a figure cannot be stated.
    """
    draws = _draws(uncertain, seed, trials)
    if Input.DISCOUNT_RATE in uncertain:
        npvs = [_npv(kinds, rate, drawn) for drawn in draws]
    else:
        values = {Input(kind.value): net_present_value(flows, rate) for kind, flows in kinds.items()}
        npvs = [_weighted(values, drawn) for drawn in draws]
    return _outcome(sorted(npvs), currency)


def _draws(uncertain: Mapping[Input, Distribution], seed: int, trials: int) -> Iterator[dict[Input, Decimal]]:
    """In the order of the inputs, not in that in which they were named."""
    random = Random(seed)  # noqa: S311  # reproducible on purpose, and nothing is kept secret by it
    drawn = [(each, uncertain[each]) for each in Input if each in uncertain]
    for _ in range(trials):
        yield {each: distribution.at(_probability(random)) for each, distribution in drawn}


def _probability(random: Random) -> Decimal:
    """From random(), the one method whose sequence for a seed Python promises to keep."""
    odd = 2 * int(random.random() * 2**PROBABILITY_BITS) + 1
    return CONTEXT.divide(Decimal(odd), Decimal(2 ** (PROBABILITY_BITS + 1)))


def _weighted(values: Mapping[Input, Decimal], drawn: Mapping[Input, Decimal]) -> Decimal:
    with localcontext(CONTEXT):
        return sum((value * drawn.get(each, Decimal(1)) for each, value in values.items()), Decimal(0))


def _npv(kinds: Mapping[FlowKind, Flows], rate: Decimal, drawn: Mapping[Input, Decimal]) -> Decimal:
    at = drawn.get(Input.DISCOUNT_RATE, rate)
    if at <= -1:
        raise OutOfRange("A discount rate of -100 % or less was drawn: choose a distribution that stays above.")
    ticks = sorted({tick for flows in kinds.values() for tick in flows.amounts})
    found = factors(ticks, at, next(iter(kinds.values())).ticks_per_period)
    with localcontext(CONTEXT):
        values = {
            Input(kind.value): sum((amount * found[tick] for tick, amount in flows.amounts.items()), Decimal(0))
            for kind, flows in kinds.items()
        }
    return _weighted(values, drawn)


def _outcome(npvs: Sequence[Decimal], currency: str) -> Outcome:
    """`npvs` ascend."""
    count = len(npvs)
    with localcontext(CONTEXT):
        mean = sum(npvs, Decimal(0)) / count
        deviation = (sum(((npv - mean) ** 2 for npv in npvs), Decimal(0)) / count).sqrt()
        losses = Decimal(sum(npv < 0 for npv in npvs)) / count
    return Outcome(
        mean=stated_money(mean, currency),
        deviation=stated_money(deviation, currency),
        lowest=stated_money(npvs[0], currency),
        highest=stated_money(npvs[-1], currency),
        percentiles=[
            (percent, stated_money(npvs[-(-percent * count // 100) - 1], currency)) for percent in PERCENTILES
        ],
        probability_of_loss=stated(losses),
    )
