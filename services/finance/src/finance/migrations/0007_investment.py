"""Investments, their options and flows, and what was realized."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"

KINDS = "kind IN ('capital', 'operating', 'benefit_hard', 'benefit_soft')"
WHEN = "(period IS NULL) <> (flow_on IS NULL)"


def upgrade() -> None:
    investments()
    options()
    flows()
    realized_flows()


def investments():
    op.create_table(
        "investments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("case_reference", sa.Text()),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("convention", sa.String(40), nullable=False),
        sa.Column("discount_rate", sa.Numeric(), nullable=False),
        sa.Column("finance_rate", sa.Numeric(), nullable=False),
        sa.Column("reinvestment_rate", sa.Numeric(), nullable=False),
        sa.Column("valued_on", sa.Date()),
        sa.Column("carried_out", sa.BigInteger()),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("appraised_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("case_reference", name="uq_investments_case_reference"),
        sa.CheckConstraint(
            "discount_rate > -1 AND finance_rate > -1 AND reinvestment_rate > -1", name="ck_investments_rates"
        ),
        sa.CheckConstraint("convention IN ('first_flow_now', 'period_end', 'dated')", name="ck_investments_convention"),
    )
    op.create_index("ix_investments_appraised_at", "investments", ["appraised_at", "id"])


def options():
    figures = ("mirr", "payback", "discounted_payback", "profitability_index", "return_on_investment")
    op.create_table(
        "investment_options",
        sa.Column("investment_id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("does_nothing", sa.Boolean(), nullable=False),
        sa.Column("npv", sa.Numeric(), nullable=False),
        sa.Column("npv_without_soft_benefits", sa.Numeric(), nullable=False),
        sa.Column("irr_state", sa.String(40), nullable=False),
        sa.Column("irrs", JSONB(), nullable=False),
        *(sa.Column(figure, sa.Numeric()) for figure in (*figures, "equivalent_annual_value")),
        sa.Column("life", sa.Numeric(), nullable=False),
        sa.ForeignKeyConstraint(["investment_id"], ["investments.id"], name="fk_investment_options_investment_id"),
        sa.CheckConstraint("irr_state IN ('none', 'one', 'several')", name="ck_investment_options_irrstate"),
    )


def flows():
    op.create_table(
        "investment_flows",
        sa.Column("investment_id", sa.Uuid(), primary_key=True),
        sa.Column("option_number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        *flow(),
        sa.ForeignKeyConstraint(
            ["investment_id", "option_number"],
            ["investment_options.investment_id", "investment_options.number"],
            name="fk_investment_flows_investment_id_option_number",
        ),
        *bounds("investment_flows"),
    )


def realized_flows():
    op.create_table(
        "realized_flows",
        sa.Column("investment_id", sa.Uuid(), primary_key=True),
        sa.Column("reference", sa.Text(), primary_key=True),
        *flow(),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["investment_id"], ["investments.id"], name="fk_realized_flows_investment_id"),
        *bounds("realized_flows"),
    )


def flow():
    return (
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("period", sa.BigInteger()),
        sa.Column("flow_on", sa.Date()),
    )


def bounds(table: str):
    return (
        sa.CheckConstraint("amount <> 'NaN'", name=f"ck_{table}_amount"),
        sa.CheckConstraint(WHEN, name=f"ck_{table}_when"),
        sa.CheckConstraint(KINDS, name=f"ck_{table}_flowkind"),
    )
