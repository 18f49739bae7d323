"""Score models with their versions, and what was assessed by them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "score_models",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("published_number", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_score_models"),
        sa.UniqueConstraint("code", name="uq_score_models_code"),
        sa.CheckConstraint("method IN ('weighted', 'wsjf_relative', 'wsjf_currency')", name="method"),
    )
    op.create_table(
        "score_model_versions",
        sa.Column("score_model_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("criteria", JSONB(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("published_by", sa.Text()),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("score_model_id", "number", name="pk_score_model_versions"),
        sa.ForeignKeyConstraint(["score_model_id"], ["score_models.id"], name="fk_score_model_versions_score_model_id"),
        sa.CheckConstraint("state IN ('draft', 'published')", name="versionstate"),
    )
    assessments()
    op.execute(KEEP)
    op.execute(
        "CREATE TRIGGER keep_score_model_versions BEFORE UPDATE OR DELETE ON score_model_versions"
        " FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION keep_score_model_versions()"
    )


def assessments():
    op.create_table(
        "assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("score_model_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Uuid()),
        sa.Column("business_case_id", sa.Uuid()),
        sa.Column("values", JSONB(), nullable=False),
        sa.Column("score", sa.Numeric()),
        sa.Column("coverage", sa.Numeric(), nullable=False),
        sa.Column("size", sa.Numeric()),
        sa.Column("assessed_by", sa.Text(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assessments"),
        sa.ForeignKeyConstraint(
            ["score_model_id", "number"],
            ["score_model_versions.score_model_id", "score_model_versions.number"],
            name="fk_assessments_score_model_id_number",
        ),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name="fk_assessments_service_id"),
        sa.ForeignKeyConstraint(["business_case_id"], ["business_cases.id"], name="fk_assessments_business_case_id"),
        sa.UniqueConstraint(
            "score_model_id",
            "number",
            "period",
            "service_id",
            "business_case_id",
            name="uq_assessments_item",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint("(service_id IS NULL) <> (business_case_id IS NULL)", name="item"),
        sa.CheckConstraint("score <> 'NaN' AND coverage BETWEEN 0 AND 1", name="numbers"),
    )
    for column in ("service_id", "business_case_id"):
        op.create_index(
            f"ix_assessments_{column}", "assessments", [column], postgresql_where=sa.text(f"{column} IS NOT NULL")
        )


# What was scored by a version can be scored by it again, for ever.
KEEP = """
CREATE FUNCTION keep_score_model_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
