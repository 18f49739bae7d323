"""What Backstage says of services beyond what the portfolio has words for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "backstage_entities",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kept", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", name="pk_backstage_entities"),
        sa.ForeignKeyConstraint(
            ["source", "external_id"],
            ["external_ids.source", "external_ids.external_id"],
            name="fk_backstage_entities_source_external_id",
            ondelete="CASCADE",
        ),
    )
