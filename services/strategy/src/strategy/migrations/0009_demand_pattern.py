"""Demand patterns with their volumes and forecasts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"

NAMED = {"service_id": "known_services", "need_id": "needs", "customer_id": "customers", "segment_id": "segments"}


def upgrade() -> None:
    op.create_table(
        "demand_patterns",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        *(
            sa.Column(column, sa.Uuid(), sa.ForeignKey(f"{table}.id", name=f"fk_demand_patterns_{column}"))
            for column, table in NAMED.items()
        ),
        sa.Column("driver", sa.Text()),
        sa.Column("target_id", sa.Uuid()),
        sa.UniqueConstraint("code", name="uq_demand_patterns_code"),
        sa.UniqueConstraint("driver", "target_id", name="uq_demand_patterns_driver_target_id"),
        sa.CheckConstraint("num_nonnulls(service_id, need_id) = 1", name="subject"),
        sa.CheckConstraint("num_nonnulls(customer_id, segment_id) <= 1", name="asker"),
        sa.CheckConstraint("num_nonnulls(driver, target_id) <> 1", name="driver"),
    )
    for column in NAMED:
        op.create_index(f"ix_demand_patterns_{column}", "demand_patterns", [column])
    create_volumes()
    create_forecasts()


def of_pattern(table: str):
    reference = sa.ForeignKey("demand_patterns.id", name=f"fk_{table}_demand_pattern_id")
    return sa.Column("demand_pattern_id", sa.Uuid(), reference, primary_key=True)


def create_volumes() -> None:
    op.create_table(
        "demand_volumes",
        of_pattern("demand_volumes"),
        sa.Column("month", sa.Date(), primary_key=True),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.CheckConstraint("quantity >= 0 AND quantity <> 'NaN'", name="quantity"),
        sa.CheckConstraint("extract(day from month) = 1", name="month"),
    )


def create_forecasts() -> None:
    op.create_table(
        "demand_forecasts",
        of_pattern("demand_forecasts"),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("mean_absolute_error", sa.Numeric()),
        sa.Column("naive_error", sa.Numeric()),
        sa.Column("held_out_months", sa.BigInteger(), nullable=False),
        sa.Column("history_starts_on", sa.Date(), nullable=False),
        sa.Column("history_months", sa.BigInteger(), nullable=False),
        sa.Column("volumes", JSONB(), nullable=False),
        sa.CheckConstraint("method IN ('naive', 'linear', 'seasonal_linear')", name="method"),
    )
