"""What every aggregate inherits: an identity, a version, and the facts that it records about itself."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from chassis.cause import Cause, given_cause
from chassis.events import Event
from chassis.ids import uuid7


class Aggregate:
    """Mixed in before the declarative base. `version` rises with each change: the ETag. `sequence` counts its facts."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    sequence: Mapped[int]

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"id": uuid7(), "sequence": 0, **values})

    @property
    def recorded(self) -> list[tuple[int, Event, Cause | None]]:
        """Facts that are not yet in the outbox, each with its sequence and why it was recorded."""
        facts: list[tuple[int, Event, Cause | None]] = self.__dict__.setdefault("_recorded", [])
        return facts

    def record(self, event: Event) -> None:
        """The fact joins the outbox with the change. Counting it changes the row, so a fact alone is flushed too."""
        self.sequence += 1
        self.recorded.append((self.sequence, event, given_cause()))
