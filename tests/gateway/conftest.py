"""What tests of the gateway stand on."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.raw_service import RawService, raw_service
from tests.gateway.setting import Setting


@pytest.fixture
async def service() -> AsyncIterator[RawService]:
    async with raw_service() as running:
        yield running


@pytest.fixture
def at() -> Setting:
    return Setting()
