"""The flow of cost: natures to cost objects, through pools to towers and services, and from these to consumers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.money import exact_sum
from finance.charge_run.model import ChargeRun
from finance.cost_object.model import CostObjectKind
from finance.fiscal_period.range import PeriodRange
from finance.report.flow import CostFlowView, Flow, Node, NodeKind, Remainder
from finance.report.flow_parts import Parts
from finance.report.links import address, postings
from finance.report.runs import Allocation, allocation_over, charging_over

REMAINDERS = (Remainder.UNALLOCATED, Remainder.IDLE, Remainder.RETAINED, Remainder.ROUNDING)


async def cost_flow(
    session: AsyncSession, within: PeriodRange, *, model: str, charge_plan: str | None, most: int
) -> CostFlowView:
    """`most` of the largest natures, pools, consumers and cost objects of each kind are shown, the others gathered.
    Raises UnknownModel, UnknownPlan, NotRun."""
    allocation = await allocation_over(session, model, within)
    charging = await charging_over(session, charge_plan, within) if charge_plan else []
    drawing = Drawing(session, within, allocation, charging)
    await drawing.draw(most)
    nodes, links = drawing.flow.told()
    return CostFlowView(
        model=model,
        charge_plan=charge_plan,
        starts_on=within.starts_on,
        ends_on=within.ends_on,
        base_currency=within.currency,
        allocation_run_ids=allocation.ids,
        cost_in=exact_sum(drawing.posted),
        nodes=nodes,
        links=links,
    )


@dataclass(frozen=True)
class Others:
    """The node of what is shown, by its key, and the one of all others."""

    shown: dict[Any, Node]
    others: Node

    def node(self, key: Any) -> Node:
        return self.others if key is None else self.shown[key]


class Drawing:
    def __init__(
        self, session: AsyncSession, within: PeriodRange, allocation: Allocation, charging: Sequence[ChargeRun]
    ) -> None:
        self._session, self._within, self._allocation, self._charging = session, within, allocation, charging
        self._parts = Parts(within, allocation.ids, [run.id for run in charging])
        self.flow = Flow()
        self.posted: list[Decimal] = []

    async def draw(self, most: int) -> None:
        natures, pools = await self._natures(most), await self._pools(most)
        objects, consumers = await self._objects(most), await self._consumers(most)
        await self._draw_posted(natures, objects)
        await self._draw_allocated(pools, objects, consumers)
        await self._draw_charged(objects, consumers)
        await self._draw_remainders(objects)

    async def _rows(self, query: Any) -> Sequence[Any]:
        return (await self._session.execute(query)).all()

    async def _natures(self, most: int) -> Others:
        rows = await self._rows(self._parts.natures(most))
        shown = {
            nature: Node(
                f"nature:{nature}",
                NodeKind.NATURE,
                nature or None,
                nature or "Without a nature",
                postings(self._within, nature=nature or None),
            )
            for nature, _, _ in rows
        }
        return Others(shown, _others(NodeKind.NATURE, "natures", rows, postings(self._within)))

    async def _pools(self, most: int) -> Others:
        rows = await self._rows(self._parts.pools(most))
        link = self._allocation.link
        shown = {code: Node(f"pool:{code}", NodeKind.POOL, code, code, link("lines", pool=code)) for code, _ in rows}
        return Others(shown, _others(NodeKind.POOL, "pools", rows, link("pools")))

    async def _objects(self, most: int) -> dict[CostObjectKind, Others]:
        by_kind: dict[CostObjectKind, list[Any]] = {kind: [] for kind in CostObjectKind}
        for row in await self._rows(self._parts.cost_objects(most)):
            by_kind[row.kind].append(row)
        self._ids = [row.id for rows in by_kind.values() for row in rows]
        self._took_part = {row.code for rows in by_kind.values() for row in rows if row.took_part}
        return {
            kind: Others(
                {row.code: self._object_node(row) for row in rows},
                _others(
                    NodeKind.COST_OBJECT,
                    f"{kind}s".replace("_", " "),
                    [(*row[:-2], row.of) for row in rows],
                    self._allocation.link("objects"),
                    kind,
                ),
            )
            for kind, rows in by_kind.items()
        }

    def _object_node(self, row: Any) -> Node:
        return Node(
            f"cost_object:{row.code}", NodeKind.COST_OBJECT, row.code, row.name, self._borne_by(row.code), row.kind
        )

    def _borne_by(self, code: str | None) -> str:
        """Lines of the run where it took part, else what was posted on it."""
        if code is None:
            return self._allocation.link("objects")
        if code in self._took_part:
            return self._allocation.link("lines", cost_object=code)
        return postings(self._within, cost_object=code)

    async def _consumers(self, most: int) -> Others:
        rows = await self._rows(self._parts.consumers(most))
        shown = {
            id: Node(f"consumer:{code}", NodeKind.CONSUMER, code, name, self._consumed_by(code, id))
            for id, code, name, _ in rows
        }
        return Others(shown, _others(NodeKind.CONSUMER, "consumers", rows, self._allocation.link("consumers")))

    def _consumed_by(self, code: str, id: UUID) -> str:
        if self._charging:
            return self._charges(id)
        return self._allocation.link("consumer-lines", consumer=code)

    def _charges(self, consumer_id: UUID | None) -> str:
        run_id = self._charging[0].id if len(self._charging) == 1 else None
        return address("charges", run_id=run_id, consumer_id=consumer_id)

    async def _draw_posted(self, natures: Others, objects: dict[CostObjectKind, Others]) -> None:
        unassigned = self._remainder(Remainder.UNASSIGNED)
        difference = self._remainder(Remainder.DIFFERENCE)
        for nature, code, kind, amount in await self._rows(
            self._parts.posted_on_objects(list(natures.shown), self._ids)
        ):
            source = natures.node(nature)
            target = objects[kind].node(code) if kind else unassigned
            self.flow.add(source, target, amount, postings(self._within, cost_object=code, nature=nature or None))
            self.posted.append(amount)
        for code, kind, amount in await self._rows(self._parts.differences(self._ids)):
            self.flow.add(difference, objects[kind].node(code), amount, self._borne_by(code))

    async def _draw_allocated(self, pools: Others, objects: dict[CostObjectKind, Others], consumers: Others) -> None:
        for pool, code, kind, is_source, amount in await self._rows(
            self._parts.allocated(list(pools.shown), self._ids)
        ):
            ends = (objects[kind].node(code), pools.node(pool))
            source, target = ends if is_source else ends[::-1]
            self.flow.add(source, target, amount, self._allocation.link("lines", pool=pool, cost_object=code))
        for pool, id, amount in await self._rows(self._parts.consumed(list(pools.shown), list(consumers.shown))):
            consumer = consumers.node(id)
            explain = self._allocation.link("consumer-lines", pool=pool, consumer=consumer.code)
            self.flow.add(pools.node(pool), consumer, amount, explain)

    async def _draw_charged(self, objects: dict[CostObjectKind, Others], consumers: Others) -> None:
        for code, kind, id, amount in await self._rows(self._parts.charged(self._ids, list(consumers.shown))):
            self.flow.add(objects[kind].node(code), consumers.node(id), amount, self._charges(id))

    async def _draw_remainders(self, objects: dict[CostObjectKind, Others]) -> None:
        nodes = [self._remainder(kind) for kind in REMAINDERS]
        for code, kind, *amounts in await self._rows(self._parts.remainders(self._ids)):
            for node, amount in zip(nodes, amounts, strict=True):
                self.flow.add(objects[kind].node(code), node, amount, self._borne_by(code))

    def _remainder(self, kind: Remainder) -> Node:
        explain = self._allocation.link("pools" if kind in (Remainder.UNALLOCATED, Remainder.IDLE) else "objects")
        if kind == Remainder.UNASSIGNED:
            explain = postings(self._within)
        return Node(f"remainder:{kind}", NodeKind.REMAINDER, kind, kind.capitalize(), explain)


def _others(
    kind: NodeKind, plural: str, rows: Sequence[Any], explain: str, cost_object_kind: CostObjectKind | None = None
) -> Node:
    """`rows` are those that are shown; the last column says how many there are in all."""
    more = rows[0][-1] - len(rows) if rows else 0
    id = f"others:{cost_object_kind or kind}"
    return Node(id, kind, None, f"{more} other {plural}", explain, cost_object_kind, more)
