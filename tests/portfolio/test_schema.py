"""What the mapped classes say, the migrations have made."""

from chassis.migrations import drift
from chassis.testing import ServiceUnderTest


async def test_the_migrations_make_what_the_classes_say(portfolio: ServiceUnderTest) -> None:
    assert await drift(portfolio.manifest, portfolio.database) == []
