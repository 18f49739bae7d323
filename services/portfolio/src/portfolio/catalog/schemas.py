"""What customers see of the catalog, and managers of the portfolio as a whole."""

from datetime import date
from uuid import UUID

from pydantic import Field

from chassis.pages import Page
from chassis.text import Schema
from portfolio.known_price.schemas import CatalogPrice
from portfolio.service.terms import Criticality, Kind, Stage, Status
from portfolio.service_level.schemas import ServiceLevelView


class CatalogEntry(Schema):
    service_id: UUID
    code: str
    name: str
    kind: Kind
    description: str
    owner: str | None
    criticality: Criticality | None
    market_space_ids: list[UUID]
    tags: list[str]
    launched_on: date | None
    service_levels: list[ServiceLevelView]
    options: list[CatalogPrice] = Field(description="What can be had of it, and what is asked for that today.")


class FacetValue(Schema):
    value: str
    services: int


class Facets(Schema):
    """How many of all services found, not only of this page, have a value; the most frequent 100 of each kind."""

    kind: list[FacetValue]
    criticality: list[FacetValue]
    tag: list[FacetValue]
    market_space_id: list[FacetValue]


class CatalogPage(Page[CatalogEntry]):
    facets: Facets


class StatusCount(Schema):
    status: Status
    services: int


class StageCount(Schema):
    stage: Stage
    services: int
    statuses: list[StatusCount] = Field(description="All statuses of the stage, also those that nothing is in.")


class PortfolioSummary(Schema):
    services: int
    stages: list[StageCount]
