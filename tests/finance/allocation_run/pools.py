"""Pools in a few words: whoever has a cost and parts to share it by."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

from finance.allocation_model.model import AllocationMethod
from finance.allocation_run.calculation import LayerRun, prove
from finance.allocation_run.pool import Brought, Pool, Uses, units
from finance.allocation_run.standing import Posted, Standing

COST = Posted(None, income=False)


def pool(name: str, cost: str | int, uses: Mapping[str, str | int | Fraction], **more: Any) -> Pool[str]:
    """One source of the pool's own name; `uses` in any proportions."""
    parts = {party: Fraction(part) for party, part in uses.items()}
    whole = lcm(*(part.denominator for part in parts.values()))
    quantities = [int(part * whole) for part in parts.values()]
    brought = {name: Brought(units(Decimal(cost)), 0)}
    return Pool(name, brought, Uses(list(parts), quantities, 0), frozenset(parts), **more)


def standing_of(pools: Iterable[Pool[str]]) -> Standing[str]:
    """Where the pools have just been filled."""
    posted = {source: {COST: brought.own} for each in pools for source, brought in each.sources.items()}
    standing = Standing(posted)
    for source in posted:
        standing.draw(source, (), net=False)
    return standing


def carried(method: AllocationMethod, pools: Sequence[Pool[str]]) -> Standing[str]:
    """One layer, proven to have lost nothing."""
    standing = standing_of(pools)
    layer = LayerRun(standing, method, pools)
    parties = {source for each in pools for source in each.sources}
    for outcome in layer.outcomes():
        parties |= {share.party for share, _ in outcome.parts()}
    assert len(list(layer.givings())) == len(pools)
    prove(standing, parties)
    return standing
