"""The words of an investment plan."""

from enum import StrEnum


class PlanStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class CostKind(StrEnum):
    CAPITAL = "capital"
    OPERATING = "operating"


class Category(StrEnum):
    RUN = "run"
    GROW = "grow"
    TRANSFORM = "transform"


class LinkKind(StrEnum):
    """Needs: the first needs the second. Excludes: not both. Mandatory: each of them is funded."""

    NEEDS = "needs"
    EXCLUDES = "excludes"
    MANDATORY = "mandatory"
    EXACTLY_ONE = "exactly_one"
    AT_MOST_ONE = "at_most_one"


class LimitKind(StrEnum):
    BUDGET = "budget"
    CAPACITY = "capacity"
    SHARE = "share"
    NEEDS = "needs"
    EXCLUDES = "excludes"
    MANDATORY = "mandatory"
    EXACTLY_ONE = "exactly_one"
    AT_MOST_ONE = "at_most_one"
    UNKNOWN_VALUE = "unknown_value"


class SolutionKind(StrEnum):
    SELECTION = "selection"
    FRONTIER = "frontier"


class SolutionState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class SolutionOutcome(StrEnum):
    """Optimal: nothing is worth more. Within gap: nothing is worth more by the accepted gap. Out of time: the best that
    was found until then, with the gap that is left. No answer: none was found in time. Infeasible: there is none."""

    OPTIMAL = "optimal"
    WITHIN_GAP = "within_gap"
    OUT_OF_TIME = "out_of_time"
    NO_ANSWER = "no_answer"
    INFEASIBLE = "infeasible"


SELECTED = (SolutionOutcome.OPTIMAL, SolutionOutcome.WITHIN_GAP, SolutionOutcome.OUT_OF_TIME)
