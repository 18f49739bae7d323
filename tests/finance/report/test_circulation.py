"""What goes round is taken off: no loop is left, and no node keeps more or less than before."""

from collections import defaultdict
from decimal import Decimal
from graphlib import TopologicalSorter

from hypothesis import given
from hypothesis import strategies as st

from finance.report.circulation import Edge, without_circulation

NAMES = st.sampled_from("abcdefg")
FLOWS = st.dictionaries(
    st.tuples(NAMES, NAMES), st.decimals("0.01", "1000", places=2, allow_nan=False), min_size=1, max_size=30
)


def surplus(flows: dict[Edge, Decimal]) -> dict[str, Decimal]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for (source, target), amount in flows.items():
        sums[source] -= amount
        sums[target] += amount
    return {name: amount for name, amount in sums.items() if amount}


def test_what_two_hand_one_another_goes_round_as_far_as_both_do() -> None:
    flows = {("in", "a"): Decimal(8), ("a", "b"): Decimal(10), ("b", "a"): Decimal(4), ("b", "out"): Decimal(8)}
    left = {("in", "a"): Decimal(8), ("a", "b"): Decimal(6), ("b", "out"): Decimal(8)}
    assert without_circulation(flows) == left


def test_a_flow_from_a_node_to_itself_is_gone() -> None:
    assert without_circulation({("a", "a"): Decimal(1), ("a", "b"): Decimal(2)}) == {("a", "b"): Decimal(2)}


@given(FLOWS)
def test_each_node_keeps_its_surplus_and_no_loop_is_left(flows: dict[Edge, Decimal]) -> None:
    left = without_circulation(flows)
    assert surplus(left) == surplus(flows)
    assert all(0 < amount <= flows[edge] for edge, amount in left.items())
    graph: defaultdict[str, set[str]] = defaultdict(set)
    for source, target in left:
        graph[target].add(source)
    TopologicalSorter(graph).prepare()  # CycleError if there is one
