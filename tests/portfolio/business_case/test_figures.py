"""The figures of finance appear on the case, each with the submission that it is of."""

from tests.portfolio.business_case.cases import ANSWERED, FIGURES, ZERO, Cases, answered
from tests.portfolio.services import made

BETTER = [answered(1, "Do nothing", ZERO), answered(2, "Replace it", {**FIGURES, "npv": "9000.00"})]


async def test_the_figures_appear_per_option_with_their_instant(cases: Cases) -> None:
    case = await cases.submitted()
    investment = await cases.answer(case)
    shown = (await cases.read(case))["appraisal"]
    assert (shown["number"], shown["current"], shown["appraised_at"]) == (1, True, "2026-01-15T12:00:00Z")
    assert (shown["investment_id"], shown["refused_reason"]) == (investment, None)
    assert shown["benefits"] == f"/finance/v1/investments/{investment}/benefits"
    nothing, replace = shown["options"]
    assert replace["figures"] == {**FIGURES, "increment": {key: FIGURES[key] for key in ("npv", "irr_state", "irrs")}}
    assert (nothing["figures"]["npv"], nothing["figures"]["increment"]) == ("0.00", None)


async def test_soft_benefits_are_apart(cases: Cases) -> None:
    case = await cases.submitted()
    hard = {**FIGURES, "npv": "-100.00", "irrs": [], "irr_state": "none"}
    await cases.answer(case, options=[ANSWERED[0], answered(2, "Replace it", FIGURES, hard)])
    replace = (await cases.read(case))["appraisal"]["options"][1]
    assert (replace["figures"]["npv"], replace["soft_benefits"]) == ("-100.00", "3165.22")
    assert replace["figures"]["increment"]["npv"] == "-100.00"
    assert replace["with_soft_benefits"]["npv"] == replace["with_soft_benefits"]["increment"]["npv"] == "3065.22"


async def test_the_version_rises_so_that_who_read_the_case_before_reads_it_again(cases: Cases) -> None:
    case = await cases.submitted()
    await cases.answer(case)
    path, headers = f"/v1/business-cases/{case['id']}", {"If-None-Match": f'"{case["version"]}"'}
    assert (await cases.portfolio.client.get(path, headers=headers)).status_code == 200


async def test_figures_of_an_older_submission_never_overwrite_those_of_a_newer_one(cases: Cases) -> None:
    case = await cases.submitted()
    made(await cases.step(case, "return", "ada"))
    made(await cases.step(case, "submission"))
    await cases.answer(case, number=2, options=BETTER)
    await cases.answer(case, number=1)
    shown = (await cases.read(case))["appraisal"]
    assert (shown["number"], shown["current"], shown["options"][1]["figures"]["npv"]) == (2, True, "9000.00")
    first = made(await cases.portfolio.client.get(f"/v1/business-cases/{case['id']}/submissions/1"))
    assert first["appraisal"]["options"][1]["figures"]["npv"] == "3065.22"


async def test_until_the_newer_submission_is_answered_the_older_figures_are_shown_as_what_they_are(
    cases: Cases,
) -> None:
    case = await cases.appraised()
    draft = made(await cases.step(case, "return", "ada"))
    assert (draft["appraisal"]["number"], draft["appraisal"]["current"]) == (1, False)
    again = made(await cases.step(case, "submission"))
    assert (again["appraisal"]["number"], again["appraisal"]["current"]) == (1, False)


async def test_of_two_answers_to_one_submission_the_later_one_stays(cases: Cases) -> None:
    case = await cases.submitted()
    await cases.refuse(case, "Out of range.")
    assert (await cases.read(case))["appraisal"]["refused_reason"] == "Out of range."
    cases.portfolio.clock.advance(minutes=1)
    await cases.answer(case)
    cases.portfolio.clock.advance(minutes=-5)
    await cases.refuse(case, "Out of range.")
    shown = (await cases.read(case))["appraisal"]
    assert (shown["refused_reason"], len(shown["options"])) == (None, 2)


async def test_an_answer_to_nobodys_case_is_passed_over(cases: Cases) -> None:
    case = await cases.submitted()
    await cases.answer({"id": "0198c0de-0000-7000-8000-00000000000f"})
    await cases.answer(case, number=7)
    hand_made = {"investment_id": case["id"], "options": [{**ANSWERED[1], "without_soft_benefits": None}]}
    await cases.portfolio.deliver("finance.investment-appraised.v1", hand_made)
    assert (await cases.read(case))["appraisal"] is None
    assert made(await cases.portfolio.client.get("/v1/parked-events"))["items"] == []
