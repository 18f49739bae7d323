"""Extracts too long for memory: rows written to the caller while they are read."""

from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

from fastapi import Request
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.operations import database_of

Write: TypeAlias = Callable[[AsyncSession], AsyncIterator[str]]


def extract(request: Request, write: Write, media: str) -> StreamingResponse:
    """The operation's own transaction has ended when the body is sent: `write` gets one that sees a single state of
    the database and changes nothing. What can be refused must have been refused before."""

    async def body() -> AsyncIterator[str]:
        async with database_of(request).transaction() as session:
            await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            async for part in write(session):
                yield part

    return StreamingResponse(body(), media_type=media)
