"""The words of strategy reviews: what is looked at, which figures move, and what is said of it."""

from enum import StrEnum


class ReviewStatus(StrEnum):
    OPEN = "open"
    CONCLUDED = "concluded"


class Success(StrEnum):
    """What came of something that was to be reached."""

    REACHED = "reached"
    ON_THE_WAY = "on_the_way"
    NOT_MOVING = "not_moving"
    NOT_MEASURED = "not_measured"


class NotTold(StrEnum):
    """Why progress is not set against what was invested: it would say more than is known."""

    NOT_MEASURED = "not_measured"
    NOTHING_POSTED = "nothing_posted"
    SEVERAL_CURRENCIES = "several_currencies"
    SEVERAL_INITIATIVES = "several_initiatives"


class Part(StrEnum):
    OBJECTIVES = "objectives"
    MEASURES = "measures"
    NEEDS = "needs"
    SERVICES = "services"
    OFFERINGS = "offerings"
    ASSETS = "assets"
    INITIATIVES = "initiatives"
    COSTS = "costs"


class Figure(StrEnum):
    """What of an item is compared, named as in the snapshot; `presence` is whether it is in a snapshot at all."""

    PRESENCE = "presence"
    WEIGHT = "weight"
    PROGRESS = "progress"
    COVERAGE = "coverage"
    WORD = "word"
    SERVICES = "services"
    OFFERINGS = "offerings"
    INITIATIVES = "initiatives"
    ACTIVE = "active"
    FUNDED = "funded"
    BASELINE = "baseline"
    TARGET = "target"
    VALUE = "value"
    STATE = "state"
    COVERAGE_CLASS = "coverage_class"
    COVERAGE_WEIGHT = "coverage_weight"
    MATURITY = "maturity"
    TARGET_MATURITY = "target_maturity"
    GAP = "gap"
    AVAILABLE = "available"
    USED = "used"
    NEEDED = "needed"
    STATUS = "status"
    FUNDING = "funding"
    MILESTONES = "milestones"
    REACHED = "reached"
    LATE = "late"
    PLANNED_END_ON = "planned_end_on"
    FORECAST_END_ON = "forecast_end_on"
    CRITICAL_PATH_END_ON = "critical_path_end_on"
    SLACK_DAYS = "slack_days"
    UNMET_CONDITIONS = "unmet_conditions"
    OPEN_RISKS = "open_risks"
    EXPOSURE = "exposure"
    FACTORS_MET = "factors_met"
    FACTORS_MISSED = "factors_missed"
    INVESTED = "invested"
    COST = "cost"
    INCOME = "income"
    RECOVERED = "recovered"


class Change(StrEnum):
    """Not listed: one of the two lists was too long to say whether it was there."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    NOT_LISTED = "not_listed"


class Word(StrEnum):
    """`changed` is neither better nor worse."""

    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    FIRST_KNOWN = "first_known"
    NOT_KNOWN_ANY_MORE = "not_known_any_more"


class FactKind(StrEnum):
    """What explains a movement."""

    READING_RECORDED = "reading_recorded"
    MEASURE_MOVED = "measure_moved"
    OBJECTIVE_IN_FORCE = "objective_in_force"
    OBJECTIVE_ENDED = "objective_ended"
    ALIGNMENT_STARTED = "alignment_started"
    ALIGNMENT_ENDED = "alignment_ended"
    OFFERING_LAUNCHED = "offering_launched"
    OFFERING_WITHDRAWN = "offering_withdrawn"
    NEED_IDENTIFIED = "need_identified"
    NEED_ASSESSED = "need_assessed"
    ASSET_ASSESSED = "asset_assessed"
    INITIATIVE_OPENED = "initiative_opened"
    STEP_TAKEN = "step_taken"
    MILESTONE_PLANNED = "milestone_planned"
    MILESTONE_REACHED = "milestone_reached"
    MILESTONE_DATED = "milestone_dated"
    MILESTONE_OVERDUE = "milestone_overdue"
    CONDITION_MET = "condition_met"
    CONDITION_WAIVED = "condition_waived"
    COST_POSTED = "cost_posted"
    CHARGES_ISSUED = "charges_issued"
    OTHER_MONTHS = "other_months"
    OTHER_FIGURE = "other_figure"
