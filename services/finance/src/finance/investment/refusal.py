"""A submission of a business case that could not be appraised, and why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from chassis.aggregate import Aggregate
from finance.db import Base
from finance.investment.events import AppraisalRefused


class AppraisalRefusal(Aggregate, Base):
    __tablename__ = "appraisal_refusals"
    __table_args__ = (UniqueConstraint("business_case_id", "business_case_number"),)

    business_case_id: Mapped[UUID]
    business_case_number: Mapped[int]
    reason: Mapped[str]
    refused_at: Mapped[datetime]

    @classmethod
    def refuse(cls, *, business_case_id: UUID, number: int, reason: str, at: datetime) -> "AppraisalRefusal":
        refusal = cls(business_case_id=business_case_id, business_case_number=number, reason=reason, refused_at=at)
        refusal.record(AppraisalRefused(business_case_id=business_case_id, business_case_number=number, reason=reason))
        return refusal
