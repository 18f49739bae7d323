"""The policy in force."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portfolio.approval_policy.model import ApprovalPolicy


async def in_force(session: AsyncSession) -> ApprovalPolicy:
    newest = select(ApprovalPolicy).order_by(ApprovalPolicy.version.desc()).limit(1)
    unset = ApprovalPolicy(version=0, scales=[], reason="Nobody has set it yet.", set_by=None, set_at=None)
    return await session.scalar(newest) or unset
