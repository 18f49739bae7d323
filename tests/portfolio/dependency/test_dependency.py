"""Which service uses which: without loops, and who feels it."""

import asyncio
from itertools import pairwise

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services, made, refused


async def test_a_dependency_is_declared_shown_and_removed(portfolio: ServiceUnderTest, services: Services) -> None:
    mail, network = await services.proposed("mail"), await services.proposed("network")
    given = {"service_id": mail["id"], "uses_id": network["id"], "kind": "runs on", "criticality": "critical"}
    dependency = made(await portfolio.client.post("/v1/dependencies", json=given))
    assert dependency == {**given, "id": dependency["id"], "version": 1}
    address = f"/v1/dependencies/{dependency['id']}"
    assert made(await portfolio.client.get(address)) == dependency
    for asked, expected in (
        ({"service_id": mail["id"]}, 1),
        ({"uses_id": network["id"]}, 1),
        ({"uses_id": mail["id"]}, 0),
    ):
        assert len(made(await portfolio.client.get("/v1/dependencies", params=asked))["items"]) == expected
    assert (await portfolio.client.delete(address, headers={"If-Match": '"1"'})).status_code == 204
    refused(await portfolio.client.get(address), 404, "request.no-such-resource")


async def test_a_service_uses_another_one_once_and_never_itself(services: Services) -> None:
    mail, network = await services.proposed("mail"), await services.proposed("network")
    made(await services.use(mail, network))
    refused(await services.use(mail, network), 409, "portfolio.dependency.already-used")
    refused(await services.use(mail, mail), 409, "portfolio.dependency.closes-loop")
    refused(await services.use(mail, {"id": str(uuid7())}), 404, "request.no-such-resource")


async def test_a_loop_through_others_is_refused(services: Services) -> None:
    a, b, c = [await services.proposed(code) for code in "abc"]
    made(await services.use(a, b))
    made(await services.use(b, c))
    refused(await services.use(c, a), 409, "portfolio.dependency.closes-loop")


async def test_two_dependencies_declared_at_once_from_both_ends_close_no_loop(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    for number in range(5):
        a, b = await services.proposed(f"a{number}"), await services.proposed(f"b{number}")
        answers = await asyncio.gather(services.use(a, b), services.use(b, a))
        assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_links_declared_at_once_from_all_ends_never_close_a_loop(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    """Four services, each link of a ring at one moment, and across it: whoever comes last is refused."""
    for number in range(15):
        ring = [await services.proposed(f"{corner}{number}") for corner in "abcd"]
        ends = [*zip(ring, ring[1:] + ring[:1], strict=True), (ring[2], ring[0]), (ring[3], ring[1])]
        answers = await asyncio.gather(*(services.use(user, used) for user, used in ends))
        assert {answer.status_code for answer in answers} == {201, 409}
        for service in ring:
            impact = made(await portfolio.client.get(f"/v1/services/{service['id']}/impact"))
            assert service["id"] not in {user["service_id"] for user in impact["dependants"]}


async def test_a_retired_service_is_used_by_nobody_new(portfolio: ServiceUnderTest, services: Services) -> None:
    old, mail = await services.retiring("old"), await services.proposed("mail")
    portfolio.clock.advance(days=60)
    made(await services.step(old, "retirement"))
    refused(await services.use(mail, old), 409, "portfolio.dependency.ended")
    refused(await services.use(old, mail), 409, "portfolio.dependency.ended")


async def test_the_impact_names_each_dependant_once_on_a_shortest_path(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    power, network, mail, portal, other = [
        await services.proposed(code) for code in ("power", "network", "mail", "portal", "other")
    ]
    for user, used in (
        (network, power),
        (mail, network),
        (portal, mail),
        (portal, network),
        (mail, power),
        (power, other),
    ):
        made(await services.use(user, used))

    impact = made(await portfolio.client.get(f"/v1/services/{power['id']}/impact"))
    assert impact["total"] == 3
    assert [(user["code"], user["distance"], user["path"]) for user in impact["dependants"]] == [
        ("network", 1, [network["id"]]),
        ("mail", 1, [mail["id"]]),
        ("portal", 2, [network["id"], portal["id"]]),
    ]


async def test_the_impact_is_shown_in_both_directions_as_far_as_asked_and_page_by_page(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    chain = [await services.proposed(code) for code in "abcde"]
    for user, used in pairwise(chain):
        made(await services.use(user, used))

    async def codes(at: int, **asked: str) -> list[str]:
        shown = made(await portfolio.client.get(f"/v1/services/{chain[at]['id']}/impact", params=asked))
        return [found["code"] for found in shown["dependants"]]

    assert await codes(2) == ["b", "a"]
    assert await codes(2, direction="used") == ["d", "e"]
    assert await codes(4, max_distance="2") == ["d", "c"]
    assert await codes(4, sort="code") == ["a", "b", "c", "d"]
    assert await codes(4, sort="-distance", limit="1") == ["a"]

    seen, asked = [], {"limit": "3"}
    while True:
        shown = made(await portfolio.client.get(f"/v1/services/{chain[4]['id']}/impact", params=asked))
        seen += [found["code"] for found in shown["dependants"]]
        assert shown["total"] == 4
        if shown["next_cursor"] is None:
            break
        asked["cursor"] = shown["next_cursor"]
    assert seen == ["d", "c", "b", "a"]


async def test_the_impact_of_many_crossing_paths_is_still_answered(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    """Twenty layers of two, each using both below: a million paths, forty dependants."""
    root = below = await services.proposed("root")
    layer = [below]
    for number in range(20):
        above = [await services.proposed(f"{side}{number}") for side in "lr"]
        for user in above:
            for used in layer:
                made(await services.use(user, used))
        layer = above
    impact = made(await portfolio.client.get(f"/v1/services/{root['id']}/impact"))
    assert impact["total"] == 40
    assert max(user["distance"] for user in impact["dependants"]) == 20
    assert all(len(user["path"]) == user["distance"] for user in impact["dependants"])
