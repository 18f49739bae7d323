"""Reciprocal allocation: pools serve one another; x = d + Aᵀx, solved to the last unit."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from chassis.money import WHOLE_DIGITS
from chassis.problems import Conflict
from finance.allocation_run.elimination import GUARD, Elimination, Row, Unsolvable
from finance.allocation_run.pool import DECIMALS, Outcome, Party, Pool, Shares, parted

LARGEST = 10 ** (WHOLE_DIGITS + DECIMALS)


class LoopWithoutLeak(Conflict, code="finance.allocation-run.loop-without-leak"):
    """Pools serve nobody but one another, or all but nobody, so that their cost would go round for ever."""


def reciprocal(pools: Sequence[Pool[Party]]) -> Iterator[Outcome[Party]]:
    """Raises LoopWithoutLeak. Rounded to whole units so that what comes to a pool is exactly what leaves it."""
    home = {source: at for at, pool in enumerate(pools) if pool.receives for source in pool.sources}
    rows = [_row(pool.shares(()), home) for pool in pools]
    away = _steps_to_leak(rows)
    if stuck := [pool.code for at, pool in enumerate(pools) if at not in away]:
        raise _closed(stuck)
    brought = [pool.brought for pool in pools]
    try:
        gross = Elimination(rows).arriving(brought)
    except Unsolvable as error:
        raise _closed([pool.code for pool, row in zip(pools, rows, strict=True) if row.to]) from error
    flows = _whole_flows(rows, gross, brought, away)
    costs = list(brought)
    for flow in flows:
        for at, amount in flow.items():
            costs[at] += amount
    if any(abs(cost) >= LARGEST for cost in costs):
        raise _closed([pool.code for pool, row in zip(pools, rows, strict=True) if row.to])
    for pool, cost, flow in zip(pools, costs, flows, strict=True):
        yield _outcome(pool, cost, flow, home)


def _closed(codes: Sequence[str]) -> LoopWithoutLeak:
    return LoopWithoutLeak(f"Nothing leaves the loop of {', '.join(codes[:20])}.", pools=list(codes[:100]))


def _row(shares: Shares[Party], home: Mapping[Party, int]) -> Row:
    to: defaultdict[int, int] = defaultdict(int)
    for share in shares.shares:
        if share.party in home and share.weight:
            to[home[share.party]] += share.weight
    return Row(to, shares.total)


def _steps_to_leak(rows: Sequence[Row]) -> dict[int, int]:
    """Of each pool from which cost can leave the loop: over how many others at least. Nearest first."""
    givers = defaultdict(list)
    for giver, row in enumerate(rows):
        for at in row.to:
            givers[at].append(giver)
    away = {at: 0 for at, row in enumerate(rows) if row.leak}
    reached = list(away)
    for at in reached:  # grows while it is walked
        for giver in givers[at]:
            if giver not in away:
                away[giver] = away[at] + 1
                reached.append(giver)
    return away


def _whole_flows(
    rows: Sequence[Row], gross: Sequence[int], brought: Sequence[int], away: Mapping[int, int]
) -> list[dict[int, int]]:
    """What each pool gives to each other, in whole units. A pool that serves only pools passes the unit that rounding
    leaves over to one that is nearer to a leak; the farthest pools go first, so that none is left over at the end."""
    flows = [
        {at: _nearest(amount * weight, row.total * GUARD) for at, weight in row.to.items()}
        for row, amount in zip(rows, gross, strict=True)
    ]
    over = list(brought)
    for at, flow in enumerate(flows):
        over[at] -= sum(flow.values())
        for to, amount in flow.items():
            over[to] += amount
    for at in sorted(away, key=lambda pool: -away[pool]):
        if away[at]:
            nearer = min(flows[at], key=lambda to: away[to])
            flows[at][nearer] += over[at]
            over[nearer] += over[at]
    return flows


def _nearest(dividend: int, divisor: int) -> int:
    return (2 * dividend + divisor) // (2 * divisor)


def _outcome(pool: Pool[Party], cost: int, flow: Mapping[int, int], home: Mapping[Party, int]) -> Outcome[Party]:
    """The sources of each pool share what flows to it; the others share, with what stays, what is left."""
    shares = pool.shares(())
    groups: defaultdict[int | None, list[int]] = defaultdict(list)
    for place, share in enumerate(shares.shares):
        groups[home.get(share.party)].append(place)
    rest = cost - sum(flow.values())
    leak = shares.total - sum(
        shares.shares[place].weight for at, places in groups.items() if at is not None for place in places
    )
    amounts = [0] * len(shares.shares)
    for at, places in groups.items():
        weights = [shares.shares[place].weight for place in places]
        given, total = (rest, leak) if at is None else (flow.get(at, 0), sum(weights))
        for place, amount in zip(places, parted(given, weights, total or 1), strict=True):
            amounts[place] = amount
    return Outcome(pool, cost, shares, amounts)
