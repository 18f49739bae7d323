"""What must hold after whatever happened: each rule a query over what the services have kept."""

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import asyncpg

from tests.faults.site import NAMES, Site
from tests.faults.traffic import BATCH, BATCHES, ENTRIES, IMPORT_ROWS, IMPORTS, NEEDS, Tally
from tests.faults.witness import Testimony

LOOK_SECONDS = 0.2

UNSETTLED = """
SELECT (SELECT count(*) FROM {schema}.outbox WHERE published_at IS NULL),
       (SELECT count(*) FROM {schema}.deferred_events WHERE parked_at IS NULL)
"""

BOOKS = {
    "every entry sums to zero in each currency": """
        SELECT count(*) FROM (SELECT entry_id FROM finance.journal_lines GROUP BY entry_id, currency
                              HAVING sum(amount) <> 0 OR sum(base_amount) <> 0) off""",
    "every entry has all its lines": """
        SELECT count(*) FROM finance.journal_entries e
        WHERE line_count <> (SELECT count(*) FROM finance.journal_lines WHERE entry_id = e.id)""",
    "every balance is the sum of its lines": """
        SELECT count(*) FROM (
            SELECT fiscal_period_id, account_id, cost_object_id, currency, debit, credit FROM finance.period_balances
            EXCEPT ALL
            SELECT fiscal_period_id, account_id, cost_object_id, currency,
                   sum(greatest(amount, 0)), sum(greatest(-amount, 0))
            FROM finance.journal_lines JOIN finance.journal_entries e ON e.id = entry_id GROUP BY 1, 2, 3, 4) off""",
    "every posting has all its entries": """
        SELECT count(*) FROM finance.postings p
        WHERE entry_count <> (SELECT count(*) FROM finance.journal_entries WHERE posting_id = p.id)""",
    "every posting is announced once": """
        SELECT count(*) FROM finance.postings p
        WHERE 1 <> (SELECT count(*) FROM finance.outbox
                    WHERE subject = p.id::text AND type = 'finance.cost-posted.v1')""",
}
COST = """
SELECT c.code, p.starts_on, sum(l.base_amount) FROM finance.journal_lines l
JOIN finance.journal_entries e ON e.id = l.entry_id
JOIN finance.fiscal_periods p ON p.id = e.fiscal_period_id
JOIN finance.cost_objects c ON c.id = l.cost_object_id
JOIN finance.accounts a ON a.id = l.account_id AND a.type = 'expense'
GROUP BY 1, 2
"""
HEARD_COST = "SELECT cost_object_code, period_starts_on, sum(amount) FROM {}.posted_costs GROUP BY 1, 2"


@dataclass
class Findings:
    """What should not be; `facts` is how many were announced and `repeated` how many arrivals were no news."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    facts: int = 0
    repeated: int = 0

    def tie(self, rule: str, expected: object, found: object) -> None:
        if expected != found:
            self.broken.append(f"{rule}: expected {expected}, found {found}")


class Books:
    """A connection to the database of each service."""

    def __init__(self, connections: dict[str, Any]) -> None:
        self._of = connections

    @classmethod
    async def open(cls, site: Site) -> "Books":
        return cls({name: await asyncpg.connect(site.dsns[name]) for name in NAMES})

    async def close(self) -> None:
        for connection in self._of.values():
            await connection.close()

    async def rows(self, service: str, query: str, *values: Any) -> list[Any]:
        found: list[Any] = await self._of[service].fetch(query, *values)
        return found

    async def count(self, service: str, query: str, *values: Any) -> int:
        return int((await self.rows(service, query, *values))[0][0])

    async def settled(self, hearing: dict[str, frozenset[str]], seconds: float) -> list[str]:
        """Waits until all facts are published and every one has been acted on; what is still open after so long."""
        give_up_at = monotonic() + seconds
        while True:
            left = await self._open_ends(hearing)
            if not left or monotonic() > give_up_at:
                return left
            await asyncio.sleep(LOOK_SECONDS)

    async def _open_ends(self, hearing: dict[str, frozenset[str]]) -> list[str]:
        found = []
        for name in NAMES:
            waiting, deferred = (await self.rows(name, UNSETTLED.format(schema=name)))[0]
            unheard = len(await self.announced(hearing[name]) - await self.heard(name))
            if waiting or deferred or unheard:
                found.append(f"{name} publishes {waiting} facts no more, defers {deferred}, never heard {unheard}")
        return found

    async def announced(self, types: frozenset[str] | None = None) -> set[str]:
        """Ids of all facts of these types, or of all types."""
        where = "" if types is None else f" WHERE type IN ({', '.join(repr(type) for type in sorted(types))})"
        queries = {name: f"SELECT id FROM {name}.outbox{where}" for name in NAMES}
        return {str(row["id"]) for name, query in queries.items() for row in await self.rows(name, query)}

    async def heard(self, name: str) -> set[str]:
        return {str(row["event_id"]) for row in await self.rows(name, f"SELECT event_id FROM {name}.inbox")}


async def audit(books: Books, tally: Tally, testimony: Testimony, *, poisoned: int) -> Findings:
    findings = Findings(doubled=list(tally.doubled))
    for rule, query in BOOKS.items():
        findings.tie(rule, 0, await books.count("finance", query))
    await _promises_kept(books, tally, findings)
    await _facts_told(books, testimony, findings)
    posted = sorted(map(tuple, await books.rows("finance", COST)))
    for name in ("portfolio", "strategy"):
        heard = sorted(map(tuple, await books.rows(name, HEARD_COST.format(name))))
        findings.tie(f"{name} knows the cost that finance has posted", posted, heard)
    parked = sum([await books.count(name, f"SELECT count(*) FROM {name}.deferred_events") for name in NAMES])
    findings.tie("events that a person has to look at", poisoned, parked)
    return findings


async def _promises_kept(books: Books, tally: Tally, findings: Findings) -> None:
    """Acknowledged is present, present was asked for, and nothing is there twice."""
    erp = "FROM finance.journal_entries WHERE source = 'erp' AND reference LIKE"
    entries = await books.rows("finance", f"SELECT reference, id {erp} 'E%'")
    names = await books.rows("finance", f"SELECT split_part(reference, '/', 1), posting_id {erp} 'B%'")
    findings.tie("entries of batches", BATCH * len({tuple(row) for row in names}), len(names))
    batches = [(name, name) for name, _ in names]
    needs = await books.rows("strategy", "SELECT statement, id FROM strategy.needs")
    files = await books.rows("finance", "SELECT source, id FROM finance.cost_imports")
    for path, rows in ((ENTRIES, entries), (BATCHES, batches), (NEEDS, needs), (IMPORTS, files)):
        present: dict[str, set[str]] = {}
        for name, id in rows:
            present.setdefault(name, set()).add(str(id))
        wished = {wish.name for wish in tally.attempted if wish.path == path}
        for name, ids in present.items():
            if path != IMPORTS and len(ids) > 1:
                findings.doubled.append(f"{path} {name} is there {len(ids)} times")
            if name not in wished:
                findings.broken.append(f"{path} {name} is there, and nobody asked for it")
        for name in wished & tally.acknowledged.keys():
            if tally.acknowledged[name] not in present.get(name, ()):
                findings.lost.append(f"{path} {name} was acknowledged and is not there")
    await _files_counted_once(books, tally, findings)


async def _files_counted_once(books: Books, tally: Tally, findings: Findings) -> None:
    query = """
        SELECT e.source, sum(l.amount) FROM finance.journal_lines l JOIN finance.journal_entries e ON e.id = l.entry_id
        JOIN finance.accounts a ON a.id = l.account_id AND a.code = '5200' WHERE e.source LIKE 'F%' GROUP BY 1"""
    whole = IMPORT_ROWS * (IMPORT_ROWS + 1) // 2  # cents
    for source, amount in await books.rows("finance", query):
        if amount * 100 != whole:
            (findings.lost if amount * 100 < whole else findings.doubled).append(f"file {source} amounts to {amount}")


async def _facts_told(books: Books, testimony: Testimony, findings: Findings) -> None:
    """Every fact has reached a subscriber, in the order of its subject, and none that no service has announced."""
    announced, arrived = await books.announced(), testimony.arrivals.keys()
    findings.lost += [f"fact {id} was published and has not arrived" for id in sorted(announced - arrived)]
    findings.broken += [f"fact {id} arrived, and no service announced it" for id in sorted(arrived - announced)]
    findings.broken += [f"facts out of order, of {it}" for it in testimony.disorder()]
    findings.facts, findings.repeated = len(announced), testimony.repeated
