"""The steps of an offering's life, and what can stand in the way of one."""

from dataclasses import dataclass
from enum import StrEnum


class OfferingStatus(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    LAUNCHED = "launched"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


S = OfferingStatus

# Step → the statuses that it may be taken from, and the one that it leads to.
LIFECYCLE: dict[str, tuple[frozenset[OfferingStatus], OfferingStatus]] = {
    "propose": (frozenset({S.DRAFT}), S.PROPOSED),
    "return": (frozenset({S.PROPOSED, S.APPROVED}), S.DRAFT),
    "approve": (frozenset({S.PROPOSED}), S.APPROVED),
    "launch": (frozenset({S.APPROVED}), S.LAUNCHED),
    "supersede": (frozenset({S.LAUNCHED}), S.SUPERSEDED),
    "withdraw": (frozenset({S.DRAFT, S.PROPOSED, S.APPROVED, S.LAUNCHED}), S.WITHDRAWN),
    "revise": (frozenset({S.LAUNCHED, S.WITHDRAWN}), S.DRAFT),
}
IN_WORK = "status IN ('draft', 'proposed', 'approved')"


@dataclass(frozen=True)
class Blocker:
    """One thing that stands in the way of a step, and where it can be looked at."""

    kind: str
    sentence: str
    link: str
