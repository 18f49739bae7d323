"""Recommends what to do with a service: named, versioned rules, each with a sentence that a manager can repeat.

A rule judges what the evidence shows and says nothing about what is not known. A threshold that changes makes a new
version of its rule. Of the recommendations that the fired rules favor the first in PRECEDENCE is given; if none
fired, the service continues.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter

from chassis.money import plain
from chassis.text import Schema
from portfolio.evidence.schemas import Evidence, ForecastDemand, Part
from portfolio.review.terms import Recommendation
from portfolio.service.terms import Kind
from portfolio.wording import money, percent

RISE_OF_UNIT_COST = Decimal("0.15")
RISE_OF_COST = Decimal("0.20")
LEAST_RECOVERY = Decimal("0.80")
LEAST_HEALTH = Decimal("0.80")
MISSED_IN_A_ROW = 2
MOVE_OF_DEMAND = Decimal("0.25")
MOST_RISK = Decimal("0.5")

PRECEDENCE = (
    Recommendation.RETIRE,
    Recommendation.REMEDIATE,
    Recommendation.CONSOLIDATE,
    Recommendation.INVEST,
    Recommendation.CONTINUE,
)

Judge = Callable[[Evidence], str | None]
Move = tuple[Decimal, ForecastDemand]


class Finding(Schema):
    """A rule that fired, what it favors, and why."""

    rule: str
    version: int
    favors: Recommendation
    sentence: str


@dataclass(frozen=True)
class Rule:
    """`judge` gives the sentence if the rule fires."""

    name: str
    version: int
    favors: Recommendation
    judge: Judge


RULES: list[Rule] = []


def rule(name: str, *, version: int, favors: Recommendation) -> Callable[[Judge], Judge]:
    def add(judge: Judge) -> Judge:
        RULES.append(Rule(name, version, favors, judge))
        return judge

    return add


def findings(evidence: Evidence) -> list[Finding]:
    """One for each rule that fires, in the order of the rules."""
    return [
        Finding(rule=rule.name, version=rule.version, favors=rule.favors, sentence=sentence)
        for rule in RULES
        if (sentence := rule.judge(evidence))
    ]


def recommend(found: list[Finding]) -> Recommendation:
    favored = {finding.favors for finding in found}
    return next((each for each in PRECEDENCE if each in favored), Recommendation.CONTINUE)


@rule("no-demand", version=1, favors=Recommendation.RETIRE)
def no_demand(evidence: Evidence) -> str | None:
    """All who subscribed at the start of the range have gone, and no service of the catalog uses it."""
    demand = evidence.demand
    if demand is None or demand.now.subscriptions or not demand.at_start.subscriptions or evidence.dependants.count:
        return None
    return (
        f"Nobody subscribes to it any more ({demand.at_start.subscriptions} did on {demand.at_start.on}), "
        "and no other service uses it."
    )


@rule("repeated-breach", version=1, favors=Recommendation.REMEDIATE)
def repeated_breach(evidence: Evidence) -> str | None:
    """A service level was missed in at least the two latest measured periods."""
    levels = [it for it in evidence.attainment.service_levels if it.missed_in_a_row >= MISSED_IN_A_ROW]
    worst = max(levels, key=lambda level: level.missed_in_a_row, default=None)
    if worst is None or worst.target is None:
        return None
    more = f"; {len(levels) - 1} more likewise" if len(levels) > 1 else ""
    return (
        f"“{worst.name}” missed its target of {plain(worst.target)} {worst.unit} "
        f"in each of its {worst.missed_in_a_row} latest measured periods{more}."
    )


@rule("low-attainment", version=2, favors=Recommendation.REMEDIATE)
def low_attainment(evidence: Evidence) -> str | None:
    """Of what was measured of its service levels, by weight and days, less than four fifths were met."""
    attained = evidence.attainment
    if attained.health is None or attained.health >= LEAST_HEALTH:
        return None
    known = "" if attained.coverage is None else f" {percent(attained.coverage)} of it was measured."
    return (
        f"Its health is {percent(attained.health)}: so much of what was measured of its {attained.levels} service "
        f"levels met the target; at least {percent(LEAST_HEALTH)} is expected.{known}"
    )


@rule("not-measured", version=1, favors=Recommendation.REMEDIATE)
def not_measured(evidence: Evidence) -> str | None:
    """It promises service levels, and none of them was measured."""
    attained = evidence.attainment
    if not attained.levels or attained.measured:
        return None
    none = (
        "Its only service level was not"
        if attained.levels == 1
        else f"None of its {attained.levels} service levels was"
    )
    return f"{none} measured: nobody can say whether the promise is kept."


@rule("rising-unit-cost", version=1, favors=Recommendation.REMEDIATE)
def rising_unit_cost(evidence: Evidence) -> str | None:
    """The cost per subscribed unit rose by at least 15 % from the earlier to the later half of the range."""
    cost = evidence.cost
    if cost is None or cost.unit_cost is None or cost.unit_cost.change < RISE_OF_UNIT_COST:
        return None
    moved = cost.unit_cost
    return (
        f"The cost per subscribed unit and period rose by {percent(moved.change)}, from "
        f"{money(moved.earlier, cost.currency)} to {money(moved.later, cost.currency)}."
    )


@rule("rising-cost", version=1, favors=Recommendation.REMEDIATE)
def rising_cost(evidence: Evidence) -> str | None:
    """The cost per period rose by at least 20 %, and no known demand explains or excuses it."""
    cost = evidence.cost
    if cost is None or cost.unit_cost is not None or cost.trend is None or cost.trend.change < RISE_OF_COST:
        return None
    moved = cost.trend
    return (
        f"The cost per period rose by {percent(moved.change)}, from {money(moved.earlier, cost.currency)} to "
        f"{money(moved.later, cost.currency)}, and no units are known to set it against."
    )


@rule("weak-recovery", version=1, favors=Recommendation.REMEDIATE)
def weak_recovery(evidence: Evidence) -> str | None:
    """Charges recovered less than 80 % of what the charged days cost."""
    recovery = evidence.recovery
    if recovery is None or recovery.ratio is None or recovery.cost is None or recovery.ratio >= LEAST_RECOVERY:
        return None
    return (
        f"Charges of {money(recovery.recovered, recovery.currency)} recovered {percent(recovery.ratio)} of its cost "
        f"of {money(recovery.cost, recovery.currency)}; at least {percent(LEAST_RECOVERY)} are expected."
    )


@rule("at-risk", version=1, favors=Recommendation.REMEDIATE)
def at_risk(evidence: Evidence) -> str | None:
    """So much hangs on it that it misses its promises too often: impact × probability is at least 0.5."""
    risk = evidence.risk
    if risk is None or evidence.criticality is None or risk.risk < MOST_RISK:
        return None
    users = evidence.dependants.count
    used = f", {users} services of the catalog use it," if users else ""
    return (
        f"Its criticality is {evidence.criticality}{used} and {percent(risk.probability)} of what was measured missed "
        f"its target: a risk of {plain(risk.risk)}, where less than {MOST_RISK} is accepted."
    )


@rule("falling-demand", version=1, favors=Recommendation.CONSOLIDATE)
def falling_demand(evidence: Evidence) -> str | None:
    """The subscribed quantity fell by at least 25 % since the start of the range, and some is left."""
    demand = evidence.demand
    if demand is None or demand.change is None or demand.change > -MOVE_OF_DEMAND or not demand.now.subscriptions:
        return None
    return (
        f"The subscribed quantity fell by {percent(-demand.change)} since {demand.at_start.on}, from "
        f"{plain(demand.at_start.quantity)} to {plain(demand.now.quantity)}."
    )


@rule("demand-forecast-falling", version=1, favors=Recommendation.CONSOLIDATE)
def demand_forecast_falling(evidence: Evidence) -> str | None:
    """Strategy expects the demand of a pattern to fall by at least 25 %, and that of no pattern to rise so much."""
    falling, growing = _forecast_moves(evidence)
    return None if growing or not falling else _expected(falling, "fall")


@rule("overlap", version=2, favors=Recommendation.CONSOLIDATE)
def overlap(evidence: Evidence) -> str | None:
    """Each need that its offerings address is also addressed by offerings made without it; where no offerings are
    known, strategy judged so."""
    offered, judged = evidence.offerings, evidence.coverage
    if offered is None and judged is not None and judged.coverage_class == "overlap":
        return f"Since {judged.changed_on} strategy finds the needs that it helps to serve served several times."
    if offered is None or not offered.needs_served or offered.needs_served_elsewhere < offered.needs_served:
        return None
    return f"All {offered.needs_served} needs that it helps to serve are also served by offerings without it."


@rule("no-offering", version=2, favors=Recommendation.CONSOLIDATE)
def no_offering(evidence: Evidence) -> str | None:
    """It faces customers, yet no launched offering is made of it, and no other service uses it; where no offerings are
    known, strategy judged it an orphan."""
    offered, judged = evidence.offerings, evidence.coverage
    orphan = judged is not None and judged.coverage_class == "orphan"
    unoffered = orphan if offered is None else not offered.count
    if not unoffered or evidence.kind is not Kind.CUSTOMER_FACING or evidence.dependants.count:
        return None
    return "It faces customers, but no launched offering is made of it, and no other service uses it."


@rule("not-aligned", version=1, favors=Recommendation.CONSOLIDATE)
def not_aligned(evidence: Evidence) -> str | None:
    """It costs, yet no objective in force is linked to it, and no other service uses it."""
    cost = evidence.cost
    if evidence.alignment or evidence.misses(Part.ALIGNMENT) or evidence.dependants.count:
        return None
    if cost is None or cost.cost <= 0:
        return None
    return (
        f"It cost {money(cost.cost, cost.currency)}, but no objective in force is linked to it, and no other service "
        "uses it."
    )


@rule("growing-demand", version=1, favors=Recommendation.INVEST)
def growing_demand(evidence: Evidence) -> str | None:
    """The subscribed quantity rose by at least 25 % since the start of the range."""
    demand = evidence.demand
    if demand is None or demand.change is None or demand.change < MOVE_OF_DEMAND:
        return None
    return (
        f"The subscribed quantity rose by {percent(demand.change)} since {demand.at_start.on}, from "
        f"{plain(demand.at_start.quantity)} to {plain(demand.now.quantity)}."
    )


@rule("demand-forecast-growing", version=1, favors=Recommendation.INVEST)
def demand_forecast_growing(evidence: Evidence) -> str | None:
    """Strategy expects the demand of a pattern to rise by at least 25 %, and that of no pattern to fall so much."""
    falling, growing = _forecast_moves(evidence)
    return None if falling or not growing else _expected(growing, "rise")


def _forecast_moves(evidence: Evidence) -> tuple[list[Move], list[Move]]:
    """Those that are expected to fall by 25 % or more, and those to rise; the largest moves first."""
    forecasts = evidence.forecast.forecasts if evidence.forecast else []
    moves = sorted([(it.change, it) for it in forecasts if it.change is not None], key=itemgetter(0))
    falling = [move for move in moves if move[0] <= -MOVE_OF_DEMAND]
    return falling, [move for move in reversed(moves) if move[0] >= MOVE_OF_DEMAND]


def _expected(moves: list[Move], verb: str) -> str:
    change, most = moves[0]
    more = f"; {len(moves) - 1} more likewise" if len(moves) > 1 else ""
    return (
        f"Strategy expects the demand “{most.name}”, in {most.unit}, to {verb} by {percent(abs(change))} "
        f"(forecast of {most.made_on}){more}."
    )
