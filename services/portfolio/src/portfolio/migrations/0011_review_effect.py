"""What opened a review, what its decision was to bring, and what came of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Replicas of the release before go on opening and deciding reviews without these columns: hence the default."""
    for column in (
        sa.Column("cause", JSONB()),
        sa.Column("cause_key", sa.Text()),
        sa.Column("expected_effects", JSONB(), nullable=False, server_default="[]"),
        sa.Column("follow_up", JSONB()),
        sa.Column("followed_up_at", sa.DateTime(timezone=True)),
        sa.Column("followed_up_by", sa.Text()),
    ):
        op.add_column("reviews", column)
    op.create_index("uq_reviews_cause", "reviews", ["service_id", "cause_key"], unique=True)
    op.create_index(
        "ix_reviews_to_follow_up",
        "reviews",
        ["follow_up_on", "id"],
        postgresql_where=sa.text("followed_up_at IS NULL"),
    )
    op.create_check_constraint(
        "followed_up",
        "reviews",
        "(follow_up IS NULL) = (followed_up_at IS NULL) AND (follow_up IS NULL) = (followed_up_by IS NULL)"
        " AND (follow_up IS NULL OR status = 'decided')",
    )
    op.execute(KEEP)


# What was seen when a review was opened is what it was decided on, whoever asks later; to a decision only what came of
# it is added, once.
KEEP = """
CREATE OR REPLACE FUNCTION keep_review_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.service_id, NEW.trigger, NEW.cause, NEW.cause_key, NEW.starts_on, NEW.ends_on, NEW.evidence, NEW.findings,
        NEW.recommendation, NEW.opened_by, NEW.opened_at)
        IS DISTINCT FROM
        (OLD.service_id, OLD.trigger, OLD.cause, OLD.cause_key, OLD.starts_on, OLD.ends_on, OLD.evidence, OLD.findings,
        OLD.recommendation, OLD.opened_by, OLD.opened_at)
        OR OLD.followed_up_at IS NOT NULL
        OR OLD.status = 'decided' AND (NEW.followed_up_at IS NULL
            OR (NEW.status, NEW.decision, NEW.reason, NEW.decided_at, NEW.decided_by, NEW.follow_up_on,
                NEW.expected_effects)
            IS DISTINCT FROM
            (OLD.status, OLD.decision, OLD.reason, OLD.decided_at, OLD.decided_by, OLD.follow_up_on,
                OLD.expected_effects))
    THEN
        RAISE EXCEPTION 'the evidence of a review, a decision and what came of it never change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
