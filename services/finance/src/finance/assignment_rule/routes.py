"""The operations on the list of assignment rules."""

from dataclasses import asdict

from sqlalchemy import insert

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session
from chassis.problems import VersionStale
from finance.assignment_rule import queries
from finance.assignment_rule.model import AssignmentRule, AssignmentRuleVersion
from finance.assignment_rule.schemas import Assignment, AssignmentRulesView, ReplaceAssignmentRules
from finance.assignment_rule.targets import TargetUnknown, resolved

router = Router("assignment-rules")

READ, WRITE = "finance:assignment-rule:read", "finance:assignment-rule:write"
EXAMPLE = {
    "rules": [
        {"conditions": [{"column": "tags.application", "starts_with": "billing-"}], "cost_object": "CC-BILLING"},
        {"conditions": [{"column": "ServiceCategory", "equals": "Compute"}], "account": "6100"},
    ]
}


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
    if rules := await resolved(session, command.rules):
        await session.execute(insert(AssignmentRule), [{"version": version + 1, **asdict(rule)} for rule in rules])
    return await get_assignment_rules(session)
