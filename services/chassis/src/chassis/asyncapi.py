"""AsyncAPI 3: who announces what, who reacts to what, over which exchange."""

from collections.abc import Iterator, Sequence
from typing import Any

from chassis.event_schemas import SAMPLES, event_schema, inlined
from chassis.events import Envelope, Event
from chassis.manifest import Manifest

EXCHANGE = "steward.events"
MEDIA = "application/cloudevents+json"


def asyncapi(manifests: Sequence[Manifest]) -> dict[str, Any]:
    events = sorted((event for manifest in manifests for event in manifest.events), key=lambda event: event.type)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Steward events",
            "version": "1",
            "description": "Facts as CloudEvents 1.0 in structured JSON: at least once, in order per subject.",
        },
        "defaultContentType": MEDIA,
        "servers": {"broker": {"host": "rabbitmq:5672", "protocol": "amqp", "protocolVersion": "0.9.1"}},
        "channels": {event.type: _channel(event) for event in events},
        "operations": dict(sorted(_operations(manifests))),
        "components": {
            "schemas": {"Envelope": envelope_schema()} | {event.type: _payload(event) for event in events},
            "messages": {event.type: _message(event) for event in events},
        },
    }


def envelope_schema() -> dict[str, Any]:
    return inlined(Envelope.model_json_schema())


def _channel(event: type[Event]) -> dict[str, Any]:
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"}
    return {
        "address": event.type,
        "messages": {event.type: {"$ref": f"#/components/messages/{event.type}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}},
    }


def _payload(event: type[Event]) -> dict[str, Any]:
    """The envelope with this fact as its data."""
    data = {key: value for key, value in event_schema(event).items() if key not in ("$schema", "$id", "title")}
    fact = {"properties": {"type": {"const": event.type}, "data": data}}
    return {"allOf": [{"$ref": "#/components/schemas/Envelope"}, fact]}


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "title": event.type,
        "contentType": MEDIA,
        "payload": {"$ref": f"#/components/schemas/{event.type}"},
        "examples": [{"payload": _example(event)}],
    }


def _example(event: type[Event]) -> dict[str, Any]:
    schema = event_schema(event)
    return {
        "specversion": "1.0",
        "id": "0197c9a8-60b2-7f08-8a5e-6d3c1b9f4e72",
        "source": f"/steward/{event.type.split('.')[0]}",
        "type": event.type,
        "subject": SAMPLES["uuid"],
        "time": SAMPLES["date-time"],
        "datacontenttype": "application/json",
        "dataschema": schema["$id"],
        "sequence": 1,
        "correlationid": "0197c9a8-5f00-7d1c-8c3a-0b7e5d9f2a64",
        "actor": "somebody",
        "data": schema["examples"][0],
    }


def _operations(manifests: Sequence[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    for manifest in manifests:
        for event in manifest.events:
            summary = f"{manifest.title} announces it."
            yield f"{manifest.name}.announces.{event.type}", _operation("send", event.type, summary)
        for reaction in manifest.reactions:
            name, summary = reaction.name, f"{manifest.title} reacts: {reaction.name.replace('_', ' ')}."
            yield (
                f"{manifest.name}.{name}.{reaction.reading.type}",
                _operation("receive", reaction.reading.type, summary),
            )


def _operation(action: str, type: str, summary: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{type}"}, "summary": summary}
