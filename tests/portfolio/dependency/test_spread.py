"""How far a failure spreads, on plain graphs."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from portfolio.dependency.spread import path, spread

FAR = 1_000


def test_each_is_found_once_by_a_shortest_path() -> None:
    around = {"power": ["network", "mail"], "network": ["mail", "portal"], "mail": ["portal"]}
    found = spread("power", around, within=FAR)
    assert {name: reached.distance for name, reached in found.items()} == {"network": 1, "mail": 1, "portal": 2}
    assert path(found, "portal") == ["network", "portal"]
    assert path(found, "mail") == ["mail"]


def test_it_goes_as_far_as_asked() -> None:
    chain = {number: [number + 1] for number in range(10)}
    assert list(spread(0, chain, within=3)) == [1, 2, 3]


def test_nothing_spreads_from_what_nobody_uses() -> None:
    assert spread("power", {"network": ["mail"]}, within=FAR) == {}


Edges = st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=60)


@given(Edges)
def test_no_shorter_path_exists_and_every_path_is_made_of_links(edges: set[tuple[int, int]]) -> None:
    """Against distances relaxed until nothing gets nearer (Bellman and Ford)."""
    around: dict[int, list[int]] = defaultdict(list)
    for near, far in sorted(edges):
        around[near].append(far)
    nearest = {0: 0}
    for _ in range(13):
        for near, far in edges:
            if near in nearest and nearest[near] + 1 < nearest.get(far, FAR):
                nearest[far] = nearest[near] + 1
    found = spread(0, around, within=FAR)
    assert {0: 0} | {number: reached.distance for number, reached in found.items()} == nearest
    for number, reached in found.items():
        steps = path(found, number)
        assert len(steps) == reached.distance
        assert set(zip([0, *steps], steps, strict=False)) <= edges
