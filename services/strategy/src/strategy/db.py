"""The declarative base of the strategy service, bound to its schema."""

from sqlalchemy.orm import DeclarativeBase

from chassis.schema import TYPES, metadata_for


class Base(DeclarativeBase):
    metadata = metadata_for("strategy")
    type_annotation_map = TYPES
