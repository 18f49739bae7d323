"""The words for where a retirement plan, what it has to see to, and the customers it moves stand."""

from enum import StrEnum


class RetirementStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    CALLED_OFF = "called_off"


class ItemState(StrEnum):
    OPEN = "open"
    DONE = "done"
    WAIVED = "waived"


class Whereabouts(StrEnum):
    """Of a subscription to a service that retires: it runs longer than that, ends with a successor, or without."""

    TO_MOVE = "to_move"
    MOVING = "moving"
    LEAVING = "leaving"


class MoveEffect(StrEnum):
    MOVED = "moved"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
