"""Group commit: requests of one operation that arrive while others are being written are written together, in one
transaction, each with an answer, an audit entry and an Idempotency-Key of its own."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bodies import JSON_MEDIA, BoundedRequest
from chassis.cause import Cause, because_of
from chassis.idempotency import Key, known, record
from chassis.identity import Caller
from chassis.operations import Handle, Operation, database_of
from chassis.problems import NotReady, Problem
from chassis.telemetry import current_traceparent

MOST, LONGEST_QUEUE = 500, 5_000

C = TypeVar("C")
Together = Callable[[AsyncSession, Sequence["Asked[Any]"]], Awaitable[Sequence[BaseModel]]]


@dataclass(frozen=True)
class Asked(Generic[C]):
    """One request of a group. What it announces is recorded inside `because_of(cause)`."""

    command: C
    caller: Caller
    at: datetime
    cause: Cause


@dataclass(frozen=True, eq=False)
class Waiting:
    request: Request
    asked: Asked[Any]
    key: Key | None
    answer: asyncio.Future[Response] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Group:
    """Writes one group at a time: as many as have come meanwhile, without waiting for more."""

    def __init__(self, write: Callable[[Sequence[Waiting]], Awaitable[Sequence[Response]]]) -> None:
        self._write = write
        self._queue: list[Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def join(self, waiting: Waiting) -> Response:
        """Returns when it is committed; raises what it is refused for."""
        if len(self._queue) >= LONGEST_QUEUE:
            raise NotReady("Too many requests wait to be written.", retry_after_seconds=1)
        self._queue.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._go())
        return await waiting.answer

    async def _go(self) -> None:
        while self._queue:
            await asyncio.sleep(0)  # whoever has arrived already comes along
            group, self._queue = self._queue[:MOST], self._queue[MOST:]
            await self._settle(group)

    async def _settle(self, group: Sequence[Waiting]) -> None:
        """Where the whole is refused, in halves, until the one that is refused is alone."""
        try:
            answers = await self._write(group)
        except Exception as error:  # noqa: BLE001  # whatever it is, each of them has to hear of it
            if len(group) > 1 and _is_refusal(error):
                middle = len(group) // 2
                await self._settle(group[:middle])
                await self._settle(group[middle:])
                return
            for waiting in group:
                if not waiting.answer.done():
                    waiting.answer.set_exception(error)
        else:
            for waiting, answer in zip(group, answers, strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(answer)


def _is_refusal(error: Exception) -> bool:
    """Whether nothing was written for certain: not so when the connection was lost while it committed."""
    return isinstance(error, Problem) or (isinstance(error, DBAPIError) and not error.connection_invalidated)


class GroupOperation(Operation):
    """Its endpoint is what `together` makes: for FastAPI to describe, never called."""

    def runner(self, handle: Handle) -> Handle:  # noqa: ARG002 - what it would run is `together`
        admit, group = self.admission(), Group(self._write)

        async def run(request: Request) -> Response:
            caller = self.identified(request)
            cause = Cause(caller.subject, request.state.correlation_id, traceparent=current_traceparent())
            with because_of(cause):
                admitted = await admit(request, caller)
                key = await Key.of(admitted, caller.subject)
            assert isinstance(admitted, BoundedRequest)  # noqa: S101 - a write has no other
            asked = Asked(admitted.understood, caller, request.app.state.clock(), cause)
            return await group.join(Waiting(request, asked, key))

        return run

    async def _write(self, group: Sequence[Waiting]) -> Sequence[Response]:
        carry_out: Together = self.endpoint.together  # type: ignore[attr-defined]  # set below
        async with database_of(group[0].request).transaction() as session:
            stored = await known(session, keys) if (keys := [each.key for each in group if each.key]) else {}
            answers = {each: each.key.answer(stored[each.key]) for each in group if each.key and each.key in stored}
            new = [each for each in group if each not in answers]
            if new:
                views = await carry_out(session, [each.asked for each in new])
                await session.flush()
                await self.audit(session, [each.request for each in new], "done")
                answers |= {each: self._answer(view) for each, view in zip(new, views, strict=True)}
            if keyed := {each.key: answers[each] for each in new if each.key}:
                await record(session, keyed)
        return [answers[each] for each in group]

    def _answer(self, view: BaseModel) -> Response:
        return Response(view.model_dump_json(), self.status_code or 200, media_type=JSON_MEDIA)


def together(carry_out: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a function of a session and several requests, `asked`, the endpoint of a GroupOperation.

    FastAPI is shown one command and one answer.
    """
    hints = get_type_hints(carry_out)
    (asked,), (view,) = get_args(hints["asked"]), get_args(hints["return"])

    async def endpoint(**_: Any) -> Any:
        raise NotImplementedError

    command = inspect.Parameter("command", inspect.Parameter.KEYWORD_ONLY, annotation=get_args(asked)[0])
    endpoint.__signature__ = inspect.Signature([command], return_annotation=view)  # type: ignore[attr-defined]  # for FastAPI
    endpoint.__name__, endpoint.__doc__ = carry_out.__name__, carry_out.__doc__
    endpoint.together = carry_out  # type: ignore[attr-defined]  # beside what FastAPI reads
    return endpoint
