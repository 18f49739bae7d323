"""What is said of a service is kept version by version: drafted, active, superseded."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from chassis.testing import ServiceUnderTest
from portfolio.service_definition.model import ServiceDefinition
from tests.portfolio.services import Services, made, refused

SAID = {"name": "Post", "kind": "customer_facing", "owner": "Grace", "tags": ["office"]}


async def draft(services: Services, service: dict[str, Any], **said: Any) -> dict[str, Any]:
    command = {**SAID, **said, "service_id": service["id"]}
    return made(await services.portfolio.client.post("/v1/service-definitions", json=command))


async def activate(services: Services, definition: dict[str, Any]) -> httpx.Response:
    return await services.portfolio.client.post(
        f"/v1/service-definitions/{definition['id']}/activation",
        json={"reason": "Agreed with its owner"},
        headers={"If-Match": f'"{definition["version"]}"'},
    )


async def kept(services: Services, service: dict[str, Any], **asked: str) -> list[dict[str, Any]]:
    query = {"service_id": service["id"], **asked}
    listed: list[dict[str, Any]] = made(await services.portfolio.client.get("/v1/service-definitions", params=query))[
        "items"
    ]
    return listed


async def test_a_draft_changes_nothing_until_it_is_activated_and_then_supersedes(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    drafted = await draft(services, mail)
    assert (drafted["status"], drafted["number"], drafted["based_on"]) == ("draft", None, 1)
    assert (await services.read(mail["id"]))["name"] == "Mail"

    portfolio.clock.advance(days=1)
    active = made(await activate(services, drafted))
    assert (active["status"], active["number"], active["activated_by"]) == ("active", 2, "tester")
    assert (active["active_from"], active["reason"]) == ("2026-01-16T12:00:00Z", "Agreed with its owner")
    now = await services.read(mail["id"])
    assert (now["name"], now["owner"], now["definition_number"], now["status"]) == ("Post", "Grace", 2, "operational")
    (entry,) = made(await portfolio.client.get("/v1/catalog"))["items"]
    assert (entry["name"], entry["tags"]) == ("Post", ["office"])
    assert [fact.data["name"] for fact in await portfolio.announced("portfolio.service-changed.v1")] == ["Post"]

    first, second = await kept(services, mail)
    assert (first["name"], first["status"], first["active_until"]) == ("Mail", "superseded", "2026-01-16T12:00:00Z")
    assert (second["name"], second["active_until"]) == ("Post", None)
    assert [it["number"] for it in await kept(services, mail, status="superseded")] == [1]


async def test_what_was_said_on_an_earlier_day_is_shown_and_searched_as_it_was(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail", tags=["old"])
    portfolio.clock.advance(days=1)
    made(await activate(services, await draft(services, mail, name="Café")))

    then = await services.read(mail["id"], as_of="2026-01-15")
    assert (then["name"], then["owner"], then["tags"], then["definition_number"]) == ("Mail", "Ada", ["old"], 1)
    assert (await services.read(mail["id"], as_of="2026-01-16"))["name"] == "Café"

    async def found(**asked: str) -> list[str]:
        listed = made(await portfolio.client.get("/v1/services", params=asked))["items"]
        return [service["name"] for service in listed]

    assert await found(as_of="2026-01-15", owner="Ada", tag="old") == ["Mail"]
    assert await found(as_of="2026-01-16", owner="Ada") == []
    assert await found(as_of="2026-01-16", q="CAFE") == await found(q="cafe") == ["Café"]
    assert await found(as_of="2026-01-15", q="cafe") == []


async def test_a_description_at_once_is_a_version_too_and_the_same_again_is_none(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail")
    path = f"/v1/services/{mail['id']}"
    changed = made(await portfolio.client.put(path, json=SAID, headers={"If-Match": '"1"'}))
    again = made(await portfolio.client.put(path, json=SAID, headers={"If-Match": f'"{changed["version"]}"'}))
    assert (changed["definition_number"], again["version"]) == (2, changed["version"])
    assert [(it["number"], it["name"], it["status"]) for it in await kept(services, mail)] == [
        (1, "Mail", "superseded"),
        (2, "Post", "active"),
    ]


async def test_a_draft_of_an_older_definition_is_looked_at_again_before_it_is_activated(services: Services) -> None:
    mail = await services.proposed("mail")
    one, other = await draft(services, mail, name="One"), await draft(services, mail, name="Other")
    made(await activate(services, one))
    refused(await activate(services, other), 409, "portfolio.service-definition.outdated")
    changed = made(
        await services.portfolio.client.put(
            f"/v1/service-definitions/{other['id']}", json=SAID | {"name": "Both"}, headers={"If-Match": '"1"'}
        )
    )
    assert changed["based_on"] == 2
    assert made(await activate(services, changed))["number"] == 3
    assert [it["name"] for it in await kept(services, mail)] == ["Mail", "One", "Both"]


async def test_of_drafts_that_are_activated_at_once_one_becomes_active(services: Services) -> None:
    mail = await services.proposed("mail")
    for number in range(2, 6):
        drafts = [await draft(services, mail, name=f"{name} {number}") for name in ("One", "Other", "Third")]
        answers = await asyncio.gather(*(activate(services, it) for it in (*drafts, drafts[0])))
        assert [answer.status_code for answer in answers].count(200) == 1
        (active,) = await kept(services, mail, status="active")
        assert active["number"] == number == (await services.read(mail["id"]))["definition_number"]


async def test_what_was_active_never_changes_and_only_drafts_are_discarded(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail")
    (first,) = await kept(services, mail)
    path, match = f"/v1/service-definitions/{first['id']}", {"If-Match": '"1"'}
    refused(await portfolio.client.put(path, json=SAID, headers=match), 409, "portfolio.service-definition.not-a-draft")
    refused(await portfolio.client.delete(path, headers=match), 409, "portfolio.service-definition.not-a-draft")
    refused(await activate(services, first), 409, "portfolio.service-definition.not-a-draft")
    drafted = await draft(services, mail)
    path = f"/v1/service-definitions/{drafted['id']}"
    assert (await portfolio.client.delete(path, headers=match)).status_code == 204
    refused(await portfolio.client.get(path), 404, "request.no-such-resource")


@pytest.mark.parametrize("change", [update(ServiceDefinition).values(name="Forged"), delete(ServiceDefinition)])
async def test_the_database_itself_keeps_what_was_active(
    portfolio: ServiceUnderTest, services: Services, change: Any
) -> None:
    await services.proposed("mail")
    with pytest.raises(IntegrityError, match="never changes"):
        async with portfolio.database.transaction() as session:
            await session.execute(change)


async def test_an_archived_service_is_not_described_any_more(portfolio: ServiceUnderTest, services: Services) -> None:
    old = await services.retiring("old", retires_on="2026-01-16")
    drafted = await draft(services, old)
    portfolio.clock.advance(days=1)
    made(await services.step(old, "retirement"))
    archived = made(await services.step(old, "archiving"))
    answer = await portfolio.client.put(
        f"/v1/services/{old['id']}", json=SAID, headers={"If-Match": f'"{archived["version"]}"'}
    )
    refused(answer, 409, "portfolio.service.archived")
    refused(await activate(services, drafted), 409, "portfolio.service.archived")


async def test_activating_needs_its_own_permission(portfolio: ServiceUnderTest, services: Services) -> None:
    drafted = await draft(services, await services.proposed("mail"))
    async with portfolio.as_caller("portfolio:service:write") as writer:
        answer = await writer.post(
            f"/v1/service-definitions/{drafted['id']}/activation", json={"reason": "Mine"}, headers={"If-Match": '"1"'}
        )
        refused(answer, 403, "request.permission-missing")
