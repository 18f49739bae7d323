"""What cost objects cost over whole fiscal periods, from the kept balances."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Conflict, Invalid
from finance.account.model import Account, AccountType
from finance.billing_profile.model import BillingProfile
from finance.fiscal_period.model import FiscalPeriod, FiscalYear
from finance.fiscal_period.range import PeriodRange
from finance.ledger.model import PeriodBalance


class NotWholePeriods(Invalid, code="finance.ledger.not-whole-periods"):
    """The range must begin and end where fiscal periods do."""


class SeveralCurrencies(Conflict, code="finance.ledger.several-currencies"):
    """The range spans fiscal years with different base currencies."""


class CostBasis(StrEnum):
    """Gross is expense alone; net is expense less income."""

    GROSS = "gross"
    NET = "net"

    @property
    def account_types(self) -> list[AccountType]:
        return [AccountType.EXPENSE] if self == CostBasis.GROSS else [AccountType.EXPENSE, AccountType.INCOME]


async def period_range(session: AsyncSession, starts_on: date, ends_on: date) -> PeriodRange:
    """Raises NotWholePeriods or SeveralCurrencies."""
    query = (
        select(
            func.min(FiscalPeriod.starts_on),
            func.max(FiscalPeriod.ends_on),
            func.array_agg(FiscalYear.base_currency.distinct()),
        )
        .join(FiscalYear, FiscalYear.id == FiscalPeriod.fiscal_year_id)
        .where(FiscalPeriod.starts_on >= starts_on, FiscalPeriod.ends_on <= ends_on)
    )
    first, last, currencies = (await session.execute(query)).one()
    if (first, last) != (starts_on, ends_on):
        raise NotWholePeriods(f"[{starts_on}, {ends_on}) does not begin and end where fiscal periods do.")
    if len(currencies) > 1:
        raise SeveralCurrencies(f"The range is kept in {', '.join(sorted(currencies))}.", currencies=sorted(currencies))
    return PeriodRange(starts_on, ends_on, currencies[0])


def balances(within: PeriodRange, basis: CostBasis, *by: Any) -> Select[Any]:
    """Base-currency cost grouped by the given columns of PeriodBalance, FiscalPeriod and Account.

    What invoices recover is no lower cost, or a charge repeated after it was invoiced would be smaller than before.
    """
    cost = func.sum(PeriodBalance.base_debit - PeriodBalance.base_credit).label("cost")
    return (
        select(*by, cost)
        .join_from(PeriodBalance, FiscalPeriod, FiscalPeriod.id == PeriodBalance.fiscal_period_id)
        .join(Account, Account.id == PeriodBalance.account_id)
        .where(
            FiscalPeriod.starts_on >= within.starts_on,
            FiscalPeriod.starts_on < within.ends_on,
            Account.type.in_(basis.account_types),
            ~PeriodBalance.closing,
            Account.id.not_in(select(BillingProfile.recovery_account_id)),
        )
        .group_by(*by)
    )


async def costs(
    session: AsyncSession, within: PeriodRange, basis: CostBasis, cost_objects: Collection[UUID]
) -> dict[UUID, Decimal]:
    """Cost per cost object; one without any postings is not in the answer."""
    by = PeriodBalance.cost_object_id
    query = balances(within, basis, by).where(by.in_(cost_objects))
    return {row[0]: row[1] for row in (await session.execute(query))}
