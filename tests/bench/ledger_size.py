"""What an answer takes while the ledger grows from ten thousand lines to ten million."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from statistics import median
from time import perf_counter
from typing import Any

import asyncpg
import httpx

from standalone.child import LOOPBACK
from standalone.databases import dsn_for
from tests.bench.books import Books, books
from tests.bench.http_load import WrongAnswers
from tests.bench.measure import Curve, Effort, Measured

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)  # lines
ROUNDS = 5
YEAR = {"starts_on": "2025-04-01", "ends_on": "2026-04-01"}

# Past the triggers: what is measured is reading at size, and posting one by one would take hours.
ENTRIES = """
    WITH period AS (SELECT id, starts_on, row_number() OVER (ORDER BY starts_on) - 1 AS number FROM fiscal_periods)
    INSERT INTO journal_entries (id, posting_id, fiscal_period_id, posted_on, description, source, reference,
        adjustment, kind, line_count, fingerprint, actor, recorded_at)
    SELECT gen_random_uuid(), $1, period.id, period.starts_on + (at / 12 % 28)::int, 'Licences', 'grown', at::text,
        false, 'ordinary', 2, md5(at::text), 'bench', now()
    FROM generate_series($2::bigint, $3::bigint) AS at JOIN period ON period.number = at % 12"""
LINES = """
    WITH expense AS (SELECT id, row_number() OVER (ORDER BY code) - 1 AS number FROM accounts WHERE type = 'expense'),
    liability AS (SELECT id, row_number() OVER (ORDER BY code) - 1 AS number FROM accounts WHERE type = 'liability'),
    object AS (SELECT id, row_number() OVER (ORDER BY code) - 1 AS number FROM cost_objects WHERE kind = 'service'),
    project AS (SELECT id FROM cost_objects WHERE kind = 'project'),
    entry AS (SELECT id, reference::bigint AS at FROM journal_entries WHERE source = 'grown' AND posting_id = $1),
    side AS (
        SELECT entry.id, 1 AS number, expense.id AS account, 12.50 AS amount, object.id AS object,
            CASE WHEN at % 1000 = 0 THEN ARRAY[project.id] END AS dimensions
        FROM entry JOIN expense ON expense.number = at % 40 JOIN object ON object.number = at % 50 CROSS JOIN project
        UNION ALL
        SELECT entry.id, 2, liability.id, -12.50, NULL, NULL FROM entry JOIN liability ON liability.number = at % 40
    )
    INSERT INTO journal_lines (entry_id, line_number, account_id, amount, currency, rate, base_amount, cost_object_id,
        tags, dimension_ids)
    SELECT id, number, account, amount, 'CAD', 1, amount, object, '{}', dimensions FROM side"""
BALANCES = """
    TRUNCATE period_balances;
    INSERT INTO period_balances (fiscal_period_id, account_id, cost_object_id, currency, closing, debit, credit,
        base_debit, base_credit)
    SELECT fiscal_period_id, account_id, cost_object_id, currency, false, sum(greatest(amount, 0)),
        sum(greatest(-amount, 0)), sum(greatest(base_amount, 0)), sum(greatest(-base_amount, 0))
    FROM journal_lines JOIN journal_entries ON id = entry_id GROUP BY 1, 2, 3, 4"""


class Growing:
    def __init__(self, place: Books, http: httpx.AsyncClient, admin: Any) -> None:
        self._place, self._http, self._admin = place, http, admin
        self.lines = 0

    async def grow(self, lines: int) -> None:
        posting = await self._admin.fetchval("SELECT gen_random_uuid()")
        async with self._admin.transaction():
            await self._admin.execute("SET LOCAL session_replication_role = replica")
            await self._admin.execute(
                "INSERT INTO postings (id, version, sequence, source, reference, entry_count, actor, recorded_at)"
                " VALUES ($1, 1, 1, 'grown', $2, $3, 'bench', now())",
                *(posting, str(posting), (lines - self.lines) // 2),
            )
            await self._admin.execute(ENTRIES, posting, self.lines // 2 + 1, lines // 2)
            await self._admin.execute(LINES, posting)
            await self._admin.execute(BALANCES)
        await self._admin.execute("VACUUM ANALYZE")
        self.lines = lines

    async def answers(self) -> dict[str, Callable[[], Awaitable[Any]]]:
        accounts = await self.get("/accounts", limit=1)
        statement = f"/accounts/{accounts['items'][0]['id']}/statement"
        posting = {"by": "project", "cost_object": "P1", **YEAR}
        return {
            "page of entries": lambda: self.get("/journal-entries", limit=50, sort="-posted_on"),
            "entries of a project": lambda: self.get("/journal-entries", limit=50, dimension="P1"),
            "trial balance of the year": lambda: self.get("/trial-balance", fiscal_year="2025-26"),
            "trial balance as of a day": lambda: self.get("/trial-balance", as_of="2025-12-16"),
            "page of a statement": lambda: self.get(statement, limit=50, **YEAR),
            "totals of a project": lambda: self.get("/ledger-totals", **posting),
            "totals of all by source": lambda: self.get("/ledger-totals", by="source", **YEAR),
            "totals of all by account, period": lambda: self.get("/ledger-totals", by="account,period", **YEAR),
            "post an entry": self._post,
        }

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = await self._http.get(path, params=query, headers={"Authorization": self._place.bearer})
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async def _post(self) -> None:
        headers = {"Authorization": self._place.bearer, "Content-Type": "application/json"}
        answer = await self._http.post("/journal-entries", content=self._place.entry(), headers=headers)
        answer.raise_for_status()

    async def check(self) -> None:
        """Nothing was left out of an answer about all."""
        total = (await self.get("/trial-balance", fiscal_year="2025-26"))["base_total"]
        counted = await self.get("/ledger-totals", by="source", account_type="expense", **YEAR)
        grown = next(Decimal(row["base_debit"]) for row in counted["items"] if row["group"]["source"] == "grown")
        if total["balance"] != "0.00" or grown != (due := Decimal("12.50") * (self.lines // 2)):
            raise WrongAnswers(f"{grown} of {due} is counted, the trial balance is {total['balance']}")


async def _milliseconds(answer: Callable[[], Awaitable[Any]]) -> float:
    await answer()
    taken = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        await answer()
        taken.append(perf_counter() - begun)
    return median(taken) * 1e3


async def measure(_: Effort) -> Measured:
    async with books() as place:
        dsn = dsn_for(place.cluster.admin_dsn, "finance")
        admin = await asyncpg.connect(dsn, server_settings={"search_path": "finance"})
        base = f"http://{LOOPBACK}:{place.part.port}/v1"
        async with httpx.AsyncClient(base_url=base, timeout=600) as http:
            project = {"code": "P1", "name": "A project", "kind": "project"}
            headers = {"Authorization": place.bearer}
            (await http.post("/cost-objects", json=project, headers=headers)).raise_for_status()
            growing, times = Growing(place, http, admin), dict[str, list[tuple[float, float]]]()
            for lines in SIZES:
                await growing.grow(lines)
                for name, answer in (await growing.answers()).items():
                    times.setdefault(name, []).append((float(lines), await _milliseconds(answer)))
                await growing.check()
        await admin.close()
    curve = Curve("ledger_size", "What an answer takes, by size of the ledger", "journal lines", "milliseconds", times)
    return Measured(curves=[curve])
