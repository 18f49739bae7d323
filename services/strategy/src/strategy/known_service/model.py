"""A service of the portfolio, as far as offerings need to know it."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from strategy.db import Base


class KnownStage(StrEnum):
    CHARTERED = "chartered"
    OPERATIONAL = "operational"
    RETIRED = "retired"


class KnownService(Base):
    """Chartered: offerings may be made of it. Operational: they may be launched. `known_sequence` counts its facts."""

    __tablename__ = "known_services"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    kind: Mapped[str]
    stage: Mapped[KnownStage]
    known_sequence: Mapped[int]

    @property
    def is_operational(self) -> bool:
        return self.stage is KnownStage.OPERATIONAL
