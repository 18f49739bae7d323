"""A segment: a named group of customers within a market space, held together by a rule or by a list, both dated."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid
from strategy.db import Base
from strategy.segment.events import SegmentChanged, SegmentDefined


class CodeTaken(Conflict, code="strategy.segment.code-taken", constraint="uq_segments_code"):
    """Another segment has this code."""


class OtherBasis(Conflict, code="strategy.segment.other-basis"):
    """Members are listed in a segment by list, and found by its rule in a segment by rule."""


class RuleMissing(Invalid, code="strategy.segment.rule-missing"):
    """A segment by rule is defined with its rule, one by list without."""


class MemberAlready(Conflict, code="strategy.segment.member-already"):
    """The customer is a member on some of these days already."""


class EndsBeforeItStarts(Invalid, code="strategy.segment.ends-before-it-starts"):
    """A membership lasts at least a day."""


class SegmentBasis(StrEnum):
    RULE = "rule"
    LIST = "list"


class SegmentRule(Base):
    """The rule of a segment from a day until the next one."""

    __tablename__ = "segment_rules"

    segment_id: Mapped[UUID] = mapped_column(ForeignKey("segments.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    rule: Mapped[dict[str, Any]]


class SegmentMember(Base):
    """A customer listed from a day on; `valid_until` is the first day without it. One that is merged later stays listed
    here and is shown as its survivor."""

    __tablename__ = "segment_members"
    __table_args__ = (CheckConstraint("valid_until > valid_from", name="days"),)

    segment_id: Mapped[UUID] = mapped_column(ForeignKey("segments.id"), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True, index=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_until: Mapped[date | None]


class Segment(Aggregate, Base):
    __tablename__ = "segments"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    description: Mapped[str]
    market_space_id: Mapped[UUID] = mapped_column(ForeignKey("market_spaces.id"), index=True)
    basis: Mapped[SegmentBasis]

    @classmethod
    def define(
        cls, *, code: str, name: str, description: str, market_space_id: UUID, basis: SegmentBasis, has_rule: bool
    ) -> "Segment":
        if has_rule != (basis is SegmentBasis.RULE):
            raise RuleMissing("Give a rule with the basis rule, and none with the basis list.")
        segment = cls(code=code, name=name, description=description, market_space_id=market_space_id, basis=basis)
        segment.record(SegmentDefined(**segment._told()))
        return segment

    def describe(self, *, name: str, description: str, market_space_id: UUID) -> None:
        if (name, description, market_space_id) != (self.name, self.description, self.market_space_id):
            self.name, self.description, self.market_space_id = name, description, market_space_id
            self.record(SegmentChanged(**self._told()))

    def rule_from(self, valid_from: date, rule: dict[str, Any]) -> SegmentRule:
        """Raises OtherBasis for a segment by list."""
        self._must_be(SegmentBasis.RULE)
        self.record(SegmentChanged(**self._told()))
        return SegmentRule(segment_id=self.id, valid_from=valid_from, rule=rule)

    def list_member(self, customer_id: UUID, *, valid_from: date, valid_until: date | None) -> SegmentMember:
        """Raises OtherBasis, EndsBeforeItStarts."""
        self._must_be(SegmentBasis.LIST)
        if valid_until is not None and valid_until <= valid_from:
            raise EndsBeforeItStarts(f"{valid_until}, the first day without it, must come after {valid_from}.")
        self.record(SegmentChanged(**self._told()))
        return SegmentMember(
            segment_id=self.id, customer_id=customer_id, valid_from=valid_from, valid_until=valid_until
        )

    def strike_member(self) -> None:
        self._must_be(SegmentBasis.LIST)
        self.record(SegmentChanged(**self._told()))

    def _must_be(self, basis: SegmentBasis) -> None:
        if self.basis is not basis:
            raise OtherBasis(f"{self.code} is a segment by {self.basis}.")

    def _told(self) -> dict[str, Any]:
        return {
            "segment_id": self.id,
            "code": self.code,
            "name": self.name,
            "market_space_id": self.market_space_id,
            "basis": self.basis,
        }
