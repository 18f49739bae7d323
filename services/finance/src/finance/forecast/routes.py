"""The forecasts, as JSON or, by `Accept`, as CSV or NDJSON."""

from typing import Annotated, Any

from fastapi import Query

from chassis.application import Today
from chassis.operations import Router, Session
from chassis.problems import NoSuchResource
from chassis.text import Code
from finance.driver.model import UnknownDriver
from finance.fiscal_period.model import months_after
from finance.fiscal_period.queries import year_of
from finance.forecast import queries
from finance.forecast.queries import MOST_AHEAD, TooFarAhead, TooLarge
from finance.forecast.schemas import (
    ForecastRow,
    ForecastView,
    FullYearOutlookView,
    OutlookMonthView,
    forecast_rows,
)
from finance.forecast.scope import AskedScope, NotSpending, UnknownScope
from finance.report.table import TABLES, AsTable, tabled

router = Router("forecasts")

READ = "finance:forecast:read"
SCOPED = [UnknownScope, NotSpending, UnknownDriver, NoSuchResource, TooLarge]


@router.operation("GET", "/forecasts", permission=READ, problems=SCOPED, produces=TABLES, response_model=ForecastView)
async def show_forecast(
    session: Session,
    table: AsTable,
    scope: AskedScope,
    today: Today,
    months: Annotated[int, Query(ge=1, le=MOST_AHEAD)] = 12,
    driver: Code | None = None,
) -> Any:
    """Forecast the spend of a scope by every method, from the first month that is not actual.

    Figures with their range, errors in the back-test beside those of the last month repeated, and the method chosen."""
    made = await queries.forecast(session, scope, months=months, today=today, driver=driver)
    view = ForecastView.of(made, [months_after(made.history.next_on, at) for at in range(months)])
    return tabled(table, ForecastRow, forecast_rows(view)) if table else view


@router.operation(
    "GET",
    "/full-year-outlook",
    permission=READ,
    problems=[*SCOPED, TooFarAhead],
    produces=TABLES,
    response_model=FullYearOutlookView,
)
async def show_full_year_outlook(
    session: Session, table: AsTable, scope: AskedScope, today: Today, fiscal_year: Code, driver: Code | None = None
) -> Any:
    """Show what a fiscal year comes to: what was posted in the months that are over, and a forecast of the others."""
    year = await year_of(session, fiscal_year)
    outlook = await queries.outlook(session, scope, year=year, today=today, driver=driver)
    view = FullYearOutlookView.model_validate(outlook)
    return tabled(table, OutlookMonthView, view.months) if table else view
