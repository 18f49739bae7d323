"""What callers see of Backstage entities, and of what became of those that they have sent."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from chassis.descriptors import Remark
from chassis.text import Schema
from chassis.yaml_documents import MAX_DOCUMENTS


class EntityOutcome(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    SKIPPED = "skipped"


class EntityResult(Schema):
    """What became of one entity. `kind` and `name` are as they were sent, empty where there is none."""

    number: int = Field(description="Its place in the body, from 1.")
    kind: str
    name: str
    outcome: EntityOutcome
    code: str | None = Field(description="Of the service that it is; null where it was not taken.")
    errors: list[Remark] = Field(max_length=20, description="Why it was refused or skipped.")
    left_out: list[Remark] = Field(description="Relations that were not taken, though the entity was.")


class BackstageImportResult(Schema):
    read: int
    created: int
    changed: int
    unchanged: int
    refused: int
    skipped: int = Field(description="Entities of kinds that are not the portfolio's.")
    absent: int = Field(description="External ids that a complete list of their source lacks from now on.")
    entities: list[EntityResult] = Field(max_length=MAX_DOCUMENTS)


class BackstageEntityView(Schema):
    """A descriptor, as Backstage's catalog takes it."""

    apiVersion: Literal["backstage.io/v1alpha1"]  # noqa: N815  # Backstage's word
    kind: Literal["Component", "API", "Resource", "System"]
    metadata: dict[str, Any]
    spec: dict[str, Any]
