"""What the cost of an account is for: to build, run or change a service."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("cost_class", sa.String(40), nullable=False, server_default="run"))
    op.create_check_constraint("costclass", "accounts", "cost_class IN ('build', 'run', 'change')")
