"""What other systems have said last of resources of their service catalogs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "source_statements",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("external_id", sa.Text(), primary_key=True),
        sa.Column(
            "service_id",
            sa.Uuid(),
            sa.ForeignKey("services.id", name="fk_source_statements_service_id"),
            nullable=False,
        ),
        sa.Column("body", JSONB(), nullable=False),
        sa.Column("terms", JSONB(), nullable=False),
        sa.CheckConstraint("kind IN ('service_specification', 'service_candidate')", name="resourcekind"),
    )
    op.create_index("ix_source_statements_service_id", "source_statements", ["service_id"])
