"""A service of the portfolio, as far as offerings need to know it."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from strategy.db import Base


class KnownStage(StrEnum):
    CHARTERED = "chartered"
    OPERATIONAL = "operational"
    RETIRED = "retired"


class KnownService(Base):
    """Chartered: offerings may be made of it. Operational: they may be launched, unless it retires: `retires_on` is the
    first day without it, as announced last. `known_sequence` counts its facts."""

    __tablename__ = "known_services"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    kind: Mapped[str]
    stage: Mapped[KnownStage]
    retires_on: Mapped[date | None]
    known_sequence: Mapped[int]

    @property
    def standing(self) -> str:
        """In the words of the portfolio."""
        return "retiring" if self.retires_on and self.stage is KnownStage.OPERATIONAL else self.stage

    @property
    def is_operational(self) -> bool:
        return self.standing == KnownStage.OPERATIONAL
