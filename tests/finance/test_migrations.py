"""The migrations lead to what the code maps."""

from chassis.migrations import drift
from chassis.testing import ServiceUnderTest
from finance.app import manifest


async def test_the_migrated_schema_is_the_mapped_one(finance: ServiceUnderTest) -> None:
    assert await drift(manifest, finance.database) == []
