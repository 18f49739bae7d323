"""Strategy reviews: frozen snapshots, with what was concluded from them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"

INSTANT = sa.DateTime(timezone=True)

# What was seen when a review was taken is what it was concluded from, whoever asks later.
KEEP = """
CREATE FUNCTION keep_strategy_reviews() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status = 'concluded' OR
        (NEW.id, NEW.name, NEW.purpose, NEW.notes, NEW.snapshot, NEW.taken_at, NEW.taken_by)
        IS DISTINCT FROM
        (OLD.id, OLD.name, OLD.purpose, OLD.notes, OLD.snapshot, OLD.taken_at, OLD.taken_by)
    THEN
        RAISE EXCEPTION 'the snapshot of a strategy review, and a concluded one, never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "strategy_reviews",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("snapshot", JSONB(), nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("conclusions", sa.Text()),
        sa.Column("actions", JSONB(), nullable=False),
        sa.Column("concluded_at", INSTANT),
        sa.Column("concluded_by", sa.Text()),
        sa.CheckConstraint("status IN ('open', 'concluded')", name="reviewstatus"),
        sa.CheckConstraint(
            "(status = 'concluded') = (num_nonnulls(conclusions, concluded_by, concluded_at) = 3)", name="concluded"
        ),
        sa.CheckConstraint("concluded_by <> taken_by", name="separation_of_duties"),
    )
    op.create_index("ix_strategy_reviews_taken_at", "strategy_reviews", ["taken_at"])
    op.execute(KEEP)
    op.execute(
        "CREATE TRIGGER keep_strategy_reviews BEFORE UPDATE OR DELETE ON strategy_reviews"
        " FOR EACH ROW EXECUTE FUNCTION keep_strategy_reviews()"
    )
