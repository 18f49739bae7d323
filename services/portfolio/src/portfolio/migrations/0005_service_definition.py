"""Versions of what is said of services, relations that ended with them, names that a source misses, known prices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0005"
down_revision = "0004"

CRITICALITIES = ("low", "medium", "high", "critical")
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
    "relation_end",
)
FIRST = """
INSERT INTO service_definitions (
    id, version, sequence, service_id, number, based_on, drafted_at, drafted_by, active_from, activated_by, reason,
    name, kind, description, owner, criticality, market_space_ids, tags, requested_amount, requested_currency
) SELECT
    gen_random_uuid(), 1, 0, id, 1, 0, defined_at, 'steward', defined_at, 'steward',
    'As it was said before definitions were kept',
    name, kind, description, owner, criticality, market_space_ids, tags, requested_amount, requested_currency
FROM services
"""
SEARCHED = (
    "lower(regexp_replace("
    r"normalize(code || E'\n' || name || E'\n' || description, NFKD), '[\u0300-\u036f]', '', 'g'))"
)
# What a service was said to be when it was active is what everybody finds who asks for that day.
KEPT = """
CREATE FUNCTION keep_service_definitions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.number IS NOT NULL THEN
        RAISE EXCEPTION 'a definition that was active never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$
"""


def upgrade() -> None:
    services()
    definitions()
    transitions()
    op.add_column("external_ids", sa.Column("absent_since", sa.DateTime(timezone=True)))
    op.add_column("service_levels", sa.Column("ended_on", sa.Date()))
    op.create_check_constraint("others", "dependencies", "service_id <> uses_id")
    known_prices()


def one_of(name, column, values):
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=name)


def services():
    op.add_column("services", sa.Column("planned_launch_on", sa.Date()))
    op.add_column("services", sa.Column("definition_number", sa.BigInteger(), nullable=False, server_default="1"))
    op.add_column("services", sa.Column("defined_at", sa.DateTime(timezone=True)))
    since = "(SELECT min(at) FROM transitions WHERE transitions.service_id = services.id)"
    op.execute(f"UPDATE services SET defined_at = coalesce({since}, now())")  # noqa: S608 - no input
    op.alter_column("services", "defined_at", nullable=False, server_default=sa.func.now())
    op.add_column("services", sa.Column("searched", sa.Text(), sa.Computed(SEARCHED, persisted=True), nullable=False))


def definitions():
    op.create_table(
        "service_definitions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger()),
        sa.Column("based_on", sa.BigInteger(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True)),
        sa.Column("activated_by", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("criticality", sa.String(40)),
        sa.Column("market_space_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("tags", ARRAY(sa.Text()), nullable=False),
        sa.Column("requested_amount", sa.Numeric()),
        sa.Column("requested_currency", sa.Text()),
        sa.Column("planned_launch_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk_service_definitions"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_service_definitions_service_id"),
        sa.UniqueConstraint("service_id", "number", name="uq_service_definitions_service_id_number"),
        sa.CheckConstraint("(number IS NULL) = (active_from IS NULL)", name="number"),
        sa.CheckConstraint("requested_amount <> 'NaN'", name="requested_amount"),
        sa.CheckConstraint("(requested_amount IS NULL) = (requested_currency IS NULL)", name="requested_budget"),
        one_of("kind", "kind", ("customer_facing", "supporting")),
        one_of("criticality", "criticality", CRITICALITIES),
    )
    op.create_index("ix_service_definitions_service_id", "service_definitions", ["service_id"])
    op.execute(FIRST)
    op.execute(KEPT)
    op.execute(
        "CREATE TRIGGER keep_service_definitions BEFORE UPDATE OR DELETE ON service_definitions"
        " FOR EACH ROW EXECUTE FUNCTION keep_service_definitions()"
    )


def transitions():
    op.add_column("transitions", sa.Column("ended", ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.drop_constraint(op.f("ck_transitions_ck_transitions_step"), "transitions", type_="check")  # as 0001 named it
    op.create_check_constraint("step", "transitions", f"step IN {STEPS!r}")


def known_prices():
    op.create_table(
        "known_price_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("price_book_code", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_known_price_versions"),
    )
    op.create_index("ix_known_price_versions_price_book_code", "known_price_versions", ["price_book_code"])
    op.create_table(
        "known_prices",
        sa.Column("price_version_id", sa.Uuid(), nullable=False),
        sa.Column("item_code", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("terms", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("price_version_id", "item_code", name="pk_known_prices"),
        sa.ForeignKeyConstraint(
            ["price_version_id"], ["known_price_versions.id"], name="fk_known_prices_price_version_id"
        ),
    )
    op.create_index("ix_known_prices_service_id", "known_prices", ["service_id"])
