"""Other ledgers that post the same entry on the same server: called in the database, or from Python."""

import asyncio
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from standalone.databases import ensure_database
from standalone.postgres import Cluster
from tests.bench.measure import MeasuredNothing

PEERS = Path(__file__).parent / "peers"
PYTHON = Path(__file__).parents[2] / ".venv-bench/bin/python"
PROCESSED = re.compile(r"number of transactions actually processed: (\d+)")
UNIFORM = r"""
\set expense random(1, 39)
\set liability random(41, 79)
SELECT transfer(:liability, :expense, 12.50);
"""
HOT = "SELECT transfer(40, 0, 12.50);\n"


async def said_by(*command: str | Path, **environment: str) -> str:
    """What a program prints; MeasuredNothing with its complaint if it fails."""
    running = await asyncio.create_subprocess_exec(
        *map(str, command), env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaint = await running.communicate()
    if running.returncode:
        raise MeasuredNothing(f"{command[0]} says: {complaint.decode()[-2000:]}")
    return said.decode()


@dataclass(frozen=True)
class Pgbench:
    """PostgreSQL's own load generator, on one database."""

    program: str
    dsn: str
    folder: Path
    schema: str = "public"

    @classmethod
    def on(cls, cluster: Cluster, dsn: str, folder: Path, schema: str = "public") -> "Pgbench":
        beside = cluster.programs / "pgbench"
        found = str(beside) if beside.exists() else shutil.which("pgbench")
        if found is None:
            raise MeasuredNothing("pgbench is not installed; on Debian or Ubuntu: apt-get install postgresql")
        return cls(found, dsn, folder, schema)

    async def run(self, name: str, script: str, *, seconds: float, connections: int) -> int:
        """How many times the script was carried out, prepared, over so many connections."""
        file = self.folder / f"{name}.sql"
        file.write_text(script)
        how = ("-n", "-M", "prepared", "-c", str(connections), "-T", str(max(1, round(seconds))), "-f", file)
        said = await said_by(self.program, *how, self.dsn, PGOPTIONS=f"-c search_path={self.schema}")
        found = PROCESSED.search(said)
        return int(found[1]) if found else 0


async def locking(cluster: Cluster, folder: Path, name: str = "locking") -> Pgbench:
    """A ledger of functions that lock two accounts, in a database of its own."""
    dsn = await _database(cluster, name)
    connection = await asyncpg.connect(dsn)
    await connection.execute((PEERS / "locking_ledger.sql").read_text())
    await connection.close()
    return Pgbench.on(cluster, dsn, folder)


@dataclass(frozen=True)
class Hordak:
    """django-hordak in a process of its own, with as many threads as serve it best."""

    dsn: str

    @classmethod
    async def ready(cls, cluster: Cluster) -> "Hordak":
        made = cls(await _database(cluster, "hordak"))
        await said_by(PYTHON, PEERS / "hordak_ledger.py", made.dsn, "prepare")
        return made

    async def post(self, seconds: float, threads: int = 4) -> int:
        return int(await said_by(PYTHON, PEERS / "hordak_ledger.py", self.dsn, "post", str(seconds), str(threads)))


async def _database(cluster: Cluster, name: str) -> str:
    admin = await asyncpg.connect(cluster.admin_dsn)
    await ensure_database(admin, name, owner="postgres")
    await admin.close()
    return cluster.admin_dsn.rpartition("/")[0] + f"/{name}"
