"""Pairs of customers that may be one: found by a search, merged or dismissed by somebody, once."""

import asyncio
from typing import Any

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Made, Steps


async def twins(steps: Steps) -> tuple[Made, Made]:
    one = await steps.customer("cra", name="Canada Revenue Agency")
    other = await steps.customer("arc", name="Canadian Revenue Agency")
    await steps.customer("hc", name="Health Canada")
    return one, other


async def searched(steps: Steps, **more: Any) -> Made:
    return await steps.post("/customer-matches/search", more)


async def the_match(steps: Steps, **query: Any) -> Made:
    [match] = (await steps.get("/customer-matches", **query))["items"]
    found: Made = match
    return found


async def test_a_search_finds_the_pair_and_again_nothing_new(steps: Steps) -> None:
    one, other = await twins(steps)
    result = await searched(steps)
    assert (result["customers"], result["found"], result["new"], result["complete"]) == (3, 1, 1, True)
    match = await the_match(steps, sort="-likeness")
    assert {match["one_id"], match["other_id"]} == {one["id"], other["id"]}
    assert {match["one_name"], match["other_name"]} == {one["name"], other["name"]}
    assert match["likeness"] == "0.7692"  # 20 of 26 trigrams: 5 of the first word, 8 and 7 of the others
    again = await searched(steps)
    assert (again["found"], again["new"], again["closed"]) == (1, 0, 0)


async def test_a_dismissed_pair_stays_dismissed(strategy: ServiceUnderTest, steps: Steps) -> None:
    await twins(steps)
    await searched(steps)
    match = await the_match(steps)
    dismissed = await steps.post(f"/customer-matches/{match['id']}/dismissal", {"reason": "Two"}, of=match)
    assert (dismissed["state"], dismissed["reason"], dismissed["decided_on"]) == ("dismissed", "Two", "2026-01-15")
    result = await searched(steps)
    assert (result["new"], await steps.listed("/customer-matches", "id")) == (0, [])
    assert await steps.listed("/customer-matches", "id", state="dismissed") == [match["id"]]
    headers = {"If-Match": f'"{dismissed["version"]}"'}
    path = f"/v1/customer-matches/{match['id']}/merger"
    refused = await strategy.client.post(path, json={"survivor_id": match["one_id"]}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "strategy.customer-match.decided")


async def test_an_accepted_pair_is_merged_with_all_that_it_has(strategy: ServiceUnderTest, steps: Steps) -> None:
    one, other = await twins(steps)
    need = await steps.need(other)
    await searched(steps)
    match = await the_match(steps, customer_id=other["id"])
    merged = await steps.post(f"/customer-matches/{match['id']}/merger", {"survivor_id": one["id"]}, of=match)
    assert merged["state"] == "merged"
    assert (await steps.get(f"/customers/{other['id']}"))["merged_into"] == one["id"]
    assert (await steps.get(f"/needs/{need['id']}"))["customer_id"] == one["id"]
    [fact] = await strategy.announced("strategy.customers-merged.v1")
    assert fact.data == {"merged_id": other["id"], "survivor_id": one["id"]}


async def test_the_survivor_is_one_of_the_two(strategy: ServiceUnderTest, steps: Steps) -> None:
    await twins(steps)
    await searched(steps)
    match, stranger = await the_match(steps), (await steps.get("/customers", code="hc"))["items"][0]
    path = f"/v1/customer-matches/{match['id']}/merger"
    refused = await strategy.client.post(path, json={"survivor_id": stranger["id"]}, headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "strategy.customer-match.neither-of-them")


async def test_of_two_decisions_at_a_time_one_counts(strategy: ServiceUnderTest, steps: Steps) -> None:
    one, other = await twins(steps)
    await searched(steps)
    match = await the_match(steps)
    path, headers = f"/v1/customer-matches/{match['id']}", {"If-Match": '"1"'}
    answers = await asyncio.gather(
        strategy.client.post(f"{path}/merger", json={"survivor_id": one["id"]}, headers=headers),
        strategy.client.post(f"{path}/merger", json={"survivor_id": other["id"]}, headers=headers),
        strategy.client.post(f"{path}/dismissal", json={"reason": "Two"}, headers=headers),
    )
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(200), set(statuses) <= {200, 409, 412}) == (1, True)


async def test_a_merger_without_the_list_decides_the_pair_too(strategy: ServiceUnderTest, steps: Steps) -> None:
    one, other = await twins(steps)
    await searched(steps)
    await steps.post(f"/customers/{other['id']}/merge", {"survivor_id": one["id"]}, of=other)
    assert (await the_match(steps, state="merged"))["decided_on"] == "2026-01-15"


async def test_pairs_that_are_not_alike_any_more_leave_the_list(strategy: ServiceUnderTest, steps: Steps) -> None:
    _, other = await twins(steps)
    await searched(steps)
    body = {"name": "Parks Canada", "kind": "internal_unit"}
    renamed = await strategy.client.put(f"/v1/customers/{other['id']}", json=body, headers={"If-Match": '"1"'})
    assert renamed.is_success
    result = await searched(steps)
    assert (result["found"], result["closed"]) == (0, 1)
    assert await steps.listed("/customer-matches", "id") == []


async def test_a_bound_that_would_pair_everybody_is_refused(strategy: ServiceUnderTest) -> None:
    for least in ("0.39", "1.01", "0", "x"):
        assert (await strategy.client.post("/v1/customer-matches/search", json={"least": least})).status_code == 422
