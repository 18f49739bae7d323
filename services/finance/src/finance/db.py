"""The declarative base of the finance service, bound to its schema."""

from sqlalchemy.orm import DeclarativeBase

from chassis.schema import TYPES, metadata_for


class Base(DeclarativeBase):
    metadata = metadata_for("finance")
    type_annotation_map = TYPES
