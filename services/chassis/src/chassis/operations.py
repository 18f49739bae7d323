"""What each HTTP operation has: a permission, one transaction, an audit entry, an ETag, a place in the contract."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import wraps
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.dependencies.utils import get_dependant
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.aggregate import Aggregate
from chassis.bodies import BoundedRequest
from chassis.cause import Cause, because_of
from chassis.database import Database
from chassis.idempotency import Key, known, record
from chassis.identity import Caller
from chassis.problems import (
    IdentityMissing,
    InvalidRequest,
    NoSuchResource,
    PermissionMissing,
    Problem,
    UnknownParameter,
    VersionStale,
)
from chassis.promises import SAFE, Promise, taken
from chassis.schema import audit_trail
from chassis.text import TAG
from chassis.web import as_problem, problem_answer

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Handle = Callable[[Request], Coroutine[Any, Any, Response]]
A = TypeVar("A", bound=Aggregate)

SMALL_BODY_BYTES = 1_000_000


def current_caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def current_session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


CurrentCaller = Annotated[Caller, Depends(current_caller)]
Session = Annotated[AsyncSession, Depends(current_session)]


def stated_version(if_match: Annotated[str | None, Header(alias="If-Match", pattern=TAG)] = None) -> int | None:
    """The version that the caller has read, if one is given."""
    return None if if_match is None else expected_version(if_match)


def expected_version(if_match: Annotated[str, Header(alias="If-Match", pattern=TAG)]) -> int:
    """The version that the caller has read, from a strong ETag such as `"3"`; VersionMissing without one."""
    return int(if_match.strip('"'))


StatedVersion = Annotated[int | None, Depends(stated_version)]
ExpectedVersion = Annotated[int, Depends(expected_version)]


async def found(
    session: AsyncSession, kind: type[A], id: UUID, *, version: int | None = None, options: Sequence[Any] = ()
) -> A:
    """The aggregate with this id, at this version if one is asked for; raises NoSuchResource or VersionStale."""
    row = await session.get(kind, id, options=options)
    if row is None:
        raise NoSuchResource(f"There is no {kind.__name__} with the id {id}.")
    if version is not None and row.version != version:
        raise VersionStale(f"It is at version {row.version} now; read it again.", version=row.version)
    return row


class Operation(APIRoute):
    """Runs one operation: caller, permission, body, then all of it in one transaction, committed before the answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        run = self.runner(super().get_route_handler())

        async def answer(request: Request) -> Response:
            try:
                made = await run(request)
            except Exception as error:  # noqa: BLE001  # our faults too leave through the door, with their request id
                made = problem_answer(request, as_problem(error))
            made.headers["cache-control"] = "no-store"  # what a caller may see, no cache may show to another
            return made

        return answer

    def runner(self, handle: Handle) -> Handle:
        """Carries out requests; `handle` solves what the endpoint depends on, calls it, and forms the answer."""
        admit = self.admission()

        async def run(request: Request) -> Response:
            caller = self.identified(request)
            with because_of(Cause(caller.subject, request.state.correlation_id)):
                request = await admit(request, caller)
                key = None if request.method in SAFE or self._streams else await Key.of(request, caller.subject)
                async with database_of(request).transaction() as session:
                    return await self._once(request, session, handle, key)

        return run

    def admission(self) -> Callable[[Request, Caller], Awaitable[Request]]:
        """Lets in who may, with parameters that are known and a body that is bounded and, unless the operation streams
        it, read and understood: all of that before a transaction begins."""
        parameters = taken(self.dependant, "query_params")
        field = self.body_field
        expected: Any = Annotated[field.field_info.annotation, field.field_info] if field else None
        content = TypeAdapter(expected) if field else None
        most = int((self.openapi_extra or {}).get("x-max-body-bytes", 0))

        async def admit(request: Request, caller: Caller) -> Request:
            await self._permitted(request, caller)
            _refuse_unknown_parameters(request, parameters)
            if request.method in SAFE:
                return request
            bounded = BoundedRequest(request, most)
            if content:
                await bounded.understand(content)
            return bounded

        return admit

    async def _permitted(self, request: Request, caller: Caller) -> None:
        try:
            caller.require(self.permission)
        except PermissionMissing:
            async with database_of(request).transaction() as session:
                await self.audit(session, [request], PermissionMissing.code)
            raise

    @property
    def _streams(self) -> bool:
        return bool((self.openapi_extra or {}).get("x-streams"))

    @property
    def permission(self) -> str:
        return str((self.openapi_extra or {})["x-permission"])

    def identified(self, request: Request) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise IdentityMissing("Send the gateway's token as Authorization: Bearer …")
        request.state.caller = request.app.state.verifier.caller(token)
        return current_caller(request)

    async def _once(self, request: Request, session: AsyncSession, handle: Handle, key: Key | None) -> Response:
        if key and (stored := await known(session, [key])):
            return key.answer(stored[key])
        request.state.session = session
        answer = await handle(request)
        if request.method in SAFE:
            return _unless_unchanged(request, answer)
        await session.flush()
        await self.audit(session, [request], "done")
        if key:
            await record(session, {key: answer})
        return answer

    async def audit(self, session: AsyncSession, requests: Sequence[Request], outcome: str) -> None:
        rows = [
            {
                "actor": current_caller(request).subject,
                "operation": self.operation_id,
                "permission": self.permission,
                "path": request.url.path,
                "outcome": outcome,
                "request_id": request.state.request_id,
            }
            for request in requests
        ]
        await session.execute(insert(audit_trail), rows)


def database_of(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _refuse_unknown_parameters(request: Request, known: set[str]) -> None:
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        taken = ", ".join(sorted(known)) or "none"
        raise UnknownParameter(f"Unknown query parameter {unknown[0][:80]!r}; this operation takes: {taken}.")
    twice = sorted(name for name in known if len(request.query_params.getlist(name)) > 1)
    if twice:
        raise InvalidRequest(f"The query parameter {twice[0]!r} is given more than once.")


def _unless_unchanged(request: Request, answer: Response) -> Response:
    seen, tag = request.headers.get("if-none-match"), answer.headers.get("etag")
    if tag and seen and tag in [candidate.strip() for candidate in seen.split(",")]:
        return Response(status_code=304, headers={"ETag": tag})
    return answer


def _tagged(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the ETag of what the endpoint returns, for views that show their version."""
    signature = inspect.signature(endpoint)

    @wraps(endpoint)
    async def answer(*args: Any, tagged_response: Response, **values: Any) -> Any:
        result = await endpoint(*args, **values)
        tagged_response.headers["ETag"] = f'"{result.version}"'
        return result

    extra = inspect.Parameter("tagged_response", inspect.Parameter.KEYWORD_ONLY, annotation=Response)
    shown = signature.replace(parameters=[*signature.parameters.values(), extra])
    answer.__signature__ = shown  # type: ignore[attr-defined]  # FastAPI reads it
    return answer


class Router(APIRouter):
    """The operations of one slice: `@router.operation("POST", "/services", permission="portfolio:service:write")`."""

    def __init__(self, noun: str) -> None:
        super().__init__(route_class=Operation, tags=[noun])

    def operation(
        self,
        method: str,
        path: str,
        *,
        permission: str,
        problems: Sequence[type[Problem]] = (),
        status: int = 200,
        again: int | None = None,
        example: dict[str, Any] | None = None,
        upload: Sequence[str] = (),
        produces: Sequence[str] = (),
        max_body_bytes: int = SMALL_BODY_BYTES,
        **options: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """`again`: the status that the endpoint sets for what is there already; `example`: a body that works; `upload`:
        the media types of a body that the endpoint streams itself, `produces`: what it can answer with besides JSON."""

        def add(endpoint: Endpoint) -> Endpoint:
            view = inspect.signature(endpoint).return_annotation
            versioned = "version" in getattr(view, "model_fields", {})
            taking = get_dependant(path=path, call=endpoint)
            promise = Promise(
                method, path, status, permission, problems, example, upload, produces, max_body_bytes, versioned, taking
            )
            self.add_api_route(
                path,
                _tagged(endpoint) if versioned else endpoint,
                methods=[method],
                status_code=status,
                operation_id=endpoint.__name__,
                summary=(endpoint.__doc__ or endpoint.__name__.replace("_", " ").capitalize()).strip().splitlines()[0],
                responses=promise.answers | ({again: {**promise.answers[status], "model": view}} if again else {}),
                openapi_extra=promise.extra,
                response_model_exclude_none=False,
                **options,
            )
            return endpoint

        return add
