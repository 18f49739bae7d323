"""Objectives with their measures and readings, and what is aligned with them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_objectives()
    create_measures()
    create_alignments()


def aggregate():
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def reference(table, column, to, **options):
    key = sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}")
    return sa.Column(column, sa.Uuid(), key, **options)


def create_objectives():
    op.create_table(
        "objectives",
        *aggregate(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("perspective", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("weight", sa.Numeric(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        reference("objectives", "parent_id", "objectives"),
        sa.UniqueConstraint("code", name="uq_objectives_code"),
        sa.CheckConstraint("weight >= 0 AND weight <> 'NaN'", name="weight"),
        sa.CheckConstraint("ends_on > starts_on", name="range"),
    )
    op.create_index("ix_objectives_perspective", "objectives", ["perspective"])
    op.create_index("ix_objectives_parent_id", "objectives", ["parent_id"])


def create_measures():
    op.create_table(
        "measures",
        *aggregate(),
        reference("measures", "objective_id", "objectives", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("direction", sa.String(40), nullable=False),
        sa.Column("baseline", sa.Numeric(), nullable=False),
        sa.Column("target", sa.Numeric(), nullable=False),
        sa.Column("weight", sa.Numeric(), nullable=False),
        sa.UniqueConstraint("objective_id", "name", name="uq_measures_objective_id_name"),
        sa.CheckConstraint("baseline <> 'NaN' AND target <> 'NaN' AND target <> baseline", name="target"),
        sa.CheckConstraint("direction IN ('increase', 'decrease')", name="direction"),
        sa.CheckConstraint("(direction = 'increase') = (target > baseline)", name="way"),
        sa.CheckConstraint("weight > 0 AND weight <> 'NaN'", name="weight"),
    )
    op.create_table(
        "readings",
        reference("readings", "measure_id", "measures", primary_key=True),
        sa.Column("read_on", sa.Date(), primary_key=True),
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("revision", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("value <> 'NaN'", name="value"),
    )


def create_alignments():
    """Initiatives come with their own migration."""
    op.create_table(
        "alignments",
        *aggregate(),
        reference("alignments", "objective_id", "objectives", nullable=False),
        reference("alignments", "service_id", "known_services"),
        reference("alignments", "offering_id", "offerings"),
        sa.Column("initiative_id", sa.Uuid()),
        sa.Column("strength", sa.Numeric(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.CheckConstraint("num_nonnulls(service_id, offering_id, initiative_id) = 1", name="one_target"),
        sa.CheckConstraint("strength BETWEEN 0 AND 1", name="strength"),
        sa.CheckConstraint("ends_on > starts_on", name="range"),
    )
    for column in ("objective_id", "service_id", "offering_id", "initiative_id"):
        op.create_index(f"ix_alignments_{column}", "alignments", [column])
    op.create_table(
        "service_alignments",
        *aggregate(),
        reference("service_alignments", "service_id", "known_services", nullable=False),
        sa.Column("score", sa.Numeric()),
        sa.UniqueConstraint("service_id", name="uq_service_alignments_service_id"),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name="score"),
    )
