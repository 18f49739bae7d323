"""Selections against all subsets of small plans, and what is said about why they are what they are."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings

from portfolio.investment_plan.content import PlanInputs
from portfolio.investment_plan.explanation import clash_of
from portfolio.investment_plan.optimizer import Effort, solve
from portfolio.investment_plan.program import Program, program_of
from portfolio.investment_plan.settings import FrontierSettings, Settings
from portfolio.investment_plan.solving import answer, select
from portfolio.investment_plan.terms import SolutionOutcome
from tests.portfolio.investment_plan.small_plans import best, kept, plan, plans, subsets, value

JSON = dict[str, Any]


def candidate(code: str, npv: str | None, cost: str = "0", **said: Any) -> JSON:
    costs = [{"period": "Y1", "kind": "capital", "amount": cost}]
    return {"code": code, "name": code, "npv": npv, "costs": costs, **said}


def chosen(candidates: list[JSON], asked: Settings | None = None, **limits: Any) -> Any:
    return select(plan(candidates, **limits), asked or Settings(), lambda _: None)


def budget(amount: str, **scope: str) -> JSON:
    return {"amount": amount, **scope}


@settings(max_examples=150, deadline=None)
@given(plans())
def test_no_subset_is_worth_more_than_the_selection_and_none_is_kept_where_there_is_none(inputs: PlanInputs) -> None:
    found: Any = select(inputs, Settings(explain=False), lambda _: None)
    expected = best(inputs)
    if expected is None:
        assert found.outcome is SolutionOutcome.INFEASIBLE
        return
    assert (found.outcome, found.value, found.gap) == (SolutionOutcome.OPTIMAL, expected, 0)
    picked = frozenset(at for at, it in enumerate(inputs.candidates) if it.code in found.selected)
    assert kept(inputs, picked)
    assert value(inputs, picked) == expected


def possible(program: Program) -> bool:
    return any(program.holds(picked) for picked in subsets(program.size))


@settings(max_examples=100, deadline=None)
@given(plans())
def test_a_clash_cannot_be_kept_and_without_any_part_of_it_can(inputs: PlanInputs) -> None:
    program = program_of(inputs)
    if possible(program):
        return
    clash = clash_of(program, 60)
    limits = [program.limits[at] for at in clash.limits]
    assert clash.irreducible
    assert not possible(program.with_limits(limits))
    for limit in limits:
        assert possible(program.with_limits(it for it in limits if it is not limit))


def test_a_clash_is_told_in_words() -> None:
    found = chosen(
        [candidate("a", "5", "70"), candidate("b", "5", "40"), candidate("c", "5", "1")],
        budgets=[budget("100"), budget("1000", period="Y1")],
        links=[
            {"kind": "mandatory", "candidates": ["a", "c"]},
            {"kind": "needs", "candidates": ["a", "b"]},
        ],
    )
    assert found.outcome is SolutionOutcome.INFEASIBLE
    assert found.clash is not None
    assert found.clash.limits == ["The budget of all periods is 100 CAD.", "a is mandatory.", "a needs b."]


def test_what_is_mandatory_is_funded_though_its_value_is_not_known() -> None:
    law = {"kind": "mandatory", "candidates": ["law"]}
    found = chosen([candidate("law", None, "10"), candidate("new", None, "1"), candidate("old", "3", "1")], links=[law])
    assert (found.selected, found.value, found.unknown_value) == (["law", "old"], 3, ["law", "new"])


def test_a_need_whose_value_is_not_known_stands_in_the_way_and_is_named() -> None:
    links = [{"kind": "needs", "candidates": ["a", "b"]}]
    found = chosen([candidate("a", "5", "1"), candidate("b", None, "1")], links=links)
    assert found.selected == []
    assert {it.sentence: it.gain for it in found.links} == {
        "a needs b.": 5,
        "b is not funded: its value is not known.": 5,
    }


def test_what_binds_what_comes_next_and_what_a_link_costs() -> None:
    found = chosen(
        [candidate("a", "60", "10"), candidate("b", "100", "20"), candidate("c", "120", "30")],
        budgets=[budget("50", period="Y1")],
        links=[{"kind": "excludes", "candidates": ["b", "c"]}],
        asked=Settings(raise_percent=20),
    )
    assert (found.selected, found.value) == (["a", "c"], 180)
    (limit,) = found.limits
    assert (limit.used, limit.left, limit.binds) == (40, 10, True)
    assert [it.gain for it in found.raises] == [0]
    (link,) = found.links
    assert (link.gain, link.added, link.dropped) == (40, ["b"], ["a"])


def test_a_budget_binds_when_nothing_left_out_fits_and_more_of_it_funds_what_comes_next() -> None:
    found = chosen(
        [candidate("a", "60", "10"), candidate("b", "100", "20"), candidate("c", "120", "30")],
        budgets=[budget("50", period="Y1")],
        asked=Settings(raise_percent=20),
    )
    assert (found.selected, found.value, found.limits[0].binds, found.limits[0].left) == (["b", "c"], 220, True, 0)
    (more,) = found.raises
    assert (more.limits, more.gain, more.added) == (["The budget of Y1 is 50 CAD."], 60, ["a"])


def test_money_far_apart_is_kept_to_the_cent() -> None:
    """In floating point the second is within the tolerance of the budget; by a cent it is not."""
    huge = [candidate("a", "10", "99999999999.99"), candidate("b", "5", "0.02"), candidate("c", "1", "0.01")]
    found = chosen(huge, budgets=[budget("100000000000.00")])
    assert found.selected == ["a", "c"]


def test_shares_count_against_the_cost_of_what_is_funded() -> None:
    found = chosen(
        [candidate("run", "90", "60", category="run"), candidate("grow", "10", "40", category="grow")],
        budgets=[budget("100")],
        shares=[{"category": "grow", "least": "0.4"}],
    )
    assert found.selected == ["grow", "run"]
    assert [(it.category, it.share) for it in found.categories if it.candidates] == [
        ("run", Decimal("0.6")),
        ("grow", Decimal("0.4")),
    ]


def test_npv_and_score_weigh_as_parts_of_their_largest() -> None:
    inputs = plan(
        [{**candidate("a", "1000", "1"), "score": "1"}, {**candidate("b", "500", "1"), "score": "4"}],
        objective={"npv": "1", "score": "2"},
        budgets=[budget("1")],
    )
    found: Any = select(inputs, Settings(), lambda _: None)
    assert (found.selected, found.value) == (["b"], Decimal("2.5"))


def test_a_frontier_rises_and_each_point_is_proved() -> None:
    candidates = [candidate("a", "60", "10"), candidate("b", "100", "20"), candidate("c", "120", "30")]
    inputs = plan(candidates, budgets=[budget("50")])
    asked = FrontierSettings(from_percent=0, to_percent=120, points=7).model_dump(mode="json")
    question = {"inputs": inputs.model_dump(mode="json"), "kind": "frontier", "settings": asked}
    points = answer(question, lambda _: None).model_dump()["points"]
    assert [(it["budget"], it["value"]) for it in points] == [
        (0, 0),
        (10, 60),
        (20, 100),
        (30, 160),
        (40, 180),
        (50, 220),
        (60, 280),
    ]
    assert {it["outcome"] for it in points} == {SolutionOutcome.OPTIMAL}
    assert (points[4]["added"], points[4]["dropped"], points[4]["gain_per_unit"]) == (["c"], ["b"], 2)


def test_an_accepted_gap_is_kept_and_said() -> None:
    size = 60
    candidates = [candidate(f"c{at}", str(1000 + at * 37 % 101), str(500 + at * 53 % 97)) for at in range(size)]
    program = program_of(plan(candidates, budgets=[budget("15000")]))
    found = solve(program, Effort(30, Fraction(1, 100)))
    assert found.gap is not None
    assert 0 <= found.gap <= Fraction(1, 100)
    assert program.holds(found.selected)


def test_without_time_there_is_no_answer() -> None:
    assert solve(program_of(plan([candidate("a", "1")])), Effort(0)).outcome is SolutionOutcome.NO_ANSWER
