"""An opportunity that is accepted becomes the proposal of a service, once and as a whole."""

import asyncio
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.opportunity.scans import PROPOSAL, Scans
from tests.portfolio.services import Services, made, refused


@pytest.fixture
async def opportunity(scans: Scans) -> dict[str, Any]:
    await scans.white_space(importance=8)
    await scans.scan()
    return await scans.the_one()


async def test_an_accepted_opportunity_is_a_proposal_in_the_pipeline_that_names_it(
    portfolio: ServiceUnderTest, scans: Scans, opportunity: dict[str, Any]
) -> None:
    answer = await scans.accept(opportunity)
    assert answer.status_code == 201
    service = answer.json()
    assert (service["code"], service["status"], service["owner"]) == ("answers", "proposed", "Ada")
    [step] = made(await portfolio.client.get(f"/v1/services/{service['id']}/history"))["items"]
    assert (step["step"], step["reason"]) == ("proposal", "It is wanted.")
    accepted = made(await portfolio.client.get(step["evidence"]))
    assert (accepted["id"], accepted["status"]) == (opportunity["id"], "accepted")
    assert (accepted["service_id"], accepted["decided_by"]) == (service["id"], "tester")
    [fact] = await portfolio.announced("portfolio.opportunity-accepted.v1")
    assert (fact.data["service_id"], fact.data["service_code"]) == (service["id"], "answers")
    [proposed] = await portfolio.announced("portfolio.service-proposed.v1")
    assert proposed.data["service_id"] == service["id"]


async def test_an_accepted_opportunity_is_not_opened_again_while_its_evidence_stays(
    scans: Scans, opportunity: dict[str, Any]
) -> None:
    made(await scans.accept(opportunity))
    assert await scans.scan() == {"white-space": {"still_accepted": 1}}


async def test_a_code_that_is_taken_accepts_nothing(
    portfolio: ServiceUnderTest, services: Services, scans: Scans, opportunity: dict[str, Any]
) -> None:
    await services.proposed("answers")
    refused(await scans.accept(opportunity), 409, "portfolio.service.code-taken")
    still = await scans.the_one()
    assert (still["status"], still["version"], still["service_id"]) == ("open", opportunity["version"], None)
    assert [step["step"] for step in await scans.steps(opportunity)] == ["found"]
    assert await portfolio.announced("portfolio.opportunity-accepted.v1") == []
    assert made(await scans.accept(opportunity, code="replies"))["code"] == "replies"


async def test_of_several_who_decide_at_one_moment_one_does(
    portfolio: ServiceUnderTest, scans: Scans, opportunity: dict[str, Any]
) -> None:
    accepting = (scans.accept(opportunity, code=f"answers-{number}") for number in range(3))
    answers = await asyncio.gather(*accepting, scans.dismiss(opportunity))
    assert sum(answer.is_success for answer in answers) == 1
    assert {answer.status_code for answer in answers if not answer.is_success} <= {409, 412}
    facts = await portfolio.announced()
    decided = [
        it for it in facts if it.type in ("portfolio.opportunity-accepted.v1", "portfolio.opportunity-dismissed.v1")
    ]
    assert len(decided) == 1
    proposed = [it for it in facts if it.type == "portfolio.service-proposed.v1"]
    assert len(proposed) == (decided[0].type == "portfolio.opportunity-accepted.v1")


async def test_what_is_decided_is_not_decided_again(scans: Scans, opportunity: dict[str, Any]) -> None:
    unread = {**opportunity, "version": opportunity["version"] + 1}
    refused(await scans.dismiss(unread), 412, "request.version-stale")
    refused(await scans.accept(unread), 412, "request.version-stale")
    dismissed = made(await scans.dismiss(opportunity))
    refused(await scans.accept(dismissed), 409, "portfolio.opportunity.not-open")
    refused(await scans.dismiss(dismissed), 409, "portfolio.opportunity.not-open")
    refused(await scans.dismiss(opportunity), 412, "request.version-stale")


async def test_deciding_needs_its_permission_and_the_version_that_was_read(
    portfolio: ServiceUnderTest, opportunity: dict[str, Any]
) -> None:
    path = f"/v1/opportunities/{opportunity['id']}"
    async with portfolio.as_caller("portfolio:opportunity:read", "portfolio:opportunity:write") as clerk:
        assert (await clerk.get(path)).status_code == 200
        headers = {"If-Match": f'"{opportunity["version"]}"'}
        answer = await clerk.post(f"{path}/dismissal", json={"reason": "No."}, headers=headers)
        refused(answer, 403, "request.permission-missing")
    refused(await portfolio.client.post(f"{path}/dismissal", json={"reason": "No."}), 428, "request.if-match-missing")
    refused(await portfolio.client.post(f"{path}/acceptance", json=PROPOSAL), 428, "request.if-match-missing")


@pytest.mark.parametrize(
    "change",
    [{"code": ""}, {"code": "no spaces"}, {"reason": None}, {"kind": "other"}, {"name": "x" * 201}, {"surprise": 1}],
)
async def test_a_proposal_that_is_none_accepts_nothing(
    scans: Scans, opportunity: dict[str, Any], change: dict[str, Any]
) -> None:
    refused(await scans.accept(opportunity, **change), 422, "request.invalid")
    assert (await scans.the_one())["status"] == "open"


@pytest.mark.parametrize("reason", ["", "x" * 2001, "nul \x00"])
async def test_a_dismissal_needs_a_reason_that_can_be_kept(
    scans: Scans, opportunity: dict[str, Any], reason: str
) -> None:
    refused(await scans.dismiss(opportunity, reason), 422, "request.invalid")


async def test_there_is_no_opportunity_with_an_unknown_id(portfolio: ServiceUnderTest) -> None:
    path = "/v1/opportunities/0198c0de-0000-7000-8000-000000000001"
    for there in ("", "/history"):
        refused(await portfolio.client.get(path + there), 404, "request.no-such-resource")
    answer = await portfolio.client.post(f"{path}/dismissal", json={"reason": "No."}, headers={"If-Match": '"1"'})
    refused(answer, 404, "request.no-such-resource")
