"""What portfolio submits is appraised once per submission and answered, whatever it says."""

from typing import Any

import pytest

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.finance.investment.cases import JSON, NOTHING, REPLACE, TWICE

SUBMITTED = "portfolio.business-case-submitted.v1"
APPRAISED, REFUSED = "finance.investment-appraised.v1", "finance.appraisal-refused.v1"
CASE = str(uuid7())


def option(said: JSON) -> JSON:
    flows = [{"period": None, "flow_on": None, **flow} for flow in said["flows"]]
    return {"does_nothing": False, **said, "flows": flows}


def submitted(*options: JSON, **more: Any) -> JSON:
    stated = {"business_case_id": CASE, "number": 1, "title": "Mail", "currency": "CAD", "discount_rate": "0.08"}
    rates = {"convention": "first_flow_now", "finance_rate": None, "reinvestment_rate": None}
    return {**stated, **rates, "options": [option(it) for it in (NOTHING, *options)], **more}


async def hear(finance: ServiceUnderTest, fact: JSON) -> None:
    await finance.deliver(SUBMITTED, fact)


async def answers(finance: ServiceUnderTest, type: str) -> list[JSON]:
    return [fact.data for fact in await finance.announced(type)]


async def test_a_submission_is_appraised_and_the_figures_are_announced(finance: ServiceUnderTest) -> None:
    await hear(finance, submitted(REPLACE))
    (said,) = await answers(finance, APPRAISED)
    assert (said["business_case_id"], said["business_case_number"], said["currency"]) == (CASE, 1, "CAD")
    nothing, replace = said["options"]
    assert (nothing["increment"], replace["npv"], replace["irrs"]) == (None, "3065.22", ["0.105822598409"])
    (kept,) = (await finance.client.get(f"/v1/investments?business_case_id={CASE}")).json()["items"]
    assert (kept["id"], kept["name"], kept["actor"]) == (said["investment_id"], "Mail", "another service")


async def test_the_same_submission_told_again_is_not_appraised_again(finance: ServiceUnderTest) -> None:
    for _ in range(2):
        await hear(finance, submitted(REPLACE))
    assert len(await answers(finance, APPRAISED)) == 1


async def test_a_later_submission_takes_the_place_of_an_earlier_one_and_never_the_other_way(
    finance: ServiceUnderTest,
) -> None:
    await hear(finance, submitted(REPLACE, number=2))
    await hear(finance, submitted(REPLACE, number=3, discount_rate="0.09"))
    await hear(finance, submitted(REPLACE, number=1))
    said = await answers(finance, APPRAISED)
    assert [it["business_case_number"] for it in said] == [2, 3]
    assert said[0]["options"][1]["npv"] != said[1]["options"][1]["npv"]


async def test_soft_benefits_are_left_out_of_a_second_set_of_figures(finance: ServiceUnderTest) -> None:
    # Now −100, a year later 66 hard and 55 soft: at 10 % +10 with, −40 without; 21 % with, −34 % without.
    flows = [("capital", 0, "-100"), ("benefit_hard", 1, "66"), ("benefit_soft", 1, "55")]
    said = [{"kind": kind, "period": period, "amount": amount} for kind, period, amount in flows]
    await hear(finance, submitted({"name": "Try", "flows": said}, discount_rate="0.1"))
    ((_, tried),) = [it["options"] for it in await answers(finance, APPRAISED)]
    hard = tried["without_soft_benefits"]
    assert (tried["npv"], tried["irrs"], tried["payback"]) == ("10.00", ["0.21"], "0.826446280992")
    assert (hard["npv"], hard["irrs"], hard["payback"]) == ("-40.00", ["-0.34"], None)
    assert hard["profitability_index"] == "0.6"
    assert (tried["increment"]["npv"], tried["increment"]["without_soft_benefits"]["npv"]) == ("10.00", "-40.00")


async def test_an_option_is_set_against_doing_nothing_which_may_cost_as_well(finance: ServiceUnderTest) -> None:
    # Doing nothing costs 50 a year later; spending 100 now saves that and brings 60 more: 110/1.1 − 100 = 0.
    keep = {**NOTHING, "flows": [{"kind": "operating", "period": 1, "amount": "-50"}]}
    change = [
        {"kind": "capital", "period": 0, "amount": "-100"},
        {"kind": "benefit_hard", "period": 1, "amount": "60"},
    ]
    fact = submitted({"name": "Change", "flows": change}, discount_rate="0.1")
    fact["options"][0] = option(keep)
    await hear(finance, fact)
    ((nothing, changed),) = [it["options"] for it in await answers(finance, APPRAISED)]
    assert (nothing["npv"], changed["npv"], changed["irrs"]) == ("-45.45", "-45.45", ["-0.4"])
    assert (changed["increment"]["npv"], changed["increment"]["irrs"]) == ("0.00", ["0.1"])


async def test_a_difference_with_several_internal_rates_says_all_of_them_and_one_with_none_says_so(
    finance: ServiceUnderTest,
) -> None:
    gift = {"name": "Gift", "flows": [{"kind": "benefit_hard", "period": 0, "amount": "1"}]}
    await hear(finance, submitted(TWICE, gift))
    ((_, twice, given),) = [it["options"] for it in await answers(finance, APPRAISED)]
    assert (twice["increment"]["irr_state"], twice["increment"]["irrs"]) == ("several", ["0.1", "0.2"])
    assert (given["increment"]["irr_state"], given["increment"]["irrs"]) == ("none", [])


LATE = {"name": "Late", "flows": [{"kind": "benefit_hard", "period": 60, "amount": "1"}]}


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (submitted(REPLACE, discount_rate="-1"), "rate above -1"),
        (submitted(REPLACE, discount_rate="-1.5"), "rate above -1"),
        (submitted(), "No option has any flow."),
        (submitted(REPLACE, options=[]), "at least 1 item"),
        (submitted(REPLACE, options=[option(REPLACE)]), "exactly one option is to do nothing"),
        (submitted(REPLACE, convention="dated"), "flows of the convention dated have a day"),
        (submitted(REPLACE, currency="XXX"), "not an active ISO 4217 currency"),
        (submitted({**REPLACE, "flows": [{"kind": "hope", "period": 0, "amount": "1"}]}), "'capital'"),
        (submitted(LATE, discount_rate="-0.99"), "too near to -100 %"),
    ],
)
async def test_what_cannot_be_appraised_is_answered_with_the_reason_and_parks_nothing(
    finance: ServiceUnderTest, fact: JSON, reason: str
) -> None:
    await hear(finance, fact)
    (said,) = await answers(finance, REFUSED)
    assert (said["business_case_id"], said["business_case_number"]) == (CASE, 1)
    assert reason in said["reason"]
    assert (await finance.client.get("/v1/parked-events")).json()["items"] == []
    await hear(finance, submitted(REPLACE, number=2))
    assert [it["business_case_number"] for it in await answers(finance, APPRAISED)] == [2]
