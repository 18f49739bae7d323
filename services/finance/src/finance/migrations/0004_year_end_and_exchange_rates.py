"""The year-end close, kinds of entries, recorded exchange rates, and revaluations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)
DIMENSIONS = ("fiscal_period_id", "account_id", "cost_object_id", "currency", "closing")


def upgrade() -> None:
    year_end()
    kinds_of_entries()
    exchange_rates()
    revaluations()


def year_end():
    op.add_column("fiscal_years", sa.Column("rate_source", sa.Text()))
    op.add_column("fiscal_years", sa.Column("closed_on", sa.Date()))
    op.add_column("fiscal_years", sa.Column("closing_entry_id", sa.Uuid()))
    op.add_column("fiscal_years", sa.Column("closings", sa.BigInteger(), nullable=False, server_default="0"))


def kinds_of_entries():
    """The defaults are for code that does not know the columns yet."""
    op.add_column("journal_entries", sa.Column("kind", sa.String(40), nullable=False, server_default="ordinary"))
    op.create_check_constraint(
        "ck_journal_entries_entrykind", "journal_entries", "kind IN ('ordinary', 'revaluation', 'closing')"
    )
    op.add_column("period_balances", sa.Column("closing", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_constraint("uq_period_balances_dimensions", "period_balances")
    op.create_unique_constraint(
        "uq_period_balances_dimensions", "period_balances", DIMENSIONS, postgresql_nulls_not_distinct=True
    )


def exchange_rates():
    op.create_table(
        "exchange_rates",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("from_currency", sa.Text(), nullable=False),
        sa.Column("to_currency", sa.Text(), nullable=False),
        sa.Column("rate_on", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("rate > 0 AND rate <> 'NaN'", name="ck_exchange_rates_rate"),
        sa.CheckConstraint("from_currency <> to_currency", name="ck_exchange_rates_two_currencies"),
    )
    op.create_index(
        "ix_exchange_rates_newest", "exchange_rates", ["source", "from_currency", "to_currency", "rate_on", "id"]
    )


def revaluations():
    op.create_table(
        "revaluations",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("rate_source", sa.Text(), nullable=False),
        sa.Column("gain_or_loss", sa.Text(), nullable=False),
        sa.Column("base_currency", sa.Text(), nullable=False),
        sa.Column("differences", JSONB(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("entry_id", sa.Uuid()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("revalued_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entries.id"], name="fk_revaluations_entry_id"),
    )
    op.create_index("ix_revaluations_as_of", "revaluations", ["as_of"])
