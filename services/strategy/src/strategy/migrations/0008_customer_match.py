"""Pairs of customers that may be one."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "customer_matches",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        *(
            sa.Column(
                column, sa.Uuid(), sa.ForeignKey("customers.id", name=f"fk_customer_matches_{column}"), nullable=False
            )
            for column in ("one_id", "other_id")
        ),
        sa.Column("likeness", sa.Numeric(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date()),
        sa.UniqueConstraint("one_id", "other_id", name="uq_customer_matches_one_id_other_id"),
        sa.CheckConstraint("one_id < other_id", name="order"),
        sa.CheckConstraint("likeness BETWEEN 0 AND 1", name="likeness"),
        sa.CheckConstraint("state IN ('open', 'merged', 'dismissed')", name="matchstate"),
    )
    op.create_index("ix_customer_matches_other_id", "customer_matches", ["other_id"])
