"""Opportunities with their history, the capacity of assets, and how underserved needs are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("known_needs", sa.Column("opportunity_score", sa.BigInteger()))
    capacities()
    opportunities()
    steps()


def capacities():
    op.create_table(
        "known_capacities",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("code", "name", "kind", "asset_type", "unit")),
        sa.Column("available", sa.Numeric(), nullable=False),
        sa.Column("used", sa.Numeric()),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("asset_id", "starts_on", name="pk_known_capacities"),
        sa.CheckConstraint("available >= 0 AND available <> 'NaN'", name="available"),
        sa.CheckConstraint("used >= 0 AND used <> 'NaN'", name="used"),
    )
    for column in ("starts_on", "code"):
        op.create_index(f"ix_known_capacities_{column}", "known_capacities", [column])


def opportunities():
    op.create_table(
        "opportunities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.BigInteger(), nullable=False),
        sa.Column("subject_kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_label", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("magnitude", sa.Numeric(), nullable=False),
        sa.Column("concerns", JSONB(), nullable=False),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("service_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_opportunities"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_opportunities_service_id"),
        sa.UniqueConstraint("rule", "subject_id", name="uq_opportunities_rule_subject_id"),
        sa.CheckConstraint("subject_kind IN ('need', 'service', 'asset')", name="subjectkind"),
        sa.CheckConstraint("status IN ('open', 'accepted', 'dismissed', 'lapsed')", name="opportunitystatus"),
        sa.CheckConstraint("magnitude <> 'NaN'", name="magnitude"),
        sa.CheckConstraint("(status IN ('accepted', 'dismissed')) = (decided_by IS NOT NULL)", name="decided"),
        sa.CheckConstraint("status <> 'accepted' OR service_id IS NOT NULL", name="accepted"),
    )
    op.create_index("ix_opportunities_status_found_at", "opportunities", ["status", "found_at"])
    for column in ("subject_id", "service_id"):
        op.create_index(f"ix_opportunities_{column}", "opportunities", [column])


def steps():
    op.create_table(
        "opportunity_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("rule_version", sa.BigInteger(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("magnitude", sa.Numeric(), nullable=False),
        sa.Column("evidence", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_opportunity_steps"),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunities.id"], name="fk_opportunity_steps_opportunity_id"),
        sa.CheckConstraint(
            "step IN ('found', 'changed', 'accepted', 'dismissed', 'lapsed')", name="opportunitystepkind"
        ),
    )
    op.create_index("ix_opportunity_steps_opportunity_id_at_id", "opportunity_steps", ["opportunity_id", "at", "id"])
