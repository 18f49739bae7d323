"""From a manifest to an HTTP application."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from starlette.routing import Route

from chassis.clock import Clock, wall_clock
from chassis.database import Database
from chassis.event_operations import event_router
from chassis.health import health_routes, schema_at_head
from chassis.identity import Verifier
from chassis.import_mappings import mapping_router
from chassis.manifest import Manifest
from chassis.metrics import Metrics, ObserveRequests, metrics_answer
from chassis.web import RequestIds, install_problems


def current_time(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


def current_date(request: Request) -> date:
    return current_time(request).date()


Now = Annotated[datetime, Depends(current_time)]
Today = Annotated[date, Depends(current_date)]


def create_app(manifest: Manifest, database: Database, verifier: Verifier, *, clock: Clock = wall_clock) -> FastAPI:
    """The service's operations under /v1 beside /livez, /readyz and /metrics. The caller closes the database."""
    app = FastAPI(
        title=manifest.title,
        description=manifest.description,
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        servers=[{"url": f"/{manifest.name}"}],
    )
    app.state.manifest, app.state.database = manifest, database
    app.state.verifier, app.state.clock = verifier, clock
    for router in [*manifest.routers, mapping_router(manifest.name), event_router(manifest.name)]:
        app.include_router(router, prefix="/v1")
    metrics = Metrics(manifest.name)
    ready = {"schema": schema_at_head(manifest, database)}
    app.router.routes.extend(health_routes({}, ready))
    app.router.routes.append(Route("/metrics", metrics_answer(metrics, database)))
    install_problems(app)
    app.add_middleware(ObserveRequests, metrics=metrics)
    app.add_middleware(RequestIds)
    return app
