"""Short statements that commit on their own beside the transaction of an operation: what others see while it runs."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Executable, Row
from sqlalchemy.exc import SQLAlchemyError

from chassis.database import Database

log = logging.getLogger("chassis.beside")

PATIENCE_SECONDS = 3.0


class Beside:
    """Told to nobody who must rely on it: where there is no connection to spare, or no answer, it is left out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def execute(self, statement: Executable) -> Sequence[Row[Any]]:
        """The rows that it returns; none where it had to be left out."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._database.transaction() as session:
                result: Any = await session.execute(statement)
                return result.all() if getattr(result, "returns_rows", True) else []
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("left out what others should have seen", exc_info=error)
            return []


def beside(request: Request) -> Beside:
    return Beside(request.app.state.database)


BesideTransaction = Annotated[Beside, Depends(beside)]
