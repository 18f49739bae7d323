"""When a service that has its notice retires."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("known_services", sa.Column("retires_on", sa.Date()))
