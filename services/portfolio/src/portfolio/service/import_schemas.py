"""The rows of files about services."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from chassis.imports import ImportResult
from chassis.money import Currency, Money, NonNegativeAmount
from chassis.text import Code, Day, Line, Prose, Schema
from portfolio.service.schemas import Tag
from portfolio.service.terms import Criticality, Kind, Stage


def separated(text: Any) -> Any:
    return [part.strip() for part in text.split(";") if part.strip()] if isinstance(text, str) else text


class ServiceRow(Schema):
    """A service by its source and external id, or by its code. What is left out stays as it is. `stated_on` is the day
    on which what the row says was so."""

    source: Code | None = None
    external_id: Line | None = None
    code: Code | None = None
    name: Line
    kind: Kind | None = None
    description: Prose | None = None
    owner: Line | None = None
    criticality: Criticality | None = None
    tags: Annotated[list[Tag] | None, BeforeValidator(separated), Field(max_length=50)] = None
    stage: Stage = Stage.PIPELINE
    launched_on: Day | None = None
    retired_on: Day | None = None
    requested_budget: NonNegativeAmount | None = None
    currency: Currency | None = None
    planned_launch_on: Day | None = None
    stated_on: Day | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.source is None) != (self.external_id is None):
            raise ValueError("an external_id needs its source, and a source an external_id")
        if not (self.external_id or self.code):
            raise ValueError("a service is named by external_id or code")
        if self.requested_budget is not None and self.currency is None:
            raise ValueError("a requested_budget needs its currency")
        return self

    def described(self) -> dict[str, Any]:
        """Only what the row says."""
        budget = None
        if self.requested_budget is not None and self.currency:
            budget = Money(amount=self.requested_budget, currency=self.currency)
        said = {
            "name": self.name,
            "kind": self.kind,
            "description": self.description,
            "owner": self.owner,
            "criticality": self.criticality,
            "tags": self.tags and sorted(set(self.tags)),
            "requested_budget": budget,
            "planned_launch_on": self.planned_launch_on,
        }
        return {field: value for field, value in said.items() if value is not None}


class ServiceImportResult(ImportResult):
    absent: int = Field(description="External ids that a complete file of their source lacks from now on.")
