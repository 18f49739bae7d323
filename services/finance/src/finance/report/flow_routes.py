"""The reports on where cost flows and who bears it, as JSON or, by `Accept`, as CSV or NDJSON."""

from typing import Annotated, Any

from fastapi import Query

from chassis.operations import Router, Session
from chassis.text import Code
from finance.allocation_model.model import UnknownModel
from finance.charge_plan.model import UnknownPlan
from finance.report.asked import RANGED, AskedRange
from finance.report.cost_flow import cost_flow
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
