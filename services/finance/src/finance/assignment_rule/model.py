"""An assignment rule: the cost object and the account that cost gets when its source names none."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from finance.db import Base


class AssignmentRuleVersion(Base):
    """The whole list of rules as somebody has put it; earlier lists stay, to explain what was imported by them."""

    __tablename__ = "assignment_rule_versions"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    actor: Mapped[str]
    changed_at: Mapped[datetime]


class AssignmentRule(Base):
    """Rules are tried in the order of `position`; all `conditions` of a rule must hold."""

    __tablename__ = "assignment_rules"
    __table_args__ = (CheckConstraint("num_nonnulls(cost_object_id, account_id) > 0", name="assigns_something"),)

    version: Mapped[int] = mapped_column(
        ForeignKey("assignment_rule_versions.version"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    cost_object_id: Mapped[UUID | None] = mapped_column(ForeignKey("cost_objects.id"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
