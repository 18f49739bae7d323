"""What an investment brings is recorded once and held against its case."""

import asyncio

from chassis.testing import ServiceUnderTest
from tests.finance.investment.cases import REPLACE, SHORT, appraise, at, flow, realize


async def test_what_was_realized_is_held_against_the_case(finance: ServiceUnderTest) -> None:
    made = await appraise(finance, REPLACE)
    await realize(finance, made, flow("invoice", 0, "-42000", "capital"), flow("y1", 1, "5500"))
    said = (await finance.client.get(at(made, "/benefits"))).json()
    assert said["option"] == 2
    assert [(it["period"], it["kind"], it["variance"], it["verdict"]) for it in said["periods"]] == [
        (0, "capital", "-2000", "unfavorable"),
        (1, "benefit_hard", "500", "favorable"),
        (2, "benefit_hard", None, "not_measured"),
        (3, "benefit_hard", None, "not_measured"),
        (4, "benefit_hard", None, "not_measured"),
    ]
    assert said["kinds"][1] == {
        "kind": "benefit_hard",
        "expected": "5000",
        "realized": "5500",
        "variance": "500",
        "verdict": "favorable",
        "expected_in_all": "55000",
    }


async def test_nothing_is_compared_before_something_is_realized(finance: ServiceUnderTest) -> None:
    made = await appraise(finance, REPLACE)
    said = (await finance.client.get(at(made, "/benefits"))).json()
    assert (said["option"], said["periods"], said["kinds"]) == (None, [], [])


async def test_dated_flows_are_compared_by_calendar_year(finance: ServiceUnderTest) -> None:
    option = {"name": "Try", "flows": [{"kind": "benefit_hard", "flow_on": "2026-06-30", "amount": "10"}]}
    made = await appraise(finance, option, convention="dated")
    came = {"reference": "1", "kind": "benefit_hard", "flow_on": "2026-07-02", "amount": "10"}
    assert (await realize(finance, made, came)).status_code == 201
    (year,) = (await finance.client.get(at(made, "/benefits"))).json()["periods"]
    assert (year["period"], year["verdict"]) == (2026, "as_expected")


async def test_a_realized_flow_counts_once(finance: ServiceUnderTest) -> None:
    made = await appraise(finance, REPLACE)
    assert (await realize(finance, made, flow("1", 1, "10"))).json()["created"] == 1
    again = (await realize(finance, made, flow("1", 1, "10"), flow("2", 1, "5"))).json()
    assert (again["created"], again["unchanged"]) == (1, 1)
    answer = await realize(finance, made, flow("1", 1, "11"))
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.investment.reference-taken")
    kept = (await finance.client.get(at(made, "/realized-flows"))).json()["items"]
    assert [(it["reference"], it["amount"]) for it in kept] == [("1", "10"), ("2", "5")]


async def test_the_same_flow_sent_twice_at_once_counts_once(finance: ServiceUnderTest) -> None:
    made = await appraise(finance, REPLACE)
    answers = await asyncio.gather(*(realize(finance, made, flow("1", 1, "10")) for _ in range(4)))
    assert sorted(answer.json()["created"] for answer in answers) == [0, 0, 0, 1]


async def test_one_option_comes_true(finance: ServiceUnderTest) -> None:
    made = await appraise(finance, REPLACE, SHORT)
    assert (await realize(finance, made, flow("1", 1, "10"))).status_code == 201
    answer = await realize(finance, made, flow("2", 1, "10"), option=3)
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.investment.another-carried-out")
    unknown = await realize(finance, made, flow("2", 1, "10"), option=4)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "finance.investment.unknown-option")


async def test_a_realized_flow_is_told_as_the_case_tells_its_own(finance: ServiceUnderTest) -> None:
    made = await appraise(finance, REPLACE)
    dated = {"reference": "1", "kind": "benefit_hard", "flow_on": "2026-07-02", "amount": "10"}
    answer = await realize(finance, made, dated)
    assert (answer.status_code, answer.json()["code"]) == (422, "finance.investment.flow-misfit")
