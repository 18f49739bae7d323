"""The operations on market spaces."""

from uuid import UUID

from sqlalchemy import func, select

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from strategy.market_space import queries
from strategy.market_space.model import CodeTaken, MarketSpace, WithinItself
from strategy.market_space.schemas import DefineMarketSpace, DescribeMarketSpace, MarketSpaceView, MoveMarketSpace

router = Router("market-spaces")

READ, WRITE = "strategy:market-space:read", "strategy:market-space:write"
EXAMPLE = {"code": "federal-digital", "name": "Federal digital services", "owner": "Head of strategy"}


@router.operation(
    "POST", "/market-spaces", permission=WRITE, problems=[CodeTaken], status=201, example=EXAMPLE
)
async def define_market_space(command: DefineMarketSpace, session: Session) -> MarketSpaceView:
    """Define a market space."""
    if command.parent_id:
        await found(session, MarketSpace, command.parent_id)
    space = MarketSpace.define(**dict(command))
    session.add(space)
    await session.flush()
    return MarketSpaceView.model_validate(space)


@router.operation("GET", "/market-spaces", permission=READ)
async def list_market_spaces(session: Session, asked: AskedPage, below: UUID | None = None) -> Page[MarketSpaceView]:
    """List market spaces, all or everything below one."""
    query = queries.below(below) if below else select(MarketSpace)
    sorts = {"code": MarketSpace.code, "name": MarketSpace.name}
    return await page(session, query, asked, sorts=sorts, tie=MarketSpace.id)


@router.operation("GET", "/market-spaces/{market_space_id}", permission=READ)
async def get_market_space(market_space_id: UUID, session: Session) -> MarketSpaceView:
    """Show a market space."""
    return MarketSpaceView.model_validate(await found(session, MarketSpace, market_space_id))


@router.operation(
    "PUT",
    "/market-spaces/{market_space_id}",
    permission=WRITE,
    example={"name": "Federal digital services", "owner": "Head of strategy"},
)
async def describe_market_space(
    market_space_id: UUID, command: DescribeMarketSpace, version: ExpectedVersion, session: Session
) -> MarketSpaceView:
    """Change what is said about a market space."""
    space = await found(session, MarketSpace, market_space_id, version=version)
    space.describe(**dict(command))
    await session.flush()
    return MarketSpaceView.model_validate(space)


@router.operation(
    "POST",
    "/market-spaces/{market_space_id}/move",
    permission=WRITE,
    problems=[WithinItself],
    example={"under": None},
)
async def move_market_space(
    market_space_id: UUID, command: MoveMarketSpace, version: ExpectedVersion, session: Session
) -> MarketSpaceView:
    """Move a market space, with everything below it, under another one."""
    # Two moves at once could close a loop that neither sees: one move at a time.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("market_spaces"))))
    space = await found(session, MarketSpace, market_space_id, version=version)
    if command.under:
        await found(session, MarketSpace, command.under)
    space.move(under=command.under, ancestors_of_target=await queries.ancestors(session, command.under))
    await session.flush()
    return MarketSpaceView.model_validate(space)
