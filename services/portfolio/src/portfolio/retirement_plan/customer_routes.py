"""The operations on the customers of a service that retires."""

from collections import Counter
from uuid import UUID

from chassis.application import Now, Today
from chassis.operations import CurrentCaller, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import Problem
from portfolio.retirement_plan import queries
from portfolio.retirement_plan.actions import held
from portfolio.retirement_plan.customer_move import NoReplacement
from portfolio.retirement_plan.model import NotOpen, RetirementPlan
from portfolio.retirement_plan.moving import Result, move
from portfolio.retirement_plan.schemas import CustomerMoveResult, CustomerMovesView, MoveCustomers, RetirementCustomer
from portfolio.retirement_plan.terms import MoveEffect, Whereabouts
from portfolio.service.gates import Act
from portfolio.subscription.model import Subscription

router = Router("retirement-plans")

READ, WRITE = "portfolio:retirement-plan:read", "portfolio:retirement-plan:write"


@router.operation("GET", "/retirement-plans/{plan_id}/customers", permission=READ)
async def list_retirement_customers(
    plan_id: UUID, session: Session, asked: AskedPage, today: Today, state: Whereabouts | None = None
) -> Page[RetirementCustomer]:
    """List who subscribes to a service that retires, and whether they are still to move."""
    await found(session, RetirementPlan, plan_id)
    query, stands = queries.customers(plan_id, today)
    if state:
        query = query.where(stands == state)
    sorts = {"starts_on": Subscription.starts_on}
    return await page(session, query, asked, sorts=sorts, tie=Subscription.id, by_row=True)


@router.operation(
    "POST",
    "/retirement-plans/{plan_id}/customer-moves",
    permission=WRITE,
    problems=[NotOpen, NoReplacement],
    example={
        "on": "2027-02-01",
        "subscription_ids": ["0198c0de-0000-7000-8000-000000000004"],
        "options": [{"option": "gold", "becomes": "premium"}],
    },
)
async def move_customers(
    plan_id: UUID, command: MoveCustomers, session: Session, caller: CurrentCaller, now: Now
) -> CustomerMovesView:
    """Move up to 500 subscriptions to the replacement, each with a result of its own; the same again changes nothing.

    A subscription ends on the day on which its successor starts, with the same quantity.
    """
    plan, _ = await held(session, plan_id)
    act = Act(by=caller.subject, at=now, reason=plan.reason)
    options = {mapping.option: mapping.becomes for mapping in command.options}
    made = await move(session, plan, act, command.subscription_ids, on=command.on, options=options)
    results = [_result(result) for result in made]
    counts = Counter(result.effect for result in results)
    return CustomerMovesView.model_validate({**{effect: counts[effect] for effect in MoveEffect}, "results": results})


def _result(result: Result) -> CustomerMoveResult:
    id, made = result.subscription_id, result.move
    if isinstance(made, Problem):
        return CustomerMoveResult(
            subscription_id=id, effect=MoveEffect.REFUSED, successor_id=None, code=made.code, reason=made.detail
        )
    effect = MoveEffect.MOVED if result.is_new else MoveEffect.UNCHANGED
    return CustomerMoveResult(subscription_id=id, effect=effect, successor_id=made.successor_id, code=None, reason=None)
