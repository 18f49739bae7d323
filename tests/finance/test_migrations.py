"""The migrations lead to what the code maps."""

from sqlalchemy import CheckConstraint, text

from chassis.migrations import drift
from chassis.testing import ServiceUnderTest
from finance.app import manifest


async def test_the_migrated_schema_is_the_mapped_one(finance: ServiceUnderTest) -> None:
    assert await drift(manifest, finance.database) == []


async def test_check_constraints_have_the_names_that_problems_are_found_by(finance: ServiceUnderTest) -> None:
    async with finance.database.transaction() as session:
        query = text("SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'finance'::regnamespace")
        stored = set((await session.scalars(query)).all())
    mapped = {
        constraint.name
        for table in manifest.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert {str(name) for name in mapped} - stored == set()
