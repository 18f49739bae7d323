"""The cost objects and accounts that rules name by code."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.problems import Invalid
from finance.account.model import Account
from finance.assignment_rule.matching import Condition, Rule
from finance.assignment_rule.schemas import Assignment
from finance.ledger.naming import cost_object_ids


class TargetUnknown(Invalid, code="finance.assignment-rule.target-unknown"):
    """A rule names a cost object that does not exist, or an account that takes no postings."""


async def resolved(session: AsyncSession, rules: Sequence[Assignment]) -> list[Rule]:
    """In order, counted from 1. TargetUnknown says which rule."""
    cost_objects = await cost_object_ids(session, {rule.cost_object for rule in rules if rule.cost_object})
    accounts = await _leaf_ids(session, {rule.account for rule in rules if rule.account})
    return [
        Rule(
            position,
            tuple(Condition(it.column, it.equals, it.starts_with) for it in rule.conditions),
            _known(cost_objects, rule.cost_object, position),
            _known(accounts, rule.account, position),
        )
        for position, rule in enumerate(rules, 1)
    ]


async def _leaf_ids(session: AsyncSession, codes: set[str]) -> dict[str, UUID]:
    query = select(Account.code, Account.id).where(among(Account.code, codes), Account.is_leaf)
    return {row[0]: row[1] for row in (await session.execute(query)).all()}


def _known(ids: Mapping[str, UUID], code: str | None, position: int) -> UUID | None:
    if code is not None and code not in ids:
        raise TargetUnknown(f"Rule {position} names {code}.", rule=position)
    return ids[code] if code else None
