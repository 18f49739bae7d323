"""The command line of a service: serve | work | migrate | replay."""

import argparse
import asyncio
import sys
from datetime import datetime

import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Route

from chassis import migrations
from chassis.application import create_app
from chassis.bus.rabbitmq import RabbitMQ
from chassis.database import Database
from chassis.health import health_routes, schema_at_head
from chassis.identity import Verifier
from chassis.manifest import Manifest
from chassis.metrics import Metrics, metrics_answer
from chassis.outbox import republish
from chassis.server import FAREWELL_SECONDS, Server
from chassis.settings import Settings
from chassis.telemetry import configure_logging, configure_tracing
from chassis.worker import Worker

STOP_SECONDS = 10


def main(manifest: Manifest) -> None:
    """`python -m portfolio serve`: settings come from the environment, see `chassis.settings`."""
    arguments = _parser(manifest).parse_args()
    settings = Settings()
    configure_logging(settings.log_level)
    configure_tracing(manifest.name, settings.otel_exporter_otlp_endpoint)
    uvloop.run(COMMANDS[arguments.command](manifest, settings, arguments))


def _parser(manifest: Manifest) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=manifest.name, description=manifest.description)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer HTTP requests")
    commands.add_parser("work", help="publish facts, react to those of others")
    commands.add_parser("migrate", help="bring the schema to its newest state")
    replaying = commands.add_parser("replay", help="publish facts of the past again")
    replaying.add_argument(
        "--from", dest="since", type=datetime.fromisoformat, required=True, help="instant with offset"
    )
    replaying.add_argument("--type", dest="types", action="append", help="only this type; may be given several times")
    return parser


def _database(manifest: Manifest, settings: Settings) -> Database:
    dsn = settings.database_url.get_secret_value()
    return Database(dsn, manifest.name, pool_size=settings.database_pool_size)


async def _listen(app: FastAPI | Starlette, settings: Settings) -> None:
    """Answers until SIGTERM or SIGINT, then lets running requests end."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,  # longer than the gateway's pool keeps a connection, so that it never meets a closed one
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    await Server(config, farewell_seconds=FAREWELL_SECONDS).serve()


async def serve(manifest: Manifest, settings: Settings, _: argparse.Namespace) -> None:
    if settings.identity_public_key is None:
        sys.exit("IDENTITY_PUBLIC_KEY is not set: whose identity tokens shall be believed?")
    database = _database(manifest, settings)
    try:
        await _listen(create_app(manifest, database, Verifier(settings.identity_public_key)), settings)
    finally:
        await database.close()


def _bus(settings: Settings) -> RabbitMQ:
    if settings.amqp_url is None:
        sys.exit("AMQP_URL is not set: where is the message broker?")
    return RabbitMQ(settings.amqp_url.get_secret_value())


async def work(manifest: Manifest, settings: Settings, _: argparse.Namespace) -> None:
    database, bus = _database(manifest, settings), _bus(settings)
    worker = Worker(manifest, database, bus, outbox_retention_days=settings.outbox_retention_days)
    live = {"worker": worker.trouble}
    ready = {"schema": schema_at_head(manifest, database), "broker": bus.trouble}
    metrics = metrics_answer(Metrics(manifest.name), database)
    door = Starlette(routes=[*health_routes(live, ready), Route("/metrics", metrics)])
    try:
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(worker.run())
            await _listen(door, settings)
            worker.stop()
            await asyncio.wait_for(working, STOP_SECONDS)
    finally:
        await bus.close()
        await database.close()


async def migrate(manifest: Manifest, settings: Settings, _: argparse.Namespace) -> None:
    await migrations.upgrade(manifest, settings.database_url.get_secret_value())
    print(f"The schema of {manifest.name} is at head.")
    if settings.amqp_url and manifest.hears:
        bus = _bus(settings)
        await bus.keep_for(manifest.name, manifest.hears)
        print(f"Facts for {manifest.name} wait for it at the broker.")


async def replay(manifest: Manifest, settings: Settings, arguments: argparse.Namespace) -> None:
    if arguments.since.tzinfo is None:
        sys.exit("--from needs an offset, such as 2026-01-31T00:00:00+00:00")
    database, bus = _database(manifest, settings), _bus(settings)
    try:
        count = await republish(database, bus, since=arguments.since, types=arguments.types)
    finally:
        await bus.close()
        await database.close()
    print(f"Published {count} facts again; whoever has seen one ignores it.")


COMMANDS = {"serve": serve, "work": work, "migrate": migrate, "replay": replay}
