"""Budgets with their versions, lines and positions, reservations, and the tree of cost objects."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True)
STATES = "state IN ('draft', 'submitted', 'approved', 'rejected', 'superseded')"


def upgrade() -> None:
    op.add_column("cost_objects", sa.Column("parent_id", sa.Uuid()))
    op.create_foreign_key("fk_cost_objects_parent_id", "cost_objects", "cost_objects", ["parent_id"], ["id"])
    op.create_index("ix_cost_objects_parent_id", "cost_objects", ["parent_id"])
    op.add_column("fiscal_years", sa.Column("unbudgeted", sa.String(40), nullable=False, server_default="warn"))
    op.create_check_constraint("control", "fiscal_years", "unbudgeted IN ('stop', 'warn', 'ignore')")
    budgets()
    lines()
    positions()
    reservations()


def aggregate():
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def budgets():
    op.create_table(
        "budgets",
        *aggregate(),
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("approved_number", sa.BigInteger()),
        sa.Column("rate", sa.Numeric()),
        sa.ForeignKeyConstraint(["fiscal_year_id"], ["fiscal_years.id"], name="fk_budgets_fiscal_year_id"),
        sa.UniqueConstraint("fiscal_year_id", "code", name="uq_budgets_fiscal_year_id"),
    )
    op.create_table(
        "budget_versions",
        sa.Column("budget_id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("revises", sa.BigInteger()),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("submitted_by", sa.Text()),
        sa.Column("submitted_at", INSTANT),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", INSTANT),
        sa.ForeignKeyConstraint(["budget_id"], ["budgets.id"], name="fk_budget_versions_budget_id"),
        sa.CheckConstraint(STATES, name="budgetstate"),
    )


def lines():
    op.create_table(
        "budget_lines",
        sa.Column("budget_id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("code", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text()),
        sa.Column("cost_object_id", sa.Uuid()),
        sa.Column("nature", sa.Text()),
        sa.Column("amounts", ARRAY(sa.Numeric())),
        sa.Column("planned_quantity", sa.Numeric()),
        sa.Column("driver_id", sa.Uuid()),
        sa.Column("controls", JSONB(), nullable=False),
        sa.Column("horizon", sa.String(40), nullable=False),
        sa.Column("thresholds", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["budget_id", "number"],
            ["budget_versions.budget_id", "budget_versions.number"],
            name="fk_budget_lines_version",
        ),
        sa.ForeignKeyConstraint(["cost_object_id"], ["cost_objects.id"], name="fk_budget_lines_cost_object_id"),
        sa.ForeignKeyConstraint(["driver_id"], ["drivers.id"], name="fk_budget_lines_driver_id"),
        sa.CheckConstraint("amounts IS NULL OR cardinality(amounts) = 12", name="twelve_months"),
        sa.CheckConstraint("horizon IN ('yearly', 'cumulative')", name="horizon"),
    )
    op.create_index("ix_budget_lines_cost_object_id", "budget_lines", ["cost_object_id"])


def positions():
    op.create_table(
        "budget_positions",
        sa.Column("budget_id", sa.Uuid(), primary_key=True),
        sa.Column("line", sa.Text(), primary_key=True),
        sa.Column("month", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("requested", sa.Numeric(), nullable=False),
        sa.Column("committed", sa.Numeric(), nullable=False),
        sa.Column("actual", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(["budget_id"], ["budgets.id"], name="fk_budget_positions_budget_id"),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name="month"),
        sa.CheckConstraint("requested <> 'NaN' AND committed <> 'NaN' AND actual <> 'NaN'", name="numbers"),
    )
    op.create_table(
        "budget_alerts",
        sa.Column("budget_id", sa.Uuid(), primary_key=True),
        sa.Column("line", sa.Text(), primary_key=True),
        sa.Column("of", sa.Text(), primary_key=True),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("exceeded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["budget_id"], ["budgets.id"], name="fk_budget_alerts_budget_id"),
    )


def reservations():
    numbers = ("amount", "base_amount", "open_amount", "spent", "released")
    op.create_table(
        "budget_reservations",
        *aggregate(),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("reserved_on", sa.Date(), nullable=False),
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.BigInteger(), nullable=False),
        sa.Column("cost_object_id", sa.Uuid(), nullable=False),
        sa.Column("nature", sa.Text()),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("base_currency", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Numeric(), nullable=False) for name in numbers),
        sa.Column("budget_id", sa.Uuid()),
        sa.Column("line", sa.Text()),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("warnings", JSONB(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["fiscal_year_id"], ["fiscal_years.id"], name="fk_budget_reservations_fiscal_year_id"),
        sa.ForeignKeyConstraint(["cost_object_id"], ["cost_objects.id"], name="fk_budget_reservations_cost_object_id"),
        sa.ForeignKeyConstraint(["budget_id"], ["budgets.id"], name="fk_budget_reservations_budget_id"),
        sa.UniqueConstraint("source", "reference", name="uq_budget_reservations_source_reference"),
        sa.CheckConstraint("open_amount >= 0 AND open_amount <> 'NaN'", name="open"),
        sa.CheckConstraint("base_amount = open_amount + spent + released", name="conserved"),
        sa.CheckConstraint("stage IN ('requested', 'committed', 'settled')", name="stage"),
    )
    op.create_index("ix_budget_reservations_cost_object_id", "budget_reservations", ["cost_object_id"])
