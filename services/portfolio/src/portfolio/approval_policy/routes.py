"""The operations on the approval policy."""

from sqlalchemy import select

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session
from chassis.pages import AskedPage, Page, page
from portfolio.approval_policy.model import ApprovalPolicy, PolicyReplaced
from portfolio.approval_policy.queries import in_force
from portfolio.approval_policy.schemas import ApprovalPolicyView, SetApprovalPolicy

router = Router("approval-policy")

READ, SET = "portfolio:approval-policy:read", "portfolio:approval-policy:set"
OWNER = {"name": "Portfolio owner", "permission": "portfolio:business-case:approve"}
CONTROLLER = {"name": "Finance controller", "permission": "finance:budget:approve"}
BOARD = {"name": "Investment board", "permission": "portfolio:business-case:endorse"}
EXAMPLE = {
    "reason": "Delegation of authority of April",
    "scales": [
        {
            "currency": "CAD",
            "tiers": [
                {"up_to": "50000", "steps": [OWNER]},
                {"up_to": "1000000", "steps": [OWNER, CONTROLLER]},
                {"up_to": None, "steps": [OWNER, CONTROLLER, BOARD]},
            ],
        }
    ],
}


@router.operation("GET", "/approval-policy", permission=READ)
async def get_approval_policy(session: Session) -> ApprovalPolicyView:
    """Show the policy in force: which steps how much money needs."""
    return ApprovalPolicyView.model_validate(await in_force(session))


@router.operation("PUT", "/approval-policy", permission=SET, problems=[PolicyReplaced], example=EXAMPLE)
async def set_approval_policy(
    command: SetApprovalPolicy, version: ExpectedVersion, session: Session, caller: CurrentCaller, now: Now
) -> ApprovalPolicyView:
    """Set the policy for what is submitted from now on; what has been submitted keeps its steps."""
    known = await in_force(session)
    if known.version != version:
        raise PolicyReplaced(f"It is at version {known.version} now; read it again.", version=known.version)
    scales = [scale.model_dump(mode="json") for scale in command.scales]
    policy = ApprovalPolicy(
        version=version + 1, scales=scales, reason=command.reason, set_by=caller.subject, set_at=now
    )
    session.add(policy)
    await session.flush()
    return ApprovalPolicyView.model_validate(policy)


@router.operation("GET", "/approval-policy/versions", permission=READ)
async def list_approval_policy_versions(session: Session, asked: AskedPage) -> Page[ApprovalPolicyView]:
    """List every version that was in force, with who set it, when and why."""
    sorts = {"version": ApprovalPolicy.version}
    return await page(session, select(ApprovalPolicy), asked, sorts=sorts, tie=ApprovalPolicy.version)
