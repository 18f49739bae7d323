"""The steps that take a service out of the catalog. A notice is a retirement plan, however it is given."""

from chassis.application import Now
from chassis.operations import CurrentCaller, Router, Session
from portfolio.retirement_plan import actions
from portfolio.retirement_plan.model import NoticeTooLate, OwnReplacement, ReplacementGoes
from portfolio.retirement_plan.schemas import BlockedRetirement, GiveRetirementNotice, RetirementsView, RetireService
from portfolio.service.gates import Act
from portfolio.service.model import StepNotPossible
from portfolio.service.schemas import ServiceView
from portfolio.service.steps import GATED, REASON, Held, Reasoned, shown

router = Router("services")

RETIRE = "portfolio:service:retire"


@router.operation(
    "POST",
    "/services/{service_id}/retirement-notice",
    permission=RETIRE,
    problems=[StepNotPossible, NoticeTooLate, OwnReplacement, ReplacementGoes],
    example={**REASON, "retires_on": "2027-04-01"},
)
async def give_retirement_notice(
    service: Held, command: GiveRetirementNotice, session: Session, caller: CurrentCaller, now: Now
) -> ServiceView:
    """Open a retirement plan of an operational service: from which day on it is gone, and what replaces it."""
    act, replacement_id = command.act(caller, now), command.replacement_id
    await actions.open_plan(session, act, service.id, ends_on=command.retires_on, replacement_id=replacement_id)
    return await shown(session, service)


@router.operation(
    "POST",
    "/services/{service_id}/retirement-notice/cancellation",
    permission=RETIRE,
    problems=[StepNotPossible],
    example=REASON,
)
async def cancel_retirement_notice(service: Held, act: Reasoned, session: Session) -> ServiceView:
    """Call the retirement plan of a service off: it is operational again."""
    await actions.call_off(session, service, act)
    return await shown(session, service)


@router.operation("POST", "/services/{service_id}/retirement", permission=RETIRE, problems=GATED, example=REASON)
async def retire_service(
    service: Held, command: RetireService, session: Session, caller: CurrentCaller, now: Now
) -> ServiceView:
    """Retire a service whose notice has run out, and which nothing in the catalog and no customer uses any more.

    What its checklist requires must be done or waived. Where finance charges it, all use must be charged, unless
    somebody waives that.
    """
    await actions.retire(session, service, command.act(caller, now))
    return await shown(session, service)


@router.operation("POST", "/retirements-due", permission=RETIRE)
async def retire_due_services(session: Session, caller: CurrentCaller, now: Now) -> RetirementsView:
    """Retire every service whose notice has run out and that nothing keeps; say what keeps the others.

    The clock does so every hour: this is for who will not wait, and for who asks what keeps a service.
    """
    outcome = await actions.retire_due(session, Act(by=caller.subject, at=now, reason=actions.NOTICE_OVER))
    return RetirementsView(
        retired=[service.id for service in outcome.retired],
        blocked=[
            BlockedRetirement(service_id=service.id, code=service.code, blockers=blocked.context["blockers"])
            for service, blocked in outcome.blocked
        ],
    )
