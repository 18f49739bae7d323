"""What services a list is asked for: conditions of which all that are given must hold."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import ColumnElement, or_

from chassis.text import Code, Line
from portfolio.service.history import ExternalId
from portfolio.service.model import Service
from portfolio.service.schemas import Tag
from portfolio.service.terms import Criticality, Kind, Stage, Status

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Search:
    q: Annotated[Line | None, Query(description="Found as it is written in code, name or description.")] = None
    kind: Kind | None = None
    criticality: Criticality | None = None
    tag: Annotated[Tag | None, Query()] = None
    market_space_id: UUID | None = None

    def conditions(self) -> list[Condition]:
        asked = (
            None if self.q is None else says(self.q),
            None if self.kind is None else Service.kind == self.kind,
            None if self.criticality is None else Service.criticality == self.criticality,
            None if self.tag is None else Service.tags.contains([self.tag]),
            None if self.market_space_id is None else Service.market_space_ids.contains([self.market_space_id]),
        )
        return [condition for condition in asked if condition is not None]


@dataclass(frozen=True)
class PortfolioSearch(Search):
    stage: Stage | None = None
    status: Status | None = None
    code: Annotated[Code | None, Query()] = None
    owner: Annotated[Line | None, Query()] = None
    source: Annotated[Code | None, Query(description="Only services that this source has an id for.")] = None
    external_id: Annotated[Line | None, Query()] = None

    def standing(self, status: Any) -> list[Condition]:
        """`status` is the column that tells where a service stands."""
        asked = (
            None if self.stage is None else status.in_([place for place in Status if place.stage is self.stage]),
            None if self.status is None else status == self.status,
            None if self.code is None else Service.code == self.code,
            None if self.owner is None else Service.owner == self.owner,
            None if self.source is None else Service.external_ids.any(ExternalId.source == self.source),
            None if self.external_id is None else Service.external_ids.any(ExternalId.external_id == self.external_id),
        )
        return self.conditions() + [condition for condition in asked if condition is not None]


def says(words: str) -> Condition:
    """`%` and `_` stand for themselves."""
    columns = (Service.code, Service.name, Service.description)
    return or_(*(column.icontains(words, autoescape=True) for column in columns))


AskedServices = Annotated[Search, Depends(Search)]
AskedPortfolio = Annotated[PortfolioSearch, Depends(PortfolioSearch)]
