"""The operations on opportunities."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code
from portfolio.opportunity.model import NotOpen, Opportunity, OpportunityStep
from portfolio.opportunity.rules import RULES
from portfolio.opportunity.scan import Scan, ScanRunning
from portfolio.opportunity.schemas import (
    AcceptOpportunity,
    DismissOpportunity,
    OpportunityRulesView,
    OpportunityRuleView,
    OpportunityScanView,
    OpportunityStepView,
    OpportunityView,
    RuleSightingsView,
)
from portfolio.opportunity.terms import OpportunityStatus, Sighting, SubjectKind
from portfolio.service import actions as services
from portfolio.service.model import CodeTaken, ExternalIdTaken
from portfolio.service.schemas import ServiceView

router = Router("opportunities")

READ, WRITE, DECIDE = (f"portfolio:opportunity:{verb}" for verb in ("read", "write", "decide"))


@router.operation("GET", "/opportunities", permission=READ)
async def list_opportunities(
    session: Session,
    asked: AskedPage,
    status: OpportunityStatus | None = None,
    rule: Annotated[Code | None, Query(description="The name of a rule, such as white-space.")] = None,
    subject_kind: SubjectKind | None = None,
    subject_id: UUID | None = None,
) -> Page[OpportunityView]:
    """List opportunities, each with its evidence."""
    wanted = {"status": status, "rule": rule, "subject_kind": subject_kind, "subject_id": subject_id}
    query = select(Opportunity).filter_by(**{name: value for name, value in wanted.items() if value is not None})
    sorts = {"found_at": Opportunity.found_at, "magnitude": Opportunity.magnitude}
    return await page(session, query, asked, sorts=sorts, tie=Opportunity.id)


@router.operation("GET", "/opportunities/{opportunity_id}", permission=READ)
async def get_opportunity(opportunity_id: UUID, session: Session) -> OpportunityView:
    """Show an opportunity with its evidence."""
    return OpportunityView.model_validate(await found(session, Opportunity, opportunity_id))


@router.operation("GET", "/opportunities/{opportunity_id}/history", permission=READ)
async def list_opportunity_history(
    opportunity_id: UUID, session: Session, asked: AskedPage
) -> Page[OpportunityStepView]:
    """List what happened to an opportunity: who, when, why, and the evidence at that moment."""
    await found(session, Opportunity, opportunity_id)
    query = select(OpportunityStep).where(OpportunityStep.opportunity_id == opportunity_id)
    return await page(session, query, asked, sorts={"at": OpportunityStep.at}, tie=OpportunityStep.id)


@router.operation(
    "POST",
    "/opportunities/{opportunity_id}/dismissal",
    permission=DECIDE,
    problems=[NotOpen],
    example={"reason": "The contract sets this price until 2028."},
)
async def dismiss_opportunity(
    opportunity_id: UUID,
    command: DismissOpportunity,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> OpportunityView:
    """Dismiss an open opportunity: it stays so until its evidence gets graver or its rule another version."""
    opportunity = await found(session, Opportunity, opportunity_id, version=version)
    opportunity.dismiss(command.reason, by=caller.subject, at=now)
    await session.flush()
    return OpportunityView.model_validate(opportunity)


@router.operation(
    "POST",
    "/opportunities/{opportunity_id}/acceptance",
    permission=DECIDE,
    problems=[NotOpen, CodeTaken, ExternalIdTaken],
    status=201,
    example={
        "code": "archive",
        "name": "Archive",
        "kind": "customer_facing",
        "owner": "Head of workplace",
        "reason": "Records must be kept for ten years, and nothing of ours does it.",
    },
)
async def accept_opportunity(
    opportunity_id: UUID,
    command: AcceptOpportunity,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> ServiceView:
    """Accept an open opportunity: it becomes the proposal of a service, whose history names it as evidence."""
    opportunity = await found(session, Opportunity, opportunity_id, version=version)
    opportunity.check_open()
    evidence = f"/v1/opportunities/{opportunity.id}"
    service = await services.propose(session, command, by=caller.subject, at=now, evidence=evidence)
    opportunity.accept(command.reason, service_id=service.id, service_code=service.code, by=caller.subject, at=now)
    await session.flush()
    return ServiceView.model_validate(service)


@router.operation("POST", "/opportunity-scans", permission=WRITE, problems=[ScanRunning])
async def scan_for_opportunities(session: Session, caller: CurrentCaller, now: Now) -> OpportunityScanView:
    """Look for opportunities at once; the clock does so once a day."""
    scan = Scan(session, by=caller.subject, at=now)
    await scan.run()
    names = [rule.name for rule in RULES] + sorted({name for name, _ in scan.made} - {rule.name for rule in RULES})
    sightings = [{"rule": name, **{made: scan.made[name, made] for made in Sighting}} for name in names]
    return OpportunityScanView(scanned_at=now, rules=[RuleSightingsView.model_validate(it) for it in sightings])


@router.operation("GET", "/opportunity-rules", permission=READ)
async def list_opportunity_rules() -> OpportunityRulesView:
    """List the rules that find opportunities, and when each of them fires."""
    return OpportunityRulesView(rules=[OpportunityRuleView.model_validate(rule) for rule in RULES])
