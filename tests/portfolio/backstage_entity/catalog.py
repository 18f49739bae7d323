"""A small catalog of Backstage, and how the portfolio looks after it was taken."""

from typing import Any

from chassis.testing import ServiceUnderTest
from tests.backstage import entity
from tests.portfolio.services import made

CATALOG = """\
apiVersion: backstage.io/v1alpha1
kind: System
metadata:
  name: shop
  title: The shop
  description: Where things are sold
  tags: [web, c++]
spec:
  owner: team-a
  domain: sales
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: till}
spec:
  type: service
  lifecycle: production
  owner: user:guest
  system: shop
  providesApis: [payments]
  dependsOn: ['resource:ledger', 'component:default/elsewhere']
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: payments}
spec: {type: openapi, lifecycle: experimental, owner: team-a, definition: 'openapi: 3.1.0'}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: ledger}
spec: {type: database, owner: team-a}
"""


async def listed(portfolio: ServiceUnderTest, **asked: str) -> dict[str, dict[str, Any]]:
    answer = made(await portfolio.client.get("/v1/services", params={"limit": "500", **asked}))
    return {service["code"]: service for service in answer["items"]}


async def used(portfolio: ServiceUnderTest) -> set[tuple[str, str, str | None]]:
    """Who uses whom, and in what way, by their codes."""
    codes = {service["id"]: code for code, service in (await listed(portfolio)).items()}
    found = made(await portfolio.client.get("/v1/dependencies", params={"limit": "500"}))["items"]
    return {(codes[it["service_id"]], codes[it["uses_id"]], it["kind"]) for it in found}


def component(name: Any, *, spec: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    said = {"type": "service", "lifecycle": "production", "owner": "team-a", **(spec or {})}
    return entity("Component", name, said, **metadata)
