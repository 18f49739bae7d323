"""Following cost up and down: who bears a source's cost has it from that source, however it went round."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from finance.allocation_model.model import AllocationMethod
from finance.allocation_run.calculation import LayerRun
from finance.allocation_run.pool import Pool
from finance.allocation_run.trace import FINE, Source, Trace, TracedPool, shares_of
from tests.finance.allocation_run.pools import pool, standing_of

NAMES = {name: uuid5(UUID(int=0), name) for name in "ABCDXYZ"}
NEAR = 10**4  # units of 10^-12


@st.composite
def layers(draw: Any) -> tuple[AllocationMethod, list[Pool[str]]]:
    parts = st.integers(1, 1000)
    uses = {name: {other: draw(parts) for other in "ABCDXYZ" if other != name} for name in "ABCD"}
    cents = st.integers(1, 10**10).map(lambda number: f"{number / 100:.2f}")
    return draw(st.sampled_from(AllocationMethod)), [pool(name, draw(cents), uses[name]) for name in uses]


def traced(method: AllocationMethod, pools: Sequence[Pool[str]]) -> tuple[Trace, dict[str, dict[str, int]]]:
    """As a run would have stored it, and what each pool gave to whom."""
    run = LayerRun(standing_of(pools), method, pools)
    found = {o.pool.code: (o, {share.party: amount for share, amount in o.parts()}) for o in run.outcomes()}
    kept = {given_to.code: {NAMES[each.source]: each for each in given} for given_to, given in run.givings()}
    stored = [
        TracedPool(
            code,
            0,
            receives=True,
            cost=outcome.cost,
            sources={id: Source(each.own, each.kept) for id, each in kept[code].items()},
            passing={NAMES[party]: amount for party, amount in parts.items() if party in found},
        )
        for code, (outcome, parts) in found.items()
    ]
    return Trace(stored), {code: parts for code, (_, parts) in found.items()}


@given(layer=layers())
def test_the_way_up_and_the_way_down_agree(layer: tuple[AllocationMethod, list[Pool[str]]]) -> None:
    trace, gave = traced(*layer)
    received = {name: {code: parts.get(name, 0) for code, parts in gave.items()} for name in "XYZ"}
    up = {name: trace.origins(received[name]) for name in "XYZ"}
    for name in "XYZ":
        assert sum(up[name].values()) == sum(received[name].values())
    for source in "ABCD":
        passed = trace.passed(NAMES[source])
        weights = {NAMES[name]: sum(part * gave[code].get(name, 0) for code, part in passed.items()) for name in "XYZ"}
        down = shares_of(trace.own(NAMES[source]), weights)
        assert sum(down.values()) == trace.own(NAMES[source])
        assert abs(sum(weights.values()) // FINE - trace.own(NAMES[source])) < NEAR
        for name in "XYZ":
            assert abs(down.get(NAMES[name], 0) - up[name].get(NAMES[source], 0)) < NEAR


def test_what_a_pool_kept_ends_on_its_source_unless_a_later_layer_takes_it() -> None:
    a, x = NAMES["A"], NAMES["X"]
    first = TracedPool("first", 0, receives=True, cost=100, sources={a: Source(100, 40)})
    later = TracedPool("later", 1, receives=True, cost=40, sources={a: Source(0, 0)})
    assert Trace([first]).ending(Trace([first]).passed(a)) == {a: 40 * FINE}
    both = Trace([first, later])
    assert both.ending(both.passed(a)) == {}
    assert both.origins({"later": 40}) == {a: 40}
    assert x not in both.origins({"first": 60})
