"""What Backstage says of groups and domains beyond what the market has words for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "backstage_entities",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("kept", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", name="pk_backstage_entities"),
    )
