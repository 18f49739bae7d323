"""Strategic assets with assessments and capacity, what needs them, and entitlements with their seats."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_assets()
    create_needs()
    create_entitlements()


def aggregate():
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def reference(table, column, to, **options):
    key = sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}")
    return sa.Column(column, sa.Uuid(), key, **options)


def create_assets():
    op.create_table(
        "assets",
        *aggregate(),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("code", "name", "description", "owner")),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("target_maturity", sa.Numeric()),
        sa.Column("weight", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text()),
        reference("assets", "parent_id", "assets"),
        sa.UniqueConstraint("code", name="uq_assets_code"),
        sa.CheckConstraint("kind IN ('capability', 'resource')", name="assetkind"),
        sa.CheckConstraint(
            "type IN ('management', 'organization', 'processes', 'knowledge', 'people', 'capital', 'infrastructure',"
            " 'applications', 'information')",
            name="assettype",
        ),
        sa.CheckConstraint("target_maturity BETWEEN 0 AND 5", name="target_maturity"),
        sa.CheckConstraint("weight >= 0 AND weight <> 'NaN'", name="weight"),
    )
    op.create_index("ix_assets_parent_id", "assets", ["parent_id"])
    op.create_table(
        "asset_assessments",
        reference("asset_assessments", "asset_id", "assets", primary_key=True),
        sa.Column("assessed_on", sa.Date(), primary_key=True),
        sa.Column("maturity", sa.Numeric(), nullable=False),
        sa.Column("assessed_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("maturity BETWEEN 0 AND 5", name="maturity"),
    )
    op.create_table(
        "capacities",
        reference("capacities", "asset_id", "assets", primary_key=True),
        sa.Column("starts_on", sa.Date(), primary_key=True),
        sa.Column("available", sa.Numeric(), nullable=False),
        sa.Column("used", sa.Numeric()),
        sa.CheckConstraint("available >= 0 AND available <> 'NaN'", name="available"),
        sa.CheckConstraint("used >= 0 AND used <> 'NaN'", name="used"),
        sa.CheckConstraint("extract(day FROM starts_on) = 1", name="month"),
    )
    op.create_index("ix_capacities_starts_on", "capacities", ["starts_on"])


def create_needs():
    op.create_table(
        "asset_needs",
        *aggregate(),
        reference("asset_needs", "asset_id", "assets", nullable=False),
        reference("asset_needs", "service_id", "known_services"),
        reference("asset_needs", "offering_id", "offerings"),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.CheckConstraint("num_nonnulls(service_id, offering_id) = 1", name="one_in_need"),
        sa.CheckConstraint("quantity >= 0 AND quantity <> 'NaN'", name="quantity"),
        sa.CheckConstraint("ends_on > starts_on", name="range"),
    )
    for column in ("asset_id", "service_id", "offering_id"):
        op.create_index(f"ix_asset_needs_{column}", "asset_needs", [column])


def create_entitlements():
    op.create_table(
        "entitlements",
        *aggregate(),
        reference("entitlements", "asset_id", "assets", nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("seats", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.UniqueConstraint("reference", name="uq_entitlements_reference"),
        sa.CheckConstraint("seats >= 0", name="seats"),
        sa.CheckConstraint("ends_on > starts_on", name="range"),
    )
    op.create_index("ix_entitlements_asset_id", "entitlements", ["asset_id"])
    op.create_table(
        "seat_allocations",
        reference("seat_allocations", "entitlement_id", "entitlements", primary_key=True),
        reference("seat_allocations", "service_id", "known_services", primary_key=True),
        sa.Column("seats", sa.BigInteger(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.CheckConstraint("seats > 0", name="seats"),
    )
    op.create_index("ix_seat_allocations_service_id", "seat_allocations", ["service_id"])
