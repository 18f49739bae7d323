"""The operations on initiatives: what they are, and the steps of their life."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from chassis.application import Now, Today
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code, Line
from strategy.holding import held
from strategy.initiative.lifecycle import ACTIVE, GATED, InitiativeStatus, Step
from strategy.initiative.model import Act, CodeTaken, Ended, Initiative, InitiativeStep, NotReady, WrongStatus
from strategy.initiative.queries import conditions_of, refuse_unknown_services, unfinished_before
from strategy.initiative.schemas import (
    ApproveInitiative,
    DescribeInitiative,
    InitiativeStepView,
    InitiativeView,
    OpenInitiative,
    TakeStep,
)

router = Router("initiatives")

READ, WRITE, APPROVE, EXECUTE = (f"strategy:initiative:{verb}" for verb in ("read", "write", "approve", "execute"))
DESCRIPTION = {"name": "Self-service portal", "owner": "Head of digital services", "starts_on": "2026-04-01"}
REASON = {"reason": "Agreed in the steering committee of March."}


@router.operation(
    "POST",
    "/initiatives",
    permission=WRITE,
    problems=[CodeTaken],
    status=201,
    example={"code": "self-service", **DESCRIPTION},
)
async def open_initiative(command: OpenInitiative, session: Session, today: Today) -> InitiativeView:
    """Open an initiative as a draft; finance opens a cost object for it."""
    await refuse_unknown_services(session, command.service_ids)
    initiative = Initiative.open(**dict(command), on=today)
    session.add(initiative)
    await session.flush()
    return InitiativeView.model_validate(initiative)


@router.operation("GET", "/initiatives", permission=READ)
async def list_initiatives(
    session: Session,
    asked: AskedPage,
    code: Code | None = None,
    owner: Line | None = None,
    status: InitiativeStatus | None = None,
    active: Annotated[bool | None, Query(description="Approved and not ended; not those on hold.")] = None,
    service_id: Annotated[UUID | None, Query(description="Building or changing this service.")] = None,
) -> Page[InitiativeView]:
    """List initiatives."""
    exact = {"code": code, "owner": owner, "status": status}
    query = select(Initiative).filter_by(**{name: value for name, value in exact.items() if value is not None})
    if active is not None:
        query = query.where(Initiative.status.in_(ACTIVE) if active else Initiative.status.not_in(ACTIVE))
    if service_id:
        query = query.where(Initiative.service_ids.contains([service_id]))
    sorts = {"code": Initiative.code, "name": Initiative.name}
    return await page(session, query, asked, sorts=sorts, tie=Initiative.id)


@router.operation("GET", "/initiatives/{initiative_id}", permission=READ)
async def get_initiative(initiative_id: UUID, session: Session) -> InitiativeView:
    """Show an initiative."""
    return InitiativeView.model_validate(await found(session, Initiative, initiative_id))


@router.operation("PUT", "/initiatives/{initiative_id}", permission=WRITE, problems=[Ended], example=DESCRIPTION)
async def describe_initiative(
    initiative_id: UUID, command: DescribeInitiative, version: ExpectedVersion, session: Session
) -> InitiativeView:
    """Change what is said of an initiative."""
    initiative = await held(session, Initiative, initiative_id, version=version)
    await refuse_unknown_services(session, command.service_ids)
    initiative.describe(**dict(command))
    await session.flush()
    return InitiativeView.model_validate(initiative)


@router.operation("GET", "/initiatives/{initiative_id}/history", permission=READ)
async def list_steps_of_initiative(initiative_id: UUID, session: Session, asked: AskedPage) -> Page[InitiativeStepView]:
    """List the steps that an initiative has taken, with who took them and why."""
    await found(session, Initiative, initiative_id)
    query = select(InitiativeStep).where(InitiativeStep.initiative_id == initiative_id)
    number = InitiativeStep.number
    return await page(session, query, asked, sorts={"number": number}, tie=number)


@router.operation(
    "POST",
    "/initiatives/{initiative_id}/approval",
    permission=APPROVE,
    problems=[WrongStatus],
    example={**REASON, "funding": "Investment plan 2026"},
)
async def approve_initiative(
    initiative_id: UUID,
    command: ApproveInitiative,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> InitiativeView:
    """Approve a draft, and say what pays for it."""
    initiative = await held(session, Initiative, initiative_id, version=version)
    act = Act(by=caller.subject, at=now, reason=command.reason)
    session.add(initiative.approve(act, funding=command.funding))
    await session.flush()
    return InitiativeView.model_validate(initiative)


def _offer(step: Step, noun: str, *, permission: str, says: str, name: str) -> None:
    """One operation for a step that takes nothing but its reason."""

    async def take(
        initiative_id: UUID,
        command: TakeStep,
        version: ExpectedVersion,
        session: Session,
        caller: CurrentCaller,
        now: Now,
    ) -> InitiativeView:
        # Held while the gate is looked at: evidence is given and retracted under the same lock.
        initiative = await held(session, Initiative, initiative_id, version=version)
        conditions = await conditions_of(session, initiative_id) if step in GATED else ()
        unfinished = await unfinished_before(session, initiative_id) if step is Step.START else ()
        act = Act(by=caller.subject, at=now, reason=command.reason)
        session.add(initiative.take(step, act, conditions=conditions, unfinished=unfinished))
        await session.flush()
        return InitiativeView.model_validate(initiative)

    take.__name__, take.__doc__ = name, says
    problems = [WrongStatus, NotReady] if step in GATED else [WrongStatus]
    path = f"/initiatives/{{initiative_id}}/{noun}"
    router.operation("POST", path, permission=permission, problems=problems, example=REASON)(take)


_offer(
    Step.PREPARE,
    "preparation",
    permission=EXECUTE,
    says="Begin to prepare an approved initiative.",
    name="prepare_initiative",
)
_offer(
    Step.FIND_READY,
    "readiness",
    permission=EXECUTE,
    says="Find an initiative ready: every mandatory readiness condition is met or waived.",
    name="find_initiative_ready",
)
_offer(
    Step.START,
    "start",
    permission=EXECUTE,
    says="Start to execute an initiative that is ready, and still passes its gate.",
    name="start_initiative",
)
_offer(Step.COMPLETE, "completion", permission=EXECUTE, says="Complete an initiative.", name="complete_initiative")
_offer(Step.HOLD, "hold", permission=EXECUTE, says="Put an initiative on hold.", name="hold_initiative")
_offer(
    Step.RESUME,
    "resumption",
    permission=EXECUTE,
    says="Resume an initiative where it was before it was on hold.",
    name="resume_initiative",
)
_offer(
    Step.CANCEL,
    "cancellation",
    permission=APPROVE,
    says="Cancel an initiative that has not ended.",
    name="cancel_initiative",
)
