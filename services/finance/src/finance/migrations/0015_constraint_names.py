"""Check constraints get the names that the models say, which problems are found by."""

from alembic import op

revision = "0015"
down_revision = "0014"

# Their names were given in full, and the naming convention put the same beginning before them.
RENAME = """
    DO $$
    DECLARE it record;
    BEGIN
        FOR it IN
            SELECT conrelid::regclass AS owner, relname, conname FROM pg_constraint
            JOIN pg_class ON pg_class.oid = conrelid
            WHERE contype = 'c' AND relnamespace = current_schema()::regnamespace
                AND starts_with(conname, 'ck_' || relname || '_ck_' || relname || '_')
        LOOP
            EXECUTE format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', it.owner, it.conname,
                substr(it.conname, length('ck_' || it.relname || '_') + 1));
        END LOOP;
    END $$
"""


def upgrade() -> None:
    op.execute(RENAME)
