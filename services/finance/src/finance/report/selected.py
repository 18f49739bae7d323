"""The cost objects that a report is about, page by page, and the range that it is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import Session
from chassis.pages import AskedPage, page
from chassis.text import Code, Schema
from finance.cost_object.model import CostObject, CostObjectKind
from finance.fiscal_period.model import months_after
from finance.fiscal_period.range import PeriodRange
from finance.ledger.costs import NotWholePeriods, SeveralCurrencies, period_range


@dataclass(frozen=True)
class Selected:
    """`headers` say where the next page is."""

    objects: Sequence[CostObject]
    next_cursor: str | None
    total: int | None
    headers: Mapping[str, str]

    @property
    def ids(self) -> list[UUID]:
        return [each.id for each in self.objects]


async def selected(
    session: Session, asked: AskedPage, cost_object: Code | None = None, kind: CostObjectKind | None = None
) -> Selected:
    """All cost objects, one, or those of a kind, by code."""
    query = select(CostObject)
    if cost_object:
        query = query.where(CostObject.code == cost_object)
    if kind:
        query = query.where(CostObject.kind == kind)
    found: Any = await page(session, query, asked, sorts={"code": CostObject.code}, tie=CostObject.id)
    return Selected(found["items"], found["next_cursor"], found["total"], asked.response.headers)


AskedObjects = Annotated[Selected, Depends(selected)]


class OfRange(Schema):
    """What every report of a range says; `next_cursor` is null on the last page of cost objects or consumers."""

    starts_on: date
    ends_on: date = Field(description="The first day after the range.")
    base_currency: str
    next_cursor: str | None
    total: int | None = Field(description="Of cost objects or consumers, when the request says `include=total`.")


class Comparison(StrEnum):
    """With as many months just before the range, or with the same months a year before."""

    BEFORE = "before"
    PRIOR_YEAR = "prior_year"


async def compared_range(session: AsyncSession, within: PeriodRange, with_: Comparison | None) -> PeriodRange | None:
    """None where nothing is asked, and where the books do not reach or were kept in another currency."""
    if with_ is None:
        return None
    back = 12 if with_ == Comparison.PRIOR_YEAR else _months(within)
    try:
        found = await period_range(session, months_after(within.starts_on, -back), months_after(within.ends_on, -back))
    except (NotWholePeriods, SeveralCurrencies):
        return None
    return found if found.currency == within.currency else None


def _months(within: PeriodRange) -> int:
    first, end = within.starts_on, within.ends_on
    return (end.year - first.year) * 12 + end.month - first.month
