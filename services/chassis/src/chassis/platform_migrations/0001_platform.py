"""Outbox, inbox, deferred events, idempotency keys, audit trail, import mappings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("published_at", INSTANT),
        sa.Column("feed_position", sa.BigInteger()),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
        sa.UniqueConstraint("feed_position", name="uq_outbox_feed_position"),
    )
    op.create_index("ix_outbox_unpublished", "outbox", ["position"], postgresql_where=sa.text("published_at IS NULL"))
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid(), primary_key=True),
        sa.Column("received_at", INSTANT, nullable=False, server_default=sa.func.now()),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.create_table(
        "deferred_events",
        sa.Column("position", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.Column("parked_at", INSTANT),
        sa.UniqueConstraint("id", name="uq_deferred_events_id"),
    )
    not_parked = sa.text("parked_at IS NULL")
    op.create_index("ix_deferred_events_due", "deferred_events", ["next_try_at"], postgresql_where=not_parked)
    op.create_index("ix_deferred_events_waiting", "deferred_events", ["subject"], postgresql_where=not_parked)
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", sa.Text(), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSONB(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False, server_default=sa.func.now()),
    )
    op.create_index("ix_idempotency_keys_recorded_at", "idempotency_keys", ["recorded_at"])
    op.create_table(
        "audit_trail",
        sa.Column("position", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("at", INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
    )
    op.create_index("ix_audit_trail_at", "audit_trail", ["at"])
    op.create_index("ix_audit_trail_actor", "audit_trail", ["actor"])
    op.create_table(
        "import_mappings",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("mapping", JSONB(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False, server_default=sa.func.now()),
    )
