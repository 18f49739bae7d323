"""The critical path of small networks worked out by hand, and of any network against all of its paths."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.initiative.critical_path import Loop, schedule

Needs = list[tuple[str, str]]

# Paths: A-C-F-H = 3+2+4+2 = 11, A-C-E-G-H = 3+2+4+5+2 = 16, B-D-G-H = 4+4+5+2 = 15.
DURATIONS = {"A": 3, "B": 4, "C": 2, "D": 4, "E": 4, "F": 4, "G": 5, "H": 2}
NEEDS: Needs = [
    ("C", "A"),
    ("D", "B"),
    ("E", "C"),
    ("F", "C"),
    ("G", "D"),
    ("G", "E"),
    ("H", "F"),
    ("H", "G"),
]


def test_times_and_slack_are_those_worked_out_by_hand() -> None:
    plan = schedule(DURATIONS, NEEDS)
    found = {
        part: (t.earliest_start, t.earliest_finish, t.latest_start, t.latest_finish, t.total_slack, t.free_slack)
        for part, t in plan.timings.items()
    }
    assert plan.length == 16
    assert found == {
        "A": (0, 3, 0, 3, 0, 0),
        "B": (0, 4, 1, 5, 1, 0),
        "C": (3, 5, 3, 5, 0, 0),
        "D": (4, 8, 5, 9, 1, 1),
        "E": (5, 9, 5, 9, 0, 0),
        "F": (5, 9, 10, 14, 5, 5),
        "G": (9, 14, 9, 14, 0, 0),
        "H": (14, 16, 14, 16, 0, 0),
    }
    assert [part for part, timing in plan.timings.items() if timing.is_critical] == ["A", "C", "E", "G", "H"]


def test_two_ways_that_are_equally_long_are_both_critical() -> None:
    plan = schedule(
        {"start": 1, "up": 5, "down": 5, "end": 1}, [("up", "start"), ("down", "start"), ("end", "up"), ("end", "down")]
    )
    assert (plan.length, all(timing.is_critical for timing in plan.timings.values())) == (7, True)


def test_a_milestone_without_work_takes_no_day_and_one_beside_the_network_has_slack() -> None:
    plan = schedule({"signed": 0, "built": 10, "aside": 3}, [("built", "signed")])
    assert (plan.timings["signed"].earliest_finish, plan.timings["signed"].is_critical) == (0, True)
    assert (plan.timings["aside"].total_slack, plan.timings["aside"].free_slack) == (7, 7)


def test_nothing_planned_has_no_length() -> None:
    assert schedule({}, []).length == 0


@pytest.mark.parametrize("needs", [[("a", "a")], [("a", "b"), ("b", "a")], [("a", "b"), ("b", "c"), ("c", "a")]])
def test_a_circle_is_refused(needs: Needs) -> None:
    with pytest.raises(Loop):
        schedule({"a": 1, "b": 1, "c": 1}, needs)


@st.composite
def networks(draw: st.DrawFn) -> tuple[dict[int, int], list[tuple[int, int]]]:
    durations = dict(enumerate(draw(st.lists(st.integers(0, 9), min_size=1, max_size=7))))
    pairs = [(later, earlier) for later in durations for earlier in range(later)]
    return durations, [pair for pair in pairs if draw(st.booleans())]


def all_paths(durations: Mapping[int, int], needs: list[tuple[int, int]]) -> list[list[int]]:
    """Every way through the network, from parts that need nothing to parts that nothing needs."""
    after = {part: [later for later, needed in needs if needed == part] for part in durations}
    first = [part for part in durations if all(later != part for later, _ in needs)]

    def onward(path: list[int]) -> list[list[int]]:
        return [whole for later in after[path[-1]] for whole in onward([*path, later])] or [path]

    return [path for part in first for path in onward([part])]


@given(networks())
def test_length_and_slack_are_those_of_the_longest_of_all_paths(
    network: tuple[dict[int, int], list[tuple[int, int]]],
) -> None:
    durations, needs = network
    plan, paths = schedule(durations, needs), all_paths(durations, needs)
    lengths = [(path, sum(durations[part] for part in path)) for path in paths]
    assert plan.length == max(length for _, length in lengths)
    for part, timing in plan.timings.items():
        through = max(length for path, length in lengths if part in path)
        assert timing.total_slack == plan.length - through
        assert 0 <= timing.free_slack <= timing.total_slack
    longest = next(path for path, length in lengths if length == plan.length)
    assert all(plan.timings[part].is_critical for part in longest)
    for needed, later in pairwise(longest):
        assert plan.timings[needed].earliest_finish == plan.timings[later].earliest_start
