"""What a source has said last of one resource of its catalog, and what that came to here."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from strategy.db import Base


class ResourceKind(StrEnum):
    CATALOG = "catalog"
    CATEGORY = "category"
    PRODUCT_SPECIFICATION = "product_specification"
    PRODUCT_OFFERING_PRICE = "product_offering_price"
    PRODUCT_OFFERING = "product_offering"


class SourceStatement(Base):
    """`terms` are what `body` says in our terms and, where it says nothing, how it was here. What it says besides has
    no effect, and is given back to the source.

    `refers_to` are the resources that it names, as `names_of` writes them.
    """

    __tablename__ = "source_statements"
    __table_args__ = (
        Index("ix_source_statements_refers_to", "refers_to", postgresql_using="gin"),
        Index("ix_source_statements_source_name", "source", "name"),
        Index("ix_source_statements_offering_code_source", "offering_code", "source"),
    )

    source: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[ResourceKind] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    body: Mapped[dict[str, Any]]
    terms: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    refers_to: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    offering_code: Mapped[str | None]
    market_space_id: Mapped[UUID | None] = mapped_column(ForeignKey("market_spaces.id"), index=True)


def names_of(kind: ResourceKind, *, external_id: str | None, name: str | None) -> list[str]:
    """What a resource may be called in a reference: by its id, and by its name."""
    return [*([f"{kind} id {external_id}"] if external_id else []), *([f"{kind} name {name}"] if name else [])]
