"""Service specifications of other systems become services by the rules of service imports."""

import asyncio
from typing import Any

import pytest

from tests.portfolio.service_specification.bodies import (
    Made,
    candidate,
    depends,
    facing,
    faults,
    imported,
    known,
    notes,
    outcomes,
    shown,
    supporting,
    used,
)
from tests.portfolio.services import Services, made

SINCE = {"startDateTime": "2025-03-15T00:00:00Z"}


async def test_each_joins_in_the_stage_where_it_stands(services: Services) -> None:
    until = {**SINCE, "endDateTime": "2025-09-01T00:00:00Z"}
    result = await imported(
        services,
        facing("idea", lifecycleStatus="In design"),
        facing("mail", lifecycleStatus="Active", validFor=SINCE, description="Mailboxes"),
        supporting("fax", lifecycleStatus="Retired", validFor=until),
    )
    assert outcomes(result) == ["created"] * 3
    idea, mail, fax = [await known(services, code) for code in ("idea", "mail", "fax")]
    assert (idea["stage"], idea["status"], idea["launched_on"]) == ("pipeline", "proposed", None)
    assert (mail["status"], mail["launched_on"], mail["kind"]) == ("operational", "2025-03-15", "customer_facing")
    assert (fax["status"], fax["retired_on"], fax["kind"]) == ("retired", "2025-09-01", "supporting")
    assert mail["external_ids"] == [{"source": "bss", "external_id": "mail", "absent_since": None}]
    assert {fact.data["code"] for fact in await services.portfolio.announced("portfolio.service-launched.v1")} == {
        "mail"
    }


async def test_the_same_again_changes_nothing(services: Services) -> None:
    sent = [
        facing("mail", serviceSpecRelationship=depends("relay"), relatedParty=[OWNER], brand="Acme"),
        supporting("relay", lifecycleStatus="Active"),
        candidate("c-1", "mail", "workplace"),
    ]
    assert outcomes(await imported(services, *sent)) == ["created", "created", "changed"]
    before = await shown(services), await services.portfolio.announced()
    assert outcomes(await imported(services, *sent)) == ["unchanged"] * 3
    assert (await shown(services), await services.portfolio.announced()) == before


OWNER = {"id": "1", "name": "Head of mail", "role": "Owner", "@referredType": "Individual"}


async def test_a_known_service_is_described_anew_and_stays_in_its_stage(services: Services) -> None:
    await imported(services, facing("mail", lifecycleStatus="Active", validFor=SINCE))
    result = await imported(
        services, facing("mail", name="Managed mail", lifecycleStatus="Retired", relatedParty=[OWNER])
    )
    assert outcomes(result) == ["changed"]
    assert notes(result) == ["It is Retired there and Launched here, where it moves by its own steps."]
    mail = await known(services, "mail")
    assert (mail["name"], mail["owner"], mail["status"]) == ("Managed mail", "Head of mail", "operational")
    assert mail["definition_number"] == 2


async def test_what_was_said_here_stays_until_the_source_says_something_new_of_it(services: Services) -> None:
    await imported(services, facing("mail", description="Old"))
    mail = await known(services, "mail")
    said = {"name": "Our mail", "kind": "customer_facing", "description": "Old"}
    headers = {"If-Match": f'"{mail["version"]}"'}
    made(await services.portfolio.client.put(f"/v1/services/{mail['id']}", json=said, headers=headers))
    assert outcomes(await imported(services, facing("mail", description="New"))) == ["changed"]
    mail = await known(services, "mail")
    assert (mail["name"], mail["description"]) == ("Our mail", "New")
    [told] = await shown(services, as_said_by="bss")
    assert (told["name"], told["description"]) == ("Our mail", "New")


async def test_dependencies_are_declared_among_what_is_sent_in_any_order(services: Services) -> None:
    result = await imported(
        services, facing("mail", serviceSpecRelationship=depends("relay", "dns")), supporting("relay")
    )
    assert outcomes(result) == ["created", "created"]
    assert notes(result) == ["Not known here, so no dependency: dns."]
    mail, relay = await known(services, "mail"), await known(services, "relay")
    assert await used(services, mail) == [relay["id"]]


async def test_a_dependency_that_closes_a_loop_is_none(services: Services) -> None:
    await imported(services, facing("a", serviceSpecRelationship=depends("b")), supporting("b"))
    result = await imported(
        services,
        supporting("b", serviceSpecRelationship=depends("c")),
        supporting("c", serviceSpecRelationship=depends("a")),
    )
    assert notes(result) == ["No dependency on a: a is c or uses it."]
    assert await used(services, await known(services, "c")) == []


async def test_a_dependency_that_is_said_no_more_stays(services: Services) -> None:
    await imported(services, facing("a", serviceSpecRelationship=depends("b")), supporting("b"))
    result = await imported(services, facing("a", serviceSpecRelationship=[]))
    assert (outcomes(result), notes(result)) == (
        ["kept"],
        ["It says no more that it depends on b, which stays so here."],
    )
    assert len(await used(services, await known(services, "a"))) == 1


async def test_one_that_was_removed_here_does_not_come_back_by_the_same_words(services: Services) -> None:
    sent = [facing("a", serviceSpecRelationship=depends("b")), supporting("b")]
    await imported(services, *sent)
    [link] = made(await services.portfolio.client.get("/v1/dependencies"))["items"]
    headers = {"If-Match": f'"{link["version"]}"'}
    assert (
        await services.portfolio.client.delete(f"/v1/dependencies/{link['id']}", headers=headers)
    ).status_code == 204
    assert outcomes(await imported(services, *sent)) == ["unchanged", "unchanged"]
    assert await used(services, await known(services, "a")) == []


async def test_categories_of_a_candidate_come_and_go_as_tags_beside_our_own(services: Services) -> None:
    await services.proposed("mail", tags=["ours"])
    [link] = await shown(services)
    await imported(services, {**facing("CFS-1", name="Mail"), "href": link["href"]})
    sent = candidate("SC-1", "CFS-1", "workplace", "messaging")
    assert outcomes(await imported(services, sent)) == ["changed"]
    assert (await known(services, "mail"))["tags"] == ["messaging", "ours", "workplace"]
    result = await imported(
        services,
        {
            **candidate("SC-1", "CFS-1", "workplace"),
            "category": [{"id": "workplace"}, {"id": "A 1", "name": "Big Deal"}],
        },
    )
    assert (await known(services, "mail"))["tags"] == ["ours", "workplace"]
    assert notes(result) == ["Big Deal is no tag: those have small letters, digits and . _ - only."]


async def test_of_two_who_send_the_same_at_one_moment_one_creates_it(services: Services) -> None:
    body = [facing("a", serviceSpecRelationship=depends("b")), supporting("b"), candidate("c", "a", "tag")]
    results = await asyncio.gather(*(imported(services, *body) for _ in range(4)))
    told = sorted(outcomes(result) for result in results)
    assert told == [["created", "created", "changed"], *[["unchanged"] * 3] * 3]
    assert len(await used(services, await known(services, "a"))) == 1


async def test_a_link_of_ours_leads_to_our_service(services: Services) -> None:
    """What another system got from here, it may change and send back under an id of its own."""
    mail = await services.proposed("mail")
    [body] = await shown(services)
    result = await imported(
        services, {**body, "id": "CFS-1", "href": f"https://steward.example{body['href']}", "name": "Post"}
    )
    assert outcomes(result) == ["changed"]
    changed = await services.read(mail["id"])
    assert (changed["name"], changed["external_ids"][0]["external_id"]) == ("Post", "CFS-1")


async def test_what_only_its_source_knows_is_kept_for_it(services: Services) -> None:
    characteristic = {"name": "Size", "valueType": "number"}
    await imported(services, facing("mail", specCharacteristic=[characteristic], version="4.2"))
    result = await imported(services, facing("mail", specCharacteristic=[], version="4.3"))
    assert outcomes(result) == ["kept"]
    assert result["resources"][0]["ignored"] == ["specCharacteristic", "version"]
    [told], [ours] = await shown(services, as_said_by="bss"), await shown(services)
    assert (told["version"], told["specCharacteristic"], told["lifecycleStatus"]) == ("4.3", [], "In study")
    assert (ours["version"], "specCharacteristic" in ours) == ("1", False)


WORDS = "lifecycleStatus is one of: In study, In design, In test, Active, Launched, Retired, Obsolete, Rejected"
PAST = "The days of launch and retirement lie behind us."

WRONG: list[tuple[Made, str, str]] = [
    ({"@type": "ServiceSpecification", "id": "A"}, "/name", "Field required"),
    ({"@type": "ServiceCategory", "name": "A"}, "/@type", "@type is one of: ServiceSpecification, "),
    (facing("A", relatedParty="Ada"), "/relatedParty", "Input should be a valid list"),
    (facing("A", lifecycleStatus="Sleeping"), "/lifecycleStatus", WORDS),
    (facing("A", lifecycleStatus="Rejected"), "/lifecycleStatus", "it is turned down there"),
    (facing("A", validFor={"startDateTime": "2026-01-02T00:00:00Z", "endDateTime": "2026-01-01T00:00:00Z"}),
     "/validFor", "endDateTime is not after startDateTime"),
    (facing("A", lifecycleStatus="Active", validFor={"startDateTime": "2190-01-01T00:00:00Z"}), "", PAST),
    (facing("A", serviceSpecRelationship=[{"id": "B"}]), "/serviceSpecRelationship/0/relationshipType", "Field"),
    (facing("A", description="<img src=x onerror=alert(1)>"), "/description", "markup"),
    (facing("A", x=["y" * 9_000] * 8), "", "a resource has at most 65536 bytes"),
    (facing("漢 字"), "", "code: a new service needs a code"),
    (facing("TAKEN"), "/id", "the code TAKEN belongs to another service"),
    (candidate("C", "nowhere"), "/serviceSpecification", "it names no specification that this source has sent"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "pointer", "message"), WRONG)
async def test_what_is_wrong_is_refused_where_it_is_wrong_and_stops_nothing_else(
    services: Services, body: Made, pointer: str, message: str
) -> None:
    await services.proposed("TAKEN")
    result = await imported(services, body, facing("RIGHT"))
    assert outcomes(result) == ["refused", "created"]
    at, why = faults(result)[0]
    assert (at, why.startswith(message)) == (pointer, True), (at, why)


async def test_what_was_archived_is_described_by_nobody(services: Services) -> None:
    await imported(services, facing("fax", lifecycleStatus="Retired"))
    await services.step(await known(services, "fax"), "archiving")
    assert faults(await imported(services, facing("fax", name="Telefax"))) == [("", "fax is archived.")]
    assert await shown(services) == []


@pytest.mark.parametrize("noun", ["service-specifications", "service-candidates"])
async def test_lists_are_asked_like_services(services: Services, noun: str) -> None:
    await imported(services, facing("idea"), facing("mail", lifecycleStatus="Active"))
    assert [one["id"] for one in await shown(services, noun, stage="catalog")] == ["mail"]
    query: dict[str, Any] = {"stage": "pipeline", "source": "bss"}
    assert [one["id"] for one in await shown(services, noun, **query)] == ["idea"]
