"""Service catalogs as other systems send them, and TM Forum's published definition of what may be sent."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from tests.portfolio.services import Services, made

Made = dict[str, Any]

FOLDER = os.environ.get("STEWARD_DATA")
WITHOUT = pytest.mark.skipif(not FOLDER, reason="STEWARD_DATA is not set: NOT CHECKED against TM Forum's own files")


@cache
def published(kind: str) -> Draft4Validator:
    """Of the resources of this kind, times included."""
    path = Path(FOLDER or "") / "tmforum" / "openapi" / "TMF633-ServiceCatalog-v4.0.0.swagger.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    schema = {"$ref": f"#/definitions/{kind}", "definitions": document["definitions"]}
    return Draft4Validator(schema, format_checker=FormatChecker())


async def imported(services: Services, *resources: Made, source: str = "bss") -> Made:
    body = {"source": source, "resources": list(resources)}
    return made(await services.portfolio.client.post("/v1/service-specification-imports", json=body))


async def shown(services: Services, noun: str = "service-specifications", **query: str) -> list[Made]:
    found: list[Made] = made(await services.portfolio.client.get(f"/v1/{noun}", params=query))["items"]
    return found


async def known(services: Services, code: str) -> Made:
    [service] = made(await services.portfolio.client.get("/v1/services", params={"code": code}))["items"]
    return dict(service)


async def used(services: Services, service: Made) -> list[str]:
    links = made(await services.portfolio.client.get("/v1/dependencies", params={"service_id": service["id"]}))
    return [one["uses_id"] for one in links["items"]]


def outcomes(result: Made) -> list[str]:
    return [one["outcome"] for one in result["resources"]]


def faults(result: Made) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["message"]) for one in result["resources"] for fault in one["faults"]]


def notes(result: Made) -> list[str]:
    return [note for one in result["resources"] for note in one["notes"]]


def facing(id: str, **more: Any) -> Made:
    return {"@type": "CustomerFacingServiceSpecification", "id": id, "name": id.title(), **more}


def supporting(id: str, **more: Any) -> Made:
    return {**facing(id, **more), "@type": "ResourceFacingServiceSpecification"}


def candidate(id: str, specification: str, *categories: str) -> Made:
    named = {"category": [{"id": one} for one in categories], "serviceSpecification": {"id": specification}}
    return {"@type": "ServiceCandidate", "id": id, "name": id.title(), **named}


def depends(*ids: str) -> list[Made]:
    return [{"id": id, "relationshipType": "dependency"} for id in ids]
