"""Which service uses which: without loops, and who feels it."""

import asyncio

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
        ("mail", 1, [mail["id"]]),
        ("network", 1, [network["id"]]),
        ("portal", 2, impact["dependants"][2]["path"]),
    ]
    assert impact["dependants"][2]["path"] in ([mail["id"], portal["id"]], [network["id"], portal["id"]])
    first = made(await portfolio.client.get(f"/v1/services/{power['id']}/impact", params={"limit": "1"}))
    assert (first["total"], len(first["dependants"])) == (3, 1)


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
