"""The words of strategic assets, after ITIL's list of capabilities and resources, and the months that are counted."""

from datetime import date, timedelta
from enum import StrEnum


class AssetKind(StrEnum):
    CAPABILITY = "capability"
    RESOURCE = "resource"


class AssetType(StrEnum):
    MANAGEMENT = "management"
    ORGANIZATION = "organization"
    PROCESSES = "processes"
    KNOWLEDGE = "knowledge"
    PEOPLE = "people"
    CAPITAL = "capital"
    INFRASTRUCTURE = "infrastructure"
    APPLICATIONS = "applications"
    INFORMATION = "information"


T = AssetType

# People are both: what they can do, and how many they are.
TYPES: dict[AssetKind, frozenset[AssetType]] = {
    AssetKind.CAPABILITY: frozenset({T.MANAGEMENT, T.ORGANIZATION, T.PROCESSES, T.KNOWLEDGE, T.PEOPLE}),
    AssetKind.RESOURCE: frozenset({T.CAPITAL, T.INFRASTRUCTURE, T.APPLICATIONS, T.INFORMATION, T.PEOPLE}),
}


def next_month(month: date) -> date:
    """The first day after the month that begins on this one."""
    return (month + timedelta(days=31)).replace(day=1)
