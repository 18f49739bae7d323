"""Needs and how they were assessed, services as far as they are known, offerings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_needs()
    create_need_assessments()
    create_known_services()
    create_offerings()


def create_needs() -> None:
    op.create_table(
        "needs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("identified_on", sa.Date(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), sa.ForeignKey("customers.id", name="fk_needs_customer_id")),
        sa.Column("market_space_id", sa.Uuid(), sa.ForeignKey("market_spaces.id", name="fk_needs_market_space_id")),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("importance", sa.BigInteger(), nullable=False),
        sa.Column("satisfaction", sa.BigInteger()),
        sa.Column("opportunity_score", sa.BigInteger()),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.CheckConstraint("num_nonnulls(customer_id, market_space_id) = 1", name="one_beneficiary"),
        sa.CheckConstraint("state IN ('open', 'met', 'reopened', 'dropped')", name="needstate"),
    )
    for column in ("customer_id", "market_space_id", "opportunity_score"):
        op.create_index(f"ix_needs_{column}", "needs", [column])


def create_need_assessments() -> None:
    op.create_table(
        "need_assessments",
        sa.Column(
            "need_id", sa.Uuid(), sa.ForeignKey("needs.id", name="fk_need_assessments_need_id"), primary_key=True
        ),
        sa.Column("assessed_on", sa.Date(), primary_key=True),
        sa.Column("importance", sa.BigInteger(), nullable=False),
        sa.Column("satisfaction", sa.BigInteger()),
        sa.CheckConstraint("importance BETWEEN 1 AND 10", name="importance"),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 10", name="satisfaction"),
    )


def create_known_services() -> None:
    op.create_table(
        "known_services",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("stage IN ('chartered', 'operational', 'retired')", name="knownstage"),
    )
    op.create_index("ix_known_services_code", "known_services", ["code"])


def create_offerings() -> None:
    op.create_table(
        "offerings",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("utility", sa.Text(), nullable=False),
        sa.Column("warranty", JSONB(), nullable=False),
        sa.Column("need_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("service_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("market_space_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("price_amount", sa.Numeric()),
        sa.Column("price_currency", sa.Text()),
        sa.Column("pricing_note", sa.Text(), nullable=False),
        sa.Column("launched_on", sa.Date()),
        sa.Column("withdrawn_on", sa.Date()),
        sa.Column("withdrawal_reason", sa.Text(), nullable=False),
        sa.UniqueConstraint("code", "revision", name="uq_offerings_code_revision"),
        sa.CheckConstraint(
            "status IN ('draft', 'proposed', 'approved', 'launched', 'superseded', 'withdrawn')",
            name="offeringstatus",
        ),
        sa.CheckConstraint("num_nonnulls(price_amount, price_currency) <> 1", name="price"),
        sa.CheckConstraint("price_amount <> 'NaN'", name="price_amount"),
    )
    for name, where in {
        "launched": "status = 'launched'",
        "in_work": "status IN ('draft', 'proposed', 'approved')",
    }.items():
        index = f"uq_offerings_code_{name}"
        op.create_index(index, "offerings", ["code"], unique=True, postgresql_where=sa.text(where))
    for column in ("need_ids", "service_ids", "market_space_ids"):
        op.create_index(f"ix_offerings_{column}", "offerings", [column], postgresql_using="gin")
