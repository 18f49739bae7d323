"""When thresholds on forecast were last looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("budgets", sa.Column("looked_ahead_on", sa.Date()))
