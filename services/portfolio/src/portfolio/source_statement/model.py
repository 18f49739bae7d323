"""What a source has said last of one resource of its service catalog, and what that came to here."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.db import Base


class ResourceKind(StrEnum):
    SERVICE_SPECIFICATION = "service_specification"
    SERVICE_CANDIDATE = "service_candidate"


class SourceStatement(Base):
    """`terms` are what `body` says in our terms and, where it says nothing, how it was here. What it says besides has
    no effect, and is given back to the source."""

    __tablename__ = "source_statements"

    source: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[ResourceKind] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"), index=True)
    body: Mapped[dict[str, Any]]
    terms: Mapped[dict[str, Any]]
