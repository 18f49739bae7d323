"""A caller of the public HTTP operations, as any other system would be: token, pages, imports, patience."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import stamina

from chassis.ids import uuid7

Json = dict[str, Any]
PATIENCE_SECONDS, PAUSE_SECONDS = 120.0, 0.1
PASSING = {429, 500, 502, 503, 504}


class Refused(Exception):
    """The platform answered with a problem document."""

    def __init__(self, sentence: str, *, passes: bool = False) -> None:
        super().__init__(sentence)
        self.passes = passes


def _passes(error: Exception) -> bool:
    """Whether the same call, with the same key, may well succeed in a moment: a part of the platform is away."""
    return isinstance(error, httpx.TransportError) or (isinstance(error, Refused) and error.passes)


class Steward:
    """Answers are the parsed bodies; whatever is not a success is raised as Refused."""

    def __init__(self, http: httpx.AsyncClient, client_id: str, secret: str) -> None:
        self._http, self._credentials = http, (client_id, secret)
        self._token, self._renew_at = "", 0.0

    async def get(self, path: str, **query: Any) -> Json:
        return await self._call("GET", path, params=query or None)

    async def post(self, path: str, body: Any = None, *, version: int | None = None) -> Json:
        return await self._call("POST", path, json=body, headers=_if_match(version))

    async def put(self, path: str, body: Any, *, version: int | None = None) -> Json:
        return await self._call("PUT", path, json=body, headers=_if_match(version))

    async def load(self, path: str, content: bytes, **query: Any) -> Json:
        """Imports a CSV file; `query` names the mapping and what else the import takes."""
        headers = {"Content-Type": "text/csv"}
        return await self._call("POST", path, params=query, content=content, headers=headers)

    async def load_whole(self, path: str, content: bytes, **query: Any) -> Json:
        """The same, for rows that name what another service has yet to hear of: until no row is rejected any more."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while (result := await self.load(path, content, **query))["rejected"]:
            if time.monotonic() > give_up_at:
                raise Refused(f"{path} rejects {result['rejected']} rows: {result['rejections'][:5]}")
            await asyncio.sleep(PAUSE_SECONDS)
        return result

    async def post_when_known(self, path: str, body: Any) -> Json:
        """For a body that names what the service has yet to hear of from another one."""
        async for attempt in stamina.retry_context(on=Refused, attempts=None, timeout=PATIENCE_SECONDS, wait_max=2):
            with attempt:
                return await self.post(path, body)
        raise AssertionError  # the last attempt has returned or raised

    async def every(self, path: str, **query: Any) -> list[Json]:
        """All items of a list, page by page."""
        items: list[Json] = []
        cursor: str | None = None
        while True:
            asked = {"limit": 500, **query, **({"cursor": cursor} if cursor else {})}
            page = await self.get(path, **asked)
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    async def until(self, holds: Callable[[Json], bool], path: str, **query: Any) -> Json:
        """Facts travel between services in their own time: asks again until the answer is as it will be."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not holds(answer := await self.get(path, **query)):
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"{path} did not become what it should within {PATIENCE_SECONDS:.0f} s: {answer}")
            await asyncio.sleep(PAUSE_SECONDS)
        return answer

    async def until_it_answers(self) -> None:
        """Waits for a platform that is still starting."""
        for _ in range(int(PATIENCE_SECONDS / PAUSE_SECONDS)):
            with suppress(httpx.TransportError):
                if (await self._http.get("/readyz")).is_success:
                    return
            await asyncio.sleep(PAUSE_SECONDS)
        raise TimeoutError(f"nothing is ready at {self._http.base_url} after {PATIENCE_SECONDS:.0f} s")

    def forget_token(self) -> None:
        """The next call asks for a new one: the clock of the platform has been put forward."""
        self._renew_at = 0.0

    async def _call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **request: Any) -> Json:
        """Tries again while parts of the platform are away; the key makes sure that a write happens once."""
        keyed = {**(headers or {}), **({} if method == "GET" else {"Idempotency-Key": str(uuid7())})}
        async for attempt in stamina.retry_context(on=_passes, attempts=None, timeout=PATIENCE_SECONDS, wait_max=2):
            with attempt:
                return await self._once(method, path, keyed, request)
        raise AssertionError  # the last attempt has returned or raised

    async def _once(self, method: str, path: str, headers: dict[str, str], request: dict[str, Any]) -> Json:
        answer = await self._http.request(method, path, headers={**headers, **await self.bearer()}, **request)
        if answer.is_error:
            waits = answer.status_code in PASSING or "retry-after" in answer.headers
            raise Refused(f"{method} {path} was answered {answer.status_code}: {answer.text[:2000]}", passes=waits)
        body: Json = answer.json() if answer.content else {}
        return body

    async def bearer(self) -> dict[str, str]:
        if time.monotonic() > self._renew_at:
            form = {"grant_type": "client_credentials"}
            answer = await self._http.post("/oauth/token", data=form, auth=self._credentials)
            if answer.is_error:
                waits = answer.status_code in PASSING
                raise Refused(f"no token: {answer.status_code} {answer.text[:2000]}", passes=waits)
            granted = answer.json()
            self._token, self._renew_at = granted["access_token"], time.monotonic() + granted["expires_in"] / 2
        return {"Authorization": f"Bearer {self._token}"}


def _if_match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


@asynccontextmanager
async def steward(address: str, credentials: Sequence[str]) -> AsyncIterator[Steward]:
    """`credentials` are a client id and its secret."""
    async with httpx.AsyncClient(base_url=address, timeout=600) as http:
        yield Steward(http, *credentials)
