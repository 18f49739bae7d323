"""A service is approved on an approved business case of its own."""

from tests.portfolio.business_case.cases import JSON, Cases
from tests.portfolio.services import made, refused


async def analyzed(cases: Cases, code: str = "mail") -> JSON:
    return await cases.services.up_to(await cases.services.proposed(code), "analysis")


async def test_a_service_is_approved_on_its_business_case_which_stays_its_evidence(cases: Cases) -> None:
    mail = await analyzed(cases)
    case = await cases.appraised(service=mail)
    blocked = refused(await cases.services.step(mail, "approval", waiver=None), 409, "portfolio.service.blocked")
    assert [it["kind"] for it in blocked["blockers"]] == ["business_case"]
    assert blocked["blockers"][0]["link"] == f"/v1/business-cases?service_id={mail['id']}"
    made(await cases.step(case, "approval", "ada"))
    assert made(await cases.services.step(mail, "approval", waiver=None))["status"] == "approved"
    history = made(await cases.portfolio.client.get(f"/v1/services/{mail['id']}/history"))["items"]
    assert (history[-1]["evidence"], history[-1]["waived_by"]) == (f"/v1/business-cases/{case['id']}", None)


async def test_the_case_that_opens_the_gate_may_be_named(cases: Cases) -> None:
    mail = await analyzed(cases)
    first = await cases.approved("BC-1", service=mail)
    await cases.approved("BC-2", service=mail)
    made(await cases.services.step(mail, "approval", waiver=None, business_case="BC-1"))
    history = made(await cases.portfolio.client.get(f"/v1/services/{mail['id']}/history"))["items"]
    assert history[-1]["evidence"] == f"/v1/business-cases/{first['id']}"


async def test_neither_the_case_of_another_service_nor_one_that_is_not_approved_opens_the_gate(cases: Cases) -> None:
    mail, chat = await analyzed(cases), await analyzed(cases, "chat")
    await cases.approved("BC-1", service=chat)
    await cases.appraised("BC-2", service=mail)
    for named in (None, "BC-1", "BC-2", "BC-3"):
        answer = await cases.services.step(mail, "approval", waiver=None, business_case=named)
        said = refused(answer, 409, "portfolio.service.blocked")["detail"]
        assert not named or f"{named} is no approved business case of this service." in said


async def test_a_waiver_opens_the_gate_without_a_case_but_not_beside_one(cases: Cases) -> None:
    mail = await analyzed(cases)
    refused(await cases.services.step(mail, "approval", business_case="BC-1"), 422, "request.invalid")
    assert made(await cases.services.step(mail, "approval"))["status"] == "approved"
