"""Retirement plans with their revisions, checklists and moves of customers; one for each notice that runs."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# The reason and the decision stand in the history of the service, in the newest step that gave notice.
RUNNING = """
WITH notices AS (
    SELECT DISTINCT ON (service_id) service_id, at, by, reason, evidence
    FROM transitions WHERE step = 'retirement_notice' ORDER BY service_id, at DESC, id DESC
), plans AS (
    INSERT INTO retirement_plans (
        id, version, sequence, service_id, review_id, given_on, notice_days, ends_on, replacement_id, status, reason,
        opened_at, opened_by
    ) SELECT
        gen_random_uuid(), 1, 0, services.id, reviews.id, (notices.at AT TIME ZONE 'UTC')::date, 1,
        services.retires_on, services.replacement_id, 'open', notices.reason, notices.at, notices.by
    FROM services
    JOIN notices ON notices.service_id = services.id
    LEFT JOIN reviews ON notices.evidence = '/v1/reviews/' || reviews.id
    WHERE services.status = 'retiring'
    RETURNING id, ends_on, replacement_id, opened_at, opened_by, reason
)
INSERT INTO retirement_revisions (id, plan_id, ends_on, replacement_id, at, by, reason)
SELECT gen_random_uuid(), id, ends_on, replacement_id, opened_at, opened_by, reason FROM plans
"""


def upgrade() -> None:
    plans()
    revisions()
    checklist_items()
    customer_moves()
    op.execute(RUNNING)


def plans():
    op.create_table(
        "retirement_plans",
        sa.Column("id", sa.Uuid(), primary_key=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("version", "sequence")),
        sa.Column("service_id", sa.Uuid(), sa.ForeignKey("services.id"), nullable=False),
        sa.Column("review_id", sa.Uuid(), sa.ForeignKey("reviews.id")),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("notice_days", sa.BigInteger(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("replacement_id", sa.Uuid(), sa.ForeignKey("services.id")),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_by", sa.Text()),
        sa.Column("closing_reason", sa.Text()),
        sa.CheckConstraint("status IN ('open', 'completed', 'called_off')", name="retirementstatus"),
        sa.CheckConstraint("ends_on - given_on >= notice_days AND notice_days >= 1", name="notice"),
        sa.CheckConstraint("replacement_id <> service_id", name="replacement"),
        sa.CheckConstraint(
            "(status = 'open') = (closed_at IS NULL)"
            " AND (closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (closing_reason IS NULL)",
            name="closed",
        ),
    )
    is_open = sa.text("status = 'open'")
    op.create_index(
        "uq_retirement_plans_open", "retirement_plans", ["service_id"], unique=True, postgresql_where=is_open
    )
    op.create_index("ix_retirement_plans_service_id", "retirement_plans", ["service_id"])
    op.create_index("ix_retirement_plans_ends_on_id", "retirement_plans", ["ends_on", "id"])


def revisions():
    op.create_table(
        "retirement_revisions",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("plan_id", sa.Uuid(), sa.ForeignKey("retirement_plans.id"), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("replacement_id", sa.Uuid(), sa.ForeignKey("services.id")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("ix_retirement_revisions_plan_id_at_id", "retirement_revisions", ["plan_id", "at", "id"])


def checklist_items():
    op.create_table(
        "checklist_items",
        sa.Column("id", sa.Uuid(), primary_key=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("version", "sequence")),
        sa.Column("plan_id", sa.Uuid(), sa.ForeignKey("retirement_plans.id"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("stated_by", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_by", sa.Text()),
        sa.Column("evidence", sa.Text()),
        sa.CheckConstraint("state IN ('open', 'done', 'waived')", name="itemstate"),
        sa.CheckConstraint(
            "(state = 'open') = (settled_at IS NULL)"
            " AND (settled_at IS NULL) = (settled_by IS NULL) AND (settled_at IS NULL) = (evidence IS NULL)",
            name="settled",
        ),
        sa.CheckConstraint("state <> 'waived' OR settled_by NOT IN (owner, stated_by)", name="separation_of_duties"),
    )
    op.create_index("ix_checklist_items_plan_id_due_on", "checklist_items", ["plan_id", "due_on"])


def customer_moves():
    op.create_table(
        "customer_moves",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("plan_id", sa.Uuid(), sa.ForeignKey("retirement_plans.id"), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), sa.ForeignKey("subscriptions.id"), nullable=False),
        sa.Column("successor_id", sa.Uuid(), sa.ForeignKey("subscriptions.id"), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.UniqueConstraint("subscription_id", name="uq_customer_moves_subscription_id"),
        sa.UniqueConstraint("successor_id", name="uq_customer_moves_successor_id"),
    )
    op.create_index("ix_customer_moves_plan_id", "customer_moves", ["plan_id"])
