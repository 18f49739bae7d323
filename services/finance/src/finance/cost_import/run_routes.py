"""The operations on imports while they run."""

from datetime import datetime
from uuid import UUID

from pydantic import Field
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Schema
from finance.cost_import.model import CostView
from finance.cost_import.progress import STATE, runs
from finance.cost_import.rule_schemas import SourceName
from finance.cost_import.run import CostImportRun, RunEnded, RunState

router = Router("cost-imports")

READ, IMPORT = "finance:cost-import:read", "finance:cost-import:import"


class CostImportRunView(Schema):
    id: UUID
    source: str
    view: CostView
    period: str
    state: RunState = Field(description="Interrupted is one whose process is gone: send the file again.")
    received_bytes: int = Field(description="Of the file as it was sent.")
    read: int = Field(description="Rows, as are the next two.")
    accepted: int
    rejected: int
    cancel_requested: bool
    cost_import_id: UUID | None = Field(description="What came of it.")
    problem: str | None = Field(description="The code of the problem that ended it.")
    actor: str
    started_at: datetime
    changed_at: datetime


@router.operation("GET", "/cost-import-runs", permission=READ)
async def list_cost_import_runs(
    session: Session, asked: AskedPage, source: SourceName | None = None, state: RunState | None = None
) -> Page[CostImportRunView]:
    """List imports that run, how far they have come, and how earlier ones ended."""
    query = runs()
    if source:
        query = query.where(CostImportRun.source == source)
    if state:
        query = query.where(STATE.in_([state.value]))
    sorts = {"started_at": CostImportRun.started_at}
    return await page(session, query, asked, sorts=sorts, tie=CostImportRun.id, by_row=True)


@router.operation("GET", "/cost-import-runs/{run_id}", permission=READ)
async def get_cost_import_run(run_id: UUID, session: Session) -> CostImportRunView:
    """Show how far an import has come."""
    return await _shown(session, run_id)


@router.operation("POST", "/cost-import-runs/{run_id}/cancellation", permission=IMPORT, problems=[RunEnded])
async def cancel_cost_import(run_id: UUID, session: Session) -> CostImportRunView:
    """Ask an import to stop: it keeps nothing, unless it is done before it hears of it."""
    if (await _shown(session, run_id)).state == RunState.RUNNING:
        asked = update(CostImportRun).where(CostImportRun.id == run_id, CostImportRun.state == RunState.RUNNING)
        await session.execute(asked.values(cancel_requested=True).execution_options(synchronize_session=False))
    shown = await _shown(session, run_id)
    if shown.state not in (RunState.RUNNING, RunState.CANCELLED):
        raise RunEnded(f"It is {shown.state}.", state=shown.state)
    return shown


async def _shown(session: AsyncSession, id: UUID) -> CostImportRunView:
    row = (await session.execute(runs().where(CostImportRun.id == id))).one_or_none()
    if row is None:
        raise NoSuchResource(f"There is no run with the id {id}.")
    return CostImportRunView.model_validate(row)
