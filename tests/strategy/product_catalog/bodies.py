"""Product catalogs as other systems send them, and TM Forum's published definition of what may be sent."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, FormatChecker

from tests.strategy.conftest import Made, Steps

FOLDER = os.environ.get("STEWARD_DATA")
WITHOUT = pytest.mark.skipif(not FOLDER, reason="STEWARD_DATA is not set: NOT CHECKED against TM Forum's own files")


@cache
def published(kind: str) -> Draft4Validator:
    """Of the resources of this kind, times included."""
    path = Path(FOLDER or "") / "tmforum" / "openapi" / "TMF620-ProductCatalog-v4.1.0.swagger.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    schema = {"$ref": f"#/definitions/{kind}", "definitions": document["definitions"]}
    return Draft4Validator(schema, format_checker=FormatChecker())


def examples() -> dict[str, Made]:
    folder = Path(FOLDER or "") / "tmforum" / "example-payloads"
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


async def imported(steps: Steps, *resources: Made, source: str = "bss") -> Made:
    return await steps.post("/product-offering-imports", {"source": source, "resources": list(resources)})


def outcomes(result: Made) -> list[str]:
    return [one["outcome"] for one in result["resources"]]


def faults(result: Made) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["message"]) for one in result["resources"] for fault in one["faults"]]


def offering(id: str, **more: Any) -> Made:
    return {"@type": "ProductOffering", "id": id, "name": id.title(), **more}


def specification(id: str, **more: Any) -> Made:
    return {"@type": "ProductSpecification", "id": id, "name": id.title(), **more}


def price(id: str, **more: Any) -> Made:
    return {"@type": "ProductOfferingPrice", "id": id, "name": id.title(), **more}


def category(id: str, **more: Any) -> Made:
    return {"@type": "Category", "id": id, "name": id.title(), **more}
