"""What every HTTP door has: request ids, and a problem document for whatever is refused or fails."""

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import problems as p
from chassis.ids import uuid7
from chassis.text import SENTENCES

log = logging.getLogger("chassis.web")

PROBLEM_MEDIA = "application/problem+json"
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")

STATUS: dict[type[p.Problem], int] = {
    p.Malformed: 400,
    p.Unauthenticated: 401,
    p.Forbidden: 403,
    p.NotFound: 404,
    p.MethodNotAllowed: 405,
    p.TooSlow: 408,
    p.Conflict: 409,
    p.Stale: 412,
    p.TooLarge: 413,
    p.Unsupported: 415,
    p.Invalid: 422,
    p.Unconditional: 428,
    p.TooMany: 429,
    p.InternalError: 500,
    p.BadAnswer: 502,
    p.Unavailable: 503,
    p.TooLate: 504,
}
BY_HTTP_STATUS: dict[int, type[p.Problem]] = {
    400: p.MalformedBody,
    404: p.NoSuchPath,
    405: p.MethodNotAllowed,
    413: p.BodyTooLarge,
    415: p.UnsupportedMediaType,
}


class ProblemDocument(BaseModel):
    """RFC 9457. `code` never changes; cases add members such as `blockers` or `errors`."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:steward:problem:request.invalid"])
    title: str
    status: int
    detail: str
    code: str
    instance: str


def status_of(problem: type[p.Problem]) -> int:
    return next(STATUS[kind] for kind in problem.__mro__ if kind in STATUS)


def problem_answer(request: Request, problem: p.Problem) -> Response:
    """The one place where a problem becomes an HTTP answer."""
    status = status_of(type(problem))
    document = {
        "type": f"urn:steward:problem:{problem.code}",
        "title": problem.title,
        "status": status,
        "detail": problem.detail,
        "code": problem.code,
        "instance": f"urn:steward:request:{getattr(request.state, 'request_id', '')}",
        **problem.context,
    }
    headers: dict[str, str] = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after_seconds" in problem.context:
        headers["Retry-After"] = str(problem.context["retry_after_seconds"])
    return JSONResponse(document, status, headers, media_type=PROBLEM_MEDIA)


def pointer_to(location: Sequence[Any]) -> str:
    """RFC 6901."""
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in location)


def sentence_of(failure: Mapping[str, Any]) -> str:
    """What is wrong, in words for a person."""
    return SENTENCES.get(failure.get("ctx", {}).get("pattern", ""), str(failure["msg"]))


def _refused_input(error: RequestValidationError) -> p.Problem:
    failures = error.errors()
    if any(failure["type"] == "json_invalid" for failure in failures):
        return p.MalformedBody(f"The body is not valid JSON: {failures[0].get('ctx', {}).get('error', '')}.")
    if any(failure["type"] == "missing" and failure["loc"] == ("header", "If-Match") for failure in failures):
        return p.VersionMissing("Send If-Match with the ETag of what you have read.")
    errors = [{"pointer": pointer_to(failure["loc"]), "message": sentence_of(failure)} for failure in failures[:100]]
    first = errors[0]
    return p.InvalidRequest(f"{first['pointer']}: {first['message']}.", errors=errors)


def _violated(error: IntegrityError) -> p.Problem:
    """A rule that the database keeps because two requests could break it at one moment."""
    cause = getattr(error.orig, "__cause__", None)
    name, state = getattr(cause, "constraint_name", None), getattr(cause, "sqlstate", None)
    for problem in p.Problem.registry.values():
        if name and problem.constraint == name:
            return problem()
    if state == "23505":
        return p.AlreadyExists(f"Something else already has this value ({name}).")
    if state == "23503":
        return p.StillReferenced(f"A reference is broken ({name}).")
    raise error


def _database_refusal(error: DBAPIError) -> p.Problem:
    if isinstance(error, IntegrityError):
        return _violated(error)
    state = getattr(getattr(error.orig, "__cause__", None), "sqlstate", "") or ""
    if state in ("40001", "40P01", "55P03"):
        return p.ConcurrentChange(retry_after_seconds=1)
    if error.connection_invalidated or state.startswith(("08", "57P", "53")):
        return p.NotReady("The database does not answer now.", retry_after_seconds=2)
    raise error


def as_problem(error: Exception) -> p.Problem:
    """Every refusal in the words of a Problem; what is nobody's refusal is our fault."""
    try:
        match error:
            case p.Problem():
                return error
            case RequestValidationError():
                return _refused_input(error)
            case StaleDataError():
                return p.VersionStale("Somebody else has changed it since it was read.")
            case DBAPIError():
                return _database_refusal(error)
            case HTTPException():
                kind = BY_HTTP_STATUS.get(error.status_code, p.InternalError)
                return kind(str(error.detail))
            case OSError() | TimeoutError() | NoConnectionFree():
                return p.NotReady("A part that this needs does not answer now.", retry_after_seconds=2)
    except DBAPIError as unexpected:
        error = unexpected
    log.error("request failed", exc_info=error)
    return p.InternalError()


def install_problems(app: FastAPI) -> None:
    async def answer(request: Request, error: Exception) -> Response:
        return problem_answer(request, as_problem(error))

    for kind in (p.Problem, RequestValidationError, HTTPException, StaleDataError, DBAPIError, OSError, Exception):
        app.add_exception_handler(kind, answer)


class RequestIds:
    """Gives every request an id and a correlation id, and answers with them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"])
        request_id = _id_or_new(given.get(b"x-request-id"))
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["correlation_id"] = _id_or_new(given.get(b"x-correlation-id"), request_id)

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        await self.app(scope, receive, tell)


def _id_or_new(given: bytes | None, fallback: str | None = None) -> str:
    text = (given or b"").decode("latin-1")
    return text if REQUEST_ID.fullmatch(text) else fallback or str(uuid7())
