"""Indicators with dated targets, service calendars, outages, assessments; measurements keep what they said before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

WINDOWS = ("day", "week", "month", "quarter", "year")
AGGREGATIONS = ("mean", "sum", "minimum", "maximum", "share")


def upgrade() -> None:
    calendars()
    indicators()
    targets()
    history()
    outages()
    assessments()


def one_of(column, values, name):
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=name)


def versioned():
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    ]


def calendars():
    op.create_table(
        "service_calendars",
        *versioned(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("openings", JSONB(), nullable=False),
        sa.Column("holidays", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_calendars"),
        sa.UniqueConstraint("code", name="uq_service_calendars_code"),
    )


def indicators():
    """Replicas of the release before go on writing service levels without these columns: hence the defaults."""
    for column in (
        sa.Column("code", sa.Text()),
        sa.Column("description", sa.Text(), nullable=False, server_default=""),
        sa.Column("warning_limit", sa.Numeric()),
        sa.Column("aggregation", sa.String(40), nullable=False, server_default="mean"),
        sa.Column("weight", sa.Numeric(), nullable=False, server_default="1"),
        sa.Column("year_starts_in", sa.BigInteger(), nullable=False, server_default="1"),
        sa.Column("time_zone", sa.Text(), nullable=False, server_default="UTC"),
        sa.Column("service_calendar_id", sa.Uuid()),
        sa.Column("outages_since", sa.Date()),
        sa.Column("calculated_until", sa.Date()),
    ):
        op.add_column("service_levels", column)
    op.create_foreign_key(
        "fk_service_levels_service_calendar_id", "service_levels", "service_calendars", ["service_calendar_id"], ["id"]
    )
    op.create_index("ix_service_levels_service_calendar_id", "service_levels", ["service_calendar_id"])
    op.create_unique_constraint("uq_service_levels_service_id_code", "service_levels", ["service_id", "code"])
    for name, rule in (
        ("warning_limit", "warning_limit >= 0 AND warning_limit <> 'NaN'"),
        ("weight", "weight >= 0 AND weight <> 'NaN'"),
        ("year_starts_in", "year_starts_in BETWEEN 1 AND 12"),
        ("aggregation", f"aggregation IN {AGGREGATIONS}"),
    ):
        op.create_check_constraint(name, "service_levels", rule)
    op.execute(BEGUN)


# Quarters and years began wherever their measurements did: they keep the month in which they began so far.
BEGUN = """
UPDATE service_levels SET year_starts_in = begun.month
FROM (
    SELECT DISTINCT ON (service_level_id) service_level_id, extract(month FROM period_starts_on) AS month
    FROM measurements ORDER BY service_level_id, period_starts_on DESC
) AS begun
WHERE begun.service_level_id = service_levels.id AND "window" IN ('quarter', 'year')
"""


def targets():
    op.create_table(
        "service_level_targets",
        sa.Column("service_level_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("target", sa.Numeric(), nullable=False),
        sa.Column("warning_limit", sa.Numeric()),
        sa.PrimaryKeyConstraint("service_level_id", "valid_from", name="pk_service_level_targets"),
        sa.ForeignKeyConstraint(
            ["service_level_id"],
            ["service_levels.id"],
            name="fk_service_level_targets_service_level_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("target >= 0 AND target <> 'NaN'", name="target"),
        sa.CheckConstraint("warning_limit >= 0 AND warning_limit <> 'NaN'", name="warning_limit"),
    )


def history():
    op.create_table(
        "superseded_measurements",
        sa.Column("measurement_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("period_ends_on", sa.Date(), nullable=False),
        sa.Column("value", sa.Numeric()),
        sa.Column("volume_met", sa.Numeric()),
        sa.Column("volume", sa.Numeric()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("measurement_id", "revision", name="pk_superseded_measurements"),
        sa.ForeignKeyConstraint(
            ["measurement_id"], ["measurements.id"], name="fk_superseded_measurements_measurement_id"
        ),
    )
    op.execute(KEEP)
    op.execute(
        "CREATE TRIGGER keep_superseded_measurement AFTER UPDATE ON measurements"
        " FOR EACH ROW EXECUTE FUNCTION keep_superseded_measurement()"
    )


def outages():
    op.create_table(
        "outages",
        *versioned(),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("source", sa.Text()),
        sa.Column("external_id", sa.Text()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True)),
        sa.Column("retracted_by", sa.Text()),
        sa.Column("retracted_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_outages"),
        sa.UniqueConstraint("source", "external_id", name="uq_outages_source_external_id"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_outages_service_id"),
        one_of("kind", ("planned", "unplanned"), "kind"),
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.CheckConstraint("kind = 'unplanned' OR ends_at IS NOT NULL", name="planned"),
        sa.CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="external_id"),
        sa.CheckConstraint("(retracted_at IS NULL) = (retracted_reason IS NULL)", name="retracted"),
    )
    op.create_index("ix_outages_service_id_starts_at", "outages", ["service_id", "starts_at"])


def assessments():
    weights = ("weight", "weight_measured", "weight_met")
    op.create_table(
        "performance_assessments",
        *versioned(),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("window", sa.String(40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("number", "levels", "measured", "met")),
        *(sa.Column(name, sa.Numeric(), nullable=False) for name in weights),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_performance_assessments"),
        sa.UniqueConstraint(
            "service_id", "window", "starts_on", name="uq_performance_assessments_service_id_window_starts_on"
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_performance_assessments_service_id"),
        one_of('"window"', WINDOWS, "window"),
        sa.CheckConstraint("met <= measured AND measured <= levels", name="counts"),
        sa.CheckConstraint("weight_met <= weight_measured AND weight_measured <= weight", name="weights"),
    )
    op.create_index("ix_performance_assessments_starts_on", "performance_assessments", ["starts_on"])


# A correction takes the place of what was said, which stays to be read.
KEEP = """
CREATE FUNCTION keep_superseded_measurement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO superseded_measurements
        (measurement_id, revision, period_ends_on, value, volume_met, volume, recorded_at, recorded_by)
    VALUES (OLD.id, OLD.revision, OLD.period_ends_on, OLD.value, OLD.volume_met, OLD.volume,
            OLD.recorded_at, OLD.recorded_by);
    RETURN NULL;
END $$
"""
