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
