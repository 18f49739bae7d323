"""Whether the services behind the gateway can take requests."""

import asyncio
import time
from collections.abc import Mapping

import httpx
from pydantic import BaseModel
from starlette.types import ASGIApp

from chassis.problems import Problem

CHECK_SECONDS, REMEMBERED_SECONDS = 3, 1


class Health(BaseModel):
    """`checks` names what is wrong, by service; it is empty when nothing is."""

    status: str
    checks: dict[str, str]


class Readiness:
    """Asks each service its own /readyz, all at once, and at most once a second however often it is asked itself."""

    def __init__(self, services: Mapping[str, ASGIApp]) -> None:
        self._services = services
        self._asking = asyncio.Lock()
        self._asked_at, self._wrong = float("-inf"), dict[str, str]()

    async def health(self) -> Health:
        async with self._asking:
            if time.monotonic() - self._asked_at > REMEMBERED_SECONDS:
                states = await asyncio.gather(*map(_state, self._services.values()))
                self._wrong = {name: state for name, state in zip(self._services, states, strict=True) if state}
                self._asked_at = time.monotonic()
        return Health(status="failing" if self._wrong else "ok", checks=self._wrong)


async def _state(service: ASGIApp) -> str | None:
    transport = httpx.ASGITransport(service)
    try:
        async with asyncio.timeout(CHECK_SECONDS), httpx.AsyncClient(transport=transport, base_url="http://it") as http:
            answer = await http.get("/readyz")
    except Problem as problem:
        return problem.title
    except Exception as error:  # noqa: BLE001 - whatever goes wrong means: not now
        return f"no answer: {type(error).__name__}"
    return None if answer.is_success else f"it answers {answer.status_code}"
