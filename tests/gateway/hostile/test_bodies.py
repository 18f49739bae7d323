"""Giant, deep, ambiguous and exploding bodies, through the gateway's socket to the real services."""

import gzip
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

import httpx
import pytest

from gateway.clients import register
from standalone.child import free_port
from standalone.client import steward
from standalone.manifests import SERVICES
from standalone.platform import platform
from tests.databases import Databases
from tests.gateway.doors import listening

ENTRIES, BATCHES = "/finance/v1/journal-entries", "/finance/v1/journal-entry-batches"
NEEDS, IMPORTS = "/strategy/v1/needs", "/strategy/v1/customer-imports"
COSTS = "/finance/v1/cost-imports?source=erp&period=2025-26&balancing_account=2000"
JSON, NDJSON, CSV, GZIP = "application/json", "application/x-ndjson", "text/csv", "application/gzip"
LONGEST_SECONDS = 20  # no figure to reach: what has not ended by then does not end
MEGABYTE = 1 << 20


def need(value: str) -> bytes:
    return f'{{"statement": {value}, "asked_by": "Somebody", "importance": 5}}'.encode()


def entry(amount: str) -> bytes:
    line = f'{{"account": "1", "amount": {amount}, "currency": "CAD"}}'
    about = '"posted_on": "2025-04-15", "description": "d", "source": "s", "reference": "r"'
    return f'{{{about}, "lines": [{line}, {line}]}}'.encode()


def bomb(size: int, layers: int = 1) -> bytes:
    """Zeroes that unpack to `size`, or a packing of packings of them."""
    packed = b"0" * size
    for _ in range(layers):
        packed = gzip.compress(packed)
    return packed


BODIES = {
    "deep objects": (NEEDS, JSON, b'{"statement":' * 100_000 + b"1" + b"}" * 100_000),
    "deep lists": (NEEDS, JSON, need("[" * 200_000 + "]" * 200_000)),
    "deep and never closed": (NEEDS, JSON, b"[" * 900_000),
    "an exponent without end": (ENTRIES, JSON, entry('"1e999999999"')),
    "a bare exponent without end": (ENTRIES, JSON, entry("1e999999999")),
    "a number of a million digits": (ENTRIES, JSON, entry("9" * MEGABYTE)),
    "an amount of a million digits": (ENTRIES, JSON, entry(f'"{"9" * MEGABYTE}"')),
    "a small number with endless places": (ENTRIES, JSON, entry(f'"0.{"0" * MEGABYTE}1"')),
    "infinity": (ENTRIES, JSON, entry('"Infinity"')),
    "no number": (ENTRIES, JSON, entry("NaN")),
    "digits of another script": (ENTRIES, JSON, entry('"\u0661\u0662"')),
    "an amount twice": (ENTRIES, JSON, entry('"1.00", "amount": "-1.00"')),
    "a key twice in two spellings": (NEEDS, JSON, need('"a", "statemen\\u0074": "b"')),
    "half a character": (NEEDS, JSON, need('"\\ud800"')),
    "a character that ends strings": (NEEDS, JSON, need('"a\\u0000b"')),
    "bytes of no text": (NEEDS, JSON, need('"') + b'\xff\xfe"}'),
    "text in sixteen bits": (NEEDS, JSON, need('"a"').decode().encode("utf-16")),
    "a mark before the text": (NEEDS, JSON, b"\xef\xbb\xbf" + need('"a"')),
    "a million keys": (NEEDS, JSON, json.dumps({f"k{number}": 1 for number in range(60_000)}).encode()),
    "two bodies in one": (NEEDS, JSON, need('"a"') * 2),
    "more than is taken": (NEEDS, JSON, need(f'"{"x" * 2 * MEGABYTE}"')),
    "a list without end": (BATCHES, JSON, b"[" + b"{}," * 300_000 + b"{}]"),
    "lines without end": (BATCHES, NDJSON, b"{}\n" * 300_000),
    "one line of many megabytes": (BATCHES, NDJSON, b'{"a": "' + b"x" * 20 * MEGABYTE),
    "a packed body": (NEEDS, JSON, gzip.compress(need('"a"'))),
    "a bomb": (IMPORTS, GZIP, bomb(300 * MEGABYTE)),
    "a bomb in a bomb": (IMPORTS, GZIP, bomb(300 * MEGABYTE, layers=2)),
    "a bomb of lines": (COSTS, GZIP, gzip.compress(b"posted_on,account\n" + b"\n" * 300 * MEGABYTE)),
    "a million members of one byte": (IMPORTS, GZIP, gzip.compress(b"x") * 200_000),
    "something behind the packing": (IMPORTS, GZIP, gzip.compress(b"code,name\nA,Aa\n") + b"more"),
    "a hundred thousand columns": (IMPORTS, CSV, b",".join(b"c%d" % number for number in range(100_000))),
    "a cell without end": (IMPORTS, CSV, b'code,name\nA,"' + b"x" * 30 * MEGABYTE),
    "a quote that is never closed": (COSTS, CSV, b'posted_on,account\n"' + b"\n,\n" * 5_000_000),
    "an archive": (IMPORTS, CSV, b"PK\x03\x04" + bytes(1000)),
    "columns of another kind": (COSTS, CSV, b"PAR1" + bytes(1000) + b"PAR1"),
}


@pytest.fixture(scope="module")
async def open_door(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """The real services behind the gateway's socket, and a client that may do everything. On databases of their own:
    their workers react to whatever is written there."""
    folder: Path = tmp_path_factory.mktemp("door")
    clients, port = folder / "clients.json", free_port()
    dsns = {manifest.name: databases.copy(manifest.name) for manifest in SERVICES}
    who = register(clients, name="hostile", roles=["administrator"])
    async with (
        platform(dsns, port=port, clients_file=clients, contracts=Path("contracts")) as (gateway, _),
        listening(gateway) as at,
        steward(f"http://127.0.0.1:{at}", who) as caller,
    ):
        headers = await caller.bearer()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{at}", headers=headers, timeout=60) as http:
            yield http
    databases.drop(*dsns.values())


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    source = io.BytesIO(body)
    while piece := source.read(1 << 16):
        yield piece


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "in chunks"])
@pytest.mark.parametrize("name", BODIES)
async def test_it_is_refused_with_a_reason_and_harms_nobody(
    open_door: httpx.AsyncClient, name: str, declared: bool
) -> None:
    path, media, body = BODIES[name]
    begun = perf_counter()
    content = body if declared else in_pieces(body)
    answer = await open_door.post(path, content=content, headers={"Content-Type": media})
    assert 400 <= answer.status_code < 500, answer.text[:1000]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert len(answer.content) < 100_000
    assert perf_counter() - begun < LONGEST_SECONDS
    assert (await open_door.get("/readyz")).is_success
