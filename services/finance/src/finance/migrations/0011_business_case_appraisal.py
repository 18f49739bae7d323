"""Investments of submitted business cases, their figures against doing nothing, and refused appraisals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("investments", sa.Column("business_case_id", sa.Uuid()))
    op.add_column("investments", sa.Column("business_case_number", sa.BigInteger()))
    op.create_unique_constraint(
        "uq_investments_business_case_id_business_case_number",
        "investments",
        ["business_case_id", "business_case_number"],
    )
    op.create_check_constraint(
        "business_case", "investments", "(business_case_id IS NULL) = (business_case_number IS NULL)"
    )
    op.add_column("investment_options", sa.Column("without_soft_benefits", JSONB()))
    op.add_column("investment_options", sa.Column("increment", JSONB()))
    op.create_table(
        "appraisal_refusals",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("business_case_id", sa.Uuid(), nullable=False),
        sa.Column("business_case_number", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint(
            "business_case_id",
            "business_case_number",
            name="uq_appraisal_refusals_business_case_id_business_case_number",
        ),
    )
