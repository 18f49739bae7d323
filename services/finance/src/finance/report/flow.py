"""A flow of cost, ready for a Sankey diagram: nodes, links above zero, no loops, nothing lost at any node. No I/O."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from chassis.money import EXACT, Amount, exact_sum
from chassis.text import Schema
from finance.allocation_run.pool import amount_of, units
from finance.cost_object.model import CostObjectKind
from finance.report.circulation import Edge, without_circulation
from finance.report.links import EXPLAIN

MOST_SHOWN = 50
KINDS = 3 + len(CostObjectKind)  # natures, pools, consumers, and each kind of cost objects
MOST_NODES = 2 * ((MOST_SHOWN + 1) * KINDS + 6)  # with the twins of ends, and six remainders


class NotConserved(ArithmeticError):
    """What leaves a node is not what came: a fault of this code, and nothing of it is told."""


class NodeKind(StrEnum):
    NATURE = "nature"
    COST_OBJECT = "cost_object"
    POOL = "pool"
    CONSUMER = "consumer"
    REMAINDER = "remainder"


class Remainder(StrEnum):
    """Where cost stays. `retained`: a cost object bears it and hands it to nobody; what comes back from there was
    charged beyond what was borne. `unassigned`: on no cost object. `difference`: income that pools took on a net basis,
    and what was posted since the run. `rounding`: from exact cost to the whole cents that are charged."""

    UNALLOCATED = "unallocated"
    IDLE = "idle"
    RETAINED = "retained"
    UNASSIGNED = "unassigned"
    DIFFERENCE = "difference"
    ROUNDING = "rounding"


class FlowNode(Schema):
    """In is out but for natures, where cost begins, and for consumers and remainders, where it ends. What flows back
    there, such as credits, has an end of its own, with `:back` in its id."""

    id: str
    kind: NodeKind
    code: str | None = Field(description="Null for cost without a nature, and for the smaller ones gathered together.")
    name: str
    cost_object_kind: CostObjectKind | None
    gathered: int = Field(description="How many it stands for: one, or all that are too small to be shown.")
    amount_in: Amount
    amount_out: Amount
    explain: str = Field(description=EXPLAIN)


class FlowLink(Schema):
    """What went from one node to another, above zero: less than nothing is a link the other way."""

    source: str = Field(description="The id of a node.")
    target: str = Field(description="The id of a node.")
    amount: Amount
    went_round: Amount = Field(description="What came back in a loop and is not in `amount`; both are what was posted.")
    explain: str = Field(description=EXPLAIN)


class CostFlowView(Schema):
    model: str
    charge_plan: str | None
    starts_on: date
    ends_on: date = Field(description="The first day after the range.")
    base_currency: str
    allocation_run_ids: list[UUID] = Field(max_length=1_200)
    cost_in: Amount = Field(description="The expense posted in the range.")
    nodes: list[FlowNode] = Field(max_length=MOST_NODES)
    links: list[FlowLink] = Field(max_length=MOST_NODES**2)


@dataclass(frozen=True)
class Node:
    id: str
    kind: NodeKind
    code: str | None
    name: str
    explain: str
    cost_object_kind: CostObjectKind | None = None
    gathered: int = 1

    @property
    def is_end(self) -> bool:
        return self.kind not in (NodeKind.COST_OBJECT, NodeKind.POOL)

    def turned(self) -> "Node":
        """Of an end, the twin for what flows the other way: an end that took and gave would close loops."""
        return replace(self, id=f"{self.id}:back", name=f"{self.name} (back)") if self.is_end else self


@dataclass
class Flow:
    nodes: dict[str, Node] = field(default_factory=dict)
    _amounts: defaultdict[Edge, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    _links: dict[Edge, str] = field(default_factory=dict)

    def add(self, source: Node, target: Node, amount: Decimal, explain: str) -> None:
        if not amount:
            return
        if amount < 0:
            source, target = target.turned(), source.turned()
        edge = (source.id, target.id)
        self.nodes |= {source.id: source, target.id: target}
        self._amounts[edge] = EXACT.add(self._amounts[edge], EXACT.abs(amount))
        self._links[edge] = explain

    def told(self) -> tuple[list[FlowNode], list[FlowLink]]:
        """Nodes in the order in which they came, links in that of their nodes. Raises NotConserved."""
        left = without_circulation(self._amounts)
        prove(self.nodes, left)
        order = {id: at for at, id in enumerate(self.nodes)}
        links = [
            FlowLink(
                source=source,
                target=target,
                amount=_shown(amount),
                went_round=_shown(EXACT.subtract(self._amounts[source, target], amount)),
                explain=self._links[source, target],
            )
            for (source, target), amount in sorted(left.items(), key=lambda flow: [order[id] for id in flow[0]])
        ]
        into, out = _sums(left)
        return [_view(node, into[id], out[id]) for id, node in self.nodes.items() if into[id] or out[id]], links


def prove(nodes: Mapping[str, Node], flows: Mapping[Edge, Decimal]) -> None:
    """Raises NotConserved unless in is out at each cost object and pool."""
    into, out = _sums(flows)
    for id, node in nodes.items():
        if not node.is_end and into[id] != out[id]:
            raise NotConserved(f"{into[id]} went into {id}, {out[id]} left it")


def _sums(flows: Mapping[Edge, Decimal]) -> tuple[defaultdict[str, Decimal], defaultdict[str, Decimal]]:
    ends: tuple[defaultdict[str, list[Decimal]], ...] = (defaultdict(list), defaultdict(list))
    for (source, target), amount in flows.items():
        ends[0][target].append(amount)
        ends[1][source].append(amount)
    into, out = ({id: exact_sum(amounts) for id, amounts in end.items()} for end in ends)
    return defaultdict(Decimal, into), defaultdict(Decimal, out)


def _view(node: Node, amount_in: Decimal, amount_out: Decimal) -> FlowNode:
    return FlowNode(
        id=node.id,
        kind=node.kind,
        code=node.code,
        name=node.name,
        cost_object_kind=node.cost_object_kind,
        gathered=node.gathered,
        amount_in=_shown(amount_in),
        amount_out=_shown(amount_out),
        explain=node.explain,
    )


def _shown(amount: Decimal) -> Decimal:
    return amount_of(units(amount))
