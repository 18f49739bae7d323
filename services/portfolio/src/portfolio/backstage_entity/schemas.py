"""What callers see of Backstage entities, and of what became of those that they have sent."""

from typing import Any, Literal

from pydantic import Field

from chassis.sent_descriptors import DescriptorImportResult
from chassis.text import Schema


class BackstageImportResult(DescriptorImportResult):
    absent: int = Field(description="External ids that a complete list of their source lacks from now on.")


class BackstageEntityView(Schema):
    """A descriptor, as Backstage's catalog takes it."""

    apiVersion: Literal["backstage.io/v1alpha1"]  # noqa: N815  # Backstage's word
    kind: Literal["Component", "API", "Resource", "System"]
    metadata: dict[str, Any]
    spec: dict[str, Any]
