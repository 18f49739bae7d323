"""What strategy says of demand and of coverage."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "known_demands",
        sa.Column("id", sa.Uuid(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("code", "name", "unit", "method")),
        *(sa.Column(name, sa.Uuid()) for name in ("service_id", "need_id", "customer_id", "segment_id")),
        sa.Column("mean_absolute_error", sa.Numeric()),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("observed", JSONB(), nullable=False),
        sa.Column("expected", JSONB(), nullable=False),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
    )
    for column in ("service_id", "need_id", "customer_id"):
        op.create_index(f"ix_known_demands_{column}", "known_demands", [column])
    op.create_table(
        "known_coverages",
        sa.Column("id", sa.Uuid(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("subject_kind", "label", "coverage_class")),
        sa.Column("service_kind", sa.Text()),
        sa.Column("before", sa.Text()),
        sa.Column("offerings", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_known_coverages_coverage_class", "known_coverages", ["coverage_class"])
