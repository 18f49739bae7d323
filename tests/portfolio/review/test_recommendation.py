"""Each rule of the recommendation, at both sides of its edge."""

from decimal import Decimal
from typing import Any

import pytest

from portfolio.evidence.schemas import Evidence
from portfolio.review.recommendation import RULES, findings, recommend
from portfolio.review.terms import Recommendation
from tests.portfolio.review.evidence import (
    attainment,
    cost,
    coverage,
    demand,
    evidence,
    forecast,
    level,
    offerings,
    recovery,
    risk,
)

DEPENDANT = {"count": 1, "as_of": "2026-04-02T00:00:00Z"}
UNSAID = {"missing": [{"part": "alignment", "reason": "Strategy has never said."}]}
ORPHAN = {"offerings": None, "coverage": coverage("orphan")}
MET, MISSED, UNKNOWN = level(), level(outcome="missed"), level(outcome="not_measured", value=None)

FIRES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("no-demand", {"demand": demand(now=(0, "0"), change="-1")}, {"demand": demand(now=(1, "1"))}),
    (
        "no-demand",
        {"demand": demand(now=(0, "0"), change="-1")},
        {"demand": demand(now=(0, "0"), change="-1"), "dependants": DEPENDANT},
    ),
    (
        "repeated-breach",
        {"attainment": attainment(level(missed_in_a_row=2))},
        {"attainment": attainment(level(missed_in_a_row=1))},
    ),
    (
        "low-attainment",
        {"attainment": attainment(MET, MET, MET, MISSED)},
        {"attainment": attainment(MET, MET, MET, MET, MISSED)},
    ),
    ("not-measured", {"attainment": attainment(UNKNOWN)}, {"attainment": attainment(UNKNOWN, MET)}),
    ("not-measured", {"attainment": attainment(UNKNOWN)}, {"attainment": attainment()}),
    ("rising-unit-cost", {"cost": cost(unit_cost="0.15")}, {"cost": cost(unit_cost="0.1499")}),
    ("rising-cost", {"cost": cost(trend="0.2", unit_cost=None)}, {"cost": cost(trend="0.1999", unit_cost=None)}),
    ("rising-cost", {"cost": cost(trend="0.2", unit_cost=None)}, {"cost": cost(trend="0.5", unit_cost="0")}),
    ("weak-recovery", {"recovery": recovery("0.7999")}, {"recovery": recovery("0.8")}),
    ("weak-recovery", {"recovery": recovery("0")}, {"recovery": None}),
    (
        "falling-demand",
        {"demand": demand(now=(4, "75"), change="-0.25")},
        {"demand": demand(now=(4, "76"), change="-0.24")},
    ),
    ("overlap", {"offerings": offerings(served=2, elsewhere=2)}, {"offerings": offerings(served=2, elsewhere=1)}),
    ("no-offering", {"offerings": offerings(count=0, served=0)}, {"offerings": None}),
    (
        "no-offering",
        {"offerings": offerings(count=0, served=0)},
        {"offerings": offerings(count=0, served=0), "kind": "supporting"},
    ),
    ("overlap", {"offerings": None, "coverage": coverage("overlap")}, {"coverage": coverage("overlap")}),
    ("no-offering", ORPHAN, {**ORPHAN, "coverage": coverage("served")}),
    ("no-offering", ORPHAN, {**ORPHAN, "dependants": DEPENDANT}),
    (
        "at-risk",
        {"criticality": "critical", "risk": risk(4, "0.125", "0.5")},
        {"criticality": "critical", "risk": risk(4, "0.1249", "0.4996")},
    ),
    ("not-aligned", {"alignment": None}, {"alignment": None, **UNSAID}),
    ("not-aligned", {"alignment": None}, {"alignment": None, "dependants": DEPENDANT}),
    ("not-aligned", {"alignment": None}, {"alignment": None, "cost": None}),
    ("not-aligned", {"alignment": None}, {"alignment": None, "cost": {**cost(), "cost": Decimal(0)}}),
    ("demand-forecast-falling", {"forecast": forecast("-0.25")}, {"forecast": forecast("-0.2499")}),
    ("demand-forecast-falling", {"forecast": forecast("-0.25", None)}, {"forecast": forecast("-0.9", "0.25")}),
    ("demand-forecast-growing", {"forecast": forecast("0.25")}, {"forecast": forecast("0.2499")}),
    ("demand-forecast-growing", {"forecast": forecast("0.25", "0.1")}, {"forecast": forecast("0.9", "-0.25")}),
    (
        "growing-demand",
        {"demand": demand(now=(6, "125"), change="0.25")},
        {"demand": demand(now=(6, "124"), change="0.24")},
    ),
]


def fired(changes: dict[str, Any]) -> list[str]:
    return [finding.rule for finding in findings(evidence(**changes))]


@pytest.mark.parametrize(("rule", "over", "under"), FIRES)
def test_a_rule_fires_at_its_edge_and_not_before(rule: str, over: dict[str, Any], under: dict[str, Any]) -> None:
    assert rule in fired(over)
    assert rule not in fired(under)


def test_every_rule_is_tried_above() -> None:
    assert {rule.name for rule in RULES} == {rule for rule, _, _ in FIRES}


def test_a_service_about_which_nothing_bad_is_known_continues() -> None:
    assert findings(evidence()) == []
    assert recommend([]) is Recommendation.CONTINUE


def test_what_is_not_known_speaks_neither_for_nor_against_a_service() -> None:
    nothing: dict[str, Any] = {
        "cost": None,
        "recovery": None,
        "demand": None,
        "offerings": None,
        "attainment": attainment(),
    }
    nothing |= {**dict.fromkeys(("alignment", "forecast", "coverage", "risk")), **UNSAID}
    assert findings(evidence(**nothing)) == []


def test_the_gravest_of_the_favored_recommendations_is_given() -> None:
    found = findings(evidence(demand=demand(now=(0, "0"), change="-1"), recovery=recovery("0.5")))
    assert [finding.favors for finding in found] == [Recommendation.RETIRE, Recommendation.REMEDIATE]
    assert recommend(found) is Recommendation.RETIRE


def test_a_finding_says_in_figures_why_it_was_made() -> None:
    (finding,) = findings(evidence(recovery=recovery("0.75")))
    assert finding.sentence == (
        "Charges of 80.00 CAD recovered 75.0 % of its cost of 100.00 CAD; at least 80.0 % are expected."
    )


def test_a_low_health_is_said_with_how_much_was_measured() -> None:
    told = {**attainment(MET, MISSED), "health": Decimal("0.5"), "coverage": Decimal("0.75")}
    (finding,) = findings(evidence(attainment=told))
    assert (finding.rule, finding.version) == ("low-attainment", 2)
    assert finding.sentence.startswith("Its health is 50.0 %")
    assert finding.sentence.endswith("75.0 % of it was measured.")


def test_evidence_that_was_frozen_before_there_was_a_coverage_can_still_be_read() -> None:
    then = evidence().model_dump(mode="json")
    del then["attainment"]["coverage"], then["attainment"]["service_levels"][0]["weight"]
    del then["attainment"]["service_levels"][0]["attainment"]
    assert Evidence.model_validate(then).attainment.coverage is None


def test_the_largest_move_that_is_expected_is_said_and_how_many_more_there_are() -> None:
    (finding,) = findings(evidence(forecast=forecast("-0.3", "-0.55", "0.1")))
    assert finding.sentence == (
        "Strategy expects the demand “Calls 1”, in calls, to fall by 55.0 % (forecast of 2026-03-31); 1 more likewise."
    )


@pytest.mark.parametrize(
    ("levels", "none"), [(1, "Its only service level was not"), (2, "None of its 2 service levels was")]
)
def test_what_is_not_measured_is_said_of_one_as_of_several(levels: int, none: str) -> None:
    (finding,) = findings(evidence(attainment=attainment(*[UNKNOWN] * levels)))
    assert finding.sentence == f"{none} measured: nobody can say whether the promise is kept."


def test_a_risk_is_said_with_what_hangs_on_the_service() -> None:
    told = {"criticality": "high", "dependants": {**DEPENDANT, "count": 2}, "risk": risk(4, "0.2", "0.8")}
    (finding,) = findings(evidence(**told))
    assert finding.sentence == (
        "Its criticality is high, 2 services of the catalog use it, and 20.0 % of what was measured missed its target: "
        "a risk of 0.8, where less than 0.5 is accepted."
    )


def test_evidence_that_was_frozen_before_there_was_a_risk_can_still_be_read() -> None:
    then = evidence().model_dump(mode="json")
    for later in ("alignment", "forecast", "coverage", "risk"):
        del then[later]
    read = Evidence.model_validate(then)
    assert (read.forecast, read.coverage, read.risk) == (None, None, None)
