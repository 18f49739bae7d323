"""Coverage of a need or of a service: whether launched offerings serve it, none, or several."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from strategy.coverage.events import CoverageChanged
from strategy.db import Base


class SubjectKind(StrEnum):
    NEED = "need"
    SERVICE = "service"


class CoverageClass(StrEnum):
    """Closed: a need that is dropped, or met without an offering; a service that is not operational."""

    WHITE_SPACE = "white_space"
    ORPHAN = "orphan"
    SERVED = "served"
    OVERLAP = "overlap"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is known of a need or a service; `stakes` are the importance of the need, or of the needs that the service
    helps to serve; `opening` is what a white space or an orphan weighs."""

    label: str
    service_kind: str | None = None
    is_wanted: bool
    offerings: int
    stakes: int
    opening: int

    def in_class(self, kind: SubjectKind) -> CoverageClass:
        if not self.is_wanted and (kind is SubjectKind.SERVICE or not self.offerings):
            return CoverageClass.CLOSED
        if self.offerings == 0:
            return CoverageClass.WHITE_SPACE if kind is SubjectKind.NEED else CoverageClass.ORPHAN
        return CoverageClass.SERVED if self.offerings == 1 else CoverageClass.OVERLAP

    def weight(self, kind: SubjectKind) -> int:
        match self.in_class(kind):
            case CoverageClass.WHITE_SPACE | CoverageClass.ORPHAN:
                return self.opening
            case CoverageClass.OVERLAP:
                return self.stakes * (self.offerings - 1) if kind is SubjectKind.NEED else self.stakes
            case _:
                return 0


class Coverage(Aggregate, Base):
    """As it was announced last; `coverage_class` is null until it was judged for the first time."""

    __tablename__ = "coverages"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id"),)

    subject_kind: Mapped[SubjectKind]
    subject_id: Mapped[UUID]
    coverage_class: Mapped[CoverageClass | None] = mapped_column(index=True)
    since: Mapped[date]

    def judge(self, judged: Judged, *, on: date) -> None:
        """Who stays in its class announces nothing."""
        found, before = judged.in_class(self.subject_kind), self.coverage_class
        if found is before:
            return
        self.coverage_class, self.since = found, on
        self.record(
            CoverageChanged(
                subject_kind=self.subject_kind,
                subject_id=self.subject_id,
                label=judged.label,
                service_kind=judged.service_kind,
                coverage_class=found,
                before=before,
                offerings=judged.offerings,
                weight=judged.weight(self.subject_kind),
                changed_on=on,
            )
        )
