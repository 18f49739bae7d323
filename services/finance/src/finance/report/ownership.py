"""What it costs to own a service: to build, run and change it, with what was allocated to it, since it began."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import Amount, Quantity, exact_sum
from chassis.text import Schema
from finance.account.model import Account, CostClass
from finance.allocation_run.model import AllocatedCost
from finance.cost_object.model import CostObject
from finance.driver.queries import driver_with
from finance.fiscal_period.model import FiscalPeriod, FiscalYear
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import CostBasis, balances, period_range
from finance.ledger.model import PeriodBalance
from finance.report.links import EXPLAIN, postings
from finance.report.measure import ratio
from finance.report.quantities import Quantities, quantities_of
from finance.report.runs import Allocation, current_runs
from finance.report.selected import OfRange, Selected


class OwnershipRow(Schema):
    """A fiscal year within the range, or all since the first cost of the service: that row has no fiscal year.

    total = build + run + change + overhead − passed_on. Of years that were not allocated overhead is not in it, and
    `allocated` says so.
    """

    cost_object: str
    name: str
    fiscal_year: str | None
    starts_on: date
    ends_on: date = Field(description="The first day after.")
    build: Amount
    run: Amount
    change: Amount
    overhead: Amount | None = Field(description="What pools gave to it; null where the model was not run.")
    passed_on: Amount | None = Field(description="What it gave to pools in its turn.")
    total: Amount
    allocated: bool = Field(description="Whether overhead is known of all of it.")
    cumulative: Amount = Field(description="All totals since the first cost.")
    quantity: Quantity | None = Field(description="Of the driver; null without one, and where it has none.")
    per_unit: Amount | None
    explain: str = Field(description=EXPLAIN)
    explain_overhead: str | None = Field(description=EXPLAIN)


class OwnershipView(OfRange):
    model: str | None
    driver: str | None
    rows: list[OwnershipRow]


@dataclass(frozen=True)
class Span:
    """A fiscal year, or the part of it before or within the range of the report."""

    fiscal_year: str
    part: PeriodRange
    shown: bool


@dataclass
class Owned:
    """What is known of the cost objects of a page: cost by month and class, and received and given by run."""

    runs: Allocation | None
    posted: defaultdict[UUID, dict[tuple[date, CostClass], Decimal]] = field(default_factory=lambda: defaultdict(dict))
    shares: dict[tuple[UUID, UUID], tuple[Decimal, Decimal]] = field(default_factory=dict)
    quantities: Quantities | None = None

    def cost(self, id: UUID, part: PeriodRange) -> "Cost":
        classes: dict[CostClass, list[Decimal]] = {each: [] for each in CostClass}
        for (month, of_class), amount in self.posted[id].items():
            if part.starts_on <= month < part.ends_on:
                classes[of_class].append(amount)
        allocation = self.runs.within(part) if self.runs else None
        runs = allocation.runs if allocation else []
        shares = [self.shares.get((run.id, id), (Decimal(0), Decimal(0))) for run in runs]
        return Cost(
            {each: exact_sum(amounts) for each, amounts in classes.items()},
            exact_sum(received for received, _ in shares) if allocation else None,
            exact_sum(given for _, given in shares) if allocation else None,
            any(classes.values()) or any(any(share) for share in shares),
        )


@dataclass(frozen=True)
class Cost:
    """`there` is false where nothing was posted and nothing allocated."""

    classes: dict[CostClass, Decimal]
    overhead: Decimal | None
    passed_on: Decimal | None
    there: bool

    @property
    def total(self) -> Decimal:
        return exact_sum([*self.classes.values(), self.overhead or Decimal(0), -(self.passed_on or Decimal(0))])


def together(costs: Sequence[Cost]) -> Cost:
    """Overhead and what is passed on are null as soon as one of them is."""

    def known(amounts: Sequence[Decimal | None]) -> Decimal | None:
        given = [amount for amount in amounts if amount is not None]
        return exact_sum(given) if len(given) == len(amounts) else None

    return Cost(
        {each: exact_sum(cost.classes[each] for cost in costs) for each in CostClass},
        known([cost.overhead for cost in costs]),
        known([cost.passed_on for cost in costs]),
        any(cost.there for cost in costs),
    )


async def ownership(
    session: AsyncSession, within: PeriodRange, selected: Selected, *, model: str | None, driver: str | None
) -> OwnershipView:
    """A handful of statements. Raises UnknownModel, UnknownDriver, SeveralCurrencies."""
    spans = await _spans(session, within)
    ever = await period_range(session, spans[0].part.starts_on, within.ends_on)
    owned = await _owned(session, ever, model, selected.ids)
    if driver:
        owned.quantities = await quantities_of(session, await driver_with(session, driver), ever, selected.ids)
    return OwnershipView(
        starts_on=within.starts_on,
        ends_on=within.ends_on,
        base_currency=within.currency,
        next_cursor=selected.next_cursor,
        total=selected.total,
        model=model,
        driver=driver,
        rows=[row for each in selected.objects for row in _rows(each, owned, spans)],
    )


async def _spans(session: AsyncSession, within: PeriodRange) -> list[Span]:
    Y = FiscalYear
    query = select(Y.code, Y.starts_on, Y.ends_on).where(Y.starts_on < within.ends_on).order_by(Y.starts_on)
    spans = []
    for code, starts_on, ends_on in await session.execute(query):
        cut = min(max(starts_on, within.starts_on), ends_on)
        for first, end, shown in ((starts_on, cut, False), (cut, min(ends_on, within.ends_on), True)):
            if first < end:
                spans.append(Span(code, PeriodRange(first, end, within.currency), shown))
    return spans


async def _owned(session: AsyncSession, ever: PeriodRange, model: str | None, ids: Sequence[UUID]) -> Owned:
    found = Owned(await current_runs(session, model, ever) if model else None)
    by = (PeriodBalance.cost_object_id, FiscalPeriod.starts_on, Account.cost_class)
    query = balances(ever, CostBasis.GROSS, *by).where(among(PeriodBalance.cost_object_id, ids))
    for id, month, of_class, cost in await session.execute(query):
        found.posted[id][month, of_class] = cost
    if found.runs:
        A = AllocatedCost
        shares = select(A.run_id, A.cost_object_id, A.received, A.given)
        shares = shares.where(among(A.run_id, found.runs.ids), among(A.cost_object_id, ids))
        found.shares = {(row[0], row[1]): (row[2], row[3]) for row in await session.execute(shares)}
    return found


def _rows(cost_object: CostObject, owned: Owned, spans: Sequence[Span]) -> list[OwnershipRow]:
    """None for a cost object that never cost anything."""
    known = [(span, owned.cost(cost_object.id, span.part)) for span in spans]
    known = [(span, cost) for span, cost in known if cost.there]
    rows, so_far = [], []
    for span, cost in known:
        so_far.append(cost)
        if span.shown:
            rows.append(_row(cost_object, owned, span.fiscal_year, span.part, cost, so_far))
    if known:
        part = PeriodRange(known[0][0].part.starts_on, spans[-1].part.ends_on, spans[-1].part.currency)
        rows.append(_row(cost_object, owned, None, part, together(so_far), so_far))
    return rows


def _row(
    cost_object: CostObject,
    owned: Owned,
    fiscal_year: str | None,
    part: PeriodRange,
    cost: Cost,
    so_far: Sequence[Cost],
) -> OwnershipRow:
    allocation = owned.runs.within(part) if owned.runs else None
    quantity = owned.quantities.of(cost_object.id, part) if owned.quantities else None
    cumulative = exact_sum(each.total for each in so_far)
    total = cost.total if fiscal_year else cumulative
    return OwnershipRow(
        cost_object=cost_object.code,
        name=cost_object.name,
        fiscal_year=fiscal_year,
        starts_on=part.starts_on,
        ends_on=part.ends_on,
        build=cost.classes[CostClass.BUILD],
        run=cost.classes[CostClass.RUN],
        change=cost.classes[CostClass.CHANGE],
        overhead=cost.overhead,
        passed_on=cost.passed_on,
        total=total,
        allocated=cost.overhead is not None,
        cumulative=cumulative,
        quantity=quantity,
        per_unit=ratio(total, quantity),
        explain=postings(part, cost_object=cost_object.code),
        explain_overhead=allocation.link("lines", cost_object=cost_object.code) if allocation else None,
    )
