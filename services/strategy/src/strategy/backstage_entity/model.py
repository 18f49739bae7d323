"""What Backstage says of a group or domain beyond what the market has words for, kept to go back as it came."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from strategy.db import Base


class BackstageEntity(Base):
    """`external_id` is the reference to the entity, in small letters. `kept` has the form of a descriptor: kind, name
    and namespace as they are written, labels, annotations, links, tags, type, the profile of a group."""

    __tablename__ = "backstage_entities"

    source: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    kept: Mapped[dict[str, Any]]
