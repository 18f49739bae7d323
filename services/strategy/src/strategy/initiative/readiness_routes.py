"""The operations on the readiness gate of initiatives."""

from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from strategy.initiative.model import Ended, Initiative
from strategy.initiative.queries import conditions_of, going
from strategy.initiative.readiness import (
    MOST,
    AlreadyMet,
    ConditionNamed,
    NotMandatory,
    ReadinessCondition,
    TooManyConditions,
    blockers,
    waived,
)
from strategy.initiative.routes import READ, WRITE
from strategy.initiative.schemas import (
    AddCondition,
    MeetCondition,
    ReadinessConditionView,
    ReadinessView,
    WaiveCondition,
)

router = Router("readiness-conditions")


@router.operation(
    "POST",
    "/initiatives/{initiative_id}/readiness-conditions",
    permission=WRITE,
    problems=[ConditionNamed, Ended, TooManyConditions],
    status=201,
    example={"name": "Privacy assessment", "mandatory": True},
)
async def add_readiness_condition(
    initiative_id: UUID, command: AddCondition, session: Session
) -> ReadinessConditionView:
    """Add what must, or should, be shown before an initiative is executed."""
    await going(session, initiative_id)
    if len(await conditions_of(session, initiative_id)) >= MOST:
        raise TooManyConditions
    condition = ReadinessCondition(initiative_id=initiative_id, **dict(command))
    session.add(condition)
    await session.flush()
    return ReadinessConditionView.model_validate(condition)


@router.operation("GET", "/initiatives/{initiative_id}/readiness-conditions", permission=READ)
async def list_readiness_conditions(
    initiative_id: UUID, session: Session, asked: AskedPage
) -> Page[ReadinessConditionView]:
    """List the readiness conditions of an initiative."""
    await found(session, Initiative, initiative_id)
    query = select(ReadinessCondition).where(ReadinessCondition.initiative_id == initiative_id)
    return await page(session, query, asked, sorts={"name": ReadinessCondition.name}, tie=ReadinessCondition.id)


@router.operation("GET", "/initiatives/{initiative_id}/readiness", permission=READ)
async def get_readiness(initiative_id: UUID, session: Session) -> ReadinessView:
    """Show whether an initiative may be executed, and what stands in the way."""
    await found(session, Initiative, initiative_id)
    conditions = await conditions_of(session, initiative_id)
    unmet = blockers(conditions)
    return ReadinessView.model_validate(
        {
            "initiative_id": initiative_id,
            "ready": not unmet,
            "blockers": unmet,
            "waived": waived(conditions),
            "conditions": len(conditions),
            "satisfied": sum(condition.is_satisfied for condition in conditions),
        }
    )


@router.operation("GET", "/readiness-conditions/{condition_id}", permission=READ)
async def get_readiness_condition(condition_id: UUID, session: Session) -> ReadinessConditionView:
    """Show a readiness condition."""
    return ReadinessConditionView.model_validate(await found(session, ReadinessCondition, condition_id))


async def _held(session: Session, id: UUID, version: int) -> ReadinessCondition:
    """The condition at this version, its initiative held. Raises Ended."""
    condition = await found(session, ReadinessCondition, id, version=version)
    await going(session, condition.initiative_id)
    return condition


@router.operation(
    "PUT",
    "/readiness-conditions/{condition_id}/evidence",
    permission=WRITE,
    problems=[Ended],
    example={"evidence": "Privacy assessment 2026-17, signed on 12 March."},
)
async def meet_readiness_condition(
    condition_id: UUID,
    command: MeetCondition,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> ReadinessConditionView:
    """Meet a readiness condition: say what shows it."""
    condition = await _held(session, condition_id, version)
    condition.meet(evidence=command.evidence, by=caller.subject, at=now)
    await session.flush()
    return ReadinessConditionView.model_validate(condition)


@router.operation("POST", "/readiness-conditions/{condition_id}/retraction", permission=WRITE, problems=[Ended])
async def retract_evidence(condition_id: UUID, version: ExpectedVersion, session: Session) -> ReadinessConditionView:
    """Take back the evidence or the waiver of a readiness condition."""
    condition = await _held(session, condition_id, version)
    condition.retract()
    await session.flush()
    return ReadinessConditionView.model_validate(condition)


@router.operation(
    "POST",
    "/readiness-conditions/{condition_id}/waiver",
    permission="strategy:initiative:waive",
    problems=[Ended, AlreadyMet, NotMandatory],
    example={"reason": "The pilot handles no personal data."},
)
async def waive_readiness_condition(
    condition_id: UUID,
    command: WaiveCondition,
    version: ExpectedVersion,
    session: Session,
    caller: CurrentCaller,
    now: Now,
) -> ReadinessConditionView:
    """Waive a mandatory readiness condition: execution may start without it."""
    condition = await _held(session, condition_id, version)
    condition.waive(reason=command.reason, by=caller.subject, at=now)
    await session.flush()
    return ReadinessConditionView.model_validate(condition)
