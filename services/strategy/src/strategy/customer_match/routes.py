"""The operations on customer matches."""

import asyncio
from fractions import Fraction
from uuid import UUID

from chassis.application import Today
from chassis.operations import ExpectedVersion, Router, Session
from chassis.pages import AskedPage, Page, page
from strategy import tree
from strategy.customer import actions
from strategy.customer.model import Customer, Merged
from strategy.customer.routes import MERGE
from strategy.customer_match import queries
from strategy.customer_match.likeness import near
from strategy.customer_match.model import CustomerMatch, Decided, MatchState, NeitherOfThem
from strategy.customer_match.schemas import (
    CustomerMatchView,
    DismissMatch,
    MatchSearchResult,
    MergeMatch,
    SearchMatches,
)
from strategy.holding import held

router = Router("customer-matches")

READ, SEARCH, DISMISS = (f"strategy:customer-match:{verb}" for verb in ("read", "search", "dismiss"))
SOME_ID = "01928f6e-5a00-7000-8000-000000000000"


@router.operation("POST", "/customer-matches/search", permission=SEARCH, example={"least": "0.6"})
async def search_customer_matches(command: SearchMatches, session: Session, today: Today) -> MatchSearchResult:
    """Compare the names of all customers and keep the pairs that are alike, for somebody to decide.

    Dismissed pairs stay dismissed. Names that contain different numbers are never taken for one.
    """
    await queries.hold(session)
    names = await queries.names(session)
    found = await asyncio.to_thread(near, names, least=Fraction(command.least))
    new = await queries.keep(session, found.pairs, on=today)
    return MatchSearchResult(
        customers=len(names),
        compared=found.compared,
        found=len(found.pairs),
        new=new,
        closed=await queries.forget_others(session, found.pairs) if found.complete else 0,
        complete=found.complete,
    )


@router.operation("GET", "/customer-matches", permission=READ)
async def list_customer_matches(
    session: Session, asked: AskedPage, state: MatchState = MatchState.OPEN, customer_id: UUID | None = None
) -> Page[CustomerMatchView]:
    """List pairs of customers that may be one, by default those to be decided; `sort=-likeness`: most alike first."""
    query = queries.shown(state=state, customer_id=customer_id)
    sorts = {"likeness": CustomerMatch.likeness, "found_on": CustomerMatch.found_on}
    return await page(session, query, asked, sorts=sorts, tie=CustomerMatch.id, by_row=True)


@router.operation("GET", "/customer-matches/{customer_match_id}", permission=READ)
async def get_customer_match(customer_match_id: UUID, session: Session) -> CustomerMatchView:
    """Show a pair of customers that may be one."""
    return await queries.one_shown(session, customer_match_id)


@router.operation(
    "POST",
    "/customer-matches/{customer_match_id}/merger",
    permission=MERGE,
    problems=[Decided, NeitherOfThem, Merged],
    example={"survivor_id": SOME_ID},
)
async def merge_customer_match(
    customer_match_id: UUID, command: MergeMatch, version: ExpectedVersion, session: Session, today: Today
) -> CustomerMatchView:
    """Merge the two customers: all that the one has goes to the other."""
    await tree.hold(session, Customer)
    match = await held(session, CustomerMatch, customer_match_id, version=version)
    merged_id = match.merge(survivor_id=command.survivor_id, on=today)
    await session.flush()
    survivor = await held(session, Customer, command.survivor_id)
    merged = await held(session, Customer, merged_id)
    await actions.merge(session, merged=merged, survivor=survivor, on=today)
    await session.flush()
    return await queries.one_shown(session, customer_match_id)


@router.operation(
    "POST",
    "/customer-matches/{customer_match_id}/dismissal",
    permission=DISMISS,
    problems=[Decided],
    example={"reason": "A port and its railway are two organizations."},
)
async def dismiss_customer_match(
    customer_match_id: UUID, command: DismissMatch, version: ExpectedVersion, session: Session, today: Today
) -> CustomerMatchView:
    """State that the two are not one customer; no search brings the pair back."""
    match = await held(session, CustomerMatch, customer_match_id, version=version)
    match.dismiss(reason=command.reason, on=today)
    await session.flush()
    return await queries.one_shown(session, customer_match_id)
