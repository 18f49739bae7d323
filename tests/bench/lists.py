"""What is read: pages of journal entries and the trial balance, against PostgreSQL's rows made into JSON at once."""

import json
import shutil
from decimal import Decimal
from time import perf_counter
from typing import Any

import httpx

from standalone.child import LOOPBACK
from tests.bench.books import Books, books
from tests.bench.http_load import WrongAnswers
from tests.bench.journal_entries import batched
from tests.bench.ledgers import said_by
from tests.bench.measure import Comparison, Curve, Effort, Measured, Side

PAGE, ROUNDS, BALANCES_ROUNDS = 500, 20, 400
HLEDGER = shutil.which("hledger")
SIZES = (1_000, 10_000, 100_000)
COLUMNS = (
    "id, posting_id, fiscal_period_id, posted_on, description, source, reference, adjustment, reversal_of, line_count,"
    " actor, recorded_at"
)
BALANCES = """
    SELECT a.code, a.name, a.type, sum(b.base_debit) AS debit, sum(b.base_credit) AS credit
    FROM finance.period_balances b JOIN finance.accounts a ON a.id = b.account_id GROUP BY 1, 2, 3 ORDER BY 1"""


class Reader:
    def __init__(self, place: Books, http: httpx.AsyncClient) -> None:
        self.place, self._http = place, http

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = await self._http.get(path, params=query, headers={"Authorization": self.place.bearer})
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async def pages(self, _: float) -> int:
        """One page after another, from the start."""
        cursor: str | None = None
        for _round in range(ROUNDS):
            page = await self.get("/journal-entries", limit=PAGE, **({"cursor": cursor} if cursor else {}))
            cursor = page["next_cursor"]
            if len(page["items"]) != PAGE:
                raise WrongAnswers(f"{len(page['items'])} entries on a page")
        return ROUNDS * PAGE

    async def bare_pages(self, _: float) -> int:
        query = (
            f"SELECT {COLUMNS} FROM finance.journal_entries WHERE (posted_on, id) > ($1, $2)"
            " ORDER BY posted_on, id LIMIT $3"
        )
        last = await self.place.connection.fetchrow("SELECT date '1900-01-01', gen_random_uuid()")
        for _round in range(ROUNDS):
            rows = await self.place.connection.fetch(query, last[0], last[1], PAGE)
            last = (rows[-1]["posted_on"], rows[-1]["id"])
            json.loads(json.dumps([dict(row) for row in rows], default=str))
        return ROUNDS * PAGE

    async def balances(self, _: float) -> int:
        for _round in range(BALANCES_ROUNDS):
            total = (await self.get("/trial-balance", fiscal_year="2025-26"))["base_total"]
            if Decimal(total["balance"]):
                raise WrongAnswers(f"the trial balance is off by {total['balance']}")
        return BALANCES_ROUNDS

    async def bare_balances(self, _: float) -> int:
        for _round in range(BALANCES_ROUNDS):
            rows = await self.place.connection.fetch(BALANCES)
            json.loads(json.dumps([dict(row) for row in rows], default=str))
        return BALANCES_ROUNDS

    async def grow(self, size: int) -> None:
        count = "SELECT count(*) FROM finance.journal_entries"
        while await self.place.connection.fetchval(count) < size:
            await batched(self.place, 1, min(size, 2_000))


async def _measured(reader: Reader, effort: Effort) -> Measured:
    times: dict[str, list[tuple[float, float]]] = {"first page": [], "trial balance": []}
    for size in SIZES:
        await reader.grow(size)
        await reader.place.connection.execute("ANALYZE")
        for line, work in (("first page", reader.pages), ("trial balance", reader.balances)):
            await work(0)
            rate = await _rate(work)
            times[line].append((float(size), rate / (PAGE if line == "first page" else 1)))
    pages = await effort.compare(
        "list journal entries, 500 a page",
        Side("Steward", reader.pages, [reader.place.part.process.pid]),
        Side("asyncpg and json", reader.bare_pages),
        kind="limit",
        goal=0.7,
        check=reader.place.check,
    )
    balances = await effort.compare(
        "trial balance of 100,000 entries",
        Side("Steward", reader.balances, [reader.place.part.process.pid]),
        Side("asyncpg and json, the same query", reader.bare_balances),
        kind="limit",
        goal=0.7,
        check=reader.place.check,
    )
    comparisons = [pages, balances]
    if HLEDGER:
        comparisons.append(await _against_hledger(reader, effort))
    curve = Curve("lists", "Answers per second, by size of the ledger", "journal entries", "answers/s", times)
    return Measured(comparisons, [curve], [] if HLEDGER else ["hledger"])


async def _against_hledger(reader: Reader, effort: Effort) -> Comparison:
    """Which reads its journal for every answer; so what counts is how many entries an answer is about."""
    size, journal = SIZES[-1], reader.place.part.log.parent / "bench.journal"
    with journal.open("w") as file:
        for at in range(size):
            file.write(f"2025-04-15 Licences\n  E{at % 40}:C{at % 50}  12.50 CAD\n  L{at % 39}  -12.50 CAD\n\n")

    async def ours(seconds: float) -> int:
        return await reader.balances(seconds) * size

    async def theirs(_: float) -> int:
        said = await said_by(HLEDGER or "", "-f", journal, "balance", "--flat")
        if said.split()[-1] != "0":
            raise WrongAnswers(f"hledger's total is {said.split()[-1]}")
        return size

    return await effort.compare(
        "trial balance of 100,000 entries, entries covered",
        Side("Steward", ours, [reader.place.part.process.pid]),
        Side("hledger", theirs),
        kind="peer",
        goal=20,
        check=reader.place.check,
    )


async def _rate(work: Any) -> float:
    begun = perf_counter()
    count: int = await work(0)
    return count / (perf_counter() - begun)


async def measure(effort: Effort) -> Measured:
    async with books() as place:
        base = f"http://{LOOPBACK}:{place.part.port}/v1"
        async with httpx.AsyncClient(base_url=base, timeout=60) as http:
            return await _measured(Reader(place, http), effort)
