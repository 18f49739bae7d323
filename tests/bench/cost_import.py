"""A file of costs: read, checked, assigned and posted, against PostgreSQL copying the same file into a table."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import httpx

from standalone.child import LOOPBACK
from tests.bench.books import Books, books
from tests.bench.http_load import WrongAnswers
from tests.bench.measure import Curve, Effort, Measured, Side

ROWS, SIZES = 50_000, (1_000, 10_000, 50_000)
HEAD = "posted_on,account,cost_object,amount,currency,description\n"
TABLE = """
CREATE TEMP TABLE IF NOT EXISTS rows (posted_on date, account text, cost_object text, amount numeric, currency text,
                                      description text)"""


class Importer:
    def __init__(self, place: Books, http: httpx.AsyncClient, folder: Path) -> None:
        self._place, self._http, self._folder, self._count = place, http, folder, 0

    def file(self, rows: int) -> Path:
        """Each row a cent more than the one before; another file each time."""
        self._count += 1
        path = self._folder / f"{self._count}.csv"
        with path.open("w") as file:
            file.write(HEAD)
            file.writelines(
                f"2025-04-{1 + at % 28:02},E{at % 39},C{at % 50},{at}.01,CAD,Usage {self._count}\n"
                for at in range(rows)
            )
        return path

    async def ours(self, rows: int = ROWS) -> int:
        path = self.file(rows)
        terms = {"source": f"cloud-{self._count}", "period": "2025-26", "balancing_account": "L0"}
        headers = {"Authorization": self._place.bearer, "Content-Type": "text/csv"}
        answer = await self._http.post("/cost-imports", params=terms, content=_pieces(path), headers=headers)
        done = answer.raise_for_status().json()
        if (done["read"], done["accepted"]) != (rows, rows):
            raise WrongAnswers(f"{done['read']} read, {done['accepted']} accepted of {rows}")
        posted = await self._place.connection.fetchval(
            "SELECT sum(amount) FROM finance.journal_lines l JOIN finance.journal_entries e ON e.id = l.entry_id"
            " WHERE e.source LIKE $1 AND amount > 0",
            f"%cloud-{self._count}%",
        )
        if posted != (whole := sum((Decimal(f"{at}.01") for at in range(rows)), Decimal(0))):
            raise WrongAnswers(f"{posted} was posted of {whole}")
        return rows

    async def bare(self) -> int:
        path = self.file(ROWS)
        await self._place.connection.execute(TABLE)
        await self._place.connection.copy_to_table("rows", source=path, format="csv", header=True)
        await self._place.connection.execute("TRUNCATE rows")
        return ROWS


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 16):
            yield piece


async def measure(effort: Effort) -> Measured:
    async with books() as place:
        base = f"http://{LOOPBACK}:{place.part.port}/v1"
        async with httpx.AsyncClient(base_url=base, timeout=600) as http:
            importer = Importer(place, http, place.part.log.parent)
            comparison = await effort.compare(
                "import 50,000 rows of cost",
                Side("Steward", lambda _: importer.ours(), [place.part.process.pid]),
                Side("COPY of the same file", lambda _: importer.bare()),
                kind="limit",
                goal=0.5,
                check=place.check,
            )
            points = []
            for rows in SIZES:
                begun = perf_counter()
                points.append((float(rows), await importer.ours(rows) / (perf_counter() - begun)))
    curve = Curve("cost_import", "Rows imported per second, by rows", "rows", "rows/s", {"Steward": points})
    return Measured([comparison], [curve])
