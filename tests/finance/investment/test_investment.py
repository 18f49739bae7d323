"""An investment is appraised with all its options, and its inputs are tried."""

import asyncio
from datetime import date, timedelta

import pytest

from chassis.testing import ServiceUnderTest
from tests.finance.investment.cases import JSON, NOTHING, REPLACE, SHORT, TWICE, appraise, at, case, flow


async def test_each_option_has_its_figures(finance: ServiceUnderTest) -> None:
    nothing, replace = (await appraise(finance, REPLACE))["options"]
    assert (replace["npv"], replace["irr_state"], replace["irrs"]) == ("3065.22", "one", ["0.105822598409"])
    assert (replace["payback"], replace["life"]) == ("3.5", "4")
    assert (nothing["npv"], nothing["irr_state"], nothing["irrs"], nothing["mirr"]) == ("0.00", "none", [], None)


async def test_several_internal_rates_are_all_said(finance: ServiceUnderTest) -> None:
    mine = (await appraise(finance, TWICE))["options"][1]
    assert (mine["irr_state"], mine["irrs"]) == ("several", ["0.1", "0.2"])


async def test_options_are_ranked_by_value_and_by_annual_value(finance: ServiceUnderTest) -> None:
    options = (await appraise(finance, REPLACE, SHORT))["options"]
    assert [(it["npv"], it["rank_by_npv"]) for it in options] == [("0.00", 3), ("3065.22", 1), ("925.93", 2)]
    assert [(it["equivalent_annual_value"], it["rank_by_equivalent_annual_value"]) for it in options] == [
        (None, None),
        ("925.45", 2),
        ("1000.00", 1),
    ]


async def test_the_convention_decides_when_the_first_flow_counts(finance: ServiceUnderTest) -> None:
    later = (await appraise(finance, REPLACE, convention="period_end"))["options"][1]
    # 3065.22266… / 1.08
    assert (later["npv"], later["irrs"], later["life"]) == ("2838.17", ["0.105822598409"], "5")


async def test_dated_flows_are_valued_on_the_earliest_day_of_all_options(finance: ServiceUnderTest) -> None:
    def dated(name: str, *flows: tuple[str, str]) -> JSON:
        return {
            "name": name,
            "flows": [{"kind": "benefit_hard", "flow_on": day, "amount": amount} for day, amount in flows],
        }

    made = await appraise(
        finance,
        dated("Early", ("2026-01-01", "-100"), ("2027-01-01", "110")),
        dated("Late", ("2027-01-01", "110")),
        convention="dated",
        discount_rate="0.1",
    )
    assert made["valued_on"] == "2026-01-01"
    assert [option["npv"] for option in made["options"]] == ["0.00", "0.00", "100.00"]


async def test_an_appraisal_is_shown_as_it_was_answered_and_announced(finance: ServiceUnderTest) -> None:
    made = await appraise(finance, TWICE, case_reference="BC-1")
    assert (await finance.client.get(at(made))).json() == made
    (fact,) = await finance.announced("finance.investment-appraised.v1")
    assert fact.subject == fact.data["investment_id"] == made["id"]
    assert (fact.data["case_reference"], fact.data["currency"]) == ("BC-1", "CAD")
    for announced, shown in zip(fact.data["options"], made["options"], strict=True):
        assert announced.items() <= shown.items()
    found = (await finance.client.get("/v1/investments?case_reference=BC-1")).json()["items"]
    assert [it["id"] for it in found] == [made["id"]]
    assert (await finance.client.get("/v1/investments?case_reference=BC-2")).json()["items"] == []


async def test_a_case_is_appraised_once(finance: ServiceUnderTest) -> None:
    first = await appraise(finance, REPLACE, case_reference="BC-1")
    assert await appraise(finance, REPLACE, case_reference="BC-1") == first
    answer = await finance.client.post("/v1/investments", json=case(SHORT, case_reference="BC-1"))
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.investment.case-taken")
    assert len(await finance.announced("finance.investment-appraised.v1")) == 1


async def test_of_two_appraisals_at_once_one_is_kept(finance: ServiceUnderTest) -> None:
    made = await asyncio.gather(*(appraise(finance, REPLACE, case_reference="BC-1") for _ in range(4)))
    assert len({each["id"] for each in made}) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"discount_rate": "-1"},
        {"discount_rate": "-1.5"},
        {"discount_rate": "1e3"},
        {"discount_rate": "NaN"},
        {"discount_rate": 0.08},
        {"options": [REPLACE]},
        {"options": [NOTHING, {**NOTHING, "name": "Nothing either"}]},
        {"options": [NOTHING, {**REPLACE, "name": "Do nothing"}]},
        {"options": [NOTHING, *({**REPLACE, "name": str(number)} for number in range(10))]},
        {"convention": "dated"},
        {"currency": "XXX"},
    ],
)
async def test_a_case_that_cannot_be_compared_is_refused(finance: ServiceUnderTest, wrong: JSON) -> None:
    answer = await finance.client.post("/v1/investments", json={**case(REPLACE), **wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "1234567890123456"},
        {"amount": "0.00001"},
        {"period": 61},
        {"period": -1},
        {"flow_on": "2026-01-01"},
        {"period": None},
        {"kind": "hope"},
    ],
)
async def test_a_flow_out_of_bounds_is_refused(finance: ServiceUnderTest, wrong: JSON) -> None:
    option = {"name": "Try", "flows": [{"kind": "capital", "period": 0, "amount": "-1", **wrong}]}
    answer = await finance.client.post("/v1/investments", json=case(option))
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_figures_beyond_bounds_are_refused_and_nothing_is_kept(finance: ServiceUnderTest) -> None:
    late = {"name": "Late", "flows": [{"kind": "benefit_hard", "period": 60, "amount": "1"}]}
    answer = await finance.client.post("/v1/investments", json=case(late, discount_rate="-0.99"))
    assert (answer.status_code, answer.json()["code"]) == (422, "finance.investment.out-of-range")
    assert (await finance.client.get("/v1/investments")).json()["items"] == []


def daily(name: str, first: int, days: int) -> JSON:
    flows = [
        {"kind": "capital", "flow_on": str(date(2026, 1, 1) + timedelta(days=first + day)), "amount": "1"}
        for day in range(days)
    ]
    return {"name": name, "flows": flows}


async def test_an_option_and_doing_nothing_have_flows_on_at_most_61_days_together(finance: ServiceUnderTest) -> None:
    nothing = {**daily("Do nothing", 0, 30), "does_nothing": True}
    for first, status in ((0, 201), (1, 422)):
        said = {**case(), "convention": "dated", "options": [nothing, daily("Try", first, 61)]}
        assert (await finance.client.post("/v1/investments", json=said)).status_code == status


async def test_sensitivity_shows_where_each_input_turns_the_case(finance: ServiceUnderTest) -> None:
    made = await appraise(finance, REPLACE)
    answer = (await finance.client.get(at(made, "/sensitivity?percents=10"))).json()
    replace = {each["input"]: each for each in answer["options"][1]["inputs"]}
    # 1 + 3065.22266… / 40000; the value of the benefits is 43065.22266…
    assert replace["capital"]["switching_values"] == ["1.076630566704"]
    assert replace["capital"]["changes"] == [{"percent": -10, "npv": "7065.22"}, {"percent": 10, "npv": "-934.78"}]
    assert replace["benefit_hard"]["changes"][1]["npv"] == "7371.74"
    assert replace["discount_rate"]["switching_values"] == ["0.105822598409"]
    refused = await finance.client.get(at(made, "/sensitivity?percents=0"))
    assert refused.status_code == 422


async def test_a_simulation_is_reproduced_by_its_seed(finance: ServiceUnderTest) -> None:
    made = await appraise(finance, REPLACE)
    said = {
        "option": 2,
        "seed": 42,
        "trials": 500,
        "inputs": [
            {"input": "benefit_hard", "distribution": {"shape": "normal", "mean": "1", "deviation": "0.1"}},
            {"input": "discount_rate", "distribution": {"shape": "uniform", "low": "0.06", "high": "0.1"}},
        ],
    }
    first = (await finance.client.post(at(made, "/simulations"), json=said)).json()
    assert (await finance.client.post(at(made, "/simulations"), json=said)).json() == first
    other = (await finance.client.post(at(made, "/simulations"), json={**said, "seed": 43})).json()
    assert other["mean"] != first["mean"]
    assert [it["percent"] for it in first["percentiles"]] == [5, 10, 25, 50, 75, 90, 95]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"option": 3}, "finance.investment.unknown-option"),
        ({"trials": 10_001}, "request.invalid"),
        ({"seed": -1}, "request.invalid"),
        ({"inputs": []}, "request.invalid"),
        (
            {"inputs": [{"input": "capital", "distribution": {"shape": "uniform", "low": "2", "high": "1"}}]},
            "request.invalid",
        ),
        (
            {"inputs": [{"input": "discount_rate", "distribution": {"shape": "uniform", "low": "-2", "high": "-1"}}]},
            "finance.investment.out-of-range",
        ),
    ],
)
async def test_a_simulation_out_of_bounds_is_refused(finance: ServiceUnderTest, wrong: JSON, code: str) -> None:
    made = await appraise(finance, REPLACE)
    uniform = {"input": "capital", "distribution": {"shape": "uniform", "low": "0.9", "high": "1.1"}}
    answer = await finance.client.post(
        at(made, "/simulations"), json={"option": 2, "seed": 1, "inputs": [uniform], **wrong}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_appraising_and_realizing_are_rights_of_their_own(finance: ServiceUnderTest) -> None:
    made = await appraise(finance, REPLACE)
    async with finance.as_caller("finance:investment:read") as reader:
        assert (await reader.get(at(made))).status_code == 200
        assert (await reader.post("/v1/investments", json=case())).status_code == 403
        body = {"option": 2, "flows": [flow("1", 1, "10")]}
        assert (await reader.post(at(made, "/realized-flows"), json=body)).status_code == 403
