"""The operations on market spaces."""

from uuid import UUID

from sqlalchemy import select

from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code, Line
from strategy import tree
from strategy.market_space.model import CodeTaken, MarketSpace, WithinItself
from strategy.market_space.schemas import DefineMarketSpace, DescribeMarketSpace, MarketSpaceView, MoveMarketSpace

router = Router("market-spaces")

READ, WRITE = "strategy:market-space:read", "strategy:market-space:write"
DESCRIPTION = {"name": "Federal digital services", "owner": "Head of strategy"}


@router.operation(
    "POST",
    "/market-spaces",
    permission=WRITE,
    problems=[CodeTaken],
    status=201,
    example={"code": "federal-digital", **DESCRIPTION},
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
async def list_market_spaces(
    session: Session,
    asked: AskedPage,
    code: Code | None = None,
    owner: Line | None = None,
    parent_id: UUID | None = None,
    below: UUID | None = None,
) -> Page[MarketSpaceView]:
    """List market spaces; `below` gives everything under one, `parent_id` what lies directly under it."""
    query = select(MarketSpace).filter_by(
        **{k: v for k, v in {"code": code, "owner": owner, "parent_id": parent_id}.items() if v is not None}
    )
    if below:
        query = query.where(MarketSpace.id.in_(tree.below(MarketSpace, below)))
    sorts = {"code": MarketSpace.code, "name": MarketSpace.name}
    return await page(session, query, asked, sorts=sorts, tie=MarketSpace.id)


@router.operation("GET", "/market-spaces/{market_space_id}", permission=READ)
async def get_market_space(market_space_id: UUID, session: Session) -> MarketSpaceView:
    """Show a market space."""
    return MarketSpaceView.model_validate(await found(session, MarketSpace, market_space_id))


@router.operation("PUT", "/market-spaces/{market_space_id}", permission=WRITE, example=DESCRIPTION)
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
    example={"under": "0198c0de-0000-7000-8000-000000000001"},
)
async def move_market_space(
    market_space_id: UUID, command: MoveMarketSpace, version: ExpectedVersion, session: Session
) -> MarketSpaceView:
    """Move a market space, with everything below it, under another one."""
    await tree.hold(session, MarketSpace)
    space = await found(session, MarketSpace, market_space_id, version=version)
    if command.under:
        await found(session, MarketSpace, command.under)
    space.move(under=command.under, ancestors_of_target=await tree.ancestors(session, MarketSpace, command.under))
    await session.flush()
    return MarketSpaceView.model_validate(space)
