"""Cost imports with their rows, and assignment rules."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    assignment_rules()
    cost_imports()
    rows()


def assignment_rules():
    op.create_table(
        "assignment_rule_versions",
        sa.Column("version", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
    )
    op.create_table(
        "assignment_rules",
        sa.Column("version", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("conditions", JSONB(), nullable=False),
        sa.Column("cost_object_id", sa.Uuid()),
        sa.Column("account_id", sa.Uuid()),
        sa.ForeignKeyConstraint(["version"], ["assignment_rule_versions.version"], name="fk_assignment_rules_version"),
        sa.ForeignKeyConstraint(["cost_object_id"], ["cost_objects.id"], name="fk_assignment_rules_cost_object_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_assignment_rules_account_id"),
        sa.CheckConstraint(
            "num_nonnulls(cost_object_id, account_id) > 0", name="ck_assignment_rules_assigns_something"
        ),
    )


def cost_imports():
    op.create_table(
        "cost_imports",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("view", sa.String(40), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("base_currency", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text()),
        sa.Column("balancing_account", sa.Text(), nullable=False),
        sa.Column("default_account", sa.Text()),
        sa.Column("rates", JSONB(), nullable=False),
        sa.Column("rules_version", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("read", "accepted", "rejected", "skipped", "unassigned")
        ),
        sa.Column("posting_id", sa.Uuid()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name="fk_cost_imports_posting_id"),
        sa.CheckConstraint("view IN ('billed', 'effective')", name="ck_cost_imports_costview"),
        sa.CheckConstraint("read = accepted + rejected + skipped", name="ck_cost_imports_every_row_once"),
    )
    op.create_index("ix_cost_imports_source", "cost_imports", ["source", "view", "imported_at"])
    op.create_index("ix_cost_imports_imported_at", "cost_imports", ["imported_at", "id"])
    op.create_table(
        "cost_import_periods",
        sa.Column("cost_import_id", sa.Uuid(), primary_key=True),
        sa.Column("fiscal_period_id", sa.Uuid(), primary_key=True),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("base_amount", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(["cost_import_id"], ["cost_imports.id"], name="fk_cost_import_periods_cost_import_id"),
        sa.ForeignKeyConstraint(
            ["fiscal_period_id"], ["fiscal_periods.id"], name="fk_cost_import_periods_fiscal_period_id"
        ),
        sa.CheckConstraint("base_amount <> 'NaN'", name="ck_cost_import_periods_base_amount"),
    )
    op.create_index("ix_cost_import_periods_fiscal_period_id", "cost_import_periods", ["fiscal_period_id"])


def rows():
    op.create_table(
        "cost_import_rows",
        sa.Column("cost_import_id", sa.Uuid(), primary_key=True),
        sa.Column("line", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("fiscal_period_id", sa.Uuid(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("cost_object_id", sa.Uuid(), nullable=False),
        sa.Column("consumer_id", sa.Uuid()),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("named_cost_object", sa.Text()),
        sa.Column("assigned_by", sa.BigInteger()),
        sa.Column("description", sa.Text()),
        sa.Column("reference", sa.Text()),
        sa.Column("attributes", JSONB(), nullable=False),
        sa.CheckConstraint("amount <> 'NaN'", name="ck_cost_import_rows_amount"),
    )
    op.create_table(
        "rejected_rows",
        sa.Column("cost_import_id", sa.Uuid(), primary_key=True),
        sa.Column("line", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cost_import_id"],
            ["cost_imports.id"],
            name="fk_rejected_rows_cost_import_id",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
