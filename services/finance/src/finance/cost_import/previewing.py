"""Trying assignment rules on the rows that the ledger holds."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from finance.assignment_rule.matching import Rule, Rules, with_rule
from finance.assignment_rule.queries import standing as standing_rules
from finance.assignment_rule.targets import resolved
from finance.cost_import import queries
from finance.cost_import.rule_preview import Catch, Comparison
from finance.cost_import.rule_schemas import (
    AssignmentRulesPreview,
    CatchView,
    Caught,
    PreviewAssignmentRules,
    RulePreview,
)
from finance.cost_import.standing import as_said, standing, stored_rows

SAMPLED = "cost_import_id line posted_on amount currency description".split()


async def preview(session: AsyncSession, asked: PreviewAssignmentRules) -> AssignmentRulesPreview:
    """TargetUnknown, PeriodUnknown. Rows are read some thousand at a time; nothing is kept."""
    scope = await queries.scope(session, asked.period)
    version, rules = await standing_rules(session)
    there = len(rules.ordered) + 1
    if asked.rule:
        shown = [replace((await resolved(session, [asked.rule]))[0], position=min(asked.position or there, there))]
        proposed = with_rule(rules.ordered, shown[0])
    else:
        shown = proposed = await resolved(session, asked.rules or [])
    comparison = Comparison(await queries.assigner(session, rules), await queries.assigner(session, Rules(proposed)))
    for each in await standing(session, asked.view, scope, asked.source):
        source = each.made.source
        async for rows in stored_rows(session, each.made.id, each.period_ids):
            for row in rows:
                comparison.look(as_said(row), row.attributes, source, (source, row))
    return AssignmentRulesPreview(
        rules_version=version,
        row_count=comparison.row_count,
        rules=[_rule(rule, comparison) for rule in shown],
        unassigned_now=Caught.model_validate(comparison.unassigned_now),
        unassigned_then=Caught.model_validate(comparison.unassigned_then),
    )


def _rule(rule: Rule, comparison: Comparison) -> RulePreview:
    return RulePreview(
        position=rule.position,
        cost_object=_catch(comparison.cost_objects[rule.position]) if rule.cost_object_id else None,
        account=_catch(comparison.accounts[rule.position]) if rule.account_id else None,
    )


def _catch(catch: Catch) -> CatchView:
    now = [{"rule": rule, "row_count": it.row_count, "amounts": it.amounts} for rule, it in catch.largest_now]
    samples = [{**{name: getattr(row, name) for name in SAMPLED}, "source": source} for source, row in catch.samples]
    shown = {"row_count": catch.all.row_count, "amounts": catch.all.amounts, "now": now, "samples": samples}
    return CatchView.model_validate(shown)
