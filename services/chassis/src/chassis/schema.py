"""How rows are stored: constraint names, column types, and the tables that every service has beside its own."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy import Column as C
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import JSONB

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


def _values(kind: type[Enum]) -> list[str]:
    return [str(member.value) for member in kind]


# One map for every mapped class: exact numerics without a scale, instants with an offset, texts without a length (the
# schemas bound them), and enums as checked text that holds the values, not the Python names.
TYPES: dict[Any, Any] = {
    str: Text(),
    int: BigInteger(),
    Decimal: Numeric(),
    date: Date(),
    datetime: DateTime(timezone=True),
    UUID: Uuid(),
    StrEnum: EnumType(StrEnum, native_enum=False, create_constraint=True, values_callable=_values, length=40),
    dict[str, Any]: JSONB(),
    list[str]: JSONB(),
}


def metadata_for(schema: str) -> MetaData:
    """`schema` is resolved by the connection's search path, so names stay short and a test may use any database."""
    return MetaData(naming_convention=NAMES, info={"schema": schema})


platform = metadata_for("platform")

# The outbox is also the log: `position` is the order of writing, `feed_position` the order of publishing (set by the
# one relay, without gaps), which is what readers of the feed follow.
outbox = Table(
    "outbox",
    platform,
    C("position", BigInteger, Identity(), primary_key=True),
    C("id", Uuid, nullable=False, unique=True),
    C("type", Text, nullable=False),
    C("subject", Text, nullable=False),
    C("envelope", LargeBinary, nullable=False),
    C("recorded_at", DateTime(timezone=True), nullable=False),
    C("published_at", DateTime(timezone=True)),
    C("feed_position", BigInteger, unique=True),
    Index("ix_outbox_unpublished", "position", postgresql_where=text("published_at IS NULL")),
)

inbox = Table(
    "inbox",
    platform,
    C("event_id", Uuid, primary_key=True),
    C("received_at", DateTime(timezone=True), nullable=False, server_default=func.now(), index=True),
)

# An event whose reaction failed: tried again at `next_try_at`, parked (shown, replayable) once `parked_at` is set.
# Later events of the same subject wait behind it until it succeeds or is parked.
deferred_events = Table(
    "deferred_events",
    platform,
    C("position", BigInteger, Identity(), primary_key=True),
    C("id", Uuid, nullable=False, unique=True),
    C("type", Text, nullable=False),
    C("subject", Text, nullable=False),
    C("envelope", LargeBinary, nullable=False),
    C("error", Text, nullable=False),
    C("tries", SmallInteger, nullable=False),
    C("next_try_at", DateTime(timezone=True), nullable=False),
    C("parked_at", DateTime(timezone=True)),
    Index("ix_deferred_events_due", "next_try_at", postgresql_where=text("parked_at IS NULL")),
    Index("ix_deferred_events_waiting", "subject", postgresql_where=text("parked_at IS NULL")),
)

idempotency_keys = Table(
    "idempotency_keys",
    platform,
    C("caller", Text, primary_key=True),
    C("key", Text, primary_key=True),
    C("fingerprint", Text, nullable=False),
    C("status", Integer, nullable=False),
    C("headers", JSONB, nullable=False),
    C("body", LargeBinary, nullable=False),
    C("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now(), index=True),
)

audit_trail = Table(
    "audit_trail",
    platform,
    C("position", BigInteger, Identity(), primary_key=True),
    C("at", DateTime(timezone=True), nullable=False, server_default=func.now(), index=True),
    C("actor", Text, nullable=False, index=True),
    C("operation", Text, nullable=False),
    C("permission", Text, nullable=False),
    C("path", Text, nullable=False),
    C("outcome", Text, nullable=False),
    C("request_id", Text, nullable=False),
)

import_mappings = Table(
    "import_mappings",
    platform,
    C("name", Text, primary_key=True),
    C("version", BigInteger, nullable=False),
    C("mapping", JSONB, nullable=False),
    C("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
