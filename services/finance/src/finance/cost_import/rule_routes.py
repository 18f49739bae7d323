"""The operations that try assignment rules on stored rows, and that move unassigned cost."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import CurrentCaller, Router, Session
from chassis.pages import AskedPage, Page, page
from finance.assignment_rule.targets import TargetUnknown
from finance.budget.model import NotBudgeted, Overspent
from finance.cost_import.model import AccountUnfit, CostReassignment, NotAsPosted, PeriodUnknown
from finance.cost_import.previewing import preview
from finance.cost_import.queries import existing
from finance.cost_import.reassigning import Reassign, reassign
from finance.cost_import.rule_schemas import (
    AssignmentRulesPreview,
    CostReassignmentView,
    PreviewAssignmentRules,
    ReassignCost,
    ReassignmentResult,
)
from finance.fiscal_period.model import NotOpen
from finance.ledger.entry import CostObjectClosed, NotALeaf
from finance.ledger.line import AmountOutOfRange, RateMissing

router = Router("cost-imports")

READ = "finance:cost-import:read"
CORRECTING = [
    PeriodUnknown,
    AccountUnfit,
    NotAsPosted,
    NotOpen,
    NotALeaf,
    CostObjectClosed,
    AmountOutOfRange,
    RateMissing,
    Overspent,
    NotBudgeted,
]
PREVIEW_EXAMPLE: dict[str, Any] = {
    "period": "2025-26",
    "rule": {"conditions": [{"column": "ServiceName", "starts_with": "Amazon"}], "cost_object": "HOSTING"},
    "position": 1,
}


@router.operation(
    "POST",
    "/assignment-rule-previews",
    permission="finance:assignment-rule:read",
    problems=[PeriodUnknown, TargetUnknown],
    example=PREVIEW_EXAMPLE,
)
async def preview_assignment_rules(command: PreviewAssignmentRules, session: Session) -> AssignmentRulesPreview:
    """Show what a rule, or a changed list of them, would catch of the rows that the ledger holds."""
    return await preview(session, command)


@router.operation(
    "POST",
    "/cost-reassignments",
    permission="finance:cost-import:import",
    problems=CORRECTING,
    example={"source": "cloud", "period": "2025-26-P01"},
)
async def reassign_cost(command: ReassignCost, session: Session, caller: CurrentCaller, now: Now) -> ReassignmentResult:
    """Apply the rules in force to what is unassigned of a source and period, by one correction per import.

    Done again it finds nothing to do. A closed period refuses it.
    """
    version, made = await reassign(session, Reassign(**dict(command)), actor=caller.subject, at=now)
    views = [CostReassignmentView.model_validate(one) for one in made]
    return ReassignmentResult(rules_version=version, changed=bool(made), reassignments=views)


@router.operation("GET", "/cost-imports/{cost_import_id}/reassignments", permission=READ)
async def list_cost_reassignments(
    cost_import_id: UUID, session: Session, asked: AskedPage
) -> Page[CostReassignmentView]:
    """List what later rules have moved of a cost import."""
    await existing(session, cost_import_id)
    query = select(CostReassignment).where(CostReassignment.cost_import_id == cost_import_id)
    sorts = {"reassigned_at": CostReassignment.reassigned_at}
    return await page(session, query, asked, sorts=sorts, tie=CostReassignment.id)
