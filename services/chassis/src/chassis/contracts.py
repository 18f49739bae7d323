"""From manifests to the contract files: all that one service may know of another, and integrators of Steward."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from chassis.application import create_app
from chassis.asyncapi import asyncapi
from chassis.database import Database
from chassis.event_schemas import event_schema
from chassis.identity import Verifier, new_key_pair
from chassis.manifest import Manifest
from chassis.problems import Problem
from chassis.promises import COMPONENTS
from chassis.web import ProblemDocument, status_of

REF = "#/components/schemas/{model}"
VALUES = {"default", "example", "examples", "enum", "const"}

Documents = dict[str, Any]


def documents(manifests: Sequence[Manifest], others: Mapping[str, FastAPI]) -> Documents:
    """Every contract file by its path below `contracts/`; `others` are applications but no services: the gateway."""
    apps = {manifest.name: unconnected(manifest) for manifest in manifests} | dict(others)
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


def checked_in(folder: Path) -> Documents:
    paths = sorted(folder.rglob("*.json"))
    return {path.relative_to(folder).as_posix(): json.loads(path.read_text(encoding="utf-8")) for path in paths}


def drift(folder: Path, files: Documents) -> list[str]:
    """Paths whose checked-in text is not what the code says."""
    known = {path: (folder / path).read_text(encoding="utf-8") for path in checked_in(folder)}
    written = {path: rendered(document) for path, document in files.items()}
    return sorted(path for path in known.keys() | written.keys() if known.get(path) != written.get(path))


def unconnected(manifest: Manifest) -> FastAPI:
    """The application of a service that only tells about itself."""
    database = Database("postgresql://nobody@127.0.0.1:1/none", manifest.name)
    return create_app(manifest, database, Verifier(new_key_pair()[1]))


def openapi(app: FastAPI) -> dict[str, Any]:
    document: dict[str, Any] = _tidied(app.openapi())
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["ProblemDocument"] = _tidied(ProblemDocument.model_json_schema(ref_template=REF))
    components |= {**COMPONENTS, "schemas": dict(sorted(schemas.items()))}
    document["paths"] = dict(sorted(document.get("paths", {}).items()))
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            _without_null(parameter)
    return document


def operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method != "parameters")


def _tidied(schema: Any) -> Any:
    """Without the titles that only repeat the names of fields; whole numbers say that they have 64 bits."""
    if isinstance(schema, list):
        return [_tidied(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    said = {
        name: value if name in VALUES else _tidied(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str) and schema.keys() & {"type", "anyOf", "enum", "$ref"})
    }
    return said | ({"format": "int64"} if schema.get("type") == "integer" else {})


def _without_null(parameter: dict[str, Any]) -> None:
    """A query cannot say null: what may be left out is simply not required."""
    kinds = [kind for kind in parameter.get("schema", {}).get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        del parameter["schema"]["anyOf"]
        parameter["schema"] |= kinds[0]


def problems() -> dict[str, Any]:
    return {
        code: {"status": status_of(problem), "title": problem.title}
        for code, problem in sorted(Problem.registry.items())
        if not problem.__module__.startswith("tests")
    }
