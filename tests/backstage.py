"""Real entity files and schemas of Backstage, and the rules that a descriptor must keep beyond its schema."""

import json
import os
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT7

from chassis.testing import ServiceUnderTest

DATA = os.environ.get("STEWARD_DATA")
CATALOG = Path(DATA or "") / "backstage-catalog"
published = pytest.mark.skipif(
    not DATA, reason="STEWARD_DATA is not set: NOT CHECKED against Backstage's files and schemas"
)

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


async def post(service: ServiceUnderTest, body: str | bytes, media: str, **asked: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else body.encode()
    headers = {"Content-Type": media}
    return await service.client.post("/v1/backstage-imports", content=content, params=asked, headers=headers)


async def sent(service: ServiceUnderTest, body: str, media: str = "application/yaml", **asked: str) -> Any:
    """What became of a body that can be read."""
    answer = await post(service, body, media, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sent_json(service: ServiceUnderTest, *entities: Any, **asked: str) -> Any:
    return await sent(service, json.dumps(entities), "application/json", **asked)


def outcomes(result: dict[str, Any]) -> dict[str, str]:
    return {it["name"]: it["outcome"] for it in result["entities"]}


def said(result: dict[str, Any], what: str = "errors") -> dict[str, list[tuple[str, str]]]:
    """Name → pointers with their messages, of those that have any."""
    return {
        it["name"]: [(remark["pointer"], remark["message"]) for remark in it[what]]
        for it in result["entities"]
        if it[what]
    }


def entity(kind: str, name: Any, spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, **metadata},
        "spec": spec,
    }
