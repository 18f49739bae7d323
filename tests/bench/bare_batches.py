"""The rows that a batch of entries leaves behind, written by asyncpg and nothing else done."""

from datetime import date
from decimal import Decimal
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from chassis.ids import uuid7
from tests.bench.books import ACCOUNTS, COST_OBJECTS, DAY, Books

AMOUNT = Decimal("12.50")
BALANCES = """
INSERT INTO finance.period_balances AS kept
    (fiscal_period_id, account_id, cost_object_id, currency, debit, credit, base_debit, base_credit)
SELECT e.fiscal_period_id, l.account_id, l.cost_object_id, l.currency,
    sum(greatest(amount, 0)), sum(greatest(-amount, 0)), sum(greatest(base_amount, 0)), sum(greatest(-base_amount, 0))
FROM finance.journal_entries e JOIN finance.journal_lines l ON l.entry_id = e.id WHERE e.posting_id = $1
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT ON CONSTRAINT uq_period_balances_dimensions DO UPDATE SET debit = kept.debit + excluded.debit,
    credit = kept.credit + excluded.credit, base_debit = kept.base_debit + excluded.base_debit,
    base_credit = kept.base_credit + excluded.base_credit"""

ENTRY_COLUMNS = (
    "id posting_id fiscal_period_id posted_on description source reference adjustment reversal_of line_count"
    " fingerprint actor recorded_at"
).split()


class BareBatches:
    def __init__(self, place: Books) -> None:
        self._place = place
        self._accounts, self._objects = dict(place.accounts), dict(place.cost_objects)

    async def post(self, seconds: float, size: int) -> int:
        end, done = perf_counter() + seconds, 0
        while perf_counter() < end:
            await self._batch(size)
            done += size
        return done

    async def _batch(self, size: int) -> None:
        posting, connection = uuid7(), self._place.connection
        entries, lines = self._rows(posting, size)
        async with connection.transaction():
            now = await connection.fetchval("SELECT now()")
            dated = [(*entry, now) for entry in entries]
            await connection.copy_records_to_table(
                "journal_entries", schema_name="finance", records=dated, columns=ENTRY_COLUMNS
            )
            await connection.copy_records_to_table("journal_lines", schema_name="finance", records=lines)
            await connection.execute(BALANCES, posting)
            await connection.execute(
                "INSERT INTO finance.postings VALUES ($1, 1, 1, 'limit', $2, $3, 'bench', now())",
                *(posting, str(posting), size),
            )
            await connection.execute(
                "INSERT INTO finance.outbox (id, type, subject, envelope, recorded_at)"
                " VALUES ($1, 'finance.cost-posted.v1', $2, $3, now())",
                *(uuid7(), str(posting), bytes(700)),
            )

    def _rows(self, posting: UUID, size: int) -> tuple[list[Any], list[Any]]:
        place, entries, lines = self._place, list[Any](), list[Any]()
        day = date.fromisoformat(DAY)
        for _ in range(size):
            id, name = uuid7(), str(uuid4())
            about = ("Licences", "limit", name, False, None, 2, name, "bench")
            entries.append((id, posting, UUID(place.period_id), day, *about))
            expense = self._accounts[f"E{place.chance.randrange(1, ACCOUNTS)}"]
            liability = self._accounts[f"L{place.chance.randrange(1, ACCOUNTS)}"]
            of = self._objects[f"C{place.chance.randrange(COST_OBJECTS)}"]
            lines.append((id, 1, expense, AMOUNT, "CAD", 1, AMOUNT, of, None, "{}"))
            lines.append((id, 2, liability, -AMOUNT, "CAD", 1, -AMOUNT, None, None, "{}"))
        return entries, lines
