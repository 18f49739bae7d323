"""The operations on cost sources."""

from uuid import UUID

from sqlalchemy import select

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from finance.cost_source.model import CostSource, EndsBeforeItBegins, SourceTaken
from finance.cost_source.schemas import AddCostSource, CostSourceView, ExpectCost

router = Router("cost-sources")

READ, WRITE = "finance:cost-source:read", "finance:cost-source:write"
EXAMPLE = {"cadence": "daily", "expected_from": "2025-04-01"}


@router.operation(
    "POST",
    "/cost-sources",
    permission=WRITE,
    problems=[SourceTaken, EndsBeforeItBegins],
    status=201,
    example={"source": "cloud", **EXAMPLE},
)
async def add_cost_source(command: AddCostSource, session: Session) -> CostSourceView:
    """Expect the cost of a source, so that completeness says when it is missing."""
    source = CostSource(**dict(command))
    session.add(source)
    await session.flush()
    return CostSourceView.model_validate(source)


@router.operation("GET", "/cost-sources", permission=READ)
async def list_cost_sources(session: Session, asked: AskedPage) -> Page[CostSourceView]:
    """List the sources whose cost is expected."""
    return await page(session, select(CostSource), asked, sorts={"source": CostSource.source}, tie=CostSource.id)


@router.operation("GET", "/cost-sources/{cost_source_id}", permission=READ)
async def get_cost_source(cost_source_id: UUID, session: Session) -> CostSourceView:
    """Show what is expected of a source."""
    return CostSourceView.model_validate(await found(session, CostSource, cost_source_id))


@router.operation(
    "PUT", "/cost-sources/{cost_source_id}", permission=WRITE, problems=[EndsBeforeItBegins], example=EXAMPLE
)
async def change_cost_source(
    cost_source_id: UUID, command: ExpectCost, version: ExpectedVersion, session: Session
) -> CostSourceView:
    """Change what is expected of a source, or until when."""
    source = await found(session, CostSource, cost_source_id, version=version)
    source.expect(**dict(command))
    await session.flush()
    return CostSourceView.model_validate(source)
