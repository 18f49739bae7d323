"""The reports on where cost flows, who bears it, what was budgeted: as JSON or, by `Accept`, as CSV or NDJSON."""

from typing import Annotated, Any

from fastapi import Query

from chassis.application import Today
from chassis.operations import CurrentCaller, Router, Session
from chassis.pages import AskedPage
from chassis.problems import NoSuchResource
from chassis.text import Code, Line
from finance.allocation_model.model import UnknownModel
from finance.charge_plan.model import UnknownPlan
from finance.driver.model import UnknownDriver
from finance.fiscal_period.queries import year_of
from finance.forecast.queries import TooFarAhead, TooLarge
from finance.forecast.scope import UnknownScope
from finance.report.asked import RANGED, SNAPSHOT, AskedRange
from finance.report.budget_outlook import BudgetOutlookRow, BudgetOutlookView, budget_outlook
from finance.report.cost_flow import cost_flow
from finance.report.cost_to_serve import CostToServeRow, CostToServeView, cost_to_serve
from finance.report.flow import MOST_SHOWN, CostFlowView, FlowLink
from finance.report.routes import READ
from finance.report.runs import NotRun
from finance.report.table import TABLES, AsTable, tabled

router = Router("reports")


@router.operation(
    "GET",
    "/cost-flow",
    permission=READ,
    problems=[*RANGED, UnknownModel, UnknownPlan, NotRun],
    produces=TABLES,
    response_model=CostFlowView,
)
async def show_cost_flow(
    session: Session,
    table: AsTable,
    within: AskedRange,
    model: Code,
    charge_plan: Code | None = None,
    most: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = 20,
) -> Any:
    """Show how cost flows from natures to pools, towers, services and consumers: nodes and links of a Sankey diagram.

    By the current runs of the model that make up the range, and of the charge plan if one is named. Of each kind the
    `most` largest are nodes of their own, the others are gathered. As a table it is the links."""
    flow = await cost_flow(session, within, model=model, charge_plan=charge_plan, most=most)
    return tabled(table, FlowLink, flow.links) if table else flow


@router.operation(
    "GET",
    "/cost-to-serve",
    permission=READ,
    problems=[*RANGED, UnknownModel, UnknownPlan, UnknownDriver, NotRun],
    produces=TABLES,
    response_model=CostToServeView,
)
async def show_cost_to_serve(
    session: Session,
    caller: CurrentCaller,
    table: AsTable,
    within: AskedRange,
    asked: AskedPage,
    model: Code | None = None,
    charge_plan: Code | None = None,
    driver: Code | None = None,
    consumer: Code | None = None,
) -> Any:
    """Show what each consumer's shares of services cost, together and per head, page by page of consumers.

    By the current runs of the model, of the charge plan, or of both, that make up the range. Heads are counted by the
    driver, if none is named by the one called `headcount`. A caller of one unit sees that unit only."""
    view = await cost_to_serve(
        session,
        asked,
        within,
        model=model,
        charge_plan=charge_plan,
        driver=driver,
        consumer=consumer,
        unit=caller.unit,
    )
    return tabled(table, CostToServeRow, view.rows, asked.response.headers) if table else view


@router.operation(
    "GET",
    "/budget-outlook",
    permission=READ,
    problems=[NoSuchResource, UnknownScope, TooLarge, TooFarAhead],
    produces=TABLES,
    response_model=BudgetOutlookView,
)
async def show_budget_outlook(
    session: Session,
    table: AsTable,
    today: Today,
    fiscal_year: Code,
    cost_object: Code | None = None,
    nature: Line | None = None,
) -> Any:
    """Show budget, actual, commitments and forecast of a fiscal year by month, with the variance that is expected.

    Of everything, of a cost object with all below it, of a nature, or of both. Budgeted is what lines of that scope
    have: a line for every nature is not counted for one of them."""
    await session.execute(SNAPSHOT)
    year = await year_of(session, fiscal_year)
    view = await budget_outlook(session, year, cost_object=cost_object, nature=nature, today=today)
    return tabled(table, BudgetOutlookRow, view.rows) if table else view
