"""A score model: its versions, of which a published one never changes, and what was assessed by them."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from portfolio.db import Base
from portfolio.score_model.scoring import ScoreCriterion
from portfolio.score_model.terms import Method, VersionState


class CodeTaken(Conflict, code="portfolio.score-model.code-taken", constraint="uq_score_models_code"):
    """Another score model has this code."""


class NotPublished(Conflict, code="portfolio.score-model.not-published"):
    """Nothing is assessed by a version that may still change."""


class NothingToPublish(Conflict, code="portfolio.score-model.nothing-to-publish"):
    """The newest version is published already."""


class CriteriaUnfit(Invalid, code="portfolio.score-model.criteria-unfit"):
    """The criteria do not fit the method: see the reason."""


class ScoreModel(Aggregate, Base):
    """`number` is that of its newest version; `published_number` that by which items are assessed."""

    __tablename__ = "score_models"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    method: Mapped[Method]
    number: Mapped[int]
    published_number: Mapped[int | None]

    @classmethod
    def begin(cls, *, code: str, name: str, method: Method) -> "ScoreModel":
        return cls(code=code, name=name, method=method, number=0)

    def draft(self, criteria: list[ScoreCriterion]) -> "ScoreModelVersion":
        """The version after the newest. CriteriaUnfit."""
        self.check(criteria)
        self.number += 1
        said = [it.model_dump(mode="json") for it in criteria]
        return ScoreModelVersion(score_model_id=self.id, number=self.number, criteria=said, state=VersionState.DRAFT)

    def check(self, criteria: list[ScoreCriterion]) -> None:
        if (self.method is Method.WEIGHTED) != bool(criteria):
            raise CriteriaUnfit("A weighted model has criteria; the inputs of WSJF are given.")
        if len({it.code for it in criteria}) < len(criteria):
            raise CriteriaUnfit("Each criterion needs a code of its own.")

    def publish(self, version: "ScoreModelVersion", *, by: str, at: datetime) -> None:
        if version.state is VersionState.PUBLISHED:
            raise NothingToPublish(f"Version {version.number} of {self.code} is published.")
        version.state, version.published_by, version.published_at = VersionState.PUBLISHED, by, at
        self.published_number = version.number


class ScoreModelVersion(Base):
    __tablename__ = "score_model_versions"

    score_model_id: Mapped[UUID] = mapped_column(ForeignKey("score_models.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[VersionState]
    published_by: Mapped[str | None]
    published_at: Mapped[datetime | None]

    @property
    def judged_by(self) -> list[ScoreCriterion]:
        return [ScoreCriterion.model_validate(it) for it in self.criteria]


class Assessment(Base):
    """`values` by criterion, as they were given; `score` is made of them to twelve decimals, null where they do not
    suffice; `coverage` the share of the weight that was assessed."""

    __tablename__ = "assessments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["score_model_id", "number"], ["score_model_versions.score_model_id", "score_model_versions.number"]
        ),
        UniqueConstraint(
            "score_model_id",
            "number",
            "period",
            "service_id",
            "business_case_id",
            name="uq_assessments_item",
            postgresql_nulls_not_distinct=True,
        ),
        *(
            Index(f"ix_assessments_{item}", item, postgresql_where=text(f"{item} IS NOT NULL"))
            for item in ("service_id", "business_case_id")
        ),
        CheckConstraint("(service_id IS NULL) <> (business_case_id IS NULL)", name="item"),
        CheckConstraint("score <> 'NaN' AND coverage BETWEEN 0 AND 1", name="numbers"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    score_model_id: Mapped[UUID]
    number: Mapped[int]
    period: Mapped[str]
    service_id: Mapped[UUID | None] = mapped_column(ForeignKey("services.id"))
    business_case_id: Mapped[UUID | None] = mapped_column(ForeignKey("business_cases.id"))
    values: Mapped[dict[str, Any]]
    score: Mapped[Decimal | None]
    coverage: Mapped[Decimal]
    size: Mapped[Decimal | None]
    assessed_by: Mapped[str]
    assessed_at: Mapped[datetime]
