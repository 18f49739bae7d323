"""Idempotency-Key: a repeated write is answered with the stored answer, recorded in the transaction of the write."""

import hashlib
from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import InvalidRequest, KeyInUse, KeyReused
from chassis.schema import idempotency_keys

HEADER = "Idempotency-Key"
KEPT_HEADERS = ("content-type", "etag", "location", "link")


@dataclass(frozen=True)
class Key:
    """One caller's key and a fingerprint of the request that it was first used for."""

    caller: str
    key: str
    fingerprint: str

    @classmethod
    async def of(cls, request: Request, caller: str) -> "Key | None":
        key = request.headers.get(HEADER)
        if key is None:
            return None
        if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
            raise InvalidRequest(f"{HEADER} must be 1 to 255 visible ASCII characters.")
        seen = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
        seen.update(await request.body())
        return cls(caller, key, seen.hexdigest())

    async def stored_answer(self, session: AsyncSession) -> Response | None:
        """Holds the key until the transaction ends, so that of two at once one runs and the other is told to wait."""
        lock = func.pg_try_advisory_xact_lock(func.hashtextextended(f"{self.caller}\n{self.key}", 0))
        if not await session.scalar(select(lock)):
            raise KeyInUse(retry_after_seconds=1)
        row = (
            await session.execute(
                select(idempotency_keys).where(
                    idempotency_keys.c.caller == self.caller, idempotency_keys.c.key == self.key
                )
            )
        ).one_or_none()
        if row is None:
            return None
        if row.fingerprint != self.fingerprint:
            raise KeyReused("This Idempotency-Key was used for another request; take a new key.")
        return Response(row.body, row.status, {**row.headers, "Idempotency-Replayed": "true"})

    async def record(self, session: AsyncSession, answer: Response) -> None:
        headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
        await session.execute(
            insert(idempotency_keys).values(
                caller=self.caller,
                key=self.key,
                fingerprint=self.fingerprint,
                status=answer.status_code,
                headers=headers,
                body=bytes(answer.body),
            )
        )
