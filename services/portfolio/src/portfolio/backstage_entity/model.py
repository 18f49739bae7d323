"""What Backstage says of a service beyond what the portfolio has words for, kept so that it goes back as it came."""

from typing import Any

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.db import Base


class BackstageEntity(Base):
    """Of the entity that is an external id of a service, as long as it is one. `kept` has the form of a descriptor:
    kind, name and namespace as they are written, labels, annotations, links, type, the definition of an API."""

    __tablename__ = "backstage_entities"
    __table_args__ = (
        ForeignKeyConstraint(
            ["source", "external_id"], ["external_ids.source", "external_ids.external_id"], ondelete="CASCADE"
        ),
    )

    source: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    kept: Mapped[dict[str, Any]]
