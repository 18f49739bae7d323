"""Rules that would lose or double cost, or contradict themselves, are refused."""

from typing import Any

import pytest

from tests.finance.allocation_run.towers import CONSUMERS, MODEL, TOWERS, YEAR, run, told
from tests.finance.books import Books, entry, line

LAB = {"code": "lab", "sources": {"codes": ["LAB"]}, "targets": {"codes": ["MAIL"]}, "by": "even"}


@pytest.mark.parametrize(
    ("pools", "code"),
    [
        ([LAB, {**LAB, "code": "again"}], "source-twice"),
        ([LAB, {**LAB, "code": "again", "sources": {"codes": ["LAB"], "natures": ["Labour"]}}], "source-twice"),
        ([{**LAB, "targets": {"codes": ["NOBODY"]}}], "unknown-party"),
        ([{**LAB, "by": "fixed", "parts": {"NOBODY": "1"}}], "unknown-party"),
        ([{**LAB, "capacity": "2", "idle": "show", "idle_to": "LAB"}], "source-is-target"),
        ([{**LAB, "targets": {"codes": ["MAIL"]}, "by": "spend"}], "negative-driver"),
    ],
)
async def test_rules_that_would_lose_or_double_cost_are_refused(
    towers: Books, pools: list[dict[str, Any]], code: str
) -> None:
    credit = [line("5200", "-5.00", cost_object="MAIL"), line("2000", "5.00")]
    assert (await towers.post(entry("credit", lines=credit))).status_code == 201
    layer = {"code": "one", "method": "direct", "pools": pools}
    await towers.make("/v1/allocation-models", {**MODEL, "layers": [layer]})
    for path in ("/v1/allocation-runs", "/v1/allocation-previews"):
        answer = await towers.client.post(path, json={"model": "tbm", **YEAR})
        assert (answer.status_code, answer.json()["code"]) == (409, f"finance.allocation-run.{code}"), answer.text


async def test_a_loop_that_nothing_leaves_is_refused_with_its_pools(towers: Books) -> None:
    pools = [
        {**LAB, "code": "it", "sources": {"codes": ["IT"]}, "targets": {"codes": ["LAB"]}},
        {**LAB, "targets": {"codes": ["IT"]}},
    ]
    await towers.make(
        "/v1/allocation-models", {**MODEL, "layers": [{"code": "loop", "method": "reciprocal", "pools": pools}]}
    )
    answer = await towers.client.post("/v1/allocation-runs", json={"model": "tbm", **YEAR})
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.allocation-run.loop-without-leak")
    assert answer.json()["pools"] == ["it", "lab"]


@pytest.mark.parametrize(
    "changes",
    [
        {"by": "measured"},
        {"driver": "traffic"},
        {"parts": {"MAIL": "1"}},
        {"by": "fixed"},
        {"by": "fixed", "parts": {"MAIL": "-1"}},
        {"capacity": "0"},
        {"idle": "spread"},
        {"capacity": "1", "idle": "show"},
        {"idle_to": "MAIL"},
        {"sources": {"natures": ["Labour"]}},
        {"targets": {}},
        {"targets": {"codes": ["MAIL"], "every_consumer": True}},
        {"targets": {"every_consumer": True}, "by": "spend"},
    ],
)
async def test_a_pool_that_contradicts_itself_is_refused(towers: Books, changes: dict[str, Any]) -> None:
    layer = {"code": "one", "method": "direct", "pools": [{**LAB, **changes}]}
    answer = await towers.client.post("/v1/allocation-models", json={**MODEL, "layers": [layer]})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_only_the_last_layer_has_consumers(towers: Books) -> None:
    for layers in ([CONSUMERS, TOWERS], [], [TOWERS, TOWERS]):
        answer = await towers.client.post("/v1/allocation-models", json={**MODEL, "layers": layers})
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_who_took_no_part_has_nothing_to_explain(towers: Books) -> None:
    path = await run(towers, TOWERS)
    for query, status in (("cost_object=MAIL", 404), ("consumer=water", 404), ("", 422)):
        assert (await towers.client.get(f"{path}/explanation?{query}")).status_code == status
    assert (await towers.client.get(f"{path}/bearers?cost_object=NOBODY")).status_code == 404
    assert (await told(towers, f"{path}/bearers?cost_object=MAIL"))["bearers"] == []
