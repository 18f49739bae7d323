"""A finance service as a process of its own, with books to post into, and what must be true of them afterwards."""

import itertools
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from chassis import migrations
from chassis.identity import Caller, Voucher, new_key_pair
from finance.app import manifest
from standalone.child import LOOPBACK
from standalone.databases import prepare
from standalone.postgres import Cluster, running
from tests.bench.http_load import WrongAnswers, post
from tests.databases import scratch
from tests.faults.part import Part

ACCOUNTS, COST_OBJECTS, DAY = 40, 50, "2025-04-15"
CALLER = Caller("bench", frozenset({"finance:*:*"}))

WRONG = {
    "entries that do not sum to zero": """
        SELECT count(*) FROM (SELECT FROM finance.journal_lines GROUP BY entry_id HAVING sum(amount) <> 0) off""",
    "balances that are not the sum of their lines": """
        SELECT count(*) FROM (
            SELECT account_id, cost_object_id, debit, credit FROM finance.period_balances EXCEPT ALL
            SELECT account_id, cost_object_id, sum(greatest(amount, 0)), sum(greatest(-amount, 0))
            FROM finance.journal_lines GROUP BY 1, 2) off""",
    "entries without an announcement": """
        SELECT count(*) FROM finance.postings p
        WHERE NOT EXISTS (SELECT FROM finance.outbox WHERE subject = p.id::text)""",
}


@dataclass
class Books:
    cluster: Cluster
    part: Part
    connection: Any
    dsn: str
    voucher: Voucher
    accounts: list[tuple[str, UUID]]
    cost_objects: list[tuple[str, UUID]]
    period_id: str
    numbers: Iterator[int] = field(default_factory=itertools.count)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    acknowledged: int = 0

    @property
    def bearer(self) -> str:
        return f"Bearer {self.voucher.vouch(CALLER)}"

    def entry(self, *, hot: bool = False) -> str:
        """A cost of one of 2,000 pairs of account and cost object, or always of the same one."""
        at, of = (0, 0) if hot else (self.chance.randrange(1, ACCOUNTS), self.chance.randrange(COST_OBJECTS))
        owed = 0 if hot else self.chance.randrange(1, ACCOUNTS)
        cost = f'{{"account":"E{at}","amount":"12.50","currency":"CAD","cost_object":"C{of}"}}'
        other = f'{{"account":"L{owed}","amount":"-12.50","currency":"CAD"}}'
        about = f'"posted_on":"{DAY}","description":"Licences","source":"bench","reference":"{next(self.numbers)}"'
        return f'{{{about},"lines":[{cost},{other}]}}'

    def request(self, bearer: str, *, hot: bool = False) -> bytes:
        body = self.entry(hot=hot).encode()
        return post("/v1/journal-entries", body, Authorization=bearer, **{"Idempotency-Key": f"{next(self.numbers)}"})

    def batch(self, bearer: str, size: int) -> bytes:
        body = f"[{','.join(self.entry() for _ in range(size))}]".encode()
        return post("/v1/journal-entry-batches", body, Authorization=bearer)

    async def check(self) -> None:
        """What was acknowledged is there, and the books are right."""
        there = await self.connection.fetchval("SELECT count(*) FROM finance.journal_entries WHERE source = 'bench'")
        if there < self.acknowledged:
            raise WrongAnswers(f"{self.acknowledged} entries were acknowledged, {there} are there")
        for what, query in WRONG.items():
            if count := await self.connection.fetchval(query):
                raise WrongAnswers(f"{count} {what}")


async def _opened(part: Part, bearer: str) -> str:
    base = f"http://{LOOPBACK}:{part.port}/v1"
    async with httpx.AsyncClient(base_url=base, headers={"Authorization": bearer}, timeout=60) as http:

        async def make(path: str, body: dict[str, Any] | None) -> dict[str, Any]:
            made: dict[str, Any] = (await http.post(path, json=body)).raise_for_status().json()
            return made

        year = await make("/fiscal-years", {"code": "2025-26", "starts_on": "2025-04-01"})
        await make(f"/fiscal-years/{year['id']}/opening", None)
        for number in range(ACCOUNTS):
            await make("/accounts", {"code": f"E{number}", "name": "Expense", "type": "expense", "nature": "Software"})
            await make("/accounts", {"code": f"L{number}", "name": "Payable", "type": "liability"})
        for number in range(COST_OBJECTS):
            await make("/cost-objects", {"code": f"C{number}", "name": "Service", "kind": "service"})
        found = (await http.get("/fiscal-periods", params={"limit": 100})).json()["items"]
        return str(next(it["id"] for it in found if it["starts_on"] == "2025-04-01"))


@asynccontextmanager
async def books() -> AsyncIterator[Books]:
    private, public = new_key_pair()
    with scratch() as folder, running(folder / "data") as cluster:
        dsn = (await prepare(cluster.admin_dsn, {"finance": "finance"}))["finance"]
        await migrations.upgrade(manifest, dsn)
        environment = {"DATABASE_URL": dsn, "IDENTITY_PUBLIC_KEY": public, "LOG_LEVEL": "INFO"}
        part = Part("finance", "finance", ("serve",), environment, Path(folder) / "finance.log")
        connection = await asyncpg.connect(dsn)
        voucher = Voucher(private)
        part.start()
        try:
            await part.ready()
            period_id = await _opened(part, f"Bearer {voucher.vouch(CALLER)}")
            accounts, cost_objects = [
                [(row["code"], row["id"]) for row in await connection.fetch(f"SELECT code, id FROM finance.{table}")]
                for table in ("accounts", "cost_objects")
            ]
            yield Books(cluster, part, connection, dsn, voucher, accounts, cost_objects, period_id)
        finally:
            part.end()
            await connection.close()
