"""The operations on fiscal years and periods."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.application import Now, Today
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Code
from finance.fiscal_period import queries, year_end
from finance.fiscal_period.model import (
    EarlierPeriodOpen,
    FiscalPeriod,
    FiscalPeriodChange,
    FiscalYear,
    NotAMonthStart,
    NotEquity,
    PeriodState,
    TransitionRefused,
    YearClosed,
    YearCodeTaken,
    YearsOverlap,
)
from finance.fiscal_period.schemas import (
    BeginFiscalYear,
    CloseFiscalYear,
    FiscalPeriodChangeView,
    FiscalPeriodView,
    FiscalYearView,
    ReopenFiscalPeriod,
    SteerFiscalYear,
    VerificationView,
)
from finance.ledger.digest import seal
from finance.ledger.queries import balances_match

router = Router("fiscal-periods")

READ, WRITE, CLOSE = "finance:fiscal-period:read", "finance:fiscal-period:write", "finance:fiscal-period:close"
REOPEN = "finance:fiscal-period:reopen"


@router.operation(
    "POST",
    "/fiscal-years",
    permission=WRITE,
    problems=[NotAMonthStart, YearCodeTaken, YearsOverlap],
    status=201,
    example={"code": "2026-27", "starts_on": "2026-04-01", "base_currency": "CAD"},
)
async def begin_fiscal_year(command: BeginFiscalYear, session: Session) -> FiscalYearView:
    """Begin a fiscal year of twelve periods, all of them still in the future."""
    year = FiscalYear.begin(**dict(command))
    session.add(year)
    await session.flush()
    session.add_all(year.periods())
    await session.flush()
    return FiscalYearView.model_validate(year)


@router.operation("GET", "/fiscal-years", permission=READ)
async def list_fiscal_years(session: Session, asked: AskedPage) -> Page[FiscalYearView]:
    """List fiscal years."""
    sorts = {"starts_on": FiscalYear.starts_on, "code": FiscalYear.code}
    return await page(session, select(FiscalYear), asked, sorts=sorts, tie=FiscalYear.id)


@router.operation("GET", "/fiscal-years/{fiscal_year_id}", permission=READ)
async def get_fiscal_year(fiscal_year_id: UUID, session: Session) -> FiscalYearView:
    """Show a fiscal year."""
    return FiscalYearView.model_validate(await found(session, FiscalYear, fiscal_year_id))


@router.operation("POST", "/fiscal-years/{fiscal_year_id}/opening", permission=WRITE)
async def open_fiscal_year(fiscal_year_id: UUID, session: Session, caller: CurrentCaller, now: Now) -> FiscalYearView:
    """Open all periods of a fiscal year that are still in the future."""
    year = await found(session, FiscalYear, fiscal_year_id)
    waiting = select(FiscalPeriod).where(
        FiscalPeriod.fiscal_year_id == year.id, FiscalPeriod.state == PeriodState.FUTURE
    )
    for period in (await session.scalars(waiting.order_by(FiscalPeriod.starts_on).with_for_update())).all():
        period.open()
        session.add(FiscalPeriodChange.of(period, reason="", actor=caller.subject, at=now))
    await session.flush()
    return FiscalYearView.model_validate(year)


@router.operation(
    "PUT",
    "/fiscal-years/{fiscal_year_id}",
    permission=WRITE,
    example={"rate_source": "bank-of-canada", "unbudgeted": "warn"},
)
async def steer_fiscal_year(
    fiscal_year_id: UUID, command: SteerFiscalYear, version: ExpectedVersion, session: Session
) -> FiscalYearView:
    """Say whose recorded exchange rates hold for amounts that bring none, and what unbudgeted spending meets."""
    year = await found(session, FiscalYear, fiscal_year_id, version=version)
    year.steer(**dict(command))
    await session.flush()
    return FiscalYearView.model_validate(year)


@router.operation(
    "POST",
    "/fiscal-years/{fiscal_year_id}/closing",
    permission=CLOSE,
    problems=[YearClosed, EarlierPeriodOpen, NotEquity, TransitionRefused],
    example={"retained_result": "3000"},
)
async def close_fiscal_year(
    fiscal_year_id: UUID,
    command: CloseFiscalYear,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
    today: Today,
) -> FiscalYearView:
    """Close a fiscal year: its result goes to the retained result in each currency, and its last period is closed."""
    year = await found(session, FiscalYear, fiscal_year_id, version=version)
    last = await year_end.close_year(session, year, **dict(command), actor=caller.subject, at=now, today=today)
    await _changed(session, last, caller.subject, now, reason=f"Year-end close of {year.code}")
    return FiscalYearView.model_validate(year)


@router.operation("GET", "/fiscal-periods", permission=READ, problems=[NoSuchResource])
async def list_fiscal_periods(
    session: Session, asked: AskedPage, fiscal_year: Code | None = None, state: PeriodState | None = None
) -> Page[FiscalPeriodView]:
    """List fiscal periods, of all years or of the one with a code."""
    query = select(FiscalPeriod)
    if fiscal_year:
        query = query.where(FiscalPeriod.fiscal_year_id == (await queries.year_of(session, fiscal_year)).id)
    if state:
        query = query.where(FiscalPeriod.state == state)
    return await page(session, query, asked, sorts={"starts_on": FiscalPeriod.starts_on}, tie=FiscalPeriod.id)


@router.operation("GET", "/fiscal-periods/{fiscal_period_id}", permission=READ)
async def get_fiscal_period(fiscal_period_id: UUID, session: Session) -> FiscalPeriodView:
    """Show a fiscal period."""
    return FiscalPeriodView.model_validate(await found(session, FiscalPeriod, fiscal_period_id))


@router.operation("GET", "/fiscal-periods/{fiscal_period_id}/changes", permission=READ)
async def list_fiscal_period_changes(
    fiscal_period_id: UUID, session: Session, asked: AskedPage
) -> Page[FiscalPeriodChangeView]:
    """List the changes of a period's state, the oldest first."""
    await found(session, FiscalPeriod, fiscal_period_id)
    query = select(FiscalPeriodChange).where(FiscalPeriodChange.fiscal_period_id == fiscal_period_id)
    sorts = {"changed_at": FiscalPeriodChange.changed_at}
    return await page(session, query, asked, sorts=sorts, tie=FiscalPeriodChange.id)


@router.operation("POST", "/fiscal-periods/{fiscal_period_id}/opening", permission=WRITE, problems=[TransitionRefused])
async def open_fiscal_period(
    fiscal_period_id: UUID, version: ExpectedVersion, session: Session, caller: CurrentCaller, now: Now
) -> FiscalPeriodView:
    """Open a period that was in the future."""
    period = await queries.held(session, fiscal_period_id, version=version)
    period.open()
    return await _changed(session, period, caller.subject, now)


@router.operation(
    "POST", "/fiscal-periods/{fiscal_period_id}/soft-closing", permission=CLOSE, problems=[TransitionRefused]
)
async def soft_close_fiscal_period(
    fiscal_period_id: UUID, version: ExpectedVersion, session: Session, caller: CurrentCaller, now: Now
) -> FiscalPeriodView:
    """Close a period for everything but adjustments."""
    period = await queries.held(session, fiscal_period_id, version=version)
    period.soft_close()
    return await _changed(session, period, caller.subject, now)


@router.operation("POST", "/fiscal-periods/{fiscal_period_id}/closing", permission=CLOSE, problems=[TransitionRefused])
async def close_fiscal_period(
    fiscal_period_id: UUID, version: ExpectedVersion, session: Session, caller: CurrentCaller, now: Now, today: Today
) -> FiscalPeriodView:
    """Close a period: nothing gets in any more, and a digest tells whether anything was changed."""
    period = await queries.held(session, fiscal_period_id, version=version)
    period.close(on=today, seal=await seal(session, period.id))
    return await _changed(session, period, caller.subject, now)


@router.operation(
    "POST",
    "/fiscal-periods/{fiscal_period_id}/reopening",
    permission=REOPEN,
    problems=[TransitionRefused, YearClosed],
    example={"to": "soft_closed", "reason": "The audit asks for one more accrual."},
)
async def reopen_fiscal_period(
    fiscal_period_id: UUID,
    command: ReopenFiscalPeriod,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> FiscalPeriodView:
    """Reopen a period, for everything or for adjustments only; the last of a closed year reopens the year with it."""
    period = await queries.held(session, fiscal_period_id, version=version)
    year = await found(session, FiscalYear, period.fiscal_year_id)
    if year.closed_on and period.ends_on != year.ends_on:
        raise YearClosed(f"{year.code} was closed on {year.closed_on}.")
    period.reopen(to=PeriodState(command.to))
    view = await _changed(session, period, caller.subject, now, reason=command.reason)
    if year.closed_on:
        await year_end.reopen_year(session, year, actor=caller.subject, at=now)
    return view


async def _changed(
    session: AsyncSession, period: FiscalPeriod, actor: str, at: datetime, *, reason: str = ""
) -> FiscalPeriodView:
    session.add(FiscalPeriodChange.of(period, reason=reason, actor=actor, at=at))
    await session.flush()
    return FiscalPeriodView.model_validate(period)


@router.operation("GET", "/fiscal-periods/{fiscal_period_id}/verification", permission=READ)
async def verify_fiscal_period(fiscal_period_id: UUID, session: Session) -> VerificationView:
    """Compare a period's entries with those it was closed with, and its balances with its lines."""
    period = await found(session, FiscalPeriod, fiscal_period_id)
    now, match = await seal(session, period.id), await balances_match(session, period.id)
    return VerificationView(
        intact=match and period.digest in (None, now.digest),
        balances_match=match,
        closed_digest=period.digest,
        digest=now.digest,
        entry_count=now.entry_count,
        debit_total=now.debit_total,
    )
