"""The full cost of cost objects over parts of a range, or their direct cost where no allocation model is named."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import exact_sum
from finance.allocation_run.model import AllocatedCost
from finance.cost_object.model import CostObject
from finance.fiscal_period.model import FiscalPeriod
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import CostBasis, balances
from finance.ledger.model import PeriodBalance
from finance.report.links import postings
from finance.report.runs import Allocation, current_runs


@dataclass
class FullCosts:
    """`runs` are all current ones within the range; each part of it is made up of some of them, or of none."""

    within: PeriodRange
    runs: Allocation | None
    _posted: defaultdict[UUID, dict[date, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    _allocated: dict[tuple[UUID, UUID], Decimal] = field(default_factory=dict)

    def allocation(self, part: PeriodRange) -> Allocation | None:
        return self.runs.within(part) if self.runs else None

    def of(self, id: UUID, part: PeriodRange) -> Decimal | None:
        """Null where a model is named but not run. Who took no part in a run bears what was posted on it."""
        if self.runs is None:
            return self.direct(id, part.starts_on, part.ends_on)
        allocation = self.allocation(part)
        if allocation is None:
            return None
        return exact_sum(
            self._allocated[run.id, id]
            if (run.id, id) in self._allocated
            else self.direct(id, run.starts_on, run.ends_on)
            for run in allocation.runs
        )

    def direct(self, id: UUID, starts_on: date, ends_on: date) -> Decimal:
        """The expense posted on it."""
        return exact_sum(cost for month, cost in self._posted[id].items() if starts_on <= month < ends_on)

    def link(self, cost_object: CostObject, part: PeriodRange) -> str:
        """To what its cost in a part is made of: shares of pools if there are any, else entries."""
        allocation = self.allocation(part)
        if allocation and any((run.id, cost_object.id) in self._allocated for run in allocation.runs):
            return allocation.link("lines", cost_object=cost_object.code)
        return postings(part, cost_object=cost_object.code)


async def full_costs(session: AsyncSession, within: PeriodRange, model: str | None, ids: Sequence[UUID]) -> FullCosts:
    """Raises UnknownModel."""
    runs = await current_runs(session, model, within) if model else None
    found = FullCosts(within, runs)
    by = (PeriodBalance.cost_object_id, FiscalPeriod.starts_on)
    posted = balances(within, CostBasis.GROSS, *by).where(among(PeriodBalance.cost_object_id, ids))
    for id, month, cost in await session.execute(posted):
        found._posted[id][month] = cost
    if runs:
        found._allocated |= await _allocated(session, runs.ids, ids)
    return found


async def _allocated(
    session: AsyncSession, run_ids: Collection[UUID], ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], Decimal]:
    A = AllocatedCost
    query = select(A.run_id, A.cost_object_id, A.full).where(among(A.run_id, run_ids), among(A.cost_object_id, ids))
    return {(row[0], row[1]): row[2] for row in await session.execute(query)}


async def periods_of(session: AsyncSession, within: PeriodRange) -> list[tuple[str, PeriodRange]]:
    """Code and range of each fiscal period in a range, in order."""
    P = FiscalPeriod
    query = select(P.code, P.starts_on, P.ends_on).where(P.starts_on >= within.starts_on, P.starts_on < within.ends_on)
    rows = await session.execute(query.order_by(P.starts_on))
    return [(code, PeriodRange(starts_on, ends_on, within.currency)) for code, starts_on, ends_on in rows]
