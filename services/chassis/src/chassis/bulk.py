"""Many values or rows at once: arrays as parameters, and COPY within the transaction of a session."""

from collections.abc import Collection, Iterable, Sequence
from io import BytesIO
from typing import Any

import asyncpg
from sqlalchemy import ARRAY, ColumnElement, Select, Table, any_, func, literal, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession


def among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Whether the column is one of the values. An array is one parameter: however many there are, the statement is the
    same, and neither made nor planned anew."""
    found: ColumnElement[bool] = column == any_(literal(list(values), ARRAY(column.type)))
    return found


def rows_of(columns: Sequence[Any], rows: Collection[Sequence[Any]]) -> Select[Any]:
    """The rows as a table, of the types of these columns: for `tuple_(...).in_(...)`, as one parameter per column."""
    return select(
        *(
            func.unnest(literal([row[at] for row in rows], ARRAY(column.type))).label(f"c{at}")
            for at, column in enumerate(columns)
        )
    )


async def copy_rows(session: AsyncSession, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Each row has all columns of `table` in order, JSON as text. What the database refuses is raised as usual."""
    connection: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    columns = [column.name for column in table.columns]
    try:
        await connection.copy_records_to_table(table.name, records=rows, columns=columns)
    except asyncpg.PostgresError as error:
        raise _refused(f"COPY {table.name}", error) from error


async def copy_text(session: AsyncSession, table: Table, rows: Iterable[str]) -> None:
    """As `copy_rows`, for very many rows that are made as PostgreSQL's text format: columns parted by tabs, each row
    ended by a line feed. For numbers and codes only: nothing is escaped."""
    connection: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    columns = [column.name for column in table.columns]
    content = BytesIO("".join(rows).encode())
    try:
        await connection.copy_to_table(table.name, source=content, columns=columns)
    except asyncpg.PostgresError as error:
        raise _refused(f"COPY {table.name}", error) from error


def _refused(statement: str, error: asyncpg.PostgresError) -> DBAPIError:
    """As SQLAlchemy wraps the refusal of any other statement, so that a Problem can be found for its constraint."""
    original = Exception(str(error))
    original.__cause__ = error
    broken_rule = isinstance(error, asyncpg.IntegrityConstraintViolationError)
    return (IntegrityError if broken_rule else DBAPIError)(statement, None, original)
