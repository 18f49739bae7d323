"""A draft is written whole or by parts, each change at the version it was read at."""

import asyncio
from typing import Any

import pytest

from chassis.ids import uuid7
from tests.portfolio.business_case.cases import JSON, NOTHING, REPLACE, SAID, Cases
from tests.portfolio.services import made, refused


async def test_a_case_begins_as_a_draft_that_says_what_was_sent(cases: Cases) -> None:
    risks = [{"statement": "Late", "likelihood": 3, "impact": 4, "response": ""}]
    needs = [{"skill": "engineer", "period": 0, "quantity": "120", "unit": "person days"}]
    case = await cases.drafted(risks=risks, resource_demands=needs)
    assert (case["status"], case["number"], case["approval"], case["appraisal"]) == ("draft", 1, None, None)
    assert (case["risks"], case["resource_demands"], case["requested_funding"]) == (risks, needs, "40000")
    assert [option["name"] for option in case["options"]] == ["Do nothing", "Replace it"]
    assert await cases.read(case) == case


async def test_a_code_belongs_to_one_case(cases: Cases) -> None:
    case = await cases.drafted()
    command = {**SAID, "code": "BC-1", "service_id": case["service_id"]}
    answer = await cases.portfolio.client.post("/v1/business-cases", json=command)
    refused(answer, 409, "portfolio.business-case.code-taken")


async def test_a_case_is_for_a_service_on_its_way_through_the_pipeline(cases: Cases) -> None:
    live = await cases.services.operational("mail")
    dropped = await cases.services.proposed("chat")
    made(await cases.services.step(dropped, "withdrawal"))
    for service in (live, dropped):
        command = {**SAID, "code": "BC-1", "service_id": service["id"]}
        answer = await cases.portfolio.client.post("/v1/business-cases", json=command)
        refused(answer, 409, "portfolio.business-case.not-in-pipeline")
    unknown = {**SAID, "code": "BC-1", "service_id": str(uuid7())}
    answer = await cases.portfolio.client.post("/v1/business-cases", json=unknown)
    refused(answer, 404, "request.no-such-resource")


DATED: JSON = {"name": "Rent it", "flows": [{"kind": "operating", "flow_on": "2026-04-01", "amount": "-10"}]}


MANY_DAYS = {
    "name": "Daily",
    "flows": [
        {"kind": "operating", "flow_on": f"2026-0{1 + day // 28}-{1 + day % 28:02}", "amount": "-1"}
        for day in range(61)
    ],
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"options": [REPLACE]},
        {"options": [NOTHING, {**NOTHING, "name": "Nothing either"}]},
        {"options": [NOTHING, REPLACE, {**REPLACE, "name": "As well preferred"}]},
        {"options": [NOTHING, {**REPLACE, "name": "Do nothing"}]},
        {"options": [NOTHING, DATED]},
        {"options": [NOTHING, *({**DATED, "name": str(number)} for number in range(10))]},
        {"convention": "dated"},
        {"convention": "dated", "options": [{**NOTHING, "flows": [DATED["flows"][0]]}, MANY_DAYS]},
        {"discount_rate": "-1"},
        {"discount_rate": "NaN"},
        {"finance_rate": "-1.2"},
        {"requested_funding": "-1"},
        {"currency": "XXX"},
        {"resource_demands": [{"skill": "engineer", "period": 0, "quantity": "1"}] * 2},
        {"options": [NOTHING, {"name": "x", "flows": [{"kind": "hope", "period": 0, "amount": "1"}]}]},
        {"options": [NOTHING, {"name": "x", "flows": [{"kind": "capital", "period": 61, "amount": "1"}]}]},
        {"options": [NOTHING, {"name": "x", "flows": [{"kind": "capital", "amount": "1"}]}]},
    ],
)
async def test_what_finance_could_not_appraise_is_not_taken(cases: Cases, wrong: dict[str, Any]) -> None:
    service = await cases.services.proposed("mail")
    command = {**SAID, "code": "BC-1", "service_id": service["id"], **wrong}
    answer = await cases.portfolio.client.post("/v1/business-cases", json=command)
    refused(answer, 422, "request.invalid")


async def test_a_draft_is_changed_whole(cases: Cases) -> None:
    case = await cases.drafted()
    changed = made(await cases.change(case, "", {**SAID, "title": "Move to the cloud", "requested_funding": "60000"}))
    assert (changed["title"], changed["requested_funding"]) == ("Move to the cloud", "60000")
    assert changed["version"] == case["version"] + 1
    (listed,) = made(await cases.portfolio.client.get("/v1/business-cases?status=draft"))["items"]
    assert (listed["title"], listed["requested_funding"]) == ("Move to the cloud", "60000")


async def test_a_draft_is_changed_part_by_part(cases: Cases) -> None:
    case = await cases.drafted()
    parts: dict[str, JSON] = {
        "/options": {"options": [NOTHING, {**REPLACE, "name": "Rent it"}]},
        "/risks": {"risks": [{"statement": "Late"}]},
        "/assumptions": {"assumptions": [{"statement": "Prices rise"}]},
        "/resource-demands": {"resource_demands": [{"skill": "engineer", "period": 1, "quantity": "3"}]},
    }
    for part, said in parts.items():
        case = made(await cases.change(case, part, said))
    assert case["options"][1]["name"] == "Rent it"
    assert (case["risks"][0]["likelihood"], case["assumptions"][0]["source"]) == (None, None)
    assert (case["resource_demands"][0]["quantity"], case["title"]) == ("3", SAID["title"])


async def test_a_part_that_does_not_fit_the_rest_is_refused(cases: Cases) -> None:
    case = await cases.drafted()
    answer = await cases.change(case, "/options", {"options": [NOTHING, DATED]})
    assert "flows of the convention dated have a day" in refused(answer, 422, "request.invalid")["detail"]


async def test_of_two_who_change_one_version_one_does_and_the_other_is_told(cases: Cases) -> None:
    case = await cases.drafted()
    answers = await asyncio.gather(
        *(cases.change(case, "", {**SAID, "title": f"Title {number}"}) for number in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    unconditional = await cases.portfolio.client.put(f"/v1/business-cases/{case['id']}", json=SAID)
    assert unconditional.status_code == 428


async def test_what_is_submitted_is_not_changed(cases: Cases) -> None:
    case = await cases.submitted()
    refused(await cases.change(case, "", SAID), 409, "portfolio.business-case.not-draft")
    refused(await cases.change(case, "/risks", {"risks": []}), 409, "portfolio.business-case.not-draft")


async def test_cases_are_listed_by_service_and_status(cases: Cases) -> None:
    first, second = await cases.drafted("BC-1"), await cases.submitted("BC-2")

    async def listed(**asked: str) -> list[str]:
        found = made(await cases.portfolio.client.get("/v1/business-cases", params=asked))
        return [case["code"] for case in found["items"]]

    assert await listed() == ["BC-1", "BC-2"]
    assert await listed(service_id=first["service_id"]) == ["BC-1"]
    assert await listed(status="submitted") == ["BC-2"]
    assert await listed(code=second["code"]) == ["BC-2"]
