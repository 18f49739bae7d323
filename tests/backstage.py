"""Real entity files and schemas of Backstage, and the rules that a descriptor must keep beyond its schema."""

import json
import os
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT7

DATA = os.environ.get("STEWARD_DATA")
CATALOG = Path(DATA or "") / "backstage-catalog"
published = pytest.mark.skipif(
    not DATA, reason="STEWARD_DATA is not set: NOT CHECKED against Backstage's files and schemas"
)

YAML = {"Content-Type": "application/yaml"}
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
TAG = re.compile(r"(?=.{1,63}$)[a-z0-9:+#]+(-[a-z0-9:+#]+)*")
KEY = re.compile(r"([a-z0-9]+([.-][a-z0-9]+)*/)?" + NAME.pattern)


def examples(*left_out: str) -> str:
    """All example files as one stream of documents."""
    files = sorted(path for path in (CATALOG / "examples").glob("*.yaml") if path.stem not in left_out)
    assert len(files) >= 9
    return "\n---\n".join(path.read_text() for path in files)


@cache
def _registry() -> Registry[Any]:
    schemas = [json.loads(path.read_text()) for path in (CATALOG / "schema").glob("*.json")]
    return Registry().with_resources((it["$id"], DRAFT7.create_resource(it)) for it in schemas)


def hold_to_backstage(entities: Iterable[dict[str, Any]]) -> None:
    """Fails for an entity that its schema refuses, or the rules of names, tags and keys."""
    seen = set()
    for entity in entities:
        schema = json.loads((CATALOG / "schema" / f"{entity['kind']}.v1alpha1.schema.json").read_text())
        jsonschema.Draft7Validator(schema, registry=_registry()).validate(entity)
        metadata = entity["metadata"]
        assert NAME.fullmatch(metadata["name"]), metadata
        assert all(TAG.fullmatch(tag) for tag in metadata.get("tags", ())), metadata
        keys = [*metadata.get("labels", ()), *metadata.get("annotations", ())]
        assert all(KEY.fullmatch(key) for key in keys), keys
        reference = (entity["kind"], metadata.get("namespace", "default"), metadata["name"].lower())
        assert reference not in seen
        seen.add(reference)


def documents(text: str) -> list[Any]:
    """As another program reads them."""
    return list(yaml.safe_load_all(text))
