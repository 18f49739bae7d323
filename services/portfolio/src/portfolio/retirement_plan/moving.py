"""Moving many customers at once: each subscription with a result of its own, and all that move in one transaction."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.problems import Problem
from portfolio.known_customer import queries as customers
from portfolio.retirement_plan.actions import replacement_held
from portfolio.retirement_plan.customer_move import (
    AlreadyMoved,
    CustomerMove,
    NoReplacement,
    NotOfThisService,
    moved,
    succeed,
)
from portfolio.retirement_plan.model import RetirementPlan
from portfolio.service.gates import Act
from portfolio.service.model import Service
from portfolio.subscription.model import Subscription


@dataclass(frozen=True)
class Result:
    """The move of a subscription, new or made before, or why there is none."""

    subscription_id: UUID
    move: CustomerMove | Problem
    is_new: bool = False


@dataclass
class Moving:
    """`options` are those that become another one. `moves` are the ones made before, each with the successor; `there`
    what each customer has of the replacement."""

    plan: RetirementPlan
    replacement: Service
    act: Act
    on: date
    options: Mapping[str | None, str | None]
    subscriptions: Mapping[UUID, Subscription]
    moves: Mapping[UUID, tuple[CustomerMove, Subscription]]
    there: dict[UUID, list[Subscription]]
    successors: list[Subscription] = field(default_factory=list)

    def take(self, ids: Sequence[UUID]) -> Iterator[Result]:
        for id in ids:
            try:
                before = self._before(id)
                yield Result(id, before or self._move(id), is_new=before is None)
            except Problem as problem:
                yield Result(id, problem)

    def _before(self, id: UUID) -> CustomerMove | None:
        """The same move, if it has been made; AlreadyMoved for another one."""
        if id not in self.subscriptions:
            raise NotOfThisService(f"There is no subscription {id} to it.")
        if id not in self.moves:
            return None
        subscription, (move, successor) = self.subscriptions[id], self.moves[id]
        asked = (max(self.on, subscription.starts_on), self.replacement.id, self._option(subscription))
        if asked != (move.moved_on, successor.service_id, successor.option):
            raise AlreadyMoved(f"Subscription {successor.id} succeeds it from {move.moved_on} on.")
        return move

    def _option(self, subscription: Subscription) -> str | None:
        return self.options.get(subscription.option, subscription.option)

    def _move(self, id: UUID) -> CustomerMove:
        subscription = self.subscriptions[id]
        others = self.there[subscription.customer_id]
        successor = succeed(
            subscription,
            plan=self.plan,
            replacement=self.replacement,
            on=self.on,
            today=self.act.on,
            option=self._option(subscription),
            others=others,
        )
        others.append(successor)
        self.successors.append(successor)
        return moved(self.act, self.plan, subscription, successor)


async def move(
    session: AsyncSession,
    plan: RetirementPlan,
    act: Act,
    ids: Sequence[UUID],
    *,
    on: date,
    options: Mapping[str | None, str | None],
) -> list[Result]:
    """`options` maps those that become another one; the rest stay as they are."""
    made = await _moving(session, plan, act, ids, on=on, options=options)
    results = list(made.take(ids))
    session.add_all(made.successors)
    await session.flush()
    session.add_all(result.move for result in results if result.is_new)
    return results


async def _moving(
    session: AsyncSession,
    plan: RetirementPlan,
    act: Act,
    ids: Sequence[UUID],
    *,
    on: date,
    options: Mapping[str | None, str | None],
) -> Moving:
    """With all that it needs, held in the order in which imports hold it: services, customers, subscriptions."""
    plan.check_open()
    replacement = await replacement_held(session, plan.replacement_id)
    if replacement is None:
        raise NoReplacement
    asked = select(Subscription).where(among(Subscription.id, ids), Subscription.service_id == plan.service_id)
    parties = {subscription.customer_id for subscription in await session.scalars(asked)}
    living = (await customers.all_held(session, codes=(), ids=parties)).living
    still = asked.order_by(Subscription.id).with_for_update().execution_options(populate_existing=True)
    subscriptions = {subscription.id: subscription for subscription in await session.scalars(still)}
    there: dict[UUID, list[Subscription]] = defaultdict(list)
    theirs = select(Subscription).where(Subscription.service_id == replacement.id)
    for other in await session.scalars(theirs.where(among(Subscription.customer_id, living))):
        there[other.customer_id].append(other)
    made = select(CustomerMove, Subscription).join(Subscription, Subscription.id == CustomerMove.successor_id)
    rows = await session.execute(made.where(among(CustomerMove.subscription_id, ids)))
    moves = {move.subscription_id: (move, successor) for move, successor in rows}
    return Moving(plan, replacement, act, on, options, subscriptions, moves, there)
