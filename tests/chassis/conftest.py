"""The post office on a clean database, and what tests of events wait for."""

from collections.abc import AsyncIterator, Callable

import pytest

from chassis.manifest import Manifest
from chassis.testing import ServiceUnderTest, service_under_test
from tests.chassis import post as post_office
from tests.databases import clean


@pytest.fixture(scope="session")
async def _post(service_dsn: Callable[[str | Manifest], str]) -> AsyncIterator[ServiceUnderTest]:
    async with service_under_test(post_office.manifest, service_dsn(post_office.manifest)) as service:
        yield service


@pytest.fixture
async def post(_post: ServiceUnderTest) -> ServiceUnderTest:
    post_office.unreachable.clear()
    post_office.tried.clear()
    await clean(_post.database.engine, "post")
    return _post
