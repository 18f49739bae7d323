"""Services are proposed, described, identified and found."""

import asyncio

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services, made, refused

MAIL = {"code": "mail", "name": "Mail", "kind": "customer_facing"}


async def test_a_proposed_service_enters_the_pipeline_and_is_announced(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    service = await services.proposed("mail", requested_budget={"amount": "250000.00", "currency": "CAD"})

    assert (service["stage"], service["status"], service["version"]) == ("pipeline", "proposed", 1)
    assert service["requested_budget"] == {"amount": "250000.00", "currency": "CAD"}
    assert service["launched_on"] is None
    (fact,) = await portfolio.announced()
    assert fact.type == "portfolio.service-proposed.v1"
    assert fact.data == {"service_id": service["id"], "code": "mail", "name": "Mail", "kind": "customer_facing"}
    assert (fact.subject, fact.sequence, fact.actor) == (service["id"], 1, "tester")


async def test_of_two_services_proposed_at_once_under_one_code_one_exists(portfolio: ServiceUnderTest) -> None:
    answers = await asyncio.gather(*(portfolio.client.post("/v1/services", json=MAIL) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused(next(answer for answer in answers if answer.status_code == 409), 409, "portfolio.service.code-taken")
    assert len(await portfolio.announced()) == 1


async def test_a_code_is_free_again_once_its_service_is_archived(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    old = await services.retiring("mail", retires_on="2026-01-16")
    refused(await portfolio.client.post("/v1/services", json=MAIL), 409, "portfolio.service.code-taken")
    portfolio.clock.advance(days=1)
    made(await services.step(old, "retirement"))
    refused(await portfolio.client.post("/v1/services", json=MAIL), 409, "portfolio.service.code-taken")
    made(await services.step(old, "archiving"))
    new = await services.proposed("mail")
    assert new["id"] != old["id"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "a\u0000b"},
        {"name": ""},
        {"name": "x" * 201},
        {"code": "with space"},
        {"kind": "free"},
        {"status": "operational"},
        {"tags": ["UPPER"]},
        {"tags": ["a"] * 51},
        {"market_space_ids": ["none"]},
        {"requested_budget": {"amount": 12.5, "currency": "CAD"}},
        {"requested_budget": {"amount": "1e9", "currency": "CAD"}},
        {"requested_budget": {"amount": "NaN", "currency": "CAD"}},
        {"requested_budget": {"amount": "1", "currency": "XXX"}},
        {"external_ids": [{"source": "cmdb"}]},
    ],
)
async def test_a_proposal_that_does_not_fit_is_refused_and_nothing_is_stored(
    portfolio: ServiceUnderTest, wrong: dict[str, object]
) -> None:
    refused(await portfolio.client.post("/v1/services", json=MAIL | wrong), 422, "request.invalid")
    assert made(await portfolio.client.get("/v1/services"))["items"] == []
    assert await portfolio.announced() == []


async def test_a_description_is_changed_at_the_version_that_was_read(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    service = await services.proposed("mail", tags=["old"])
    address, change = f"/v1/services/{service['id']}", {"name": "E-mail", "kind": "supporting", "tags": ["new"]}
    refused(await portfolio.client.put(address, json=change), 428, "request.if-match-missing")
    changed = made(await portfolio.client.put(address, json=change, headers={"If-Match": '"1"'}))
    assert (changed["name"], changed["owner"], changed["tags"], changed["version"]) == ("E-mail", None, ["new"], 2)
    refused(await portfolio.client.put(address, json=change, headers={"If-Match": '"1"'}), 412, "request.version-stale")
    fact = (await portfolio.announced("portfolio.service-changed.v1"))[-1]
    assert fact.data == {
        "service_id": service["id"],
        "code": "mail",
        "name": "E-mail",
        "kind": "supporting",
        "owner": None,
    }


async def test_an_external_id_names_one_service(portfolio: ServiceUnderTest, services: Services) -> None:
    name = {"source": "cmdb", "external_id": "CI-1"}
    mail = await services.proposed("mail", external_ids=[name])
    chat = await services.proposed("chat")
    address, names = f"/v1/services/{chat['id']}/external-ids", {"external_ids": [name]}
    answer = await portfolio.client.put(address, json=names, headers={"If-Match": '"1"'})
    refused(answer, 409, "portfolio.service.external-id-taken")

    emptied = made(
        await portfolio.client.put(
            f"/v1/services/{mail['id']}/external-ids", json={"external_ids": []}, headers={"If-Match": '"1"'}
        )
    )
    assert (emptied["external_ids"], emptied["version"]) == ([], 2)
    answer = await portfolio.client.put(address, json=names, headers={"If-Match": '"1"'})
    assert made(answer)["external_ids"] == [{**name, "absent_since": None}]


async def test_services_are_found_by_what_is_said_of_them(portfolio: ServiceUnderTest, services: Services) -> None:
    space = str(uuid7())
    await services.proposed("mail", name="100% mail", tags=["office"], criticality="high")
    await services.proposed("under_score", kind="supporting", market_space_ids=[space], owner="Grace")
    await services.proposed("underXscore", external_ids=[{"source": "cmdb", "external_id": "7"}])

    async def codes(**asked: str) -> list[str]:
        listed = made(await portfolio.client.get("/v1/services", params={"sort": "code", **asked}))
        return [service["code"] for service in listed["items"]]

    assert await codes(q="0% M") == ["mail"]
    assert await codes(q="under_score") == ["under_score"]
    assert await codes(q="%") == ["mail"]
    assert await codes(tag="office") == ["mail"]
    assert await codes(criticality="high", kind="customer_facing") == ["mail"]
    assert await codes(market_space_id=space) == ["under_score"]
    assert await codes(owner="Grace") == ["under_score"]
    assert await codes(source="cmdb", external_id="7") == ["underXscore"]
    assert await codes(code="mail", stage="pipeline", status="proposed") == ["mail"]
    assert await codes(stage="catalog") == []


async def test_a_list_goes_on_from_page_to_page_without_gap_or_repetition(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    for code in "abcde":
        await services.proposed(code, name="Same")
    seen, asked = [], {"limit": "2", "sort": "name", "include": "total"}
    while True:
        listed = made(await portfolio.client.get("/v1/services", params=asked))
        assert listed["total"] == 5
        seen += [service["code"] for service in listed["items"]]
        if listed["next_cursor"] is None:
            break
        asked["cursor"] = listed["next_cursor"]
    assert sorted(seen) == list("abcde")


async def test_an_unknown_service_is_not_found(portfolio: ServiceUnderTest) -> None:
    for path in ("", "/history", "/impact"):
        answer = await portfolio.client.get(f"/v1/services/{uuid7()}{path}")
        refused(answer, 404, "request.no-such-resource")


async def test_who_may_only_read_cannot_propose(portfolio: ServiceUnderTest) -> None:
    async with portfolio.as_caller("portfolio:service:read") as reader:
        refused(await reader.post("/v1/services", json=MAIL), 403, "request.permission-missing")
        made(await reader.get("/v1/services"))
