"""Whether a process lives and whether it can take work: what orchestrators and load balancers ask."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.database import Database
from chassis.manifest import Manifest
from chassis.migrations import is_at_head

Check = Callable[[], Awaitable[str | None]]
CHECK_SECONDS = 3


def schema_at_head(manifest: Manifest, database: Database) -> Check:
    """None when the schema is as new as this code; otherwise what to do."""

    async def check() -> str | None:
        return None if await is_at_head(manifest, database) else "the schema is not at head: run migrate"

    return check


async def _outcome(check: Check) -> str | None:
    try:
        return await asyncio.wait_for(check(), CHECK_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever a check raises means: not now
        return f"no answer: {type(error).__name__}"


def health_routes(live: Mapping[str, Check], ready: Mapping[str, Check]) -> list[Route]:
    """/livez and /readyz: 200 when every check says nothing, else 503 with what is wrong."""
    return [Route("/livez", _answering(live)), Route("/readyz", _answering(ready))]


def _answering(checks: Mapping[str, Check]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        outcomes = await asyncio.gather(*(_outcome(check) for check in checks.values()))
        wrong = {name: outcome for name, outcome in zip(checks, outcomes, strict=True) if outcome}
        return JSONResponse({"status": "failing" if wrong else "ok", "checks": wrong}, 503 if wrong else 200)

    return answer
