"""How well services are aligned with objectives, kept of the facts of strategy."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "known_alignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Numeric()),
        sa.Column("objectives", sa.BigInteger(), nullable=False),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_alignments"),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name="score"),
    )
