"""Producers: what they ask of the platform, with which key, until it is acknowledged; and what they were told."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx

from standalone.client import Refused
from tests.faults.site import Site
from tests.faults.weather import Weather

ENTRIES, BATCHES = "/finance/v1/journal-entries", "/finance/v1/journal-entry-batches"
NEEDS, IMPORTS = "/strategy/v1/needs", "/finance/v1/cost-imports"
YEAR, DAY = "2025-26", "2025-04-15"
COST_OBJECTS, IMPORT_ROWS, BATCH = 2, 2_000, 3
ANSWER_SECONDS, PAUSE_SECONDS = 30.0, 0.1
OTHER_RUNS = "idempotency-key-in-use"  # the same request, sent at the same time
PASSING = {429, 502, 503, 504}


@dataclass(frozen=True)
class Wish:
    """One request, sent until it is acknowledged; `name` is found again in what it leaves behind."""

    name: str
    path: str
    body: Any
    query: Mapping[str, str] = field(default_factory=dict)
    key: str = field(default_factory=lambda: str(uuid4()))


@dataclass
class Tally:
    """What was asked and answered. Acknowledged: name of the wish → id in the answer."""

    attempted: list[Wish] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    recovered: int = 0
    unexpected: list[str] = field(default_factory=list)
    passing: Counter[str] = field(default_factory=Counter)

    def acknowledge(self, wish: Wish, id: str) -> None:
        known = self.acknowledged.setdefault(wish.name, id)
        if known != id:
            self.doubled.append(f"{wish.path} {wish.name} is {known} and {id}")


@dataclass
class Producers:
    """Journal entries on a few accounts that everybody uses, needs, which have no name of their own that could save
    them from being written twice, and files of costs."""

    site: Site
    weather: Weather
    chance: random.Random
    give_up_seconds: float
    tally: Tally = field(default_factory=Tally)
    market_space_id: str = ""
    is_over: bool = False
    loading: asyncio.Event = field(default_factory=asyncio.Event)

    async def prepare(self) -> None:
        caller = self.site.caller
        year = await caller.post("/finance/v1/fiscal-years", {"code": YEAR, "starts_on": "2025-04-01"})
        await caller.post(f"/finance/v1/fiscal-years/{year['id']}/opening")
        for code, kind, nature in (("2000", "liability", None), ("5200", "expense", "Software")):
            account = {"code": code, "name": f"Account {code}", "type": kind, "nature": nature}
            await caller.post("/finance/v1/accounts", account)
        for number in range(COST_OBJECTS):
            opened = {"code": f"S{number}", "name": f"Service {number}", "kind": "service"}
            await caller.post("/finance/v1/cost-objects", opened)
        space = await caller.post(
            "/strategy/v1/market-spaces", {"code": "ALL", "name": "Everybody", "owner": "A producer"}
        )
        self.market_space_id = space["id"]

    @asynccontextmanager
    async def at_work(self, many: int = 12) -> AsyncIterator[None]:
        """Until the block ends; then each finishes what it has begun."""
        http = httpx.AsyncClient(base_url=self.site.address, timeout=ANSWER_SECONDS)
        async with http, asyncio.TaskGroup() as tasks:
            for number in range(many):
                tasks.create_task(self._produce(http, number))
            tasks.create_task(self._load(http))
            try:
                yield
            finally:
                self.is_over = True

    async def _produce(self, http: httpx.AsyncClient, number: int) -> None:
        count = 0
        while not self.is_over:
            count += 1
            wish = (self._entry, self._batch, self._need)[count % 3](f"{number}-{count}")
            self.tally.attempted.append(wish)
            at_once = 3 if count % 4 == 0 else 1
            await asyncio.gather(*(self._kept(http, wish) for _ in range(at_once)))

    async def _load(self, http: httpx.AsyncClient) -> None:
        count = 0
        while not self.is_over:
            count += 1
            wish = self._file(f"F{count}")
            self.tally.attempted.append(wish)
            self.loading.set()
            await self._kept(http, wish)
            self.loading.clear()
            await asyncio.sleep(0.5)

    def _entry(self, name: str) -> Wish:
        return Wish(f"E{name}", ENTRIES, self._cost(f"E{name}"))

    def _batch(self, name: str) -> Wish:
        """Known by the names of its entries: sent again it says that they are there."""
        return Wish(f"B{name}", BATCHES, [self._cost(f"B{name}/{at}") for at in range(BATCH)])

    def _cost(self, name: str) -> dict[str, Any]:
        amount, code = f"{self.chance.randrange(1, 10**7) / 100:.2f}", f"S{self.chance.randrange(COST_OBJECTS)}"
        cost = {"account": "5200", "amount": amount, "currency": "CAD", "cost_object": code}
        owed = {"account": "2000", "amount": f"-{amount}", "currency": "CAD"}
        about = {"posted_on": DAY, "description": "Licences", "source": "erp", "reference": name}
        return {**about, "lines": [cost, owed]}

    def _need(self, name: str) -> Wish:
        said = {
            "statement": f"N{name}",
            "asked_by": "A producer",
            "importance": 5,
            "market_space_id": self.market_space_id,
        }
        return Wish(f"N{name}", NEEDS, said)

    def _file(self, name: str) -> Wish:
        """A file of its own source, each row a cent more than the one before."""
        rows = [f"2025-06-15,5200,S{at % COST_OBJECTS},{at / 100:.2f},CAD,{name}" for at in range(1, IMPORT_ROWS + 1)]
        content = "\n".join(["posted_on,account,cost_object,amount,currency,description", *rows, ""]).encode()
        return Wish(name, IMPORTS, content, {"source": name, "period": YEAR, "balancing_account": "2000"})

    async def _kept(self, http: httpx.AsyncClient, wish: Wish) -> None:
        """Sends it, with the same key, until it is acknowledged or refused for good."""
        give_up_at, met = monotonic() + self.give_up_seconds, list[str]()
        while monotonic() < give_up_at:
            trouble = await self._try(http, wish)
            if trouble is None:
                self.tally.recovered += any(OTHER_RUNS not in it for it in met)
                return
            if not trouble:
                return
            met.append(trouble)
            self.tally.passing[trouble] += 1
            await asyncio.sleep(PAUSE_SECONDS * min(len(met), 10))
        self.tally.unexpected.append(
            f"{wish.path} {wish.name} was not acknowledged within {self.give_up_seconds:.0f} s"
        )

    async def _try(self, http: httpx.AsyncClient, wish: Wish) -> str | None:
        """None once it is acknowledged; the trouble that will pass; empty when it is refused for good."""
        begun = monotonic()
        try:
            answer = await self._send(http, wish)
        except (httpx.TransportError, Refused) as error:
            trouble = type(error).__name__
        else:
            if answer.is_success:
                self.weather.succeeded(wish.path, begun)
                self.tally.acknowledge(wish, answer.json().get("id", wish.name))
                return None
            trouble = f"{answer.status_code} {answer.json().get('code', '')}"
            if answer.status_code not in PASSING and "retry-after" not in answer.headers:
                self.tally.unexpected.append(f"{wish.path} {wish.name} was refused: {answer.text[:300]}")
                return ""
        if self.weather.is_fair(begun) and OTHER_RUNS not in trouble:
            self.tally.unexpected.append(f"{wish.path} {wish.name} met {trouble} though nothing was broken")
        return trouble

    async def _send(self, http: httpx.AsyncClient, wish: Wish) -> httpx.Response:
        headers = {**await self.site.caller.bearer(), "Idempotency-Key": wish.key}
        if isinstance(wish.body, bytes):
            del headers["Idempotency-Key"]  # a streamed import is what its content says
            headers["Content-Type"] = "text/csv"
            return await http.post(wish.path, params=wish.query, content=wish.body, headers=headers, timeout=60)
        return await http.post(wish.path, json=wish.body, headers=headers)
