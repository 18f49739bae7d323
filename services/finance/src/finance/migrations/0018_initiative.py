"""Cost objects that stand for an initiative of strategy."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("cost_objects", sa.Column("initiative_id", sa.Uuid()))
    op.create_unique_constraint("uq_cost_objects_initiative_id", "cost_objects", ["initiative_id"])
    op.create_check_constraint("stands_for_one", "cost_objects", "num_nonnulls(service_id, initiative_id) <= 1")
