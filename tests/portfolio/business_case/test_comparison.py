"""Options side by side, and in words which is best by what."""

from typing import Any

from tests.portfolio.business_case.cases import ANSWERED, FIGURES, JSON, NOTHING, REPLACE, Cases, answered
from tests.portfolio.services import made, refused

KEEP = {**NOTHING, "flows": [{"kind": "operating", "period": 1, "amount": "-500.50"}]}
RENT = {
    "name": "Rent it",
    "flows": [
        {"kind": "operating", "period": 0, "amount": "-10000"},
        {"kind": "benefit_hard", "period": 1, "amount": "11800"},
        {"kind": "benefit_soft", "period": 1, "amount": "200"},
    ],
}
RENTED = {
    **FIGURES,
    "npv": "925.93",
    "irrs": ["0.18"],
    "payback": "0.847457627119",
    "discounted_payback": "0.9",
    "profitability_index": None,
    "equivalent_annual_value": "1000.00",
    "life": "1",
}
THREE = [*ANSWERED, answered(3, "Rent it", {**RENTED, "npv": "1111.11"}, RENTED)]


async def compared(cases: Cases, case: JSON, **asked: Any) -> JSON:
    return made(await cases.portfolio.client.get(f"/v1/business-cases/{case['id']}/comparison", params=asked))


def sentences(comparison: JSON) -> dict[str, str]:
    return {it["criterion"]: it["sentence"] for it in comparison["best"]}


async def test_sums_are_shown_by_kind_and_period_against_doing_nothing_and_soft_benefits_apart(cases: Cases) -> None:
    shown = await compared(cases, await cases.drafted(options=[KEEP, REPLACE, RENT]))
    keep, replace, rent = shown["options"]
    assert (shown["number"], shown["appraised_at"], shown["best"]) == (None, None, [])
    assert keep["totals"]["net"] == "-500.50"
    assert keep["against_doing_nothing"] is None
    assert [(it["period"], it["net"]) for it in replace["periods"]] == [
        (0, "-40000"),
        (1, "5000"),
        (2, "8000"),
        (3, "12000"),
        (4, "30000"),
    ]
    assert (rent["totals"]["net"], rent["totals"]["benefit_soft"]) == ("1800", "200")
    assert rent["against_doing_nothing"] == {
        "capital": "0",
        "operating": "-9499.50",
        "benefit_hard": "11800",
        "net": "2300.50",
        "benefit_soft": "200",
    }
    assert rent["figures"] is None


async def test_dated_flows_are_summed_by_calendar_year(cases: Cases) -> None:
    flows = [("2026-01-01", "-10"), ("2026-12-31", "4"), ("2027-01-01", "8")]
    dated = [{"kind": "operating", "flow_on": day, "amount": amount} for day, amount in flows]
    option = {"name": "Try", "preferred": True, "flows": dated}
    shown = await compared(cases, await cases.drafted(convention="dated", options=[NOTHING, option]))
    assert [(it["period"], it["operating"]) for it in shown["options"][1]["periods"]] == [(2026, "-6"), (2027, "8")]


async def test_the_best_by_each_criterion_is_said_in_words(cases: Cases) -> None:
    case = await cases.submitted(options=[NOTHING, REPLACE, RENT])
    await cases.answer(case, options=THREE)
    shown = await compared(cases, case)
    assert (shown["number"], shown["lives_differ"], shown["soft_benefits_counted"]) == (1, True, False)
    assert sentences(shown) == {
        "npv": "By net present value Replace it is best at 3065.22 CAD.",
        "equivalent_annual_value": "By equivalent annual value Rent it is best at 1000.00 CAD.",
        "internal_rate": "By internal rate of return Rent it is best at 18.00 %.",
        "payback": "By payback Rent it is best at 0.8 periods.",
        "discounted_payback": "By discounted payback Rent it is best at 0.9 periods. It says nothing about Replace it.",
        "profitability_index": "By profitability index Replace it is best at 1.08. It says nothing about Rent it.",
    }


async def test_soft_benefits_count_when_somebody_asks_for_it(cases: Cases) -> None:
    case = await cases.submitted(options=[NOTHING, REPLACE, RENT])
    await cases.answer(case, options=THREE)
    without = (await compared(cases, case))["options"][2]
    counted = (await compared(cases, case, soft_benefits="true"))["options"][2]
    assert (without["figures"]["npv"], counted["figures"]["npv"]) == ("925.93", "1111.11")
    assert without["soft_benefits"] == counted["soft_benefits"] == "185.18"


async def test_a_preference_for_what_is_worth_less_is_said(cases: Cases) -> None:
    case = await cases.submitted(options=[NOTHING, REPLACE, RENT])
    poor = {**FIGURES, "npv": "-5.00", "irr_state": "several", "irrs": ["0.1", "0.2"]}
    rent = {**RENTED, "npv": "-1.00", "irr_state": "none", "irrs": [], "life": "4"}
    await cases.answer(case, options=[ANSWERED[0], answered(2, "Replace it", poor), answered(3, "Rent it", rent)])
    shown = await compared(cases, case)
    said = sentences(shown)
    assert said["npv"] == "By net present value Do nothing is best at 0.00 CAD."
    assert said["internal_rate"] == "By internal rate of return nothing can be said: no option has one."
    assert said["preference"] == "The preferred option Replace it is worth 5.00 CAD less than Do nothing."
    assert (shown["lives_differ"], "equivalent_annual_value" in said) == (False, False)


async def test_equal_options_are_named_together(cases: Cases) -> None:
    case = await cases.submitted(options=[NOTHING, REPLACE, RENT])
    await cases.answer(case, options=[*ANSWERED, answered(3, "Rent it", FIGURES)])
    best = (await compared(cases, case))["best"][0]
    assert best["options"] == ["Replace it", "Rent it"]
    assert best["sentence"] == "By net present value Replace it and Rent it are equally good at 3065.22 CAD."


async def test_a_draft_is_compared_as_it_is_and_an_earlier_submission_when_asked_for(cases: Cases) -> None:
    case = await cases.appraised()
    draft = made(await cases.step(case, "return", "ada"))
    await cases.change(draft, "/options", {"options": [NOTHING, {**REPLACE, "name": "Smaller"}]})
    now, then = await compared(cases, case), await compared(cases, case, number=1)
    assert (now["number"], now["options"][1]["name"], now["options"][1]["figures"]) == (None, "Smaller", None)
    assert (then["number"], then["options"][1]["name"], then["best"][0]["options"]) == (1, "Replace it", ["Replace it"])
    answer = await cases.portfolio.client.get(f"/v1/business-cases/{case['id']}/comparison?number=2")
    refused(answer, 404, "request.no-such-resource")


async def test_what_finance_refused_is_compared_without_figures(cases: Cases) -> None:
    case = await cases.submitted()
    await cases.refuse(case, "Out of range.")
    shown = await compared(cases, case)
    assert (shown["appraised_at"], shown["lives_differ"], shown["best"]) == (None, None, [])
