"""From manifests to the contract files: all that one service may know of another, and integrators of Steward."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from chassis.application import create_app
from chassis.database import Database
from chassis.events import Envelope, Event
from chassis.identity import Verifier, new_key_pair
from chassis.manifest import Manifest
from chassis.problems import Problem
from chassis.web import ProblemDocument, status_of

EXCHANGE = "steward.events"
BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
REF = "#/components/schemas/{model}"

Documents = dict[str, Any]


def documents(manifests: Sequence[Manifest], others: Mapping[str, FastAPI]) -> Documents:
    """Every contract file by its path below `contracts/`; `others` are applications that are no service (the gateway)."""
    apps = {manifest.name: _unconnected(manifest) for manifest in manifests} | dict(others)
    files: Documents = {f"openapi/{name}.json": openapi(app) for name, app in apps.items()}
    for manifest in manifests:
        files |= {f"events/{event.type}.json": event_schema(event) for event in manifest.events}
    files["asyncapi.json"] = asyncapi(manifests)
    files["problems.json"] = problems()
    return files


def rendered(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(folder: Path, files: Documents) -> None:
    """Writes all of them and removes generated files that nothing generates any more."""
    for path in set(checked_in(folder)) - set(files):
        (folder / path).unlink()
    for path, document in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(rendered(document), encoding="utf-8")


def checked_in(folder: Path) -> dict[str, Any]:
    paths = sorted(folder.rglob("*.json"))
    return {path.relative_to(folder).as_posix(): json.loads(path.read_text(encoding="utf-8")) for path in paths}


def drift(folder: Path, files: Documents) -> list[str]:
    """Paths whose checked-in text is not what the code says."""
    known = checked_in(folder)
    return sorted(path for path in known.keys() | files.keys() if known.get(path) != files.get(path))


def _unconnected(manifest: Manifest) -> FastAPI:
    database = Database("postgresql://nobody@127.0.0.1:1/none", manifest.name)
    return create_app(manifest, database, Verifier(new_key_pair()[1]))


def openapi(app: FastAPI) -> dict[str, Any]:
    document = app.openapi()
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["ProblemDocument"] = ProblemDocument.model_json_schema(ref_template=REF)
    components["securitySchemes"] = {"bearer": BEARER}
    return document


def event_schema(event: type[Event]) -> dict[str, Any]:
    schema = event.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:steward:event:{event.type}",
        **schema,
        "title": event.type,
        # Readers must take new fields in their stride: what is closed for the writer is open for them.
        "additionalProperties": True,
    }


def problems() -> dict[str, Any]:
    return {
        code: {"status": status_of(problem), "title": problem.title}
        for code, problem in sorted(Problem.registry.items())
        if not problem.__module__.startswith("tests")
    }


def asyncapi(manifests: Sequence[Manifest]) -> dict[str, Any]:
    """AsyncAPI 3: who announces what, who reacts to what, over which exchange and queues."""
    events = [event for manifest in manifests for event in manifest.events]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Steward events",
            "version": "1",
            "description": "Facts as CloudEvents 1.0 in structured JSON. At least once, in order per subject.",
        },
        "defaultContentType": "application/cloudevents+json",
        "servers": {"broker": {"host": "rabbitmq:5672", "protocol": "amqp", "protocolVersion": "0.9.1"}},
        "channels": {event.type: _channel(event) for event in events},
        "operations": dict(_operations(manifests)),
        "components": {
            "schemas": {"Envelope": _closed_envelope()} | {event.type: _payload(event) for event in events},
            "messages": {event.type: _message(event) for event in events},
        },
    }


def _channel(event: type[Event]) -> dict[str, Any]:
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"}
    return {
        "address": event.type,
        "messages": {event.type: {"$ref": f"#/components/messages/{event.type}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def _payload(event: type[Event]) -> dict[str, Any]:
    """The envelope with this fact as its data."""
    return {
        "allOf": [
            {"$ref": "#/components/schemas/Envelope"},
            {"properties": {"type": {"const": event.type}, "data": _inlined(event_schema(event))}},
        ]
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "title": (event.__doc__ or event.__name__).strip().splitlines()[0],
        "contentType": "application/cloudevents+json",
        "payload": {"$ref": f"#/components/schemas/{event.type}"},
    }


def _operations(manifests: Sequence[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    for manifest in manifests:
        for event in manifest.events:
            yield f"{manifest.name}.announces.{event.type}", _operation("send", event.type, f"{manifest.title} announces")
        for reaction in manifest.reactions:
            name = f"{manifest.name}.{reaction.name}.{reaction.reading.type}"
            yield name, _operation("receive", reaction.reading.type, f"{manifest.title}: {reaction.name}")


def _operation(action: str, type: str, summary: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{type}"}, "summary": summary}


def _closed_envelope() -> dict[str, Any]:
    return _inlined(Envelope.model_json_schema())


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without a `$defs` section, whose references would point nowhere inside a larger document."""
    definitions = schema.get("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, list):
            return [resolve(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return resolve(definitions[node["$ref"].rsplit("/", 1)[1]])
        return {key: resolve(value) for key, value in node.items() if key not in ("$defs", "$schema", "$id")}

    inlined: dict[str, Any] = resolve(schema)
    return inlined
