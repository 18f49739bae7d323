"""Other cost objects that a line of the ledger belongs to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("journal_lines", sa.Column("dimensions", JSONB()))
    op.create_index(
        "ix_journal_lines_dimensions",
        "journal_lines",
        ["dimensions"],
        postgresql_using="gin",
        postgresql_ops={"dimensions": "jsonb_path_ops"},
        postgresql_where=sa.text("dimensions IS NOT NULL"),
    )
