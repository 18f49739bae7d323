"""The maturity of a tree of assets: a parent's is the exact mean of its assessed children, whatever lies below them."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Node(Generic[K]):
    """`own` is what an assessment of just this asset says, None where there is none."""

    id: K
    parent: K | None
    own: Decimal | None


@dataclass(frozen=True)
class Standing:
    """`maturity` is None while nothing is assessed. `leaves` hold no other asset; `assessed` of them were assessed."""

    maturity: Fraction | None
    leaves: int
    assessed: int

    @property
    def coverage(self) -> Fraction:
        return Fraction(self.assessed, self.leaves)


def standings(nodes: Iterable[Node[K]]) -> dict[K, Standing]:
    """Of each node. Without children it is what was assessed; with children theirs counts, not an assessment of its
    own. A node whose parent is not among `nodes` is a root; the nodes must be a forest."""
    known = {node.id: node for node in nodes}
    children: dict[K, list[K]] = defaultdict(list)
    for node in known.values():
        if node.parent is not None and node.parent in known:
            children[node.parent].append(node.id)
    order = [node.id for node in known.values() if node.parent is None or node.parent not in known]
    for id in order:  # grows as it goes: parents before their children
        order.extend(children[id])
    found: dict[K, Standing] = {}
    for id in reversed(order):
        found[id] = _mean([found[child] for child in children[id]]) if children[id] else _leaf(known[id].own)
    return found


def _leaf(own: Decimal | None) -> Standing:
    return Standing(None if own is None else Fraction(own), 1, int(own is not None))


def _mean(children: list[Standing]) -> Standing:
    assessed = [child.maturity for child in children if child.maturity is not None]
    mean = sum(assessed, Fraction(0)) / len(assessed) if assessed else None
    return Standing(mean, sum(child.leaves for child in children), sum(child.assessed for child in children))
