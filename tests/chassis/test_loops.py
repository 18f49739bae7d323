"""Edges that lie on loops are found, all of them and no others."""

from hypothesis import given
from hypothesis import strategies as st

from chassis.loops import within_loops


def test_an_edge_between_two_loops_is_on_none() -> None:
    loops = {("a", "b"), ("b", "a"), ("c", "d"), ("d", "e"), ("e", "c"), ("f", "f")}
    assert within_loops(loops | {("b", "c"), ("e", "g"), ("g", "h"), ("f", "a")}) == loops


def test_a_long_chain_closes_no_loop_until_its_end_meets_its_beginning() -> None:
    chain = {(number, number + 1) for number in range(100_000)}
    assert within_loops(chain) == set()
    closed = chain | {(100_000, 0)}
    assert within_loops(closed) == closed


edges = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20)


@given(edges)
def test_an_edge_is_on_a_loop_when_its_end_reaches_its_start(some: set[tuple[int, int]]) -> None:
    def reaches(start: int, goal: int) -> bool:
        found, left = {start}, [start]
        while left:
            at = left.pop()
            new = {end for begin, end in some if begin == at} - found
            found |= new
            left += new
        return goal in found

    assert within_loops(some) == {(start, end) for start, end in some if reaches(end, start)}
