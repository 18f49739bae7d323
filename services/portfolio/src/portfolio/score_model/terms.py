"""The words of scoring."""

from enum import StrEnum


class Method(StrEnum):
    """Weighted: criteria on fixed ranges. WSJF: cost of delay by size, in relative points or in money by duration."""

    WEIGHTED = "weighted"
    WSJF_RELATIVE = "wsjf_relative"
    WSJF_CURRENCY = "wsjf_currency"


class ScoreDirection(StrEnum):
    MAXIMISE = "maximise"
    MINIMISE = "minimise"


class ItemKind(StrEnum):
    """What is assessed."""

    SERVICE = "service"
    BUSINESS_CASE = "business_case"


class VersionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
