"""Resources as their source said them: all of it, but for what has changed here since."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.resources import Body, as_known_to_source
from strategy.market_space.model import MarketSpace
from strategy.offering.model import Offering
from strategy.offering.schemas import ReshapeOffering
from strategy.product_catalog.writing import CATEGORY_FIELDS, OFFERING_FIELDS
from strategy.source_statement import queries
from strategy.source_statement.model import SourceStatement


async def offerings(
    session: AsyncSession, source: str, offerings: Sequence[Offering], bodies: Sequence[Body]
) -> list[Body]:
    statements = await queries.of_offerings(session, source, [offering.code for offering in offerings])
    return [
        _restored(body, statement, _offering_changes(offering, statement))
        if (statement := statements.get(offering.code))
        else body
        for offering, body in zip(offerings, bodies, strict=True)
    ]


async def categories(
    session: AsyncSession, source: str, spaces: Sequence[MarketSpace], bodies: Sequence[Body]
) -> list[Body]:
    statements = await queries.of_spaces(session, source, [space.id for space in spaces])
    return [
        _restored(body, statement, _space_changes(space, statement))
        if (statement := statements.get(space.id))
        else body
        for space, body in zip(spaces, bodies, strict=True)
    ]


def _restored(ours: Body, statement: SourceStatement, changed: set[str]) -> Body:
    return as_known_to_source(ours | {"id": statement.external_id}, statement.body, changed=changed)


def _offering_changes(offering: Offering, statement: SourceStatement) -> set[str]:
    """Fields that say terms which were other ones when the source stated them."""
    now = ReshapeOffering.model_validate(offering)
    told = statement.terms or {}
    then = ReshapeOffering.model_validate(now.model_dump(mode="json") | told)
    return _fields(OFFERING_FIELDS, {term for term in told if getattr(now, term) != getattr(then, term)})


def _space_changes(space: MarketSpace, statement: SourceStatement) -> set[str]:
    parent = str(space.parent_id) if space.parent_id else None
    now: Mapping[str, Any] = {"name": space.name, "description": space.description, "parent_id": parent}
    told = statement.terms or {}
    return _fields(CATEGORY_FIELDS, {term for term in now if term in told and told[term] != now[term]})


def _fields(saying: Mapping[str, tuple[str, ...]], terms: set[str]) -> set[str]:
    return {field for term in terms for field in saying[term]}
