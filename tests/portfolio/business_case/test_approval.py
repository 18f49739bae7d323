"""A submission goes through the steps that its money needs, each by somebody else, and leaves one result."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.portfolio.business_case.cases import BOARD, NOTHING, OWNER, REPLACE, SAID, Cases
from tests.portfolio.services import made, refused

AS_OWNER = ("portfolio:business-case:decide", OWNER["permission"])
AS_CONTROLLER = ("portfolio:business-case:decide", "finance:budget:approve")


async def test_a_submission_tells_finance_all_that_it_needs(cases: Cases) -> None:
    case = await cases.submitted()
    assert (case["status"], case["approval"]["next_step"]) == ("submitted", OWNER)
    (fact,) = await cases.portfolio.announced("portfolio.business-case-submitted.v1")
    assert (fact.subject, fact.actor) == (case["id"], "tester")
    assert {**fact.data, "options": None} == {
        "business_case_id": case["id"],
        "code": "BC-1",
        "number": 1,
        "service_id": case["service_id"],
        "title": SAID["title"],
        "currency": "CAD",
        "requested_funding": "40000",
        "convention": "first_flow_now",
        "discount_rate": "0.08",
        "finance_rate": None,
        "reinvestment_rate": None,
        "options": None,
    }
    nothing, replace = fact.data["options"]
    assert (nothing["number"], nothing["does_nothing"], nothing["flows"]) == (1, True, [])
    assert (replace["preferred"], replace["flows"][0]) == (
        True,
        {"kind": "capital", "amount": "-40000", "period": 0, "flow_on": None},
    )


async def test_of_two_submissions_at_one_moment_one_happens(cases: Cases) -> None:
    await cases.policy()
    case = await cases.drafted()
    version = case["version"]
    answers = await asyncio.gather(*(cases.step(case, "submission", version=version) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    assert len(await cases.portfolio.announced("portfolio.business-case-submitted.v1")) == 1


async def test_the_largest_case_that_is_taken_can_be_submitted(cases: Cases) -> None:
    flows = [
        {"kind": "benefit_soft", "period": number % 61, "amount": "-999999999999999.9999"} for number in range(250)
    ]
    options = [{**NOTHING, "flows": flows}, *({"name": f"Option {number}", "flows": flows} for number in range(9))]
    options[1] = {**options[1], "preferred": True}
    await cases.submitted(options=options, requested_funding="999999999999999.9999")
    (fact,) = await cases.portfolio.announced("portfolio.business-case-submitted.v1")
    assert sum(len(option["flows"]) for option in fact.data["options"]) == 2_500


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ([NOTHING, {**REPLACE, "preferred": False}], ["No option is preferred."]),
        ([NOTHING], ["No option is preferred."]),
        ([{**NOTHING, "preferred": True}], ["To do nothing needs no approval: prefer another option."]),
        ([NOTHING, {**REPLACE, "flows": []}], ["The option Replace it has no flows."]),
    ],
)
async def test_what_a_submission_lacks_is_listed(cases: Cases, options: list[object], missing: list[str]) -> None:
    await cases.policy()
    answer = await cases.step(await cases.drafted(options=options), "submission")
    assert refused(answer, 409, "portfolio.business-case.incomplete")["missing"] == missing


async def test_without_thresholds_in_its_currency_nothing_is_submitted(cases: Cases) -> None:
    case = await cases.drafted(currency="EUR")
    refused(await cases.step(case, "submission"), 409, "portfolio.approval-policy.no-thresholds")
    await cases.policy()
    refused(await cases.step(case, "submission"), 409, "portfolio.approval-policy.no-thresholds")


async def test_little_money_is_approved_in_one_step(cases: Cases) -> None:
    case = await cases.approved()
    assert (case["status"], case["approval"]["next_step"]) == ("approved", None)
    (fact,) = await cases.portfolio.announced("portfolio.business-case-approved.v1")
    assert (fact.data["option"], fact.data["option_name"], fact.data["requested_funding"]) == (2, "Replace it", "40000")


async def test_more_money_needs_each_step_in_its_order_with_its_permission(cases: Cases) -> None:
    case = await cases.appraised(requested_funding="2000000")
    early = await cases.step(case, "approval", "controller", *AS_CONTROLLER)
    said = refused(early, 403, "portfolio.business-case.not-your-step")
    assert said["permission"] == OWNER["permission"]
    case = made(await cases.step(case, "approval", "owner", *AS_OWNER))
    assert case["status"] == "submitted"
    case = made(await cases.step(case, "approval", "controller", *AS_CONTROLLER))
    assert case["approval"]["next_step"] == BOARD
    assert await cases.portfolio.announced("portfolio.business-case-approved.v1") == []
    case = made(await cases.step(case, "approval", "board"))
    assert (case["status"], [it["decided_by"] for it in case["approval"]["decisions"]]) == (
        "approved",
        ["owner", "controller", "board"],
    )
    assert case["approval"]["decisions"][0] == {
        "step": 1,
        "outcome": "approved",
        "decided_by": "owner",
        "decided_at": "2026-01-15T12:00:00Z",
        "reason": "Time for approval",
    }


async def test_nobody_decides_on_what_they_submitted(cases: Cases) -> None:
    case = await cases.appraised()
    for step in ("approval", "rejection", "return"):
        refused(await cases.step(case, step), 403, "portfolio.business-case.own-submission")


async def test_nobody_agrees_twice_in_one_chain(cases: Cases) -> None:
    case = await cases.appraised(requested_funding="60000")
    made(await cases.step(case, "approval", "ada"))
    refused(await cases.step(case, "approval", "ada"), 403, "portfolio.business-case.decided-before")


async def test_of_two_who_decide_at_one_moment_one_does(cases: Cases) -> None:
    case = await cases.appraised(requested_funding="60000")
    version = case["version"]
    answers = await asyncio.gather(
        cases.step(case, "approval", "ada", version=version),
        cases.step(case, "approval", "grace", version=version),
        cases.step(case, "rejection", "joan", version=version),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    assert len((await cases.read(case))["approval"]["decisions"]) == 1


async def test_nobody_agrees_before_the_figures_are_known_but_may_return_or_reject(cases: Cases) -> None:
    case = await cases.submitted()
    refused(await cases.step(case, "approval", "ada"), 409, "portfolio.business-case.not-appraised")
    await cases.refuse(case, "The rate is too near to -100 %.")
    answer = refused(await cases.step(case, "approval", "ada"), 409, "portfolio.business-case.not-appraised")
    assert answer["detail"] == "The rate is too near to -100 %."
    assert made(await cases.step(case, "return", "ada"))["status"] == "draft"


async def test_figures_that_arrive_between_reading_and_agreeing_must_be_read_first(cases: Cases) -> None:
    case = await cases.submitted()
    await cases.answer(case)
    stale = await cases.step(case, "approval", "ada", version=case["version"])
    refused(stale, 412, "request.version-stale")


async def test_a_rejected_case_stays_rejected(cases: Cases) -> None:
    case = made(await cases.step(await cases.submitted(), "rejection", "ada"))
    assert case["status"] == "rejected"
    (fact,) = await cases.portfolio.announced("portfolio.business-case-rejected.v1")
    assert (fact.data["number"], fact.data["reason"]) == (1, "Time for rejection")
    for step in ("approval", "rejection", "return"):
        refused(await cases.step(case, step, "grace"), 409, "portfolio.business-case.not-submitted")
    refused(await cases.step(case, "withdrawal"), 409, "portfolio.business-case.not-pending")


async def test_a_returned_case_is_a_draft_again_and_what_was_submitted_stays_readable(cases: Cases) -> None:
    case = made(await cases.step(await cases.appraised(), "return", "ada"))
    assert (case["status"], case["number"], case["approval"]["number"]) == ("draft", 2, 1)
    assert case["approval"]["decisions"][0]["reason"] == "Time for return"
    case = made(await cases.change(case, "", {**SAID, "title": "Smaller", "requested_funding": "30000"}))
    case = made(await cases.step(case, "submission"))
    assert (case["number"], case["approval"]["decisions"]) == (2, [])
    path = f"/v1/business-cases/{case['id']}/submissions"
    listed = made(await cases.portfolio.client.get(path))["items"]
    first, second = [made(await cases.portfolio.client.get(f"{path}/{it['number']}")) for it in listed]
    assert (first["content"]["title"], first["decisions"][0]["outcome"]) == (SAID["title"], "returned")
    assert (first["appraisal"]["current"], first["appraisal"]["options"][1]["figures"]["npv"]) == (False, "3065.22")
    assert (second["content"]["title"], second["appraisal"]) == ("Smaller", None)
    missing = await cases.portfolio.client.get(f"{path}/3")
    refused(missing, 404, "request.no-such-resource")
    (fact,) = await cases.portfolio.announced("portfolio.business-case-returned.v1")
    assert fact.data["number"] == 1


async def test_who_agreed_to_an_earlier_submission_may_agree_to_the_next(cases: Cases) -> None:
    case = await cases.appraised(requested_funding="60000")
    made(await cases.step(case, "approval", "ada"))
    made(await cases.step(case, "return", "grace"))
    made(await cases.step(case, "submission"))
    await cases.answer(case, number=2)
    assert made(await cases.step(case, "approval", "ada"))["approval"]["decisions"][0]["decided_by"] == "ada"


async def test_a_policy_that_changes_leaves_the_steps_of_what_was_submitted(cases: Cases) -> None:
    case = await cases.appraised(requested_funding="60000")
    everything = {"up_to": None, "steps": [BOARD]}
    await cases.policy(scales=[{"currency": "CAD", "tiers": [everything]}])
    case = await cases.read(case)
    assert (case["approval"]["policy_version"], len(case["approval"]["steps"])) == (1, 2)
    made(await cases.step(case, "return", "ada"))
    again = made(await cases.step(case, "submission"))["approval"]
    assert (again["policy_version"], again["steps"]) == (2, [BOARD])


async def test_a_draft_and_a_submission_can_be_withdrawn_and_nothing_comes_after(cases: Cases) -> None:
    for case in (await cases.drafted("BC-1"), await cases.submitted("BC-2")):
        assert made(await cases.step(case, "withdrawal"))["status"] == "withdrawn"
        refused(await cases.step(case, "submission"), 409, "portfolio.business-case.not-draft")
        refused(await cases.step(case, "approval", "ada"), 409, "portfolio.business-case.not-submitted")
    assert len(await cases.portfolio.announced("portfolio.business-case-withdrawn.v1")) == 2


async def test_a_case_of_a_service_that_was_dropped_is_not_submitted(cases: Cases) -> None:
    await cases.policy()
    case = await cases.drafted()
    made(await cases.services.step({"id": case["service_id"]}, "rejection"))
    refused(await cases.step(case, "submission"), 409, "portfolio.business-case.not-in-pipeline")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE business_case_submissions SET content = '{}'",
        "UPDATE business_case_submissions SET steps = '[]'",
        "UPDATE business_case_submissions SET submitted_by = 'nobody'",
        "UPDATE business_case_decisions SET decided_by = 'nobody'",
    ],
)
async def test_the_database_itself_keeps_what_was_submitted_and_decided(cases: Cases, change: str) -> None:
    await cases.approved()
    with pytest.raises(IntegrityError):
        async with cases.portfolio.database.transaction() as session:
            await session.execute(text(change))


@pytest.mark.parametrize(
    ("step", "permission"),
    [
        ("submission", "portfolio:business-case:submit"),
        ("approval", "portfolio:business-case:decide"),
        ("rejection", "portfolio:business-case:decide"),
        ("return", "portfolio:business-case:decide"),
        ("withdrawal", "portfolio:business-case:submit"),
    ],
)
async def test_each_step_is_a_right_of_its_own(cases: Cases, step: str, permission: str) -> None:
    answer = await cases.step(await cases.drafted(), step, "reader", "portfolio:business-case:read")
    assert refused(answer, 403, "request.permission-missing")["permission"] == permission
