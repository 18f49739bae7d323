"""The words for what a service level promises, and over which spans it is measured."""

from decimal import Decimal
from enum import StrEnum


class Metric(StrEnum):
    AVAILABILITY = "availability"
    RESPONSE_TIME = "response_time"
    RESOLUTION_TIME = "resolution_time"
    FULFILMENT_TIME = "fulfilment_time"
    THROUGHPUT = "throughput"
    OTHER = "other"


class Window(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Direction(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Aggregation(StrEnum):
    """How the measurements of one window become its value. A mean is one of all cases where their volumes are known."""

    MEAN = "mean"
    SUM = "sum"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    SHARE = "share"


SHARES = {"percent": Decimal(100), "%": Decimal(100), "fraction": Decimal(1)}
"""Units of shares, and what the whole is in them."""
