"""The life of an initiative: one table of all steps."""

from enum import StrEnum


class InitiativeStatus(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    IN_PREPARATION = "in_preparation"
    READY = "ready"
    EXECUTING = "executing"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ON_HOLD = "on_hold"


class Step(StrEnum):
    APPROVE = "approve"
    PREPARE = "prepare"
    FIND_READY = "find ready"
    START = "start"
    COMPLETE = "complete"
    HOLD = "hold"
    RESUME = "resume"
    CANCEL = "cancel"


S = InitiativeStatus
ACTIVE = frozenset({S.APPROVED, S.IN_PREPARATION, S.READY, S.EXECUTING})
ENDED = frozenset({S.COMPLETED, S.CANCELLED})

# Step → the statuses that it may be taken from, and the one that it leads to; None: where it was before it was on hold.
LIFECYCLE: dict[Step, tuple[frozenset[InitiativeStatus], InitiativeStatus | None]] = {
    Step.APPROVE: (frozenset({S.DRAFT}), S.APPROVED),
    Step.PREPARE: (frozenset({S.APPROVED}), S.IN_PREPARATION),
    Step.FIND_READY: (frozenset({S.IN_PREPARATION}), S.READY),
    Step.START: (frozenset({S.READY}), S.EXECUTING),
    Step.COMPLETE: (frozenset({S.EXECUTING}), S.COMPLETED),
    Step.HOLD: (ACTIVE, S.ON_HOLD),
    Step.RESUME: (frozenset({S.ON_HOLD}), None),
    Step.CANCEL: (ACTIVE | {S.DRAFT, S.ON_HOLD}, S.CANCELLED),
}
GATED = frozenset({Step.FIND_READY, Step.START})
