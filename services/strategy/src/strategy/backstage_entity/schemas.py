"""What callers see of Backstage entities."""

from typing import Any, Literal

from chassis.text import Schema


class BackstageEntityView(Schema):
    """A descriptor, as Backstage's catalog takes it."""

    apiVersion: Literal["backstage.io/v1alpha1"]  # noqa: N815  # Backstage's word
    kind: Literal["Group", "Domain"]
    metadata: dict[str, Any]
    spec: dict[str, Any]
