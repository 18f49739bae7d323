"""The statements behind a flow of cost: each adds up whole tables, to the nodes shown and one for all others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, and_, case, func, or_, select

from chassis.bulk import among
from finance.account.model import Account
from finance.allocation_run.model import (
    AllocatedConsumer,
    AllocatedCost,
    AllocatedPool,
    AllocationLine,
    AllocationRole,
    ConsumerLine,
)
from finance.charge.model import Charge, ChargeLine
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import CostBasis, balances
from finance.ledger.model import PeriodBalance

B, C, L, P = PeriodBalance, CostObject, AllocationLine, AllocatedPool
NATURE = func.coalesce(Account.nature, "")
SURVIVOR = func.coalesce(Consumer.survivor_id, Consumer.id)


@dataclass(frozen=True)
class Parts:
    """What the statements go out from: ids of the runs that make up the range."""

    within: PeriodRange
    allocation_runs: Sequence[UUID]
    charge_runs: Sequence[UUID]

    def natures(self, most: int) -> Select[Any]:
        """Nature, cost, how many there are: the largest first."""
        cost = balances(self.within, CostBasis.GROSS, NATURE.label("nature")).subquery()
        return _largest(
            select(cost.c.nature, cost.c.cost, func.count().over()), func.abs(cost.c.cost), cost.c.nature, most
        )

    def pools(self, most: int) -> Select[Any]:
        """Code, how many there are; in the order of the model."""
        cost = func.sum(func.abs(P.cost)).label("cost")
        pools = (
            select(P.pool, func.min(P.number).label("number"), cost)
            .where(among(P.run_id, self.allocation_runs))
            .group_by(P.pool)
            .subquery()
        )
        shown = _largest(select(pools, func.count().over().label("of")), pools.c.cost, pools.c.pool, most).subquery()
        return select(shown.c.pool, shown.c.of).order_by(shown.c.number)

    def cost_objects(self, most: int) -> Select[Any]:
        """Id, code, name, kind, whether it took part in the runs, how many of the kind there are; the largest of each
        kind."""
        posted, allocated, charged = self._posted(), self._allocated(), self._charged()
        a, charge = allocated.c, func.coalesce(charged.c.amount, 0)
        weight = func.abs(func.coalesce(a.direct, posted.c.cost, charge)) + func.abs(func.coalesce(a.received, 0))
        place = func.row_number().over(partition_by=C.kind, order_by=(weight.desc(), C.code))
        ranked = (
            select(
                C.id,
                C.code,
                C.name,
                C.kind,
                a.cost_object_id.is_not(None).label("took_part"),
                func.count().over(partition_by=C.kind).label("of"),
                place.label("place"),
            )
            .outerjoin(posted, posted.c.cost_object_id == C.id)
            .outerjoin(allocated, a.cost_object_id == C.id)
            .outerjoin(charged, charged.c.cost_object_id == C.id)
            .where(or_(*(table.c.cost_object_id.is_not(None) for table in (posted, allocated, charged))))
            .subquery()
        )
        return select(ranked).where(ranked.c.place <= most).order_by(ranked.c.kind, ranked.c.place)

    def consumers(self, most: int) -> Select[Any]:
        """Id, code, name, how many there are; the largest first, merged ones as their survivors."""
        A = AllocatedConsumer
        borne = select(A.consumer_id, A.amount).where(among(A.run_id, self.allocation_runs))
        charged = select(Charge.consumer_id, Charge.total).where(among(Charge.run_id, self.charge_runs))
        both = borne.union_all(charged).subquery()
        sums = (
            select(SURVIVOR.label("id"), func.sum(func.abs(both.c.amount)).label("amount"))
            .join_from(both, Consumer, Consumer.id == both.c.consumer_id)
            .group_by(SURVIVOR)
            .subquery()
        )
        query = select(Consumer.id, Consumer.code, Consumer.name, func.count().over())
        return _largest(query.join(sums, sums.c.id == Consumer.id), sums.c.amount, Consumer.code, most)

    def posted_on_objects(self, natures: Sequence[str], objects: Sequence[UUID]) -> Select[Any]:
        """Nature, cost object, its kind, amount; without a kind it was assigned to no cost object."""
        by = (_if_shown(NATURE, natures), _if_shown(C.code, objects, of=C.id), C.kind)
        return balances(self.within, CostBasis.GROSS, *by).outerjoin(C, C.id == B.cost_object_id)

    def differences(self, objects: Sequence[UUID]) -> Select[Any]:
        """Cost object, its kind, what the runs went out from less what is posted on it now."""
        posted, allocated = self._posted(), self._allocated()
        by = (_if_shown(C.code, objects, of=C.id), C.kind)
        return (
            select(*by, func.sum(allocated.c.direct - func.coalesce(posted.c.cost, 0)))
            .join_from(allocated, C, C.id == allocated.c.cost_object_id)
            .outerjoin(posted, posted.c.cost_object_id == C.id)
            .group_by(*by)
        )

    def allocated(self, pools: Sequence[str], objects: Sequence[UUID]) -> Select[Any]:
        """Pool, cost object, its kind, whether it is a source, amount."""
        by = (
            _if_shown(L.pool, pools),
            _if_shown(C.code, objects, of=C.id),
            C.kind,
            (L.role == AllocationRole.SOURCE).label("source"),
        )
        query = select(*by, func.sum(L.amount)).join_from(L, C, C.id == L.cost_object_id)
        return query.where(among(L.run_id, self.allocation_runs)).group_by(*by)

    def consumed(self, pools: Sequence[str], consumers: Sequence[UUID]) -> Select[Any]:
        """Pool, consumer, amount."""
        by = (_if_shown(ConsumerLine.pool, pools), _if_shown(SURVIVOR, consumers))
        query = select(*by, func.sum(ConsumerLine.amount))
        query = query.join_from(ConsumerLine, Consumer, Consumer.id == ConsumerLine.consumer_id)
        return query.where(among(ConsumerLine.run_id, self.allocation_runs)).group_by(*by)

    def charged(self, objects: Sequence[UUID], consumers: Sequence[UUID]) -> Select[Any]:
        """Cost object, its kind, consumer, amount."""
        by = (_if_shown(C.code, objects, of=C.id), C.kind, _if_shown(SURVIVOR, consumers))
        return (
            select(*by, func.sum(ChargeLine.amount))
            .join_from(ChargeLine, Charge, Charge.id == ChargeLine.charge_id)
            .join(C, C.id == ChargeLine.cost_object_id)
            .join(Consumer, Consumer.id == Charge.consumer_id)
            .where(among(Charge.run_id, self.charge_runs))
            .group_by(*by)
        )

    def remainders(self, objects: Sequence[UUID]) -> Select[Any]:
        """Cost object, its kind, and what of its cost is unallocated, idle, retained, rounded."""
        posted, allocated, charged, kept = self._posted(), self._allocated(), self._charged(), self._kept()
        exact = func.coalesce(allocated.c.exact, posted.c.cost, 0)
        full = func.coalesce(allocated.c.full, posted.c.cost, 0)
        amount, left = charged.c.amount, func.coalesce(kept.c.kept, 0)
        borne = case((amount.is_not(None), full - amount), else_=exact)
        idle = func.coalesce(kept.c.idle, 0)
        each = (left - idle, idle, borne - left, case((amount.is_not(None), exact - full), else_=0))
        by = (_if_shown(C.code, objects, of=C.id), C.kind)
        tables = (posted, allocated, charged)
        query = select(*by, *(func.sum(part) for part in each)).select_from(C)
        for table in (*tables, kept):
            query = query.outerjoin(table, table.c.cost_object_id == C.id)
        return query.where(or_(*(table.c.cost_object_id.is_not(None) for table in tables))).group_by(*by)

    def _posted(self) -> Subquery:
        return balances(self.within, CostBasis.GROSS, B.cost_object_id).subquery()

    def _allocated(self) -> Subquery:
        A = AllocatedCost
        sums = [func.sum(getattr(A, name)).label(name) for name in ("direct", "received", "full", "exact")]
        query = select(A.cost_object_id, *sums).where(among(A.run_id, self.allocation_runs))
        return query.group_by(A.cost_object_id).subquery()

    def _charged(self) -> Subquery:
        query = select(ChargeLine.cost_object_id, func.sum(ChargeLine.amount).label("amount"))
        query = query.join_from(ChargeLine, Charge, Charge.id == ChargeLine.charge_id)
        return query.where(among(Charge.run_id, self.charge_runs)).group_by(ChargeLine.cost_object_id).subquery()

    def _kept(self) -> Subquery:
        """What pools could not hand on and no later layer took up: since a source was last drawn as a whole."""
        drawn = case((P.receives, P.layer_number), else_=0)
        lines = (
            select(
                L.cost_object_id,
                L.kept,
                P.layer_number,
                P.kept.label("of"),
                P.idle,
                func.max(drawn).over(partition_by=(L.run_id, L.cost_object_id)).label("since"),
            )
            .join_from(L, P, and_(P.run_id == L.run_id, P.pool == L.pool))
            .where(among(L.run_id, self.allocation_runs), L.role == AllocationRole.SOURCE)
            .subquery()
        )
        c = lines.c
        unused = func.round(c.kept * func.least(c.idle, c.of) / func.nullif(c.of, 0), 12)
        idle = func.sum(case((and_(c.idle > 0, c.of > 0), unused), else_=0)).label("idle")
        query = select(c.cost_object_id, func.sum(c.kept).label("kept"), idle)
        return query.where(c.layer_number >= c.since).group_by(c.cost_object_id).subquery()


def _if_shown(said: Any, shown: Sequence[Any], *, of: Any = None) -> Any:
    """What is said of a row that is shown, null for one of the others."""
    return case((among(said if of is None else of, shown), said), else_=None)


def _largest(query: Any, by: Any, tie: Any, most: int) -> Select[Any]:
    largest: Select[Any] = query.order_by(by.desc(), tie).limit(most)
    return largest
