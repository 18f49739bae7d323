"""An allocation model: dated revisions of layers of cost pools: which cost goes to whom, by which driver and method."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, NotFound
from finance.db import Base


class CodeTaken(Conflict, code="finance.allocation-model.code-taken", constraint="uq_allocation_models_code"):
    """Another allocation model has this code."""


class UnknownModel(NotFound, code="finance.allocation-model.unknown"):
    """There is no allocation model with this code."""


class NotYetEffective(Conflict, code="finance.allocation-model.not-yet-effective"):
    """No revision of the model is effective when the range begins."""


class AllocationMethod(StrEnum):
    """Direct: to no source of the layer. Step-down: to none that is closed already. Reciprocal: to all, at once."""

    DIRECT = "direct"
    STEP_DOWN = "step_down"
    RECIPROCAL = "reciprocal"


class SharedBy(StrEnum):
    """Measured: quantities of a driver. Fixed: stated parts. Even: one each. Spend: gross cost before allocation."""

    MEASURED = "measured"
    FIXED = "fixed"
    EVEN = "even"
    SPEND = "spend"


class IdleCapacity(StrEnum):
    """What becomes of the cost of capacity that nobody uses: it stays, is spread over users, is shown on its own."""

    LEAVE = "leave"
    SPREAD = "spread"
    SHOW = "show"


class AllocationModel(Aggregate, Base):
    """`revision` is the number of the newest one."""

    __tablename__ = "allocation_models"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    revision: Mapped[int]

    @classmethod
    def define(cls, *, code: str, name: str) -> "AllocationModel":
        return cls(code=code, name=name, revision=0)

    def revise(self, *, effective_from: date, layers: list[dict[str, Any]]) -> "AllocationRevision":
        """Earlier revisions stay as they are: runs name the one that they followed."""
        self.revision += 1
        return AllocationRevision(model_id=self.id, number=self.revision, effective_from=effective_from, layers=layers)


class AllocationRevision(Base):
    """`layers` in the words of `schemas.Layer`."""

    __tablename__ = "allocation_revisions"

    model_id: Mapped[UUID] = mapped_column(ForeignKey("allocation_models.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    effective_from: Mapped[date]
    layers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
