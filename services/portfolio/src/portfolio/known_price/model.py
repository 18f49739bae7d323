"""What finance asks for a service: the versions of its price books, and their items."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.db import Base


class KnownPriceVersion(Base):
    """Holds in `[starts_on, ends_on)`. Of versions of one book that hold on a day the one published last counts: it
    supersedes the other."""

    __tablename__ = "known_price_versions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    price_book_code: Mapped[str] = mapped_column(index=True)
    currency: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    published_at: Mapped[datetime]


class KnownPrice(Base):
    """An item for a service; `terms` as the catalog shows them."""

    __tablename__ = "known_prices"

    price_version_id: Mapped[UUID] = mapped_column(ForeignKey("known_price_versions.id"), primary_key=True)
    item_code: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(index=True)
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
