"""Price books, usage records, charge plans on prices, and lines that a price made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"

MODES = "mode IN ('showback', 'chargeback')"
BASES = "basis IN ('gross', 'net', 'full', 'prices')"


def upgrade() -> None:
    price_books()
    price_versions()
    price_items()
    usage_records()
    charging()
    charge_lines()


def aggregate():
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def price_books():
    op.create_table(
        "price_books",
        *aggregate(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("code", name="uq_price_books_code"),
    )


def price_versions():
    op.create_table(
        "price_versions",
        *aggregate(),
        sa.Column("book_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("published_by", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("supersedes_id", sa.Uuid()),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", sa.Text()),
        sa.Column("end_reason", sa.Text()),
        sa.ForeignKeyConstraint(["book_id"], ["price_books.id"], name="fk_price_versions_book_id"),
        sa.ForeignKeyConstraint(["supersedes_id"], ["price_versions.id"], name="fk_price_versions_supersedes_id"),
        sa.UniqueConstraint("book_id", "number", name="uq_price_versions_book_id_number"),
        sa.CheckConstraint("ends_on >= starts_on", name="range"),
    )


def price_items():
    op.create_table(
        "price_items",
        sa.Column("version_id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.Text(), primary_key=True),
        sa.Column("cost_object_id", sa.Uuid(), nullable=False),
        sa.Column("terms", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["price_versions.id"], name="fk_price_items_version_id"),
        sa.ForeignKeyConstraint(["cost_object_id"], ["cost_objects.id"], name="fk_price_items_cost_object_id"),
    )
    op.create_index("ix_price_items_cost_object_id", "price_items", ["cost_object_id"])


def usage_records():
    table = "usage_records"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("consumer_id", sa.Uuid(), nullable=False),
        sa.Column("cost_object_id", sa.Uuid(), nullable=False),
        sa.Column("meter", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("corrects_id", sa.Uuid()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["consumer_id"], ["consumers.id"], name="fk_usage_records_consumer_id"),
        sa.ForeignKeyConstraint(["cost_object_id"], ["cost_objects.id"], name="fk_usage_records_cost_object_id"),
        sa.ForeignKeyConstraint(["corrects_id"], ["usage_records.id"], name="fk_usage_records_corrects_id"),
        sa.UniqueConstraint("source", "external_id", name="uq_usage_records_source_external_id"),
        sa.CheckConstraint("quantity <> 'NaN' AND (quantity >= 0) = (corrects_id IS NULL)", name="quantity"),
    )
    op.create_index("ix_usage_records_cost_object_id_used_on", table, ["cost_object_id", "used_on"])
    op.create_index("ix_usage_records_consumer_id_used_on", table, ["consumer_id", "used_on"])
    op.create_index("ix_usage_records_used_on", table, ["used_on", "id"])
    op.create_index("ix_usage_records_corrects_id", table, ["corrects_id"])


def charging():
    op.add_column("charge_plans", sa.Column("price_book_id", sa.Uuid()))
    op.create_foreign_key("fk_charge_plans_price_book_id", "charge_plans", "price_books", ["price_book_id"], ["id"])
    for table, name, allowed in (
        ("charge_plans", "chargemode", MODES),
        ("charges", "chargemode", MODES),
        ("charge_plans", "chargebasis", BASES),
        ("charge_runs", "chargebasis", BASES),
    ):
        op.drop_constraint(op.f(f"ck_{table}_ck_{table}_{name}"), table, type_="check")  # as 0003 named them
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, allowed)


def charge_lines():
    """Several lines of one cost object need a key of their own; the default is for lines of the release before."""
    id = sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()"))
    op.add_column("charge_lines", id)
    op.drop_constraint("pk_charge_lines", "charge_lines", type_="primary")
    op.create_primary_key("pk_charge_lines", "charge_lines", ["id"])
    op.create_index("ix_charge_lines_charge_id", "charge_lines", ["charge_id"])
    for column in (
        sa.Column("item_code", sa.Text()),
        sa.Column("item_name", sa.Text()),
        sa.Column("unit", sa.Text()),
        sa.Column("price_version_id", sa.Uuid()),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("exact", sa.Numeric()),
        sa.Column("rated", JSONB()),
    ):
        op.add_column("charge_lines", column)
    op.create_foreign_key(
        "fk_charge_lines_price_version_id", "charge_lines", "price_versions", ["price_version_id"], ["id"]
    )
