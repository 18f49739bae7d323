"""A customer as far as the portfolio knows it: enough to subscribe, and to follow a merger."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.problems import Conflict
from portfolio.db import Base


class CustomerUnknown(Conflict, code="portfolio.known-customer.unknown"):
    """No customer with this id or code has been announced."""


class KnownCustomer(Base):
    """`survivor_id` is the customer that it was merged into in the end; `known_sequence` counts its facts seen so far.

    Code and name are null while only a merger has been heard of."""

    __tablename__ = "known_customers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str | None]
    survivor_id: Mapped[UUID | None] = mapped_column(index=True)
    known_sequence: Mapped[int]
