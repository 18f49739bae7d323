"""What approved investment plans fund, and the budgets that were opened for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "plan_fundings",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("investment_plan_id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("lines", JSONB(), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("budget_id", sa.Uuid(), sa.ForeignKey("budgets.id", name="fk_plan_fundings_budget_id")),
        sa.UniqueConstraint("investment_plan_id", "period", name="uq_plan_fundings_investment_plan_id_period"),
        sa.CheckConstraint("state IN ('opened', 'waiting')", name="fundingstate"),
        sa.CheckConstraint(
            "(state = 'opened') = (budget_id IS NOT NULL) AND (state = 'opened') = (reason IS NULL)", name="state"
        ),
    )
    op.create_index("ix_plan_fundings_state", "plan_fundings", ["state"])
