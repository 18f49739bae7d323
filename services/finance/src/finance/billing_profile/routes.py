"""The operations on billing profiles."""

from uuid import UUID

from sqlalchemy import select

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from finance.billing_profile import actions
from finance.billing_profile.model import AccountUnknown, BillingProfile, ProfileTaken
from finance.billing_profile.schemas import (
    AgreeBillingProfile,
    BillingProfileSummary,
    BillingProfileView,
    BillingTerms,
)
from finance.consumer.model import Consumer, ConsumerUnknown

router = Router("billing-profiles")

READ, WRITE = "finance:billing-profile:read", "finance:billing-profile:write"
TERMS = {
    "issuer_name": "City Shared Services",
    "account_name": "Harbour Corporation",
    "is_external": True,
    "grace_days": 10,
    "payment_days": 30,
    "receivable_account": "1200",
    "recovery_account": "4100",
    "tax_account": "2300",
    "tax_rates": [{"name": "HST", "percent": "13", "valid_from": "2010-07-01"}],
}


@router.operation(
    "POST",
    "/billing-profiles",
    permission=WRITE,
    problems=[ProfileTaken, AccountUnknown, ConsumerUnknown],
    status=201,
    example=TERMS,
)
async def agree_billing_profile(command: AgreeBillingProfile, session: Session) -> BillingProfileView:
    """Agree on the terms of one consumer, or of all who have none of their own."""
    if command.consumer_id and await session.get(Consumer, command.consumer_id) is None:
        raise ConsumerUnknown(f"There is no consumer {command.consumer_id}.")
    return await actions.state(session, BillingProfile.agree(consumer_id=command.consumer_id), command)


@router.operation("GET", "/billing-profiles", permission=READ)
async def list_billing_profiles(session: Session, asked: AskedPage) -> Page[BillingProfileSummary]:
    """List billing profiles."""
    sorts = {"account_name": BillingProfile.account_name}
    return await page(session, select(BillingProfile), asked, sorts=sorts, tie=BillingProfile.id)


@router.operation("GET", "/billing-profiles/{profile_id}", permission=READ)
async def get_billing_profile(profile_id: UUID, session: Session) -> BillingProfileView:
    """Show a billing profile with its accounts and tax rates."""
    return await actions.shown(session, await found(session, BillingProfile, profile_id))


@router.operation("PUT", "/billing-profiles/{profile_id}", permission=WRITE, problems=[AccountUnknown], example=TERMS)
async def change_billing_profile(
    profile_id: UUID, command: BillingTerms, version: ExpectedVersion, session: Session
) -> BillingProfileView:
    """State all terms of a billing profile anew; drafts follow when they are recomputed, final invoices never."""
    return await actions.state(session, await found(session, BillingProfile, profile_id, version=version), command)
