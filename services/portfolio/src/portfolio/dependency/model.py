"""A dependency: one service uses another. Together they never close a loop."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from portfolio.db import Base
from portfolio.service.model import Service
from portfolio.service.terms import GONE, Criticality


class AlreadyUsed(Conflict, code="portfolio.dependency.already-used", constraint="uq_dependencies_service_id_uses_id"):
    """The service is already known to use the other one."""


class ClosesLoop(Conflict, code="portfolio.dependency.closes-loop"):
    """A service would use itself, directly or through others."""


class Ended(Conflict, code="portfolio.dependency.ended"):
    """A service that is gone neither uses others nor is used."""


class Dependency(Aggregate, Base):
    """`service_id` uses `uses_id`; `kind` says in what way, `criticality` how badly it would be missed."""

    __tablename__ = "dependencies"
    __table_args__ = (
        UniqueConstraint("service_id", "uses_id"),
        CheckConstraint("service_id <> uses_id", name="others"),
    )

    service_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"))
    uses_id: Mapped[UUID] = mapped_column(ForeignKey("services.id"), index=True)
    kind: Mapped[str | None]
    criticality: Mapped[Criticality | None]

    @classmethod
    def declare(
        cls,
        *,
        service: Service,
        uses: Service,
        reached: Collection[UUID],
        kind: str | None,
        criticality: Criticality | None,
    ) -> "Dependency":
        """`reached` are all services that `uses` itself uses, directly or through others."""
        if service.id == uses.id or service.id in reached:
            raise ClosesLoop(f"{uses.code} is {service.code} or uses it.")
        for end in (service, uses):
            if end.status in GONE:
                raise Ended(f"{end.code} is {end.status}.")
        return cls(service_id=service.id, uses_id=uses.id, kind=kind, criticality=criticality)
