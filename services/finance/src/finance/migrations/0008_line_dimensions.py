"""Other cost objects that a line of the ledger belongs to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("journal_lines", sa.Column("dimension_ids", ARRAY(sa.Uuid())))
    op.create_index(
        "ix_journal_lines_dimension_ids",
        "journal_lines",
        ["dimension_ids"],
        postgresql_using="gin",
        postgresql_where=sa.text("dimension_ids IS NOT NULL"),
    )
