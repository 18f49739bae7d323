"""Allocation in layers by three methods: what each pool, cost object and consumer had of a run; kinds of drivers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    drivers()
    revisions()
    pools()
    costs()
    consumers()
    lines()
    earlier_runs()


def drivers():
    op.add_column("drivers", sa.Column("kind", sa.String(40), nullable=False, server_default="level"))
    op.alter_column("drivers", "kind", server_default=None)
    op.create_check_constraint(op.f("ck_drivers_driverkind"), "drivers", "kind IN ('level', 'flow')")


def revisions():
    """What had only pools becomes one layer by the direct method."""
    op.add_column("allocation_revisions", sa.Column("layers", JSONB()))
    op.execute(
        "UPDATE allocation_revisions SET layers = jsonb_build_array("
        "jsonb_build_object('code', 'direct', 'method', 'direct', 'pools', pools))"
    )
    op.alter_column("allocation_revisions", "layers", nullable=False)
    op.drop_column("allocation_revisions", "pools")


def of_run(table):
    return sa.ForeignKeyConstraint(["run_id"], ["allocation_runs.id"], name=f"fk_{table}_run_id")


def pools():
    op.create_table(
        "allocated_pools",
        sa.Column("run_id", sa.Uuid(), primary_key=True),
        sa.Column("pool", sa.Text(), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("layer_number", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("shared_by", sa.String(40), nullable=False),
        sa.Column("driver", sa.Text()),
        sa.Column("receives", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Numeric(), nullable=False) for name in ("cost", "given", "kept", "idle", "used")),
        sa.Column("capacity", sa.Numeric()),
        sa.Column("served", sa.BigInteger(), nullable=False),
        sa.Column("unmeasured", sa.BigInteger(), nullable=False),
        of_run("allocated_pools"),
        sa.CheckConstraint("cost = given + kept", name="ck_allocated_pools_conserved"),
        sa.CheckConstraint(
            "method IN ('direct', 'step_down', 'reciprocal')", name="ck_allocated_pools_allocationmethod"
        ),
        sa.CheckConstraint("shared_by IN ('measured', 'fixed', 'even', 'spend')", name="ck_allocated_pools_sharedby"),
    )


def costs():
    op.create_table(
        "allocated_costs",
        sa.Column("run_id", sa.Uuid(), primary_key=True),
        sa.Column("cost_object_id", sa.Uuid(), primary_key=True),
        *(sa.Column(name, sa.Numeric(), nullable=False) for name in ("direct", "given", "received", "full", "exact")),
        of_run("allocated_costs"),
        sa.ForeignKeyConstraint(["cost_object_id"], ["cost_objects.id"], name="fk_allocated_costs_cost_object_id"),
        sa.CheckConstraint('"full" = direct - given + received', name="ck_allocated_costs_conserved"),
    )


def consumers():
    op.create_table(
        "allocated_consumers",
        sa.Column("run_id", sa.Uuid(), primary_key=True),
        sa.Column("consumer_id", sa.Uuid(), primary_key=True),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("exact", sa.Numeric(), nullable=False),
        of_run("allocated_consumers"),
        sa.ForeignKeyConstraint(["consumer_id"], ["consumers.id"], name="fk_allocated_consumers_consumer_id"),
    )
    op.create_table(
        "consumer_lines",
        sa.Column("run_id", sa.Uuid(), primary_key=True),
        sa.Column("pool", sa.Text(), primary_key=True),
        sa.Column("consumer_id", sa.Uuid(), primary_key=True),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("driver_quantity", sa.Numeric()),
    )


def lines():
    """A source line says what the source gave; what a pool could not hand on stays with the source."""
    for column in ("run_id", "cost_object_id"):
        op.drop_constraint(f"fk_allocation_lines_{column}", "allocation_lines")
    op.drop_constraint("ck_allocation_lines_ck_allocation_lines_allocationrole", "allocation_lines")
    op.create_check_constraint(
        op.f("ck_allocation_lines_allocationrole"), "allocation_lines", "role IN ('source', 'target', 'idle')"
    )
    op.add_column("allocation_lines", sa.Column("kept", sa.Numeric()))
    op.add_column("allocation_lines", sa.Column("own", sa.Numeric()))
    op.execute("UPDATE allocation_lines SET own = amount, kept = 0 WHERE role = 'source'")


def earlier_runs():
    """Their pools and costs, from their lines and the books as they are now."""
    op.execute(
        """
        INSERT INTO allocated_pools
        SELECT run_id, pool, row_number() OVER (PARTITION BY run_id ORDER BY pool) - 1, 'direct', 0, 'direct',
               'measured', NULL, true,
               coalesce(sum(amount) FILTER (WHERE role = 'source'), 0),
               coalesce(sum(amount) FILTER (WHERE role = 'target'), 0),
               coalesce(sum(amount) FILTER (WHERE role = 'source'), 0)
                   - coalesce(sum(amount) FILTER (WHERE role = 'target'), 0),
               0, coalesce(sum(driver_quantity) FILTER (WHERE role = 'target'), 0), NULL,
               count(*) FILTER (WHERE role = 'target'), 0
        FROM allocation_lines GROUP BY run_id, pool
        """
    )
    op.execute(
        """
        UPDATE allocation_lines AS line SET amount = 0, kept = amount
        FROM allocated_pools AS held
        WHERE held.run_id = line.run_id AND held.pool = line.pool AND held.served = 0 AND line.role = 'source'
        """
    )
    op.execute(
        """
        INSERT INTO allocated_costs
        SELECT moved.run_id, moved.cost_object_id, coalesce(own.cost, 0), moved.given, moved.received,
               coalesce(own.cost, 0) - moved.given + moved.received,
               coalesce(own.cost, 0) - moved.given + moved.received
        FROM (SELECT run_id, cost_object_id,
                     coalesce(sum(amount) FILTER (WHERE role = 'source'), 0) AS given,
                     coalesce(sum(amount) FILTER (WHERE role = 'target'), 0) AS received
              FROM allocation_lines GROUP BY run_id, cost_object_id) AS moved
        JOIN allocation_runs AS run ON run.id = moved.run_id
        LEFT JOIN LATERAL (
            SELECT sum(balance.base_debit - balance.base_credit) AS cost
            FROM period_balances AS balance
            JOIN fiscal_periods AS period ON period.id = balance.fiscal_period_id
            JOIN accounts AS account ON account.id = balance.account_id
            WHERE balance.cost_object_id = moved.cost_object_id AND account.type = 'expense'
              AND period.starts_on >= run.starts_on AND period.starts_on < run.ends_on) AS own ON true
        """
    )
