"""The database keeps the ledger unchanged, whoever is connected to it as the service."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.finance.books import Books, entry

TABLES = ("postings", "journal_entries", "journal_lines", "fiscal_period_changes")


async def run(books: Books, *statements: str) -> None:
    async with books.finance.database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement", ["DELETE FROM {table}", "TRUNCATE {table} CASCADE", "UPDATE {table} SET {column} = {column}"]
)
async def test_the_services_own_role_cannot_change_or_remove_what_was_posted(
    books: Books, table: str, statement: str
) -> None:
    await books.post(entry())
    column = "line_number" if table == "journal_lines" else "id"
    with pytest.raises(DBAPIError, match="never changed"):
        await run(books, statement.format(table=table, column=column))
    assert (await books.verified("2025-26-P01"))["entry_count"] == 1


COPY_ENTRY = """
INSERT INTO journal_entries SELECT gen_random_uuid(), posting_id, fiscal_period_id, posted_on, description, source,
    'by hand', adjustment, NULL, line_count, fingerprint, actor, recorded_at FROM journal_entries
"""
COPY_LINES = """
INSERT INTO journal_lines SELECT (SELECT id FROM journal_entries WHERE reference = 'by hand'), line_number, account_id,
    {amount}, currency, rate, {amount}, cost_object_id, consumer_id, tags FROM journal_lines
"""


@pytest.mark.parametrize("amount", [None, "amount + 1", "abs(amount)"])
async def test_the_database_takes_no_entry_that_does_not_balance(books: Books, amount: str | None) -> None:
    await books.post(entry())
    with pytest.raises(DBAPIError, match="does not balance"):
        await run(books, COPY_ENTRY, *([COPY_LINES.format(amount=amount)] if amount else []))
    await run(books, COPY_ENTRY, COPY_LINES.format(amount="-amount"))


async def test_the_database_takes_no_entry_for_a_closed_period(books: Books) -> None:
    await books.post(entry())
    await books.move("2025-26-P01", "closing")
    with pytest.raises(DBAPIError, match="not open"):
        await run(books, COPY_ENTRY, COPY_LINES.format(amount="amount"))


async def test_a_posted_entry_gets_no_more_lines(books: Books) -> None:
    await books.post(entry())
    more = "INSERT INTO journal_lines SELECT entry_id, line_number + 2, account_id, amount, currency, rate, base_amount"
    with pytest.raises(DBAPIError, match="no more lines"):
        await run(books, f"{more}, cost_object_id, consumer_id, tags FROM journal_lines")


@pytest.mark.parametrize("numbers", ["'NaN', 'NaN'", "amount, 'NaN'"])
async def test_the_database_takes_no_line_that_is_not_a_number(books: Books, numbers: str) -> None:
    await books.post(entry())
    lines = COPY_LINES.replace("{amount}, currency, rate, {amount}", numbers.replace(",", ", currency, rate,"))
    with pytest.raises(DBAPIError, match="ck_journal_lines_numbers"):
        await run(books, COPY_ENTRY, lines)
