"""What the figures of services come to: cost, recovery and totals, each currency by itself."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

from pydantic import ValidationError

from chassis.money import WHOLE_DIGITS, exact_sum, round_to
from strategy.evidence.queries import Allocated, Charged, DayRange, Posted, Spent
from strategy.value_chain.schemas import (
    ChainCost,
    ChainInitiative,
    ChainPart,
    ChainRecovery,
    ChainService,
    ChainTotal,
    CostBasis,
    MissingPart,
    PeriodOfCost,
    SpentMoney,
)

R = TypeVar("R")
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
DECIMALS = 4
TOO_LARGE = "Its figures are too large to be told."


def grouped(rows: Iterable[R], key: Callable[[R], K]) -> dict[K, list[R]]:
    """In the order in which they come."""
    groups: dict[K, list[R]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def told(part: ChainPart, missing: list[MissingPart], tell: Callable[[], list[T]]) -> list[T]:
    """Sums that have more digits than an amount may have are missing for that reason."""
    try:
        return tell()
    except ValidationError:
        missing.append(MissingPart(part=part, reason=TOO_LARGE))
        return []


def costs(rows: Sequence[Posted]) -> list[ChainCost]:
    return [_cost(currency, of_it) for currency, of_it in grouped(rows, lambda row: row.currency).items()]


def _cost(currency: str, rows: Sequence[Posted]) -> ChainCost:
    cost, income = exact_sum(row.cost for row in rows), exact_sum(row.income for row in rows)
    periods = [
        PeriodOfCost(starts_on=row.starts_on, cost=row.cost, income=row.income, net=_less(row.cost, row.income))
        for row in rows
    ]
    as_of = max(row.heard_at for row in rows)
    return ChainCost(currency=currency, cost=cost, income=income, net=_less(cost, income), periods=periods, as_of=as_of)


def _less(cost: Decimal, income: Decimal) -> Decimal:
    return exact_sum((cost, income.copy_negate()))


def recoveries(
    charged: Sequence[Charged], posted: Sequence[Posted], allocated: Sequence[Allocated]
) -> list[ChainRecovery]:
    """Against the newest allocation of just the charged days, else against what was posted in their periods."""
    by_currency = grouped(charged, lambda row: row.currency)
    return [
        _recovery(
            currency,
            rows,
            [row for row in posted if row.currency == currency],
            [row for row in allocated if row.currency == currency],
        )
        for currency, rows in by_currency.items()
    ]


def _recovery(
    currency: str, charged: Sequence[Charged], posted: Sequence[Posted], allocated: Sequence[Allocated]
) -> ChainRecovery:
    recovered = exact_sum(row.amount for row in charged)
    cost, basis = _cost_of([DayRange(row.starts_on, row.ends_on) for row in charged], posted, allocated)
    return ChainRecovery(
        currency=currency,
        recovered=recovered,
        cost=cost,
        basis=basis,
        ratio=None if cost is None else quotient(recovered, cost),
        as_of=max(row.heard_at for row in charged),
    )


def _cost_of(
    ranges: Sequence[DayRange], posted: Sequence[Posted], allocated: Sequence[Allocated]
) -> tuple[Decimal | None, CostBasis | None]:
    same = [row.amount for row in allocated if [DayRange(row.starts_on, row.ends_on)] == list(ranges)]
    if same:
        return same[-1], CostBasis.FULL_COST
    periods = [row.cost for row in posted if any(days.holds(row.starts_on) for days in ranges)]
    return (exact_sum(periods), CostBasis.POSTED_COST) if periods else (None, None)


def quotient(part: Decimal, whole: Decimal) -> Decimal | None:
    """To four decimals; None when there is nothing to divide by, or when it has more digits than a figure may have."""
    result = round_to(part / whole, DECIMALS) if whole > 0 else None
    return None if result is None or result.adjusted() >= WHOLE_DIGITS else result


def spent(rows: Sequence[Spent]) -> list[SpentMoney]:
    return [SpentMoney(currency=row.currency, amount=row.amount, as_of=row.heard_at) for row in rows]


def totals(services: Sequence[ChainService], initiatives: Sequence[ChainInitiative]) -> list[ChainTotal]:
    """Each service and each initiative once."""
    counted = [service for service in services if service.counted]
    cost = grouped((it for service in counted for it in service.costs), lambda it: it.currency)
    recovered = grouped((it for service in counted for it in service.recoveries), lambda it: it.currency)
    invested = grouped((it for initiative in initiatives for it in initiative.spent), lambda it: it.currency)
    return [
        _total(currency, cost.get(currency, []), recovered.get(currency, []), invested.get(currency, []))
        for currency in sorted({*cost, *recovered, *invested})
    ]


def _total(
    currency: str, costs: Sequence[ChainCost], recoveries: Sequence[ChainRecovery], spent: Sequence[SpentMoney]
) -> ChainTotal:
    judged = [(it.recovered, it.cost) for it in recoveries if it.cost is not None]
    return ChainTotal(
        currency=currency,
        cost=exact_sum(it.cost for it in costs),
        income=exact_sum(it.income for it in costs),
        net=exact_sum(it.net for it in costs),
        recovered=exact_sum(it.recovered for it in recoveries),
        recovery_ratio=quotient(exact_sum(part for part, _ in judged), exact_sum(whole for _, whole in judged)),
        spent_on_initiatives=exact_sum(it.amount for it in spent),
        services=len(costs),
    )


def what_is_missing(service: ChainService, objectives: int) -> Iterator[MissingPart]:
    """`objectives` is how many in force it serves itself."""
    said = {missing.part for missing in service.missing}
    for part, is_missing, reason in (
        (ChainPart.SERVICES, service.stage is None, "The portfolio has not announced it."),
        (ChainPart.COST, not service.costs, "No cost has been posted for it in this range."),
        (ChainPart.FULL_COST, service.full_cost is None, "No allocation within this range has come to it."),
        (ChainPart.RECOVERY, not service.recoveries, "No charge within this range names it."),
        (ChainPart.PERFORMANCE, not service.performances, "Its performance has not been assessed."),
        (ChainPart.OBJECTIVES, not objectives, "It is linked to no objective in force."),
        (ChainPart.DECISIONS, not any(it.pending for it in service.decisions), "Nothing about it is pending."),
    ):
        if is_missing and part not in said:
            yield MissingPart(part=part, reason=reason)
    if any(it.cost is None for it in service.recoveries):
        yield MissingPart(part=ChainPart.RECOVERY, reason="What the charged days cost is not known.")
    for latest in service.performances[:1]:
        if unmeasured := latest.levels - latest.measured:
            reason = f"{unmeasured} of {latest.levels} service levels were not measured from {latest.starts_on} on."
            yield MissingPart(part=ChainPart.PERFORMANCE, reason=reason)
