"""Initiatives with their steps, readiness, milestones, dependencies, risks, success factors and status reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True)
STATUSES = ("draft", "approved", "in_preparation", "ready", "executing", "completed", "cancelled", "on_hold")


def upgrade() -> None:
    create_initiatives()
    create_readiness_conditions()
    create_milestones()
    create_dependencies()
    create_risks()
    create_reports()
    op.create_foreign_key("fk_alignments_initiative_id", "alignments", "initiatives", ["initiative_id"], ["id"])


def aggregate():
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def reference(table, column, to, **options):
    key = sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}")
    return sa.Column(column, sa.Uuid(), key, nullable=False, **options)


def text(name, *, nullable=False):
    return sa.Column(name, sa.Text(), nullable=nullable)


def one_of(column, values):
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=f"{column}_word")


def create_initiatives():
    op.create_table(
        "initiatives",
        *aggregate(),
        *(text(name) for name in ("code", "name", "description", "owner")),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("held_from", sa.String(40)),
        sa.Column("service_ids", ARRAY(sa.Uuid()), nullable=False),
        text("funding", nullable=True),
        sa.Column("starts_on", sa.Date()),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("started_on", sa.Date()),
        sa.Column("ended_on", sa.Date()),
        sa.Column("steps", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("code", name="uq_initiatives_code"),
        one_of("status", STATUSES),
        one_of("held_from", STATUSES),
        sa.CheckConstraint("(status = 'on_hold') = (held_from IS NOT NULL)", name="held_from_status"),
    )
    op.create_index("ix_initiatives_status", "initiatives", ["status"])
    op.create_index("ix_initiatives_service_ids", "initiatives", ["service_ids"], postgresql_using="gin")
    op.create_table(
        "initiative_steps",
        reference("initiative_steps", "initiative_id", "initiatives", primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("left", sa.String(40), nullable=False),
        sa.Column("reached", sa.String(40), nullable=False),
        text("reason"),
        text("taken_by"),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.CheckConstraint(f'"left" IN {STATUSES}', name="left_word"),
        one_of("reached", STATUSES),
    )


def create_readiness_conditions():
    op.create_table(
        "readiness_conditions",
        *aggregate(),
        reference("readiness_conditions", "initiative_id", "initiatives"),
        text("name"),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        text("evidence", nullable=True),
        text("met_by", nullable=True),
        sa.Column("met_at", INSTANT),
        text("waiver_reason", nullable=True),
        text("waived_by", nullable=True),
        sa.Column("waived_at", INSTANT),
        sa.UniqueConstraint("initiative_id", "name", name="uq_readiness_conditions_initiative_id_name"),
        sa.CheckConstraint("num_nonnulls(evidence, met_by, met_at) IN (0, 3)", name="met"),
        sa.CheckConstraint("num_nonnulls(waiver_reason, waived_by, waived_at) IN (0, 3)", name="waived"),
    )


def create_milestones():
    dates = [("planned_on", False), ("forecast_on", True), ("actual_on", True)]
    op.create_table(
        "milestones",
        *aggregate(),
        reference("milestones", "initiative_id", "initiatives"),
        text("code"),
        text("name"),
        sa.Column("duration_days", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=nullable) for name, nullable in dates),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("initiative_id", "code", name="uq_milestones_initiative_id_code"),
        sa.CheckConstraint("duration_days BETWEEN 0 AND 36500", name="duration_days"),
    )
    op.create_table(
        "milestone_dates",
        reference("milestone_dates", "milestone_id", "milestones", primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Date(), nullable=nullable) for name, nullable in dates),
        text("reason"),
        text("stated_by"),
        sa.Column("stated_at", INSTANT, nullable=False),
    )


def create_dependencies():
    for table, column, to in (
        ("milestone_dependencies", "milestone_id", "milestones"),
        ("initiative_dependencies", "initiative_id", "initiatives"),
    ):
        op.create_table(
            table,
            *aggregate(),
            reference(table, column, to),
            reference(table, "needs_id", to),
            sa.UniqueConstraint(column, "needs_id", name=f"uq_{table}_{column}_needs_id"),
        )
        op.create_index(f"ix_{table}_needs_id", table, ["needs_id"])


def create_risks():
    op.create_table(
        "risks",
        *aggregate(),
        reference("risks", "initiative_id", "initiatives"),
        text("name"),
        text("owner"),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("probability", sa.Numeric(), nullable=False),
        sa.Column("impact_amount", sa.Numeric(), nullable=False),
        text("impact_currency"),
        sa.Column("response", sa.String(40), nullable=False),
        text("response_note"),
        one_of("state", ("open", "occurred", "closed")),
        one_of("response", ("avoid", "reduce", "transfer", "accept")),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name="probability"),
        sa.CheckConstraint("impact_amount >= 0 AND impact_amount <> 'NaN'", name="impact"),
    )
    op.create_index("ix_risks_initiative_id", "risks", ["initiative_id"])
    op.create_table(
        "success_factors",
        *aggregate(),
        reference("success_factors", "initiative_id", "initiatives"),
        text("name"),
        text("told_by"),
        sa.Column("state", sa.String(40), nullable=False),
        text("note"),
        sa.UniqueConstraint("initiative_id", "name", name="uq_success_factors_initiative_id_name"),
        one_of("state", ("not_assessed", "on_track", "at_risk", "met", "missed")),
    )


def create_reports():
    op.create_table(
        "status_reports",
        *aggregate(),
        reference("status_reports", "initiative_id", "initiatives"),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("light", sa.String(40), nullable=False),
        text("reason"),
        sa.Column("snapshot", JSONB(), nullable=False),
        text("reported_by"),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.UniqueConstraint("initiative_id", "reported_on", name="uq_status_reports_initiative_id_reported_on"),
        one_of("light", ("green", "amber", "red")),
    )
    op.execute(KEEP)
    op.execute(
        "CREATE TRIGGER keep_status_reports BEFORE UPDATE OR DELETE ON status_reports"
        " FOR EACH ROW EXECUTE FUNCTION keep_status_reports()"
    )


# What was reported is what the steering committee decided on, whoever asks later.
KEEP = """
CREATE FUNCTION keep_status_reports() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a status report never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
