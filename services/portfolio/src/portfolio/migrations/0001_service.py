"""Services with their history and external ids, dependencies, service levels, subscriptions, known customers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0001"
down_revision = None

CRITICALITIES = ("low", "medium", "high", "critical")
STATUSES = (
    "proposed",
    "defined",
    "analyzed",
    "approved",
    "chartered",
    "in_development",
    "on_hold",
    "rejected",
    "withdrawn",
    "operational",
    "retiring",
    "retired",
    "archived",
)
STEPS = (
    "proposal",
    "definition",
    "analysis",
    "approval",
    "charter",
    "development",
    "launch",
    "retirement_notice",
    "notice_cancellation",
    "retirement",
    "archiving",
    "hold",
    "resumption",
    "rejection",
    "withdrawal",
    "import",
)
METRICS = ("availability", "response_time", "resolution_time", "fulfilment_time", "throughput", "other")
WINDOWS = ("day", "week", "month", "quarter", "year")


def upgrade() -> None:
    services()
    transitions()
    external_ids()
    dependencies()
    service_levels()
    known_customers()
    subscriptions()


def aggregate():
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def one_of(table, column, values):
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column.strip(chr(34))}")


def services():
    op.create_table(
        "services",
        *aggregate(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("criticality", sa.String(40)),
        sa.Column("market_space_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("tags", ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("held_status", sa.String(40)),
        sa.Column("launched_on", sa.Date()),
        sa.Column("retires_on", sa.Date()),
        sa.Column("retired_on", sa.Date()),
        sa.Column("replacement_id", sa.Uuid()),
        sa.Column("requested_amount", sa.Numeric()),
        sa.Column("requested_currency", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_services"),
        sa.ForeignKeyConstraint(["replacement_id"], ["services.id"], name="fk_services_replacement_id"),
        one_of("services", "kind", ("customer_facing", "supporting")),
        one_of("services", "criticality", CRITICALITIES),
        one_of("services", "status", STATUSES),
        one_of("services", "held_status", STATUSES),
        sa.CheckConstraint("requested_amount <> 'NaN'", name="ck_services_requested_amount"),
        sa.CheckConstraint(
            "(requested_amount IS NULL) = (requested_currency IS NULL)", name="ck_services_requested_budget"
        ),
    )
    in_use = sa.text("status <> 'archived'")
    op.create_index("uq_services_code", "services", ["code"], unique=True, postgresql_where=in_use)
    op.create_index("ix_services_status", "services", ["status"])
    op.create_index("ix_services_replacement_id", "services", ["replacement_id"])
    op.create_index("ix_services_tags", "services", ["tags"], postgresql_using="gin")
    op.create_index("ix_services_market_space_ids", "services", ["market_space_ids"], postgresql_using="gin")


def transitions():
    op.create_table(
        "transitions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("from_status", sa.String(40)),
        sa.Column("to_status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text()),
        sa.Column("waived_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_transitions"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_transitions_service_id"),
        one_of("transitions", "step", STEPS),
        one_of("transitions", "from_status", STATUSES),
        one_of("transitions", "to_status", STATUSES),
    )
    op.create_index("ix_transitions_service_id_at_id", "transitions", ["service_id", "at", "id"])


def external_ids():
    op.create_table(
        "external_ids",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", name="pk_external_ids"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_external_ids_service_id"),
    )
    op.create_index("ix_external_ids_service_id", "external_ids", ["service_id"])


def dependencies():
    op.create_table(
        "dependencies",
        *aggregate(),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("uses_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("criticality", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_dependencies"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_dependencies_service_id"),
        sa.ForeignKeyConstraint(["uses_id"], ["services.id"], name="fk_dependencies_uses_id"),
        sa.UniqueConstraint("service_id", "uses_id", name="uq_dependencies_service_id_uses_id"),
        one_of("dependencies", "criticality", CRITICALITIES),
    )
    op.create_index("ix_dependencies_uses_id", "dependencies", ["uses_id"])


def service_levels():
    op.create_table(
        "service_levels",
        *aggregate(),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("metric", sa.String(40), nullable=False),
        sa.Column("target", sa.Numeric()),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("window", sa.String(40), nullable=False),
        sa.Column("direction", sa.String(40), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("external_id", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_service_levels"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_service_levels_service_id"),
        sa.UniqueConstraint("service_id", "name", name="uq_service_levels_service_id_name"),
        sa.UniqueConstraint("source", "external_id", name="uq_service_levels_source_external_id"),
        one_of("service_levels", "metric", METRICS),
        one_of("service_levels", '"window"', WINDOWS),
        one_of("service_levels", "direction", ("at_least", "at_most")),
        sa.CheckConstraint("target <> 'NaN'", name="ck_service_levels_target"),
        sa.CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="ck_service_levels_external_id"),
    )


def known_customers():
    op.create_table(
        "known_customers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("survivor_id", sa.Uuid()),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_customers"),
    )
    op.create_index("ix_known_customers_code", "known_customers", ["code"])
    op.create_index("ix_known_customers_survivor_id", "known_customers", ["survivor_id"])


def subscriptions():
    op.create_table(
        "subscriptions",
        *aggregate(),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("option", sa.Text()),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("source", sa.Text()),
        sa.Column("external_id", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_subscriptions_service_id"),
        sa.UniqueConstraint("source", "external_id", name="uq_subscriptions_source_external_id"),
        sa.CheckConstraint("quantity > 0 AND quantity <> 'NaN'", name="ck_subscriptions_quantity"),
        sa.CheckConstraint("ends_on >= starts_on", name="ck_subscriptions_days"),
        sa.CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="ck_subscriptions_external_id"),
    )
    op.create_index("ix_subscriptions_service_id", "subscriptions", ["service_id"])
    op.create_index("ix_subscriptions_customer_id_service_id", "subscriptions", ["customer_id", "service_id"])
