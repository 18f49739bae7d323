"""Many rows at once, by COPY, within the transaction of a session."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession


async def copy_rows(session: AsyncSession, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Each row has all columns of `table` in order, JSON as text. What the database refuses is raised as usual."""
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    columns = [column.name for column in table.columns]
    try:
        await connection.copy_records_to_table(table.name, records=rows, columns=columns)  # type: ignore[union-attr]
    except asyncpg.PostgresError as error:
        raise _refused(f"COPY {table.name}", error) from error


def _refused(statement: str, error: asyncpg.PostgresError) -> DBAPIError:
    """As SQLAlchemy wraps the refusal of any other statement, so that a Problem can be found for its constraint."""
    original = Exception(str(error))
    original.__cause__ = error
    broken_rule = isinstance(error, asyncpg.IntegrityConstraintViolationError)
    return (IntegrityError if broken_rule else DBAPIError)(statement, None, original)
