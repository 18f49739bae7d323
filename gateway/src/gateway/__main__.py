"""`python -m gateway serve | register`."""

import argparse
import gc
import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop

from chassis.server import FAREWELL_SECONDS
from chassis.telemetry import configure_logging, configure_tracing
from gateway.app import create_gateway
from gateway.clients import register
from gateway.front import server
from gateway.roles import ROLES
from gateway.routing import OWN
from gateway.settings import Settings
from gateway.upstream import HttpUpstream


def main() -> None:
    arguments = _parser().parse_args()
    if arguments.command == "register":
        _register(arguments)
    else:
        _serve(Settings())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gateway", description="The single public door of Steward.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer HTTP requests; settings come from the environment")
    registering = commands.add_parser("register", help="let a program ask for tokens; prints its secret, once")
    given = os.environ.get("CLIENTS_FILE")
    registering.add_argument(
        "--file", type=Path, default=given, required=not given, help="of registered clients; CLIENTS_FILE without it"
    )
    registering.add_argument("--name", required=True, help="for people: Portfolio dashboard")
    registering.add_argument("--role", dest="roles", action="append", required=True, choices=list(ROLES))
    registering.add_argument("--unit", type=UUID, help="customer id; needed for a consumer")
    registering.add_argument("--client-id", help="made up if not given; a known one gets a new secret")
    return parser


def _register(arguments: argparse.Namespace) -> None:
    try:
        client_id, secret = register(
            arguments.file,
            name=arguments.name,
            roles=arguments.roles,
            unit=arguments.unit,
            client_id=arguments.client_id,
        )
    except ValueError as error:
        sys.exit(str(error))
    print(f"client_id:     {client_id}\nclient_secret: {secret}\nKeep the secret: it is stored nowhere else.")


def checked_in(folder: Path) -> dict[str, dict[str, Any]]:
    """The OpenAPI documents below the contracts folder, by service."""
    files = sorted((folder / "openapi").glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files if file.stem != OWN}


def _serve(settings: Settings) -> None:
    configure_logging(settings.log_level)
    configure_tracing("gateway", settings.otel_exporter_otlp_endpoint)
    contracts = checked_in(settings.contracts)
    if not contracts:
        sys.exit(f"There are no contracts in {settings.contracts}/openapi: set CONTRACTS")
    upstreams = {
        name: HttpUpstream(url, connections=settings.connections, first_byte_seconds=settings.upload_seconds)
        for name, url in settings.service_urls.items()
    }
    if missing := contracts.keys() - upstreams.keys():
        sys.exit(f"Set {', '.join(f'{name.upper()}_URL' for name in sorted(missing))}: where are these services?")
    gateway = create_gateway(settings, upstreams, contracts)
    gc.freeze()  # what is loaded stays: nothing of it is looked at again and again
    gc.set_threshold(50_000)  # and requests leave next to nothing that only a search would find
    uvloop.run(server(gateway, settings, farewell_seconds=FAREWELL_SECONDS).serve())


if __name__ == "__main__":
    main()
