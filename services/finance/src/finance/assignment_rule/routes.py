"""The operations on the list of assignment rules."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session
from chassis.problems import Invalid, VersionStale
from finance.account.model import Account
from finance.assignment_rule import queries
from finance.assignment_rule.model import AssignmentRule, AssignmentRuleVersion
from finance.assignment_rule.schemas import Assignment, AssignmentRulesView, ReplaceAssignmentRules
from finance.ledger.naming import cost_object_ids

router = Router("assignment-rules")

READ, WRITE = "finance:assignment-rule:read", "finance:assignment-rule:write"
EXAMPLE = {
    "rules": [
        {"conditions": [{"column": "tags.application", "starts_with": "billing-"}], "cost_object": "CC-BILLING"},
        {"conditions": [{"column": "ServiceCategory", "equals": "Compute"}], "account": "6100"},
    ]
}


class TargetUnknown(Invalid, code="finance.assignment-rule.target-unknown"):
    """A rule names a cost object that does not exist, or an account that takes no postings."""


@router.operation("GET", "/assignment-rules", permission=READ)
async def get_assignment_rules(session: Session) -> AssignmentRulesView:
    """Show the assignment rules, in order."""
    newest = await queries.newest(session)
    if newest is None:
        return AssignmentRulesView(rules=[], version=0, actor=None, changed_at=None)
    rows = (await session.execute(queries.with_codes(newest.version))).all()
    rules = [Assignment.model_validate(row) for row in rows]
    return AssignmentRulesView(rules=rules, version=newest.version, actor=newest.actor, changed_at=newest.changed_at)


@router.operation("PUT", "/assignment-rules", permission=WRITE, problems=[TargetUnknown], example=EXAMPLE)
async def replace_assignment_rules(
    command: ReplaceAssignmentRules, version: ExpectedVersion, session: Session, caller: CurrentCaller, now: Now
) -> AssignmentRulesView:
    """Replace the whole list of assignment rules; it holds for imports from now on."""
    newest = await queries.newest(session)
    standing = newest.version if newest else 0
    if version != standing:
        raise VersionStale(f"The rules are at version {standing} now; read them again.", version=standing)
    session.add(AssignmentRuleVersion(version=version + 1, actor=caller.subject, changed_at=now))
    await session.flush()
    if rows := await _rows(session, command, version + 1):
        await session.execute(insert(AssignmentRule), rows)
    return await get_assignment_rules(session)


async def _rows(session: AsyncSession, command: ReplaceAssignmentRules, version: int) -> list[dict[str, Any]]:
    cost_objects = await cost_object_ids(session, {rule.cost_object for rule in command.rules if rule.cost_object})
    accounts = await _leaf_ids(session, {rule.account for rule in command.rules if rule.account})
    return [
        {
            "version": version,
            "position": position,
            "conditions": [condition.model_dump() for condition in rule.conditions],
            "cost_object_id": _known(cost_objects, rule.cost_object, position),
            "account_id": _known(accounts, rule.account, position),
        }
        for position, rule in enumerate(command.rules, 1)
    ]


async def _leaf_ids(session: AsyncSession, codes: set[str]) -> dict[str, UUID]:
    query = select(Account.code, Account.id).where(Account.code.in_(codes), Account.is_leaf)
    return {row[0]: row[1] for row in (await session.execute(query)).all()}


def _known(ids: Mapping[str, UUID], code: str | None, position: int) -> UUID | None:
    if code is not None and code not in ids:
        raise TargetUnknown(f"Rule {position} names {code}.", rule=position)
    return ids[code] if code else None
