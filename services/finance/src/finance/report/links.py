"""Where a figure is explained: relative references, resolved against the address of the report they stand in."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from finance.fiscal_period.range import PeriodRange

EXPLAIN = "Relative to the report's own address: what the figure is made of."


def address(path: str, **filters: str | date | UUID | bool | None) -> str:
    """`path` with those filters that are given."""
    asked = {name: _said(value) for name, value in filters.items() if value is not None}
    return f"{path}?{urlencode(asked)}" if asked else path


def _said(value: str | date | UUID | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def postings(
    within: PeriodRange, *, cost_object: str | None = None, account: str | None = None, nature: str | None = None
) -> str:
    """The journal entries of a range that have such a line."""
    return address(
        "journal-entries",
        cost_object=cost_object,
        account=account,
        nature=nature,
        posted_from=within.starts_on,
        posted_before=within.ends_on,
    )
