"""The operations on budgets."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from chassis.application import Now
from chassis.imports import CSV_MEDIA, IMPORT_BODY_BYTES, ImportResult, Upload
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchMapping, NoSuchResource
from chassis.text import Code, Line, Prose
from finance.budget import actions, imports, queries
from finance.budget.lines import MONTHS, LinesUnfit
from finance.budget.model import (
    Budget,
    BudgetVersion,
    CodeTaken,
    LineInUse,
    Outdated,
    OwnSubmission,
    ScopeTaken,
    TransitionRefused,
)
from finance.budget.schemas import (
    BeginBudget,
    BudgetDocumentView,
    BudgetVersionView,
    BudgetView,
    PositionView,
    RejectBudget,
    ReviseBudget,
    VarianceRow,
    VariancesView,
)
from finance.exchange_rate.model import RateUnknown
from finance.fiscal_period.queries import year_of
from finance.report.table import TABLES, AsTable, tabled

router = Router("budgets")

READ, WRITE, APPROVE = "finance:budget:read", "finance:budget:write", "finance:budget:approve"
LINE = {"code": "hosting", "name": "Database hosting", "cost_object": "DB-HOSTING", "total": "120000.00"}
REVISION = {"document": "Main estimates", "lines": [LINE]}
DECIDING = [TransitionRefused, OwnSubmission, Outdated, ScopeTaken, LineInUse, RateUnknown]

Number = Annotated[int, Path(ge=1, le=10_000)]


async def held(budget_id: UUID, version: ExpectedVersion, session: Session) -> Budget:
    """Each change of a version is one of its budget, so that of two at once the second is refused."""
    budget = await found(session, Budget, budget_id, version=version)
    flag_modified(budget, "number")
    return budget


HeldBudget = Annotated[Budget, Depends(held, scope="function")]


@router.operation(
    "POST",
    "/budgets",
    permission=WRITE,
    problems=[CodeTaken, NoSuchResource],
    status=201,
    example={"code": "it-operations", "name": "IT operations", "fiscal_year": "2026-27"},
)
async def begin_budget(command: BeginBudget, session: Session) -> BudgetView:
    """Begin a budget of a fiscal year; its versions hold the lines."""
    year = await year_of(session, command.fiscal_year)
    budget = Budget.begin(fiscal_year_id=year.id, **command.model_dump(exclude={"fiscal_year"}))
    session.add(budget)
    await session.flush()
    return BudgetView.model_validate(budget)


@router.operation("GET", "/budgets", permission=READ, problems=[NoSuchResource])
async def list_budgets(session: Session, asked: AskedPage, fiscal_year: Code | None = None) -> Page[BudgetView]:
    """List budgets, of all years or of the one with a code."""
    query = select(Budget)
    if fiscal_year:
        query = query.where(Budget.fiscal_year_id == (await year_of(session, fiscal_year)).id)
    return await page(session, query, asked, sorts={"code": Budget.code}, tie=Budget.id)


@router.operation("GET", "/budgets/{budget_id}", permission=READ)
async def get_budget(budget_id: UUID, session: Session) -> BudgetView:
    """Show a budget."""
    return BudgetView.model_validate(await found(session, Budget, budget_id))


@router.operation(
    "POST",
    "/budgets/{budget_id}/versions",
    permission=WRITE,
    problems=[LinesUnfit, NoSuchResource],
    status=201,
    example=REVISION,
    max_body_bytes=16 << 20,
)
async def revise_budget(budget_id: UUID, command: ReviseBudget, session: Session) -> BudgetDocumentView:
    """Draft a version with all its lines; it revises the version in force."""
    budget = await found(session, Budget, budget_id)
    version = await _draft(session, budget, command.document, command.reason)
    await actions.plan(session, budget, version, command.lines)
    return await queries.document(session, version)


async def _draft(session: AsyncSession, budget: Budget, document: str, reason: str) -> BudgetVersion:
    version = budget.revise(document=document, reason=reason)
    session.add(version)
    await session.flush()
    return version


@router.operation(
    "POST",
    "/budgets/{budget_id}/version-imports",
    permission="finance:budget:import",
    problems=[LinesUnfit, NoSuchMapping, NoSuchResource],
    upload=CSV_MEDIA,
    max_body_bytes=IMPORT_BODY_BYTES,
)
async def import_budget_version(
    budget_id: UUID,
    upload: Upload,
    session: Session,
    document: Line,
    mode: imports.Mode = "replace",
    reason: Prose = "",
) -> ImportResult:
    """Draft a version from CSV; with `mode=add` the rows change the lines in force, as supplements and transfers do."""
    budget = await found(session, Budget, budget_id)
    version = await _draft(session, budget, document, reason)
    return await imports.import_lines(session, budget, version, upload, mode)


@router.operation("GET", "/budgets/{budget_id}/versions", permission=READ)
async def list_budget_versions(budget_id: UUID, session: Session, asked: AskedPage) -> Page[BudgetVersionView]:
    """List the versions of a budget."""
    await found(session, Budget, budget_id)
    V = BudgetVersion
    query = select(V).where(V.budget_id == budget_id)
    return await page(session, query, asked, sorts={"number": V.number}, tie=V.number)


@router.operation("GET", "/budgets/{budget_id}/versions/{number}", permission=READ)
async def get_budget_version(budget_id: UUID, number: Number, session: Session) -> BudgetDocumentView:
    """Show a version with its lines, and what each changes against the version that it revises."""
    budget = await found(session, Budget, budget_id)
    return await queries.document(session, await actions.version_of(session, budget, number))


@router.operation(
    "PUT",
    "/budgets/{budget_id}/versions/{number}",
    permission=WRITE,
    problems=[LinesUnfit, TransitionRefused],
    example=REVISION,
    max_body_bytes=16 << 20,
)
async def change_budget_draft(
    number: Number, command: ReviseBudget, budget: HeldBudget, session: Session
) -> BudgetDocumentView:
    """Give a draft other lines."""
    version = await actions.version_of(session, budget, number)
    version.document, version.reason = command.document, command.reason
    await actions.plan(session, budget, version, command.lines)
    return await queries.document(session, version)


@router.operation(
    "POST", "/budgets/{budget_id}/versions/{number}/submission", permission=WRITE, problems=[TransitionRefused]
)
async def submit_budget(
    number: Number, budget: HeldBudget, session: Session, caller: CurrentCaller, now: Now
) -> BudgetVersionView:
    """Submit a draft for approval."""
    version = await actions.version_of(session, budget, number)
    version.submit(by=caller.subject, at=now)
    await session.flush()
    return BudgetVersionView.model_validate(version)


@router.operation("POST", "/budgets/{budget_id}/versions/{number}/approval", permission=APPROVE, problems=DECIDING)
async def approve_budget(
    number: Number, budget: HeldBudget, session: Session, caller: CurrentCaller, now: Now
) -> BudgetVersionView:
    """Put a submitted version in force; nobody approves what they have submitted."""
    version = await actions.version_of(session, budget, number)
    await actions.approve(session, budget, version, by=caller.subject, at=now)
    return BudgetVersionView.model_validate(version)


@router.operation(
    "POST",
    "/budgets/{budget_id}/versions/{number}/rejection",
    permission=APPROVE,
    problems=[TransitionRefused, OwnSubmission],
    example={"reason": "The licences are counted twice."},
)
async def reject_budget(
    number: Number, command: RejectBudget, budget: HeldBudget, session: Session, caller: CurrentCaller, now: Now
) -> BudgetVersionView:
    """Reject a submitted version."""
    version = await actions.version_of(session, budget, number)
    version.reject(reason=command.reason, by=caller.subject, at=now)
    await session.flush()
    return BudgetVersionView.model_validate(version)


@router.operation("GET", "/budgets/{budget_id}/positions", permission=READ)
async def list_budget_positions(budget_id: UUID, session: Session) -> list[PositionView]:
    """Show what each line in force has, what is requested, committed and spent of it, and its burn-down by month."""
    return await queries.positions(session, await found(session, Budget, budget_id))


@router.operation(
    "GET",
    "/budget-variances",
    permission=READ,
    problems=[NoSuchResource],
    produces=TABLES,
    response_model=VariancesView,
)
async def show_budget_variances(
    session: Session, table: AsTable, fiscal_year: Code, month: Annotated[int, Query(ge=1, le=MONTHS)] = MONTHS
) -> Any:
    """Show budget against actual of each line, from the first month of a fiscal year up to and with a month."""
    shown = await queries.variances(session, await year_of(session, fiscal_year), month)
    return tabled(table, VarianceRow, shown.rows) if table else shown
