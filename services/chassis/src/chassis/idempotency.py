"""Idempotency-Key: a repeated write is answered with the stored answer, recorded in the transaction of the write."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from sqlalchemy import ARRAY, Row, Text, func, insert, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import rows_of
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

    def answer(self, row: Row[Any]) -> Response:
        """The stored one; KeyReused if the key was used for something else."""
        if row.fingerprint != self.fingerprint:
            raise KeyReused("This Idempotency-Key was used for another request; take a new key.")
        return Response(row.body, row.status, {**row.headers, "Idempotency-Replayed": "true"})


async def known(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, Row[Any]]:
    """What is stored under those keys that were used before. Holds all of them until the transaction ends, so that of
    two requests at once one runs; raises KeyInUse for the other."""
    names = [f"{key.caller}\n{key.key}" for key in keys]
    if len(set(names)) < len(names):
        raise KeyInUse(retry_after_seconds=1)
    name = func.unnest(literal(sorted(names), ARRAY(Text))).table_valued("name").render_derived()
    held = select(func.bool_and(func.pg_try_advisory_xact_lock(func.hashtextextended(name.c.name, 0))))
    if not await session.scalar(held):
        raise KeyInUse(retry_after_seconds=1)
    stored = idempotency_keys.c
    rows = await session.execute(
        select(idempotency_keys).where(
            tuple_(stored.caller, stored.key).in_(
                rows_of((stored.caller, stored.key), [(key.caller, key.key) for key in keys])
            )
        )
    )
    found = {(row.caller, row.key): row for row in rows}
    return {key: found[key.caller, key.key] for key in keys if (key.caller, key.key) in found}


async def record(session: AsyncSession, answers: Mapping[Key, Response]) -> None:
    rows = [
        {
            "caller": key.caller,
            "key": key.key,
            "fingerprint": key.fingerprint,
            "status": answer.status_code,
            "headers": {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers},
            "body": bytes(answer.body),
        }
        for key, answer in answers.items()
    ]
    await session.execute(insert(idempotency_keys), rows)
