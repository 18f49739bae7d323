"""How services kept their promises, as portfolio has assessed them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "attainments",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("window", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Numeric(), nullable=False) for name in ("weight", "weight_measured", "weight_met")),
        sa.PrimaryKeyConstraint("service_id", "window", "starts_on", name="pk_attainments"),
        sa.CheckConstraint("ends_on > starts_on", name="span"),
        sa.CheckConstraint(
            "weight_met >= 0 AND weight_met <= weight_measured AND weight_measured <= weight AND weight <> 'NaN'",
            name="weights",
        ),
    )
