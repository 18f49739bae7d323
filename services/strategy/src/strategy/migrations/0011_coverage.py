"""The class of each need and service, as it was announced last."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "coverages",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("subject_kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("coverage_class", sa.String(40)),
        sa.Column("since", sa.Date(), nullable=False),
        sa.UniqueConstraint("subject_kind", "subject_id", name="uq_coverages_subject_kind_subject_id"),
        sa.CheckConstraint("subject_kind IN ('need', 'service')", name="subjectkind"),
        sa.CheckConstraint(
            "coverage_class IN ('white_space', 'orphan', 'served', 'overlap', 'closed')", name="coverageclass"
        ),
    )
    op.create_index("ix_coverages_coverage_class", "coverages", ["coverage_class"])
