"""The words of an opportunity."""

from enum import StrEnum


class SubjectKind(StrEnum):
    NEED = "need"
    SERVICE = "service"
    ASSET = "asset"


class OpportunityStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


class OpportunityStepKind(StrEnum):
    """Changed: while it was open, its evidence became another."""

    FOUND = "found"
    CHANGED = "changed"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


class Sighting(StrEnum):
    """What a scan makes of what it finds; lapsed is what it does not find any more."""

    FOUND = "found"
    REOPENED = "reopened"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    STILL_DISMISSED = "still_dismissed"
    STILL_ACCEPTED = "still_accepted"
    LAPSED = "lapsed"
