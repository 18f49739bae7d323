"""All that a period holds as one number, which would be another one if anything were changed, added or taken away."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from finance.fiscal_period.model import Seal

# A digest per entry, then one over those: what is joined in memory is 32 bytes an entry, however long its lines are.
SEAL = text("""
    WITH lines AS (
        SELECT entry_id, sum(greatest(line.base_amount, 0)) AS debit,
            string_agg(
                jsonb_build_array(
                    line_number, account_id, amount, currency, rate, base_amount, cost_object_id, consumer_id, tags
                )::text || coalesce(dimension_ids::text, ''), chr(10) ORDER BY line_number
            ) AS said
        FROM journal_lines AS line JOIN journal_entries AS entry ON entry.id = entry_id
        WHERE fiscal_period_id = :period_id GROUP BY entry_id
    ), entries AS (
        SELECT id, debit, sha256(convert_to(
            jsonb_build_array(
                id, posted_on, description, source, reference, adjustment, reversal_of, line_count, actor,
                extract(epoch FROM recorded_at)
            )::text || chr(10) || coalesce(said, '') || CASE kind WHEN 'ordinary' THEN '' ELSE kind END, 'UTF8'
        )) AS digest
        FROM journal_entries LEFT JOIN lines ON entry_id = id WHERE fiscal_period_id = :period_id
    )
    SELECT count(*), coalesce(sum(debit), 0),
        encode(sha256(coalesce(string_agg(digest, ''::bytea ORDER BY id), ''::bytea)), 'hex')
    FROM entries
""")


async def seal(session: AsyncSession, period_id: UUID) -> Seal:
    """What the period holds now; the debits are in base currency."""
    return Seal(*(await session.execute(SEAL, {"period_id": period_id})).one())
