"""Fiscal periods, accounts, cost objects, consumers, and a ledger that the database itself keeps unchanged."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)
BOUNDED = (
    "greatest(debit, credit, base_debit, base_credit) < 1e19 AND least(debit, credit, base_debit, base_credit) >= 0"
)
STATES = "('future', 'open', 'soft_closed', 'closed')"


def upgrade() -> None:
    fiscal_calendar()
    dimensions()
    ledger()
    balances()
    balanced_at_commit()
    unchanged_for_ever()


def aggregate():
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def reference(table, column, to, **options):
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", **options)


def fiscal_calendar():
    op.create_table(
        "fiscal_years",
        *aggregate(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("base_currency", sa.Text(), nullable=False),
        sa.UniqueConstraint("code", name="uq_fiscal_years_code"),
        ExcludeConstraint((sa.text("daterange(starts_on, ends_on)"), "&&"), name="ex_fiscal_years_range"),
    )
    op.create_table(
        "fiscal_periods",
        *aggregate(),
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("closed_on", sa.Date()),
        sa.Column("entry_count", sa.BigInteger()),
        sa.Column("debit_total", sa.Numeric()),
        sa.Column("digest", sa.Text()),
        reference("fiscal_periods", "fiscal_year_id", "fiscal_years"),
        sa.UniqueConstraint("code", name="uq_fiscal_periods_code"),
        sa.UniqueConstraint("starts_on", name="uq_fiscal_periods_starts_on"),
        sa.CheckConstraint(f"state IN {STATES}", name="ck_fiscal_periods_periodstate"),
        sa.CheckConstraint("(state = 'closed') = (digest IS NOT NULL)", name="ck_fiscal_periods_sealed"),
        sa.CheckConstraint("debit_total <> 'NaN'", name="ck_fiscal_periods_debit_total"),
    )
    op.create_index("ix_fiscal_periods_fiscal_year_id", "fiscal_periods", ["fiscal_year_id"])
    op.create_table(
        "fiscal_period_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("fiscal_period_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("digest", sa.Text()),
        reference("fiscal_period_changes", "fiscal_period_id", "fiscal_periods"),
        sa.CheckConstraint(f"state IN {STATES}", name="ck_fiscal_period_changes_periodstate"),
    )
    op.create_index("ix_fiscal_period_changes_fiscal_period_id", "fiscal_period_changes", ["fiscal_period_id"])


def dimensions():
    op.create_table(
        "accounts",
        *aggregate(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("nature", sa.Text()),
        sa.Column("parent_id", sa.Uuid()),
        sa.Column("is_leaf", sa.Boolean(), nullable=False),
        reference("accounts", "parent_id", "accounts"),
        sa.UniqueConstraint("code", name="uq_accounts_code"),
        sa.CheckConstraint(
            "type IN ('asset', 'liability', 'equity', 'income', 'expense')", name="ck_accounts_accounttype"
        ),
    )
    op.create_index("ix_accounts_type", "accounts", ["type"])
    op.create_index("ix_accounts_parent_id", "accounts", ["parent_id"])
    op.create_table(
        "cost_objects",
        *aggregate(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("service_id", sa.Uuid()),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date()),
        sa.Column("chargeable", sa.Boolean(), nullable=False),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("code", name="uq_cost_objects_code"),
        sa.UniqueConstraint("service_id", name="uq_cost_objects_service_id"),
        sa.CheckConstraint(
            "kind IN ('service', 'program', 'project', 'cost_center', 'tower')", name="ck_cost_objects_costobjectkind"
        ),
    )
    op.create_table(
        "consumers",
        *aggregate(),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("survivor_id", sa.Uuid()),
        sa.Column("known_sequence", sa.BigInteger(), nullable=False),
        reference("consumers", "survivor_id", "consumers"),
    )
    op.create_index("ix_consumers_code", "consumers", ["code"])
    op.create_index("ix_consumers_survivor_id", "consumers", ["survivor_id"])


def ledger():
    op.create_table(
        "postings",
        *aggregate(),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("entry_count", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
    )
    op.create_table(
        "journal_entries",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("fiscal_period_id", sa.Uuid(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("adjustment", sa.Boolean(), nullable=False),
        sa.Column("reversal_of", sa.Uuid()),
        sa.Column("line_count", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        reference("journal_entries", "posting_id", "postings", deferrable=True, initially="DEFERRED"),
        reference("journal_entries", "fiscal_period_id", "fiscal_periods"),
        reference("journal_entries", "reversal_of", "journal_entries"),
        sa.UniqueConstraint("source", "reference", name="uq_journal_entries_source_reference"),
        sa.UniqueConstraint("reversal_of", name="uq_journal_entries_reversal_of"),
    )
    op.create_index("ix_journal_entries_posting_id", "journal_entries", ["posting_id"])
    op.create_index("ix_journal_entries_fiscal_period_id", "journal_entries", ["fiscal_period_id"])
    op.create_index("ix_journal_entries_posted_on", "journal_entries", ["posted_on", "id"])
    op.create_table(
        "journal_lines",
        sa.Column("entry_id", sa.Uuid(), primary_key=True),
        sa.Column("line_number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(), nullable=False),
        sa.Column("base_amount", sa.Numeric(), nullable=False),
        sa.Column("cost_object_id", sa.Uuid()),
        sa.Column("consumer_id", sa.Uuid()),
        sa.Column("tags", JSONB(), nullable=False),
        reference("journal_lines", "entry_id", "journal_entries"),
        reference("journal_lines", "account_id", "accounts"),
        reference("journal_lines", "cost_object_id", "cost_objects"),
        reference("journal_lines", "consumer_id", "consumers"),
        sa.CheckConstraint(
            "amount <> 'NaN' AND base_amount <> 'NaN' AND rate <> 'NaN' AND rate > 0", name="ck_journal_lines_numbers"
        ),
    )
    op.create_index("ix_journal_lines_account_id", "journal_lines", ["account_id"])
    op.create_index("ix_journal_lines_cost_object_id", "journal_lines", ["cost_object_id"])
    op.create_index(
        "ix_journal_lines_consumer_id",
        "journal_lines",
        ["consumer_id"],
        postgresql_where=sa.text("consumer_id IS NOT NULL"),
    )


def balances():
    op.create_table(
        "period_balances",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("fiscal_period_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("cost_object_id", sa.Uuid()),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("debit", sa.Numeric(), nullable=False),
        sa.Column("credit", sa.Numeric(), nullable=False),
        sa.Column("base_debit", sa.Numeric(), nullable=False),
        sa.Column("base_credit", sa.Numeric(), nullable=False),
        reference("period_balances", "fiscal_period_id", "fiscal_periods"),
        reference("period_balances", "account_id", "accounts"),
        reference("period_balances", "cost_object_id", "cost_objects"),
        sa.UniqueConstraint(
            "fiscal_period_id",
            "account_id",
            "cost_object_id",
            "currency",
            name="uq_period_balances_dimensions",
            postgresql_nulls_not_distinct=True,
        ),
        sa.CheckConstraint(BOUNDED, name="ck_period_balances_bounded"),
    )
    op.create_index("ix_period_balances_account_id", "period_balances", ["account_id"])
    op.create_index("ix_period_balances_cost_object_id", "period_balances", ["cost_object_id"])


def balanced_at_commit():
    """The last check of an entry, whoever wrote it: all its lines are there and balance, its period is open."""
    op.execute(
        """
        CREATE FUNCTION check_journal_entry() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        DECLARE
            lines bigint;
            balanced boolean;
        BEGIN
            SELECT sum(n), bool_and(amount = 0) AND sum(base) = 0 INTO lines, balanced
            FROM (
                SELECT count(*) AS n, sum(amount) AS amount, sum(base_amount) AS base
                FROM journal_lines WHERE entry_id = NEW.id GROUP BY currency
            ) AS per_currency;
            IF lines IS DISTINCT FROM NEW.line_count OR lines < 2 OR NOT balanced THEN
                RAISE EXCEPTION 'journal entry % does not balance', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_journal_entries_balanced';
            END IF;
            IF EXISTS (
                SELECT FROM fiscal_periods WHERE id = NEW.fiscal_period_id AND state IN ('future', 'closed')
            ) THEN
                RAISE EXCEPTION 'journal entry % falls into a period that is not open', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_journal_entries_period_open';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE CONSTRAINT TRIGGER check_journal_entry AFTER INSERT ON journal_entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_journal_entry()
        """
    )
    op.execute(
        """
        CREATE FUNCTION refuse_late_lines() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM (SELECT DISTINCT entry_id FROM added) AS touched
                JOIN journal_entries AS entry ON entry.id = touched.entry_id
                WHERE (SELECT count(*) FROM journal_lines WHERE entry_id = entry.id) > entry.line_count
            ) THEN
                RAISE EXCEPTION 'a posted journal entry gets no more lines' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER refuse_late_lines AFTER INSERT ON journal_lines
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_lines()
        """
    )


def unchanged_for_ever():
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is never changed: post a reversal', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    for table in ("postings", "journal_entries", "journal_lines", "fiscal_period_changes"):
        op.execute(
            f"""
            CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """
        )
