"""Market spaces are defined once, described anew, and found by what is known of them."""

import asyncio
from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Steps

SPACE: dict[str, Any] = {"code": "federal", "name": "Federal services", "owner": "Head of strategy"}


async def test_a_defined_market_space_can_be_read_and_is_announced(strategy: ServiceUnderTest, steps: Steps) -> None:
    made = await steps.post("/market-spaces", {**SPACE, "rationale": "Nobody else may serve it."})
    assert await steps.get(f"/market-spaces/{made['id']}") == made
    [fact] = await strategy.announced()
    assert fact.type == "strategy.market-space-defined.v1"
    assert fact.data == {"market_space_id": made["id"], "code": "federal", "name": SPACE["name"], "parent_id": None}


async def test_of_two_definitions_of_one_code_at_a_time_one_is_refused(strategy: ServiceUnderTest) -> None:
    answers = await asyncio.gather(*(strategy.client.post("/v1/market-spaces", json=SPACE) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert codes == {"strategy.market-space.code-taken"}


async def test_a_description_replaces_the_one_before_and_needs_its_version(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    made = await steps.post("/market-spaces", {**SPACE, "description": "Old"})
    path, body = f"/v1/market-spaces/{made['id']}", {"name": "Provinces", "owner": "Somebody"}
    assert (await strategy.client.put(path, json=body)).status_code == 428
    changed = await strategy.client.put(path, json=body, headers={"If-Match": f'"{made["version"]}"'})
    assert (changed.json()["name"], changed.json()["description"]) == ("Provinces", "")
    assert (await strategy.client.put(path, json=body, headers={"If-Match": '"1"'})).status_code == 412


async def test_market_spaces_are_found_by_what_is_known_of_them(strategy: ServiceUnderTest, steps: Steps) -> None:
    top = await steps.space("a", owner="Ada")
    await steps.space("b", parent_id=top["id"])
    assert await steps.listed("/market-spaces", "code", sort="-code") == ["b", "a"]
    assert await steps.listed("/market-spaces", "code", owner="Ada") == ["a"]
    assert await steps.listed("/market-spaces", "code", code="b") == ["b"]
    assert await steps.listed("/market-spaces", "code", parent_id=top["id"]) == ["b"]
    assert (await strategy.client.get("/v1/market-spaces?colour=red")).status_code == 422


@pytest.mark.parametrize(
    "bad",
    [
        {"name": "a\x00b"},
        {"description": "\x00"},
        {"name": "x" * 201},
        {"owner": ""},
        {"code": "-"},
        {"code": None},
        {"parent_id": 5},
        {"colour": "red"},
    ],
)
async def test_bad_input_is_refused_and_nothing_is_stored(
    strategy: ServiceUnderTest, steps: Steps, bad: dict[str, Any]
) -> None:
    refused = await strategy.client.post("/v1/market-spaces", json={**SPACE, **bad})
    assert refused.status_code == 422, refused.text
    assert await steps.listed("/market-spaces", "id") == []


async def test_what_does_not_exist_is_not_found(strategy: ServiceUnderTest) -> None:
    assert (await strategy.client.get(f"/v1/market-spaces/{uuid7()}")).status_code == 404
