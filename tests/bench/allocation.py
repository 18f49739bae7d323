"""What an allocation run takes: pools that each give to all targets by a driver, exactly, checked and stored."""

from decimal import Decimal
from time import perf_counter
from typing import Any

import httpx

from standalone.child import LOOPBACK
from tests.bench.books import DAY, Books, books
from tests.bench.http_load import WrongAnswers
from tests.bench.measure import Curve, Effort, Measured

SHAPES = ((10, 100), (32, 320), (100, 1_000), (320, 3_200))  # pools × targets
SPAN = {"starts_on": "2025-04-01", "ends_on": "2025-05-01"}
COST = Decimal("1000.01")


class Allocating:
    def __init__(self, place: Books, http: httpx.AsyncClient) -> None:
        self._place, self._http = place, http

    async def prepared(self, pools: int, targets: int) -> str:
        """A model of that shape; its code."""
        code = f"{pools}x{targets}"
        sources, takers = (
            [f"{kind}{code}-{at}" for at in range(many)] for kind, many in (("P", pools), ("T", targets))
        )
        named = [f"{it},{it},cost_center" for it in sources] + [f"{it},{it},service" for it in takers]
        await self._load("/cost-object-imports", ["code,name,kind", *named])
        await self._post("/drivers", {"code": code, "name": code, "unit": "heads"})
        counted = [f"{code},{it},{DAY},{at % 97 + 1}" for at, it in enumerate(takers)]
        await self._load("/driver-quantity-imports", ["driver,cost_object,valid_from,quantity", *counted])
        lines = [{"account": "E1", "amount": str(COST), "currency": "CAD", "cost_object": it} for it in sources]
        owed = {"account": "L1", "amount": str(-COST * pools), "currency": "CAD"}
        about = {"posted_on": DAY, "description": code, "source": "bench", "reference": code}
        await self._post("/journal-entries", {**about, "lines": [*lines, owed]})
        by = {"targets": {"kinds": ["service"]}, "driver": code}  # those that the driver counts
        each = [{"code": it, "sources": {"codes": [it]}, **by} for it in sources]
        model = {"code": code, "name": code, "effective_from": "2025-04-01"}
        layers = [{"code": "all", "method": "direct", "pools": each}]
        await self._post("/allocation-models", {**model, "layers": layers})
        return code

    async def seconds(self, model: str, cost: Decimal) -> float:
        begun = perf_counter()
        run = await self._post("/allocation-runs", {"model": model, **SPAN})
        taken = perf_counter() - begun
        if Decimal(run["unallocated"]) or Decimal(run["allocated"]) != cost:
            raise WrongAnswers(f"{run['allocated']} of {cost} was allocated, {run['unallocated']} was not")
        return taken

    async def _post(self, path: str, body: Any) -> dict[str, Any]:
        answer = await self._http.post(path, json=body, headers={"Authorization": self._place.bearer})
        done: dict[str, Any] = answer.raise_for_status().json()
        return done

    async def _load(self, path: str, rows: list[str]) -> None:
        headers = {"Authorization": self._place.bearer, "Content-Type": "text/csv"}
        answer = await self._http.post(path, content="\n".join(rows), headers=headers)
        if rejected := answer.raise_for_status().json()["rejected"]:
            raise WrongAnswers(f"{rejected} rows of {path} were rejected")


async def measure(_: Effort) -> Measured:
    async with books() as place:
        base = f"http://{LOOPBACK}:{place.part.port}/v1"
        async with httpx.AsyncClient(base_url=base, timeout=600) as http:
            allocating, points = Allocating(place, http), list[tuple[float, float]]()
            for pools, targets in SHAPES:
                model = await allocating.prepared(pools, targets)
                points.append((float(pools * targets), await allocating.seconds(model, COST * pools)))
    title = "Seconds that an allocation run takes, by its lines"
    return Measured(curves=[Curve("allocation", title, "lines", "seconds", {"direct, by a driver": points})])
