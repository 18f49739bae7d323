"""The reports on accounts, as JSON or, by `Accept`, as CSV or NDJSON."""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import Router, Session
from chassis.problems import InvalidRequest, NoSuchResource
from chassis.text import Code, Day
from finance.allocation_model.model import UnknownModel
from finance.allocation_model.queries import model_with
from finance.cost_object.model import CostObjectKind
from finance.fiscal_period.queries import year_of
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import NotWholePeriods, SeveralCurrencies, period_range
from finance.ledger.entry import Unknown
from finance.report import queries, trial_balance
from finance.report.recovery import SeveralAllocations, recovery
from finance.report.schemas import (
    RecoveryRow,
    RecoveryView,
    ServiceCostRow,
    ServiceCostsView,
    TrialBalanceRow,
    TrialBalanceView,
)
from finance.report.table import TABLES, AsTable, tabled

router = Router("reports")

READ = "finance:report:read"


@router.operation(
    "GET",
    "/trial-balance",
    permission=READ,
    problems=[NotWholePeriods, SeveralCurrencies, NoSuchResource, Unknown],
    produces=TABLES,
    response_model=TrialBalanceView,
)
async def show_trial_balance(
    session: Session,
    table: AsTable,
    fiscal_year: Code | None = None,
    starts_on: Day | None = None,
    ends_on: Day | None = None,
    as_of: Day | None = None,
    closing_entries: bool = False,
    rolled_up: bool = False,
) -> Any:
    """Show debits, credits and balance of every account: over a fiscal year, whole periods, or up to and with a day."""
    if as_of and not (fiscal_year or starts_on or ends_on or closing_entries):
        balance = await trial_balance.up_to(session, as_of, rolled_up=rolled_up)
    elif as_of:
        raise InvalidRequest("Give either as_of or a range; as of a day, closing entries always count.")
    else:
        within = await _within(session, fiscal_year, starts_on, ends_on)
        balance = await trial_balance.over_periods(
            session, within, closing_entries=closing_entries, rolled_up=rolled_up
        )
    return tabled(table, TrialBalanceRow, balance.rows) if table else balance


async def _within(
    session: AsyncSession, fiscal_year: str | None, starts_on: date | None, ends_on: date | None
) -> PeriodRange:
    if fiscal_year and not (starts_on or ends_on):
        year = await year_of(session, fiscal_year)
        return PeriodRange(year.starts_on, year.ends_on, year.base_currency)
    if starts_on and ends_on and not fiscal_year:
        return await period_range(session, starts_on, ends_on)
    raise InvalidRequest("Give either fiscal_year or both starts_on and ends_on.")


@router.operation(
    "GET",
    "/service-costs",
    permission=READ,
    problems=[NotWholePeriods, SeveralCurrencies],
    produces=TABLES,
    response_model=ServiceCostsView,
)
async def show_service_costs(
    session: Session,
    table: AsTable,
    starts_on: Day,
    ends_on: Day,
    cost_object: Code | None = None,
    kind: CostObjectKind | None = None,
) -> Any:
    """Show what cost objects cost by nature, over whole periods until before `ends_on`."""
    within = await period_range(session, starts_on, ends_on)
    costs = await queries.service_costs(session, within, cost_object=cost_object, kind=kind)
    return tabled(table, ServiceCostRow, costs.rows) if table else costs


@router.operation(
    "GET",
    "/recovery",
    permission=READ,
    problems=[NotWholePeriods, SeveralCurrencies, UnknownModel, SeveralAllocations],
    produces=TABLES,
    response_model=RecoveryView,
)
async def show_recovery(
    session: Session, table: AsTable, starts_on: Day, ends_on: Day, model: Code | None = None
) -> Any:
    """Show what of the cost of each service was recovered by invoices, over whole periods until before `ends_on`."""
    within = await period_range(session, starts_on, ends_on)
    known = await model_with(session, model) if model else None
    found = await recovery(session, within, model_id=known.id if known else None)
    return tabled(table, RecoveryRow, found.rows) if table else found
