"""The income statement of services: income, what was posted on them, what was allocated to them, and what is left."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import Field
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.money import EXACT, Amount, exact_sum
from chassis.text import Schema
from finance.account.model import Account, AccountType
from finance.allocation_run.model import AllocationLine, AllocationRole
from finance.cost_object.model import CostObject
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import CostBasis, balances
from finance.ledger.model import PeriodBalance
from finance.report.links import EXPLAIN, postings
from finance.report.measure import percent, percent_change
from finance.report.runs import Allocation, allocated_over
from finance.report.selected import OfRange, Selected


class Section(StrEnum):
    """Passed on is what a service that others use gave to pools. Result = income − direct − allocated + passed on."""

    INCOME = "income"
    DIRECT_COST = "direct_cost"
    ALLOCATED_COST = "allocated_cost"
    PASSED_ON = "passed_on"
    RESULT = "result"


SIGNS = {Section.INCOME: 1, Section.DIRECT_COST: -1, Section.ALLOCATED_COST: -1, Section.PASSED_ON: 1}


class Basis(StrEnum):
    """Full: with what was allocated. Direct: there is no current run of a model to say that."""

    FULL = "full"
    DIRECT = "direct"


class IncomeStatementRow(Schema):
    """One figure, null where there is nothing to measure. Costs are above zero."""

    cost_object: str
    name: str
    section: Section
    item: str | None = Field(description="Code of an account of income, nature of a cost, or code of a pool.")
    item_name: str | None
    amount: Amount | None
    percent_of_income: Amount | None = Field(description="Of the result it is the margin; null without any income.")
    compared: Amount | None = Field(description="In the range compared with; null when that cannot be told.")
    change: Amount | None
    change_percent: Amount | None
    explain: str = Field(description=EXPLAIN)


class IncomeStatementsView(OfRange):
    basis: Basis
    allocation_run_ids: list[UUID] = Field(max_length=1_200)
    compared_from: date | None
    compared_before: date | None
    compared_basis: Basis | None
    rows: list[IncomeStatementRow]


class Item(NamedTuple):
    section: Section
    code: str | None


@dataclass
class Statements:
    """What was found over a range: cost object → item → amount."""

    within: PeriodRange
    allocation: Allocation | None
    amounts: defaultdict[UUID, dict[Item, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    names: dict[Item, str | None] = field(default_factory=dict)

    @property
    def basis(self) -> Basis:
        return Basis.FULL if self.allocation else Basis.DIRECT

    def take(self, id: UUID, item: Item, name: str | None, amount: Decimal) -> None:
        self.amounts[id][item] = amount
        self.names[item] = name

    def result(self, id: UUID) -> Decimal | None:
        """Null when nothing was posted or allocated at all: that is no result of zero."""
        return result(self.amounts[id]) if self.amounts.get(id) else None

    def income(self, id: UUID) -> Decimal:
        return exact_sum(amount for item, amount in self.amounts[id].items() if item.section == Section.INCOME)


def result(amounts: Mapping[Item, Decimal]) -> Decimal:
    return exact_sum(EXACT.multiply(amount, Decimal(SIGNS[item.section])) for item, amount in amounts.items())


async def statements(session: AsyncSession, within: PeriodRange, model: str | None, ids: Sequence[UUID]) -> Statements:
    """A handful of statements, however many cost objects. Raises UnknownModel."""
    allocation = await allocated_over(session, model, within)
    found = Statements(within, allocation)
    for id, type, code, name, cost in await session.execute(_posted(within, ids)):
        if type == AccountType.INCOME:
            found.take(id, Item(Section.INCOME, code), name, EXACT.minus(cost))
        else:
            found.take(id, Item(Section.DIRECT_COST, code), name, cost)
    if allocation:
        for id, pool, gave, amount in await session.execute(_allocated(allocation, ids)):
            found.take(id, Item(Section.PASSED_ON if gave else Section.ALLOCATED_COST, pool), pool, amount)
    return found


def _posted(within: PeriodRange, ids: Sequence[UUID]) -> Any:
    is_income = Account.type == AccountType.INCOME
    item = case((is_income, Account.code), else_=Account.nature)
    name = case((is_income, Account.name), else_=Account.nature)
    query = balances(within, CostBasis.NET, PeriodBalance.cost_object_id, Account.type, item, name)
    return query.where(among(PeriodBalance.cost_object_id, ids))


def _allocated(allocation: Allocation, ids: Sequence[UUID]) -> Any:
    L = AllocationLine
    by = (L.cost_object_id, L.pool, (L.role == AllocationRole.SOURCE).label("gave"))
    query = select(*by, func.sum(L.amount)).where(among(L.run_id, allocation.ids), among(L.cost_object_id, ids))
    return query.group_by(*by)


def told(selected: Selected, now: Statements, before: Statements | None) -> IncomeStatementsView:
    allocation, earlier = now.allocation, before.within if before else None
    return IncomeStatementsView(
        starts_on=now.within.starts_on,
        ends_on=now.within.ends_on,
        base_currency=now.within.currency,
        next_cursor=selected.next_cursor,
        total=selected.total,
        basis=now.basis,
        allocation_run_ids=allocation.ids if allocation else [],
        compared_from=earlier.starts_on if earlier else None,
        compared_before=earlier.ends_on if earlier else None,
        compared_basis=before.basis if before else None,
        rows=[row for each in selected.objects for row in Lines(each, now, before).rows()],
    )


@dataclass(frozen=True)
class Lines:
    """The lines of one cost object, in order of their sections, then of their items."""

    of: CostObject
    now: Statements
    before: Statements | None

    def rows(self) -> list[IncomeStatementRow]:
        earlier = self.before.amounts[self.of.id] if self.before else {}
        items = {*self.now.amounts[self.of.id], *earlier}
        order = list(Section)
        lines = sorted(items, key=lambda item: (order.index(item.section), item.code is None, item.code or ""))
        return [*(self._line(item) for item in lines), self._result()]

    def _line(self, item: Item) -> IncomeStatementRow:
        amount = self.now.amounts[self.of.id].get(item, Decimal(0))
        before = self._before(item)
        name = self.now.names[item] if item in self.now.names else (self.before or self.now).names[item]
        return self._row(item, name, amount, before, self._explain(item))

    def _result(self) -> IncomeStatementRow:
        before = self.before.result(self.of.id) if self.before and self.before.basis == self.now.basis else None
        explain = postings(self.now.within, cost_object=self.of.code)
        return self._row(Item(Section.RESULT, None), None, self.now.result(self.of.id), before, explain)

    def _before(self, item: Item) -> Decimal | None:
        """What was not allocated at all is not zero, but unknown."""
        allocated = item.section in (Section.ALLOCATED_COST, Section.PASSED_ON)
        if self.before is None or (allocated and self.before.allocation is None):
            return None
        return self.before.amounts[self.of.id].get(item, Decimal(0))

    def _explain(self, item: Item) -> str:
        allocation, code = self.now.allocation, self.of.code
        if item.section == Section.INCOME:
            return postings(self.now.within, cost_object=code, account=item.code)
        if item.section == Section.DIRECT_COST or allocation is None:
            return postings(self.now.within, cost_object=code, nature=item.code)
        return allocation.link("lines", pool=item.code, cost_object=code)

    def _row(
        self, item: Item, name: str | None, amount: Decimal | None, before: Decimal | None, explain: str
    ) -> IncomeStatementRow:
        return IncomeStatementRow(
            cost_object=self.of.code,
            name=self.of.name,
            section=item.section,
            item=item.code,
            item_name=name,
            amount=amount,
            percent_of_income=percent(amount, self.now.income(self.of.id)),
            compared=before,
            change=None if amount is None or before is None else EXACT.subtract(amount, before),
            change_percent=percent_change(amount, before),
            explain=explain,
        )
