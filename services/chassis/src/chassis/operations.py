"""What each HTTP operation has: a permission, one transaction, an audit entry, an ETag, and its problems in the contract."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import wraps
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.aggregate import Aggregate
from chassis.cause import Cause, because_of
from chassis.database import Database
from chassis.idempotency import HEADER, Key
from chassis.identity import Caller
from chassis.problems import (
    IdentityMissing,
    InvalidRequest,
    NoSuchResource,
    PermissionMissing,
    Problem,
    UnknownParameter,
    VersionMissing,
    VersionStale,
)
from chassis.schema import audit_trail
from chassis.web import documented_answers, with_limited_body

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
A = TypeVar("A", bound=Aggregate)

SAFE = {"GET", "HEAD"}
SMALL_BODY_BYTES = 1_000_000


def current_caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def current_session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


CurrentCaller = Annotated[Caller, Depends(current_caller)]
Session = Annotated[AsyncSession, Depends(current_session)]


def expected_version(if_match: Annotated[str | None, Header(max_length=100)] = None) -> int:
    """The version that the caller has read, from a strong ETag such as `"3"`."""
    if if_match is None:
        raise VersionMissing("Send If-Match with the ETag of what you have read.")
    digits = if_match.strip('"')
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise InvalidRequest('If-Match must be one strong ETag as it was received, such as "3".')
    return int(digits)


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
    """Runs one operation: caller, permission, then everything it does in one transaction, committed before the answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        known = _query_parameters(self.dependant)
        streams = bool((self.openapi_extra or {}).get("x-streams"))

        async def run(request: Request) -> Response:
            caller = self._admitted(request)
            request = with_limited_body(request, int((self.openapi_extra or {})["x-max-body-bytes"]))
            with because_of(Cause(caller.subject, request.state.correlation_id)):
                try:
                    caller.require(self.permission)
                except PermissionMissing:
                    await self._audit_denial(request, caller)
                    raise
                _refuse_unknown_parameters(request, known)
                key = None if request.method in SAFE or streams else await Key.of(request, caller.subject)
                async with _database(request).transaction() as session:
                    return await self._once(request, session, handle, key)

        return run

    @property
    def permission(self) -> str:
        return str((self.openapi_extra or {})["x-permission"])

    def _admitted(self, request: Request) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise IdentityMissing("Send the gateway's token as Authorization: Bearer …")
        request.state.caller = request.app.state.verifier.caller(token)
        return current_caller(request)

    async def _once(
        self,
        request: Request,
        session: AsyncSession,
        handle: Callable[[Request], Awaitable[Response]],
        key: Key | None,
    ) -> Response:
        if key and (stored := await key.stored_answer(session)):
            return stored
        request.state.session = session
        answer = await handle(request)
        if request.method in SAFE:
            return _unless_unchanged(request, answer)
        await session.flush()
        await self._audit(session, request, current_caller(request), "done")
        if key:
            await key.record(session, answer)
        return answer

    async def _audit_denial(self, request: Request, caller: Caller) -> None:
        async with _database(request).transaction() as session:
            await self._audit(session, request, caller, PermissionMissing.code)

    async def _audit(self, session: AsyncSession, request: Request, caller: Caller, outcome: str) -> None:
        await session.execute(
            insert(audit_trail).values(
                actor=caller.subject,
                operation=self.operation_id,
                permission=self.permission,
                path=request.url.path,
                outcome=outcome,
                request_id=request.state.request_id,
            )
        )


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _query_parameters(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_query_parameters(dependency) for dependency in dependant.dependencies))


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
    answer.__signature__ = signature.replace(parameters=[*signature.parameters.values(), extra])  # type: ignore[attr-defined]
    return answer


class Router(APIRouter):
    """The operations of one slice. `@router.operation("POST", "/services", permission="portfolio:service:propose", …)`."""

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
        example: dict[str, Any] | None = None,
        upload: Sequence[str] = (),
        max_body_bytes: int = SMALL_BODY_BYTES,
        **options: Any,
    ) -> Callable[[Endpoint], Endpoint]:
        """`example` is a body that works; `upload` names the media types of a body that the endpoint streams itself."""

        def add(endpoint: Endpoint) -> Endpoint:
            view = inspect.signature(endpoint).return_annotation
            versioned = "version" in getattr(view, "model_fields", {})
            self.add_api_route(
                path,
                _tagged(endpoint) if versioned else endpoint,
                methods=[method],
                status_code=status,
                operation_id=endpoint.__name__,
                summary=(endpoint.__doc__ or endpoint.__name__.replace("_", " ").capitalize()).strip().splitlines()[0],
                responses=documented_answers(method, path, problems, versioned=versioned),
                openapi_extra=_contract_extra(method, permission, problems, example, upload, max_body_bytes),
                response_model_exclude_none=False,
                **options,
            )
            return endpoint

        return add


def _contract_extra(
    method: str,
    permission: str,
    problems: Sequence[type[Problem]],
    example: dict[str, Any] | None,
    upload: Sequence[str],
    max_body_bytes: int,
) -> dict[str, Any]:
    extra: dict[str, Any] = {
        "x-permission": permission,
        "x-max-body-bytes": max_body_bytes,
        "x-problems": sorted(problem.code for problem in problems),
        "security": [{"bearer": []}],
    }
    if upload:
        content = {media: {"schema": {"type": "string", "format": "binary"}} for media in upload}
        extra |= {"x-streams": True, "requestBody": {"required": True, "content": content}}
    elif example is not None:
        extra["requestBody"] = {"content": {"application/json": {"example": example}}}
    if method not in SAFE and not upload:
        schema = {"type": "string", "minLength": 1, "maxLength": 255}
        extra["parameters"] = [{"name": HEADER, "in": "header", "required": False, "schema": schema}]
    return extra

