"""The approval policy is set version by version, by whoever may."""

import asyncio

from chassis.testing import ServiceUnderTest
from tests.portfolio.business_case.cases import OWNER, POLICY, TIERS, Cases
from tests.portfolio.services import Services, made, refused


async def test_a_policy_nobody_has_set_is_empty_and_the_first_one_is_set_at_version_0(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    empty = made(await portfolio.client.get("/v1/approval-policy"))
    assert (empty["version"], empty["scales"], empty["set_by"]) == (0, [], None)
    cases = Cases(portfolio, services)
    first = made(await cases.set_policy(POLICY, version=0))
    assert (first["version"], first["set_by"], first["scales"][0]["tiers"]) == (1, "tester", TIERS)
    assert made(await portfolio.client.get("/v1/approval-policy")) == first


async def test_each_version_stays_readable(portfolio: ServiceUnderTest, services: Services) -> None:
    cases = Cases(portfolio, services)
    await cases.policy()
    await cases.policy(reason="Reorganized")
    listed = made(await portfolio.client.get("/v1/approval-policy/versions"))["items"]
    assert [(it["version"], it["reason"]) for it in listed] == [(1, "Delegation of authority"), (2, "Reorganized")]


async def test_of_two_who_set_it_at_once_one_does(portfolio: ServiceUnderTest, services: Services) -> None:
    cases = Cases(portfolio, services)
    answers = await asyncio.gather(*(cases.set_policy(POLICY, version=0) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    refused(await cases.set_policy(POLICY, version=0), 412, "portfolio.approval-policy.replaced")


async def test_setting_it_is_a_right_of_its_own(portfolio: ServiceUnderTest) -> None:
    async with portfolio.as_caller("*:*:read", "*:*:write") as writer:
        answer = await writer.put("/v1/approval-policy", json=POLICY, headers={"If-Match": '"0"'})
        refused(answer, 403, "request.permission-missing")


async def test_two_scales_of_one_currency_are_refused(portfolio: ServiceUnderTest, services: Services) -> None:
    scale = {"currency": "CAD", "tiers": [{"up_to": None, "steps": [OWNER]}]}
    answer = await Cases(portfolio, services).set_policy({**POLICY, "scales": [scale, scale]}, version=0)
    refused(answer, 422, "request.invalid")
