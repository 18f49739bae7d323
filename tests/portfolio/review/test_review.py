"""Reviews: evidence is frozen, two people decide, a decision to retire gives notice."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services

YEAR = {"starts_on": "2025-04-01", "ends_on": "2026-04-01"}
CONTINUE = {"decision": "continue", "reason": "It does what it promises."}
RETIRE = {"decision": "retire", "reason": "Nobody needs it.", "retirement": {"retires_on": "2026-06-01"}}


@pytest.fixture
async def mail(services: Services) -> dict[str, Any]:
    return await services.operational("mail")


async def opened(portfolio: ServiceUnderTest, service: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = await portfolio.client.post("/v1/reviews", json={**YEAR, "service_id": service["id"], **changes})
    assert answer.status_code == 201, answer.text
    review: dict[str, Any] = answer.json()
    return review


async def decided(client: httpx.AsyncClient, review: dict[str, Any], command: dict[str, Any]) -> httpx.Response:
    headers = {"If-Match": f'"{review["version"]}"'}
    return await client.post(f"/v1/reviews/{review['id']}/decision", json=command, headers=headers)


async def test_evidence_does_not_move_when_more_becomes_known(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    review = await opened(portfolio, mail)
    await services.subscribe(mail, await services.customer())
    shown = (await portfolio.client.get(f"/v1/reviews/{review['id']}")).json()
    assert shown["evidence"] == review["evidence"]
    assert shown["evidence"]["demand"] is None
    fresh = (await portfolio.client.get(f"/v1/services/{mail['id']}/evidence", params=YEAR)).json()
    assert fresh["demand"]["now"]["subscriptions"] == 1


async def test_the_database_itself_keeps_the_evidence(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    await opened(portfolio, mail)
    with pytest.raises(DBAPIError):
        async with portfolio.database.transaction() as session:
            await session.execute(text("UPDATE reviews SET evidence = '{}'"))


async def test_a_service_that_nobody_measures_is_to_be_remediated_and_the_rule_is_named(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    review = await opened(portfolio, mail)
    assert review["recommendation"] == "remediate"
    assert [finding["rule"] for finding in review["findings"]] == ["not-measured"]
    (listed,) = (await portfolio.client.get("/v1/recommendations")).json()["items"]
    assert (listed["code"], listed["recommendation"]) == ("mail", "remediate")


async def test_nobody_decides_a_review_that_they_opened(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    review = await opened(portfolio, mail)
    answer = await decided(portfolio.client, review, CONTINUE)
    assert (answer.status_code, answer.json()["code"]) == (403, "portfolio.review.own-review")


async def test_a_decision_is_announced_with_its_reason(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    review = await opened(portfolio, mail)
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        answer = await decided(board, review, {**CONTINUE, "follow_up_on": "2027-01-01"})
        assert (answer.json()["status"], answer.json()["decided_by"]) == ("decided", "board")
        assert (await decided(board, answer.json(), CONTINUE)).json()["code"] == "portfolio.review.already-decided"
    (fact,) = await portfolio.announced("portfolio.service-reviewed.v1")
    assert fact.data["decision"] == "continue"
    assert fact.data["follow_up_on"] == "2027-01-01"


async def test_of_two_deciders_at_one_moment_one_decides(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    review = await opened(portfolio, mail)
    async with (
        portfolio.as_caller("portfolio:*:*", subject="a") as a,
        portfolio.as_caller("portfolio:*:*", subject="b") as b,
    ):
        answers = await asyncio.gather(decided(a, review, CONTINUE), decided(b, review, RETIRE))
    assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 412])
    assert len(await portfolio.announced("portfolio.service-reviewed.v1")) == 1


async def test_deciding_to_retire_gives_the_service_its_notice(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    review = await opened(portfolio, mail)
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        assert (await decided(board, review, RETIRE)).status_code == 200
    service = await services.read(mail["id"])
    assert (service["status"], service["retires_on"]) == ("retiring", "2026-06-01")
    (fact,) = await portfolio.announced("portfolio.service-retiring.v1")
    assert fact.data["retires_on"] == "2026-06-01"


@pytest.mark.parametrize("command", [{**CONTINUE, "retirement": RETIRE["retirement"]}, {**RETIRE, "retirement": None}])
async def test_a_notice_comes_with_a_decision_to_retire_and_only_then(
    portfolio: ServiceUnderTest, mail: dict[str, Any], command: dict[str, Any]
) -> None:
    review = await opened(portfolio, mail)
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        answer = await decided(board, review, command)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_a_service_has_one_open_review_and_must_be_in_the_catalog(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await opened(portfolio, mail)
    again = await portfolio.client.post("/v1/reviews", json={**YEAR, "service_id": mail["id"]})
    assert (again.status_code, again.json()["code"]) == (409, "portfolio.review.already-open")
    planned = await services.proposed("planned")
    early = await portfolio.client.post("/v1/reviews", json={**YEAR, "service_id": planned["id"]})
    assert (early.status_code, early.json()["code"]) == (409, "portfolio.review.not-in-catalog")


async def test_a_campaign_opens_reviews_of_the_catalog_that_are_not_open_yet(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await opened(portfolio, mail)
    await services.operational("fax")
    await services.proposed("planned")
    campaign = (await portfolio.client.post("/v1/review-campaigns", json=YEAR)).json()
    assert (campaign["opened"], campaign["already_open"]) == (1, 1)
    assert len((await portfolio.client.get("/v1/reviews?status=open")).json()["items"]) == 2


async def test_a_decision_to_retire_that_cannot_be_carried_out_leaves_the_review_open(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    fax = await services.retiring("fax")
    review = await opened(portfolio, fax)
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        answer = await decided(board, review, RETIRE)
    assert (answer.status_code, answer.json()["code"]) == (409, "portfolio.service.step-not-possible")
    assert (await portfolio.client.get(f"/v1/reviews/{review['id']}")).json()["status"] == "open"
    assert await portfolio.announced("portfolio.service-reviewed.v1") == []


async def test_a_follow_up_lies_ahead(portfolio: ServiceUnderTest, mail: dict[str, Any]) -> None:
    review = await opened(portfolio, mail)
    async with portfolio.as_caller("portfolio:*:*", subject="board") as board:
        answer = await decided(board, review, {**CONTINUE, "follow_up_on": "2026-01-15"})
    assert (answer.status_code, answer.json()["code"]) == (422, "portfolio.review.follow-up-not-ahead")


async def test_deciding_needs_a_permission_of_its_own_and_the_version_that_was_read(
    portfolio: ServiceUnderTest, mail: dict[str, Any]
) -> None:
    review = await opened(portfolio, mail)
    path = f"/v1/reviews/{review['id']}/decision"
    async with portfolio.as_caller("portfolio:review:write", "portfolio:review:read", subject="clerk") as clerk:
        answer = await decided(clerk, review, CONTINUE)
    assert (answer.status_code, answer.json()["code"]) == (403, "request.permission-missing")
    async with portfolio.as_caller("portfolio:review:decide", subject="board") as board:
        assert (await board.post(path, json=CONTINUE)).status_code == 428
        assert (await board.post(path, json=CONTINUE, headers={"If-Match": '"9"'})).status_code == 412


async def test_each_review_is_announced_when_it_is_opened_by_a_person_or_a_campaign(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    review, fax = await opened(portfolio, mail), await services.operational("fax")
    await portfolio.client.post("/v1/review-campaigns", json=YEAR)
    by_person, by_campaign = [fact.data for fact in await portfolio.announced("portfolio.review-opened.v1")]
    assert by_person == {
        "review_id": review["id"],
        "service_id": mail["id"],
        "trigger": "person",
        "recommendation": "remediate",
        "opened_on": "2026-01-15",
    }
    assert (by_campaign["service_id"], by_campaign["trigger"]) == (fax["id"], "calendar")


async def test_a_campaign_counts_what_it_recommends_and_takes_only_the_kind_that_is_asked_for(
    portfolio: ServiceUnderTest, services: Services, mail: dict[str, Any]
) -> None:
    await services.operational("net", kind="supporting")
    await services.retiring("fax")
    campaign = (await portfolio.client.post("/v1/review-campaigns", json={**YEAR, "kind": "supporting"})).json()
    assert campaign == {"opened": 1, "already_open": 0, "recommendations": {"remediate": 1}}
    rest = (await portfolio.client.post("/v1/review-campaigns", json={**YEAR, "include_retiring": True})).json()
    assert (rest["opened"], rest["already_open"]) == (2, 1)
    assert (await portfolio.client.post("/v1/review-campaigns", json=YEAR)).json()["opened"] == 0
