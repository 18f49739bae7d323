"""Assets are assessed over time, averaged up the tree, and ranked by how much they lack."""

import asyncio
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps


async def assess(steps: Steps, asset: Made, maturity: str, day: str = "2026-01-10") -> Made:
    return await steps.put(f"/assets/{asset['id']}/assessments/{day}", {"maturity": maturity})


async def test_a_parent_shows_the_mean_of_assessed_children_with_the_share_assessed(steps: Steps) -> None:
    top = await steps.asset("top", target_maturity="4")
    mid = await steps.asset("mid", parent_id=top["id"])
    for code, maturity in (("a", "1"), ("b", "2"), ("c", "2")):
        await assess(steps, await steps.asset(code, parent_id=mid["id"]), maturity)
    await assess(steps, await steps.asset("d", parent_id=top["id"]), "4")
    dark = await steps.asset("dark", parent_id=top["id"])
    seen = await steps.get(f"/assets/{top['id']}/maturity")
    assert (seen["maturity"], seen["shortfall"], seen["coverage"]) == ("2.833333", "1.166667", "0.800000")
    assert (seen["leaves"], seen["assessed"]) == (5, 4)
    assert [(it["code"], it["maturity"]) for it in seen["children"]] == [
        ("d", "4.000000"),
        ("dark", None),
        ("mid", "1.666667"),
    ]
    alone = await steps.get(f"/assets/{dark['id']}/maturity")
    assert (alone["maturity"], alone["shortfall"], alone["children"]) == (None, None, [])


async def test_maturity_is_that_of_the_latest_assessment_up_to_the_day(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    asset = await steps.asset("a")
    await assess(steps, asset, "1.5", "2025-06-01")
    await assess(steps, asset, "3", "2026-01-01")
    await assess(steps, asset, "2.5", "2026-01-01")
    path = f"/assets/{asset['id']}/maturity"
    shown = [(await steps.get(path, as_of=day))["maturity"] for day in ("2025-05-31", "2025-12-31", "2026-01-15")]
    assert shown == [None, "1.500000", "2.500000"]
    history = (await steps.get(f"/assets/{asset['id']}/assessments"))["items"]
    assert [(it["maturity"], it["assessed_by"]) for it in history] == [("1.5", "tester"), ("2.5", "tester")]
    body = {"maturity": "2"}
    refused = await strategy.client.put(f"/v1/assets/{asset['id']}/assessments/2026-01-16", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "strategy.asset.in-the-future")


async def test_gaps_are_ranked_by_weighted_shortfall_then_shortfall_then_code(steps: Steps) -> None:
    top = await steps.asset("top", target_maturity="5", weight="100")
    lacking = {"z": ("3", "1", "1"), "a": ("3", "1", "1"), "heavy": ("2", "1.5", "4"), "deep": ("5", "1", "0.5")}
    for code, (target, maturity, weight) in lacking.items():
        asset = await steps.asset(code, parent_id=top["id"], target_maturity=target, weight=weight)
        await assess(steps, asset, maturity)
    await assess(steps, await steps.asset("beyond", target_maturity="1"), "4")
    await assess(steps, await steps.asset("aimless"), "1")
    await steps.asset("unknown", target_maturity="5")
    gaps = [(it["rank"], it["code"], it["gap"]) for it in (await steps.get("/asset-gaps"))["items"]]
    # Four gaps of 2: the deepest shortfall (4) first, then 2 and 2 by code, then 0.5 however much it weighs.
    assert gaps == [(1, "deep", "2.0"), (2, "a", "2"), (3, "z", "2"), (4, "heavy", "2.0"), (5, "beyond", "0")]
    assert await steps.listed("/assets", "code", assessed="false") == ["top", "unknown"]


async def test_a_page_of_gaps_goes_on_where_it_ended(steps: Steps) -> None:
    for number in range(5):
        asset = await steps.asset(f"a{number}", target_maturity="5", weight="2")
        await assess(steps, asset, str(number))
    first = await steps.get("/asset-gaps", limit=3)
    rest = await steps.get("/asset-gaps", limit=3, cursor=first["next_cursor"])
    assert [it["code"] for it in first["items"] + rest["items"]] == ["a0", "a1", "a2", "a3", "a4"]
    assert await steps.listed("/asset-gaps", "code", kind="resource") == []


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"kind": "capability", "type": "capital"}, "strategy.asset.other-kind"),
        ({"kind": "resource", "type": "management"}, "strategy.asset.other-kind"),
        ({"target_maturity": "5.01"}, "request.invalid"),
        ({"target_maturity": "-1"}, "request.invalid"),
        ({"target_maturity": 3}, "request.invalid"),
        ({"weight": "-1"}, "request.invalid"),
    ],
)
async def test_an_asset_that_cannot_be_is_refused(
    strategy: ServiceUnderTest, steps: Steps, bad: dict[str, Any], code: str
) -> None:
    said = {"code": "a", "name": "a", "owner": "x", "kind": "capability", "type": "processes", "weight": "1"}
    answer = await strategy.client.post("/v1/assets", json={**said, **bad})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await steps.listed("/assets", "code") == []


async def test_people_are_a_capability_and_a_resource(steps: Steps) -> None:
    await steps.asset("able", kind="capability", type="people")
    await steps.asset("many", kind="resource", type="people")
    assert await steps.listed("/assets", "code", type="people") == ["able", "many"]
    assert await steps.listed("/assets", "code", kind="resource") == ["many"]


async def test_two_moves_at_once_close_no_loop(strategy: ServiceUnderTest, steps: Steps) -> None:
    for number in range(4):
        one, other = await steps.asset(f"a{number}"), await steps.asset(f"b{number}")

        async def move(moved: Made, under: Made) -> int:
            body, headers = {"under": under["id"]}, {"If-Match": '"1"'}
            path = f"/v1/assets/{moved['id']}/move"
            return (await strategy.client.post(path, json=body, headers=headers)).status_code

        assert sorted(await asyncio.gather(move(one, other), move(other, one))) == [200, 409]
