"""Customers are registered once, whoever writes their name in whichever way."""

import asyncio
import json
from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Steps

CUSTOMER: dict[str, Any] = {"code": "CRA", "name": "Canada Revenue Agency", "kind": "internal_unit"}


async def test_a_registered_customer_can_be_read_and_is_announced(strategy: ServiceUnderTest, steps: Steps) -> None:
    ids = [{"source": "erp", "external_id": "4711"}]
    made = await strategy.client.post("/v1/customers", json={**CUSTOMER, "external_ids": ids})
    assert made.status_code == 201
    assert made.headers["ETag"] == f'"{made.json()["version"]}"'
    seen = await steps.get(f"/customers/{made.json()['id']}")
    assert seen == made.json()
    assert seen["external_ids"] == [{**ids[0], "inherited": False}]
    [fact] = await strategy.announced()
    assert fact.type == "strategy.customer-registered.v1"
    assert fact.data == {"customer_id": seen["id"], **CUSTOMER, "parent_id": None}


@pytest.mark.parametrize("name", ["CANADA  revenue agency", "Canada Revenue\u00a0Agency", "Ｃanada Revenue Agency"])
async def test_another_spelling_of_a_known_name_is_refused_with_the_id_of_its_customer(
    strategy: ServiceUnderTest, steps: Steps, name: str
) -> None:
    known = await steps.post("/customers", CUSTOMER)
    refused = await strategy.client.post("/v1/customers", json={**CUSTOMER, "code": "other", "name": name})
    assert (refused.status_code, refused.json()["code"]) == (409, "strategy.customer.name-taken")
    assert refused.json()["existing_id"] == known["id"]


async def test_of_two_registrations_of_one_name_at_a_time_one_is_refused_with_the_id_of_the_other(
    strategy: ServiceUnderTest,
) -> None:
    bodies = [{**CUSTOMER, "code": f"C{number}"} for number in range(5)]
    answers = await asyncio.gather(*(strategy.client.post("/v1/customers", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    [registered] = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert {answer.json().get("existing_id") for answer in answers if answer.status_code == 409} == {registered}


async def test_a_code_is_given_once(strategy: ServiceUnderTest, steps: Steps) -> None:
    await steps.post("/customers", CUSTOMER)
    refused = await strategy.client.post("/v1/customers", json={**CUSTOMER, "name": "Another"})
    assert (refused.status_code, refused.json()["code"]) == (409, "strategy.customer.code-taken")


async def test_an_id_of_another_system_leads_to_one_customer(strategy: ServiceUnderTest, steps: Steps) -> None:
    known = await steps.customer("A", external_ids=[{"source": "erp", "external_id": "1"}])
    other = await steps.customer("B")
    refused = await strategy.client.put(f"/v1/customers/{other['id']}/external-ids/erp/1")
    assert (refused.status_code, refused.json()["code"]) == (409, "strategy.customer.external-id-taken")
    assert refused.json()["existing_id"] == known["id"]
    twice = [{"source": "crm", "external_id": "7"}] * 2
    again = await strategy.client.post("/v1/customers", json={**CUSTOMER, "external_ids": twice})
    assert again.json()["code"] == "strategy.customer.external-id-taken"
    assert await steps.listed("/customers", "code") == ["A", "B"]


async def test_stating_an_id_again_changes_nothing_and_taking_it_back_frees_it(
    strategy: ServiceUnderTest, steps: Steps
) -> None:
    a, b = await steps.customer("A"), await steps.customer("B")
    path = "external-ids/erp/1"
    first = await strategy.client.put(f"/v1/customers/{a['id']}/{path}")
    again = await strategy.client.put(f"/v1/customers/{a['id']}/{path}")
    assert first.json() == again.json()
    assert first.json()["version"] > a["version"]  # or a cached answer would seem to be the newest
    taken_back = await strategy.client.delete(f"/v1/customers/{a['id']}/{path}")
    assert taken_back.json()["external_ids"] == []
    assert (await strategy.client.put(f"/v1/customers/{b['id']}/{path}")).status_code == 200
    assert await steps.listed("/customers", "code", source="erp", external_id="1") == ["B"]


async def test_a_change_is_announced_and_none_is_not(strategy: ServiceUnderTest, steps: Steps) -> None:
    made = await steps.post("/customers", CUSTOMER)
    body = {"name": "Revenue Agency", "kind": "external_organization"}
    for _ in range(2):
        changed = await strategy.client.put(
            f"/v1/customers/{made['id']}", json=body, headers={"If-Match": f'"{made["version"]}"'}
        )
        assert changed.status_code == 200, changed.text
        made = changed.json()
    [fact] = await strategy.announced("strategy.customer-changed.v1")
    assert fact.data == {"customer_id": made["id"], "code": "CRA", **body, "parent_id": None}
    assert fact.sequence == 2


async def test_a_name_cannot_be_changed_to_that_of_another_customer(strategy: ServiceUnderTest, steps: Steps) -> None:
    a, b = await steps.customer("A"), await steps.customer("B")
    refused = await strategy.client.put(
        f"/v1/customers/{b['id']}", json={"name": "a", "kind": "internal_unit"}, headers={"If-Match": '"1"'}
    )
    assert (refused.status_code, refused.json()["existing_id"]) == (409, a["id"])


async def test_a_change_needs_the_version_that_was_read(strategy: ServiceUnderTest, steps: Steps) -> None:
    made = await steps.post("/customers", CUSTOMER)
    body = {"name": "Other", "kind": "internal_unit"}
    path = f"/v1/customers/{made['id']}"
    assert (await strategy.client.put(path, json=body)).status_code == 428
    assert (await strategy.client.put(path, json=body, headers={"If-Match": '"99"'})).status_code == 412


async def test_customers_are_found_by_what_is_known_of_them(steps: Steps) -> None:
    agency = await steps.post("/customers", {**CUSTOMER, "external_ids": [{"source": "erp", "external_id": "1"}]})
    branch = await steps.customer("appeals", name="Appeals branch", parent_id=agency["id"])
    await steps.customer("firm", name="100% Café", kind="external_organization", parent_id=branch["id"])
    assert await steps.listed("/customers", "code") == ["CRA", "appeals", "firm"]
    assert await steps.listed("/customers", "code", sort="-code", limit=1) == ["firm"]
    assert await steps.listed("/customers", "code", search="CAFE\u0301") == ["firm"]
    assert await steps.listed("/customers", "code", search="0% c") == ["firm"]
    assert await steps.listed("/customers", "code", search="%") == ["firm"]
    assert await steps.listed("/customers", "code", kind="external_organization") == ["firm"]
    assert await steps.listed("/customers", "code", parent_id=agency["id"]) == ["appeals"]
    assert await steps.listed("/customers", "code", below=agency["id"]) == ["appeals", "firm"]
    assert await steps.listed("/customers", "code", source="erp") == ["CRA"]
    assert await steps.listed("/customers", "code", code="appeals") == ["appeals"]


@pytest.mark.parametrize(
    "bad",
    [
        {"name": "a\x00b"},
        {"name": " \u200b\u200b "},
        {"name": "\u200b\u2060"},
        {"name": "x" * 201},
        {"name": "\ufdfa" * 100},
        {"name": ""},
        {"name": 7},
        {"code": "no blanks"},
        {"code": "x" * 65},
        {"kind": "friend"},
        {"kind": None},
        {"parent_id": "7"},
        {"external_ids": [{"source": "erp", "external_id": str(n)} for n in range(51)]},
        {"external_ids": [{"source": "erp"}]},
        {"owner": "an unknown field"},
    ],
)
async def test_bad_input_is_refused_and_nothing_is_stored(
    strategy: ServiceUnderTest, steps: Steps, bad: dict[str, Any]
) -> None:
    refused = await strategy.client.post("/v1/customers", json={**CUSTOMER, **bad})
    assert refused.status_code == 422, refused.text
    assert await steps.listed("/customers", "id") == []


async def test_half_a_letter_is_no_name(strategy: ServiceUnderTest) -> None:
    body = json.dumps({**CUSTOMER, "name": "\ud800"})
    refused = await strategy.client.post("/v1/customers", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 400


async def test_an_unknown_parent_is_refused(strategy: ServiceUnderTest) -> None:
    refused = await strategy.client.post("/v1/customers", json={**CUSTOMER, "parent_id": str(uuid7())})
    assert refused.status_code == 404


async def test_reading_does_not_permit_writing_and_writing_does_not_permit_merging(strategy: ServiceUnderTest) -> None:
    path = f"/v1/customers/{uuid7()}/merge"
    async with strategy.as_caller("strategy:customer:read", "strategy:customer:write") as writer:
        refused = await writer.post(path, json={"survivor_id": str(uuid7())}, headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["permission"]) == (403, "strategy:customer:merge")
    async with strategy.as_caller("strategy:customer:read") as reader:
        assert (await reader.post("/v1/customers", json=CUSTOMER)).status_code == 403
        assert (await reader.get("/v1/customers")).status_code == 200
