"""Journal entries over HTTP, one per request and in batches, against PostgreSQL doing just their statement."""

from collections.abc import Awaitable, Callable

from tests.bench.bare_batches import BareBatches
from tests.bench.books import DAY, Books, books
from tests.bench.http_load import load
from tests.bench.ledgers import HOT, PYTHON, Hordak, Pgbench, locking
from tests.bench.ledgers import UNIFORM as LOCKING
from tests.bench.measure import Comparison, Curve, Effort, Measured, Side

Work = Callable[[float], Awaitable[int]]

CONNECTIONS = 32
MANY = (1, 4, 16, 64)
SIZES = (1, 10, 100, 1_000)

# All that a posted entry leaves behind, in one statement: what an application would send that does nothing else.
STATEMENT = """
WITH ids AS MATERIALIZED (SELECT gen_random_uuid() AS posting, gen_random_uuid() AS entry, gen_random_uuid() AS event,
    CAST(gen_random_uuid() AS text) AS name),
said AS MATERIALIZED (
    SELECT ids.*, expense.id AS expense, liability.id AS liability, object.id AS object, period.id AS period
    FROM ids, accounts expense, accounts liability, cost_objects object, fiscal_periods period
    WHERE expense.code = 'E' || {expense} AND liability.code = 'L' || {liability} AND object.code = 'C' || {object}
    AND period.starts_on = '2025-04-01'
),
posting AS (INSERT INTO postings (id, version, sequence, source, reference, entry_count, actor, recorded_at)
    SELECT posting, 1, 1, 'limit', name, 1, 'bench', now() FROM said),
entry AS (INSERT INTO journal_entries
    SELECT entry, posting, period, '{day}', 'Licences', 'limit', name, false, NULL, 2, md5(name), 'bench', now()
    FROM said),
lines AS (INSERT INTO journal_lines
    SELECT entry, 1, expense, 12.50, 'CAD', 1, 12.50, object, CAST(NULL AS uuid), CAST('{{}}' AS jsonb) FROM said
    UNION ALL SELECT entry, 2, liability, -12.50, 'CAD', 1, -12.50, NULL, NULL, '{{}}' FROM said),
balance AS (INSERT INTO period_balances AS kept
        (fiscal_period_id, account_id, cost_object_id, currency, debit, credit, base_debit, base_credit)
    SELECT period, account, object, 'CAD', debit, credit, debit, credit FROM (
        SELECT period, expense AS account, object, 12.50 AS debit, 0 AS credit FROM said UNION ALL
        SELECT period, liability, NULL, 0, 12.50 FROM said) sums ORDER BY account
    ON CONFLICT ON CONSTRAINT uq_period_balances_dimensions DO UPDATE SET debit = kept.debit + excluded.debit,
        credit = kept.credit + excluded.credit, base_debit = kept.base_debit + excluded.base_debit,
        base_credit = kept.base_credit + excluded.base_credit),
fact AS (INSERT INTO outbox (id, type, subject, envelope, recorded_at)
    SELECT event, 'finance.cost-posted.v1', CAST(posting AS text), decode(repeat('00', 700), 'hex'), now() FROM said),
key AS (INSERT INTO idempotency_keys (caller, key, fingerprint, status, headers, body)
    SELECT 'limit', name, md5(name), 201, '{{}}', decode(repeat('00', 700), 'hex') FROM said)
INSERT INTO audit_trail (actor, operation, permission, path, outcome, request_id)
SELECT 'bench', 'post_journal_entry', 'finance', '/v1/journal-entries', 'done', name FROM said;
"""
UNIFORM = r"""
\set expense random(1, 39)
\set liability random(1, 39)
\set object random(0, 49)
"""


async def posted(place: Books, seconds: float, *, connections: int = CONNECTIONS, hot: bool = False) -> int:
    bearer = place.bearer
    done = await load(place.part.port, lambda: place.request(bearer, hot=hot), connections=connections, seconds=seconds)
    done.expect(201)
    place.acknowledged += done.answered.total()
    return done.answered.total()


async def batched(place: Books, seconds: float, size: int) -> int:
    bearer = place.bearer
    done = await load(place.part.port, lambda: place.batch(bearer, size), connections=2, seconds=seconds)
    done.expect(201)
    place.acknowledged += done.answered.total() * size
    return done.answered.total() * size


def _script(*, hot: bool) -> str:
    names = {"expense": "0", "liability": "0", "object": "0"} if hot else {it: f":{it}" for it in NAMES}
    return ("" if hot else UNIFORM) + STATEMENT.format(day=DAY, **names).replace("\n", " ")


NAMES = ("expense", "liability", "object")


async def _singles(place: Books, effort: Effort) -> list[Comparison]:
    """One entry per request, against each of the others."""
    folder = place.part.log.parent
    bare = Pgbench.on(place.cluster, place.dsn, folder, "finance")
    locks = await locking(place.cluster, folder)

    async def same(seconds: float) -> int:
        return await bare.run("same", _script(hot=False), seconds=seconds, connections=CONNECTIONS)

    async def locked(seconds: float) -> int:
        return await locks.run("locks", LOCKING, seconds=seconds, connections=CONNECTIONS)

    others: list[tuple[str, float, str, Work]] = [
        ("limit", 1.0, "pgbench, the same statement", same),
        ("peer", 2.5, "pgledger's way, by pgbench", locked),
    ]
    if PYTHON.exists():
        hordak = await Hordak.ready(place.cluster)
        others.append(("peer", 6.0, "django-hordak", hordak.post))
    ours = Side("Steward", lambda seconds: posted(place, seconds), [place.part.process.pid])
    return [
        await effort.compare(
            "post an entry per request, 32 connections",
            ours,
            Side(name, work),
            kind=kind,
            goal=goal,
            check=place.check,
        )
        for kind, goal, name, work in others
    ]


async def _on_one_account(place: Books, effort: Effort) -> list[Comparison]:
    locks = await locking(place.cluster, place.part.log.parent, name="hot")
    pids = [place.part.process.pid]
    hot = Side("Steward, one account", lambda seconds: posted(place, seconds, hot=True), pids)
    uniform = Side("Steward, 2,000 balances", lambda seconds: posted(place, seconds), pids)
    other = Side(
        "pgledger's way, one account", lambda seconds: locks.run("hot", HOT, seconds=seconds, connections=CONNECTIONS)
    )
    work = "post an entry per request, one hot account"
    return [
        await effort.compare(work, hot, uniform, kind="limit", goal=0.9, check=place.check),
        await effort.compare(work, hot, other, kind="peer", goal=3.0, check=place.check),
    ]


async def _batches(place: Books, effort: Effort) -> list[Comparison]:
    bare = BareBatches(place)
    return [await _batch(place, effort, bare, size) for size in (100, 1_000)]


async def _batch(place: Books, effort: Effort, bare: BareBatches, size: int) -> Comparison:
    async def ours(seconds: float) -> int:
        return await batched(place, seconds, size)

    async def rows(seconds: float) -> int:
        return await bare.post(seconds, size)

    return await effort.compare(
        f"post entries in batches of {size:,}",
        Side("Steward", ours, [place.part.process.pid]),
        Side("asyncpg, the same rows by COPY", rows),
        kind="limit",
        goal=0.8,
        check=place.check,
    )


async def _curves(place: Books, effort: Effort) -> list[Curve]:
    rates = [(float(many), await posted(place, effort.seconds, connections=many) / effort.seconds) for many in MANY]
    by_size = [(float(size), await batched(place, effort.seconds, size) / effort.seconds) for size in SIZES]
    return [
        Curve("entries", "Entries per second, by connections", "connections", "entries/s", {"one per request": rates}),
        Curve("batches", "Entries per second, by batch", "entries in a batch", "entries/s", {"2 connections": by_size}),
    ]


async def measure(effort: Effort) -> Measured:
    async with books() as place:
        cases = (_singles, _on_one_account, _batches)
        comparisons = [comparison for case in cases for comparison in await case(place, effort)]
        missing = [] if PYTHON.exists() else ["django-hordak"]
        return Measured(comparisons, await _curves(place, effort), missing)
