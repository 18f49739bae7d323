"""Assignment rules as they stand."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from finance.account.model import Account
from finance.assignment_rule.matching import Condition, Rule, Rules
from finance.assignment_rule.model import AssignmentRule, AssignmentRuleVersion
from finance.cost_object.model import CostObject


async def newest(session: AsyncSession) -> AssignmentRuleVersion | None:
    return await session.scalar(select(AssignmentRuleVersion).order_by(AssignmentRuleVersion.version.desc()).limit(1))


def with_codes(version: int) -> Select[Any]:
    """conditions, cost_object, account of a list, in order."""
    return (
        select(AssignmentRule.conditions, CostObject.code.label("cost_object"), Account.code.label("account"))
        .outerjoin(CostObject, CostObject.id == AssignmentRule.cost_object_id)
        .outerjoin(Account, Account.id == AssignmentRule.account_id)
        .where(AssignmentRule.version == version)
        .order_by(AssignmentRule.position)
    )


async def standing(session: AsyncSession) -> tuple[int, Rules]:
    """The newest list and its version; 0 and no rules before the first."""
    version = await session.scalar(select(func.coalesce(func.max(AssignmentRuleVersion.version), 0)))
    query = select(AssignmentRule).where(AssignmentRule.version == version).order_by(AssignmentRule.position)
    rules = [
        Rule(
            row.position,
            tuple(Condition(it["column"], it["equals"], it["starts_with"]) for it in row.conditions),
            row.cost_object_id,
            row.account_id,
        )
        for row in await session.scalars(query)
    ]
    return version or 0, Rules(rules)
