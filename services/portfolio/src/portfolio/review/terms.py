"""The words of a review."""

from enum import StrEnum


class Recommendation(StrEnum):
    """What can be recommended, and decided, about a service."""

    CONTINUE = "continue"
    INVEST = "invest"
    REMEDIATE = "remediate"
    CONSOLIDATE = "consolidate"
    RETIRE = "retire"


class Trigger(StrEnum):
    CALENDAR = "calendar"
    RULE = "rule"
    PERSON = "person"


class ReviewStatus(StrEnum):
    OPEN = "open"
    DECIDED = "decided"


class Measure(StrEnum):
    """What a decision can be expected to move, and the evidence can answer."""

    COST_PER_PERIOD = "cost_per_period"
    UNIT_COST = "unit_cost"
    RECOVERY_RATIO = "recovery_ratio"
    HEALTH = "health"
    SUBSCRIBED_QUANTITY = "subscribed_quantity"
    ALIGNMENT = "alignment"


MONEY = frozenset({Measure.COST_PER_PERIOD, Measure.UNIT_COST})
SHARES = frozenset({Measure.HEALTH, Measure.ALIGNMENT})


class EffectOutcome(StrEnum):
    REACHED = "reached"
    PARTLY = "partly"
    MISSED = "missed"
    NOT_MEASURED = "not_measured"
