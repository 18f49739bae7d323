"""Segments, their rules and their listed members; needs of segments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    create_segments()
    op.create_table(
        "segment_rules",
        sa.Column(
            "segment_id", sa.Uuid(), sa.ForeignKey("segments.id", name="fk_segment_rules_segment_id"), primary_key=True
        ),
        sa.Column("valid_from", sa.Date(), primary_key=True),
        sa.Column("rule", JSONB(), nullable=False),
    )
    op.create_table(
        "segment_members",
        sa.Column(
            "segment_id",
            sa.Uuid(),
            sa.ForeignKey("segments.id", name="fk_segment_members_segment_id"),
            primary_key=True,
        ),
        sa.Column(
            "customer_id",
            sa.Uuid(),
            sa.ForeignKey("customers.id", name="fk_segment_members_customer_id"),
            primary_key=True,
        ),
        sa.Column("valid_from", sa.Date(), primary_key=True),
        sa.Column("valid_until", sa.Date()),
        sa.CheckConstraint("valid_until > valid_from", name="days"),
    )
    op.create_index("ix_segment_members_customer_id", "segment_members", ["customer_id"])
    let_segments_have_needs()


def create_segments() -> None:
    op.create_table(
        "segments",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column(
            "market_space_id",
            sa.Uuid(),
            sa.ForeignKey("market_spaces.id", name="fk_segments_market_space_id"),
            nullable=False,
        ),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.UniqueConstraint("code", name="uq_segments_code"),
        sa.CheckConstraint("basis IN ('rule', 'list')", name="segmentbasis"),
    )
    op.create_index("ix_segments_market_space_id", "segments", ["market_space_id"])


def let_segments_have_needs() -> None:
    op.add_column("needs", sa.Column("segment_id", sa.Uuid()))
    op.create_foreign_key("fk_needs_segment_id", "needs", "segments", ["segment_id"], ["id"])
    op.create_index("ix_needs_segment_id", "needs", ["segment_id"])
    op.drop_constraint(op.f("ck_needs_one_beneficiary"), "needs")
    op.create_check_constraint("one_beneficiary", "needs", "num_nonnulls(customer_id, market_space_id, segment_id) = 1")
