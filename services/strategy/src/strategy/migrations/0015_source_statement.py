"""What other systems have said last of resources of their catalogs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0015"
down_revision = "0014"

KINDS = "kind IN ('catalog', 'category', 'product_specification', 'product_offering_price', 'product_offering')"


def upgrade() -> None:
    op.create_table(
        "source_statements",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("kind", sa.String(40), primary_key=True),
        sa.Column("external_id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", JSONB(), nullable=False),
        sa.Column("terms", JSONB()),
        sa.Column("refers_to", ARRAY(sa.Text()), nullable=False),
        sa.Column("offering_code", sa.Text()),
        sa.Column(
            "market_space_id",
            sa.Uuid(),
            sa.ForeignKey("market_spaces.id", name="fk_source_statements_market_space_id"),
        ),
        sa.CheckConstraint(KINDS, name="resourcekind"),
    )
    op.create_index("ix_source_statements_refers_to", "source_statements", ["refers_to"], postgresql_using="gin")
    op.create_index("ix_source_statements_source_name", "source_statements", ["source", "name"])
    op.create_index("ix_source_statements_offering_code_source", "source_statements", ["offering_code", "source"])
    op.create_index("ix_source_statements_market_space_id", "source_statements", ["market_space_id"])
