"""Drivers and their quantities, subscriptions as heard, allocation models and runs, charge plans, runs and charges."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

CURRENT = sa.text("replaced_at IS NULL")


def upgrade() -> None:
    drivers()
    subscriptions()
    allocation()
    charging()


def aggregate():
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def drivers():
    op.create_table(
        "drivers",
        *aggregate(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.UniqueConstraint("code", name="uq_drivers_code"),
    )
    op.create_table(
        "driver_quantities",
        sa.Column("driver_id", sa.Uuid(), primary_key=True),
        sa.Column("target_id", sa.Uuid(), primary_key=True),
        sa.Column("valid_from", sa.Date(), primary_key=True),
        sa.Column("target_kind", sa.String(40), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(["driver_id"], ["drivers.id"], name="fk_driver_quantities_driver_id"),
        sa.CheckConstraint("target_kind IN ('cost_object', 'consumer')", name="ck_driver_quantities_targetkind"),
        sa.CheckConstraint("quantity >= 0 AND quantity <> 'NaN'", name="ck_driver_quantities_quantity"),
    )


def subscriptions():
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("consumer_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity >= 0 AND quantity <> 'NaN'", name="ck_subscriptions_quantity"),
    )
    op.create_index("ix_subscriptions_service_id", "subscriptions", ["service_id"])


def allocation():
    op.create_table(
        "allocation_models",
        *aggregate(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("code", name="uq_allocation_models_code"),
    )
    op.create_table(
        "allocation_revisions",
        sa.Column("model_id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("pools", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["allocation_models.id"], name="fk_allocation_revisions_model_id"),
    )
    op.create_table(
        "allocation_runs",
        *aggregate(),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cost_in", sa.Numeric(), nullable=False),
        sa.Column("allocated", sa.Numeric(), nullable=False),
        sa.Column("unallocated", sa.Numeric(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["model_id"], ["allocation_models.id"], name="fk_allocation_runs_model_id"),
        sa.CheckConstraint("cost_in = allocated + unallocated", name="ck_allocation_runs_conserved"),
    )
    op.create_index(
        "uq_allocation_runs_current",
        "allocation_runs",
        ["model_id", "starts_on", "ends_on"],
        unique=True,
        postgresql_where=CURRENT,
    )
    op.create_table(
        "allocation_lines",
        sa.Column("run_id", sa.Uuid(), primary_key=True),
        sa.Column("pool", sa.Text(), primary_key=True),
        sa.Column("cost_object_id", sa.Uuid(), primary_key=True),
        sa.Column("role", sa.String(40), primary_key=True),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("driver_quantity", sa.Numeric()),
        sa.ForeignKeyConstraint(["run_id"], ["allocation_runs.id"], name="fk_allocation_lines_run_id"),
        sa.ForeignKeyConstraint(["cost_object_id"], ["cost_objects.id"], name="fk_allocation_lines_cost_object_id"),
        sa.CheckConstraint("role IN ('source', 'target')", name="ck_allocation_lines_allocationrole"),
        sa.CheckConstraint("amount <> 'NaN'", name="ck_allocation_lines_amount"),
    )


def charging():
    op.create_table(
        "charge_plans",
        *aggregate(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(40), nullable=False),
        sa.Column("cost_objects", JSONB(), nullable=False),
        sa.Column("driver_id", sa.Uuid()),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("allocation_model_id", sa.Uuid()),
        sa.UniqueConstraint("code", name="uq_charge_plans_code"),
        sa.ForeignKeyConstraint(["driver_id"], ["drivers.id"], name="fk_charge_plans_driver_id"),
        sa.ForeignKeyConstraint(
            ["allocation_model_id"], ["allocation_models.id"], name="fk_charge_plans_allocation_model_id"
        ),
        sa.CheckConstraint("mode IN ('showback')", name="ck_charge_plans_chargemode"),
        sa.CheckConstraint("basis IN ('gross', 'net', 'full')", name="ck_charge_plans_chargebasis"),
    )
    op.create_table(
        "charge_runs",
        *aggregate(),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("allocation_run_id", sa.Uuid()),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("uncharged", JSONB(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["plan_id"], ["charge_plans.id"], name="fk_charge_runs_plan_id"),
        sa.ForeignKeyConstraint(["allocation_run_id"], ["allocation_runs.id"], name="fk_charge_runs_allocation_run_id"),
        sa.CheckConstraint("basis IN ('gross', 'net', 'full')", name="ck_charge_runs_chargebasis"),
    )
    op.create_index(
        "uq_charge_runs_current",
        "charge_runs",
        ["plan_id", "starts_on", "ends_on"],
        unique=True,
        postgresql_where=CURRENT,
    )
    op.create_table(
        "charges",
        *aggregate(),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("consumer_id", sa.Uuid(), nullable=False),
        sa.Column("consumer_name", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["run_id"], ["charge_runs.id"], name="fk_charges_run_id"),
        sa.CheckConstraint("mode IN ('showback')", name="ck_charges_chargemode"),
    )
    op.create_index("ix_charges_run_id", "charges", ["run_id"])
    op.create_index("ix_charges_consumer_id", "charges", ["consumer_id"])
    op.create_table(
        "charge_lines",
        sa.Column("charge_id", sa.Uuid(), primary_key=True),
        sa.Column("cost_object_id", sa.Uuid(), primary_key=True),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("quantity_total", sa.Numeric(), nullable=False),
        sa.Column("cost", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(["charge_id"], ["charges.id"], name="fk_charge_lines_charge_id"),
        sa.ForeignKeyConstraint(["cost_object_id"], ["cost_objects.id"], name="fk_charge_lines_cost_object_id"),
        sa.CheckConstraint("amount <> 'NaN'", name="ck_charge_lines_amount"),
    )
    op.create_index("ix_charge_lines_cost_object_id", "charge_lines", ["cost_object_id"])
