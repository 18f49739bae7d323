"""Each service on a clean database of its own, with its contract."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from chassis.contracts import openapi
from chassis.testing import ServiceUnderTest, service_under_test
from standalone.manifests import SERVICES
from tests.databases import clean

NAMES = [manifest.name for manifest in SERVICES]


@pytest.fixture(params=NAMES)
async def service(request: pytest.FixtureRequest, service_dsn: Callable[[str], str]) -> AsyncIterator[ServiceUnderTest]:
    (manifest,) = [each for each in SERVICES if each.name == request.param]
    async with service_under_test(manifest, service_dsn(manifest.name)) as under_test:
        await clean(under_test.database.engine, manifest.name)
        yield under_test


@pytest.fixture
def contract(service: ServiceUnderTest) -> dict[str, Any]:
    return openapi(service.app)
