"""The schema of each fact as others read it, with an example."""

from typing import Any

from chassis.events import Event

SAMPLES = {
    "uuid": "0197c9a8-5f3e-7c41-9b6d-2f0e8a4c7d15",
    "date": "2026-03-31",
    "date-time": "2026-03-31T12:00:00Z",
}


def event_schema(event: type[Event]) -> dict[str, Any]:
    """An event class may state an example of its own: `json_schema_extra={"examples": [...]}` in its configuration."""
    schema = inlined(event.model_json_schema(mode="serialization"))
    examples = schema.pop("examples", None) or [sample(schema)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:steward:event:{event.type}",
        **schema,
        "title": event.type,
        "examples": examples,
    }


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Without `$defs`, whose references would point nowhere inside a larger document, and without generated titles."""
    definitions = schema.get("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, list):
            return [resolve(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return resolve(definitions[node["$ref"].rsplit("/", 1)[1]])
        return {key: resolve(value) for key, value in node.items() if not _is_noise(key, value)}

    plain: dict[str, Any] = resolve(schema)
    return plain


def _is_noise(key: str, value: Any) -> bool:
    # What is closed for the writer is open for readers: they must take new fields in their stride.
    return (
        key == "$defs" or (key == "title" and isinstance(value, str)) or (key == "additionalProperties" and not value)
    )


def sample(schema: dict[str, Any], name: str = "") -> Any:
    """One value that fits; the same for the same schema. Texts are called after their field."""
    if stated := _stated(schema):
        return stated[0]
    match schema.get("type"):
        case "object":
            return {field: sample(kind, field) for field, kind in schema.get("properties", {}).items()}
        case "array":
            return [sample(schema["items"], name.removesuffix("s"))]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            return SAMPLES.get(schema.get("format", ""), name or "text")
        case _:
            return sample(schema["anyOf"][0], name) if "anyOf" in schema else None


def _stated(schema: dict[str, Any]) -> list[Any]:
    single = [schema[key] for key in ("const", "default") if key in schema]
    return [*single, *schema.get("examples", ()), *schema.get("enum", ())]
