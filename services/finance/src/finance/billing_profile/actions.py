"""Stating the terms of a billing profile, and showing them."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from finance.account.model import Account, AccountType
from finance.billing_profile.model import AccountUnknown, BillingProfile, TaxRate
from finance.billing_profile.queries import tax_rates
from finance.billing_profile.schemas import BillingProfileView, BillingTerms, NamedTaxRate

ACCOUNTS = {
    "receivable_account": AccountType.ASSET,
    "recovery_account": AccountType.INCOME,
    "tax_account": AccountType.LIABILITY,
}


async def state(session: AsyncSession, profile: BillingProfile, terms: BillingTerms) -> BillingProfileView:
    """AccountUnknown for an account that is none, or of another type."""
    codes = {field: getattr(terms, field) for field in ACCOUNTS}
    accounts = await _accounts(session, {code for code in codes.values() if code})
    said: dict[str, Any] = terms.model_dump(exclude={*ACCOUNTS, "tax_rates", "consumer_id"})
    said |= {f"{field}_id": _account(accounts, field, code) for field, code in codes.items()}
    profile.state(**said)
    flag_modified(profile, "issuer_name")  # other rates are another version too
    session.add(profile)
    await session.flush()
    await session.execute(delete(TaxRate).where(TaxRate.profile_id == profile.id))
    session.add_all(TaxRate(profile_id=profile.id, **rate.model_dump()) for rate in terms.tax_rates)
    await session.flush()
    return await shown(session, profile)


async def _accounts(session: AsyncSession, codes: Collection[str]) -> dict[str, Account]:
    return {account.code: account for account in await session.scalars(select(Account).where(Account.code.in_(codes)))}


def _account(accounts: Mapping[str, Account], field: str, code: str | None) -> UUID | None:
    if code is None:
        return None
    account = accounts.get(code)
    if account is None or account.type != ACCOUNTS[field]:
        raise AccountUnknown(f"{field} {code} is not an account of type {ACCOUNTS[field]}.")
    return account.id


async def shown(session: AsyncSession, profile: BillingProfile) -> BillingProfileView:
    ids = [getattr(profile, f"{field}_id") for field in ACCOUNTS]
    accounts = select(Account.id, Account.code).where(Account.id.in_([id for id in ids if id]))
    codes = {row[0]: row[1] for row in await session.execute(accounts)}
    rates = (await tax_rates(session, {profile.id}))[profile.id]
    return BillingProfileView(
        id=profile.id,
        consumer_id=profile.consumer_id,
        issuer_name=profile.issuer_name,
        account_name=profile.account_name,
        is_external=profile.is_external,
        grace_days=profile.grace_days,
        payment_days=profile.payment_days,
        receivable_account=codes[profile.receivable_account_id],
        recovery_account=codes[profile.recovery_account_id],
        tax_account=codes[profile.tax_account_id] if profile.tax_account_id else None,
        tax_rates=[NamedTaxRate.model_validate(rate) for rate in rates],
        version=profile.version,
    )
