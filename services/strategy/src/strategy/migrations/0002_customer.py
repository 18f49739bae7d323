"""Customers, their ids in other systems, their sizes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("normalized_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column(
            "parent_id",
            sa.Uuid(),
            sa.ForeignKey("customers.id", name="fk_customers_parent_id", deferrable=True, initially="DEFERRED"),
        ),
        sa.Column("merged_into", sa.Uuid(), sa.ForeignKey("customers.id", name="fk_customers_merged_into")),
        sa.UniqueConstraint("code", name="uq_customers_code"),
        sa.CheckConstraint("kind IN ('internal_unit', 'external_organization')", name="customerkind"),
    )
    op.create_index("ix_customers_parent_id", "customers", ["parent_id"])
    op.create_index("ix_customers_merged_into", "customers", ["merged_into"])
    op.create_index(
        "uq_customers_normalized_name",
        "customers",
        ["normalized_name"],
        unique=True,
        postgresql_where=sa.text("merged_into IS NULL"),
    )
    op.create_table(
        "customer_external_ids",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("external_id", sa.Text(), primary_key=True),
        sa.Column(
            "customer_id",
            sa.Uuid(),
            sa.ForeignKey("customers.id", name="fk_customer_external_ids_customer_id"),
            nullable=False,
        ),
        sa.Column("inherited", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_customer_external_ids_customer_id", "customer_external_ids", ["customer_id"])
    op.create_table(
        "customer_sizes",
        sa.Column(
            "customer_id",
            sa.Uuid(),
            sa.ForeignKey("customers.id", name="fk_customer_sizes_customer_id"),
            primary_key=True,
        ),
        sa.Column("measure", sa.Text(), primary_key=True),
        sa.Column("valid_from", sa.Date(), primary_key=True),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.CheckConstraint("quantity >= 0 AND quantity <> 'NaN'", name="quantity"),
    )
    op.create_index("ix_customer_sizes_measure_valid_from", "customer_sizes", ["measure", "valid_from"])
