"""How far an import has come, told while it runs; and whether somebody wants it to stop."""

from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.beside import Beside
from chassis.ids import uuid7
from chassis.imports import FileUpload
from chassis.web import as_problem
from finance.cost_import.model import Terms
from finance.cost_import.run import CostImportRun, ImportCancelled, RunState

PAUSE_SECONDS = 1.0
LOCKS = table("pg_locks", column("locktype"), column("classid"), column("objid"), column("objsubid"), column("granted"))
R = CostImportRun


class Progress:
    """Of one run, which is told of from its first rows on. What it tells is not needed for the import; only its end is
    written in the import's transaction."""

    def __init__(self, beside: Beside, terms: Terms, *, actor: str, at: datetime) -> None:
        self.id, self._beside, self._told_at = uuid7(), beside, 0.0
        said = {"source": terms.source, "view": terms.view, "period": terms.period, "actor": actor}
        self._said = {"id": self.id, "cancel_requested": False, "started_at": at, **said}

    async def begin(self, session: AsyncSession) -> None:
        """The transaction holds the lock of the run, and so the database knows whether it still goes on."""
        await session.execute(select(func.pg_advisory_xact_lock(_lock(str(self.id)))))

    async def tell(self, upload: FileUpload, *, now: bool = False) -> None:
        """At most once a second, unless `now`. ImportCancelled."""
        if monotonic() - self._told_at < PAUSE_SECONDS and not now:
            return
        rows = await self._beside.execute(self._told(upload, RunState.RUNNING).returning(R.cancel_requested))
        self._told_at = monotonic()
        if rows and rows[0].cancel_requested:
            raise ImportCancelled

    async def fail(self, upload: FileUpload, error: Exception) -> None:
        if self._told_at:
            problem = as_problem(error)
            state = RunState.CANCELLED if isinstance(problem, ImportCancelled) else RunState.FAILED
            await self._beside.execute(self._told(upload, state, problem=problem.code))

    async def end(self, session: AsyncSession, upload: FileUpload, cost_import_id: UUID) -> None:
        """The last statement of the import: whoever would tell something beside it now would wait for it."""
        await session.execute(self._told(upload, RunState.DONE, cost_import_id=cost_import_id))

    def _told(self, upload: FileUpload, state: RunState, **more: Any) -> Insert:
        """Whether or not it could be told before."""
        counts = {name: getattr(upload, name) for name in ("received_bytes", "read", "accepted", "rejected")}
        now = {**counts, "state": state, "changed_at": func.clock_timestamp(), **more}
        statement = insert(R).values({**self._said, **now})
        return statement.on_conflict_do_update(index_elements=[R.id], set_=now)


def _lock(id: Any) -> ColumnElement[int]:
    return func.hashtextextended(func.concat("cost-import-run/", id), 0)


def _goes_on() -> ColumnElement[bool]:
    """Whether a transaction holds the lock of the run: the database shows the two halves of its 64 bits."""
    key, half = _lock(cast(R.id, Text)), literal(2**32 - 1, BigInteger)
    high = key.op(">>")(literal(32, Integer)).self_group().op("&")(half).self_group()
    low = key.op("&")(half).self_group()
    same = and_(cast(LOCKS.c.classid, BigInteger) == high, cast(LOCKS.c.objid, BigInteger) == low)
    return exists().where(LOCKS.c.locktype == "advisory", LOCKS.c.objsubid == 1, LOCKS.c.granted, same)


STATE: ColumnElement[str] = case(
    (and_(R.state == RunState.RUNNING, ~_goes_on()), RunState.INTERRUPTED.value), else_=cast(R.state, Text)
)


def runs() -> Select[Any]:
    """With the state that they have at this moment."""
    others = [getattr(R, it.key) for it in R.__table__.columns if it.key != "state"]
    return select(*others, STATE.label("state"))
