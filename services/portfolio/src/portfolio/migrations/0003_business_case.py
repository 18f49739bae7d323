"""Business cases with their submissions and decisions, and the approval policy."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "approval_policies",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scales", JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text()),
        sa.Column("set_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("version", name="pk_approval_policies"),
    )
    cases()
    submissions()
    decisions()
    for table, rule in (("business_case_submissions", SUBMISSION), ("business_case_decisions", DECISION)):
        op.execute(rule)
        op.execute(f"CREATE TRIGGER keep_{table} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION keep_{table}()")


def cases():
    op.create_table(
        "business_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("requested_funding", sa.Numeric(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("approved_steps", sa.BigInteger(), nullable=False),
        sa.Column("answered_number", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_business_cases"),
        sa.UniqueConstraint("code", name="uq_business_cases_code"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_business_cases_service_id"),
        sa.CheckConstraint("status IN ('draft', 'submitted', 'approved', 'rejected', 'withdrawn')", name="casestatus"),
        sa.CheckConstraint("requested_funding >= 0 AND requested_funding <> 'NaN'", name="requested_funding"),
    )
    op.create_index("ix_business_cases_service_id_status", "business_cases", ["service_id", "status"])


def submissions():
    op.create_table(
        "business_case_submissions",
        sa.Column("business_case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column("steps", JSONB(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("investment_id", sa.Uuid()),
        sa.Column("figures", JSONB()),
        sa.Column("refused_reason", sa.Text()),
        sa.PrimaryKeyConstraint("business_case_id", "number", name="pk_business_case_submissions"),
        sa.ForeignKeyConstraint(
            ["business_case_id"], ["business_cases.id"], name="fk_business_case_submissions_business_case_id"
        ),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (figures IS NULL AND refused_reason IS NULL)"
            " AND (figures IS NULL OR refused_reason IS NULL)",
            name="answer",
        ),
    )


def decisions():
    op.create_table(
        "business_case_decisions",
        sa.Column("business_case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("business_case_id", "number", "step", name="pk_business_case_decisions"),
        sa.ForeignKeyConstraint(
            ["business_case_id", "number"],
            ["business_case_submissions.business_case_id", "business_case_submissions.number"],
            name="fk_business_case_decisions_business_case_id_number",
        ),
        sa.UniqueConstraint(
            "business_case_id",
            "number",
            "decided_by",
            name="uq_business_case_decisions_business_case_id_number_decided_by",
        ),
        sa.CheckConstraint("outcome IN ('approved', 'rejected', 'returned')", name="ruling"),
    )


# What was submitted is what is decided on, whoever asks later.
SUBMISSION = """
CREATE FUNCTION keep_business_case_submissions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.business_case_id, NEW.number, NEW.content, NEW.policy_version, NEW.steps)
        IS DISTINCT FROM (OLD.business_case_id, OLD.number, OLD.content, OLD.policy_version, OLD.steps)
        OR (NEW.submitted_by, NEW.submitted_at) IS DISTINCT FROM (OLD.submitted_by, OLD.submitted_at)
    THEN
        RAISE EXCEPTION 'what was submitted never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
DECISION = """
CREATE FUNCTION keep_business_case_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
