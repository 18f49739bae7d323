"""A consumer: a customer as finance knows it, by the facts that it has heard."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import NotFound
from finance.db import Base


class ConsumerUnknown(NotFound, code="finance.consumer.unknown"):
    """No such customer has been heard of yet."""


class Consumer(Aggregate, Base):
    """`id` is the customer's own. `survivor_id` is whom it was merged into: always one that was not merged itself."""

    __tablename__ = "consumers"

    code: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    survivor_id: Mapped[UUID | None] = mapped_column(ForeignKey("consumers.id"), index=True)
    known_sequence: Mapped[int]

    @classmethod
    def know(cls, *, id: UUID, code: str, name: str, sequence: int) -> "Consumer":
        return cls(id=id, code=code, name=name, survivor_id=None, known_sequence=sequence)

    def hear(self, *, sequence: int) -> bool:
        """Whether a fact of the customer is newer than all that was heard before."""
        newer = sequence > self.known_sequence
        self.known_sequence = max(sequence, self.known_sequence)
        return newer

    def describe(self, *, code: str, name: str) -> None:
        self.code, self.name = code, name

    def merge(self, *, into: UUID) -> None:
        self.survivor_id = into
