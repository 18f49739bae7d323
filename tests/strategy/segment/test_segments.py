"""Segments: who belongs to them by a rule or by a list, on any day, and how many they were."""

import asyncio
from typing import Any

import httpx
import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps

LARGE: dict[str, Any] = {"sizes": [{"measure": "headcount", "at_least": "100"}]}


async def by_rule(steps: Steps, rule: Made, code: str = "some", **more: Any) -> Made:
    space = await steps.space(f"space-of-{code}")
    said = {"code": code, "name": code, "market_space_id": space["id"], "basis": "rule", "rule": rule}
    return await steps.post("/segments", {**said, **more})


async def by_list(steps: Steps) -> Made:
    space = await steps.space("federal")
    return await steps.post(
        "/segments", {"code": "few", "name": "Few", "market_space_id": space["id"], "basis": "list"}
    )


async def sized(strategy: ServiceUnderTest, customer: Made, **days: str) -> None:
    """`y2024="5"`: a headcount of 5 from the first of April 2024 on."""
    for year, quantity in days.items():
        path = f"/v1/customers/{customer['id']}/sizes/headcount/{year[1:]}-04-01"
        assert (await strategy.client.put(path, json={"quantity": quantity})).is_success


async def members(steps: Steps, segment: Made, **query: Any) -> list[str]:
    return await steps.listed(f"/segments/{segment['id']}/members", "code", **query)


async def listed(
    strategy: ServiceUnderTest, segment: Made, customer: Made, since: str, until: str | None = None
) -> httpx.Response:
    path = f"/v1/segments/{segment['id']}/listed-members/{customer['id']}/{since}"
    return await strategy.client.put(path, json={"valid_until": until})


async def test_a_segment_by_rule_finds_those_that_all_conditions_hold_for(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    top = await steps.customer("top", name="Treasury")
    branch = await steps.customer("branch", name="Office of the Treasury", parent_id=top["id"])
    await steps.customer("leaf", name="Payroll", parent_id=branch["id"], kind="external_organization")
    await steps.customer("else", name="Coast guard", external_ids=[{"source": "erp", "external_id": "1"}])
    cases: list[tuple[Made, list[str]]] = [
        ({"kinds": ["internal_unit"]}, ["branch", "else", "top"]),
        ({"below": [branch["id"]]}, ["branch", "leaf"]),
        ({"below": [top["id"]], "besides": [top["id"]]}, ["branch", "leaf"]),
        ({"sources": ["erp", "crm"]}, ["else"]),
        ({"name_parts": ["TREASURY"]}, ["branch", "top"]),
        ({"name_parts": ["guard", "payroll"]}, ["else", "leaf"]),
        ({"name_parts": ["%"]}, []),
        ({"below": [top["id"]], "kinds": ["external_organization"]}, ["leaf"]),
    ]
    for number, (rule, expected) in enumerate(cases):
        assert await members(steps, await by_rule(steps, rule, f"s{number}")) == expected, rule


async def test_sizes_count_as_of_the_day_and_an_unmeasured_customer_is_in_no_range(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    grows, shrinks, _ = [await steps.customer(code) for code in ("grows", "shrinks", "unknown")]
    await sized(strategy, grows, y2023="99", y2025="100")
    await sized(strategy, shrinks, y2023="100", y2025="99.5")
    large = await by_rule(steps, LARGE, "large", valid_from="2020-01-01")
    small = await by_rule(
        steps, {"sizes": [{"measure": "headcount", "less_than": "100"}]}, "small", valid_from="2020-01-01"
    )
    assert [await members(steps, large, on=day) for day in ("2022-01-01", "2024-01-01", "2025-04-01")] == [
        [],
        ["shrinks"],
        ["grows"],
    ]
    assert [await members(steps, small, on=day) for day in ("2022-01-01", "2024-01-01", "2025-04-01")] == [
        [],
        ["grows"],
        ["shrinks"],
    ]


async def test_a_rule_holds_from_its_day_until_the_next_one(strategy: ServiceUnderTest, steps: Steps) -> None:
    a, b = await steps.customer("a"), await steps.customer("b")
    segment = await by_rule(steps, {"below": [a["id"]]}, valid_from="2024-01-01")
    path = f"/v1/segments/{segment['id']}/rules/2025-01-01"
    for _ in range(2):
        assert (await strategy.client.put(path, json={"below": [b["id"]]})).is_success
    days = ("2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01")
    assert [await members(steps, segment, on=day) for day in days] == [[], ["a"], ["a"], ["b"]]
    assert await steps.listed(f"/segments/{segment['id']}/rules", "valid_from") == ["2024-01-01", "2025-01-01"]
    assert len(await strategy.announced("strategy.segment-changed.v1")) == 1


async def test_a_listed_member_belongs_from_its_first_day_until_its_last(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    segment, a = await by_list(steps), await steps.customer("a")
    assert (await listed(strategy, segment, a, "2024-01-01", "2025-01-01")).is_success
    assert (await listed(strategy, segment, a, "2026-01-01")).is_success
    days = ("2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01", "2026-01-01")
    assert [await members(steps, segment, on=day) for day in days] == [[], ["a"], ["a"], [], ["a"]]
    assert await members(steps, segment) == ["a"]


async def test_a_customer_is_not_listed_twice_on_one_day(strategy: ServiceUnderTest, steps: Steps) -> None:
    segment, a = await by_list(steps), await steps.customer("a")
    await listed(strategy, segment, a, "2024-01-01", "2025-01-01")
    for since, until in (("2024-12-31", None), ("2023-01-01", "2024-01-02"), ("2023-01-01", None)):
        refused = await listed(strategy, segment, a, since, until)
        assert (refused.status_code, refused.json()["code"]) == (409, "strategy.segment.member-already")
        assert refused.json()["valid_from"] == "2024-01-01"
    assert (await listed(strategy, segment, a, "2025-01-01")).is_success
    assert (await listed(strategy, segment, a, "2023-01-01", "2024-01-01")).is_success
    refused = await listed(strategy, segment, a, "2022-01-01", "2022-01-01")
    assert refused.json()["code"] == "strategy.segment.ends-before-it-starts"


async def test_of_two_overlapping_memberships_at_a_time_one_is_refused(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    segment, a = await by_list(steps), await steps.customer("a")
    days = ("2024-01-01", "2024-06-01", "2025-01-01")
    answers = await asyncio.gather(*(listed(strategy, segment, a, day) for day in days))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


async def test_a_membership_by_mistake_is_struck(strategy: ServiceUnderTest, steps: Steps) -> None:
    segment, a = await by_list(steps), await steps.customer("a")
    await listed(strategy, segment, a, "2024-01-01")
    path = f"/v1/segments/{segment['id']}/listed-members/{a['id']}/2024-01-01"
    for _ in range(2):
        assert (await strategy.client.delete(path)).is_success
    assert await members(steps, segment) == []
    assert len(await strategy.announced("strategy.segment-changed.v1")) == 2


async def test_a_merged_member_is_shown_once_as_its_survivor(strategy: ServiceUnderTest, steps: Steps) -> None:
    segment, old, new = await by_list(steps), await steps.customer("old"), await steps.customer("new")
    for customer in (old, new):
        await listed(strategy, segment, customer, "2024-01-01")
    rule = await by_rule(steps, {"below": [old["id"]]}, "below", valid_from="2020-01-01")
    old = await steps.get(f"/customers/{old['id']}")
    await steps.post(f"/customers/{old['id']}/merge", {"survivor_id": new["id"]}, of=old)
    for each in (segment, rule):
        assert await members(steps, each, on="2025-01-01") == ["new"]
        assert (await steps.get(f"/segments/{each['id']}/count"))["customers"] == 1
    kept = await steps.listed(f"/segments/{segment['id']}/listed-members", "customer_id")
    assert sorted(kept) == sorted([old["id"], new["id"]])


async def test_a_segment_counts_its_members_and_their_size_month_by_month(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    a, b, _ = [await steps.customer(code) for code in "abc"]
    await sized(strategy, a, y2024="10", y2025="12")
    await sized(strategy, b, y2025="30")
    everybody = await by_rule(steps, {"kinds": ["internal_unit"]}, valid_from="2024-03-15")
    path = f"/segments/{everybody['id']}"
    history = await steps.get(f"{path}/history", starts_on="2024-02-02", ends_on="2025-05-01", measure="headcount")
    counts = [(it["on"], it["customers"], it["sized"], it["size"]) for it in history["counts"]]
    assert (counts[0], counts[1]) == (("2024-03-01", 0, 0, None), ("2024-04-01", 3, 1, "10"))
    assert counts[-1] == ("2025-04-01", 3, 2, "42")
    assert len(counts) == 14
    today = await steps.get(f"{path}/count")
    assert today == {"on": "2026-01-15", "customers": 3, "measure": None, "sized": None, "size": None}
    refused = await strategy.client.get(f"/v1{path}/history?starts_on=2020-01-01&ends_on=2025-02-01")
    assert refused.status_code == 422


async def test_a_segment_is_announced_described_and_found(strategy: ServiceUnderTest, steps: Steps) -> None:
    segment = await by_list(steps)
    [fact] = await strategy.announced("strategy.segment-defined.v1")
    assert fact.data == {
        "segment_id": segment["id"],
        "code": "few",
        "name": "Few",
        "market_space_id": segment["market_space_id"],
        "basis": "list",
    }
    other = await steps.space("other")
    body = {"name": "Chosen", "market_space_id": other["id"]}
    path = f"/v1/segments/{segment['id']}"
    assert (await strategy.client.put(path, json=body)).status_code == 428
    assert (await strategy.client.put(path, json=body, headers={"If-Match": '"1"'})).json()["name"] == "Chosen"
    assert await steps.listed("/segments", "code", market_space_id=other["id"], basis="list") == ["few"]
    again = {"code": "few", "name": "x", "market_space_id": other["id"], "basis": "list"}
    assert (await strategy.client.post("/v1/segments", json=again)).json()["code"] == "strategy.segment.code-taken"


async def test_a_list_has_no_rule_and_a_rule_no_list(strategy: ServiceUnderTest, steps: Steps) -> None:
    few, large, a = await by_list(steps), await by_rule(steps, LARGE), await steps.customer("a")
    answers = [
        await strategy.client.put(f"/v1/segments/{few['id']}/rules/2025-01-01", json=LARGE),
        await listed(strategy, large, a, "2025-01-01"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (409, "strategy.segment.other-basis")


@pytest.mark.parametrize(
    "bad",
    [
        {"rule": None},
        {"basis": "list"},
        {"rule": {}},
        {"rule": {"sizes": [{"measure": "headcount"}]}},
        {"rule": {"sizes": [{"measure": "headcount", "at_least": 5}]}},
        {"rule": {"below": ["x"]}},
        {"rule": {"name_parts": ["\u00ad"]}},
        {"rule": {"kinds": ["cat"]}},
        {"market_space_id": None},
        {"code": ""},
    ],
)
async def test_bad_input_is_refused_and_nothing_is_stored(
    strategy: ServiceUnderTest, steps: Steps, bad: dict[str, Any]
) -> None:
    space = await steps.space("federal")
    good = {"code": "a", "name": "A", "market_space_id": space["id"], "basis": "rule", "rule": LARGE}
    refused = await strategy.client.post("/v1/segments", json={**good, **bad})
    assert refused.status_code == 422, refused.text
    assert await steps.listed("/segments", "id") == []


async def test_what_does_not_exist_is_not_found(strategy: ServiceUnderTest, steps: Steps) -> None:
    said = {"code": "a", "name": "A", "market_space_id": str(uuid7()), "basis": "list"}
    assert (await strategy.client.post("/v1/segments", json=said)).status_code == 404
    assert (await strategy.client.get(f"/v1/segments/{uuid7()}/members")).status_code == 404
    nobody = {"id": str(uuid7())}
    assert (await listed(strategy, await by_list(steps), nobody, "2025-01-01")).status_code == 404
