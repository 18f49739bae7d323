"""What goes round in a flow, such as cost that services hand one another; without it the flow can be drawn. Pure."""

from collections.abc import Mapping
from decimal import Decimal

from chassis.money import EXACT

Edge = tuple[str, str]


def without_circulation(flows: Mapping[Edge, Decimal]) -> dict[Edge, Decimal]:
    """Flows above zero, less what goes round in loops: no loop is left, and each node keeps its in less its out.

    Walks along the flows; whenever it comes back to a node of its way it takes the least flow of that loop off all of
    it, so that at least one of them is gone. A node from where nothing leads on is done for good.
    """
    left = dict(flows)
    ahead: dict[str, list[str]] = {}
    for source, target in sorted(flows, reverse=True):
        ahead.setdefault(source, []).append(target)
    done: set[str] = set()
    for start in sorted(ahead):
        way = [start]
        while way:
            onward = ahead.get(way[-1], [])
            while onward and (onward[-1] in done or not left[way[-1], onward[-1]]):
                onward.pop()
            if not onward:
                done.add(way.pop())
            elif onward[-1] in way:
                way = _cancelled(left, way, onward[-1])
            else:
                way.append(onward[-1])
    return {edge: amount for edge, amount in left.items() if amount}


def _cancelled(left: dict[Edge, Decimal], way: list[str], back_to: str) -> list[str]:
    """Takes the loop off; what remains of the way leads to the node that it came back to."""
    begin = way.index(back_to)
    loop = [*zip(way[begin:], way[begin + 1 :], strict=False), (way[-1], back_to)]
    least = min(left[edge] for edge in loop)
    for edge in loop:
        left[edge] = EXACT.subtract(left[edge], least)
    return way[: begin + 1]
