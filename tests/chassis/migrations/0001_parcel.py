"""Parcels."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "parcels",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
    )
    # A rule that the database keeps to the end of the transaction, so that the commit itself may fail.
    op.execute(
        """
        CREATE FUNCTION refuse_limbo() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'nobody delivers to limbo' USING ERRCODE = 'check_violation';
        END $$
        """
    )
    op.execute(
        """
        CREATE CONSTRAINT TRIGGER refuse_limbo AFTER INSERT ON parcels DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.address = 'limbo') EXECUTE FUNCTION refuse_limbo()
        """
    )
