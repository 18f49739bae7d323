"""What finance and the portfolio say of services: cost, recovery, performance, decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    keep_costs()
    keep_recoveries()
    keep_performances()
    keep_decisions()


def keep_costs() -> None:
    op.create_table(
        "posted_costs",
        sa.Column("cost_object_code", sa.Text(), primary_key=True),
        sa.Column("period_starts_on", sa.Date(), primary_key=True),
        sa.Column("currency", sa.Text(), primary_key=True),
        sa.Column("income", sa.Boolean(), primary_key=True),
        sa.Column("service_id", sa.Uuid()),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount <> 'NaN'", name="amount"),
    )
    op.create_index("ix_posted_costs_service_id_period_starts_on", "posted_costs", ["service_id", "period_starts_on"])
    op.create_table(
        "known_allocation_runs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("model_code", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint(
            "model_code", "starts_on", "ends_on", name="uq_known_allocation_runs_model_code_starts_on_ends_on"
        ),
    )
    keep_parts("full_costs", "allocation_run_id", "known_allocation_runs", ondelete="CASCADE")


def keep_recoveries() -> None:
    op.create_table(
        "known_charge_runs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
    )
    keep_parts("recoveries", "charge_run_id", "known_charge_runs")


def keep_parts(table: str, run: str, runs: str, **options: str) -> None:
    """Per run and cost object, found by the service and, where it is not known, by the code."""
    op.create_table(
        table,
        sa.Column(run, sa.Uuid(), sa.ForeignKey(f"{runs}.id", name=f"fk_{table}_{run}", **options), primary_key=True),
        sa.Column("cost_object_code", sa.Text(), primary_key=True),
        sa.Column("service_id", sa.Uuid()),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.CheckConstraint("amount <> 'NaN'", name="amount"),
    )
    op.create_index(f"ix_{table}_service_id", table, ["service_id"])
    op.create_index(f"ix_{table}_cost_object_code", table, ["cost_object_code"])


def keep_performances() -> None:
    op.create_table(
        "known_performances",
        sa.Column("service_id", sa.Uuid(), primary_key=True),
        sa.Column("window", sa.Text(), primary_key=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("number", "levels", "measured", "met")),
        *(sa.Column(name, sa.Numeric()) for name in ("attainment", "coverage", "health")),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
    )


def keep_decisions() -> None:
    kinds = "'proposal', 'business_case', 'funding', 'review', 'retirement'"
    pipeline = "'proposed', 'chartered', 'launched', 'submitted', 'returned', 'approved', 'rejected', 'withdrawn'"
    op.create_table(
        "known_decisions",
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("service_id", sa.Uuid(), primary_key=True),
        sa.Column("state", sa.String(40), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("code", "title", "outcome")),
        sa.Column("amount", sa.Numeric()),
        sa.Column("currency", sa.Text()),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"kind IN ({kinds})", name="decisionkind"),
        sa.CheckConstraint(
            f"state IN ({pipeline}, 'open', 'decided', 'announced', 'cancelled', 'carried_out')", name="decisionstate"
        ),
        sa.CheckConstraint("amount <> 'NaN'", name="amount"),
        sa.CheckConstraint("num_nonnulls(amount, currency) <> 1", name="money"),
    )
    op.create_index("ix_known_decisions_service_id", "known_decisions", ["service_id"])
