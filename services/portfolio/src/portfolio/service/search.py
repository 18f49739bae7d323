"""What services a list is asked for: conditions of which all that are given must hold."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import ColumnElement, and_

from chassis.text import Code, Line
from portfolio.service.folding import BREAK, folded, folded_column
from portfolio.service.history import ExternalId
from portfolio.service.model import Service
from portfolio.service.schemas import Tag
from portfolio.service.terms import Criticality, Kind, Stage, Status
from portfolio.service_definition.model import ServiceDefinition

Condition = ColumnElement[bool]
Said = type[Service] | type[ServiceDefinition]


@dataclass(frozen=True)
class Search:
    q: Annotated[
        Line | None,
        Query(description="Found as it is written in code, name or description, whatever the case and accents."),
    ] = None
    kind: Kind | None = None
    criticality: Criticality | None = None
    tag: Annotated[Tag | None, Query()] = None
    market_space_id: UUID | None = None

    def conditions(self, said: Said = Service) -> list[Condition]:
        """`said` is the service, or the definition of it that is searched."""
        asked = (
            None if self.q is None else says(self.q, said),
            None if self.kind is None else said.kind == self.kind,
            None if self.criticality is None else said.criticality == self.criticality,
            None if self.tag is None else said.tags.contains([self.tag]),
            None if self.market_space_id is None else said.market_space_ids.contains([self.market_space_id]),
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
    absent_from: Annotated[
        Code | None, Query(description="Only services that the complete list of this source lacks.")
    ] = None

    def standing(self, status: Any, said: Said = Service) -> list[Condition]:
        """`status` is the column that tells where a service stands."""
        asked = (
            None if self.stage is None else status.in_([place for place in Status if place.stage is self.stage]),
            None if self.status is None else status == self.status,
            None if self.code is None else Service.code == self.code,
            None if self.owner is None else said.owner == self.owner,
            None if self.source is None else Service.external_ids.any(ExternalId.source == self.source),
            None if self.external_id is None else Service.external_ids.any(ExternalId.external_id == self.external_id),
            None if self.absent_from is None else Service.external_ids.any(missed_by(self.absent_from)),
        )
        return self.conditions(said) + [condition for condition in asked if condition is not None]


def says(words: str, said: Said) -> Condition:
    """`%` and `_` stand for themselves."""
    if said is Service:
        return Service.searched.contains(folded(words), autoescape=True)
    text = Service.code + BREAK + said.name + BREAK + said.description
    return folded_column(text).contains(folded(words), autoescape=True)


def missed_by(source: str) -> Condition:
    return and_(ExternalId.source == source, ExternalId.absent_since.is_not(None))


AskedServices = Annotated[Search, Depends(Search)]
AskedPortfolio = Annotated[PortfolioSearch, Depends(PortfolioSearch)]
