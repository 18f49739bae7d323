"""Which edges of a directed graph lie on loops: found together, whatever their order, in time linear to the graph."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def within_loops(edges: Collection[tuple[N, N]]) -> set[tuple[N, N]]:
    """Those whose ends can reach each other (Kosaraju's strongly connected components), and those that lead nowhere
    else."""
    onward, back = defaultdict[N, list[N]](list), defaultdict[N, list[N]](list)
    for start, end in edges:
        onward[start].append(end)
        back[end].append(start)
    component: dict[N, N] = {}
    for root in reversed(_finished({*onward, *back}, onward)):
        for node in _reached(root, back, component):
            component[node] = root
    return {(start, end) for start, end in edges if component[start] == component[end]}


def _finished(nodes: Iterable[N], onward: Mapping[N, Sequence[N]]) -> list[N]:
    """Each node after all that are first reached through it."""
    seen: set[N] = set()
    order: list[N] = []
    for root in nodes:
        if root in seen:
            continue
        seen.add(root)
        path = [(root, iter(onward.get(root, ())))]
        while path:
            node, rest = path[-1]
            following = next((end for end in rest if end not in seen), None)
            if following is None:
                order.append(node)
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(onward.get(following, ()))))
    return order


def _reached(root: N, back: Mapping[N, Sequence[N]], known: Mapping[N, N]) -> set[N]:
    """From the root along `back`, without what is known already."""
    if root in known:
        return set()
    found, edge = {root}, [root]
    while edge:
        for start in back.get(edge.pop(), ()):
            if start not in known and start not in found:
                found.add(start)
                edge.append(start)
    return found
