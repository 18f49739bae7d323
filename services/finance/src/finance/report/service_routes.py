"""The reports on what services earn and cost, as JSON or, by `Accept`, as CSV or NDJSON."""

from typing import Any

from chassis.operations import Router, Session
from chassis.text import Code
from finance.allocation_model.model import UnknownModel
from finance.driver.model import UnknownDriver
from finance.report import income_statement
from finance.report.asked import RANGED, AskedRange
from finance.report.income_statement import IncomeStatementRow, IncomeStatementsView
from finance.report.ownership import OwnershipRow, OwnershipView, ownership
from finance.report.routes import READ
from finance.report.selected import AskedObjects, Comparison, compared_range
from finance.report.table import TABLES, AsTable, tabled
from finance.report.unit_cost import UnitCostRow, UnitCostsView, unit_costs
from finance.report.value_for_money import ValueForMoneyRow, ValueForMoneyView, value_for_money

router = Router("reports")

FULL_COST = [*RANGED, UnknownModel]


@router.operation(
    "GET",
    "/income-statements",
    permission=READ,
    problems=FULL_COST,
    produces=TABLES,
    response_model=IncomeStatementsView,
)
async def show_income_statements(
    session: Session,
    table: AsTable,
    within: AskedRange,
    selected: AskedObjects,
    model: Code | None = None,
    compare: Comparison | None = None,
) -> Any:
    """Show income, direct and allocated cost, result and margin of each service, page by page of services.

    Cost is allocated by the current runs of the model that make up the range; without them it is direct cost only."""
    earlier = await compared_range(session, within, compare)
    now = await income_statement.statements(session, within, model, selected.ids)
    before = await income_statement.statements(session, earlier, model, selected.ids) if earlier else None
    view = income_statement.told(selected, now, before)
    return tabled(table, IncomeStatementRow, view.rows, selected.headers) if table else view


@router.operation(
    "GET",
    "/unit-costs",
    permission=READ,
    problems=[*FULL_COST, UnknownDriver],
    produces=TABLES,
    response_model=UnitCostsView,
)
async def show_unit_costs(
    session: Session,
    table: AsTable,
    within: AskedRange,
    selected: AskedObjects,
    driver: Code,
    model: Code | None = None,
) -> Any:
    """Show what a unit of each service costs, in each period and over the range, with how it changed.

    By the quantity of the driver: full cost by the current runs of the model, or without a model direct cost."""
    view = await unit_costs(session, within, selected, model=model, driver=driver)
    return tabled(table, UnitCostRow, view.rows, selected.headers) if table else view


@router.operation(
    "GET",
    "/ownership-costs",
    permission=READ,
    problems=[*FULL_COST, UnknownDriver],
    produces=TABLES,
    response_model=OwnershipView,
)
async def show_ownership_costs(
    session: Session,
    table: AsTable,
    within: AskedRange,
    selected: AskedObjects,
    model: Code | None = None,
    driver: Code | None = None,
) -> Any:
    """Show the total cost of ownership of each service by fiscal year and since its first cost, and per unit.

    Build, run and change are the classes of the accounts that its cost was posted to; overhead is what pools of the
    model gave to it. A service that never cost anything has no rows."""
    view = await ownership(session, within, selected, model=model, driver=driver)
    return tabled(table, OwnershipRow, view.rows, selected.headers) if table else view


@router.operation(
    "GET",
    "/value-for-money",
    permission=READ,
    problems=[*FULL_COST, UnknownDriver],
    produces=TABLES,
    response_model=ValueForMoneyView,
)
async def show_value_for_money(
    session: Session,
    table: AsTable,
    within: AskedRange,
    selected: AskedObjects,
    driver: Code,
    model: Code | None = None,
    compare: Comparison | None = None,
) -> Any:
    """Show what each service costs, in all and per unit, beside the demand for it and what it attains.

    Demand is the quantity of the driver; attainment and coverage are as portfolio has assessed them."""
    earlier = await compared_range(session, within, compare)
    view = await value_for_money(session, within, earlier, selected, model=model, driver=driver)
    return tabled(table, ValueForMoneyRow, view.rows, selected.headers) if table else view
