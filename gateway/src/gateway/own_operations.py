"""What the gateway itself offers: tokens, the overview of one service, the public contract, and how it is doing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, FastAPI, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from chassis import problems as p
from chassis.clock import Clock
from chassis.metrics import MEDIA
from chassis.promises import CATEGORY
from chassis.web import install_problems, status_of
from gateway.grant import FORM_BODY, Grant, Refusal, TokenAnswer, TokenRefusal
from gateway.observation import Observation
from gateway.overview import Overview, OverviewView, Range
from gateway.own_tokens import OwnTokens
from gateway.problems import NoSuchDocument
from gateway.readiness import Health, Readiness

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

TOKEN_BODY_BYTES = 10_000
ASSETS = {"reference.css": "text/css; charset=utf-8", "reference.js": "text/javascript; charset=utf-8"}
PASSED_ON = ("authorization", "x-request-id", "x-correlation-id", "traceparent")
ONLY_OWN_SOURCES = "; ".join(
    [
        *("default-src 'none'", "style-src 'self'", "script-src 'self'", "connect-src 'self'"),
        *("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"),
    ]
)


@dataclass
class Own:
    """What these operations work with; set on the application when the gateway is made."""

    grant: Grant
    tokens: OwnTokens
    overview: Overview
    readiness: Readiness
    observation: Observation
    document: dict[str, Any]
    clock: Clock

    @cached_property
    def document_bytes(self) -> bytes:
        return json.dumps(self.document, ensure_ascii=False, separators=(",", ":")).encode()


router = APIRouter()


def operation(
    method: str,
    path: str,
    *,
    tag: str,
    problems: tuple[type[p.Problem], ...] = (),
    is_open: bool = True,
    answers: dict[int | str, dict[str, Any]] | None = None,
    extra: dict[str, Any] | None = None,
    **options: Any,
) -> Callable[[Endpoint], Endpoint]:
    """`is_open` takes callers without a token; `answers` come beside the problems, `extra` goes into the contract."""
    promised: tuple[type[p.Problem], ...] = (p.InternalError, *problems)
    codes: dict[int, list[str]] = {}
    for problem in sorted(promised, key=lambda problem: problem.code):
        codes.setdefault(status_of(problem), []).append(problem.code)
    refusals: dict[int | str, dict[str, Any]] = {
        status: {"$ref": f"#/components/responses/{CATEGORY[status]}", "description": ", ".join(named)}
        for status, named in codes.items()
    }

    def add(endpoint: Endpoint) -> Endpoint:
        router.add_api_route(
            path,
            endpoint,
            methods=[method],
            tags=[tag],
            operation_id=endpoint.__name__,
            summary=(endpoint.__doc__ or "").strip().splitlines()[0],
            responses={**refusals, **(answers or {})},
            openapi_extra={
                "security": [] if is_open else [{"bearer": []}],
                "x-problems": sorted(problem.code for problem in promised),
                **(extra or {}),
            },
            **options,
        )
        return endpoint

    return add


def _own(request: Request) -> Own:
    own: Own = request.app.state.own
    return own


REFUSED = {"model": TokenRefusal, "description": "Refused, in the words of RFC 6749, section 5.2."}


@operation(
    "POST",
    "/oauth/token",
    tag="tokens",
    answers={400: REFUSED, 401: REFUSED, 429: REFUSED},
    extra={"requestBody": FORM_BODY, "x-max-body-bytes": TOKEN_BODY_BYTES},
    response_model=TokenAnswer,
)
async def issue_token(request: Request) -> Response:
    """Get an access token for a registered client (OAuth 2.0 client credentials)."""
    no_store = {"Cache-Control": "no-store"}
    try:
        answer = await _own(request).grant.answer(
            await request.body(),
            media=request.headers.get("content-type", ""),
            authorization=request.headers.get("authorization"),
            address=request.state.address,
        )
    except Refusal as refusal:
        return JSONResponse(refusal.document, refusal.status, no_store | refusal.headers)
    return JSONResponse(answer.model_dump(), headers=no_store)


@operation("GET", "/oauth/jwks", tag="tokens")
async def list_keys(request: Request) -> dict[str, Any]:
    """Show the public keys that verify the platform's own access tokens (RFC 7517)."""
    return _own(request).tokens.key_set()


@operation(
    "GET",
    "/overview/{service_id}",
    tag="overview",
    problems=(p.NoSuchResource, p.InvalidRequest, p.PermissionMissing, p.NotReady),
    is_open=False,
)
async def show_overview(
    service_id: UUID, request: Request, starts_on: date | None = None, ends_on: date | None = None
) -> OverviewView:
    """Show one service at a glance, as far as its parts can be read now; without a range, over the last 24 months."""
    if (starts_on is None) != (ends_on is None) or (starts_on and ends_on and starts_on >= ends_on):
        raise p.InvalidRequest("Give starts_on and ends_on, the first before the second, or neither.")
    own = _own(request)
    within = Range(starts_on, ends_on) if starts_on and ends_on else Range.until(own.clock().date())
    headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    return await own.overview.of(service_id, within, headers)


@operation("GET", "/openapi.json", tag="contract", response_model=dict[str, Any])
async def show_contract(request: Request) -> Response:
    """Show the public contract of the whole platform (OpenAPI 3.1)."""
    return Response(_own(request).document_bytes, media_type="application/json")


@operation("GET", "/", tag="contract", status_code=307, response_class=RedirectResponse)
async def lead_to_reference() -> RedirectResponse:
    """Lead to the reference."""
    return RedirectResponse("/docs")


@operation("GET", "/docs", tag="contract", response_class=HTMLResponse)
async def show_reference() -> HTMLResponse:
    """Show the reference as a page."""
    return HTMLResponse(_reference("reference.html"), headers={"Content-Security-Policy": ONLY_OWN_SOURCES})


@operation("GET", "/docs/{name}", tag="contract", problems=(NoSuchDocument, p.InvalidRequest), response_class=Response)
async def show_reference_part(name: Annotated[str, Path(max_length=100)]) -> Response:
    """Show the style or the script of the reference."""
    if name not in ASSETS:
        raise NoSuchDocument
    return Response(_reference(name), headers={"Content-Type": ASSETS[name], "Cache-Control": "no-cache"})


@operation("GET", "/livez", tag="operation")
async def show_life() -> Health:
    """Say whether the gateway lives."""
    return Health(status="ok", checks={})


@operation("GET", "/readyz", tag="operation", answers={503: {"model": Health, "description": "Not every one can."}})
async def show_readiness(request: Request, response: Response) -> Health:
    """Say whether every service can take requests. To go on while one cannot, ask /livez."""
    health = await _own(request).readiness.health()
    response.status_code = 503 if health.checks else 200
    return health


@operation("GET", "/metrics", tag="operation", response_class=PlainTextResponse)
async def show_figures(request: Request) -> Response:
    """Show figures for Prometheus."""
    return Response(_own(request).observation.figures(), media_type=MEDIA)


def _reference(name: str) -> str:
    return (files("gateway") / "reference" / name).read_text(encoding="utf-8")


def contract_app() -> FastAPI:
    """The gateway's own operations; as it stands it can tell its contract, and with `state.own` it can do them."""
    app = FastAPI(
        title="Steward gateway",
        description="Tokens, the overview of one service, and the contract of the whole platform.",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        openapi_tags=[{"name": tag} for tag in ("tokens", "overview", "contract", "operation")],
    )
    app.include_router(router)
    install_problems(app)
    return app
