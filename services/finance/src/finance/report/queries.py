"""Reports from the kept balances; no line is added up here."""

from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import exact_sum
from finance.account.model import Account, AccountType
from finance.cost_object.model import CostObject, CostObjectKind
from finance.fiscal_period.model import FiscalPeriod
from finance.fiscal_period.range import PeriodRange
from finance.ledger.model import PeriodBalance
from finance.report.links import postings
from finance.report.schemas import ServiceCostRow, ServiceCostsView

B = PeriodBalance


def _balances(within: PeriodRange, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .join_from(B, FiscalPeriod, FiscalPeriod.id == B.fiscal_period_id)
        .join(Account, Account.id == B.account_id)
        .where(FiscalPeriod.starts_on >= within.starts_on, FiscalPeriod.starts_on < within.ends_on)
    )


async def service_costs(
    session: AsyncSession, within: PeriodRange, *, cost_object: str | None, kind: CostObjectKind | None
) -> ServiceCostsView:
    """Expense and income by cost object and nature, for all cost objects, one, or those of a kind."""
    net = B.base_debit - B.base_credit
    expense = func.sum(case((Account.type == AccountType.EXPENSE, net), else_=0)).label("expense")
    income = func.sum(case((Account.type == AccountType.INCOME, -net), else_=0)).label("income")
    by = (CostObject.code.label("cost_object"), CostObject.name, CostObject.kind, CostObject.service_id, Account.nature)
    query = _balances(within, *by, expense, income, func.sum(net).label("net"))
    query = query.outerjoin(CostObject, CostObject.id == B.cost_object_id).group_by(*by)
    query = query.where(Account.type.in_((AccountType.EXPENSE, AccountType.INCOME)), ~B.closing)
    if cost_object:
        query = query.where(CostObject.code == cost_object)
    if kind:
        query = query.where(CostObject.kind == kind)
    found = await session.execute(query.order_by(CostObject.code, Account.nature))
    rows = [ServiceCostRow(**row._mapping, explain=_explain(within, row)) for row in found]
    return ServiceCostsView(
        starts_on=within.starts_on,
        ends_on=within.ends_on,
        base_currency=within.currency,
        rows=rows,
        expense=exact_sum(row.expense for row in rows),
        income=exact_sum(row.income for row in rows),
        net=exact_sum(row.net for row in rows),
    )


def _explain(within: PeriodRange, row: Any) -> str | None:
    return postings(within, cost_object=row.cost_object, nature=row.nature) if row.cost_object else None
