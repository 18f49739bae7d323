"""Offerings with measurable promises, options, bundles, a basis of their price, and a positioning."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0010"
down_revision = "0009"

BASES = "price_basis IN ('no_charge', 'flat', 'per_unit', 'cost_plus')"


def upgrade() -> None:
    """With defaults, so that the code before this goes on writing."""
    op.add_column("offerings", sa.Column("price_basis", sa.String(40)))
    op.add_column("offerings", sa.Column("price_unit", sa.Text()))
    op.add_column("offerings", sa.Column("promises", JSONB(), nullable=False, server_default="{}"))
    op.add_column("offerings", sa.Column("options", JSONB(), nullable=False, server_default="[]"))
    op.add_column("offerings", sa.Column("bundle_codes", ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.add_column("offerings", sa.Column("positioning", JSONB()))
    op.create_check_constraint("pricebasis", "offerings", BASES)
    op.create_index("ix_offerings_bundle_codes", "offerings", ["bundle_codes"], postgresql_using="gin")
