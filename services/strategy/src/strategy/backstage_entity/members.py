"""The members of groups as a size of customers."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.sent_descriptors import Sent
from strategy.backstage_entity.descriptor import Group
from strategy.backstage_entity.group_intake import GroupIntake
from strategy.backstage_entity.terms import MEMBERS
from strategy.customer import queries
from strategy.customer.import_schemas import CustomerSizeRow
from strategy.customer.model import CustomerSize
from strategy.customer.size_intake import SizeIntake


async def count_members(
    session: AsyncSession, intake: GroupIntake, everything: Iterable[Sent[Any]], today: date
) -> None:
    """Of groups that say how many they have, where the last size by that measure is another."""
    counted = [
        (one, one.entity) for one in everything if isinstance(one.entity, Group) and one.entity.members is not None
    ]
    customers = {group.reference.key: intake.customer(group) for _, group in counted}
    latest = await latest_members(session, {it.id for it in customers.values()}, today)
    sizes = SizeIntake(intake.register, {})
    for one, group in counted:
        said, key = str(group.members), group.reference.key
        if latest.get(customers[key].id) != said:
            row = {
                "source": intake.source,
                "external_id": key,
                "measure": MEMBERS,
                "valid_from": today,
                "quantity": said,
            }
            sizes.take(CustomerSizeRow.model_validate(row))
            one.is_changed()
    await sizes.store(session)


async def latest_members(session: AsyncSession, ids: Collection[UUID], today: date) -> dict[UUID, str]:
    """As plain numbers, of those that have any."""
    query = queries.sizes(measure=MEMBERS, on=today).where(among(CustomerSize.customer_id, ids))
    return {it.customer_id: f"{it.quantity.normalize():f}" for it in await session.scalars(query)}
