"""Cost imports: what rows said, what stands, reassignments, charges, runs, withdrawals, expected sources."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

CHARGED = ("charge_category", "charge_class", "commitment_status", "publisher")
INSTANT = sa.DateTime(timezone=True)
VIEW = "view IN ('billed', 'effective')"


def upgrade() -> None:
    rows()
    charges()
    standing()
    reassignments()
    runs()
    withdrawals()
    sources()


def rows():
    """Of earlier rows it is not known what they said of their account: they are taken to have named it."""
    for name in ("named_account", "named_consumer"):
        op.add_column("cost_import_rows", sa.Column(name, sa.Text()))
    op.add_column("cost_import_rows", sa.Column("reassignment_id", sa.Uuid()))
    op.add_column("cost_import_rows", sa.Column("other_amount", sa.Numeric()))
    for name in CHARGED:
        op.add_column("cost_import_rows", sa.Column(name, sa.Text()))
    op.create_check_constraint("other_amount", "cost_import_rows", "other_amount <> 'NaN'")
    op.execute(
        "UPDATE cost_import_rows SET named_account = accounts.code FROM accounts "
        "WHERE accounts.id = cost_import_rows.account_id"
    )


def charges():
    op.create_table(
        "cost_import_charges",
        sa.Column("cost_import_id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text()) for name in CHARGED),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("other_amount", sa.Numeric()),
        sa.ForeignKeyConstraint(["cost_import_id"], ["cost_imports.id"], name="fk_cost_import_charges_cost_import_id"),
        sa.CheckConstraint("amount <> 'NaN' AND other_amount <> 'NaN'", name="amounts"),
    )


def standing():
    op.add_column("cost_import_periods", sa.Column("superseded_at", INSTANT))
    op.add_column("cost_import_periods", sa.Column("days", sa.BigInteger()))
    op.execute(
        """
        UPDATE cost_import_periods SET superseded_at = later.imported_at
        FROM (
            SELECT cost_import_id, fiscal_period_id, lead(imported_at) OVER (
                PARTITION BY source, view, fiscal_period_id ORDER BY imported_at, cost_imports.id
            ) AS imported_at
            FROM cost_import_periods JOIN cost_imports ON cost_imports.id = cost_import_id
        ) AS later
        WHERE later.cost_import_id = cost_import_periods.cost_import_id
          AND later.fiscal_period_id = cost_import_periods.fiscal_period_id
        """
    )
    op.create_index(
        "ix_cost_import_periods_superseded_at",
        "cost_import_periods",
        ["superseded_at"],
        postgresql_where=sa.text("superseded_at IS NOT NULL"),
    )


def reassignments():
    op.create_table(
        "cost_reassignments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("cost_import_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.BigInteger(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("posting_id", sa.Uuid()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reassigned_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["cost_import_id"], ["cost_imports.id"], name="fk_cost_reassignments_cost_import_id"),
        sa.ForeignKeyConstraint(["posting_id"], ["postings.id"], name="fk_cost_reassignments_posting_id"),
        sa.CheckConstraint("row_count > 0", name="row_count"),
    )
    op.create_index("ix_cost_reassignments_cost_import_id", "cost_reassignments", ["cost_import_id", "reassigned_at"])


def runs():
    op.create_table(
        "cost_import_runs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("view", sa.String(40), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("received_bytes", "read", "accepted", "rejected")
        ),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("cost_import_id", sa.Uuid()),
        sa.Column("problem", sa.Text()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["cost_import_id"], ["cost_imports.id"], name="fk_cost_import_runs_cost_import_id"),
        sa.CheckConstraint(VIEW, name="costview"),
        sa.CheckConstraint("state IN ('running', 'done', 'failed', 'cancelled', 'interrupted')", name="runstate"),
    )
    op.create_index("ix_cost_import_runs_started_at", "cost_import_runs", ["started_at", "id"])


def withdrawals():
    op.add_column("cost_imports", sa.Column("withdrawn_at", INSTANT))
    op.add_column("cost_imports", sa.Column("withdrawn_by", sa.Text()))
    op.add_column("cost_imports", sa.Column("withdrawal_reason", sa.Text()))
    op.add_column("cost_imports", sa.Column("withdrawal_posting_id", sa.Uuid()))
    op.create_foreign_key(
        "fk_cost_imports_withdrawal_posting_id", "cost_imports", "postings", ["withdrawal_posting_id"], ["id"]
    )


def sources():
    op.create_table(
        "cost_sources",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("view", sa.String(40), nullable=False),
        sa.Column("cadence", sa.String(40), nullable=False),
        sa.Column("expected_from", sa.Date(), nullable=False),
        sa.Column("expected_until", sa.Date()),
        sa.UniqueConstraint("source", name="uq_cost_sources_source"),
        sa.CheckConstraint("expected_until > expected_from", name="begins_before_it_ends"),
        sa.CheckConstraint(VIEW, name="costview"),
        sa.CheckConstraint("cadence IN ('daily', 'monthly')", name="cadence"),
    )
