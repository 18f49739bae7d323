"""What ends with a service that goes, and how its history and those of its neighbours explain it."""

import asyncio
from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.portfolio.services import LEVEL, Services, made, refused


async def history(services: Services, service: dict[str, Any]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = made(await services.portfolio.client.get(f"/v1/services/{service['id']}/history"))[
        "items"
    ]
    return listed


async def links(services: Services) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = made(await services.portfolio.client.get("/v1/dependencies"))["items"]
    return listed


@pytest.mark.parametrize(("step", "status"), [("withdrawal", "withdrawn"), ("rejection", "rejected")])
async def test_a_service_that_leaves_the_pipeline_takes_its_relations_with_it(
    portfolio: ServiceUnderTest, services: Services, step: str, status: str
) -> None:
    network, mail, portal = [await services.proposed(code) for code in ("network", "mail", "portal")]
    level = await services.level(mail)
    made(await services.use(mail, network))
    made(await services.use(portal, mail))
    made(await services.use(portal, network))

    made(await services.step(mail, step))
    assert [(link["service_id"], link["uses_id"]) for link in await links(services)] == [(portal["id"], network["id"])]
    assert (await history(services, mail))[-1]["ended"] == [
        "It used network.",
        "portal used it.",
        "It promised Available.",
    ]
    for neighbour, told in (
        (network, f"mail used it, and is {status} now."),
        (portal, f"It used mail, which is {status} now."),
    ):
        note = (await history(services, neighbour))[-1]
        assert (note["step"], note["ended"], note["by"]) == ("relation_end", [told], "tester")
        assert note["from_status"] == note["to_status"] == "proposed"
    ended = made(await portfolio.client.get(f"/v1/service-levels/{level['id']}"))
    assert (ended["ended_on"], ended["version"]) == ("2026-01-15", 2)
    (fact,) = await portfolio.announced(f"portfolio.service-{status}.v1")
    assert fact.data["code"] == "mail"


async def test_a_retired_service_leaves_no_relation_but_its_past(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    network, mail, plan = (
        await services.operational("network"),
        await services.operational("mail"),
        await services.proposed("plan"),
    )
    made(await services.use(mail, network))
    made(await services.use(plan, mail))
    said = {"code": "office", "name": "Office", "service_ids": [mail["id"]], "need_ids": []}
    await portfolio.deliver(
        "strategy.offering-launched.v1",
        {**said, "offering_id": str(uuid7()), "launched_on": "2026-01-01", "segment_ids": []},
    )
    made(await services.step(mail, "retirement-notice", retires_on="2026-02-01"))
    portfolio.clock.advance(days=20)
    made(await services.step(mail, "retirement"))

    assert await links(services) == []
    assert (await history(services, mail))[-1]["ended"] == [
        "It used network.",
        "plan used it.",
        "It promised Available.",
        "The offering office was made of it.",
    ]
    impact = made(await portfolio.client.get(f"/v1/services/{network['id']}/impact"))
    assert impact["total"] == 0


async def test_a_note_about_a_neighbour_does_not_move_a_service_in_what_is_shown_of_a_day(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail, portal = await services.proposed("mail"), await services.proposed("portal")
    made(await services.use(portal, mail))
    portfolio.clock.advance(days=1)
    made(await services.step(mail, "withdrawal"))
    portfolio.clock.advance(days=1)
    made(await services.step(portal, "definition"))
    standing = [(await services.read(portal["id"], as_of=f"2026-01-{day}"))["status"] for day in (15, 16, 17)]
    assert standing == ["proposed", "proposed", "defined"]


async def test_nothing_is_promised_by_or_linked_to_a_service_that_is_gone(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail, portal = await services.proposed("mail"), await services.proposed("portal")
    level = await services.level(mail)
    made(await services.step(mail, "withdrawal"))
    answer = await portfolio.client.post("/v1/service-levels", json={**LEVEL, "name": "New", "service_id": mail["id"]})
    refused(answer, 409, "portfolio.service-level.ended")
    path = f"/v1/service-levels/{level['id']}"
    answer = await portfolio.client.put(path, json={**LEVEL, "target": "90"}, headers={"If-Match": '"2"'})
    refused(answer, 409, "portfolio.service-level.ended")
    refused(await services.use(portal, mail), 409, "portfolio.dependency.ended")
    refused(await services.use(mail, portal), 409, "portfolio.dependency.ended")


async def test_a_link_declared_while_a_service_goes_is_refused_or_ended_with_it(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    for number in range(8):
        mail, portal = await services.proposed(f"mail{number}"), await services.proposed(f"portal{number}")
        gone, *_ = await asyncio.gather(services.step(mail, "withdrawal"), services.use(portal, mail))
        made(gone)
        assert await links(services) == []


async def test_two_neighbours_may_go_at_once(portfolio: ServiceUnderTest, services: Services) -> None:
    for number in range(8):
        mail, portal = await services.proposed(f"mail{number}"), await services.proposed(f"portal{number}")
        made(await services.use(portal, mail))
        for answer in await asyncio.gather(services.step(mail, "withdrawal"), services.step(portal, "withdrawal")):
            made(answer)
        assert await links(services) == []
