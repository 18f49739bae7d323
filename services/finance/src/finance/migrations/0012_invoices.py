"""Billing profiles, invoices with their numbers, credit notes, disputes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"

DRAFT = sa.text("state = 'draft'")


def upgrade() -> None:
    billing_profiles()
    invoices()
    credit_notes()
    disputes()
    final_for_ever()


def aggregate():
    return (
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )


def refers(table: str, column: str, to: str):
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def amounts(*names: str):
    return tuple(sa.Column(name, sa.Numeric(), nullable=False) for name in names)


def texts(*names: str):
    return tuple(sa.Column(name, sa.Text(), nullable=False) for name in names)


def billing_profiles():
    op.create_table(
        "billing_profiles",
        *aggregate(),
        sa.Column("consumer_id", sa.Uuid()),
        *texts("issuer_name", "account_name"),
        sa.Column("is_external", sa.Boolean(), nullable=False),
        sa.Column("grace_days", sa.BigInteger(), nullable=False),
        sa.Column("payment_days", sa.BigInteger(), nullable=False),
        sa.Column("receivable_account_id", sa.Uuid(), nullable=False),
        sa.Column("recovery_account_id", sa.Uuid(), nullable=False),
        sa.Column("tax_account_id", sa.Uuid()),
        refers("billing_profiles", "consumer_id", "consumers"),
        *(
            refers("billing_profiles", f"{account}_account_id", "accounts")
            for account in ("receivable", "recovery", "tax")
        ),
        sa.UniqueConstraint("consumer_id", name="uq_billing_profiles_consumer_id", postgresql_nulls_not_distinct=True),
        sa.CheckConstraint("grace_days BETWEEN 0 AND 365 AND payment_days BETWEEN 0 AND 365", name="days"),
        sa.CheckConstraint("NOT is_external OR tax_account_id IS NOT NULL", name="taxed"),
    )
    op.create_index("ix_billing_profiles_recovery_account_id", "billing_profiles", ["recovery_account_id"])
    op.create_table(
        "tax_rates",
        sa.Column("profile_id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("valid_from", sa.Date(), primary_key=True),
        *amounts("percent"),
        refers("tax_rates", "profile_id", "billing_profiles"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    )


def invoices():
    op.create_table(
        "invoices",
        *aggregate(),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("consumer_id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        *texts("consumer_name", "issuer_name", "account_name"),
        sa.Column("mode", sa.String(40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        *texts("currency"),
        *amounts("net", "tax", "total", "credited"),
        *texts("fingerprint"),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finalize_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hold_reason", sa.Text()),
        sa.Column("number", sa.Text()),
        sa.Column("issued_on", sa.Date()),
        sa.Column("due_on", sa.Date()),
        sa.Column("finalized_at", sa.DateTime(timezone=True)),
        sa.Column("entry_id", sa.Uuid()),
        sa.Column("voided_at", sa.DateTime(timezone=True)),
        sa.Column("void_reason", sa.Text()),
        sa.Column("reversal_id", sa.Uuid()),
        refers("invoices", "plan_id", "charge_plans"),
        refers("invoices", "consumer_id", "consumers"),
        refers("invoices", "profile_id", "billing_profiles"),
        refers("invoices", "entry_id", "journal_entries"),
        refers("invoices", "reversal_id", "journal_entries"),
        sa.UniqueConstraint("number", name="uq_invoices_number"),
        sa.CheckConstraint("total = net + tax AND total <> 'NaN'", name="total"),
        sa.CheckConstraint("(state IN ('final', 'void')) = (number IS NOT NULL)", name="numbered"),
        sa.CheckConstraint("credited = 0 OR credited BETWEEN 0 AND net", name="credited"),
        sa.CheckConstraint("mode IN ('showback', 'chargeback')", name="chargemode"),
        sa.CheckConstraint("state IN ('draft', 'final', 'void', 'discarded')", name="invoicestate"),
    )
    key = ["plan_id", "consumer_id", "starts_on", "ends_on"]
    op.create_index("uq_invoices_draft", "invoices", key, unique=True, postgresql_where=DRAFT)
    op.create_index("ix_invoices_due", "invoices", ["finalize_at"], postgresql_where=DRAFT)
    op.create_index("ix_invoices_issued_on", "invoices", ["issued_on", "number"])
    op.create_index("ix_invoices_consumer_id", "invoices", ["consumer_id"])
    op.create_index("ix_invoices_range", "invoices", ["plan_id", "starts_on", "ends_on"])
    op.create_table(
        "invoice_lines",
        sa.Column("invoice_id", sa.Uuid(), primary_key=True),
        sa.Column("line_number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("cost_object_id", sa.Uuid(), nullable=False),
        *texts("cost_object_code", "cost_object_name"),
        sa.Column("item_code", sa.Text()),
        sa.Column("item_name", sa.Text()),
        sa.Column("charge_id", sa.Uuid(), nullable=False),
        sa.Column("corrects_id", sa.Uuid()),
        *amounts("charged", "billed", "amount", "quantity"),
        *texts("unit"),
        refers("invoice_lines", "invoice_id", "invoices"),
        refers("invoice_lines", "cost_object_id", "cost_objects"),
        refers("invoice_lines", "charge_id", "charges"),
        refers("invoice_lines", "corrects_id", "invoices"),
        sa.CheckConstraint("amount = charged - billed AND amount <> 'NaN' AND amount <> 0", name="amount"),
    )
    op.create_index("ix_invoice_lines_cost_object_id", "invoice_lines", ["cost_object_id"])
    op.create_table(
        "invoice_taxes",
        sa.Column("invoice_id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        *amounts("percent", "amount"),
        refers("invoice_taxes", "invoice_id", "invoices"),
    )
    op.create_table(
        "invoice_counters",
        sa.Column("series", sa.String(40), primary_key=True),
        sa.Column("fiscal_year_id", sa.Uuid(), primary_key=True),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        refers("invoice_counters", "fiscal_year_id", "fiscal_years"),
        sa.CheckConstraint("series IN ('INV', 'ST', 'CN')", name="series"),
    )


def credit_notes():
    op.create_table(
        "credit_notes",
        *aggregate(),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        *texts("number", "reason", "currency"),
        *amounts("net", "tax", "total"),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_id", sa.Uuid()),
        refers("credit_notes", "invoice_id", "invoices"),
        refers("credit_notes", "entry_id", "journal_entries"),
        sa.UniqueConstraint("number", name="uq_credit_notes_number"),
        sa.CheckConstraint("net > 0 AND total = net + tax AND total <> 'NaN'", name="total"),
    )
    op.create_index("ix_credit_notes_invoice_id", "credit_notes", ["invoice_id"])
    op.create_index("ix_credit_notes_issued_on", "credit_notes", ["issued_on"])
    op.create_table(
        "credit_note_lines",
        sa.Column("credit_note_id", sa.Uuid(), primary_key=True),
        sa.Column("line_number", sa.BigInteger(), primary_key=True, autoincrement=False),
        *amounts("amount"),
        refers("credit_note_lines", "credit_note_id", "credit_notes"),
        sa.CheckConstraint("amount > 0 AND amount <> 'NaN'", name="amount"),
    )
    op.create_table(
        "credit_note_taxes",
        sa.Column("credit_note_id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        *amounts("percent", "amount"),
        refers("credit_note_taxes", "credit_note_id", "credit_notes"),
    )


def disputes():
    op.create_table(
        "disputes",
        *aggregate(),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("consumer_id", sa.Uuid(), nullable=False),
        sa.Column("line_numbers", JSONB(), nullable=False),
        *texts("reason"),
        sa.Column("state", sa.String(40), nullable=False),
        *texts("opened_by"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text()),
        sa.Column("resolved_by", sa.Text()),
        sa.Column("resolved_at", sa.DateTime(timezone=True)),
        sa.Column("credit_note_id", sa.Uuid()),
        refers("disputes", "invoice_id", "invoices"),
        refers("disputes", "consumer_id", "consumers"),
        refers("disputes", "credit_note_id", "credit_notes"),
        sa.CheckConstraint("state IN ('open', 'upheld', 'rejected')", name="disputestate"),
    )
    op.create_index("uq_disputes_open", "disputes", ["invoice_id"], unique=True, postgresql_where="state = 'open'")
    op.create_index("ix_disputes_invoice_id", "disputes", ["invoice_id"])
    op.create_index("ix_disputes_consumer_id", "disputes", ["consumer_id"])


def final_for_ever():
    """A final invoice is credited or voided, never changed; what it says of lines and taxes stays as it is."""
    op.execute(
        """
        CREATE FUNCTION keep_final_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            open text[] := ARRAY['state', 'credited', 'voided_at', 'void_reason', 'reversal_id', 'version', 'sequence'];
        BEGIN
            IF OLD.state IN ('final', 'void') AND (
                TG_OP = 'DELETE' OR OLD.state = 'void' OR NEW.state NOT IN ('final', 'void')
                OR (to_jsonb(OLD) - open) IS DISTINCT FROM (to_jsonb(NEW) - open)
            ) THEN
                RAISE EXCEPTION 'invoice % is final', OLD.number USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER keep_final_invoice BEFORE UPDATE OR DELETE ON invoices
        FOR EACH ROW EXECUTE FUNCTION keep_final_invoice()
        """
    )
    op.execute(
        """
        CREATE FUNCTION keep_part_of_final_invoice() RETURNS trigger
        LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
        BEGIN
            IF EXISTS (
                SELECT FROM invoices WHERE state IN ('final', 'void')
                AND id IN (
                    CASE WHEN TG_OP <> 'INSERT' THEN OLD.invoice_id END,
                    CASE WHEN TG_OP <> 'DELETE' THEN NEW.invoice_id END
                )
            ) THEN
                RAISE EXCEPTION 'the invoice is final' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END $$
        """
    )
    for table in ("invoice_lines", "invoice_taxes"):
        op.execute(
            f"""
            CREATE TRIGGER keep_part_of_final_invoice BEFORE INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION keep_part_of_final_invoice()
            """
        )
    for table in ("credit_notes", "credit_note_lines", "credit_note_taxes"):
        op.execute(
            f"""
            CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """
        )
