"""What callers send and see of score models, assessments and rankings."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.money import Amount
from chassis.text import Code, Line, Schema
from portfolio.score_model.scoring import Criteria
from portfolio.score_model.terms import ItemKind, Method, ScoreDirection, VersionState


class BeginScoreModel(Schema):
    code: Code
    name: Line
    method: Method = Method.WEIGHTED
    criteria: Criteria = Field(default=[])


class DraftScoreModel(Schema):
    criteria: Criteria


class AssessedValue(Schema):
    criterion: Code
    value: Amount


class AssessItem(Schema):
    """What is left out was not assessed, which is not zero."""

    item: Code = Field(description="Code of the service or business case.")
    values: Annotated[list[AssessedValue], Field(max_length=50)]

    @model_validator(mode="after")
    def each_once(self) -> Self:
        if len({it.criterion for it in self.values}) < len(self.values):
            raise ValueError("assess each criterion once")
        return self


class AssessItems(Schema):
    """In place of what was assessed of these items for the period."""

    period: Code
    kind: ItemKind
    assessments: Annotated[list[AssessItem], Field(min_length=1, max_length=1_000)]

    @model_validator(mode="after")
    def each_item_once(self) -> Self:
        if len({it.item for it in self.assessments}) < len(self.assessments):
            raise ValueError("assess each item once")
        return self


class CriterionView(Schema):
    code: str
    name: str
    weight: Amount
    direction: ScoreDirection
    minimum: Amount
    maximum: Amount


class ScoreModelView(Schema):
    id: UUID
    code: str
    name: str
    method: Method
    number: int = Field(description="Of its newest version.")
    published_number: int | None = Field(description="Of the version by which items are assessed.")
    version: int


class ScoreModelVersionView(Schema):
    score_model_id: UUID
    number: int
    state: VersionState
    criteria: list[CriterionView]
    published_by: str | None
    published_at: datetime | None


class AssessmentView(Schema):
    item_id: UUID
    item: str
    values: list[AssessedValue]
    score: Amount | None = Field(description="To twelve decimals; null where what was assessed does not suffice.")
    coverage: Amount = Field(description="Share of the weight that was assessed.")


class AssessmentsView(Schema):
    score_model_id: UUID
    number: int
    period: str
    kind: ItemKind
    assessments: list[AssessmentView]


class RankedItem(Schema):
    """Equal scores share a rank. What has no score has no rank and stands at the end."""

    place: int
    rank: int | None
    item_id: UUID
    item: str
    name: str
    score: Amount | None
    coverage: Amount
    values: list[AssessedValue]
