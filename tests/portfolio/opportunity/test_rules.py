"""Each rule that finds opportunities, at both sides of its edge."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portfolio.opportunity.outliers import Spread, spread
from portfolio.opportunity.rules import RULES
from portfolio.opportunity.subjects import Seen
from portfolio.review.due import due_on
from tests.portfolio.opportunity.findings import DAY, asset, cost, fired, need, service, the_one, unit_cost
from tests.portfolio.review.evidence import attainment, demand, forecast, level, offerings, recovery

DEPENDANT = {"count": 1, "as_of": "2026-04-02T00:00:00Z"}
YEAR_AGO, NOW_OVER = date(2025, 4, 2), date(2025, 4, 1)

FIRES: list[tuple[str, Seen, Seen]] = [
    ("white-space", need(importance=7), need(importance=6)),
    ("white-space", need(importance=3, score=10), need(importance=9, score=9)),
    ("white-space", need(importance=10), need("served", importance=10, offerings=1)),
    ("white-space", need(importance=10), need("closed", importance=10)),
    ("overlap", need("overlap", importance=1, offerings=2), need("served", importance=10, offerings=1)),
    ("cost-outlier", cost("200.01", hinges=("80", "95", "110")), cost("200.00", hinges=("80", "95", "110"))),
    ("cost-outlier", cost("200", hinges=("100", "100", "100")), cost("199.99", hinges=("100", "100", "100"))),
    ("cost-outlier", cost("900", count=9), cost("900", count=8)),
    ("cost-outlier", cost("900"), cost("900", hinges=("0", "0", "0"))),
    (
        "unit-cost-outlier",
        unit_cost("200.01", hinges=("80", "95", "110")),
        unit_cost("200", hinges=("80", "95", "110")),
    ),
    ("unit-cost-outlier", unit_cost("900"), cost("900")),
    (
        "falling-demand",
        service(demand=demand(now=(4, "75"), change="-0.25")),
        service(demand=demand(now=(4, "76"), change="-0.24")),
    ),
    (
        "falling-demand",
        service(demand=demand(now=(0, "0"), change="-1")),
        service(demand=demand(now=(0, "0"), change="-1"), dependants=DEPENDANT),
    ),
    ("falling-demand", service(forecast=forecast("0.2", "-0.25")), service(forecast=forecast("-0.2499"))),
    (
        "repeated-breach",
        service(attainment=attainment(level(missed_in_a_row=2))),
        service(attainment=attainment(level(missed_in_a_row=1))),
    ),
    ("weak-recovery", service(recovery=recovery("0.7999")), service(recovery=recovery("0.8"))),
    ("weak-recovery", service(recovery=recovery("0")), service(recovery=None)),
    ("no-offering", service(offerings=offerings(count=0, served=0)), service(offerings=None)),
    (
        "no-offering",
        service(offerings=offerings(count=0, served=0)),
        service(offerings=offerings(count=0, served=0), kind="supporting"),
    ),
    ("review-overdue", service(launched_on=NOW_OVER), service(launched_on=YEAR_AGO)),
    ("review-overdue", service(launched_on=NOW_OVER), service(launched_on=NOW_OVER, decided_on=YEAR_AGO)),
    ("review-overdue", service(launched_on=NOW_OVER), service(launched_on=None)),
    ("unused-capacity", asset("179.99"), asset("180")),
    ("unused-capacity", asset("0"), asset("0", months=2)),
    ("unused-capacity", asset("0"), asset("0", "0")),
]


@pytest.mark.parametrize(("rule", "over", "under"), FIRES)
def test_a_rule_fires_at_its_edge_and_not_before(rule: str, over: Seen, under: Seen) -> None:
    assert fired(over) == [rule]
    assert rule not in fired(under)


def test_every_rule_is_tried_above() -> None:
    assert {rule.name for rule in RULES} == {rule for rule, _, _ in FIRES}


def test_nothing_is_found_in_a_service_of_which_nothing_bad_or_nothing_at_all_is_known() -> None:
    assert fired(service()) == []
    nothing: dict[str, Any] = {
        "cost": None,
        "recovery": None,
        "demand": None,
        "offerings": None,
        "attainment": attainment(),
    }
    assert fired(service(**nothing)) == []


def test_the_spread_of_costs_is_that_between_their_hinges() -> None:
    """Tukey (1977): of an odd number the one in the middle belongs to both halves."""
    odd = spread([Decimal(value) for value in (9, 1, 3, 5, 7)])
    assert odd == Spread(5, Decimal(3), Decimal(5), Decimal(7))
    assert odd.fence == 19
    even = spread([Decimal(value) for value in (4, 1, 3, 2)])
    assert even == Spread(4, Decimal("1.5"), Decimal("2.5"), Decimal("3.5"))
    assert spread([Decimal(7)]) == Spread(1, Decimal(7), Decimal(7), Decimal(7))


def test_costs_gone_mad_of_less_than_a_quarter_does_not_move_the_fence() -> None:
    calm = [Decimal(value) for value in range(100, 112)]
    mad = [*calm[:10], *(Decimal(10) ** 9 for _ in range(2))]
    assert spread(mad) == spread(calm)


def test_a_finding_says_in_figures_why_it_was_made() -> None:
    found = the_one(cost("350", hinges=("80", "100", "130"), count=12))
    assert found.told.sentence == (
        "Its cost per period of 350.00 CAD is 3.5000 times the median of 12 services of its kind, 100.00 CAD, and far "
        "beyond their spread, which ends at 280.00 CAD."
    )
    assert found.told.magnitude == Decimal("3.5")
    figures = [(it.name, it.value, it.threshold) for it in found.evidence.figures]
    assert figures == [
        ("cost per period", Decimal(350), Decimal(280)),
        ("lower hinge of its kind", Decimal(80), None),
        ("median of its kind", Decimal(100), None),
        ("upper hinge of its kind", Decimal(130), None),
        ("services of its kind", Decimal(12), None),
    ]
    assert {it.as_of for it in found.evidence.figures} == {DAY}


def test_a_need_is_told_with_its_score_where_it_has_one() -> None:
    sentence = (
        "No launched offering serves “Answers within a day”, which has an opportunity score of 13; 10 is enough to act."
    )
    assert the_one(need(importance=8, score=13)).told.sentence == sentence


def test_unused_capacity_is_told_with_what_there_was() -> None:
    assert the_one(asset("90.5")).told.sentence == (
        "Of 300 days of “Engineers” in the 3 months before 2026-04-02 only 90.5, 30.2 %, were used; at least 60.0 % is "
        "expected."
    )


def test_the_graver_fall_of_demand_is_the_one_that_is_told() -> None:
    fallen = demand(now=(4, "70"), change="-0.3")
    assert the_one(service(demand=fallen, forecast=forecast("-0.4"))).told.sentence == (
        "Strategy expects the demand “Calls 0”, in calls, to fall by 40.0 % (forecast of 2026-03-31)."
    )
    assert the_one(service(demand=fallen, forecast=forecast("-0.26"))).told.magnitude == Decimal("0.3")
    assert the_one(service(forecast=forecast("-0.3", "-0.55"))).told.magnitude == Decimal("0.55")


def test_overlap_weighs_what_each_further_offering_is_about() -> None:
    assert the_one(need("overlap", importance=6, offerings=4)).told.magnitude == 18


def test_a_review_says_since_when_it_is_overdue() -> None:
    never = the_one(service(launched_on=date(2025, 1, 1)))
    assert never.told.sentence == "Its review is overdue since 2026-01-01: it was never reviewed."
    assert never.told.magnitude == 91  # 30 days of January, 28 of February, 31 of March, 2 of April
    then = the_one(service(launched_on=date(2020, 1, 1), decided_on=date(2025, 3, 1)))
    assert then.told.sentence == "Its review is overdue since 2026-03-01: the last one was decided on 2025-03-01."


def test_a_year_after_a_leap_day_is_the_last_day_of_february() -> None:
    assert due_on(launched_on=date(2024, 2, 29), decided_on=None) == date(2025, 2, 28)
