"""The operations on risks, critical success factors and status reports of initiatives."""

from uuid import UUID

from sqlalchemy import func, select, tuple_

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from strategy.initiative.following import (
    AlreadyReported,
    FactorNamed,
    FactorState,
    Light,
    ReasonMissing,
    Risk,
    RiskState,
    StatusReport,
    SuccessFactor,
)
from strategy.initiative.following_schemas import (
    AssessFactor,
    AssessRisk,
    RiskView,
    StatusReportView,
    SuccessFactorView,
    WriteReport,
)
from strategy.initiative.model import Ended, Initiative
from strategy.initiative.queries import going
from strategy.initiative.routes import READ, WRITE
from strategy.initiative.snapshot import taken

router = Router("initiatives")

RISK = {
    "name": "The supplier delivers late",
    "owner": "Procurement",
    "probability": "0.3",
    "impact": {"amount": "50000.00", "currency": "CAD"},
    "response": "reduce",
}
FACTOR = {"name": "Agents use the portal", "told_by": "Nine in ten agents have signed in within a month"}


@router.operation(
    "POST", "/initiatives/{initiative_id}/risks", permission=WRITE, problems=[Ended], status=201, example=RISK
)
async def raise_risk(initiative_id: UUID, command: AssessRisk, session: Session) -> RiskView:
    """Raise a risk of an initiative."""
    await going(session, initiative_id)
    risk = Risk(initiative_id=initiative_id)
    risk.assess(**dict(command))
    session.add(risk)
    await session.flush()
    return RiskView.model_validate(risk)


@router.operation("GET", "/risks", permission=READ)
async def list_risks(
    session: Session, asked: AskedPage, initiative_id: UUID | None = None, state: RiskState | None = None
) -> Page[RiskView]:
    """List risks; sort by exposure within one currency."""
    exact = {"initiative_id": initiative_id, "state": state}
    query = select(Risk).filter_by(**{name: value for name, value in exact.items() if value is not None})
    sorts = {"name": Risk.name, "probability": Risk.probability, "exposure": Risk.probability * Risk.impact_amount}
    return await page(session, query, asked, sorts=sorts, tie=Risk.id)


@router.operation("GET", "/risks/{risk_id}", permission=READ)
async def get_risk(risk_id: UUID, session: Session) -> RiskView:
    """Show a risk."""
    return RiskView.model_validate(await found(session, Risk, risk_id))


@router.operation("PUT", "/risks/{risk_id}", permission=WRITE, problems=[Ended], example=RISK)
async def assess_risk(risk_id: UUID, command: AssessRisk, version: ExpectedVersion, session: Session) -> RiskView:
    """Assess a risk anew, change the response to it, or close it."""
    risk = await found(session, Risk, risk_id, version=version)
    await going(session, risk.initiative_id)
    risk.assess(**dict(command))
    await session.flush()
    return RiskView.model_validate(risk)


@router.operation(
    "POST",
    "/initiatives/{initiative_id}/success-factors",
    permission=WRITE,
    problems=[Ended, FactorNamed],
    status=201,
    example=FACTOR,
)
async def name_success_factor(initiative_id: UUID, command: AssessFactor, session: Session) -> SuccessFactorView:
    """Name a critical success factor of an initiative."""
    await going(session, initiative_id)
    factor = SuccessFactor(initiative_id=initiative_id)
    factor.assess(**dict(command))
    session.add(factor)
    await session.flush()
    return SuccessFactorView.model_validate(factor)


@router.operation("GET", "/success-factors", permission=READ)
async def list_success_factors(
    session: Session, asked: AskedPage, initiative_id: UUID | None = None, state: FactorState | None = None
) -> Page[SuccessFactorView]:
    """List critical success factors."""
    exact = {"initiative_id": initiative_id, "state": state}
    query = select(SuccessFactor).filter_by(**{name: value for name, value in exact.items() if value is not None})
    return await page(session, query, asked, sorts={"name": SuccessFactor.name}, tie=SuccessFactor.id)


@router.operation("GET", "/success-factors/{factor_id}", permission=READ)
async def get_success_factor(factor_id: UUID, session: Session) -> SuccessFactorView:
    """Show a critical success factor."""
    return SuccessFactorView.model_validate(await found(session, SuccessFactor, factor_id))


@router.operation(
    "PUT", "/success-factors/{factor_id}", permission=WRITE, problems=[Ended, FactorNamed], example=FACTOR
)
async def assess_success_factor(
    factor_id: UUID, command: AssessFactor, version: ExpectedVersion, session: Session
) -> SuccessFactorView:
    """Assess a critical success factor."""
    factor = await found(session, SuccessFactor, factor_id, version=version)
    await going(session, factor.initiative_id)
    factor.assess(**dict(command))
    await session.flush()
    return SuccessFactorView.model_validate(factor)


@router.operation(
    "POST",
    "/initiatives/{initiative_id}/status-reports",
    permission="strategy:initiative:report",
    problems=[AlreadyReported, ReasonMissing],
    status=201,
    example={"light": "amber", "reason": "The supplier delivers two weeks later."},
)
async def write_status_report(
    initiative_id: UUID, command: WriteReport, session: Session, caller: CurrentCaller, now: Now
) -> StatusReportView:
    """Report how an initiative stands today; its milestones and figures are kept as they are at this moment."""
    initiative = await found(session, Initiative, initiative_id)
    snapshot = (await taken(session, initiative)).model_dump(mode="json")
    report = StatusReport.write(
        initiative_id=initiative_id, **dict(command), snapshot=snapshot, by=caller.subject, at=now
    )
    session.add(report)
    await session.flush()
    return StatusReportView.model_validate(report)


@router.operation("GET", "/status-reports", permission=READ)
async def list_status_reports(
    session: Session,
    asked: AskedPage,
    initiative_id: UUID | None = None,
    light: Light | None = None,
    latest: bool = False,
) -> Page[StatusReportView]:
    """List status reports; `latest` leaves one of each initiative."""
    exact = {"initiative_id": initiative_id, "light": light}
    query = select(StatusReport).filter_by(**{name: value for name, value in exact.items() if value is not None})
    if latest:
        of = StatusReport.initiative_id
        newest = select(of, func.max(StatusReport.reported_on)).group_by(of)
        query = query.where(tuple_(of, StatusReport.reported_on).in_(newest))
    return await page(session, query, asked, sorts={"reported_on": StatusReport.reported_on}, tie=StatusReport.id)


@router.operation("GET", "/status-reports/{report_id}", permission=READ)
async def get_status_report(report_id: UUID, session: Session) -> StatusReportView:
    """Show a status report."""
    return StatusReportView.model_validate(await found(session, StatusReport, report_id))
