"""Measurements of service levels, evidence kept from other services' facts, reviews with their frozen evidence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision = "0001"

RECOMMENDATIONS = ("continue", "invest", "remediate", "consolidate", "retire")


def upgrade() -> None:
    measurements()
    costs()
    recoveries()
    demand()
    reviews()


def one_of(table, column, values):
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column}")


def measurements():
    op.create_table(
        "measurements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_level_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("period_starts_on", sa.Date(), nullable=False),
        sa.Column("period_ends_on", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric()),
        sa.Column("volume_met", sa.Numeric()),
        sa.Column("volume", sa.Numeric()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_measurements"),
        sa.ForeignKeyConstraint(["service_level_id"], ["service_levels.id"], name="fk_measurements_service_level_id"),
        sa.UniqueConstraint(
            "service_level_id",
            "source",
            "period_starts_on",
            name="uq_measurements_service_level_id_source_period_starts_on",
        ),
        sa.CheckConstraint("value >= 0 AND value <> 'NaN'", name="ck_measurements_value"),
        sa.CheckConstraint(
            "volume_met >= 0 AND volume_met <= volume AND volume <> 'NaN'", name="ck_measurements_volumes"
        ),
        sa.CheckConstraint("period_ends_on > period_starts_on", name="ck_measurements_period"),
    )
    op.create_index("ix_measurements_period_starts_on", "measurements", ["period_starts_on"])


def costs():
    op.create_table(
        "posted_costs",
        sa.Column("cost_object_code", sa.Text(), nullable=False),
        sa.Column("period_starts_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("income", sa.Boolean(), nullable=False),
        sa.Column("service_id", sa.Uuid()),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cost_object_code", "period_starts_on", "currency", "income", name="pk_posted_costs"),
        sa.CheckConstraint("amount <> 'NaN'", name="ck_posted_costs_amount"),
    )
    op.create_index("ix_posted_costs_service_id_period_starts_on", "posted_costs", ["service_id", "period_starts_on"])
    op.create_table(
        "known_allocation_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("model_code", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_allocation_runs"),
        sa.UniqueConstraint(
            "model_code", "starts_on", "ends_on", name="uq_known_allocation_runs_model_code_starts_on_ends_on"
        ),
    )
    op.create_table(
        "full_costs",
        sa.Column("allocation_run_id", sa.Uuid(), nullable=False),
        sa.Column("cost_object_code", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Uuid()),
        sa.Column("direct", sa.Numeric(), nullable=False),
        sa.Column("received", sa.Numeric(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("allocation_run_id", "cost_object_code", name="pk_full_costs"),
        sa.ForeignKeyConstraint(
            ["allocation_run_id"],
            ["known_allocation_runs.id"],
            name="fk_full_costs_allocation_run_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("direct <> 'NaN' AND received <> 'NaN' AND amount <> 'NaN'", name="ck_full_costs_amounts"),
    )
    op.create_index("ix_full_costs_service_id", "full_costs", ["service_id"])
    op.create_index("ix_full_costs_cost_object_code", "full_costs", ["cost_object_code"])


def recoveries():
    op.create_table(
        "known_charge_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_charge_runs"),
    )
    op.create_table(
        "recoveries",
        sa.Column("charge_run_id", sa.Uuid(), nullable=False),
        sa.Column("cost_object_code", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Uuid()),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("charge_run_id", "cost_object_code", name="pk_recoveries"),
        sa.ForeignKeyConstraint(["charge_run_id"], ["known_charge_runs.id"], name="fk_recoveries_charge_run_id"),
        sa.CheckConstraint("amount <> 'NaN'", name="ck_recoveries_amount"),
    )
    op.create_index("ix_recoveries_service_id", "recoveries", ["service_id"])
    op.create_index("ix_recoveries_cost_object_code", "recoveries", ["cost_object_code"])


def demand():
    op.create_table(
        "known_offerings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("service_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("need_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("launched_on", sa.Date()),
        sa.Column("withdrawn_on", sa.Date()),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_offerings"),
    )
    op.create_index("ix_known_offerings_service_ids", "known_offerings", ["service_ids"], postgresql_using="gin")
    op.create_index("ix_known_offerings_need_ids", "known_offerings", ["need_ids"], postgresql_using="gin")
    op.create_table(
        "known_needs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("importance", sa.BigInteger(), nullable=False),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_needs"),
    )


def reviews():
    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("trigger", sa.String(40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.Column("recommendation", sa.String(40), nullable=False),
        sa.Column("findings", JSONB(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("decision", sa.String(40)),
        sa.Column("reason", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Text()),
        sa.Column("follow_up_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_reviews_service_id"),
        one_of("reviews", "trigger", ("calendar", "rule", "person")),
        one_of("reviews", "recommendation", RECOMMENDATIONS),
        one_of("reviews", "decision", RECOMMENDATIONS),
        one_of("reviews", "status", ("open", "decided")),
        sa.CheckConstraint(
            "(status = 'decided') = (decision IS NOT NULL) AND (decision IS NULL) = (decided_by IS NULL)",
            name="ck_reviews_decided",
        ),
        sa.CheckConstraint("decided_by <> opened_by", name="ck_reviews_separation_of_duties"),
    )
    op.create_index(
        "uq_reviews_open", "reviews", ["service_id"], unique=True, postgresql_where=sa.text("status = 'open'")
    )
    op.create_index("ix_reviews_service_id_opened_at", "reviews", ["service_id", "opened_at"])
    op.create_index("ix_reviews_opened_at", "reviews", ["opened_at"])
    op.execute(KEEP)
    op.execute(
        "CREATE TRIGGER keep_review_evidence BEFORE UPDATE ON reviews"
        " FOR EACH ROW EXECUTE FUNCTION keep_review_evidence()"
    )


# What was seen when a review was opened is what it was decided on, whoever asks later.
KEEP = """
CREATE FUNCTION keep_review_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.service_id, NEW.evidence, NEW.findings, NEW.recommendation, NEW.opened_by, NEW.opened_at)
        IS DISTINCT FROM
        (OLD.service_id, OLD.evidence, OLD.findings, OLD.recommendation, OLD.opened_by, OLD.opened_at)
        OR OLD.status = 'decided'
    THEN
        RAISE EXCEPTION 'the evidence of a review, and a decided review, never change'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
