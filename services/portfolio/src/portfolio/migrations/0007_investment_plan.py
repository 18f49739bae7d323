"""Investment plans with their candidates and scenarios, and the solutions of these."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    plans()
    solutions()
    op.create_foreign_key(
        "fk_investment_plans_solution_id", "investment_plans", "plan_solutions", ["solution_id"], ["id"]
    )
    candidates()
    op.create_table(
        "plan_scenarios",
        sa.Column("investment_plan_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("investment_plan_id", "code", name="pk_plan_scenarios"),
        sa.ForeignKeyConstraint(
            ["investment_plan_id"], ["investment_plans.id"], name="fk_plan_scenarios_investment_plan_id"
        ),
    )
    for table, rule in (("plan_solutions", SOLUTION), ("investment_plans", PLAN)):
        op.execute(rule)
        op.execute(
            f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION keep_{table}()"
        )


def plans():
    op.create_table(
        "investment_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("periods", JSONB(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("solution_id", sa.Uuid()),
        sa.Column("submitted_by", sa.Text()),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_investment_plans"),
        sa.UniqueConstraint("code", name="uq_investment_plans_code"),
        sa.CheckConstraint("status IN ('draft', 'submitted', 'approved', 'withdrawn')", name="planstatus"),
        sa.CheckConstraint("(status IN ('submitted', 'approved')) = (solution_id IS NOT NULL)", name="solution"),
        sa.CheckConstraint("status <> 'approved' OR decided_by <> submitted_by", name="separation_of_duties"),
    )
    op.create_index("ix_investment_plans_status", "investment_plans", ["status"])


def solutions():
    op.create_table(
        "plan_solutions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("investment_plan_id", sa.Uuid(), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("question", JSONB(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.Text()),
        sa.Column("seen_at", sa.DateTime(timezone=True)),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("progress", JSONB()),
        sa.Column("result", JSONB()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_plan_solutions"),
        sa.ForeignKeyConstraint(
            ["investment_plan_id"], ["investment_plans.id"], name="fk_plan_solutions_investment_plan_id"
        ),
        sa.CheckConstraint("kind IN ('selection', 'frontier')", name="solutionkind"),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'cancelled', 'failed')", name="solutionstate"),
        sa.CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="result"),
    )
    op.create_index("ix_plan_solutions_investment_plan_id", "plan_solutions", ["investment_plan_id"])
    op.create_index(
        "ix_plan_solutions_pending",
        "plan_solutions",
        ["id"],
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )


def candidates():
    op.create_table(
        "plan_candidates",
        sa.Column("investment_plan_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("category", sa.String(40)),
        sa.Column("business_case_id", sa.Uuid()),
        sa.Column("business_case_number", sa.BigInteger()),
        sa.Column("service_id", sa.Uuid()),
        sa.Column("beyond", sa.Numeric(), nullable=False),
        sa.Column("funded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("investment_plan_id", "code", name="pk_plan_candidates"),
        sa.ForeignKeyConstraint(
            ["investment_plan_id"], ["investment_plans.id"], name="fk_plan_candidates_investment_plan_id"
        ),
        sa.ForeignKeyConstraint(
            ["business_case_id"], ["business_cases.id"], name="fk_plan_candidates_business_case_id"
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_plan_candidates_service_id"),
        sa.CheckConstraint("category IN ('run', 'grow', 'transform')", name="category"),
        sa.CheckConstraint("beyond >= 0 AND beyond <> 'NaN'", name="beyond"),
    )
    op.create_index("ix_plan_candidates_business_case_id", "plan_candidates", ["business_case_id"])
    op.create_index(
        "ix_plan_candidates_service_id", "plan_candidates", ["service_id"], postgresql_where=sa.text("funded")
    )


# A question stays as it was asked, an answer as it was given: what was approved on them can be looked at for ever.
SOLUTION = """
CREATE FUNCTION keep_plan_solutions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state IN ('done', 'cancelled', 'failed')
        OR (NEW.id, NEW.investment_plan_id, NEW.scenario, NEW.kind, NEW.question, NEW.digest)
        IS DISTINCT FROM (OLD.id, OLD.investment_plan_id, OLD.scenario, OLD.kind, OLD.question, OLD.digest)
        OR (NEW.asked_by, NEW.asked_at) IS DISTINCT FROM (OLD.asked_by, OLD.asked_at)
    THEN
        RAISE EXCEPTION 'a solution never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
PLAN = """
CREATE FUNCTION keep_investment_plans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status = 'approved' THEN
        RAISE EXCEPTION 'an approved plan never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
